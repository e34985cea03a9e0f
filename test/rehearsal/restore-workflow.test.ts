import * as fs from 'node:fs';
import * as path from 'node:path';
import { WorkflowBench } from './restore-workflow';
import type { Scene, SceneOptions } from './restore-workflow';
import { AUTOMATIC_BACKUP_VAULT_POLICY } from '../../rehearsal/aws/vault-access-policy';
import { Check } from '../../rehearsal/demo/check';
import { LOST_FILE, LOST_TREE, makeProjects } from '../../rehearsal/demo/projects';
import { TaskError } from '../../rehearsal/run/task-error';
import { RestoreError } from '../../src/core/contract';

const MOVE = { afterRestore: 'MOVE_INTO_PLACE' };
const FILES = { '/a/lost.txt': 'lost', '/a/other.txt': 'other', '/b/deep/er/file.txt': 'deep' };
const NODE_24 = path.join(__dirname, '..', 'runtimes', 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');

const bench = new WorkflowBench('QuickStart');
const start: WorkflowBench['start'] = async (...args) => bench.start(...args);
/** The keys of an object and of the objects in it. */
const shapeOf = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    return value.slice(0, 1).filter((first) => typeof first === 'object').map(shapeOf);
  }
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)])) : '…';
};
const startsOf = (scene: Scene) => scene.rehearsal.aws.requests.filter(({ operation }) => operation === 'StartRestoreJob');

afterEach(async () => bench.end());
afterAll(() => bench.close());

describe.each([['Node.js 20 or the one that runs the tests', process.execPath], ['Node.js 24', NODE_24]])('the bundles on %s', (_, node) => {
  test('bring back exactly what was lost, and clean up', async () => {
    const scene = await start({}, { node, skipBackup: true });
    makeProjects(scene.root);
    await scene.rehearsal.backUp();
    const check = new Check(scene.root);
    check.damage();

    const { execution, report } = await scene.restore({ items: [LOST_FILE, LOST_TREE], ...MOVE });

    expect(execution).toMatchObject({ status: 'SUCCEEDED' });
    expect(check.restored()).toEqual([]);
    expect(report).toMatchObject({ outcome: 'SUCCEEDED', restores: [{ move: { outcome: 'MOVED' }, cleanup: { outcome: 'DELETED' } }] });
    const documented: unknown = JSON.parse(/^```json report\n(.*?)^```/ms.exec(fs.readFileSync(path.join(__dirname, '..', '..', 'docs', 'restore-request.md'), 'utf8'))![1]);
    expect(shapeOf(JSON.parse(JSON.stringify(report)))).toEqual(shapeOf(documented));
    expect(scene.rehearsal.published).toHaveLength(1);
    expect(JSON.parse(scene.rehearsal.published[0].Message)).toEqual(report);
  });
});

/** What ends a restore on the way; `npm run demo -- --scenario <name>` plays each with a report to look at. */
const FAILURES: Array<[string, RestoreError, SceneOptions, ((scene: Scene) => void)?]> = [
  ['there is no backup', RestoreError.RECOVERY_POINT_NOT_USABLE, { skipBackup: true }],
  ['the file system is the destination of a replication', RestoreError.FILE_SYSTEM_NOT_WRITABLE, { replicationDestination: true }],
  ['the vault denies restores', RestoreError.RESTORE_DENIED_BY_VAULT, { vaultAccessPolicy: AUTOMATIC_BACKUP_VAULT_POLICY }],
  ['another restore runs', RestoreError.ANOTHER_RESTORE_RUNNING, {}, (scene) => scene.rehearsal.startOtherRestore()],
  ['the function does not see the file system', RestoreError.FILE_SYSTEM_NOT_MOUNTED, { workerEnvironment: { MOUNT_CHECK: '' } }],
  ['the start is denied', RestoreError.RESTORE_JOB_NOT_STARTED, { faults: [{ operation: 'StartRestoreJob', fault: 'ACCESS_DENIED', times: Infinity }] }],
  ['the job fails', RestoreError.RESTORE_JOB_FAILED, { faults: [{ restoreJob: 'FAILED' }] }],
  ['the job is aborted', RestoreError.RESTORE_JOB_FAILED, { faults: [{ restoreJob: 'ABORTED' }] }],
  ['the job does not end', RestoreError.RESTORE_JOB_TIMED_OUT, { faults: [{ restoreJob: 'STUCK' }] }],
  ['no directory appears', RestoreError.RECOVERY_DIRECTORY_NOT_FOUND, { faults: [{ restoreJob: 'DIRECTORY_NEVER' }] }],
  ['two directories appear', RestoreError.RECOVERY_DIRECTORY_AMBIGUOUS, { faults: [{ restoreJob: 'TWO_DIRECTORIES' }] }],
  ['an item is missing', RestoreError.VERIFICATION_FAILED, { faults: [{ restoreJob: 'ITEM_MISSING', item: '/b' }] }],
  ['a place is taken', RestoreError.MOVE_CONFLICT, {}, (scene) => scene.write({ '/a/lost.txt': 'written anew' })],
];

