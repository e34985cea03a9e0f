import * as fs from 'node:fs';
import { NEARLY_GRACE, CleanupBench } from './cleanup-workflow';
import type { CleanupScene } from './cleanup-workflow';
import { validateDefinition } from '../../rehearsal/run/libraries';
import { TaskError } from '../../rehearsal/run/task-error';
import { CleanupMode } from '../../src';
import { RootEntryKind } from '../../src/core/recovery-directory';

const bench = new CleanupBench('FULL');
const least = new CleanupBench('LEAST');
const scenes: CleanupScene[] = [];
const start = async (options: Parameters<CleanupBench['start']>[0] = {}, of = bench): Promise<CleanupScene> => {
  const scene = await of.start(options);
  scenes.push(scene);
  return scene;
};
const fatesOf = ({ directories }: { directories: ReadonlyArray<{ name: string; fate: string; kept?: string }> }) =>
  Object.fromEntries(directories.map(({ name, fate, kept }) => [name, kept ?? fate]));

/** An event as AWS Backup sends it. */
const restoreJobEvent = (detail: object, event: object = {}) => ({
  'version': '0', 'id': 'e1', 'detail-type': 'Restore Job State Change', 'source': 'aws.backup', 'detail': { resourceType: 'EFS', percentDone: 0, ...detail }, ...event,
});

afterEach(async () => { await Promise.all(scenes.splice(0).map((scene) => scene.close())); });
afterAll(() => [bench, least].forEach((one) => one.close()));

describe.each([['every state', () => bench], ['the least', () => least]] as const)('a cleanup with %s', (_, of) => {
  test('deletes what is old, keeps what is young, and touches nothing else', async () => {
    const scene = await start({}, of());
    const [old, failed, young] = [scene.make(20), scene.make(30, 2, RootEntryKind.FAILED_RECOVERY_DIRECTORY), scene.make(-60)];
    scene.write('live/file.txt', 'live');
    scene.write('aws-backup-lost+found/fragment', 'fragment');
    scene.write('aws-backup-restore_by-hand/file.txt', 'mine');

    const { execution, report } = await scene.cleanUp({ trigger: 'SCHEDULE' });

    expect(execution).toMatchObject({ status: 'SUCCEEDED' });
    expect(scene.left).toEqual(['aws-backup-lost+found', young, 'aws-backup-restore_by-hand']);
    expect(fs.readFileSync(scene.at('live/file.txt'), 'utf8')).toBe('live');
    expect(report).toMatchObject({
      outcome: 'SUCCEEDED',
      mode: 'DELETE',
      trigger: { kind: 'SCHEDULE' },
      totals: { directories: 3, due: 2, deleted: 2, refused: 0, inUse: 0, deletedEntries: (3 + 3 + 1) + (2 + 2 + 1) },
      lostAndFound: ['aws-backup-lost+found'],
      lookalikes: ['aws-backup-restore_by-hand'],
    });
    expect(fatesOf(report)).toEqual({ [failed]: 'DELETED', [old]: 'DELETED', [young]: 'YOUNG' });
    expect(report.sentence).toMatch(/^Found 3 recovery directories with \d+ bytes, deleted 2 \(12 entries\), and saw aws-backup-lost\+found, which a person must look through\.$/);
  });

  test('succeeds where there is nothing', async () => {
    const scene = await start({}, of());
    const { execution, report } = await scene.cleanUp();
    expect(execution.status).toBe('SUCCEEDED');
    expect(report.sentence).toBe('Found 0 recovery directories.');
    expect(scene.rehearsal.published).toEqual([]);
  });
});

