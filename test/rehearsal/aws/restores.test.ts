import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  GetRestoreJobMetadataCommand, ListRestoreJobsByProtectedResourceCommand, ListRestoreJobsCommand, paginateListRestoreJobsByProtectedResource,
  StartRestoreJobCommand,
} from '@aws-sdk/client-backup';
import type { ListRestoreJobsCommandInput, StartRestoreJobCommandInput } from '@aws-sdk/client-backup';
import { awsError, describeJob, EARLIER, listTree, makeTree, newNames, restore, ROLE, startFixture, startRestore, watchJob } from './fixture';
import type { Fixture } from './fixture';
import type { RecoveryPoint } from '../../../rehearsal/aws/backup-vaults';

let fixture: Fixture;
let point: RecoveryPoint;
let before: string[];
let time: number;
beforeEach(async () => {
  time = Date.UTC(2026, 4, 14, 7, 16, 5, 547);
  fixture = await startFixture({ now: () => new Date(time) });
  makeTree(fixture.root);
  point = await fixture.service.backUp(fixture.fileSystem);
  before = readdirSync(fixture.root);
});
afterEach(async () => fixture.close());

test('a full restore goes from PENDING over visible progress to COMPLETED, and brings everything into a fresh directory', async () => {
  const live = listTree(fixture.root);
  const restoreJobId = await startRestore(fixture, point);
  const created = new Date(time);
  time += 90_000;
  const answers = await watchJob(fixture, restoreJobId);
  const progress = answers.map(({ Status, PercentDone }) => `${Status} ${PercentDone}`);
  expect(progress).toEqual(['PENDING 0.00%', 'RUNNING 42.00%', 'RUNNING 84.00%', 'COMPLETED 100.00%']);
  expect(answers.at(-1)).toMatchObject({
    RestoreJobId: restoreJobId,
    RecoveryPointArn: point.recoveryPointArn,
    SourceResourceArn: fixture.fileSystem.arn,
    CreationDate: created,
    CompletionDate: new Date(time),
    AccountId: '111122223333',
    IamRoleArn: ROLE,
    ResourceType: 'EFS',
    RecoveryPointCreationDate: point.creationDate,
  });
  const [directory, ...others] = newNames(fixture.root, before);
  expect(others).toEqual([]);
  // the instant of completion, with nanoseconds
  expect(directory).toMatch(/^aws-backup-restore_2026-05-14T07-17-35-547\d{6}Z$/);
  expect(fixture.service.restoreJobs.job(restoreJobId).directories).toEqual([directory]);

  delete live['/projects/alpha/pipe'];
  expect(listTree(join(fixture.root, directory))).toEqual(live);
});

test('nothing appears before the job has completed, and a completed job changes no more', async () => {
  const restoreJobId = await startRestore(fixture, point);
  for (const status of ['PENDING', 'RUNNING', 'RUNNING']) {
    expect((await describeJob(fixture, restoreJobId)).Status).toBe(status);
    expect(newNames(fixture.root, before)).toEqual([]);
  }
  const [first, second] = await Promise.all([describeJob(fixture, restoreJobId), describeJob(fixture, restoreJobId)]);
  expect([first.Status, second.Status]).toEqual(['COMPLETED', 'COMPLETED']);
  expect(newNames(fixture.root, before)).toHaveLength(1);
});

test('an item-level restore keeps the hierarchy of the items, and brings nothing else', async () => {
  await restore(fixture, point, {
    items: ['/projects/alpha/report.txt', '/projects/hard link', '/-rf', '/new\nline', '/projects/link-to-directory'],
  });
  const [directory] = newNames(fixture.root, before);
  const restored = listTree(join(fixture.root, directory));
  expect(Object.keys(restored).sort()).toEqual([
    '/-rf', '/new\nline', '/projects', '/projects/alpha', '/projects/alpha/report.txt', '/projects/hard link', '/projects/link-to-directory',
  ]);
  const { '/-rf': file, '/projects': parent, '/projects/alpha': directoryAbove, '/projects/link-to-directory': link } = listTree(fixture.root);
  expect(restored).toMatchObject({ '/-rf': file, '/projects': parent, '/projects/alpha': directoryAbove, '/projects/link-to-directory': link });
  const inode = (name: string) => lstatSync(join(fixture.root, directory, name)).ino;
  expect(inode('projects/alpha/report.txt')).toBe(inode('projects/hard link'));
});