describe('each named failure', () => {
  test.each(FAILURES.map(([what, error, options, begin]) => [what, error, { options, begin }] as const))('%s: %s, and nothing is changed', async (_, error, { options, begin }) => {
    const scene = await start(FILES, options);
    scene.remove('/a/lost.txt', '/b');
    begin?.(scene);
    const before = scene.live;

    const { execution, report } = await scene.restore({ items: ['/a/lost.txt', '/b'], ...MOVE });

    expect(execution).toMatchObject({ status: 'FAILED', error });
    expect(report).toMatchObject({ outcome: 'FAILED', error, totals: { moved: 0 } });
    expect(execution.cause).toBe(report.sentence);
    expect(scene.live).toEqual(before);
  });

  test('a request with several problems: all of them are told, and AWS is not asked', async () => {
    const scene = await start(FILES);
    const { execution, report } = await scene.restore({ items: ['/mnt/efs/a', 'b', '/a/../c'], ...MOVE });
    expect(execution).toMatchObject({ status: 'FAILED', error: RestoreError.INVALID_RESTORE_REQUEST });
    ['items[0]', 'items[1]', 'items[2]'].forEach((item) => expect(report.cause).toContain(item));
    expect(scene.rehearsal.aws.requests).toEqual([]);
  });

  test('entries that cannot be moved: the others are in place, the recovery directory stays', async () => {
    const scene = await start(FILES, { workerEnvironment: { REHEARSAL_LOOKS_AT_CLOCK: '6' } });
    scene.remove('/a/lost.txt', '/b/deep/er/file.txt');
    // /a was visited, /b not to its end: now its place is gone
    scene.when('MoveIntoPlace', () => fs.existsSync(scene.at('/b')) && fs.renameSync(scene.at('/b'), scene.at('/c')), ['left']);

    const { execution, report } = await scene.restore({ fullRestore: true, ...MOVE, conflictPolicy: 'SKIP' });

    expect(execution).toMatchObject({ status: 'FAILED', error: 'MoveIncomplete' });
    expect(report.restores[0].move).toMatchObject({ outcome: 'INCOMPLETE', notes: expect.arrayContaining([expect.objectContaining({ path: expect.stringMatching(/^\/b/) })]) });
    expect(scene.read('/a/lost.txt')).toBe('lost');
    expect(scene.read(`/${report.restores[0].recoveryDirectory}/b/deep/er/file.txt`)).toBe('deep');
  });
});