describe('the modes', () => {
  test('REPORT_ONLY deletes nothing, and says what it would', async () => {
    const scene = await start({ settings: { mode: CleanupMode.REPORT_ONLY } });
    const old = scene.make(20);
    const { report } = await scene.cleanUp();
    expect(scene.left).toEqual([old]);
    expect(fatesOf(report)).toEqual({ [old]: 'REPORT_ONLY' });
    expect(report.totals).toMatchObject({ due: 1, deleted: 0 });
  });

  test('QUARANTINE takes out of the way; DELETE deletes what lies there, by its old name', async () => {
    const settings = { mode: CleanupMode.QUARANTINE };
    const scene = await start({ settings });
    const old = scene.make(20);
    const first = await scene.cleanUp();
    const quarantined = `cdk-efs-backup-quarantine_${old}`;
    expect(scene.left).toEqual([quarantined]);
    expect(fatesOf(first.report)).toEqual({ [old]: 'QUARANTINED' });
    expect(fatesOf((await scene.cleanUp()).report)).toEqual({ [quarantined]: 'QUARANTINED' });

    const later = await bench.start({ fileSystemRoot: scene.root });
    scenes.push(later);
    const { report } = await later.cleanUp();
    expect(fatesOf(report)).toEqual({ [quarantined]: 'DELETED' });
    expect(scene.left).toEqual([]);
  });

  test('a request may ask for less than the construct does, not for more', async () => {
    const scene = await start({ settings: { mode: CleanupMode.QUARANTINE } });
    const old = scene.make(20);
    expect((await scene.cleanUp({ mode: 'REPORT_ONLY' })).report).toMatchObject({ mode: 'REPORT_ONLY', outcome: 'SUCCEEDED' });
    const { execution, report } = await scene.cleanUp({ mode: 'DELETE' });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'InvalidCleanupRequest', cause: report.sentence });
    expect(scene.left).toEqual([old]);
  });
});

describe('what is kept', () => {
  test('the latest, and those that are named', async () => {
    const scene = await start();
    const [a, b, c] = [scene.make(40), scene.make(30), scene.make(20)];
    const next = await bench.start({ fileSystemRoot: scene.root, settings: { keepLatest: 1, keep: [a] } });
    scenes.push(next);
    expect(fatesOf((await next.cleanUp()).report)).toEqual({ [a]: 'LISTED', [b]: 'DELETED', [c]: 'LATEST' });
    expect(scene.left).toEqual([a, c]);
  });

  test('what is in use, whether the survey sees it or the worker does', async () => {
    const scene = await start();
    const [seen, later] = [scene.make(NEARLY_GRACE), scene.make(NEARLY_GRACE - 1)];
    scene.use(seen);
    scene.once('CleanDirectories', () => scene.use(later));
    const { execution, report } = await scene.cleanUp();
    expect(execution.status).toBe('SUCCEEDED');
    expect(fatesOf(report)).toEqual({ [seen]: 'IN_USE', [later]: 'REFUSED' });
    expect(report.directories.map(({ refusals }) => refusals?.map(({ reason }) => reason))).toEqual([undefined, ['IN_USE']]);
    expect(report.totals).toMatchObject({ inUse: 1, refused: 1, deleted: 0 });
  });

  test('the root of an access point that was made just before', async () => {
    const scene = await start();
    const old = scene.make(20);
    scene.once('DeleteShards', () => scene.rehearsal.fileSystem.addAccessPoint(`/${old}/directory-1`));
    const { report } = await scene.cleanUp();
    expect(report.directories[0]).toMatchObject({ fate: 'REFUSED', refusals: [{ reason: 'ACCESS_POINT' }] });
    expect(scene.left).toEqual([old]);
  });
});

