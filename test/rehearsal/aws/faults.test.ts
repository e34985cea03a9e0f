import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeRecoveryPointCommand } from '@aws-sdk/client-backup';
import { DescribeFileSystemsCommand } from '@aws-sdk/client-efs';
import { awsError, describeJob, newNames, restore, startFixture, startRestore, watchJob } from './fixture';
import type { Fixture } from './fixture';
import type { RecoveryPoint } from '../../../rehearsal/aws/backup-vaults';
import type { FaultRule } from '../../../rehearsal/aws/faults';

let fixture: Fixture;
let point: RecoveryPoint;
afterEach(async () => fixture.close());

async function start(faults: FaultRule[], maxAttempts?: number): Promise<void> {
  fixture = await startFixture({ faults }, maxAttempts);
  mkdirSync(join(fixture.root, 'a'));
  writeFileSync(join(fixture.root, 'a/one'), '1');
  writeFileSync(join(fixture.root, 'a/two'), '2');
  writeFileSync(join(fixture.root, 'b'), 'b');
  point = await fixture.service.backUp(fixture.fileSystem);
}

const appeared = () => newNames(fixture.root, ['a', 'b']);
const describeFileSystem = () => fixture.efs.send(new DescribeFileSystemsCommand({ FileSystemId: fixture.fileSystem.fileSystemId }));
const describePoint = () => fixture.backup.send(
  new DescribeRecoveryPointCommand({ BackupVaultName: 'Default', RecoveryPointArn: point.recoveryPointArn }),
);

test.each([
  ['THROTTLE', 'ThrottlingException', 400],
  ['TOO_MANY_REQUESTS', 'ThrottlingException', 429],
  ['ACCESS_DENIED', 'AccessDeniedException', 403],
  ['INTERNAL_ERROR', 'ServiceUnavailableException', 500],
] as const)('a request to AWS Backup struck by %s is answered with %s, and only once', async (fault, name, httpStatusCode) => {
  await start([{ operation: 'DescribeRecoveryPoint', fault }]);
  await describeFileSystem(); // other operations are spared
  await expect(describePoint()).rejects.toMatchObject({ name, message: expect.stringMatching(/\w/), $metadata: { httpStatusCode } });
  expect((await describePoint()).Status).toBe('COMPLETED');
});

test('a server error of Amazon EFS is its own', async () => {
  await start([{ operation: 'DescribeFileSystems', fault: 'INTERNAL_ERROR' }]);
  await expect(describeFileSystem()).rejects.toMatchObject({ ...awsError('InternalServerError', 500), ErrorCode: 'InternalServerError' });
});

test.each(['THROTTLE', 'TOO_MANY_REQUESTS', 'INTERNAL_ERROR'] as const)('the SDK takes %s for what it is and tries again', async (fault) => {
  await start([{ operation: 'DescribeRecoveryPoint', fault, times: 2 }], 3);
  expect((await describePoint()).$metadata.attempts).toBe(3);
  expect(fixture.service.requests.map(({ operation, error }) => `${operation} ${error !== undefined}`)).toEqual([
    'DescribeRecoveryPoint true', 'DescribeRecoveryPoint true', 'DescribeRecoveryPoint false',
  ]);
});

test('rules of one operation strike one after the other, after those that they spare', async () => {
  await start([
    { operation: 'DescribeRecoveryPoint', fault: 'ACCESS_DENIED', after: 1 },
    { operation: 'DescribeRecoveryPoint', fault: 'THROTTLE', after: 1, times: Infinity },
  ]);
  const outcomes: string[] = [];
  for (let count = 0; count < 4; count++) {
    outcomes.push(await describePoint().then(() => 'fine', ({ name }: Error) => name));
  }
  expect(outcomes).toEqual(['fine', 'AccessDeniedException', 'ThrottlingException', 'ThrottlingException']);
  fixture.service.faults.clear();
  expect((await describePoint()).Status).toBe('COMPLETED');
  fixture.service.faults.add({ operation: 'DescribeRecoveryPoint', fault: 'THROTTLE' });
  await expect(describePoint()).rejects.toMatchObject({ name: 'ThrottlingException' });
});

test('INTERNAL_ERROR starts no job; ANSWER_LOST starts one, which the idempotency token finds again', async () => {
  await start([{ operation: 'StartRestoreJob', fault: 'INTERNAL_ERROR' }, { operation: 'StartRestoreJob', fault: 'ANSWER_LOST' }]);
  const server = { $metadata: { httpStatusCode: 500 } };
  await expect(startRestore(fixture, point, { token: 'one' })).rejects.toMatchObject(server);
  expect(fixture.service.restoreJobs.byId.size).toBe(0);
  await expect(startRestore(fixture, point, { token: 'one' })).rejects.toMatchObject(server);
  expect(fixture.service.restoreJobs.byId.size).toBe(1);
  expect(await startRestore(fixture, point, { token: 'one' })).toBe([...fixture.service.restoreJobs.byId.keys()][0]);
  expect(fixture.service.restoreJobs.byId.size).toBe(1);
});

