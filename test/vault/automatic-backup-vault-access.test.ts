import { Template } from 'aws-cdk-lib/assertions';
import * as backup from 'aws-cdk-lib/aws-backup';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { AutomaticBackupVaultAccess } from '../../src';
import { addWorkflow, CONTEXTS, IRELAND, makeStack, permissionsOf, theOne, wordOf } from '../restore/fixture';

const TYPE = 'Custom::EfsAutomaticBackupVaultAccess';
const ARN = 'arn:aws:backup:eu-west-1:123456789012:backup-vault:aws/efs/automatic-backup-vault';

describe.each(CONTEXTS)('with %s', (_name, context) => {
  test('opens the vault for everyone, or for the roles that it is given', () => {
    const stack = makeStack(context);
    new AutomaticBackupVaultAccess(stack, 'Everyone');
    new AutomaticBackupVaultAccess(stack, 'Some', { roles: [iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::123456789012:role/restorers')] });
    expect(theOne(stack, TYPE, 'Everyone')[1].Properties.RoleArns).toEqual([]);
    expect(theOne(stack, TYPE, 'Some')[1].Properties.RoleArns).toEqual(['arn:aws:iam::123456789012:role/restorers']);
  });

  test('the function may read and set the access policy of this vault alone', () => {
    const stack = makeStack(context, IRELAND);
    new AutomaticBackupVaultAccess(stack, 'Access');
    expect(permissionsOf(stack, 'CdkEfsBackupAutomaticBackupVaultAccessFunctionServiceRole').filter((line) => !/^(logs|xray):/.test(line))).toEqual([
      `backup:DescribeBackupVault on ${ARN}`, `backup:GetBackupVaultAccessPolicy on ${ARN}`, `backup:PutBackupVaultAccessPolicy on ${ARN}`,
    ]);
  });

  test('is a reference to the vault, which a restore workflow takes', () => {
    const stack = makeStack(context, IRELAND);
    const access = new AutomaticBackupVaultAccess(stack, 'Access');
    const { backupVaultName, backupVaultArn } = access.backupVaultRef;
    expect([backupVaultName, wordOf(stack.resolve(backupVaultArn))]).toEqual(['aws/efs/automatic-backup-vault', ARN]);
    addWorkflow(stack, { backupVault: access });
    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', { Environment: { Variables: { BACKUP_VAULT_NAME: 'aws/efs/automatic-backup-vault' } } });
    expect(permissionsOf(stack, 'RestoreStateMachineRole')).toContain(`backup:StartRestoreJob on ${ARN}`);
  });
});

test('the role of a workflow can be the only one that is let through', () => {
  const stack = makeStack();
  const workflow = addWorkflow(stack, { backupVault: backup.BackupVault.fromBackupVaultName(stack, 'Automatic', AutomaticBackupVaultAccess.BACKUP_VAULT_NAME) });
  new AutomaticBackupVaultAccess(stack, 'Access', { roles: [(workflow.stateMachine as sfn.StateMachine).role] });
  expect(theOne(stack, TYPE, '')[1].Properties.RoleArns).toEqual([{ 'Fn::GetAtt': [expect.stringMatching(/^RestoreStateMachineRole/), 'Arn'] }]);
});

test.each([[0], [11]])('fails for %i roles', (count) => {
  const stack = makeStack();
  const roles = Array.from({ length: count }, (_, index) => iam.Role.fromRoleName(stack, `Role${index}`, `role-${index}`));
  expect(() => new AutomaticBackupVaultAccess(stack, 'Access', { roles })).toThrow(`'roles' must hold 1 to 10 roles, got ${count}; name the roles that may restore, or leave out 'roles'`);
});
