import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { ArnFormat, Stack } from 'aws-cdk-lib/core';

/** Grants starting executions of a state machine, and following them. */
export function grantStartExecution(stateMachine: sfn.StateMachine, grantee: iam.IGrantable): iam.Grant {
  return onStateMachine(stateMachine, grantee, 'states:StartExecution').combine(grantReadExecutions(stateMachine, grantee));
}

/** Grants looking at the executions of a state machine: which there are, how far they are, what they reported. */
export function grantReadExecutions(stateMachine: sfn.StateMachine, grantee: iam.IGrantable): iam.Grant {
  return onStateMachine(stateMachine, grantee, 'states:DescribeStateMachine', 'states:ListExecutions').combine(iam.Grant.addToPrincipal({
    grantee,
    actions: ['states:DescribeExecution', 'states:GetExecutionHistory'],
    resourceArns: [Stack.of(stateMachine).formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: `${stateMachine.stateMachineName}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    })],
  }));
}

function onStateMachine(stateMachine: sfn.StateMachine, grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
  return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [stateMachine.stateMachineArn] });
}
