import * as fs from 'node:fs';
import * as path from 'node:path';
import { WorkflowBench } from './restore-workflow';
import type { Scene } from './restore-workflow';
import { Check } from '../../rehearsal/demo/check';
import { FAILURES } from '../../rehearsal/demo/failures';
import { LOST_FILE, LOST_TREE, makeProjects } from '../../rehearsal/demo/projects';
import { TaskError } from '../../rehearsal/run/task-error';

const MOVE = { afterRestore: 'MOVE_INTO_PLACE' };
const FILES = { '/a/lost.txt': 'lost', '/a/other.txt': 'other', '/b/deep/er/file.txt': 'deep' };
const NODE_24 = path.join(__dirname, '..', 'runtimes', 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');

const bench = new WorkflowBench();
const scenes: Scene[] = [];
const start: WorkflowBench['start'] = async (...args) => {
  const scene = await bench.start(...args);
  scenes.push(scene);
  return scene;
};
/** The keys of an object and of the objects in it, sorted. */
const keysOf = (value: object): string[] => Object.entries(value)
  .flatMap(([key, inner]) => [key, ...(typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? keysOf(inner).map((own) => `${key}.${own}`) : [])]).sort();
const startsOf = (scene: Scene) => scene.rehearsal.aws.requests.filter(({ operation }) => operation === 'StartRestoreJob');

afterEach(async () => { await Promise.all(scenes.splice(0).map((scene) => scene.close())); });
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
    expect(report).toMatchObject({ outcome: 'SUCCEEDED', move: { outcome: 'MOVED' }, cleanup: { outcome: 'DELETED' } });
    const documented = JSON.parse(/^```json report\n(.*?)^```/ms.exec(fs.readFileSync(path.join(__dirname, '..', '..', 'docs', 'restore-request.md'), 'utf8'))![1]);
    expect(keysOf(JSON.parse(JSON.stringify(report)))).toEqual(keysOf(documented));
    expect(scene.rehearsal.published).toHaveLength(1);
    expect(JSON.parse(scene.rehearsal.published[0].Message)).toEqual(report);
  });
});

describe('each named failure', () => {
  test.each(Object.entries(FAILURES))('%s', async (_, { error, options, items, skipBackup, startOtherRestore, prepare }) => {
    const scene = await start({}, { ...options, skipBackup: true });
    makeProjects(scene.root);
    if (!skipBackup) {
      await scene.rehearsal.backUp();
    }
    if (startOtherRestore) {
      scene.rehearsal.startOtherRestore();
    }
    const check = new Check(scene.root);
    check.damage(prepare);

    const { execution, report } = await scene.restore({ items: items ?? [LOST_FILE, LOST_TREE], ...MOVE });

    expect(execution).toMatchObject({ status: 'FAILED', error });
    expect(report).toMatchObject({ outcome: 'FAILED', error });
    expect(execution.cause).toBe(report.sentence);
    expect(check.untouched()).toEqual([]);
  });

  test('entries that cannot be moved: the others are in place, the recovery directory stays', async () => {
    const scene = await start(FILES, { workerEnvironment: { REHEARSAL_LOOKS_AT_CLOCK: '6' } });
    scene.remove('/a/lost.txt', '/b/deep/er/file.txt');
    // /a was visited, /b not to its end: now its place is gone
    scene.when('MoveIntoPlace', () => fs.existsSync(scene.at('/b')) && fs.renameSync(scene.at('/b'), scene.at('/c')), ['left']);

    const { execution, report } = await scene.restore({ fullRestore: true, ...MOVE, conflictPolicy: 'SKIP' });

    expect(execution).toMatchObject({ status: 'FAILED', error: 'MoveIncomplete' });
    expect(report.move).toMatchObject({ outcome: 'INCOMPLETE', notes: expect.arrayContaining([expect.objectContaining({ path: expect.stringMatching(/^\/b/) })]) });
    expect(scene.read('/a/lost.txt')).toBe('lost');
    expect(scene.read(`/${report.recoveryDirectory}/b/deep/er/file.txt`)).toBe('deep');
  });
});

