import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENDED_RESTORE_JOB_STATES, RESTORE_JOB_EVENT, SCHEDULE_INPUT } from '../core/cleanup-trigger';
import { ServiceRole } from '../private/service-role';

export interface CleanupTriggersProps {
  readonly stateMachine: sfn.StateMachine;
  readonly schedule: scheduler.ScheduleExpression;
  readonly onRestoreJobs: boolean;
}

/** What starts a cleanup: the schedule, and the end of a restore job. */
export class CleanupTriggers extends Construct {
  constructor(scope: Construct, id: string, props: CleanupTriggersProps) {
    super(scope, id);
    new scheduler.Schedule(this, 'Schedule', {
      description: `Starts ${this.node.path}`.slice(0, 512),
      schedule: props.schedule,
      target: new StepFunctionsStartExecution(props.stateMachine, {
        role: this.role('SchedulerRole', 'scheduler.amazonaws.com', 'EventBridge Scheduler starts the cleanup with this role', props.stateMachine),
        input: scheduler.ScheduleTargetInput.fromObject(SCHEDULE_INPUT),
      }),
    });
    if (!props.onRestoreJobs) {
      return;
    }
    // some events call the state `status`, some `state`; the id of the file system is in those of completed jobs only
    const rule = new events.Rule(this, 'RestoreJobs', {
      description: 'The end of a restore job of Amazon EFS starts the cleanup',
      eventPattern: {
        source: [RESTORE_JOB_EVENT.source],
        detailType: [RESTORE_JOB_EVENT.detailType],
        detail: { resourceType: ['EFS'], $or: [{ status: ENDED_RESTORE_JOB_STATES }, { state: ENDED_RESTORE_JOB_STATES }] },
      },
      targets: [new targets.SfnStateMachine(props.stateMachine, {
        role: this.role('EventsRole', 'events.amazonaws.com', 'EventBridge starts the cleanup with this role', props.stateMachine),
      })],
    });
    Validations.of(rule.node.defaultChild!).acknowledge({
      id: 'Serverless-EventBusDLQ', reason: 'nothing is lost with an event: the next run of the schedule does what this one would have done',
    });
  }

  private role(id: string, service: string, description: string, stateMachine: sfn.StateMachine): iam.IRole {
    // only for triggers of this account ("Cross-service confused deputy prevention", EventBridge User Guide)
    const assumedBy = new iam.ServicePrincipal(service, { conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } } });
    const role = new ServiceRole(this, id, { assumedBy, description });
    role.addStatements(new iam.PolicyStatement({ actions: ['states:StartExecution'], resources: [stateMachine.stateMachineArn] }));
    return role.role;
  }
}
