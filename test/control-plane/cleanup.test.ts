import { TARGET, awsError, FakeAws, INTO } from './fake-aws';
import type { CleanupAws } from '../../lambda/control-plane/cleanup/aws';
import { prepareCleanup } from '../../lambda/control-plane/cleanup/prepare-cleanup';
import { readTurn } from '../../lambda/control-plane/cleanup/read-turn';
import { CleanupMode } from '../../src/core/cleanup';
import { LONGEST_RUN_MILLISECONDS } from '../../src/core/cleanup-turn';

const NUMBERS = { deleteAfterSeconds: 1, keepLatest: 0, workers: 1, operationsPerSecond: 100, entriesPerWorker: 1 };
const SETTINGS = { ...NUMBERS, mode: CleanupMode.QUARANTINE, keep: [] };
const NOW = Date.parse('2026-11-26T12:00:00.000Z');
const OTHER = `${TARGET.fileSystemArn}0`;

/** AWS that answers about one restore job; what it was not told of throws. */
function aws(job: object | Error, metadata?: Record<string, string>): CleanupAws {
  const asked = (name: string) => () => { throw new Error(`asked ${name}`); };
  return {
    describeAccessPoints: asked('DescribeAccessPoints'),
    listRestoreJobs: asked('ListRestoreJobs'),
    listRestoreJobsByProtectedResource: asked('ListRestoreJobsByProtectedResource'),
    describeRestoreJob: async () => { if (job instanceof Error) { throw job; } return job as never; },
    getRestoreJobMetadata: metadata === undefined ? asked('GetRestoreJobMetadata') : async () => ({ Metadata: metadata }) as never,
  };
}
const failedJob = { 'source': 'aws.backup', 'detail-type': 'Restore Job State Change', 'detail': { resourceType: 'EFS', restoreJobId: 'j', status: 'FAILED' } };
const prepare = (of: CleanupAws, input: unknown = failedJob) => prepareCleanup(of, TARGET, SETTINGS, input);

describe('a job that failed', () => {
  test.each([
    ['restored into this file system', { SourceResourceArn: TARGET.fileSystemArn }, { 'file-system-id': TARGET.fileSystemId, 'newFileSystem': 'false' }, true],
    ['restored into a new file system that was never made', { SourceResourceArn: TARGET.fileSystemArn }, { 'file-system-id': TARGET.fileSystemId, 'newFileSystem': 'true' }, false],
    ['says nothing but its metadata', {}, { 'file-system-id': TARGET.fileSystemId }, true],
    ['has no metadata', {}, {}, false],
    ['is of another file system', { SourceResourceArn: OTHER }, { 'file-system-id': 'fs-another' }, false],
    ['restored a recovery point of another file system into this one', { SourceResourceArn: OTHER }, INTO, true],
    ['is of restore testing', { SourceResourceArn: TARGET.fileSystemArn, CreatedBy: { RestoreTestingPlanArn: 'p' } }, undefined, false],
    ['made this file system', { CreatedResourceArn: TARGET.fileSystemArn, SourceResourceArn: OTHER }, undefined, true],
    ['made another one', { CreatedResourceArn: OTHER, SourceResourceArn: TARGET.fileSystemArn }, undefined, false],
    ['is of another service', { ResourceType: 'RDS', CreatedResourceArn: TARGET.fileSystemArn }, undefined, false],
    ['is forgotten', awsError('ResourceNotFoundException'), undefined, false],
  ] as Array<[string, object | Error, Record<string, string> | undefined, boolean]>)('%s', async (_, job, metadata, proceed) => {
    expect(await prepare(aws(job, metadata))).toMatchObject({ proceed, mode: 'QUARANTINE', trigger: { kind: 'RESTORE_JOB', restoreJobId: 'j' } });
  });

  test('and cannot be asked about: that is no answer', async () => {
    await expect(prepare(aws(awsError('AccessDeniedException')))).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

test('a request that asks for more than the mode is refused by name; one that asks for less is taken', async () => {
  const never = aws(new Error('not asked'));
  await expect(prepare(never, { mode: 'DELETE' })).rejects.toMatchObject({ name: 'InvalidCleanupRequest', message: expect.stringMatching(/^'mode' must not do more than the mode of the construct, QUARANTINE, got "DELETE"/) });
  await expect(prepare(never, 'x')).rejects.toMatchObject({ name: 'InvalidCleanupRequest' });
  expect(await prepare(never, { mode: 'REPORT_ONLY' })).toMatchObject({ proceed: true, mode: 'REPORT_ONLY' });
});

describe('the turn', () => {
  const none = { ids: [], starts: [] };
  const event = { execution: { id: 'a', startTime: '2026-11-26T11:00:00.000Z' }, cleanups: none, restores: [none] };
  const facts = (runningJobs: string[] | Error) => {
    const ids = runningJobs instanceof Error ? [] : runningJobs;
    const fake = new FakeAws()
      .on('describeAccessPoints', { FileSystemId: TARGET.fileSystemId }, { AccessPoints: [] })
      .onRunning(runningJobs instanceof Error ? runningJobs : { RestoreJobs: ids.map((RestoreJobId) => ({ RestoreJobId })) });
    ids.forEach((id) => fake.onMetadata(id, INTO));
    return fake;
  };
  const read = async (fake: FakeAws, more: object = {}) => {
    const turn = await readTurn(fake.aws as unknown as CleanupAws, TARGET, { ...event, ...more }, NOW);
    fake.assertDone();
    return turn;
  };

  test('comes with the facts, and with when it began', async () => {
    expect(await read(facts([]))).toEqual({ decision: 'GO', accessPointRoots: [], runningRestoreJobs: [], restoredSince: null, since: '2026-11-26T12:00:00.000Z' });
    expect(await read(facts(['j']))).toMatchObject({ decision: 'WAIT', runningRestoreJobs: ['j'] });
  });

  test('is counted from when it began first', async () => {
    const since = new Date(NOW - LONGEST_RUN_MILLISECONDS).toISOString();
    expect(await read(facts([]), { before: { since } })).toMatchObject({ decision: 'YIELD', reason: 'TIME_IS_UP', since });
  });

  test('a file system that AWS Backup does not know has no restore jobs; any other error is no answer', async () => {
    expect(await read(facts(awsError('ResourceNotFoundException')))).toMatchObject({ decision: 'GO', runningRestoreJobs: [] });
    await expect(readTurn(facts(awsError('AccessDeniedException')).aws as unknown as CleanupAws, TARGET, event, NOW)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});
