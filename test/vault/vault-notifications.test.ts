import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { ITopicRef } from 'aws-cdk-lib/aws-sns';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import { EfsBackupVault, EfsLogicallyAirGappedVault, VaultEvent } from '../../src/vault';
import type { BackupVaultOptions } from '../../src/vault';
import { findings } from '../private/nag';

const ref = (name: string) => ({ Ref: `AWS::${name}` });
const arnLike = (name: string) => ({
  ArnLike: { 'aws:SourceArn': { 'Fn::Join': ['', ['arn:', ref('Partition'), ':backup:', ref('Region'), ':', ref('AccountId'), `:backup-vault:${name}`]] } },
});

const KINDS: [string, string, (stack: Stack, options: BackupVaultOptions) => EfsBackupVault | EfsLogicallyAirGappedVault][] = [
  ['a vault', 'AWS::Backup::BackupVault', (stack, options) => new EfsBackupVault(stack, 'Vault', options)],
  ['an air-gapped vault', 'AWS::Backup::LogicallyAirGappedBackupVault',
    (stack, options) => new EfsLogicallyAirGappedVault(stack, 'Vault', { minRetention: Duration.days(7), maxRetention: Duration.days(99), ...options })],
];

/** Events that AWS documents as delivered, and that concern Amazon EFS ("Notification options with AWS Backup", AWS Backup Developer Guide). */
const SUPPORTED = [
  'BACKUP_JOB_COMPLETED', 'BACKUP_JOB_STARTED', 'COPY_JOB_FAILED', 'COPY_JOB_STARTED', 'COPY_JOB_SUCCESSFUL', 'RECOVERY_POINT_MODIFIED', 'RESTORE_JOB_COMPLETED',
  'RESTORE_JOB_STARTED',
];

test('no other events can be asked for than those that AWS delivers', () => {
  expect(Object.values(VaultEvent).sort()).toEqual(SUPPORTED);
});