describe('what happens after the restore', () => {
  test.each(['KEEP', 'VERIFY'])('%s leaves everything in the recovery directory', async (afterRestore) => {
    const scene = await start(FILES);
    scene.remove('/a/lost.txt');
    const { execution, report } = await scene.restore({ items: ['/a/lost.txt'], afterRestore });
    expect(execution.status).toBe('SUCCEEDED');
    expect(scene.read('/a/lost.txt')).toBeUndefined();
    expect(scene.read(`/${report.restores[0].recoveryDirectory}/a/lost.txt`)).toBe('lost');
    expect(report.restores[0].verification?.verdict).toBe(afterRestore === 'VERIFY' ? 'PASSED' : undefined);
  });

  test('what is expected is looked at before anything is moved', async () => {
    const scene = await start(FILES);
    scene.remove('/b');
    const expectations = [{ path: '/b/deep', atLeastFiles: 2 }];
    const { execution, report } = await scene.restore({ items: ['/b'], ...MOVE, expectations });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'VerificationFailed' });
    expect(report.restores[0].verification?.findings).toEqual([expect.stringContaining('/b/deep')]);
    expect(scene.read('/b/deep/er/file.txt')).toBeUndefined();
    expect((await scene.restore({ items: ['/b'], ...MOVE, expectations: [{ path: '/b/deep', atLeastFiles: 1 }] })).execution.status).toBe('SUCCEEDED');
    expect(scene.read('/b/deep/er/file.txt')).toBe('deep');
  });

  test('another restore job is no matter where the request allows it', async () => {
    const scene = await start(FILES);
    scene.remove('/a/lost.txt');
    scene.rehearsal.startOtherRestore();
    const request = { items: ['/a/lost.txt'], allowConcurrentRestores: true };
    expect((await scene.restore({ ...request, afterRestore: 'VERIFY' })).execution.status).toBe('SUCCEEDED');
    // nobody can tell whose directory it is: so nothing of it is moved
    expect((await scene.restore({ ...request, ...MOVE })).report.error).toBe('RecoveryDirectoryAmbiguous');
    expect(scene.read('/a/lost.txt')).toBeUndefined();
  });

  test('recoveryDirectory KEEP moves, and keeps the empty recovery directory', async () => {
    const scene = await start(FILES);
    scene.remove('/a/lost.txt');
    const { report } = await scene.restore({ items: ['/a/lost.txt'], ...MOVE, recoveryDirectory: 'KEEP' });
    expect(scene.read('/a/lost.txt')).toBe('lost');
    expect(scene.left).toContain(report.restores[0].recoveryDirectory);
    expect(report.restores[0].cleanup).toBeUndefined();
  });

  test('REPLACE keeps what it replaces, also after the cleanup', async () => {
    const scene = await start(FILES);
    scene.write({ '/a/lost.txt': 'written anew' });
    const { report } = await scene.restore({ items: ['/a/lost.txt'], ...MOVE, conflictPolicy: 'REPLACE' });
    expect(scene.read('/a/lost.txt')).toBe('lost');
    expect(scene.read(`${report.restores[0].move!.keptAside}/1/a/lost.txt`)).toBe('written anew');
    expect(scene.left).toEqual(['.cdk-efs-backup']);
  });

  test('a full restore of a damaged file system, with SKIP and DELETE', async () => {
    const scene = await start(FILES);
    scene.remove('/b');
    scene.write({ '/a/other.txt': 'newer work' });
    const { execution, report } = await scene.restore({ fullRestore: true, ...MOVE, conflictPolicy: 'SKIP', recoveryDirectory: 'DELETE' });
    expect(execution.status).toBe('SUCCEEDED');
    expect(scene.read('/b/deep/er/file.txt')).toBe('deep');
    expect(scene.read('/a/other.txt')).toBe('newer work');
    expect(report.restores[0].cleanup).toMatchObject({ outcome: 'DELETED' });
    expect(scene.left).toEqual([]);
  });

  test('a dry run reports what would be moved, and moves nothing', async () => {
    const scene = await start(FILES);
    scene.remove('/a/lost.txt');
    const request = { items: ['/a/lost.txt', '/a/other.txt'], ...MOVE, dryRun: true };
    const { execution, report } = await scene.restore(request);
    expect(execution.status).toBe('SUCCEEDED');
    expect(report.restores[0].plan).toMatchObject({ outcome: 'CONFLICT', counts: { moved: 1, failed: 1 } });
    expect(report.restores[0]).not.toHaveProperty('move');
    expect(scene.read('/a/lost.txt')).toBeUndefined();
    expect((await scene.restore({ ...request, conflictPolicy: 'SKIP' })).report.restores[0].plan).toMatchObject({ outcome: 'PLANNED', counts: { moved: 1, skipped: 1 } });
    expect(scene.read('/a/lost.txt')).toBeUndefined();
  });

  test('more items than one job takes: several jobs, one result', async () => {
    const files = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`/many/${index}.txt`, String(index)]));
    const scene = await start(files);
    scene.remove('/many');
    const { execution, report } = await scene.restore({ items: Object.keys(files), ...MOVE });
    expect(execution.status).toBe('SUCCEEDED');
    expect(report.restores.map(({ items }) => items?.length)).toEqual([5, 5, 2]);
    expect(report.totals).toMatchObject({ files: 12, moved: report.restores.reduce((sum, { move }) => sum + move!.counts.moved, 0) });
    expect(Object.entries(files).filter(([own, content]) => scene.read(own) !== content)).toEqual([]);
    expect(scene.left).toEqual([]);
  });

  test('under FAIL, one conflict in one of several directories keeps all from being moved', async () => {
    const files = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`/many/${index}.txt`, String(index)]));
    const scene = await start(files);
    scene.remove(...Object.keys(files).slice(0, 5)); // the last one, of the second job, is still there
    const { report } = await scene.restore({ items: Object.keys(files), ...MOVE });
    expect(report).toMatchObject({ outcome: 'FAILED', error: 'MoveConflict', restores: [{ plan: { outcome: 'PLANNED' } }, { plan: { outcome: 'CONFLICT' } }] });
    expect(Object.keys(files).filter((own) => scene.read(own) !== undefined)).toEqual(['/many/5.txt']);
  });

  test('something that is not ours has the name of our directory: refused before the restore, unless nothing is to be moved', async () => {
    const scene = await start(FILES);
    scene.write({ '/.cdk-efs-backup/diary.txt': 'mine' });
    scene.remove('/a/lost.txt');
    expect((await scene.restore({ items: ['/a/lost.txt'], ...MOVE })).report.error).toBe('WorkDirectoryNotOurs');
    expect(startsOf(scene)).toEqual([]);
    expect(scene.read('/.cdk-efs-backup/diary.txt')).toBe('mine');
    expect((await scene.restore({ items: ['/a/lost.txt'], afterRestore: 'VERIFY' })).execution.status).toBe('SUCCEEDED');
  });

  test('lost+found is reported, and stays', async () => {
    const scene = await start(FILES, { faults: [{ restoreJob: 'LOST_AND_FOUND' }] });
    scene.remove('/a/lost.txt');
    const { report } = await scene.restore({ items: ['/a/lost.txt'], ...MOVE });
    expect(report.restores[0].lostAndFound).toEqual(['aws-backup-lost+found']);
    expect(scene.left).toEqual(['aws-backup-lost+found']);
  });
});