describe('two cleanups at once', () => {
  test('the older one does the work, the other one says so', async () => {
    const scene = await start();
    scene.make(20);
    const [first, second] = await Promise.all([scene.cleanUp({}, 'a'), scene.cleanUp({}, 'b')]);
    expect([first.report.outcome, second.report.outcome]).toEqual(['SUCCEEDED', 'YIELDED']);
    expect(second.report).toMatchObject({ yieldedTo: { reason: 'CLEANUP_RUNNING', detail: expect.stringMatching(/:a$/) }, directories: [] });
    expect(scene.left).toEqual([]);
    expect(scene.rehearsal.published).toHaveLength(1); // the other one has nothing to say
  });

  test('that do not see each other at first: the younger one stops before it deletes', async () => {
    const scene = await start();
    const [a, b] = [scene.make(30), scene.make(20)];
    scene.rehearsal.executions.begin({ arn: 'arn:older', name: 'older', stateMachineArn: machineOf(scene), startDate: '2026-01-01T00:00:00.000Z' });
    scene.rehearsal.executions.hide(2); // of cleanups, and of restores
    const { execution, report } = await scene.cleanUp();
    expect(execution.status).toBe('SUCCEEDED');
    expect(fatesOf(report)).toEqual({ [a]: 'POSTPONED', [b]: 'POSTPONED' });
    expect(report).toMatchObject({ outcome: 'YIELDED', yieldedTo: { reason: 'CLEANUP_RUNNING', detail: 'an older cleanup is running: arn:older' } });
    expect(scene.left).toEqual([a, b]);
  });

  test('one that ended, however it did, keeps nobody waiting', async () => {
    const scene = await start();
    scene.make(20);
    scene.killIn('SurveyRecoveryDirectories', 'worker');
    expect((await scene.cleanUp()).execution.status).toBe('FAILED');
    scene.listeners.length = 0;
    expect((await scene.cleanUp()).report.outcome).toBe('SUCCEEDED');
    expect(scene.left).toEqual([]);
  });
});

const machineOf = (scene: CleanupScene): string =>
  scene.rehearsal.template.physical(scene.rehearsal.template.resources('AWS::StepFunctions::StateMachine').find(({ logicalId }) => /^Cleanup/.test(logicalId))!.logicalId).ref;

describe('a cleanup while a restore runs', () => {
  test('waits until the restore workflow is over, and then does its work', async () => {
    const scene = await start({ percentPerPoll: 10 });
    scene.write('a/lost.txt', 'lost');
    await scene.rehearsal.backUp();
    fs.rmSync(scene.at('a/lost.txt'));
    const old = scene.make(20);
    const restore = scene.rehearsal.restore({ items: ['/a/lost.txt'], afterRestore: 'MOVE_INTO_PLACE' });
    let [waits, restoring] = [0, true];
    scene.when('WaitForRestore', () => { waits += 1; });
    scene.once('SurveyRecoveryDirectories', () => expect(restoring).toBe(false));
    const cleanup = scene.cleanUp();
    expect((await restore).status).toBe('SUCCEEDED');
    restoring = false;
    const { report } = await cleanup;
    expect(waits).toBeGreaterThan(0);
    expect(report.outcome).toBe('SUCCEEDED');
    expect(fatesOf(report)).toMatchObject({ [old]: 'DELETED' });
    expect(fs.readFileSync(scene.at('a/lost.txt'), 'utf8')).toBe('lost');
  });

  test('gives up after a day, and says so', async () => {
    const scene = await start();
    const old = scene.make(20);
    const job = await startRestoreJob(scene); // by hand, without any workflow; nobody polls it, so it stays PENDING
    const { execution, report } = await scene.cleanUp();
    expect(execution.visited.filter((state) => state === 'WaitForRestore')).toHaveLength(96);
    expect(execution.historyEvents).toBeLessThan(3_000);
    expect(report).toMatchObject({ outcome: 'YIELDED', yieldedTo: { reason: 'RESTORE_RUNNING', detail: `a restore is running: restore job ${job}` } });
    expect(scene.rehearsal.published).toHaveLength(1);
    expect(scene.left).toEqual([old]);
  });

  test('that begins in the middle: what is left is postponed', async () => {
    const scene = await start({ settings: { entriesPerWorker: 10 } });
    const [a, b] = [scene.make(30), scene.make(20)];
    let joined = 0;
    scene.when('JoinDeletions', () => {
      if ((joined += 1) === 1) {
        scene.rehearsal.executions.begin({ arn: 'arn:restore', name: 'r', stateMachineArn: restoreMachineOf(scene), startDate: new Date().toISOString() });
      }
    });
    const { report } = await scene.cleanUp();
    expect(fatesOf(report)).toEqual({ [a]: 'DELETED', [b]: 'POSTPONED' });
    expect(report).toMatchObject({ outcome: 'YIELDED', yieldedTo: { reason: 'RESTORE_RUNNING' } });
    expect(report.sentence).toContain('deleted 1 ');
    expect(scene.left).toEqual([b]);
  });
});

