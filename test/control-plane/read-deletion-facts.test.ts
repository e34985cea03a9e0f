import { awsError, FakeAws, INTO, TARGET } from './fake-aws';
import { readDeletionFacts } from '../../lambda/control-plane/read-deletion-facts';
import { RefusalReason, refuseDeletion } from '../../src/core/deletion-guard';

const NAME = 'aws-backup-restore_2026-07-27T05-06-24-914181044Z';
const ACCESS_POINTS = { FileSystemId: TARGET.fileSystemId };
const JOBS = { ResourceArn: TARGET.fileSystemArn };
const accessPoints = (...paths: Array<string | undefined>) => paths.map((Path) => ({ RootDirectory: Path === undefined ? undefined : { Path } }));

async function read(fake: FakeAws) {
  const facts = await readDeletionFacts(fake.aws, TARGET);
  fake.assertDone();
  return facts;
}

const withAccessPoints = (...paths: Array<string | undefined>) => new FakeAws()
  .on('describeAccessPoints', ACCESS_POINTS, { AccessPoints: accessPoints(...paths) })
  .onRunning();

test('keeps the access points at or within a recovery directory, and no others', async () => {
  const facts = await read(withAccessPoints('/', undefined, '/projects', `/${NAME}`, `/${NAME}/a/b`, `/${NAME}2`, `/projects/${NAME}`, '/aws-backup-restore_20260722',
    '/aws-backup-failed-restore_2019-01-07T21-06-22-108Z'));
  expect(facts).toEqual({ accessPointRoots: [`/${NAME}`, `/${NAME}/a/b`, '/aws-backup-failed-restore_2019-01-07T21-06-22-108Z'], runningRestoreJobs: [] });
});

test('reads all pages of everything', async () => {
  const fake = new FakeAws()
    .on('describeAccessPoints', ACCESS_POINTS, { AccessPoints: accessPoints('/a'), NextToken: 'two' })
    .on('describeAccessPoints', { ...ACCESS_POINTS, NextToken: 'two' }, { AccessPoints: accessPoints(`/${NAME}`) })
    .on('listRestoreJobsByProtectedResource', { ...JOBS, ByStatus: 'PENDING' }, { RestoreJobs: [{ RestoreJobId: 'p1' }], NextToken: 'p' })
    .on('listRestoreJobsByProtectedResource', { ...JOBS, ByStatus: 'PENDING', NextToken: 'p' }, { RestoreJobs: [{ RestoreJobId: 'p2' }] })
    .on('listRestoreJobs', { ByResourceType: 'EFS', ByStatus: 'PENDING' }, { RestoreJobs: [{ RestoreJobId: 'p2' }], NextToken: 'a' })
    .on('listRestoreJobs', { ByResourceType: 'EFS', ByStatus: 'PENDING', NextToken: 'a' }, { RestoreJobs: [{ RestoreJobId: 'a1' }] })
    .on('listRestoreJobsByProtectedResource', { ...JOBS, ByStatus: 'RUNNING' }, { RestoreJobs: [{ RestoreJobId: 'r1' }] })
    .on('listRestoreJobs', { ByResourceType: 'EFS', ByStatus: 'RUNNING' }, {});
  ['p1', 'p2', 'a1', 'r1'].forEach((id) => fake.onMetadata(id, INTO));
  expect(await read(fake)).toEqual({ accessPointRoots: [`/${NAME}`], runningRestoreJobs: ['p1', 'p2', 'a1', 'r1'] });
});

test('what is read keeps the directory from being deleted', async () => {
  const facts = { name: NAME, moveOnRecord: true, now: Date.UTC(2027, 0) };
  expect(refuseDeletion({ ...facts, ...await read(withAccessPoints('/projects')) })).toEqual([]);
  expect(refuseDeletion({ ...facts, ...await read(withAccessPoints(`/${NAME}/a`)) }).map(({ reason }) => reason)).toEqual([RefusalReason.ACCESS_POINT]);
});

test('an error of AWS is no fact', async () => {
  await expect(read(new FakeAws().on('describeAccessPoints', ACCESS_POINTS, awsError('ThrottlingException')))).rejects.toMatchObject({ name: 'ThrottlingException' });
});