describe('what AWS does to a restore', () => {
  test.each(['THROTTLE', 'TOO_MANY_REQUESTS', 'INTERNAL_ERROR', 'ANSWER_LOST'] as const)('%s at the start of the job: tried again, one job', async (fault) => {
    const scene = await start(FILES, { faults: [{ operation: 'StartRestoreJob', fault, times: 2 }] });
    scene.remove('/a/lost.txt');
    const { execution } = await scene.restore({ items: ['/a/lost.txt'], ...MOVE });
    expect(execution.status).toBe('SUCCEEDED');
    expect(startsOf(scene).length).toBeGreaterThan(1);
    expect(new Set(startsOf(scene).map(({ input }) => input.IdempotencyToken)).size).toBe(1);
    expect(scene.rehearsal.aws.restoreJobs.byId.size).toBe(1);
  });

  test('throttling of every other call is waited out', async () => {
    const operations = ['DescribeFileSystems', 'ListRecoveryPointsByBackupVault', 'DescribeRestoreJob', 'DescribeAccessPoints'] as const;
    const scene = await start(FILES, { faults: operations.map((operation) => ({ operation, fault: 'THROTTLE' })) });
    scene.remove('/a/lost.txt');
    expect((await scene.restore({ items: ['/a/lost.txt'], ...MOVE })).execution.status).toBe('SUCCEEDED');
  });

  test('a long job is polled at every pace', async () => {
    const scene = await start(FILES, { percentPerPoll: 1 });
    const { execution } = await scene.restore({ items: ['/a/lost.txt'] });
    expect(execution.status).toBe('SUCCEEDED');
    expect(new Set(execution.visited)).toEqual(new Set([...execution.visited, 'WaitBriefly', 'WaitLonger', 'WaitLong']));
  });

  test('a recovery directory that comes late is waited for', async () => {
    const scene = await start(FILES, { faults: [{ restoreJob: 'DIRECTORY_LATE' }] });
    let retries = 0;
    scene.when('FindRecoveryDirectory', () => {
      if ((retries += 1) === 3) {
        void scene.rehearsal.aws.deliverDirectories();
      }
    }, ['retried']);
    const { execution } = await scene.restore({ items: ['/a/lost.txt'] });
    expect(execution.status).toBe('SUCCEEDED');
    expect(retries).toBeGreaterThanOrEqual(3);
  });

  test('a job that nobody may look at ends the restore with the error of AWS', async () => {
    const scene = await start(FILES, { faults: [{ operation: 'DescribeRestoreJob', fault: 'ACCESS_DENIED', times: Infinity }] });
    const { execution } = await scene.restore({ items: ['/a/lost.txt'] });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'Backup.AccessDeniedException' });
  });
});

