import type { RestoreJobsListMember, RestoreJobStatus } from '@aws-sdk/client-backup';
import { FakeAws, TARGET } from './fake-aws';
import { checkOtherRestoreJobs } from '../../lambda/control-plane/check-other-restore-jobs';
import { AfterRestore, completeRestoreRequest } from '../../src/core/restore-request';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 23, 3, minute));
const JOB = { RestoreJobId: 'mine', CreationDate: at(10).toISOString(), CompletionDate: at(20).toISOString() };
const other = (created: number, completed?: number, Status: RestoreJobStatus = completed === undefined ? 'RUNNING' : 'COMPLETED') =>
  ({ RestoreJobId: `${created}-${completed}`, CreationDate: at(created), CompletionDate: completed === undefined ? undefined : at(completed), Status });
const MOVES = completeRestoreRequest({ items: ['/a'], afterRestore: AfterRestore.MOVE_INTO_PLACE });
const listed = (...RestoreJobs: RestoreJobsListMember[]) => new FakeAws().on('listRestoreJobsByProtectedResource', { ResourceArn: TARGET.fileSystemArn }, { RestoreJobs });
const check = async (fake: FakeAws, request = MOVES, job = JOB as typeof JOB | Omit<typeof JOB, 'CompletionDate'>) => {
  return checkOtherRestoreJobs(fake.aws, TARGET, request, job, ['own']).finally(() => fake.assertDone());
};
const NONE = { rivals: false, nextJobCreated: null };

test.each<[string, ReturnType<typeof other>]>([
  ['ended long before it', other(-20, -1)], ['failed', other(12, 15, 'FAILED')], ['was aborted', other(12, 15, 'ABORTED')],
  ['the same execution ran', { ...other(1, 10), RestoreJobId: 'own' }],
])('a job that %s is no matter', async (_, job) => {
  await expect(check(listed({ RestoreJobId: 'mine' }, job))).resolves.toEqual(NONE);
});

test.each([0, 5, 10])('a job that ended in minute %d may bring its directory only now', async (ended) => {
  await expect(check(listed(other(-5, ended)))).resolves.toEqual({ ...NONE, rivals: true });
});

test('of the jobs that were created after it had ended, the first one counts', async () => {
  await expect(check(listed(other(50), other(20), other(30, 40)))).resolves.toEqual({ ...NONE, nextJobCreated: at(20).toISOString() });
});

test.each<[string, ReturnType<typeof other>]>([
  ['began before it and ended within', other(1, 11)], ['ran within it', other(12, 15)], ['began within it', other(19, 40)], ['ran all the time', other(1, 40)], ['still runs', other(1)],
])('a job that %s may have made the directory', async (_, job) => {
  await expect(check(listed(job))).rejects.toMatchObject({
    name: 'RecoveryDirectoryAmbiguous', message: expect.stringContaining(`ran at the same time as mine: ${job.RestoreJobId}; `),
  });
});

test('a job whose times AWS does not tell may have made it, and one of ours that is not yet complete, too', async () => {
  await expect(check(listed({ RestoreJobId: 'other', Status: 'COMPLETED' }))).rejects.toMatchObject({ name: 'RecoveryDirectoryAmbiguous' });
  const { CompletionDate: _, ...open } = JOB;
  await expect(check(listed(other(50)), MOVES, open)).rejects.toMatchObject({ name: 'RecoveryDirectoryAmbiguous' });
});

test('all pages are read, and ten are told', async () => {
  const fake = new FakeAws()
    .on('listRestoreJobsByProtectedResource', { ResourceArn: TARGET.fileSystemArn }, { RestoreJobs: Array.from({ length: 8 }, () => other(11)), NextToken: 'more' })
    .on('listRestoreJobsByProtectedResource', { ResourceArn: TARGET.fileSystemArn, NextToken: 'more' }, { RestoreJobs: Array.from({ length: 8 }, () => other(12)) });
  await expect(check(fake)).rejects.toMatchObject({ message: expect.stringMatching(/mine: (1[12]-undefined(, )?){10}; /) });
});

test.each([AfterRestore.KEEP, AfterRestore.VERIFY])('who allows others, and moves nothing (%s), is not asked', async (afterRestore) => {
  await check(new FakeAws(), { ...MOVES, afterRestore, allowConcurrentRestores: true });
  await expect(check(listed(other(12)), { ...MOVES, afterRestore })).rejects.toMatchObject({ name: 'RecoveryDirectoryAmbiguous' });
});

test('who allows others, and moves, is asked', async () => {
  await expect(check(listed(other(12)), { ...MOVES, allowConcurrentRestores: true })).rejects.toMatchObject({ name: 'RecoveryDirectoryAmbiguous' });
});
