import { Template } from 'aws-cdk-lib/assertions';
import * as backup from 'aws-cdk-lib/aws-backup';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { App, CfnParameter, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';
import { findings } from './private/nag';
import { EfsBackup } from '../src/efs-backup';
import { BackedUpFileSystem } from '../src/file-system';
import { EfsBackupRule } from '../src/plan';
import { EfsBackupVault, VaultEncryption } from '../src/vault';

const SELECTION = 'AWS::Backup::BackupSelection';
const env = { account: '123456789012', region: 'eu-west-1' };

/** The ARNs that the selections by reference hold, one list for each selection. */
function selected(stack: Stack): unknown[] {
  return Object.values(Template.fromStack(stack).findResources(SELECTION))
    .map((selection) => selection.Properties.BackupSelection)
    .filter((selection) => selection.Conditions === undefined)
    .map((selection) => selection.Resources);
}

const encrypted = (stack: Stack, id: string) => new efs.CfnFileSystem(stack, id, { encrypted: true });

describe.each([['recommended feature flags', flags], ['no feature flags', {}]])('with %s', (_name, context) => {
  let app: App;
  let stack: Stack;
  beforeEach(() => {
    app = new App({ context: { ...context } });
    stack = new Stack(app, 'Stack');
  });

  test('is a vault, a plan and its selections', () => {
    const efsBackup = new EfsBackup(stack, 'Backup', { fileSystems: [encrypted(stack, 'One'), encrypted(stack, 'Two')] });
    efsBackup.addFileSystem(encrypted(stack, 'Three'));
    expect(selected(stack)).toEqual([['One', 'Two', 'Three'].map((id) => ({ 'Fn::GetAtt': [id, 'Arn'] }))]);
    expect(efsBackup.vault).toBeInstanceOf(EfsBackupVault);
    expect(efsBackup.plan.backupVault).toBe(efsBackup.vault);
    Template.fromStack(stack).resourceCountIs('AWS::Backup::BackupVault', 1);
    expect(findings(app)).toEqual([]);
  });

  test('selects by tag only, as long as there are no file systems', () => {
    new EfsBackup(stack, 'Backup', { fileSystems: [] });
    expect(selected(stack)).toEqual([]);
    Template.fromStack(stack).resourceCountIs(SELECTION, 1);
  });
});

test('passes on what it is given', () => {
  const stack = new Stack();
  const key = new kms.Key(stack, 'Key');
  new EfsBackup(stack, 'Backup', {
    encryption: VaultEncryption.existingKey(key),
    deletionExemptRoles: [iam.Role.fromRoleArn(stack, 'Admin', 'arn:aws:iam::123456789012:role/admin')],
    deploymentRole: iam.Role.fromRoleArn(stack, 'Deployment', 'arn:aws:iam::123456789012:role/deployment'),
    backupPlanRules: [EfsBackupRule.weekly()],
    backupTag: { key: 'backup', value: 'weekly' },
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const template = Template.fromStack(stack);
  template.hasResource('AWS::Backup::BackupVault', { DeletionPolicy: 'Delete' });
  template.hasResource('AWS::IAM::Role', { DeletionPolicy: 'Delete' });
  template.hasResourceProperties('AWS::Backup::BackupVault', { EncryptionKeyArn: stack.resolve(key.keyArn) });
  const text = JSON.stringify(template.findResources('AWS::Backup::BackupVault'));
  expect(text).toContain('role/admin');
  expect(text).toContain('role/deployment');
  template.hasResourceProperties('AWS::Backup::BackupPlan', { BackupPlan: { BackupPlanRule: [{ RuleName: 'Weekly' }] } });
  template.hasResourceProperties(SELECTION, {
    BackupSelection: { Conditions: { StringEquals: [{ ConditionKey: 'aws:ResourceTag/backup', ConditionValue: 'weekly' }] } },
  });
});

test('writes to an existing vault', () => {
  const stack = new Stack();
  const backupVault = backup.BackupVault.fromBackupVaultName(stack, 'Vault', 'existing');
  expect(new EfsBackup(stack, 'Backup', { backupVault }).vault).toBe(backupVault);
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::Backup::BackupVault', 0);
  template.hasResourceProperties('AWS::Backup::BackupPlan', { BackupPlan: { BackupPlanRule: [{ TargetBackupVault: 'existing' }] } });
});

test('does not select by reference what its plan selects by tag', () => {
  const stack = new Stack();
  const efsBackup = new EfsBackup(stack, 'Backup');
  const tagged = new BackedUpFileSystem(stack, 'Data', { vpc: new ec2.Vpc(stack, 'Vpc'), backupPlan: efsBackup.plan });
  efsBackup.addFileSystem(tagged);
  efsBackup.addFileSystem(tagged.fileSystem);
  new EfsBackup(stack, 'Other').addFileSystem(tagged);
  expect(selected(stack)).toEqual([[stack.resolve(tagged.fileSystemRef.fileSystemArn)]]);
});

describe('fails', () => {
  test('with an existing vault and settings of a new one', () => {
    const stack = new Stack();
    const role = iam.Role.fromRoleName(stack, 'Role', 'role');
    expect(() => new EfsBackup(stack, 'Backup', {
      backupVault: backup.BackupVault.fromBackupVaultName(stack, 'Vault', 'existing'),
      encryption: VaultEncryption.customerManagedKey(),
      deletionExemptRoles: [role],
      deploymentRole: role,
    })).toThrow(/3 problems:\n1. 'encryption' must not be combined with 'backupVault'.*\n2. 'deletionExemptRoles'.*\n3. 'deploymentRole'/);
    expect(stack.node.findChild('Backup').node.children).toEqual([]);
  });

  test('with a file system of another Region, now or later', () => {
    const stack = new Stack(new App(), 'Stack', { env });
    const far = efs.CfnFileSystem.fromFileSystemArn(stack, 'Far', 'arn:aws:elasticfilesystem:us-east-1:123456789012:file-system/fs-0123456789abcdef0');
    expect(() => new EfsBackup(stack, 'Backup', { fileSystems: [far] })).toThrow(/'fileSystems\[0\]' must be in the account and Region/);
    expect(stack.node.findChild('Backup').node.children).toEqual([]);
    const good = new EfsBackup(stack, 'Good', { fileSystems: [encrypted(stack, 'Near')] });
    expect(() => good.addFileSystem(far)).toThrow(/'fileSystems\[1\]' must be in the account and Region/);
    expect(selected(stack)).toHaveLength(1);
  });

  test('with the 501st file system', () => {
    const stack = new Stack();
    const efsBackup = new EfsBackup(stack, 'Backup', { fileSystems: Array.from({ length: 500 }, (_, n) => encrypted(stack, `FileSystem${n}`)) });
    expect(() => efsBackup.addFileSystem(encrypted(stack, 'OneMore'))).toThrow(/must hold 1 to 500 file systems, got 501/);
  });
});

test('does not compare Regions that are tokens', () => {
  const stack = new Stack(new App(), 'Stack', { env });
  const arn = new CfnParameter(stack, 'Arn').valueAsString;
  const securityGroup = ec2.SecurityGroup.fromSecurityGroupId(stack, 'SecurityGroup', 'sg-0123456789abcdef0');
  new EfsBackup(stack, 'Backup', { fileSystems: [efs.FileSystem.fromFileSystemAttributes(stack, 'Imported', { fileSystemArn: arn, securityGroup })] });
  expect(selected(stack)).toEqual([[{ Ref: 'Arn' }]]);
});
