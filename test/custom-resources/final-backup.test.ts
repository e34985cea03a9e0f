import { quietly } from './cloud-formation';
import type { CloudFormation } from './cloud-formation';
import { awsOf, callsOf, deploy, HASTY } from './fixture';
import { finalBackup } from '../../lambda/file-system/final-backup';
import { startFixture } from '../rehearsal/aws/fixture';
import type { Fixture } from '../rehearsal/aws/fixture';

const SUCCESS = expect.objectContaining({ Status: 'SUCCESS' });
const failure = (reason: string) => expect.objectContaining({ Status: 'FAILED', Reason: expect.stringContaining(reason) });
const BackupVaultName = 'final';

let fixture: Fixture;
let stack: CloudFormation;
let properties: Record<string, string>;
quietly();
beforeEach(async () => {
  fixture = await startFixture();
  fixture.service.vaults.create(BackupVaultName);
  const { fileSystemId: FileSystemId, arn: FileSystemArn } = fixture.fileSystem;
  properties = { FileSystemId, FileSystemArn, BackupVaultName, RoleArn: 'arn:aws:iam::111122223333:role/backup', DeleteAfterDays: '35', Unfinished: 'FAIL' };
  stack = deploy(finalBackup(awsOf(fixture), HASTY));
});
afterEach(async () => fixture.close());

const points = (name = BackupVaultName) => fixture.service.vaults.vault(name).recoveryPoints;
const jobs = () => [...fixture.service.backupJobs.byId.values()];

test('asks AWS for nothing until it is deleted', async () => {
  expect(await stack.create(properties)).toEqual(SUCCESS);
  expect(await stack.update({ ...properties, DeleteAfterDays: '7', BackupVaultName: 'other' })).toEqual(SUCCESS);
  expect(callsOf(fixture)).toEqual([]);
});

test('makes a backup when it is deleted, and is done once that is complete', async () => {
  await stack.create(properties);
  expect(await stack.delete()).toEqual(SUCCESS);
  expect(points()).toHaveLength(1);
  expect(callsOf(fixture)).toEqual(['DescribeFileSystems', 'StartBackupJob', ...Array.from({ length: 4 }, () => 'DescribeBackupJob')]);
  expect(jobs()[0].input).toEqual({
    BackupVaultName,
    ResourceArn: fixture.fileSystem.arn,
    IamRoleArn: 'arn:aws:iam::111122223333:role/backup',
    IdempotencyToken: expect.stringMatching(/^[0-9a-f]{64}$/),
    StartWindowMinutes: 60,
    Lifecycle: { DeleteAfterDays: 35 },
  });
});

test('keeps the recovery point for ever where no retention is set', async () => {
  const { DeleteAfterDays: _none, ...forEver } = properties;
  await stack.create(forEver);
  await stack.delete();
  expect(jobs()[0].input).not.toHaveProperty('Lifecycle');
});

test('takes the vault and the retention that were set last', async () => {
  fixture.service.vaults.create('other');
  await stack.create(properties);
  await stack.update({ ...properties, BackupVaultName: 'other', DeleteAfterDays: '7' });
  await stack.delete();
  expect([points().length, points('other').length, jobs()[0].input!.Lifecycle]).toEqual([0, 1, { DeleteAfterDays: 7 }]);
});

test('a file system that replaces another one: the other one is backed up', async () => {
  const replacement = fixture.service.createFileSystem(fixture.root);
  await stack.create(properties);
  expect(await stack.update({ ...properties, FileSystemId: replacement.fileSystemId, FileSystemArn: replacement.arn })).toEqual(SUCCESS);
  expect(jobs().map(({ fileSystem }) => fileSystem)).toEqual([fixture.fileSystem]);
});

test('one deletion makes one backup, however often it is delivered; the next attempt another', async () => {
  await stack.create(properties);
  await stack.request('Delete', properties, undefined, 'one');
  await stack.request('Delete', properties, undefined, 'one');
  expect(jobs()).toHaveLength(1);
  await stack.request('Delete', properties, undefined, 'two');
  expect(jobs()).toHaveLength(2);
});