describe('what happens after the restore', () => {
  test.each(['KEEP', 'VERIFY'])('%s leaves everything in the recovery directory', async (afterRestore) => {
    const scene = await start(FILES);
    scene.remove('/a/lost.txt');
    const { execution, report } = await scene.restore({ items: ['/a/lost.txt'], afterRestore });
    expect(execution.status).toBe('SUCCEEDED');
    expect(scene.read('/a/lost.txt')).toBeUndefined();
    expect(scene.read(`/${report.recoveryDirectory}/a/lost.txt`)).toBe('lost');
    expect(report.verification?.verdict).toBe(afterRestore === 'VERIFY' ? 'PASSED' : undefined);
  });

  test('what is expected is looked at before anything is moved', async () => {
    const scene = await start(FILES);
    scene.remove('/b');
    const expectations = [{ path: '/b/deep', atLeastFiles: 2 }];
    const { execution, report } = await scene.restore({ items: ['/b'], ...MOVE, expectations });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'VerificationFailed' });
    expect(report.verification?.findings).toEqual([expect.stringContaining('/b/deep')]);
    expect(scene.read('/b/deep/er/file.txt')).toBeUndefined();
    expect((await scene.restore({ items: ['/b'], ...MOVE, expectations: [{ path: '/b/deep', atLeastFiles: 1 }] })).execution.status).toBe('SUCCEEDED');
    expect(scene.read('/b/deep/er/file.txt')).toBe('deep');
  });

  test('another restore job is no matter where the request allows it', async () => {
    const scene = await start(FILES);
    scene.remove('/a/lost.txt');
    scene.rehearsal.startOtherRestore();
    expect((await scene.restore({ items: ['/a/lost.txt'], afterRestore: 'VERIFY', allowConcurrentRestores: true })).execution.status).toBe('SUCCEEDED');
  });

  test('recoveryDirectory KEEP moves, and keeps the empty recovery directory', async () => {
    const scene = await start(FILES);
    scene.remove('/a/lost.txt');
    const { report } = await scene.restore({ items: ['/a/lost.txt'], ...MOVE, recoveryDirectory: 'KEEP' });
    expect(scene.read('/a/lost.txt')).toBe('lost');
    expect(scene.left).toContain(report.recoveryDirectory);
    expect(report.cleanup).toBeUndefined();
  });

  test('REPLACE keeps what it replaces, also after the cleanup', async () => {
    const scene = await start(FILES);
    scene.write({ '/a/lost.txt': 'written anew' });
    const { report } = await scene.restore({ items: ['/a/lost.txt'], ...MOVE, conflictPolicy: 'REPLACE' });
    expect(scene.read('/a/lost.txt')).toBe('lost');
    expect(scene.read(`${report.move!.keptAside}/1/a/lost.txt`)).toBe('written anew');
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
    expect(report.cleanup).toMatchObject({ outcome: 'DELETED' });
    expect(scene.left).toEqual([]);
  });

  test('lost+found is reported, and stays', async () => {
    const scene = await start(FILES, { faults: [{ restoreJob: 'LOST_AND_FOUND' }] });
    scene.remove('/a/lost.txt');
    const { report } = await scene.restore({ items: ['/a/lost.txt'], ...MOVE });
    expect(report.lostAndFound).toEqual(['aws-backup-lost+found']);
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
  test.each(['SurveyBeforeRestore', 'VerifyRecoveryDirectory', 'MoveIntoPlace', 'DeleteRecoveryDirectory'])('once, in %s: the restore goes on', async (state) => {
    const scene = await start(FILES);
    scene.remove('/a/lost.txt', '/b');
    scene.when(state, () => scene.rehearsal.worker.killDuringNextInvocation({ afterMilliseconds: 1 }));
    const { execution } = await scene.restore({ items: ['/a/lost.txt', '/b'], ...MOVE });
    expect(execution.status).toBe('SUCCEEDED');
    expect([scene.read('/a/lost.txt'), scene.read('/b/deep/er/file.txt')]).toEqual(['lost', 'deep']);
    expect(scene.left).toEqual([]);
  });

  test.each(['FindRecoveryDirectory', 'VerifyRecoveryDirectory', 'MoveIntoPlace'])('always, in %s: the restore fails, and deletes nothing', async (state) => {
    const scene = await start(FILES);
    scene.remove('/a/lost.txt');
    scene.killIn(state, 'worker');
    const { execution } = await scene.restore({ items: ['/a/lost.txt'], ...MOVE });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'Runtime.ExitError' });
    expect(scene.left.filter((name) => name.startsWith('aws-backup-restore_'))).toHaveLength(1);
  });

  test.each([
    'SurveyBeforeRestore', 'FindRecoveryDirectory', 'VerifyRecoveryDirectory', 'MoveIntoPlace',
  ])('Lambda cannot mount the file system for it, in %s', async (state) => {
    const scene = await start(FILES);
    scene.killIn(state, 'worker', 'Lambda.EFSMountConnectivityException');
    const { execution, report } = await scene.restore({ items: ['/a/lost.txt'], ...MOVE, conflictPolicy: 'SKIP' });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'FileSystemNotMounted' });
    expect(report).toMatchObject({ outcome: 'FAILED', error: 'FileSystemNotMounted' });
  });

  test.each([['ReadDeletionFacts', 'controlPlane'], ['DeleteRecoveryDirectory', 'worker']] as const)('always, in %s: the data is back, the directory stays', async (state, fn) => {
    const scene = await start(FILES);
    scene.remove('/a/lost.txt');
    scene.killIn(state, fn);
    const { execution, report } = await scene.restore({ items: ['/a/lost.txt'], ...MOVE });
    expect(execution.status).toBe('SUCCEEDED');
    expect(scene.read('/a/lost.txt')).toBe('lost');
    expect(report.cleanup).toMatchObject({ outcome: 'INCOMPLETE' });
  });

  test.each([['ReportSuccess', 'SUCCEEDED', '/a/lost.txt'], ['ReportFailure', 'FAILED', '/a/*']] as const)('always, in %s: the restore ends as it would', async (state, status, item) => {
    const scene = await start(FILES);
    scene.killIn(state, 'controlPlane');
    expect((await scene.restore({ items: [item] })).execution.status).toBe(status);
  });

  test.each([['SUCCEEDED', '/a/lost.txt'], ['FAILED', '/a/*']] as const)('a topic that refuses the report of a restore that %s changes nothing', async (status, item) => {
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
    for (const state of ['VerifyRecoveryDirectory', 'MoveIntoPlace', 'DeleteRecoveryDirectory']) {
      expect([state, execution.visited.filter((name) => name === state).length > 1]).toEqual([state, true]);
    }
    expect(report.verification?.counts.files).toBe(300);
    expect(report.move?.counts).toMatchObject({ moved: 150, skipped: 150, failed: 0 });
    expect(Object.entries(files).filter(([file, content]) => scene.read(file) !== content)).toEqual([]);
    expect(scene.left).toEqual([]);
  });
});

