import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { encryptedLogGroup } from './encrypted-log-group';
import type { ServiceRole } from './service-role';

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

/** What the role of such a state machine needs for that. */
export function allowLogsAndTraces(role: ServiceRole): void {
  role.addUnscopedStatements('CloudWatch Logs knows no resource-level permissions for log deliveries',
    'logs:CreateLogDelivery', 'logs:DeleteLogDelivery', 'logs:DescribeLogGroups', 'logs:DescribeResourcePolicies', 'logs:GetLogDelivery',
    'logs:ListLogDeliveries', 'logs:PutResourcePolicy', 'logs:UpdateLogDelivery');
  role.addUnscopedStatements('X-Ray knows no resource-level permissions for traces',
    'xray:GetSamplingRules', 'xray:GetSamplingTargets', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments');
}
