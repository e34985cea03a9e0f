import { Match, Template } from 'aws-cdk-lib/assertions';
import { CfnParameter, RemovalPolicy } from 'aws-cdk-lib/core';
import type { Stack } from 'aws-cdk-lib/core';
import { EfsBackupVault } from '../../src';
import type { EfsBackupVaultProps } from '../../src';
import { checkRecoveryPointDeletion } from '../../src/vault/recovery-point-deletion';
import { CONTEXTS, IRELAND, makeStack, permissionsOf, theOne } from '../restore/fixture';

const VAULT = 'AWS::Backup::BackupVault';
const add = (stack: Stack, props: EfsBackupVaultProps = {}) => new EfsBackupVault(stack, 'Vault', { removalPolicy: RemovalPolicy.DESTROY, autoDeleteRecoveryPoints: true, ...props });
const tags = (stack: Stack) => theOne(stack, VAULT, '')[1].Properties.BackupVaultTags;

describe.each(CONTEXTS)('with %s', (_name, context) => {
  test('a vault is emptied before it is deleted, and says so itself', () => {
    const stack = makeStack(context);
    add(stack);
    const [id] = theOne(stack, VAULT, '');
    expect(theOne(stack, 'Custom::EfsRecoveryPoints', '')[1].Properties.BackupVaultName).toEqual({ 'Fn::GetAtt': [id, 'BackupVaultName'] });
    expect(tags(stack)).toEqual({ 'cdk-efs-backup:auto-delete-recovery-points': 'true' });
  });

  test('its role is let through the denial of deletions, and not through that of lifting it', () => {
    const stack = makeStack(context);
    add(stack);
    const [roleId] = theOne(stack, 'AWS::IAM::Role', 'CdkEfsBackupRecoveryPointsFunction');
    const statements: Array<{ Effect: string; Action: string[]; Condition?: unknown }> = theOne(stack, VAULT, '')[1].Properties.AccessPolicy.Statement;
    const stillDenied = statements.filter(({ Condition }) => !JSON.stringify(Condition).includes(roleId)).flatMap(({ Action }) => Action);
    expect(stillDenied.sort()).toEqual(['backup:DeleteBackupVault', 'backup:DeleteBackupVaultAccessPolicy', 'backup:PutBackupVaultAccessPolicy']);
    expect(statements.every(({ Effect }) => Effect === 'Deny')).toBe(true);
  });

  test('the function deletes recovery points of the account and Region, and reads this vault', () => {
    const stack = makeStack(context, IRELAND);
    add(stack, { backupVaultName: 'throw-away' });
    const arn = 'arn:aws:backup:eu-west-1:123456789012';
    expect(permissionsOf(stack, 'CdkEfsBackupRecoveryPointsFunctionServiceRole').filter((line) => !/^(logs|xray):/.test(line))).toEqual([
      `backup:DeleteRecoveryPoint on ${arn}:recovery-point:*`,
      ...['DescribeBackupVault', 'ListRecoveryPointsByBackupVault', 'ListTags'].map((action) => `backup:${action} on ${arn}:backup-vault:throw-away`),
      'iam:CreateServiceLinkedRole on arn:aws:iam::123456789012:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup if {"StringEquals":{"iam:AWSServiceName":"backup.amazonaws.com"}}',
    ]);
  });
});

test('vault, role and policy do not wait for each other', () => {
  const stack = makeStack();
  add(stack);
  new EfsBackupVault(stack, 'Other', { removalPolicy: RemovalPolicy.DESTROY, autoDeleteRecoveryPoints: true });
  const { Resources } = Template.fromStack(stack).toJSON() as { Resources: Record<string, unknown> };
  const references = (id: string): string[] => Object.keys(Resources).filter((other) => other !== id && JSON.stringify(Resources[id]).includes(`"${other}"`));
  const visit = (id: string, above: string[]): void => references(id).forEach((next) => {
    expect([id, above.includes(next)]).toEqual([id, false]);
    visit(next, [...above, next]);
  });
  Object.keys(Resources).forEach((id) => visit(id, [id]));
});

test('without the prop there is neither function nor tag', () => {
  const stack = makeStack();
  new EfsBackupVault(stack, 'Vault', { removalPolicy: RemovalPolicy.DESTROY });
  Template.fromStack(stack).resourceCountIs('AWS::Lambda::Function', 0);
  Template.fromStack(stack).hasResourceProperties(VAULT, { BackupVaultTags: Match.absent() });
});

test.each([
  [undefined, '"no removalPolicy"'], [RemovalPolicy.RETAIN, '"retain"'], [RemovalPolicy.SNAPSHOT, '"snapshot"'],
])('fails with the removal policy %s', (removalPolicy, got) => {
  expect(() => add(makeStack(), { removalPolicy })).toThrow(
    "[Stack/Vault] 'autoDeleteRecoveryPoints' must not be set without 'removalPolicy' RemovalPolicy.DESTROY: "
    + `a vault that stays keeps its recovery points, got ${got}; set 'removalPolicy'`);
});

test('refuses a locked vault, and says all that is wrong', () => {
  const lockedOnly = checkRecoveryPointDeletion({ autoDeleteRecoveryPoints: true, removalPolicy: RemovalPolicy.DESTROY, locked: true });
  expect(lockedOnly.map(({ rule }) => rule)).toEqual([
    'must not be set for a locked vault: AWS Backup Vault Lock refuses every deletion',
  ]);
  expect(checkRecoveryPointDeletion({ autoDeleteRecoveryPoints: true, locked: true })).toHaveLength(2);
  expect(checkRecoveryPointDeletion({ autoDeleteRecoveryPoints: false, locked: true })).toEqual([]);
});

test('a name that is a token is fine', () => {
  const stack = makeStack();
  add(stack, { backupVaultName: new CfnParameter(stack, 'Name').valueAsString });
  expect(permissionsOf(stack, 'CdkEfsBackupRecoveryPointsFunctionServiceRole')).toContain('backup:ListTags on arn:aws:backup:eu-west-1:123456789012:backup-vault:<Name>');
});
