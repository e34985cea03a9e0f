import type { RestoreJobsListMember } from '@aws-sdk/client-backup';
import { awsError, FakeAws, INTO, TARGET } from './fake-aws';
import { readRunningRestoreJobs, UNASKED } from '../../lambda/control-plane/restore-jobs';
import type { RestoreJobsAws } from '../../lambda/control-plane/restore-jobs';

const OTHER = `${TARGET.fileSystemArn}0`;
const job = (RestoreJobId: string, more: Partial<RestoreJobsListMember> = {}): RestoreJobsListMember => ({ RestoreJobId, ResourceType: 'EFS', SourceResourceArn: OTHER, ...more });
const jobs = (...RestoreJobs: RestoreJobsListMember[]) => ({ RestoreJobs });

async function read(fake: FakeAws, own: string[] = []): Promise<string[]> {
  return readRunningRestoreJobs(fake.aws, TARGET, own).finally(() => fake.assertDone());
}

test('a job of another file system that restores into this one is found', async () => {
  expect(await read(new FakeAws().onRunning({}, jobs(job('j'))).onMetadata('j', INTO))).toEqual(['j']);
});

test.each<[string, Partial<RestoreJobsListMember>, Record<string, string> | undefined]>([
  ['into another file system', {}, { ...INTO, 'file-system-id': 'fs-another' }],
  ['into a new file system', { SourceResourceArn: TARGET.fileSystemArn }, { ...INTO, newFileSystem: 'true' }],
  ['that made another file system', { SourceResourceArn: TARGET.fileSystemArn, CreatedResourceArn: OTHER }, undefined],
  ['of restore testing', { SourceResourceArn: TARGET.fileSystemArn, CreatedBy: { RestoreTestingPlanArn: 'arn:plan' } }, undefined],
])('a job %s is no reason', async (_, more, metadata) => {
  const fake = new FakeAws().onRunning({}, jobs(job('j', more)));
  expect(await read(metadata === undefined ? fake : fake.onMetadata('j', metadata))).toEqual([]);
});

test.each<[string, Record<string, string>]>([
  ['no metadata', {}], ['no file system', { newFileSystem: 'false' }], ['keys in another case', { 'File-System-Id': TARGET.fileSystemId, 'newfilesystem': 'False' }],
  ['both answers', { ...INTO, NewFileSystem: 'true' }], ['the ARN', { ...INTO, 'file-system-id': TARGET.fileSystemArn }],
])('a job with %s is one', async (_, metadata) => {
  expect(await read(new FakeAws().onRunning({}, jobs(job('j'))).onMetadata('j', metadata))).toEqual(['j']);
});

describe('a job that is gone when it is asked about', () => {
  const gone = awsError('ResourceNotFoundException');

  test('is none where two answers say so', async () => {
    expect(await read(new FakeAws().onRunning({}, jobs(job('j'))).onMetadata('j', gone).on('describeRestoreJob', { RestoreJobId: 'j' }, gone))).toEqual([]);
  });

  test('is one where AWS Backup still knows it', async () => {
    expect(await read(new FakeAws().onRunning({}, jobs(job('j'))).onMetadata('j', gone).on('describeRestoreJob', { RestoreJobId: 'j' }, {}))).toEqual(['j']);
  });

  test.each(['AccessDeniedException', 'ServiceUnavailableException'])('is no answer where AWS refuses (%s)', async (name) => {
    await expect(read(new FakeAws().onRunning({}, jobs(job('j'))).onMetadata('j', awsError(name)))).rejects.toMatchObject({ name });
    await expect(read(new FakeAws().onRunning({}, jobs(job('j'))).onMetadata('j', gone).on('describeRestoreJob', { RestoreJobId: 'j' }, awsError(name)))).rejects.toMatchObject({ name });
  });
});

test('those of the same execution are none', async () => {
  expect(await read(new FakeAws().onRunning(jobs(job('mine')), jobs(job('mine'), job('j'))).onMetadata('j', INTO), ['mine'])).toEqual(['j']);
});

test('a file system that AWS Backup has never backed up may be restored into all the same', async () => {
  expect(await read(new FakeAws().onRunning(awsError('ResourceNotFoundException'), jobs(job('j'))).onMetadata('j', INTO))).toEqual(['j']);
});

describe('many jobs', () => {
  /** An account with so many jobs on each page of the list of all, that restore somewhere. */
  class Account {
    public metadataCalls = 0;
    public pages = 0;
    public readonly aws = {
      ...new FakeAws().withoutRestoreJobs,
      listRestoreJobs: async () => {
        this.pages += 1;
        const RestoreJobs = Array.from({ length: this.perPage }, (_, index) => job(`${this.pages}-${index}`));
        return { RestoreJobs, NextToken: this.pages < this.most ? 'more' : undefined, $metadata: {} };
      },
      getRestoreJobMetadata: async () => {
        this.metadataCalls += 1;
        return { Metadata: { ...INTO, 'file-system-id': this.into }, $metadata: {} };
      },
    } satisfies RestoreJobsAws;

    constructor(private readonly perPage: number, private readonly most: number, private readonly into: string) {}
  }

  test('into this file system: ten are told, and no more are asked about', async () => {
    const account = new Account(1000, 2, TARGET.fileSystemId);
    expect(await readRunningRestoreJobs(account.aws, TARGET)).toHaveLength(10);
    expect(account.metadataCalls).toBe(10);
  });

  test('into others: so many that not all can be asked about are a reason, in doubt', async () => {
    const few = new Account(100, 1, 'fs-another');
    expect(await readRunningRestoreJobs(few.aws, TARGET)).toEqual([]);
    const many = new Account(1000, 5, 'fs-another');
    expect(await readRunningRestoreJobs(many.aws, TARGET)).toEqual([UNASKED]);
    expect(many.metadataCalls).toBe(200);
  });

  test('pages without an end are a reason, too', async () => {
    const endless = new Account(0, Infinity, 'fs-another');
    expect(await readRunningRestoreJobs(endless.aws, TARGET)).toEqual([UNASKED]);
    expect(endless.pages).toBe(100); // 50 of each of the two lists
  });
});