const restoreMachineOf = (scene: CleanupScene): string =>
  scene.rehearsal.template.physical(scene.rehearsal.template.resources('AWS::StepFunctions::StateMachine').find(({ logicalId }) => !/^Cleanup/.test(logicalId))!.logicalId).ref;

/** A restore job that somebody started by hand. */
async function startRestoreJob(scene: CleanupScene, metadata: object = {}): Promise<string> {
  scene.write('a/file.txt', 'content');
  await scene.rehearsal.backUp();
  const [vault] = [...scene.rehearsal.aws.vaults.byName.values()];
  const [point] = vault.recoveryPoints;
  return scene.rehearsal.aws.restoreJobs.start({
    RecoveryPointArn: point.recoveryPointArn,
    Metadata: { 'file-system-id': scene.rehearsal.fileSystem.fileSystemId, 'newFileSystem': 'false', ...metadata },
    IamRoleArn: 'arn:aws:iam::111122223333:role/restore',
  }).restoreJobId;
}

describe('events of AWS Backup', () => {
  /** A restore job of a file system of AWS that has ended; the answer is its id. */
  const endedJob = async (scene: CleanupScene): Promise<string> => {
    const id = await startRestoreJob(scene);
    while ((await scene.rehearsal.aws.restoreJobs.poll(id)).status !== 'COMPLETED' && scene.rehearsal.aws.restoreJobs.job(id).status !== 'FAILED') {
      // each look moves it on
    }
    return id;
  };
  const describes = (scene: CleanupScene) => scene.rehearsal.aws.requests.filter(({ operation }) => /DescribeRestoreJob|GetRestoreJobMetadata/.test(operation)).map(({ operation }) => operation);

  test.each(['status', 'state'])('with the state in %s, that a job of this file system is COMPLETED', async (field) => {
    const scene = await start();
    const old = scene.make(20);
    const restoreJobId = await endedJob(scene);
    const { report } = await scene.cleanUp(restoreJobEvent({ restoreJobId, [field]: 'COMPLETED', sourceResourceArn: scene.rehearsal.fileSystem.arn }));
    expect(report).toMatchObject({ outcome: 'SUCCEEDED', trigger: { kind: 'RESTORE_JOB', restoreJobId, state: 'COMPLETED' } });
    expect(fatesOf(report)).toMatchObject({ [old]: 'DELETED' });
    // what was backed up does not tell where it was restored to
    expect(describes(scene).slice(0, 2)).toEqual(['DescribeRestoreJob', 'GetRestoreJobMetadata']);
  });

  test('that a job FAILED, without any ARN: AWS Backup is asked whose it was', async () => {
    const scene = await start({ faults: [{ restoreJob: 'FAILED' }], settings: { deleteAfterSeconds: 15 } });
    const old = scene.make(20);
    const restoreJobId = await endedJob(scene);
    const { report } = await scene.cleanUp(restoreJobEvent({ restoreJobId, status: 'FAILED', statusMessage: 'no' }));
    expect(report.outcome).toBe('SUCCEEDED');
    const failed = report.directories.filter(({ kind }) => kind === 'FAILED_RECOVERY_DIRECTORY');
    expect(failed.map(({ fate, kept }) => kept ?? fate)).toEqual(['YOUNG']); // it has just come
    expect(scene.left).not.toContain(old);
    expect(describes(scene)).toEqual(['DescribeRestoreJob', 'GetRestoreJobMetadata']);
  });

  const ignored = async (scene: CleanupScene, event: object): Promise<unknown> => {
    const old = scene.make(20);
    const { execution } = await scene.cleanUp(event);
    expect(execution.visited).not.toContain('SurveyRecoveryDirectories');
    expect(scene.left).toContain(old);
    expect(scene.rehearsal.published).toEqual([]);
    return execution.output;
  };

  test('of another file system, with its ARN, or with the one that the restore made', async () => {
    const scene = await start();
    const { arn } = scene.rehearsal.fileSystem;
    const detail = { restoreJobId: 'job-1', status: 'COMPLETED' };
    expect(await ignored(scene, restoreJobEvent({ ...detail, sourceResourceArn: `${arn}0` }))).toEqual({ outcome: 'IGNORED', sentence: `Restore job job-1 is not of ${scene.rehearsal.fileSystem.fileSystemId}.` });
    expect(await ignored(scene, restoreJobEvent({ ...detail, sourceResourceArn: arn, createdResourceArn: `${arn}0` }))).toMatchObject({ outcome: 'IGNORED' });
    expect(describes(scene)).toEqual(['DescribeRestoreJob']); // of the first one
  });

  test('that a job FAILED of another file system, into a new one, or which nobody knows any more', async () => {
    const scene = await start();
    const other = scene.rehearsal.aws.createFileSystem(fs.mkdtempSync(`${scene.root}-other-`));
    const point = await scene.rehearsal.aws.backUp(other);
    const role = { IamRoleArn: 'arn:aws:iam::111122223333:role/restore', Metadata: { 'file-system-id': other.fileSystemId, 'newFileSystem': 'false' } };
    const { restoreJobId } = scene.rehearsal.aws.restoreJobs.start({ RecoveryPointArn: point.recoveryPointArn, ...role });
    expect(await ignored(scene, restoreJobEvent({ restoreJobId, status: 'FAILED' }))).toMatchObject({ outcome: 'IGNORED' });
    const intoNew = await startRestoreJob(scene);
    Object.assign(scene.rehearsal.aws.restoreJobs.job(intoNew).metadata, { newFileSystem: 'true' });
    expect(await ignored(scene, restoreJobEvent({ restoreJobId: intoNew, status: 'FAILED' }))).toMatchObject({ outcome: 'IGNORED' });
    expect(await ignored(scene, restoreJobEvent({ restoreJobId: 'forgotten', status: 'FAILED' }))).toMatchObject({ outcome: 'IGNORED' });
  });

  test('that come in the wrong order: a job that is said to be running still is none', async () => {
    const scene = await start();
    expect(await ignored(scene, restoreJobEvent({ restoreJobId: 'job-1', status: 'RUNNING', sourceResourceArn: scene.rehearsal.fileSystem.arn })))
      .toEqual({ outcome: 'IGNORED', sentence: 'Restore job job-1 is RUNNING: nothing to do before it has ended.' });
  });

  test('that come twice: at once, and later', async () => {
    const scene = await start();
    const old = scene.make(20);
    const event = restoreJobEvent({ restoreJobId: 'job-1', status: 'COMPLETED', sourceResourceArn: scene.rehearsal.fileSystem.arn });
    const outcomes = (await Promise.all([scene.cleanUp(event), scene.cleanUp(event)])).map(({ report }) => report.outcome);
    expect(outcomes.sort()).toEqual(['SUCCEEDED', 'YIELDED']);
    expect((await scene.cleanUp(event)).report.outcome).toBe('SUCCEEDED');
    expect(scene.left).not.toContain(old);
  });

  test('of another kind are no reason to delete anything', async () => {
    const scene = await start();
    const old = scene.make(20);
    const { execution } = await scene.cleanUp({ ...restoreJobEvent({ backupJobId: 'b' }), 'detail-type': 'Backup Job State Change' });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'InvalidCleanupRequest' });
    expect(scene.left).toEqual([old]);
  });
});

