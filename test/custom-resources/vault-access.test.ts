import { quietly } from './cloud-formation';
import type { CloudFormation } from './cloud-formation';
import { awsOf, callsOf, deploy, HASTY } from './fixture';
import { vaultAccess } from '../../lambda/vault/vault-access';
import type { BackupVault } from '../../rehearsal/aws/backup-vaults';
import { AUTOMATIC_BACKUP_VAULT_POLICY, deniesRestore } from '../../rehearsal/aws/vault-access-policy';
import { AUTOMATIC_BACKUP_VAULT } from '../../src/core/custom-resource';
import { startFixture, startRestore } from '../rehearsal/aws/fixture';
import type { Fixture } from '../rehearsal/aws/fixture';

const SUCCESS = expect.objectContaining({ Status: 'SUCCESS' });
const failure = (reason: string) => expect.objectContaining({ Status: 'FAILED', Reason: expect.stringContaining(reason) });
const ROLE = 'arn:aws:iam::111122223333:role/restorers';

let fixture: Fixture;
let stack: CloudFormation;
quietly();
beforeEach(async () => {
  fixture = await startFixture();
  stack = deploy(vaultAccess(awsOf(fixture), HASTY));
});
afterEach(async () => fixture.close());

const vault = (): BackupVault => fixture.service.vaults.create(AUTOMATIC_BACKUP_VAULT);
const policy = () => JSON.parse(vault().accessPolicy!);

test('a restore from the vault is denied before, possible while it is open, and denied afterwards', async () => {
  const point = await fixture.service.backUp(fixture.fileSystem, AUTOMATIC_BACKUP_VAULT);
  await expect(startRestore(fixture, point)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  expect(await stack.create({ RoleArns: [] })).toEqual(SUCCESS);
  await expect(startRestore(fixture, point)).resolves.toEqual(expect.any(String));
  expect(await stack.delete()).toEqual(SUCCESS);
  await expect(startRestore(fixture, point)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  expect(vault().accessPolicy).toBe(AUTOMATIC_BACKUP_VAULT_POLICY); // to the letter
});

test('the other denials stay, for everyone', async () => {
  vault();
  await stack.create({ RoleArns: [] });
  expect(policy()).toEqual({
    Version: '2012-10-17',
    Statement: [{
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: ['backup:DeleteBackupVault', 'backup:DeleteBackupVaultAccessPolicy', 'backup:DeleteRecoveryPoint', 'backup:UpdateRecoveryPointLifecycle'],
      Resource: '*',
    }],
  });
});

test('with roles, everyone else stays denied; roles can be added and taken away', async () => {
  vault();
  await stack.create({ RoleArns: [ROLE] });
  expect(policy().Statement[1]).toEqual({
    Effect: 'Deny', Principal: { AWS: '*' }, Action: ['backup:StartCopyJob', 'backup:StartRestoreJob'], Resource: '*', Condition: { ArnNotLike: { 'aws:PrincipalArn': [ROLE] } },
  });
  const id = stack.physicalId;
  expect(await stack.update({ RoleArns: [ROLE, `${ROLE}-too`] })).toEqual(SUCCESS);
  expect(policy().Statement[1].Condition.ArnNotLike['aws:PrincipalArn']).toEqual([ROLE, `${ROLE}-too`]);
  expect(await stack.update({ RoleArns: [] })).toEqual(SUCCESS);
  expect([policy().Statement.length, deniesRestore(vault().accessPolicy)]).toEqual([1, false]);
  expect(stack.physicalId).toBe(id);
  await stack.delete();
  expect(vault().accessPolicy).toBe(AUTOMATIC_BACKUP_VAULT_POLICY);
});

test.each([['no policy', undefined], ['a policy that denies no restore', JSON.stringify({ Statement: [{ Effect: 'Deny', Principal: '*', Action: 'backup:DeleteBackupVault', Resource: '*' }] })]])
('a vault with %s is open already, and stays as it is', async (_name, before) => {
  vault().accessPolicy = before;
  expect(await stack.create({ RoleArns: [] })).toEqual(SUCCESS);
  expect(await stack.delete()).toEqual(SUCCESS);
  expect(vault().accessPolicy).toBe(before);
  expect(callsOf(fixture)).not.toContain('PutBackupVaultAccessPolicy');
});

test('without the vault, the reason is told, and which file system would make it', async () => {
  const reason = "there is no vault 'aws/efs/automatic-backup-vault' in this account and Region, or its access policy denies reading it: "
    + 'Amazon EFS makes it with the first file system whose automatic backups are on; turn them on for one, for example with EfsAutomaticBackups, and deploy this afterwards';
  expect(await stack.create({ RoleArns: [] })).toEqual(failure(reason));
});

test('waits for a vault that is made in the same deployment', async () => {
  let looks = 0;
  const patience = { attempts: 3, wait: async () => ((looks += 1) === 2 ? vault() : undefined) };
  stack = deploy(vaultAccess(awsOf(fixture), patience));
  expect(await stack.create({ RoleArns: [] })).toEqual(SUCCESS);
  expect(deniesRestore(vault().accessPolicy)).toBe(false);
});

test('a creation that fails on its way closes the vault again', async () => {
  vault();
  fixture.service.faults.add({ operation: 'PutBackupVaultAccessPolicy', fault: 'ACCESS_DENIED', times: 3 });
  expect(await stack.create({ RoleArns: [] })).toEqual(failure('AccessDeniedException'));
  expect(vault().accessPolicy).toBe(AUTOMATIC_BACKUP_VAULT_POLICY);
});

test.each(['THROTTLE', 'INTERNAL_ERROR', 'ANSWER_LOST'] as const)('gets over %s', async (fault) => {
  vault();
  fixture.service.faults.add({ operation: 'GetBackupVaultAccessPolicy', fault });
  fixture.service.faults.add({ operation: 'PutBackupVaultAccessPolicy', fault });
  expect(await stack.create({ RoleArns: [] })).toEqual(SUCCESS);
  expect(deniesRestore(vault().accessPolicy)).toBe(false);
});

test('a policy that is too long to be remembered is not touched', async () => {
  const noise = Array.from({ length: 90 }, (_, index) => `arn:aws:iam::${String((index + 1) * 7_919_317 + 100_000_000_000)}:role/r${(index * 48_271) % 99_991}`);
  vault().accessPolicy = JSON.stringify({ Statement: [{ Effect: 'Deny', Principal: { AWS: noise }, Action: 'backup:StartRestoreJob', Resource: '*' }] });
  expect(await stack.create({ RoleArns: [] })).toEqual(failure('is too long'));
  expect(callsOf(fixture)).toEqual(['GetBackupVaultAccessPolicy']);
});

test('a denial of everything but some actions is not guessed at', async () => {
  vault().accessPolicy = JSON.stringify({ Statement: { Sid: 'Most', Effect: 'Deny', Principal: '*', NotAction: 'backup:DescribeBackupVault', Resource: '*' } });
  expect(await stack.create({ RoleArns: [] })).toEqual(failure('denies everything but some actions (NotAction, statement Most), which cannot be opened; write the denied actions out'));
  expect(callsOf(fixture)).not.toContain('PutBackupVaultAccessPolicy');
});

test('the deletion goes on where the vault is gone, and touches nothing that was never made', async () => {
  vault();
  await stack.create({ RoleArns: [] });
  fixture.service.vaults.byName.clear();
  expect(await stack.delete()).toEqual(SUCCESS);
  expect(await stack.request('Delete', { RoleArns: [] }, 'some other id')).toEqual(SUCCESS);
});
