import * as iam from 'aws-cdk-lib/aws-iam';
import type { ITopic, ITopicRef } from 'aws-cdk-lib/aws-sns';
import type { ServiceRole } from './service-role';

/** Lets a state machine log and trace, which every compliance pack asks for. */
export function allowLogsAndTraces(role: ServiceRole): void {
  role.addUnscopedStatements('CloudWatch Logs knows no resource-level permissions for log deliveries',
    'logs:CreateLogDelivery', 'logs:DeleteLogDelivery', 'logs:DescribeLogGroups', 'logs:DescribeResourcePolicies', 'logs:GetLogDelivery',
    'logs:ListLogDeliveries', 'logs:PutResourcePolicy', 'logs:UpdateLogDelivery');
  role.addUnscopedStatements('X-Ray knows no resource-level permissions for traces',
    'xray:GetSamplingRules', 'xray:GetSamplingTargets', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments');
}

/** Lets a state machine publish to a topic, also to one that is encrypted with a key of the user's. */
export function allowPublishing(role: ServiceRole, topic: ITopicRef): void {
  role.addStatements(new iam.PolicyStatement({ actions: ['sns:Publish'], resources: [topic.topicRef.topicArn] }));
  const { masterKey } = topic as Partial<ITopic>;
  if (masterKey !== undefined) {
    // whoever publishes must be allowed to use the key ("Managing Amazon SNS encryption keys and costs", Amazon SNS Developer Guide)
    role.addStatements(new iam.PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [masterKey.keyArn] }));
  }
}