test('stacks do not share a token', async () => {
  await stack.request('Delete', properties, 'final-backup/x', 'one');
  const other = new (stack.constructor as any)((stack as any).invoke, 'arn:aws:cloudformation:us-east-1:111122223333:stack/Other/1') as CloudFormation;
  await other.request('Delete', properties, 'final-backup/x', 'one');
  expect(jobs()).toHaveLength(2);
});

test('a lost answer starts no second backup', async () => {
  fixture.service.faults.add({ operation: 'StartBackupJob', fault: 'ANSWER_LOST' });
  await stack.create(properties);
  expect(await stack.delete()).toEqual(SUCCESS);
  expect([callsOf(fixture).filter((call) => call.startsWith('StartBackupJob')).length, jobs().length]).toEqual([2, 1]);
});

test.each(['deleting', 'gone'])('a file system that is %s needs none', async (state) => {
  await stack.create(properties);
  if (state === 'gone') {
    fixture.service.fileSystems.clear();
  } else {
    fixture.fileSystem.lifeCycleState = 'deleting';
  }
  expect(await stack.delete()).toEqual(SUCCESS);
  expect(callsOf(fixture).filter((call) => call.startsWith('StartBackupJob'))).toEqual([]);
});

test.each(['FAILED', 'ABORTED', 'EXPIRED'] as const)('a backup that is %s fails the deletion, with the job and the way out', async (fate) => {
  fixture.service.backupJobs.fate = fate;
  await stack.create(properties);
  const response = await stack.delete();
  expect(response).toEqual(failure(`the final backup of ${properties.FileSystemId} is ${fate} (job ${jobs()[0].backupJobId}: The rehearsal was told to end this job as ${fate}), so the file system is not deleted`));
  expect(response.Reason).toContain('delete the stack again for another attempt, or delete it and retain this resource');
  fixture.service.backupJobs.fate = 'COMPLETED';
  expect(await stack.delete()).toEqual(SUCCESS);
});

test('a backup that takes longer than CloudFormation waits fails the deletion, and says so before CloudFormation gives up', async () => {
  fixture.service.backupJobs.fate = 'STUCK';
  await stack.create(properties);
  expect(await stack.delete()).toEqual(failure(`after 50 minutes, still waiting for the final backup of ${properties.FileSystemId} (job ${jobs()[0]?.backupJobId ?? ''}`));
  expect(stack.polls).toBeLessThan(60);
});

test('GO_ON lets the deletion go on then, and not before', async () => {
  fixture.service.backupJobs.fate = 'STUCK';
  await stack.create({ ...properties, Unfinished: 'GO_ON' });
  expect(await stack.delete()).toEqual(SUCCESS);
  expect(stack.polls).toBeGreaterThanOrEqual(50);
});

test('GO_ON does not go on after a backup that failed', async () => {
  fixture.service.backupJobs.fate = 'FAILED';
  await stack.create({ ...properties, Unfinished: 'GO_ON' });
  expect(await stack.delete()).toEqual(failure('is FAILED'));
});

test.each(['THROTTLE', 'INTERNAL_ERROR', 'ACCESS_DENIED'] as const)('gets over %s', async (fault) => {
  for (const operation of ['DescribeFileSystems', 'StartBackupJob', 'DescribeBackupJob'] as const) {
    fixture.service.faults.add({ operation, fault });
  }
  await stack.create(properties);
  expect(await stack.delete()).toEqual(SUCCESS);
  expect(jobs()).toHaveLength(1);
});

test('a vault that is not there fails the deletion at once', async () => {
  await stack.create({ ...properties, BackupVaultName: 'nowhere' });
  expect(await stack.delete()).toEqual(failure('ResourceNotFoundException: Backup vault not found: nowhere'));
});