describe('a function that is killed', () => {
  test.each(['SurveyBeforeRestore', 'VerifyRecoveryDirectory', 'MoveIntoPlace', 'DeleteShard'])('once, in %s: the restore goes on', async (state) => {
    const scene = await start(FILES);
    scene.remove('/a/lost.txt', '/b');
    scene.when(state, () => scene.rehearsal.worker.killDuringNextInvocation({ afterMilliseconds: 1 }));
    const { execution } = await scene.restore({ items: ['/a/lost.txt', '/b'], ...MOVE });
    expect(execution.status).toBe('SUCCEEDED');
    expect([scene.read('/a/lost.txt'), scene.read('/b/deep/er/file.txt')]).toEqual(['lost', 'deep']);
    expect(scene.left).toEqual([]);
  });

  test.each(['CheckGuards', 'CheckOtherRestoreJobs'])('always, in %s: the restore fails, and leaves everything as it is', async (state) => {
    const scene = await start(FILES);
    scene.remove('/a/lost.txt');
    const before = scene.live;
    scene.killIn(state, 'controlPlane');
    expect((await scene.restore({ items: ['/a/lost.txt'], ...MOVE })).report.error).toBe('Runtime.ExitError');
    expect(scene.live).toEqual(before);
  });

  test.each(['FindRecoveryDirectory', 'VerifyRecoveryDirectory', 'PlanMove', 'MoveIntoPlace'])('always, in %s: the restore fails, and deletes nothing', async (state) => {
    const scene = await start(FILES);
    scene.remove('/a/lost.txt');
    scene.killIn(state, 'worker');
    const { execution } = await scene.restore({ items: ['/a/lost.txt'], ...MOVE, dryRun: state === 'PlanMove' });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'Runtime.ExitError' });
    expect(scene.left.filter((name) => name.startsWith('aws-backup-restore_'))).toHaveLength(1);
  });

  test.each([
    'SurveyBeforeRestore', 'FindRecoveryDirectory', 'VerifyRecoveryDirectory', 'PlanMove', 'MoveIntoPlace',
  ])('Lambda cannot mount the file system for it, in %s', async (state) => {
    const scene = await start(FILES);
    scene.killIn(state, 'worker', 'Lambda.EFSMountConnectivityException');
    const { execution, report } = await scene.restore({ items: ['/a/lost.txt'], ...MOVE, conflictPolicy: 'SKIP', dryRun: state === 'PlanMove' });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'FileSystemNotMounted' });
    expect(report).toMatchObject({ outcome: 'FAILED', error: 'FileSystemNotMounted' });
  });

  test.each([['ReadDeletionFacts', 'controlPlane'], ['DeleteShard', 'worker']] as const)('always, in %s: the data is back, the directory stays', async (state, fn) => {
    const scene = await start(FILES);
    scene.remove('/a/lost.txt');
    scene.killIn(state, fn);
    const { execution, report } = await scene.restore({ items: ['/a/lost.txt'], ...MOVE });
    expect(execution.status).toBe('SUCCEEDED');
    expect(scene.read('/a/lost.txt')).toBe('lost');
    expect(report.restores[0].cleanup).toMatchObject({ outcome: 'INCOMPLETE' });
  });

  test('always, in JoinDeletions: the directory is gone, and the report says where to look', async () => {
    const scene = await start(FILES);
    scene.remove('/a/lost.txt');
    scene.killIn('JoinDeletions', 'controlPlane');
    const { execution, report } = await scene.restore({ items: ['/a/lost.txt'], ...MOVE });
    expect([execution.status, scene.left]).toEqual(['SUCCEEDED', []]);
    expect(report.restores[0].cleanup).toMatchObject({ outcome: 'INCOMPLETE', notes: [{ note: expect.stringContaining('history of the execution') }] });
  });

  test.each([['ReportSuccess', 'SUCCEEDED', '/a/lost.txt'], ['ReportFailure', 'FAILED', '/a/../b']] as const)('always, in %s: the restore ends as it would', async (state, status, item) => {
    const scene = await start(FILES);
    scene.killIn(state, 'controlPlane');
    expect((await scene.restore({ items: [item] })).execution.status).toBe(status);
  });

  test.each([['SUCCEEDED', '/a/lost.txt'], ['FAILED', '/a/../b']] as const)('a topic that refuses the report of a restore that %s changes nothing', async (status, item) => {
    const scene = await start(FILES, { publish: () => { throw new TaskError('Sns.AuthorizationErrorException', 'not allowed'); } });
    expect((await scene.restore({ items: [item] })).execution.status).toBe(status);
  });
});

