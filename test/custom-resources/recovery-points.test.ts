import { quietly } from './cloud-formation';
import type { CloudFormation } from './cloud-formation';
import { awsOf, callsOf, deploy, HASTY } from './fixture';
import { recoveryPoints } from '../../lambda/vault/recovery-points';
import type { BackupVault } from '../../rehearsal/aws/backup-vaults';
import { AUTO_DELETE_TAG } from '../../src/core/custom-resource';
import { startFixture } from '../rehearsal/aws/fixture';
import type { Fixture } from '../rehearsal/aws/fixture';

const BackupVaultName = 'throw-away';
const SUCCESS = expect.objectContaining({ Status: 'SUCCESS' });
const failure = (reason: string) => expect.objectContaining({ Status: 'FAILED', Reason: expect.stringContaining(reason) });

let fixture: Fixture;
let stack: CloudFormation;
let vault: BackupVault;
quietly();
beforeEach(async () => {
  fixture = await startFixture({ pageSize: 2 });
  vault = fixture.service.vaults.create(BackupVaultName);
  vault.tags = { [AUTO_DELETE_TAG]: 'true', other: 'true' };
  stack = deploy(recoveryPoints(awsOf(fixture), HASTY));
});
afterEach(async () => fixture.close());

const backUp = async (count: number) => {
  for (let i = 0; i < count; i += 1) {
    await fixture.service.backUp(fixture.fileSystem, BackupVaultName);
  }
};
const deletions = () => callsOf(fixture).filter((call) => call.startsWith('DeleteRecoveryPoint'));

test('empties the vault when it is deleted, however many pages its recovery points are, and waits until there is none', async () => {
  expect(await stack.create({ BackupVaultName })).toEqual(SUCCESS);
  await backUp(5);
  expect(await stack.delete()).toEqual(SUCCESS);
  expect(vault.recoveryPoints).toEqual([]);
  expect(deletions()).toHaveLength(5);
});

test('deletes nothing before that', async () => {
  await backUp(1);
  await stack.create({ BackupVaultName });
  await stack.update({ BackupVaultName });
  expect(deletions()).toEqual([]);
});

test('leaves the recovery points of all other vaults alone', async () => {
  await fixture.service.backUp(fixture.fileSystem, 'other');
  await backUp(1);
  await stack.create({ BackupVaultName });
  await stack.delete();
  expect(fixture.service.vaults.vault('other').recoveryPoints).toHaveLength(1);
});

test.each([['no tag', undefined], ['another value', { [AUTO_DELETE_TAG]: 'false' }]])('with %s, the prop was taken back: the vault keeps its recovery points', async (_name, tags) => {
  await backUp(1);
  await stack.create({ BackupVaultName });
  vault.tags = tags;
  expect(await stack.delete()).toEqual(SUCCESS);
  expect(vault.recoveryPoints).toHaveLength(1);
});

test('another vault is a replacement: the former one is emptied', async () => {
  const other = fixture.service.vaults.create('replacement');
  await stack.create({ BackupVaultName });
  await backUp(1);
  await fixture.service.backUp(fixture.fileSystem, 'replacement');
  expect(await stack.update({ BackupVaultName: 'replacement' })).toEqual(SUCCESS);
  expect([vault.recoveryPoints.length, other.recoveryPoints.length]).toEqual([0, 1]);
});

test('refuses a locked vault when it is deployed', async () => {
  vault.locked = true;
  expect(await stack.create({ BackupVaultName })).toEqual(failure("the recovery points of the vault 'throw-away' cannot be deleted, because it is locked (AWS Backup Vault Lock)"));
});

test('refuses a vault that was locked later on, without a try', async () => {
  await stack.create({ BackupVaultName });
  await backUp(1);
  vault.locked = true;
  expect(await stack.delete()).toEqual(failure('it is locked (AWS Backup Vault Lock)'));
  expect(deletions()).toEqual([]);
});

test('waits for a recovery point that is still written', async () => {
  await stack.create({ BackupVaultName });
  await backUp(2);
  vault.recoveryPoints[0].status = 'CREATING';
  stack.beforePoll = (poll) => {
    if (poll === 4) {
      vault.recoveryPoints[0].status = 'COMPLETED';
    }
  };
  expect(await stack.delete()).toEqual(SUCCESS);
  expect(stack.polls).toBeGreaterThan(5);
  expect(deletions()).toEqual(['DeleteRecoveryPoint', 'DeleteRecoveryPoint']);
});

test('tells of legal holds, and deletes what has none', async () => {
  await stack.create({ BackupVaultName });
  await backUp(3);
  vault.recoveryPoints[1].legalHold = true;
  const held = vault.recoveryPoints[1].recoveryPointArn;
  const { Status, Reason } = await stack.delete();
  expect(Status).toBe('FAILED');
  expect(Reason).toContain(`1 recovery points of the vault 'throw-away' cannot be deleted: ${held} (The recovery point cannot be deleted because it has active legal hold(s)); release their legal holds`);
  vault.recoveryPoints.find(({ recoveryPointArn }) => recoveryPointArn === held)!.legalHold = false;
  expect(await stack.delete()).toEqual(SUCCESS);
  expect(vault.recoveryPoints).toEqual([]);
});

test('names few of many that cannot be deleted', async () => {
  await stack.create({ BackupVaultName });
  await backUp(6);
  vault.recoveryPoints.forEach((point) => { point.legalHold = true; });
  expect((await stack.delete()).Reason).toMatch(/6 recovery points of the vault.*: (arn\S+ \([^)]*\)\), ){2}arn\S+ \([^)]*\)\), …;/);
});

test('says so when AWS Backup could not delete a recovery point', async () => {
  await stack.create({ BackupVaultName });
  await backUp(2);
  vault.recoveryPoints[0].undeletable = true;
  expect(await stack.delete()).toEqual(failure("still waiting for the vault 'throw-away' to be empty; it had 1 EXPIRED (EXPIRED: AWS Backup could not delete it"));
});

test('a vault that is gone is no failure', async () => {
  await stack.create({ BackupVaultName });
  fixture.service.vaults.byName.delete(BackupVaultName);
  expect(await stack.delete()).toEqual(SUCCESS);
});

test('a recovery point that is gone in between is no failure', async () => {
  await stack.create({ BackupVaultName });
  await backUp(2);
  fixture.service.faults.add({ operation: 'DeleteRecoveryPoint', fault: 'ANSWER_LOST' }); // carried out, and tried again
  expect(await stack.delete()).toEqual(SUCCESS);
});

test.each(['THROTTLE', 'INTERNAL_ERROR', 'ACCESS_DENIED'] as const)('gets over %s', async (fault) => {
  fixture.service.faults.add({ operation: 'DescribeBackupVault', fault });
  await stack.create({ BackupVaultName });
  await backUp(3);
  for (const operation of ['ListTags', 'ListRecoveryPointsByBackupVault', 'DeleteRecoveryPoint'] as const) {
    fixture.service.faults.add({ operation, fault });
  }
  if (fault === 'ACCESS_DENIED') { // three polls may be denied, as long as a permission may be new
    fixture.service.faults.clear();
    fixture.service.faults.add({ operation: 'DeleteRecoveryPoint', fault });
  }
  expect(await stack.delete()).toEqual(SUCCESS);
  expect(vault.recoveryPoints).toEqual([]);
});

test('the deletion of what was never made touches nothing', async () => {
  await backUp(1);
  expect(await stack.request('Delete', { BackupVaultName }, 'some other id')).toEqual(SUCCESS);
  expect(callsOf(fixture)).toEqual([]);
});