describe('several workers', () => {
  const settings = { entriesPerWorker: 10 };

  test('delete one directory together', async () => {
    const scene = await start({ settings });
    scene.make(20, 100);
    const shards = new Set<unknown>();
    scene.when('DeleteShard', ({ input }) => shards.add(JSON.stringify((input as { shard: unknown }).shard)));
    const { report } = await scene.cleanUp();
    expect(shards.size).toBe(3);
    expect(report.totals).toMatchObject({ deleted: 1, deletedEntries: 100 + 10 + 1 });
    expect(scene.left).toEqual([]);
  });

  test('are killed in the middle, and called again', async () => {
    const scene = await start({ settings, workerEnvironment: { REHEARSAL_LOOKS_AT_CLOCK: '40' } });
    scene.make(20, 300);
    const retried: string[] = [];
    scene.when('DeleteShard', ({ state }) => retried.push(state), ['retried']);
    let calls = 0;
    scene.when('DeleteShard', () => {
      if ((calls += 1) === 6) { // each has done a part of its own by now
        scene.rehearsal.worker.processIds.forEach((pid) => process.kill(pid, 'SIGKILL'));
        scene.rehearsal.worker.killDuringNextInvocation({ afterMilliseconds: 0 });
      }
    });
    const { report } = await scene.cleanUp();
    expect(retried.length).toBeGreaterThan(0);
    expect(report).toMatchObject({ outcome: 'SUCCEEDED', totals: { deleted: 1 } });
    expect(scene.left).toEqual([]);
  });

  test('where the cut fails, one deletes all of it', async () => {
    const scene = await start({ settings });
    scene.make(20, 100);
    scene.killIn('CutIntoShards', 'worker');
    const { execution, report } = await scene.cleanUp();
    expect(execution.visited.filter((state) => state === 'DeleteShard')).toHaveLength(1);
    expect(report).toMatchObject({ outcome: 'SUCCEEDED', totals: { deleted: 1, deletedEntries: 111 } });
  });

  test('that run out of time go on where they stopped, in survey, cut and deletion', async () => {
    const scene = await start({ settings, workerEnvironment: { REHEARSAL_LOOKS_AT_CLOCK: '8' } });
    scene.make(20, 200);
    const { execution, report } = await scene.cleanUp();
    expect(report).toMatchObject({ outcome: 'SUCCEEDED', totals: { entries: 210, deleted: 1 } });
    for (const [state, most] of [['SurveyRecoveryDirectories', 1], ['CutIntoShards', 1], ['DeleteShard', 3]] as const) {
      expect([state, execution.visited.filter((name) => name === state).length > most]).toEqual([state, true]);
    }
    expect(scene.left).toEqual([]);
  });
});

