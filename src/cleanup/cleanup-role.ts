import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { ITopicRef } from 'aws-cdk-lib/aws-sns';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { ServiceRole } from '../private/service-role';
import { allowLogsAndTraces, allowPublishing } from '../private/state-machine-permissions';

export interface CleanupRoleProps {
  readonly functions: lambda.IFunction[];
  readonly restoreStateMachineArns: string[];
  readonly topic?: ITopicRef;
}

/** The role of the state machine of a cleanup: the calls that its states make, and what logging and tracing need. */
export class CleanupRole extends Construct {
  public readonly role: iam.IRole;

  constructor(scope: Construct, id: string, props: CleanupRoleProps) {
    super(scope, id);
    const role = new ServiceRole(this, 'StateMachineRole', { assumedBy: new iam.ServicePrincipal('states.amazonaws.com'), description: 'The cleanup runs with this role' });
    role.addStatements(new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: props.functions.map(({ functionArn }) => functionArn) }));
    if (props.restoreStateMachineArns.length > 0) {
      role.addStatements(new iam.PolicyStatement({ actions: ['states:ListExecutions'], resources: props.restoreStateMachineArns }));
    }
    allowLogsAndTraces(role);
    if (props.topic) {
      allowPublishing(role, props.topic);
    }
    this.role = role.role;
  }

  /**
   * Lets the state machine list its own executions. That policy names the state machine, which needs the role: so it is attached
   * to the role afterwards, and whatever starts the cleanup waits for it.
   */
  public allowListing(stateMachine: sfn.StateMachine): iam.ManagedPolicy {
    return new iam.ManagedPolicy(this, 'ListOwnExecutions', {
      description: 'The cleanup looks whether another one is running',
      roles: [this.role],
      statements: [new iam.PolicyStatement({ actions: ['states:ListExecutions'], resources: [stateMachine.stateMachineArn] })],
    });
  }
}
