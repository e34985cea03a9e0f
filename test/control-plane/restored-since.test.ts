import type { RestoreJobsListMember } from '@aws-sdk/client-backup';
import { awsError, FakeAws, INTO, TARGET } from './fake-aws';
import { readRestoredSince } from '../../lambda/control-plane/restored-since';
import { formatRecoveryDirectoryName, RootEntryKind } from '../../src/core/recovery-directory';

const STAMP = Date.UTC(2026, 10, 23, 9, 30);
const at = (minutes: number) => new Date(STAMP + minutes * 60_000);
const DIRECTORY = formatRecoveryDirectoryName(RootEntryKind.RECOVERY_DIRECTORY, STAMP, '');
const AROUND = { ByCreatedBefore: new Date(at(10).getTime() + 1), ByCompleteAfter: new Date(at(-10).getTime() - 1) };
const job = (RestoreJobId: string, created: number, completed: number, more: Partial<RestoreJobsListMember> = {}): RestoreJobsListMember =>
  ({ RestoreJobId, ResourceType: 'EFS', CreationDate: at(created), CompletionDate: at(completed), ...more });
const listed = (...RestoreJobs: RestoreJobsListMember[]) =>
  new FakeAws().on('listRestoreJobs', { ByResourceType: 'EFS', ByStatus: 'COMPLETED', ...AROUND }, { RestoreJobs });
const read = async (fake: FakeAws, directory = DIRECTORY) => readRestoredSince(fake.aws, TARGET, directory).finally(() => fake.assertDone());

test('is when the one job was created that fits', async () => {
  expect(await read(listed(job('j', -40, 0)).onMetadata('j', INTO))).toBe(at(-40).toISOString());
});

test('a job of another file system that restored into this one fits as well; those into others do not', async () => {
  const fake = listed(job('a', -30, 0), job('b', -40, 0), job('c', -50, 1, { CreatedResourceArn: 'arn:other' }), job('d', -5, 1, { CreatedBy: { RestoreTestingPlanArn: 'p' } }));
  expect(await read(fake.onMetadata('a', { ...INTO, newFileSystem: 'true' }).onMetadata('b', INTO))).toBe(at(-40).toISOString());
});

test('is not told where several fit', async () => {
  expect(await read(listed(job('a', -30, 0), job('b', -2, 1)).onMetadata('a', INTO).onMetadata('b', INTO))).toBeNull();
});

test.each<[string, RestoreJobsListMember[]]>([
  ['none is in the list', []], ['it ended long before', [job('a', -60, -11)]], ['it began long after', [job('a', 11, 12)]],
])('is not told where %s', async (_, jobs) => {
  expect(await read(listed(...jobs))).toBeNull();
});

test('is not told where nobody knows where a job restored to', async () => {
  expect(await read(listed(job('j', -40, 0)).onMetadata('j', {}))).toBeNull();
  expect(await read(listed(job('j', -40, 0), job('k', -30, 0)).onMetadata('j', INTO).onMetadata('k', {}))).toBeNull();
});

test('is not told where the job has no times', async () => {
  expect(await read(listed({ RestoreJobId: 'j' }).onMetadata('j', INTO))).toBeNull();
});

test('is not told where the list has no end', async () => {
  const endless = { ...new FakeAws().withoutRestoreJobs, listRestoreJobs: async () => ({ RestoreJobs: [job('j', -40, 0, { CreatedResourceArn: TARGET.fileSystemArn })], NextToken: 'more', $metadata: {} }) };
  expect(await readRestoredSince(endless, TARGET, DIRECTORY)).toBeNull();
});

test('of a failed restore is that of a job that failed or was aborted', async () => {
  const failed = formatRecoveryDirectoryName(RootEntryKind.FAILED_RECOVERY_DIRECTORY, STAMP, '');
  const fake = new FakeAws()
    .on('listRestoreJobs', { ByResourceType: 'EFS', ByStatus: 'FAILED', ...AROUND }, { RestoreJobs: [job('j', -40, 0)] })
    .on('listRestoreJobs', { ByResourceType: 'EFS', ByStatus: 'ABORTED', ...AROUND }, {})
    .onMetadata('j', INTO);
  expect(await read(fake, failed)).toBe(at(-40).toISOString());
});

test('AWS is not asked about other names; an error of AWS is no answer', async () => {
  expect(await read(new FakeAws(), 'projects')).toBeNull();
  const denied = new FakeAws().on('listRestoreJobs', { ByResourceType: 'EFS', ByStatus: 'COMPLETED', ...AROUND }, awsError('AccessDeniedException'));
  await expect(read(denied)).rejects.toMatchObject({ name: 'AccessDeniedException' });
});