test.each([
  ['a full restore', undefined, ['a']],
  ['an item-level restore', ['/b', '/a/two'], ['b']],
])('a failed job leaves a part of %s in a failed recovery directory', async (_case, items, left) => {
  await start([{ restoreJob: 'FAILED', statusMessage: 'out of luck' }]);
  const answers = await restore(fixture, point, { items });
  expect(answers.map(({ Status }) => Status)).toEqual(['PENDING', 'RUNNING', 'RUNNING', 'FAILED']);
  expect(answers.at(-1)).toMatchObject({ StatusMessage: 'out of luck', PercentDone: '84.00%', CompletionDate: expect.any(Date) });
  expect(appeared()).toEqual([expect.stringMatching(/^aws-backup-failed-restore_\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{9}Z$/)]);
  expect(readdirSync(join(fixture.root, appeared()[0]))).toEqual(left);
});

test('an aborted job leaves nothing; the next job is spared', async () => {
  await start([{ restoreJob: 'ABORTED' }]);
  expect((await restore(fixture, point)).at(-1)).toMatchObject({ Status: 'ABORTED', StatusMessage: expect.any(String) });
  expect(appeared()).toEqual([]);
  expect((await restore(fixture, point)).at(-1)).toMatchObject({ Status: 'COMPLETED' });
  expect(appeared()).toHaveLength(1);
});

test('faults strike the jobs that they are meant for', async () => {
  await start([{ restoreJob: 'FAILED' }, { restoreJob: 'ABORTED', after: 1 }]);
  const statuses: unknown[] = [];
  for (let count = 0; count < 3; count++) {
    statuses.push((await restore(fixture, point)).at(-1)!.Status);
  }
  expect(statuses).toEqual(['FAILED', 'ABORTED', 'COMPLETED']);
});

test('a stuck job runs as long as anybody looks', async () => {
  await start([{ restoreJob: 'STUCK' }]);
  const answers = await restore(fixture, point);
  expect(answers).toHaveLength(20);
  expect(answers.at(-1)).toMatchObject({ Status: 'RUNNING', PercentDone: '99.00%' });
  expect(answers.at(-1)!.CompletionDate).toBeUndefined();
  expect(appeared()).toEqual([]);
});

test('lost+found appears at the root beside the recovery directory', async () => {
  await start([{ restoreJob: 'LOST_AND_FOUND', times: 2 }]);
  await restore(fixture, point);
  await restore(fixture, point);
  expect(appeared()).toEqual(['aws-backup-lost+found', expect.stringContaining('restore_'), expect.stringContaining('restore_')]);
  const fragments = readdirSync(join(fixture.root, 'aws-backup-lost+found'));
  expect(fragments).toHaveLength(2);
  expect(readFileSync(join(fixture.root, 'aws-backup-lost+found', fragments[0]), 'utf8')).not.toBe('');
});

test('a late directory appears after so many further polls, under the instant of completion', async () => {
  await start([{ restoreJob: 'DIRECTORY_LATE', polls: 2 }]);
  const restoreJobId = await startRestore(fixture, point);
  const { CompletionDate } = (await watchJob(fixture, restoreJobId)).at(-1)!;
  expect(appeared()).toEqual([]);
  await describeJob(fixture, restoreJobId);
  expect(appeared()).toEqual([]);
  expect((await describeJob(fixture, restoreJobId)).Status).toBe('COMPLETED');
  expect(appeared()).toHaveLength(1);
  await describeJob(fixture, restoreJobId);
  const stamp = CompletionDate!.toISOString().replace(/[:.]/g, '-').replace('Z', '');
  expect(appeared()).toEqual([expect.stringMatching(new RegExp(`^aws-backup-restore_${stamp}\\d{6}Z$`))]);
  expect(readdirSync(join(fixture.root, appeared()[0]))).toEqual(['a', 'b']);
});

test('a late directory without a number of polls waits to be delivered', async () => {
  await start([{ restoreJob: 'DIRECTORY_LATE' }]);
  const restoreJobId = await startRestore(fixture, point);
  await watchJob(fixture, restoreJobId);
  for (let count = 0; count < 5; count++) {
    await describeJob(fixture, restoreJobId);
  }
  expect(appeared()).toEqual([]);
  await fixture.service.deliverDirectories();
  await fixture.service.deliverDirectories();
  expect(appeared()).toEqual(fixture.service.restoreJobs.job(restoreJobId).directories);
  expect(appeared()).toHaveLength(1);
});

test('the directory never appears', async () => {
  await start([{ restoreJob: 'DIRECTORY_NEVER' }]);
  expect((await restore(fixture, point)).at(-1)!.Status).toBe('COMPLETED');
  await fixture.service.deliverDirectories();
  expect(appeared()).toEqual([]);
});

test('two directories appear', async () => {
  await start([{ restoreJob: 'TWO_DIRECTORIES' }]);
  await restore(fixture, point, { items: ['/b'] });
  expect(appeared()).toHaveLength(2);
  for (const name of appeared()) {
    expect(name).toMatch(/^aws-backup-restore_/);
    expect(readdirSync(join(fixture.root, name))).toEqual(['b']);
  }
});

test.each([
  ['the last item', { items: ['/b', '/a'] }, undefined, ['b'], undefined],
  ['the last entry of the root', {}, undefined, ['a'], ['one', 'two']],
  ['the one that is named', {}, '/a/one', ['a', 'b'], ['two']],
])('an item is missing: %s', async (_case, options, item, names, namesInA) => {
  await start([{ restoreJob: 'ITEM_MISSING', item }]);
  expect((await restore(fixture, point, options)).at(-1)!.Status).toBe('COMPLETED');
  const directory = join(fixture.root, appeared()[0]);
  expect(readdirSync(directory)).toEqual(names);
  if (namesInA) {
    expect(readdirSync(join(directory, 'a'))).toEqual(namesInA);
  }
});
