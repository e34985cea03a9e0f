import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib/core';
import { EfsBackupVault, EfsBackupVaultGrants, VaultEncryption } from '../../src/vault';
import type { EfsBackupVaultProps } from '../../src/vault';
import type { Statement } from '../helpers/policy';

let stack: Stack;
let role: iam.Role;
beforeEach(() => {
  stack = new Stack();
  role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('backup.amazonaws.com') });
});
const vaultWith = (props?: EfsBackupVaultProps) => new EfsBackupVault(stack, 'Vault', props);
const granted = (): Statement[] => Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy')).flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
const rows = () => granted().map(({ Action, Resource, Condition }) => [Action, Resource, Condition]);
const points = () => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':backup:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, ':recovery-point:*']] });

test('reading is looking at the vault and at recovery points, and changes nothing', () => {
  const vault = vaultWith();
  vault.grants.read(role);
  const arn = stack.resolve(vault.backupVaultArn);
  expect(rows()).toEqual([
    [['backup:DescribeBackupVault', 'backup:ListRecoveryPointsByBackupVault'], arn, undefined],
    [['backup:DescribeRecoveryPoint', 'backup:GetRecoveryPointRestoreMetadata', 'backup:ListTags'], [arn, points()], undefined],
  ]);
});

test('starting backup jobs is limited to the vault, and passes one role to AWS Backup only', () => {
  const vault = vaultWith();
  const passed = new iam.Role(stack, 'Passed', { assumedBy: new iam.ServicePrincipal('backup.amazonaws.com') });
  vault.grants.startBackupJobs(role, passed);
  expect(rows()).toEqual([
    ['backup:StartBackupJob', stack.resolve(vault.backupVaultArn), undefined],
    ['backup:DescribeBackupJob', '*', undefined],
    ['iam:PassRole', stack.resolve(passed.roleArn), { StringEquals: { 'iam:PassedToService': 'backup.amazonaws.com' } }],
  ]);
});

test('copying into the vault takes no key where AWS manages it', () => {
  const vault = vaultWith();
  vault.grants.copyInto(role);
  expect(rows()).toEqual([[['backup:DescribeBackupVault', 'backup:CopyIntoBackupVault'], stack.resolve(vault.backupVaultArn), undefined]]);
});

test('copying into the vault takes its key through AWS Backup', () => {
  const vault = vaultWith({ encryption: VaultEncryption.customerManagedKey() });
  vault.grants.copyInto(role);
  const key = stack.resolve(vault.encryptionKey!.keyRef.keyArn);
  expect(rows().slice(1)).toEqual([
    ['kms:DescribeKey', key, undefined],
    [['kms:Decrypt', 'kms:GenerateDataKey'], key, { StringLike: { 'kms:ViaService': 'backup.*' } }],
    ['kms:CreateGrant', key, { Bool: { 'kms:GrantIsForAWSResource': 'true' } }],
  ]);
});

test('deleting recovery points is granted to an exempt role', () => {
  vaultWith({ deletionExemptRoles: [role] }).grants.deleteRecoveryPoints(role);
  expect(rows()).toEqual([[['backup:DeleteRecoveryPoint', 'backup:UpdateRecoveryPointLifecycle'], points(), undefined]]);
});

test('deleting recovery points is refused to every other role, since the vault denies it', () => {
  const vault = vaultWith();
  expect(() => vault.grants.deleteRecoveryPoints(role)).toThrow(/^\[Default\/Vault\] 'role' must be one of 'deletionExemptRoles'.*, got "Default\/Role"/);
  expect(granted()).toEqual([]);
});

test('no grant but that for deletion holds an action that deletes', () => {
  const vault = vaultWith({ encryption: VaultEncryption.customerManagedKey() });
  const grants = EfsBackupVaultGrants.fromEfsBackupVault(vault);
  grants.read(role);
  grants.startBackupJobs(role, role);
  grants.copyInto(role);
  expect(JSON.stringify(rows().map(([action]) => action))).not.toMatch(/Delete|Update|Put|Schedule|\*/);
});