describe('what goes wrong', () => {
  test('the file system cannot be mounted', async () => {
    const scene = await start();
    const old = scene.make(20);
    scene.killIn('SurveyRecoveryDirectories', 'worker', 'Lambda.EFSMountConnectivityException');
    const { execution, report } = await scene.cleanUp();
    expect(execution).toMatchObject({ status: 'FAILED', error: 'FileSystemNotMounted', cause: report.sentence });
    expect(scene.rehearsal.published).toHaveLength(1);
    expect(scene.left).toEqual([old]);
  });

  test.each(['TakeTurn', 'ChooseDirectories'])('the control plane is killed again and again, in %s: nothing is deleted', async (state) => {
    const scene = await start();
    const old = scene.make(20);
    scene.killIn(state, 'controlPlane');
    const { execution, report } = await scene.cleanUp();
    expect(execution).toMatchObject({ status: 'FAILED', error: 'Runtime.ExitError' });
    expect(report).toMatchObject({ outcome: 'FAILED', directories: [] });
    expect(scene.left).toEqual([old]);
  });

  test.each([['ListRunningCleanups'], ['ListRunningRestores']])('%s is denied: nothing is deleted', async (state) => {
    const scene = await start();
    const old = scene.make(20);
    scene.once(state, () => scene.rehearsal.executions.fail('Sfn.AccessDeniedException'));
    expect((await scene.cleanUp()).execution).toMatchObject({ status: 'FAILED', error: 'Sfn.AccessDeniedException' });
    expect(scene.left).toEqual([old]);
  });

  test('throttling of every kind is waited out', async () => {
    const operations = ['DescribeAccessPoints', 'ListRestoreJobsByProtectedResource'] as const;
    const scene = await start({ faults: operations.map((operation) => ({ operation, fault: 'THROTTLE' })) });
    scene.make(20);
    scene.rehearsal.executions.fail('Sfn.ThrottlingException', 3);
    expect((await scene.cleanUp()).report).toMatchObject({ outcome: 'SUCCEEDED', totals: { deleted: 1 } });
  });

  test.each([
    ['ListRunningCleanupsAgainForShard', (scene: CleanupScene) => scene.once('ListRunningCleanupsAgainForShard', () => scene.rehearsal.executions.fail('Sfn.AccessDeniedException'))],
    ['ListRunningRestoresAgainForShard', (scene: CleanupScene) => scene.once('ListRunningRestoresAgainForShard', () => scene.rehearsal.executions.fail('Sfn.AccessDeniedException'))],
    ['ReadDeletionFacts', (scene: CleanupScene) => scene.killIn('ReadDeletionFacts', 'controlPlane')],
    ['DeleteShard', (scene: CleanupScene) => scene.killIn('DeleteShard', 'worker')],
  ])('%s fails for one directory: it stays and is told, the others are dealt with', async (_, act) => {
    const scene = await start();
    const [first, second] = [scene.make(30), scene.make(20)];
    act(scene);
    scene.once('JoinDeletions', () => scene.listeners.splice(0)); // from the second one on all is well
    const { execution, report } = await scene.cleanUp();
    expect(execution).toMatchObject({ status: 'FAILED', error: 'CleanupIncomplete', cause: report.sentence });
    expect(fatesOf(report)).toEqual({ [first]: 'INCOMPLETE', [second]: 'DELETED' });
    expect(report.sentence).toContain(`'/${first}' could not be deleted as a whole (/${first}: `);
    expect(scene.left).toEqual([first]);
  });

  test('what the workers answered cannot be joined', async () => {
    const scene = await start();
    scene.make(20);
    scene.killIn('JoinDeletions', 'controlPlane');
    const { execution, report } = await scene.cleanUp();
    expect(execution).toMatchObject({ status: 'FAILED', error: 'CleanupIncomplete' });
    expect(report.directories[0].notes?.[0].note).toContain('in the history of the execution');
  });

  test('the report cannot be written', async () => {
    const scene = await start();
    scene.make(20);
    scene.killIn('ReportCleanup', 'controlPlane');
    expect((await scene.cleanUp()).execution).toMatchObject({ status: 'FAILED', error: 'CleanupNotReported' });
    expect(scene.left).toEqual([]);
  });

  test('a topic that refuses the report changes nothing', async () => {
    const scene = await start({ publish: () => { throw new TaskError('Sns.AuthorizationErrorException', 'not allowed'); } });
    scene.make(20);
    expect((await scene.cleanUp()).execution.status).toBe('SUCCEEDED');
  });
});

