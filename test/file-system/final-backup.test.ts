import { Match, Template } from 'aws-cdk-lib/assertions';
import * as efs from 'aws-cdk-lib/aws-efs';
import { CfnParameter, Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import type { Stack } from 'aws-cdk-lib/core';
import { BackedUpFileSystem, EfsBackupPlan, EfsBackupVault, FinalBackup, UnfinishedFinalBackup } from '../../src';
import type { FinalBackupProps } from '../../src';
import { CONTEXTS, FILE_SYSTEM_ARN, IRELAND, makeStack, permissionsOf, theOne, vpcOf } from '../restore/fixture';

const TYPE = 'Custom::EfsFinalBackup';
const add = (stack: Stack, props: Partial<FinalBackupProps> = {}) => {
  const plan = new EfsBackupPlan(stack, 'Plan');
  return new FinalBackup(stack, 'Final', {
    fileSystem: efs.CfnFileSystem.fromFileSystemArn(stack, 'Imported', FILE_SYSTEM_ARN), backupVault: plan.backupVault, role: plan.role, ...props,
  });
};

describe.each(CONTEXTS)('with %s', (_name, context) => {
  test('passes on what it is given', () => {
    const stack = makeStack(context, IRELAND);
    add(stack, { deleteAfter: Duration.days(90), unfinished: UnfinishedFinalBackup.GO_ON });
    expect(theOne(stack, TYPE, '')[1].Properties).toEqual({
      ServiceToken: expect.anything(),
      FileSystemId: 'fs-0123456789abcdef0',
      FileSystemArn: FILE_SYSTEM_ARN,
      BackupVaultName: { 'Fn::GetAtt': [expect.stringMatching(/^PlanVault/), 'BackupVaultName'] },
      RoleArn: { 'Fn::GetAtt': [expect.stringMatching(/^PlanBackupRole/), 'Arn'] },
      DeleteAfterDays: '90',
      Unfinished: 'GO_ON',
    });
  });

  test('the function may start a backup into this vault with this role, and nothing else', () => {
    const stack = makeStack(context, IRELAND);
    add(stack);
    expect(permissionsOf(stack, 'CdkEfsBackupFinalBackupFunctionServiceRole').filter((line) => !/^(logs|xray):/.test(line))).toEqual([
      'backup:DescribeBackupJob on *',
      'backup:StartBackupJob on <PlanVaultBackupVault.BackupVaultArn>',
      `elasticfilesystem:DescribeFileSystems on ${FILE_SYSTEM_ARN}`,
      'iam:PassRole on <PlanBackupRoleServiceRole.Arn> if {"StringEquals":{"iam:PassedToService":"backup.amazonaws.com"}}',
    ]);
  });

  test('is deleted before the file system and before the role with its policy, since it is made after them', () => {
    const stack = makeStack(context);
    const data = new BackedUpFileSystem(stack, 'Data', { vpc: vpcOf(stack), removalPolicy: RemovalPolicy.DESTROY });
    new FinalBackup(data, 'Final', { fileSystem: data, backupVault: data.backupVault, role: data.backupPlan.role });
    const [, resource] = theOne(stack, TYPE, '');
    expect(resource.Properties.FileSystemId).toEqual({ Ref: expect.stringMatching(/^DataFileSystem/) });
    expect(resource.DependsOn).toEqual(expect.arrayContaining([expect.stringMatching(/^DataBackupPlanBackupRoleServiceRole/), expect.stringMatching(/^DataBackupVault/)]));
  });
});

test('keeps the recovery point for ever and fails if it is not done in time, by default', () => {
  const stack = makeStack({}, IRELAND);
  add(stack);
  Template.fromStack(stack).hasResourceProperties(TYPE, { DeleteAfterDays: Match.absent(), Unfinished: 'FAIL' });
});

test('comes before the emptying of a vault that is deleted with the stack', () => {
  const stack = makeStack({}, IRELAND);
  add(stack, { backupVault: new EfsBackupVault(stack, 'ThrowAway', { removalPolicy: RemovalPolicy.DESTROY, autoDeleteRecoveryPoints: true }) });
  expect(theOne(stack, TYPE, '')[1].DependsOn).toContain(theOne(stack, 'Custom::EfsRecoveryPoints', '')[0]);
});

test.each([[Duration.hours(12), '0.5 days'], [Duration.days(36_501), '36501 days'], [Duration.seconds(0), '0 days']])('fails for a retention of %s', (deleteAfter, got) => {
  expect(() => add(makeStack(), { deleteAfter })).toThrow(`'deleteAfter' must be a whole number of days from 1 to 36500, got "${got}"`);
});

test('a retention that is a token is not checked', () => {
  const stack = makeStack();
  add(stack, { deleteAfter: Duration.days(new CfnParameter(stack, 'Days', { type: 'Number' }).valueAsNumber) });
  Template.fromStack(stack).hasResourceProperties(TYPE, { DeleteAfterDays: { Ref: 'Days' } });
});

test('all problems are told at once', () => {
  const stack = makeStack({}, { ...IRELAND, region: 'us-east-1' });
  expect(() => add(stack, { deleteAfter: Duration.hours(1) })).toThrow(/2 problems:\n1\. 'fileSystem' must be .*\n2\. 'deleteAfter' must be/);
});