test('a directory as an item comes with everything in it, once, though named with its content', async () => {
  await restore(fixture, point, { items: ['/projects', '/projects/alpha', '/projects'] });
  const [directory] = newNames(fixture.root, before);
  expect(readdirSync(join(fixture.root, directory))).toEqual(['projects']);
  expect(readdirSync(join(fixture.root, directory, 'projects/alpha')).sort()).toEqual(['.cache', '.hidden', 'report.txt']);
});

test('every restore makes a directory of its own, even in the same instant', async () => {
  await restore(fixture, point, { items: ['/-rf'] });
  await restore(fixture, point, { items: ['/-rf'] });
  expect(newNames(fixture.root, before)).toHaveLength(2);
  // another rehearsal gives out the same identifiers
  const again = await startFixture({ now: () => new Date(time) });
  const fileSystem = again.service.createFileSystem(fixture.root, { fileSystemId: fixture.fileSystem.fileSystemId });
  await restore(again, await again.service.backUp(fileSystem), { items: ['/-rf'] });
  await again.close();
  expect(newNames(fixture.root, before)).toHaveLength(3);
});

test('the same idempotency token starts nothing and answers with the first job', async () => {
  const first = await startRestore(fixture, point, { token: 'execution-1' });
  expect(await startRestore(fixture, point, { token: 'execution-1' })).toBe(first);
  expect(await startRestore(fixture, point, { token: 'execution-2' })).not.toBe(first);
  expect(fixture.service.restoreJobs.byId.size).toBe(2);
  await watchJob(fixture, first);
  expect(await startRestore(fixture, point, { token: 'execution-1' })).toBe(first);
  expect(fixture.service.restoreJobs.byId.size).toBe(2);
});

test('a restore into a new file system leaves the one that was backed up as it is', async () => {
  const live = listTree(fixture.root);
  const restoreJobId = await startRestore(fixture, point, { items: ['/projects'], metadata: { newFileSystem: 'true', CreationToken: 'token-1', Encrypted: 'true' } });
  const { Status, CreatedResourceArn } = (await watchJob(fixture, restoreJobId)).at(-1)!;
  expect(Status).toBe('COMPLETED');
  expect(CreatedResourceArn).toMatch(/:file-system\/fs-[0-9a-f]+$/);
  expect(CreatedResourceArn).not.toBe(fixture.fileSystem.arn);
  expect(listTree(fixture.root)).toEqual(live);
  const made = fixture.service.fileSystems.get(CreatedResourceArn!.split('/')[1])!;
  const [directory, ...others] = readdirSync(made.root);
  expect([directory, others]).toEqual([expect.stringMatching(/^aws-backup-restore_/), []]);
  expect(readFileSync(join(made.root, directory, 'projects/alpha/report.txt'), 'utf8')).toBe('report\n');
});

test('a new file system without a creation token is a job that fails', async () => {
  const restoreJobId = await startRestore(fixture, point, { metadata: { newFileSystem: 'true', Encrypted: 'true' } });
  expect((await watchJob(fixture, restoreJobId)).at(-1)).toMatchObject({ Status: 'FAILED', StatusMessage: expect.stringContaining('CreationToken') });
});

test.each<[string, Partial<StartRestoreJobCommandInput>, object]>([
  ['no recovery point', { RecoveryPointArn: undefined }, awsError('MissingParameterValueException', 400, 'RecoveryPointArn')],
  ['no metadata', { Metadata: undefined }, awsError('MissingParameterValueException', 400, 'Metadata')],
  ['no role', { IamRoleArn: undefined }, awsError('MissingParameterValueException', 400, 'IamRoleArn')],
  ['an unknown recovery point', { RecoveryPointArn: 'arn:aws:backup:us-east-1:1:recovery-point:X' }, awsError('ResourceNotFoundException')],
  ['another resource type', { ResourceType: 'EBS' }, { name: 'InvalidParameterValueException' }],
  ['metadata that is no map of strings', { Metadata: { newFileSystem: false as unknown as string } }, { name: 'SerializationException' }],
])('StartRestoreJob refuses %s at once', async (_case, input, error) => {
  const Metadata = { ...point.restoreMetadata, newFileSystem: 'false' };
  const command = new StartRestoreJobCommand({ RecoveryPointArn: point.recoveryPointArn, IamRoleArn: ROLE, Metadata, ...input });
  await expect(fixture.backup.send(command)).rejects.toMatchObject(error);
  expect(fixture.service.restoreJobs.byId.size).toBe(0);
});

