import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { encryptedLogGroup } from './encrypted-log-group';

export interface WorkflowStateMachineProps {
  readonly comment: string;
  /** The first state. */
  readonly start: sfn.IChainable;
  /** A role that `allowLogsAndTraces` was told of. */
  readonly role: iam.IRole;
  readonly logRetention: RetentionDays;
  readonly encryptionKey?: IKeyRef;
}

/** A state machine that logs everything, encrypted where there is a key, and is traced. */
export function workflowStateMachine(scope: Construct, props: WorkflowStateMachineProps): sfn.StateMachine {
  return new sfn.StateMachine(scope, 'StateMachine', {
    comment: props.comment,
    definitionBody: sfn.DefinitionBody.fromChainable(props.start),
    role: props.role,
    tracingEnabled: true,
    logs: {
      destination: encryptedLogGroup(scope, 'LogGroup', {
        retention: props.logRetention, encryptionKey: props.encryptionKey, writers: ['delivery.logs.amazonaws.com'],
      }),
      level: sfn.LogLevel.ALL,
      includeExecutionData: true,
    },
  });
}
