import type { RestoreJobsListMember, RestoreJobStatus } from '@aws-sdk/client-backup';
import { FakeAws, INTO, TARGET } from './fake-aws';
import { checkOtherRestoreJobs } from '../../lambda/control-plane/check-other-restore-jobs';
import { AfterRestore, completeRestoreRequest } from '../../src/core/restore-request';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 23, 3, minute));
const JOB = { RestoreJobId: 'mine', CreationDate: at(10).toISOString(), CompletionDate: at(20).toISOString() };
const other = (created: number, completed?: number, Status: RestoreJobStatus = completed === undefined ? 'RUNNING' : 'COMPLETED') =>
  ({ RestoreJobId: `${created}-${completed}`, CreationDate: at(created), CompletionDate: completed === undefined ? undefined : at(completed), Status });
const MOVES = completeRestoreRequest({ items: ['/a'], afterRestore: AfterRestore.MOVE_INTO_PLACE });
const COMPLETED_AFTER = new Date(at(0).getTime() - 1);
const ACCOUNT = { ByResourceType: 'EFS' };
/** The lists: that of the file system's recovery points, and those of the account. */
const listed = (ofSource: object, ofAccount: object = {}) => new FakeAws()
  .on('listRestoreJobsByProtectedResource', { ResourceArn: TARGET.fileSystemArn }, ofSource)
  .on('listRestoreJobs', { ...ACCOUNT, ByStatus: 'PENDING' }, {})
  .on('listRestoreJobs', { ...ACCOUNT, ByStatus: 'RUNNING' }, {})
  .on('listRestoreJobs', { ...ACCOUNT, ByStatus: 'COMPLETED', ByCompleteAfter: COMPLETED_AFTER }, ofAccount);
const of = (...RestoreJobs: RestoreJobsListMember[]) => ({ RestoreJobs });
const intoIt = (fake: FakeAws, ...jobs: RestoreJobsListMember[]) =>
  jobs.reduce((told, { RestoreJobId }) => told.onMetadata(RestoreJobId!, INTO), fake);
const check = async (fake: FakeAws, request = MOVES, job = JOB as typeof JOB | Omit<typeof JOB, 'CompletionDate'>, own: string[] = []) =>
  checkOtherRestoreJobs(fake.aws, TARGET, request, job, own).finally(() => fake.assertDone());

test.each<[string, ReturnType<typeof other>]>([
  ['ended long before it', other(-40, -1)], ['failed', other(12, 15, 'FAILED')], ['was aborted', other(12, 15, 'ABORTED')],
])('a job that %s is no matter', async (_, job) => {
  expect(await check(listed(of({ RestoreJobId: 'mine' }, job)))).toEqual({ rivals: false, nextJobCreated: null });
});

test.each([[0], [5], [10]])('a job that ended shortly before it, at minute %d, may still bring its directory', async (completed) => {
  const job = other(-20, completed);
  expect(await check(intoIt(listed(of(job)), job))).toEqual({ rivals: true, nextJobCreated: null });
  expect(await check(intoIt(listed({}, of(job)), job))).toEqual({ rivals: true, nextJobCreated: null });
});

test('of the jobs that began after it the first one is told that restores into the file system', async () => {
  const elsewhere = other(20);
  const fake = listed(of(other(40), other(30), elsewhere)).onMetadata(elsewhere.RestoreJobId, { ...INTO, newFileSystem: 'true' });
  expect(await check(fake.onMetadata('30-undefined', INTO))).toEqual({ rivals: false, nextJobCreated: at(30).toISOString() });
});

test('jobs of the same execution are no rivals, whenever they ran', async () => {
  expect(await check(listed(of(other(1, 9), other(12, 15), other(20))), MOVES, JOB, ['1-9', '12-15', '20-undefined'])).toEqual({ rivals: false, nextJobCreated: null });
});

test('a job that restores elsewhere is no matter; one of another file system that restores here is', async () => {
  const job = { ...other(12), SourceResourceArn: `${TARGET.fileSystemArn}0` };
  expect(await check(listed(of(other(12))).onMetadata('12-undefined', { 'file-system-id': 'fs-another', 'newFileSystem': 'false' }))).toEqual({ rivals: false, nextJobCreated: null });
  expect(await check(listed(of({ ...other(12), CreatedResourceArn: `${TARGET.fileSystemArn}0` })))).toEqual({ rivals: false, nextJobCreated: null });
  await expect(check(intoIt(listed({}, of(job)), job))).rejects.toMatchObject({ name: 'RecoveryDirectoryAmbiguous' });
});

test.each<[string, ReturnType<typeof other>]>([
  ['began before it and ended within', other(1, 11)], ['ran within it', other(12, 15)], ['began within it', other(19, 40)], ['ran all the time', other(1, 40)], ['still runs', other(1)],
])('a job that %s may have made the directory', async (_, job) => {
  await expect(check(intoIt(listed(of(job)), job))).rejects.toMatchObject({
    name: 'RecoveryDirectoryAmbiguous', message: expect.stringContaining(`ran at the same time as mine: ${job.RestoreJobId}; `),
  });
});

test('a job whose times AWS does not tell may have made it, and one of ours that is not yet complete, too', async () => {
  await expect(check(listed(of({ RestoreJobId: 'other', Status: 'COMPLETED' })).onMetadata('other', INTO))).rejects.toMatchObject({ name: 'RecoveryDirectoryAmbiguous' });
  const { CompletionDate: _, ...open } = JOB;
  await expect(check(intoIt(listed(of(other(50))), other(50)), MOVES, open)).rejects.toMatchObject({ name: 'RecoveryDirectoryAmbiguous' });
});

test('all pages are read, and ten are told', async () => {
  const many = (name: string) => of(...Array.from({ length: 8 }, (_, index) => ({ ...other(11), RestoreJobId: `${name}${index}` })));
  const first = { ResourceArn: TARGET.fileSystemArn };
  const rest = [{ ByStatus: 'PENDING' }, { ByStatus: 'RUNNING' }, { ByStatus: 'COMPLETED', ByCompleteAfter: COMPLETED_AFTER }] as const;
  const fake = new FakeAws()
    .on('listRestoreJobsByProtectedResource', first, { ...many('a'), NextToken: 'more' })
    .on('listRestoreJobsByProtectedResource', { ...first, NextToken: 'more' }, many('b'));
  rest.forEach((list) => fake.on('listRestoreJobs', { ...ACCOUNT, ...list }, {}));
  intoIt(fake, ...[...many('a').RestoreJobs, ...many('b').RestoreJobs].slice(0, 10));
  await expect(check(fake)).rejects.toMatchObject({ message: expect.stringMatching(/mine: ([ab]\d(, )?){10}; /) });
});

test.each([AfterRestore.KEEP, AfterRestore.VERIFY])('who allows others, and moves nothing (%s), is not asked', async (afterRestore) => {
  expect(await check(new FakeAws(), { ...MOVES, afterRestore, allowConcurrentRestores: true })).toEqual({ rivals: false, nextJobCreated: null });
  await expect(check(intoIt(listed(of(other(12))), other(12)), { ...MOVES, afterRestore })).rejects.toMatchObject({ name: 'RecoveryDirectoryAmbiguous' });
});

test('who allows others, and moves, is asked', async () => {
  await expect(check(intoIt(listed(of(other(12))), other(12)), { ...MOVES, allowConcurrentRestores: true })).rejects.toMatchObject({ name: 'RecoveryDirectoryAmbiguous' });
});