test.each(['CREATING', 'PARTIAL', 'EXPIRED'] as const)('StartRestoreJob refuses a recovery point that is %s', async (status) => {
  point.status = status;
  await expect(startRestore(fixture, point)).rejects.toMatchObject({ name: 'InvalidRequestException', message: expect.stringContaining(status) });
});

test.each<[string, Record<string, string>, string]>([
  ['the id of another file system', { 'file-system-id': 'fs-0000000000000000f' }, 'file-system-id'],
  ['items that are no JSON', { ItemsToRestore: '/a' }, 'ItemsToRestore'],
  ['items that are no list', { ItemsToRestore: '"/a"' }, 'ItemsToRestore'],
  ['no items', { ItemsToRestore: '[]' }, 'ItemsToRestore'],
  ['a relative item', { ItemsToRestore: '["projects"]' }, 'ItemsToRestore'],
  ['an item that leads out', { ItemsToRestore: '["/projects/../../work"]' }, 'ItemsToRestore'],
  ['the root as an item', { ItemsToRestore: '["/"]' }, 'ItemsToRestore'],
  ['an item that is not there', { ItemsToRestore: '["/-rf","/absent"]' }, '/absent'],
  ['an item behind a symbolic link', { ItemsToRestore: '["/projects/link-to-directory/report.txt"]' }, 'link-to-directory'],
  ['a key that is not documented', { itemsToRestore: '["/-rf"]' }, 'itemsToRestore'],
  ['a wrong newFileSystem', { newFileSystem: 'no' }, 'newFileSystem'],
])('the metadata is checked after the start: %s', async (_case, metadata, message) => {
  const answers = await restore(fixture, point, { metadata });
  expect(answers.map(({ Status }) => Status)).toEqual(['PENDING', 'FAILED']);
  expect(answers.at(-1)!.StatusMessage).toContain(message);
  expect(answers.at(-1)!.CompletionDate).toEqual(new Date(time));
  expect(newNames(fixture.root, before)).toEqual([]);
});

test('items that are not there can be skipped instead, as AWS does not say what it does', async () => {
  const lenient = await startFixture({ absentItems: 'SKIP' });
  writeFileSync(join(lenient.root, 'file'), '');
  const answers = await restore(lenient, await lenient.service.backUp(lenient.fileSystem), { items: ['/absent', '/file'] });
  const [directory] = newNames(lenient.root, ['file']);
  const names = readdirSync(join(lenient.root, directory));
  await lenient.close();
  expect(answers.at(-1)!.Status).toBe('COMPLETED');
  expect(names).toEqual(['file']);
});

test('a restore into the destination of a replication, or an unavailable file system, fails', async () => {
  fixture.fileSystem.replicationOverwriteProtection = 'REPLICATING';
  const [, toDestination] = await restore(fixture, point);
  expect(toDestination).toMatchObject({ Status: 'FAILED', StatusMessage: expect.stringContaining('read-only') });
  fixture.fileSystem.replicationOverwriteProtection = 'ENABLED';
  fixture.fileSystem.lifeCycleState = 'updating';
  const [, toUnavailable] = await restore(fixture, point);
  expect(toUnavailable).toMatchObject({ Status: 'FAILED', StatusMessage: expect.stringContaining('updating') });
  expect(newNames(fixture.root, before)).toEqual([]);
});

test('the share of one poll is an option', async () => {
  const quick = await startFixture({ percentPerPoll: 100 });
  const answers = await restore(quick, await quick.service.backUp(quick.fileSystem));
  await quick.close();
  expect(answers.map(({ Status }) => Status)).toEqual(['PENDING', 'COMPLETED']);
});