describe.each(KINDS)('%s', (_name, type, make) => {
  const notifications = (stack: Stack) => Object.values(Template.fromStack(stack).findResources(type))[0].Properties.Notifications;

  test('reports nothing unless asked for', () => {
    const stack = new Stack();
    make(stack, {});
    expect(notifications(stack)).toBeUndefined();
  });

  test('reports every end of a job by default, and only supported events', () => {
    const stack = new Stack();
    const topic = new sns.Topic(stack, 'Topic');
    make(stack, { notificationTopic: topic });
    const { SNSTopicArn, BackupVaultEvents } = notifications(stack);
    expect(SNSTopicArn).toEqual(stack.resolve(topic.topicArn));
    expect(BackupVaultEvents).toEqual(['BACKUP_JOB_COMPLETED', 'COPY_JOB_SUCCESSFUL', 'COPY_JOB_FAILED', 'RESTORE_JOB_COMPLETED', 'RECOVERY_POINT_MODIFIED']);
    expect(SUPPORTED).toEqual(expect.arrayContaining(BackupVaultEvents));
  });

  test('reports what the user chooses, each once', () => {
    const stack = new Stack();
    make(stack, { notificationTopic: new sns.Topic(stack, 'Topic'), notificationEvents: [VaultEvent.COPY_JOB_FAILED, VaultEvent.COPY_JOB_FAILED] });
    expect(notifications(stack).BackupVaultEvents).toEqual(['COPY_JOB_FAILED']);
  });

  test('lets AWS Backup publish for this vault of this account, and nothing else', () => {
    const stack = new Stack();
    make(stack, { backupVaultName: 'ours', notificationTopic: new sns.Topic(stack, 'Topic') });
    const [policy] = Object.values(Template.fromStack(stack).findResources('AWS::SNS::TopicPolicy'));
    expect(policy.Properties.PolicyDocument.Statement).toEqual([expect.objectContaining({
      Effect: 'Allow',
      Action: 'sns:Publish',
      Principal: { Service: 'backup.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': ref('AccountId') }, ...arnLike('ours') },
    })]);
  });

  test('lets AWS Backup use the key of the topic', () => {
    const stack = new Stack();
    make(stack, { backupVaultName: 'ours', notificationTopic: new sns.Topic(stack, 'Topic', { masterKey: new kms.Key(stack, 'Key') }) });
    Template.fromStack(stack).hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: { Statement: Match.arrayWith([Match.objectLike({ Action: ['kms:Decrypt', 'kms:GenerateDataKey*'], Principal: { Service: 'backup.amazonaws.com' } })]) },
    });
  });

  test('takes a topic of another stack, without a circle between the two', () => {
    const app = new App();
    const topics = new Stack(app, 'Topics');
    const stack = new Stack(app, 'Stack');
    make(stack, { notificationTopic: new sns.Topic(topics, 'Topic', { masterKey: new kms.Key(topics, 'Key'), enforceSSL: true }) });
    expect(notifications(stack).SNSTopicArn).toEqual({ 'Fn::ImportValue': expect.stringContaining('Topics:') });
    expect(topics.dependencies).toEqual([]);
  });

  test('takes an L1 topic', () => {
    const stack = new Stack();
    make(stack, { notificationTopic: new sns.CfnTopic(stack, 'Topic') });
    Template.fromStack(stack).hasResourceProperties('AWS::SNS::TopicPolicy', { PolicyDocument: { Statement: [Match.objectLike({ Action: 'sns:Publish' })] } });
  });

  const warnings = (stack: Stack) => Annotations.fromStack(stack).findWarning('*', Match.anyValue()).map(({ id, entry }) => `${id} ${entry.data}`);

  test('warns that the policy of an imported topic is left alone', () => {
    const stack = new Stack(new App(), 'Stack');
    make(stack, { notificationTopic: sns.Topic.fromTopicArn(stack, 'Topic', `arn:aws:sns:${stack.region}:${stack.account}:topic`) });
    Template.fromStack(stack).resourceCountIs('AWS::SNS::TopicPolicy', 0);
    expect(warnings(stack)).toEqual([expect.stringMatching(/^\/Stack\/Vault the policy of an imported topic cannot be changed here.*cdk-efs-backup:notificationTopicPolicy/s)]);
  });

  test('does not warn of a topic of this app', () => {
    const stack = new Stack(new App(), 'Stack');
    make(stack, { notificationTopic: new sns.Topic(stack, 'Topic') });
    expect(warnings(stack)).toEqual([]);
  });

  test.each<[string, (stack: Stack) => BackupVaultOptions, RegExp]>([
    ['events without a topic', () => ({ notificationEvents: [VaultEvent.BACKUP_JOB_COMPLETED] }), /'notificationEvents' must not be set without 'notificationTopic'/],
    ['a topic without events', (stack) => ({ notificationTopic: new sns.Topic(stack, 'Topic'), notificationEvents: [] }), /'notificationEvents' must name at least one event/],
    ['a FIFO topic', (stack) => ({ notificationTopic: new sns.Topic(stack, 'Topic', { fifo: true }) }), /'notificationTopic' must be a standard topic/],
    ['a FIFO L1 topic', (stack) => ({ notificationTopic: new sns.CfnTopic(stack, 'Topic', { fifoTopic: true }) }), /'notificationTopic' must be a standard topic/],
    ['a topic of another account', (stack) => ({ notificationTopic: sns.Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-west-1:111122223333:topic') }),
      /'notificationTopic' must be in the account and Region of the vault \(123456789012 eu-west-1\), got "111122223333 eu-west-1"/],
    ['a topic of another Region', (stack) => ({ notificationTopic: sns.Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:us-east-1:123456789012:topic') as ITopicRef }),
      /'notificationTopic' must be in the account and Region of the vault/],
  ])('fails with %s', (_case, options, message) => {
    const stack = new Stack(new App(), 'Stack', { env: { account: '123456789012', region: 'eu-west-1' } });
    expect(() => make(stack, options(stack))).toThrow(message);
  });

  test.each([['cn-north-1'], ['us-gov-west-1']])('names no partition in %s', (region) => {
    const stack = new Stack(new App(), 'Stack', { env: { account: '123456789012', region } });
    make(stack, { notificationTopic: new sns.Topic(stack, 'Topic') });
    expect(JSON.stringify(Template.fromStack(stack).findResources('AWS::SNS::TopicPolicy'))).not.toContain('arn:aws');
  });

  test('is clean for compliance packs with an encrypted topic', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    make(stack, { notificationTopic: new sns.Topic(stack, 'Topic', { masterKey: new kms.Key(stack, 'Key', { enableKeyRotation: true }), enforceSSL: true }) });
    expect(findings(app)).toEqual([]);
  });
});