describe('the cleanup refuses', () => {
  test.each([
    ['ACCESS_POINT', (scene: Scene, directory: string) => { scene.rehearsal.fileSystem.addAccessPoint(`/${directory}/a`); }],
    ['IN_USE', (scene: Scene, directory: string) => {
      const later = new Date(Date.now() + 3600_000);
      scene.write({ [`/${directory}/work in progress`]: '' });
      fs.utimesSync(scene.at(`/${directory}/work in progress`), later, later);
    }],
  ])('%s', async (reason, act) => {
    const scene = await start(FILES);
    scene.remove('/a/lost.txt');
    scene.when('ReadDeletionFacts', () => act(scene, scene.left.find((name) => name.startsWith('aws-backup-restore_'))!));
    const { execution, report } = await scene.restore({ items: ['/a/lost.txt'], ...MOVE });
    expect(execution.status).toBe('SUCCEEDED');
    expect(scene.read('/a/lost.txt')).toBe('lost');
    expect(report.cleanup?.refusals.map((refusal) => refusal.reason)).toContain(reason);
    expect(scene.left.some((name) => name.startsWith('aws-backup-restore_'))).toBe(true);
  });
});

// keep these last: they look at all executions above
describe('coverage of the definition', () => {
  test('every state was executed', () => {
    expect(bench.coverage.unvisited(bench.definition())).toEqual([]);
  });

  test('every catch was taken', () => {
    expect(bench.coverage.untaken(bench.definition())).toEqual([]);
  });
});