test('GetRestoreJobMetadata tells what the job was started with; unknown jobs are not found', async () => {
  const RestoreJobId = await startRestore(fixture, point, { items: ['/-rf'] });
  const { Metadata } = await fixture.backup.send(new GetRestoreJobMetadataCommand({ RestoreJobId }));
  expect(Metadata).toEqual({ ...point.restoreMetadata, newFileSystem: 'false', ItemsToRestore: '["/-rf"]' });
  const unknown = new GetRestoreJobMetadataCommand({ RestoreJobId: 'X' });
  await expect(fixture.backup.send(unknown)).rejects.toMatchObject(awsError('ResourceNotFoundException'));
  await expect(describeJob(fixture, 'X')).rejects.toMatchObject(awsError('ResourceNotFoundException'));
});

test('ListRestoreJobsByProtectedResource filters by status and file system, pages, and moves no job', async () => {
  mkdirSync(join(fixture.directory, 'other'));
  const other = fixture.service.createFileSystem(join(fixture.directory, 'other'));
  const jobs: string[] = [];
  for (let count = 0; count < 3; count++) {
    jobs.push(await startRestore(fixture, point, { items: ['/-rf'] }));
  }
  const elsewhere = await startRestore(fixture, await fixture.service.backUp(other));
  await watchJob(fixture, jobs[1]);
  const list = async (ResourceArn: string, ByStatus?: 'PENDING' | 'RUNNING' | 'COMPLETED') => {
    const { RestoreJobs } = await fixture.backup.send(new ListRestoreJobsByProtectedResourceCommand({ ResourceArn, ByStatus }));
    return RestoreJobs!.map(({ RestoreJobId }) => RestoreJobId);
  };
  for (let count = 0; count < 3; count++) {
    expect(await list(fixture.fileSystem.arn, 'PENDING')).toEqual([jobs[0], jobs[2]]);
  }
  expect(await list(fixture.fileSystem.arn)).toEqual(jobs);
  expect(await list(fixture.fileSystem.arn, 'COMPLETED')).toEqual([jobs[1]]);
  expect(await list(fixture.fileSystem.arn, 'RUNNING')).toEqual([]);
  expect(await list(other.arn)).toEqual([elsewhere]);
  await expect(list(`${other.arn}0`)).rejects.toMatchObject(awsError('ResourceNotFoundException'));
  await expect(list(other.arn, 'ANY' as 'PENDING')).rejects.toMatchObject({ name: 'InvalidParameterValueException' });

  const pages: number[] = [];
  const config = { client: fixture.backup, pageSize: 2 };
  for await (const page of paginateListRestoreJobsByProtectedResource(config, { ResourceArn: fixture.fileSystem.arn })) {
    pages.push(page.RestoreJobs!.length);
  }
  expect(pages).toEqual([2, 1]);
});

test('ListRestoreJobs tells those of all file systems, by status, type and end, in pages', async () => {
  mkdirSync(join(fixture.directory, 'another'));
  const pending = await startRestore(fixture, point, { items: ['/-rf'] });
  const another = fixture.service.createFileSystem(join(fixture.directory, 'another'));
  const ended = await startRestore(fixture, await fixture.service.backUp(another));
  await watchJob(fixture, ended);
  const send = async (input: ListRestoreJobsCommandInput) => fixture.backup.send(new ListRestoreJobsCommand(input));
  const list = async (input: ListRestoreJobsCommandInput) => (await send(input)).RestoreJobs!.map(({ RestoreJobId }) => RestoreJobId);
  expect(await list({ ByResourceType: 'EFS' })).toEqual([pending, ended]);
  expect(await list({ ByResourceType: 'EBS' })).toEqual([]);
  expect(await list({ ByStatus: 'PENDING' })).toEqual([pending]);
  expect(await list({ ByCompleteAfter: new Date(0) })).toEqual([ended]);
  expect(await list({ ByCompleteAfter: new Date(Date.now() + 60_000) })).toEqual([]);
  expect(await send({ MaxResults: 1 })).toMatchObject({ RestoreJobs: [{ RestoreJobId: pending }], NextToken: expect.any(String) });
  await expect(list({ ByStatus: 'ANY' as 'PENDING' })).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
});

test('what an earlier restore left is data like any other', async () => {
  await restore(fixture, await fixture.service.backUp(fixture.fileSystem), { items: [`/${EARLIER}`] });
  const [directory] = newNames(fixture.root, before);
  expect(readFileSync(join(fixture.root, directory, EARLIER, 'of an earlier restore'), 'utf8')).toBe('');
});
