import { DescribeBackupJobCommand, ListBackupJobsCommand, paginateListBackupJobs, StartBackupJobCommand } from '@aws-sdk/client-backup';
import type { DescribeBackupJobCommandOutput, StartBackupJobCommandInput } from '@aws-sdk/client-backup';
import { awsError, listTree, makeTree, ROLE, startFixture } from './fixture';
import type { Fixture } from './fixture';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await startFixture({ pageSize: 2 });
  makeTree(fixture.root);
  fixture.service.vaults.create('Vault');
});
afterEach(async () => fixture.close());

const start = async (input: Partial<StartBackupJobCommandInput> = {}) => (await fixture.backup.send(new StartBackupJobCommand({
  BackupVaultName: 'Vault', ResourceArn: fixture.fileSystem.arn, IamRoleArn: ROLE, ...input,
}))).BackupJobId!;
const describeJob = async (BackupJobId: string) => fixture.backup.send(new DescribeBackupJobCommand({ BackupJobId }));

async function watch(id: string): Promise<DescribeBackupJobCommandOutput[]> {
  const answers: DescribeBackupJobCommandOutput[] = [];
  do {
    answers.push(await describeJob(id));
  } while (['CREATED', 'RUNNING'].includes(answers.at(-1)!.State!) && answers.length < 20);
  return answers;
}

test('a job goes over visible progress to COMPLETED, and makes a real recovery point', async () => {
  const answers = await watch(await start());
  expect(answers.map(({ State, PercentDone }) => `${State} ${PercentDone}`)).toEqual(['RUNNING 0.00', 'RUNNING 42.00', 'RUNNING 84.00', 'COMPLETED 100.00']);
  const [point] = fixture.service.vaults.vault('Vault').recoveryPoints;
  expect(answers.at(-1)).toMatchObject({ RecoveryPointArn: point.recoveryPointArn, ResourceType: 'EFS', ResourceArn: fixture.fileSystem.arn, IamRoleArn: ROLE });
  expect(Object.keys(listTree(point.snapshot))).toContain('/projects/alpha/report.txt');
});

test('the same idempotency token starts nothing and answers with the first job', async () => {
  const first = await start({ IdempotencyToken: 'one' });
  expect(await start({ IdempotencyToken: 'one' })).toBe(first);
  expect(await start({ IdempotencyToken: 'two' })).not.toBe(first);
});

test('a second job of a file system waits for the first, and expires', async () => {
  const other = fixture.service.backupJobs.startOther(fixture.fileSystem, 'Vault');
  const answers = await watch(await start());
  expect(answers.map(({ State }) => State)).toEqual(['CREATED', 'CREATED', 'EXPIRED']);
  expect(answers.at(-1)!.StatusMessage).toBe('Backup job failed because there was a running job for the same resource.');
  other.state = 'COMPLETED';
  expect((await watch(await start())).at(-1)!.State).toBe('COMPLETED');
});

test('jobs are listed by resource and state, in pages', async () => {
  const states = ['RUNNING', 'RUNNING', 'RUNNING', 'CREATED', 'COMPLETED'] as const;
  states.forEach((state) => fixture.service.backupJobs.startOther(fixture.fileSystem, 'Vault', state));
  fixture.service.backupJobs.startOther(fixture.service.createFileSystem(fixture.root), 'Vault');
  const found: string[] = [];
  for await (const { BackupJobs } of paginateListBackupJobs({ client: fixture.backup }, { ByResourceArn: fixture.fileSystem.arn, ByState: 'RUNNING' })) {
    found.push(...BackupJobs!.map(({ State }) => State!));
  }
  expect(found).toEqual(['RUNNING', 'RUNNING', 'RUNNING']);
  await expect(fixture.backup.send(new ListBackupJobsCommand({ ByState: 'SLEEPING' as 'RUNNING' }))).rejects.toMatchObject(awsError('InvalidParameterValueException'));
});

test.each(['FAILED', 'ABORTED', 'EXPIRED', 'PARTIAL'] as const)('the fault %s ends a job so, without a recovery point', async (backupJob) => {
  fixture.service.faults.add({ backupJob, statusMessage: 'as told' });
  expect((await watch(await start())).at(-1)).toMatchObject({ State: backupJob, StatusMessage: 'as told' });
  expect(fixture.service.vaults.vault('Vault').recoveryPoints).toEqual([]);
});

test('the fault STUCK keeps a job running', async () => {
  fixture.service.faults.add({ backupJob: 'STUCK' });
  expect((await watch(await start())).at(-1)).toMatchObject({ State: 'RUNNING', PercentDone: '99.00' });
});

test.each<[string, Partial<StartBackupJobCommandInput>, object]>([
  ['no vault', { BackupVaultName: undefined }, awsError('MissingParameterValueException', 400, 'BackupVaultName')],
  ['an unknown vault', { BackupVaultName: 'Nowhere' }, awsError('ResourceNotFoundException')],
  ['the vault of the automatic backups', { BackupVaultName: 'aws/efs/automatic-backup-vault' }, awsError('AccessDeniedException', 403)],
  ['an unknown file system', { ResourceArn: 'arn:aws:elasticfilesystem:us-east-1:1:file-system/fs-0' }, awsError('ResourceNotFoundException')],
  ['a start window of minutes', { StartWindowMinutes: 30 }, awsError('InvalidParameterValueException')],
  ['cold storage too close to the end', { Lifecycle: { MoveToColdStorageAfterDays: 10, DeleteAfterDays: 99 } }, awsError('InvalidParameterValueException')],
  ['an index', { Index: 'ENABLED' }, awsError('NotRehearsed', 501)],
])('StartBackupJob refuses %s', async (_case, input, error) => {
  await expect(start(input)).rejects.toMatchObject(error);
  expect(fixture.service.backupJobs.byId.size).toBe(0);
});

test('a job that nobody started is not found', async () => {
  await expect(describeJob('nobody')).rejects.toMatchObject(awsError('ResourceNotFoundException'));
});
