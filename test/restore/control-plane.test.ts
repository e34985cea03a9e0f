import { Template } from 'aws-cdk-lib/assertions';
import * as backup from 'aws-cdk-lib/aws-backup';
import { CfnParameter } from 'aws-cdk-lib/core';
import type { Stack } from 'aws-cdk-lib/core';
import { addWorkflow, CONTEXTS, everythingOf, fileSystemOf, makeStack, permissionsOf, theOne, trustOf, vaultOf, wordOf } from './fixture';
import { AfterRestore } from '../../src/restore';
import type { EfsRestoreWorkflowProps } from '../../src/restore';

const CONTROL_PLANE = 'RestoreControlPlaneFunction';
const functionOf = (stack: Stack) => theOne(stack, 'AWS::Lambda::Function', CONTROL_PLANE)[1].Properties;

describe.each(CONTEXTS)('with %s', (_name, context) => {
  let stack: Stack;
  beforeEach(() => {
    stack = makeStack(context);
  });

  test('is outside the VPC and mounts nothing', () => {
    addWorkflow(stack);
    expect(functionOf(stack)).toMatchObject({ Runtime: 'nodejs24.x', Handler: 'index.handler', Timeout: 300, MemorySize: 512, TracingConfig: { Mode: 'Active' } });
    expect(functionOf(stack)).not.toHaveProperty('VpcConfig');
    expect(functionOf(stack)).not.toHaveProperty('FileSystemConfigs');
  });

  test('is told what it works on, and nothing else', () => {
    addWorkflow(stack);
    expect(functionOf(stack).Environment.Variables).toEqual({
      FILE_SYSTEM_ID: stack.resolve(fileSystemOf(stack).fileSystemId),
      FILE_SYSTEM_ARN: stack.resolve(fileSystemOf(stack).fileSystemArn),
      BACKUP_VAULT_NAME: stack.resolve(vaultOf(stack).backupVaultName),
      MORE_BACKUP_VAULT_NAMES: '[]',
      CLIENT_MOUNTS: '[{"mountPoint":"/mnt/efs"}]',
      REQUEST_DEFAULTS: '{}',
    });
  });

  test('may read about this file system, this vault and its recovery points, log and trace, and nothing else', () => {
    addWorkflow(stack);
    expect(trustOf(stack, CONTROL_PLANE)).toEqual([{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }]);
    const points = 'arn:aws:backup:eu-west-1:123456789012:recovery-point:*';
    expect(permissionsOf(stack, CONTROL_PLANE)).toEqual([
      'backup:DescribeRecoveryPoint on <VaultFD16F57E.BackupVaultArn>',
      `backup:DescribeRecoveryPoint on ${points}`,
      'backup:DescribeRestoreJob on *',
      'backup:GetBackupVaultAccessPolicy on <VaultFD16F57E.BackupVaultArn>',
      'backup:GetRecoveryPointRestoreMetadata on <VaultFD16F57E.BackupVaultArn>',
      `backup:GetRecoveryPointRestoreMetadata on ${points}`,
      'backup:GetRestoreJobMetadata on *',
      'backup:ListRecoveryPointsByBackupVault on <VaultFD16F57E.BackupVaultArn>',
      'backup:ListRestoreJobs on *',
      'backup:ListRestoreJobsByProtectedResource on *',
      'elasticfilesystem:DescribeAccessPoints on <FileSystem.Arn>',
      'elasticfilesystem:DescribeFileSystems on <FileSystem.Arn>',
      'logs:CreateLogStream on <RestoreControlPlaneFunctionLogGroup.Arn>',
      'logs:PutLogEvents on <RestoreControlPlaneFunctionLogGroup.Arn>',
      'xray:PutTelemetryRecords on *',
      'xray:PutTraceSegments on *',
    ].map((permission) => permission.replace('VaultFD16F57E', 'Vault')));
  });
});

test('is told of further vaults, and may read about their recovery points too', () => {
  const stack = makeStack();
  const more = [new backup.BackupVault(stack, 'More'), backup.BackupVault.fromBackupVaultName(stack, 'Automatic', 'aws/efs/automatic-backup-vault')];
  addWorkflow(stack, { moreBackupVaults: more });
  const { BACKUP_VAULT_NAME: name, MORE_BACKUP_VAULT_NAMES: names } = functionOf(stack).Environment.Variables;
  expect([wordOf(name), JSON.parse(wordOf(names))]).toEqual([
    expect.stringMatching(/^<Vault\w+\.BackupVaultName>$/), [expect.stringMatching(/^<More\w+\.BackupVaultName>$/), 'aws/efs/automatic-backup-vault'],
  ]);
  const listed = permissionsOf(stack, CONTROL_PLANE).filter((permission) => permission.startsWith('backup:ListRecoveryPointsByBackupVault'));
  expect(listed).toEqual(['<More.BackupVaultArn>', '<Vault.BackupVaultArn>', 'arn:aws:backup:eu-west-1:123456789012:backup-vault:aws/efs/automatic-backup-vault']
    .map((vault) => `backup:ListRecoveryPointsByBackupVault on ${vault}`));
});

test('may do nothing more where everything is switched on, but for further vaults', () => {
  const permissions = (props: Partial<EfsRestoreWorkflowProps>) => {
    const stack = makeStack();
    addWorkflow(stack, { ...everythingOf(stack), ...props });
    return permissionsOf(stack, CONTROL_PLANE);
  };
  const plain = makeStack();
  addWorkflow(plain);
  expect(permissions({ moreBackupVaults: [] })).toEqual(permissionsOf(plain, CONTROL_PLANE));
});

test('is told the mounts and the defaults, with what is known at deployment only', () => {
  const stack = makeStack();
  const path = new CfnParameter(stack, 'Path').valueAsString;
  addWorkflow(stack, {
    clientMounts: [{ mountPoint: '/mnt/data', rootDirectory: '/projects' }],
    requestDefaults: { items: [path, "/it's \"quoted\""], afterRestore: AfterRestore.MOVE_INTO_PLACE },
  });
  const { CLIENT_MOUNTS: mounts, REQUEST_DEFAULTS: defaults } = functionOf(stack).Environment.Variables;
  expect(JSON.parse(mounts)).toEqual([{ mountPoint: '/mnt/data', rootDirectory: '/projects' }]);
  expect(JSON.parse(wordOf(defaults))).toEqual({ items: ['<Path>', "/it's \"quoted\""], afterRestore: 'MOVE_INTO_PLACE' });
});

test('the names of the environment variables stay within what Lambda allows', () => {
  const stack = makeStack();
  addWorkflow(stack);
  for (const { Properties } of Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function'))) {
    for (const name of Object.keys(Properties.Environment?.Variables ?? {})) {
      expect(name).toMatch(/^(?!AWS_|LAMBDA_)[A-Z][A-Z0-9_]+$/); // reserved prefixes: "Defined runtime environment variables"
    }
  }
});