describe('a worker that runs out of time', () => {
  test('goes on where it stopped, through verification, move and deletion', async () => {
    const indexes = Array.from({ length: 300 }, (_, index) => index);
    const own = (index: number) => `/many/${index % 150}/${index}.txt`;
    const files = Object.fromEntries(indexes.map((index) => [own(index), String(index)]));
    const scene = await start(files, { workerEnvironment: { REHEARSAL_LOOKS_AT_CLOCK: '100' } });
    indexes.filter((index) => index < 150).forEach((index) => scene.remove(own(index)));
    const { execution, report } = await scene.restore({ items: ['/many'], ...MOVE, conflictPolicy: 'SKIP', recoveryDirectory: 'DELETE' });
    expect(execution.status).toBe('SUCCEEDED');
    for (const state of ['VerifyRecoveryDirectory', 'MoveIntoPlace', 'DeleteShard']) {
      expect([state, execution.visited.filter((name) => name === state).length > 1]).toEqual([state, true]);
    }
    expect(report.restores[0].verification?.counts.files).toBe(300);
    expect(report.restores[0].move?.counts).toMatchObject({ moved: 150, skipped: 150, failed: 0 });
    expect(Object.entries(files).filter(([file, content]) => scene.read(file) !== content)).toEqual([]);
    expect(scene.left).toEqual([]);
  });
});

test('a deletion for which there is no time left is left to a cleanup', async () => {
  const scene = await start(FILES, { controlPlaneEnvironment: { REHEARSAL_SECONDS_AHEAD: String(10 * 86_400) } });
  scene.remove('/a/lost.txt');
  const { execution, report } = await scene.restore({ items: ['/a/lost.txt'], ...MOVE });
  expect([execution.status, scene.read('/a/lost.txt')]).toEqual(['SUCCEEDED', 'lost']);
  expect(report.restores[0].cleanup).toMatchObject({ outcome: 'POSTPONED', deletedEntries: 0 });
  expect(scene.left).toContain(report.restores[0].recoveryDirectory);
});

describe('the cleanup refuses', () => {
  test.each([
    ['ACCESS_POINT', (scene: Scene, directory: string) => { scene.rehearsal.fileSystem.addAccessPoint(`/${directory}/a`); }],
    ['IN_USE', (scene: Scene, directory: string) => scene.write({ [`/${directory}/work in progress`]: '' })],
  ])('%s', async (reason, act) => {
    const scene = await start(FILES, { now: () => new Date(Date.now() - 400_000) }); // it was restored longer ago than the grace period
    scene.remove('/a/lost.txt');
    scene.when('ReadDeletionFacts', () => act(scene, scene.left.find((name) => name.startsWith('aws-backup-restore_'))!));
    const { execution, report } = await scene.restore({ items: ['/a/lost.txt'], ...MOVE });
    expect(execution.status).toBe('SUCCEEDED');
    expect(scene.read('/a/lost.txt')).toBe('lost');
    expect(report.restores[0].cleanup?.refusals.map((refusal) => refusal.reason)).toContain(reason);
    expect(scene.left.some((name) => name.startsWith('aws-backup-restore_'))).toBe(true);
  });
});

// keep these last: they look at all executions above
describe('coverage of the definition', () => {
  test('every state was executed', () => {
    expect(bench.coverage.unvisitedStates).toEqual([]);
  });

  test('every catch was taken', () => {
    expect(bench.coverage.untakenCatches).toEqual([]);
  });
});