test('metrics are in the log, one document a line, and the message on the topic is the report', async () => {
  const scene = await start();
  const [, inUse] = [scene.make(40), scene.make(NEARLY_GRACE)];
  scene.once('CleanDirectories', () => scene.use(inUse));
  const { report } = await scene.cleanUp();
  expect(JSON.parse(scene.rehearsal.published[0].Message)).toEqual(report);
  const { fileSystemId } = scene.rehearsal.fileSystem;
  const metrics = scene.rehearsal.logged.filter(({ _aws: aws }) => aws !== undefined);
  expect(metrics[0].OldestRecoveryDirectoryAge).toBe(report.totals!.oldestAgeSeconds);
  expect(metrics).toMatchObject([
    { FileSystemId: fileSystemId, RecoveryDirectoriesFound: 2, RecoveryDirectoriesDeleted: 1, RecoveryDirectoriesRefused: 1 },
    { FileSystemId: fileSystemId, Reason: 'IN_USE', RecoveryDirectoriesRefused: 1 },
  ]);
});

test('the definitions are valid, and the smaller one has nothing that the larger one has not', () => {
  for (const { coverage } of [bench, least]) {
    expect(validateDefinition(coverage.definition, { checkPaths: true, checkArn: false })).toMatchObject({ isValid: true, errors: [] });
  }
  expect(least.coverage.states.filter((state) => !bench.coverage.states.includes(state))).toEqual([]);
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
