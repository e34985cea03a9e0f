/** What the L2 constructs of aws-cdk-lib write for a vault and its plan, beside what ours write. */
import { Template } from 'aws-cdk-lib/assertions';
import * as backup from 'aws-cdk-lib/aws-backup';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { App, Stack } from 'aws-cdk-lib/core';
import { EfsBackup, EfsBackupVault, VaultEvent } from '../../src';
import { isDenied, preventsManualDeletion } from '../helpers/policy';
import type { Statement } from '../helpers/policy';

const ARN = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const stackOf = (id: string, fill: (stack: Stack) => void): Stack => {
  const stack = new Stack(new App(), id, { env: { account: '123456789012', region: 'eu-west-1' } });
  fill(stack);
  return stack;
};
const vault = (stack: Stack) => Object.values(Template.fromStack(stack).findResources('AWS::Backup::BackupVault'))[0];

describe('a vault that reports to a topic (A5)', () => {
  const events = (stack: Stack): string[] => vault(stack).Properties.Notifications.BackupVaultEvents;
  const publishers = (stack: Stack): Statement[] => Object.values(Template.fromStack(stack).findResources('AWS::SNS::TopicPolicy'))[0].Properties.PolicyDocument.Statement;
  const l2 = stackOf('L2', (stack) => new backup.BackupVault(stack, 'Vault', { notificationTopic: new sns.Topic(stack, 'Topic') }));
  const ours = stackOf('Ours', (stack) => new EfsBackupVault(stack, 'Vault', { notificationTopic: new sns.Topic(stack, 'Topic') }));

  test('the L2 asks for events that AWS no longer delivers, ours only for those that it does', () => {
    const undelivered = [
      'BACKUP_JOB_SUCCESSFUL', 'BACKUP_JOB_FAILED', 'BACKUP_JOB_EXPIRED', 'RESTORE_JOB_SUCCESSFUL', 'RESTORE_JOB_FAILED', 'BACKUP_PLAN_CREATED',
      'BACKUP_PLAN_MODIFIED',
    ];
    expect(events(l2)).toEqual(expect.arrayContaining(undelivered));
    expect(events(ours).filter((event) => undelivered.includes(event))).toEqual([]);
    expect(Object.values(VaultEvent).filter((event) => undelivered.includes(event))).toEqual([]);
  });

  test('the L2 lets AWS Backup publish on behalf of any vault of any account, ours for this vault', () => {
    expect(publishers(l2).map(({ Condition }) => Condition)).toEqual([undefined]);
    expect(publishers(ours).map(({ Condition }) => Object.keys(Object.assign({}, ...Object.values(Condition!))))).toEqual([['aws:SourceAccount', 'aws:SourceArn']]);
  });
});

describe('what is left when the stack is deleted (A7)', () => {
  const deletionPolicies = (stack: Stack, type: string) =>
    Object.values(Template.fromStack(stack).findResources(type)).map(({ DeletionPolicy }) => DeletionPolicy);
  const fileSystem = (stack: Stack) => new efs.CfnFileSystem(stack, 'FileSystem', { encrypted: true });
  const l2 = stackOf('L2', (stack) => new backup.BackupPlan(stack, 'Plan', { backupPlanRules: [backup.BackupPlanRule.daily()] })
    .addSelection('Selection', { resources: [backup.BackupResource.fromEfsFileSystem(fileSystem(stack))] }));
  const ours = stackOf('Ours', (stack) => new EfsBackup(stack, 'Backup', { fileSystems: [fileSystem(stack)] }));

  test('the L2 retains the vault and deletes the role without which its recovery points never expire; ours retains both', () => {
    expect(deletionPolicies(l2, 'AWS::Backup::BackupVault')).toEqual(['Retain']);
    expect(deletionPolicies(l2, 'AWS::IAM::Role')).toEqual([undefined]);
    expect(deletionPolicies(ours, 'AWS::Backup::BackupVault')).toEqual(['Retain']);
    expect(deletionPolicies(ours, 'AWS::IAM::Role')).toEqual(['Retain']);
    expect(deletionPolicies(ours, 'AWS::IAM::ManagedPolicy')).toEqual(['Retain']);
  });
});

describe('a vault that denies deletion (A8)', () => {
  const policy = (stack: Stack): Statement[] => vault(stack).Properties.AccessPolicy.Statement;
  const l2 = stackOf('L2', (stack) => new backup.BackupVault(stack, 'Vault', { blockRecoveryPointDeletion: true }));
  const ours = stackOf('Ours', (stack) => new EfsBackupVault(stack, 'Vault', {
    deploymentRole: iam.Role.fromRoleArn(stack, 'Deployment', ARN('deployment')),
    deletionExemptRoles: [iam.Role.fromRoleArn(stack, 'BreakGlass', ARN('break-glass'))],
  }));

  test.each(['backup:DeleteRecoveryPoint', 'backup:UpdateRecoveryPointLifecycle'])('both deny %s', (action) => {
    expect([l2, ours].map((stack) => isDenied(policy(stack), action, ARN('admin')))).toEqual([true, true]);
  });

  test.each(['backup:PutBackupVaultAccessPolicy', 'backup:DeleteBackupVaultAccessPolicy', 'backup:DeleteBackupVault'])('anyone may lift the denial of the L2 with %s, but not ours', (action) => {
    expect([l2, ours].map((stack) => isDenied(policy(stack), action, ARN('admin')))).toEqual([false, true]);
  });

  test('the L2 has no break-glass role, ours lets the named one through', () => {
    expect([l2, ours].map((stack) => isDenied(policy(stack), 'backup:DeleteRecoveryPoint', ARN('break-glass')))).toEqual([true, false]);
  });

  test('the L2 fails the control for manual deletion of AWS Backup Audit Manager, ours passes', () => {
    expect([l2, ours].map((stack) => preventsManualDeletion(policy(stack), [ARN('break-glass'), ARN('deployment')]))).toEqual([false, true]);
  });
});
