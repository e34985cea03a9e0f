import * as iam from 'aws-cdk-lib/aws-iam';
import type { CfnTopic, ITopic, ITopicRef } from 'aws-cdk-lib/aws-sns';
import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { vaultArnOf } from './vault-attributes';
import type { Problem } from '../core/problem';
import { describeEnvironment, environmentsDiffer } from '../private/environment';
import { warn, WarningId } from '../private/warnings';

/**
 * What a vault reports about backups of Amazon EFS. AWS knows more names, but delivers them for other services or no longer at all.
 *
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-notifications.html
 */
export enum VaultEvent {
  /** A backup job runs. */
  BACKUP_JOB_STARTED = 'BACKUP_JOB_STARTED',
  /** A backup job ended, well or not: the message attribute `State` is `COMPLETED`, `FAILED`, `EXPIRED` or `ABORTED`. */
  BACKUP_JOB_COMPLETED = 'BACKUP_JOB_COMPLETED',
  /** A copy job runs. */
  COPY_JOB_STARTED = 'COPY_JOB_STARTED',
  /** A copy job ended well. */
  COPY_JOB_SUCCESSFUL = 'COPY_JOB_SUCCESSFUL',
  /** A copy job failed. */
  COPY_JOB_FAILED = 'COPY_JOB_FAILED',
  /** A restore job runs. */
  RESTORE_JOB_STARTED = 'RESTORE_JOB_STARTED',
  /** A restore job ended, well or not: the message attribute `State` says which. */
  RESTORE_JOB_COMPLETED = 'RESTORE_JOB_COMPLETED',
  /** A recovery point changed. */
  RECOVERY_POINT_MODIFIED = 'RECOVERY_POINT_MODIFIED',
}

/** What is sent unless the user says otherwise: every end of a job, and changes of recovery points. */
const DEFAULT_EVENTS = [
  VaultEvent.BACKUP_JOB_COMPLETED, VaultEvent.COPY_JOB_SUCCESSFUL, VaultEvent.COPY_JOB_FAILED, VaultEvent.RESTORE_JOB_COMPLETED,
  VaultEvent.RECOVERY_POINT_MODIFIED,
];

/** The props of a vault that are about notifications. */
export interface NotificationProps {
  readonly notificationTopic?: ITopicRef;
  readonly notificationEvents?: VaultEvent[];
}

/** What CloudFormation takes, for either kind of vault. */
export interface NotificationConfiguration {
  readonly snsTopicArn: string;
  readonly backupVaultEvents: string[];
}

/** What AWS Backup would refuse, or never deliver. */
export function checkNotifications(scope: Construct, { notificationTopic: topic, notificationEvents: events }: NotificationProps): Problem[] {
  const problems: Problem[] = [];
  if (topic === undefined) {
    return events === undefined ? [] : [{ subject: 'notificationEvents', rule: "must not be set without 'notificationTopic'", remedy: 'name the topic, or leave it out' }];
  }
  if (events?.length === 0) {
    problems.push({ subject: 'notificationEvents', rule: 'must name at least one event', remedy: "leave it out, or drop 'notificationTopic'" });
  }
  const { account, region } = Stack.of(scope);
  if (environmentsDiffer(topic.env, { account, region })) {
    problems.push({
      subject: 'notificationTopic',
      rule: `must be in the account and Region of the vault (${describeEnvironment({ account, region })})`,
      value: describeEnvironment(topic.env),
      remedy: 'use a topic there, and forward from it',
    });
  }
  if ((topic as Partial<ITopic>).fifo === true || (topic as Partial<CfnTopic>).fifoTopic === true) {
    problems.push({ subject: 'notificationTopic', rule: 'must be a standard topic: AWS Backup publishes to no FIFO topic', remedy: 'use a standard topic' });
  }
  return problems;
}

/**
 * Lets AWS Backup publish what happens in one vault to the topic, and use the topic's key if that is known.
 *
 * @param vaultName the name itself, not the attribute of the vault: the policy would depend on the vault otherwise, and be late.
 * @returns undefined without a topic.
 */
export function bindNotifications(scope: Construct, vaultName: string, props: NotificationProps): NotificationConfiguration | undefined {
  const { notificationTopic: topic, notificationEvents: events = DEFAULT_EVENTS } = props;
  if (topic === undefined) {
    return undefined;
  }
  const service = new iam.ServicePrincipal('backup.amazonaws.com', {
    // "The value of aws:SourceArn must be an AWS Backup vault" ("Cross-service confused deputy prevention", AWS Backup Developer Guide)
    conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account }, ArnLike: { 'aws:SourceArn': vaultArnOf(scope, vaultName) } },
  });
  iam.EncryptedResources.of(topic)?.grantOnKey(service, 'kms:Decrypt', 'kms:GenerateDataKey*');
  // not TopicGrants: its grant counts as a success for an imported topic, too
  const added = iam.ResourceWithPolicies.of(topic)?.addToResourcePolicy(new iam.PolicyStatement({
    actions: ['sns:Publish'], principals: [service], resources: [topic.topicRef.topicArn],
  }));
  if (!added?.statementAdded) {
    warn(scope, WarningId.NOTIFICATION_TOPIC_POLICY,
      'the policy of an imported topic cannot be changed here: let backup.amazonaws.com publish to it, and use its key if it has one, else no notification arrives');
  }
  return { snsTopicArn: topic.topicRef.topicArn, backupVaultEvents: [...new Set(events)] };
}
