import * as iam from 'aws-cdk-lib/aws-iam';
import { KeyGrants } from 'aws-cdk-lib/aws-kms';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/** How the logs of a function or a state machine are kept. */
export interface EncryptedLogGroupProps {
  readonly retention: logs.RetentionDays;
  /** @default - CloudWatch Logs encrypts with a key of its own */
  readonly encryptionKey?: IKeyRef;
  /** Services besides CloudWatch Logs that write into an encrypted log group. */
  readonly writers?: string[];
}

/** A log group whose key lets CloudWatch Logs in; the L2 takes a key and leaves its policy to the user. */
export function encryptedLogGroup(scope: Construct, id: string, props: EncryptedLogGroupProps): logs.LogGroup {
  const { account, partition, region } = Stack.of(scope);
  if (props.encryptionKey) {
    const grants = KeyGrants.fromKey(props.encryptionKey);
    const actions = ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'];
    // "Encrypt log data in CloudWatch Logs using AWS KMS", Amazon CloudWatch Logs User Guide
    grants.actions(new iam.ServicePrincipal('logs.amazonaws.com', {
      conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:*` } },
    }), ...actions);
    for (const writer of props.writers ?? []) {
      grants.actions(new iam.ServicePrincipal(writer, { conditions: { StringEquals: { 'aws:SourceAccount': account } } }), 'kms:Decrypt*');
    }
  }
  return new logs.LogGroup(scope, id, { retention: props.retention, encryptionKey: props.encryptionKey });
}
