import * as fs from 'node:fs';
import { COPIES, WorkflowBench } from './restore-workflow';
import type { HookAnswer, SceneOptions, Scene } from './restore-workflow';
import { TaskError } from '../../rehearsal/run/task-error';
import type { Publication, TokenAnswer } from '../../rehearsal/run/task-resource';
import type { RestoreReport } from '../../src/core/restore-report';

const MOVE = { afterRestore: 'MOVE_INTO_PLACE' };
const FILES = { '/a/1.txt': '1', '/a/2.txt': '2', '/b/3.txt': '3', '/b/deep/4.txt': '4', '/c/5.txt': '5' };
/** More than two, which is what one job of this workflow takes. */
const ITEMS = ['/a/1.txt', '/b', '/c/5.txt'];

const bench = new WorkflowBench('Guarded');
afterEach(async () => bench.end());
afterAll(() => bench.close());

interface HookCall {
  readonly phase: string;
  readonly paused?: unknown;
  readonly outcome?: { readonly status: string; readonly error?: string; readonly sentence: string };
  readonly [key: string]: unknown;
}

/** A file system whose files are lost, people who approve, and hooks that are listened to. */
class GuardedScene {
  /** @param answers what people say to the question before the restore, and before the move */
  public static async start(answers: TokenAnswer[], options: SceneOptions & { readonly failing?: readonly string[] } = {}): Promise<GuardedScene> {
    const guarded = new GuardedScene();
    const hook: HookAnswer = (input: HookCall) => {
      guarded.calls.push(input);
      if (options.failing?.includes(input.phase)) {
        throw Object.assign(new Error('the application does not answer'), { name: 'Stubborn' });
      }
      return { told: input.phase };
    };
    guarded.scene = await bench.start(FILES, {
      hook,
      answer: (publication) => {
        guarded.asked.push(publication);
        return answers[guarded.asked.length - 1];
      },
      ...options,
    });
    return guarded;
  }

  public readonly calls: HookCall[] = [];
  public readonly asked: Publication[] = [];
  public scene!: Scene;

  public get phases(): string[] {
    return this.calls.map(({ phase }) => phase);
  }

  /** The names at the root that AWS Backup made. */
  public get recoveryDirectories(): string[] {
    return this.scene.left.filter((name) => name.startsWith('aws-backup-restore_'));
  }

  public get lost(): string[] {
    return Object.entries(FILES).filter(([own, content]) => this.scene.read(own) !== content).map(([own]) => own);
  }

  public async restore(request: object = { items: ITEMS, ...MOVE }): Promise<{ status: string; error?: string; report: RestoreReport }> {
    this.scene.remove('/a/1.txt', '/b', '/c');
    const { execution: { status, error, cause }, report } = await this.scene.restore(request);
    expect({ error, cause }).toEqual({ error: report.error, cause: report.error === undefined ? undefined : report.sentence });
    return { status, error, report };
  }

  /** The calls of AWS Backup that begin a restore. */
  public get jobs(): number {
    return this.scene.rehearsal.aws.restoreJobs.byId.size;
  }
}

const YES: TokenAnswer = { output: {} };
const NO: TokenAnswer = { error: 'Rejected', cause: 'not during the sale' };

describe('a restore that people let through', () => {
  test('several jobs are verified, moved and cleaned up as one, between four hooks', async () => {
    const guarded = await GuardedScene.start([YES, YES]);
    const { status, report } = await guarded.restore();

    expect(status).toBe('SUCCEEDED');
    expect(guarded.lost).toEqual([]);
    expect(guarded.jobs).toBe(2);
    const well = { verification: { verdict: 'PASSED' }, plan: { outcome: 'PLANNED' }, move: { outcome: 'MOVED' }, cleanup: { outcome: 'DELETED' } };
    expect(report.restores).toMatchObject([{ items: ITEMS.slice(0, 2), ...well }, { items: ITEMS.slice(2), ...well }]);
    const moved = report.restores.reduce((sum, { move }) => sum + move!.counts.moved, 0);
    expect(report.totals).toMatchObject({ files: 4, moved, skipped: 0, failed: 0 });
    expect(guarded.scene.left).toEqual([]);
    expect(guarded.calls).toMatchObject([
      { phase: 'BEFORE_RESTORE', restores: [] },
      {
        phase: 'AFTER_RESTORE',
        paused: { told: 'BEFORE_RESTORE' },
        outcome: { status: 'SUCCEEDED' },
        restores: [{ items: ITEMS.slice(0, 2) }, { items: ITEMS.slice(2) }],
      },
      { phase: 'BEFORE_MOVE' },
      { phase: 'AFTER_MOVE', paused: { told: 'BEFORE_MOVE' }, outcome: { status: 'SUCCEEDED' } },
    ]);
    expect(guarded.calls.every(({ fileSystemId, input }) => fileSystemId === guarded.scene.rehearsal.fileSystem.fileSystemId && typeof input === 'object')).toBe(true);
  });

  test('they are told what will be done, and how to answer', async () => {
    const guarded = await GuardedScene.start([YES, YES]);
    await guarded.restore({ items: ITEMS, ...MOVE, conflictPolicy: 'SKIP' });
    const [restore, move] = guarded.asked.map(({ Message }) => Message);
    for (const message of [restore, move]) {
      ITEMS.forEach((item) => expect(message).toContain(`  ${item}\n`));
      expect(message).toContain('by 2 restore jobs');
      expect(message).toMatch(/^TOKEN=\S+$/m);
      expect(message).toContain('--task-token "$TOKEN"');
    }
    expect(restore).not.toContain('would move');
    expect(move).toContain('Restored and verified: 4 files');
    expect(move).toContain('would move');
  });

  test('several workers delete one directory together', async () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`/b/${index % 4}/${index}.txt`, String(index)]));
    const guarded = await GuardedScene.start([YES, YES], { skipBackup: true });
    guarded.scene.write(many);
    await guarded.scene.rehearsal.backUp();
    const { execution, report } = await guarded.scene.restore({ items: ['/b'], ...MOVE, conflictPolicy: 'SKIP', recoveryDirectory: 'DELETE' });
    expect(execution.status).toBe('SUCCEEDED');
    expect(execution.visited.filter((state) => state === 'DeleteShard').length).toBeGreaterThanOrEqual(2);
    expect(report.restores[0].cleanup).toMatchObject({ outcome: 'DELETED', refusals: [] });
    expect(report.restores[0].cleanup!.deletedEntries).toBeGreaterThan(200);
    expect(guarded.scene.left).toEqual([]);
    expect(Object.keys(many).filter((own) => guarded.scene.read(own) === undefined)).toEqual([]);
  });

  test('a dry run tells what would be moved, and asks nobody for it', async () => {
    const guarded = await GuardedScene.start([YES]);
    const { status, report } = await guarded.restore({ items: ITEMS, ...MOVE, dryRun: true });
    expect(status).toBe('SUCCEEDED');
    expect(report.restores.map(({ plan, move }) => [plan?.outcome, move])).toEqual([['PLANNED', undefined], ['PLANNED', undefined]]);
    expect(report.sentence).toContain('would move');
    expect(guarded.lost).toHaveLength(4);
    expect(guarded.recoveryDirectories).toHaveLength(2);
    expect(guarded.phases).toEqual(['BEFORE_RESTORE', 'AFTER_RESTORE']);
    expect(guarded.asked).toHaveLength(1);
  });

  test.each([
    ['a client mounts', '/srv/a'],
    ['an access point shows', 'fsap'],
  ])('items as %s them', async (_, seenFrom) => {
    const guarded = await GuardedScene.start([YES, YES]);
    const itemsSeenFrom = seenFrom === 'fsap' ? guarded.scene.rehearsal.fileSystem.addAccessPoint('/a').accessPointId : seenFrom;
    const { report } = await guarded.restore({ items: ['/1.txt'], itemsSeenFrom, ...MOVE });
    expect(report.restores[0].items).toEqual(['/a/1.txt']);
    expect(guarded.scene.read('/a/1.txt')).toBe('1');
  });

  test('a vault that the request names', async () => {
    const guarded = await GuardedScene.start([YES], { skipBackup: true });
    const { aws, fileSystem } = guarded.scene.rehearsal;
    aws.vaults.create(COPIES);
    const { recoveryPointArn } = await aws.backUp(fileSystem, COPIES);
    const { status, report } = await guarded.restore({ items: ['/a/1.txt'], backupVaultName: COPIES, afterRestore: 'KEEP' });
    expect(status).toBe('SUCCEEDED');
    expect(report.recoveryPoint?.arn).toBe(recoveryPointArn);
  });

  test('a new file system', async () => {
    const guarded = await GuardedScene.start([YES]);
    const { status, report } = await guarded.restore({ items: ['/b'], newFileSystem: { performanceMode: 'generalPurpose' } });
    expect(status).toBe('SUCCEEDED');
    const { newFileSystemArn, recoveryDirectory } = report.restores[0];
    expect(newFileSystemArn).toMatch(/:file-system\/fs-[0-9a-f]+$/);
    expect(newFileSystemArn).not.toContain(guarded.scene.rehearsal.fileSystem.fileSystemId);
    expect(recoveryDirectory).toBeUndefined();
    expect(report.sentence).toContain(newFileSystemArn);
    expect(guarded.recoveryDirectories).toEqual([]);
  });

  test('what stays in the recovery directory', async () => {
    const guarded = await GuardedScene.start([YES, YES]);
    const { report } = await guarded.restore({ items: ITEMS, ...MOVE, recoveryDirectory: 'KEEP' });
    expect(report.restores.map(({ cleanup }) => cleanup)).toEqual([undefined, undefined]);
    expect(guarded.recoveryDirectories).toHaveLength(2);
    expect((await guarded.scene.restore({ items: ['/a'], afterRestore: 'VERIFY' })).report.error).toBe('ApprovalTimedOut');
  });

  test('a restore that is only verified', async () => {
    const guarded = await GuardedScene.start([YES]);
    const { report } = await guarded.restore({ items: ITEMS });
    expect(report.restores.map(({ verification }) => verification?.verdict)).toEqual(['PASSED', 'PASSED']);
    expect(guarded.lost).toHaveLength(4);
  });

  test('a long job is polled at every pace', async () => {
    const guarded = await GuardedScene.start([YES], { percentPerPoll: 1 });
    const { execution } = await guarded.scene.restore({ items: ['/a'] });
    expect(execution.visited).toEqual(expect.arrayContaining(['WaitBriefly', 'WaitLonger', 'WaitLong']));
  });

  test('a worker that runs out of time goes on, also while it cuts', async () => {
    const guarded = await GuardedScene.start([YES, YES], { skipBackup: true, workerEnvironment: { REHEARSAL_LOOKS_AT_CLOCK: '100' } });
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`/many/${index % 150}/${index}.txt`, String(index)]));
    guarded.scene.write(many);
    await guarded.scene.rehearsal.backUp();
    const { execution } = await guarded.scene.restore({ items: ['/many'], ...MOVE, conflictPolicy: 'SKIP', recoveryDirectory: 'DELETE' });
    expect(execution.status).toBe('SUCCEEDED');
    for (const state of ['VerifyRecoveryDirectory', 'PlanMove', 'MoveIntoPlace', 'CutIntoShards', 'DeleteShard']) {
      expect([state, execution.visited.filter((name) => name === state).length > 1]).toEqual([state, true]);
    }
    expect(guarded.scene.left).toEqual([]);
    expect(Object.keys(many).filter((own) => guarded.scene.read(own) === undefined)).toEqual([]);
  });
});

describe('a restore that people stop', () => {
  test.each([
    ['reject it', [NO], 'RestoreRejected'],
    ['do not answer', [undefined], 'ApprovalTimedOut'],
  ] as const)('before it begins: they %s', async (_, answers, error) => {
    const guarded = await GuardedScene.start([...answers]);
    const { report } = await guarded.restore();
    expect(report.error).toBe(error);
    expect(report.cause).toContain(error === 'RestoreRejected' ? 'not during the sale' : '2 days');
    expect([guarded.jobs, guarded.phases]).toEqual([0, []]);
  });

  test.each([
    ['reject it', [YES, NO], 'RestoreRejected'],
    ['do not answer', [YES, undefined], 'ApprovalTimedOut'],
  ] as const)('before the move: they %s; what was restored stays', async (_, answers, error) => {
    const guarded = await GuardedScene.start([...answers]);
    const { report } = await guarded.restore();
    expect(report.error).toBe(error);
    expect(guarded.lost).toHaveLength(4);
    expect(guarded.recoveryDirectories).toHaveLength(2);
    expect(guarded.phases).toEqual(['BEFORE_RESTORE', 'AFTER_RESTORE']);
    expect(report.sentence).toContain('nothing of it was deleted');
  });
});

test.each([[0, []], [1, ['BEFORE_RESTORE', 'AFTER_RESTORE']]] as const)('question %d cannot be asked: that is no rejection', async (count, phases) => {
  let questions = 0;
  const publish = ({ Subject }: Publication): void => {
    if (Subject!.startsWith('Approve') && (questions += 1) > count) {
      throw new TaskError('Sns.AuthorizationErrorException', 'not allowed');
    }
  };
  const guarded = await GuardedScene.start([YES, YES], { publish });
  guarded.scene.remove('/a/1.txt');
  const { execution } = await guarded.scene.restore({ items: ['/a/1.txt'], ...MOVE });
  expect(execution).toMatchObject({ status: 'FAILED', error: 'ApprovalFailed', cause: expect.stringContaining('Sns.AuthorizationErrorException') });
  expect([guarded.phases, guarded.scene.read('/a/1.txt')]).toEqual([phases, undefined]);
});

describe('a hook that fails', () => {
  test.each([
    ['BEFORE_RESTORE', ['BEFORE_RESTORE', 'AFTER_RESTORE'], 0],
    ['AFTER_RESTORE', ['BEFORE_RESTORE', 'AFTER_RESTORE'], 2],
    ['BEFORE_MOVE', ['BEFORE_RESTORE', 'AFTER_RESTORE', 'BEFORE_MOVE', 'AFTER_MOVE'], 2],
  ] as const)('%s ends the restore before it goes on', async (phase, phases, jobs) => {
    const guarded = await GuardedScene.start([YES, YES], { failing: [phase] });
    const { report } = await guarded.restore();
    expect(report.error).toBe('HookFailed');
    expect(report.cause).toContain('the application does not answer');
    expect([guarded.phases, guarded.jobs, guarded.lost.length]).toEqual([phases, jobs, 4]);
    expect(guarded.recoveryDirectories).toHaveLength(jobs);
  });

  test('AFTER_MOVE ends a restore whose data is in place, before anything is deleted', async () => {
    const guarded = await GuardedScene.start([YES, YES], { failing: ['AFTER_MOVE'] });
    const { report } = await guarded.restore();
    expect(report.error).toBe('HookFailed');
    expect(guarded.lost).toEqual([]);
    expect(guarded.recoveryDirectories).toHaveLength(2);
  });

  test.each([
    ['RESTORE', { faults: [{ restoreJob: 'FAILED' }] }, 'RestoreJobFailed'],
    ['MOVE', {}, 'MoveConflict'],
  ] as const)('AFTER_%s is called after a failure; where it fails too, the report says both', async (phase, options, error) => {
    for (const failing of [[], [`AFTER_${phase}`]]) {
      const guarded = await GuardedScene.start([YES, YES], { ...options, failing });
      // between the plan and the move
      guarded.scene.when('BeginMove', () => guarded.scene.write({ '/a/1.txt': 'written meanwhile' }));
      const { report } = await guarded.restore({ items: ['/a/1.txt'], ...MOVE });
      expect(report.error).toBe(error);
      expect(guarded.calls.at(-1)).toMatchObject({ phase: `AFTER_${phase}`, outcome: { status: 'FAILED', error } });
      expect(report.sentence.includes('the application does not answer')).toBe(failing.length > 0);
      expect(guarded.scene.read('/a/1.txt')).toBe(phase === 'MOVE' ? 'written meanwhile' : undefined);
    }
  });
});

describe('what fails in between', () => {
  test.each([
    ['PrepareRestore', 'controlPlane', []],
    ['DescribeRestoreApproval', 'controlPlane', []],
    ['SurveyBeforeRestore', 'worker', ['BEFORE_RESTORE', 'AFTER_RESTORE']],
    ['CheckGuards', 'controlPlane', ['BEFORE_RESTORE', 'AFTER_RESTORE']],
    ['CheckOtherRestoreJobs', 'controlPlane', ['BEFORE_RESTORE', 'AFTER_RESTORE']],
    ['FindRecoveryDirectory', 'worker', ['BEFORE_RESTORE', 'AFTER_RESTORE']],
    ['VerifyRecoveryDirectory', 'worker', ['BEFORE_RESTORE', 'AFTER_RESTORE']],
    ['PlanMove', 'worker', ['BEFORE_RESTORE', 'AFTER_RESTORE']],
    ['DescribeMoveApproval', 'controlPlane', ['BEFORE_RESTORE', 'AFTER_RESTORE']],
    ['MoveIntoPlace', 'worker', ['BEFORE_RESTORE', 'AFTER_RESTORE', 'BEFORE_MOVE', 'AFTER_MOVE']],
  ] as const)('a function that is killed in every attempt of %s (%s): nothing is deleted, and the hook after is called', async (state, fn, phases) => {
    const guarded = await GuardedScene.start([YES, YES]);
    guarded.scene.killIn(state, fn);
    const { status, report } = await guarded.restore();
    expect([status, report.error]).toEqual(['FAILED', 'Runtime.ExitError']);
    expect(guarded.phases).toEqual(phases);
    expect(guarded.recoveryDirectories).toHaveLength(guarded.jobs);
  });

  test.each([
    'SurveyBeforeRestore', 'FindRecoveryDirectory', 'VerifyRecoveryDirectory', 'PlanMove', 'MoveIntoPlace',
  ])('Lambda cannot mount the file system in %s', async (state) => {
    const guarded = await GuardedScene.start([YES, YES]);
    guarded.scene.killIn(state, 'worker', 'Lambda.EFSMountConnectivityException');
    expect((await guarded.restore()).report.error).toBe('FileSystemNotMounted');
    expect(guarded.phases).toHaveLength(state === 'MoveIntoPlace' ? 4 : 2);
  });

  test.each([
    ['CutIntoShards', 'worker', 'DELETED', 0],
    ['DeleteShard', 'worker', 'INCOMPLETE', 1],
    ['ReadDeletionFacts', 'controlPlane', 'INCOMPLETE', 1],
    ['JoinDeletions', 'controlPlane', 'INCOMPLETE', 0],
  ] as const)('the cleanup does not get through %s: the data is back, and the report says what is left', async (state, fn, outcome, left) => {
    const guarded = await GuardedScene.start([YES, YES]);
    guarded.scene.killIn(state, fn);
    const { status, report } = await guarded.restore({ items: ['/b'], ...MOVE });
    expect([status, report.restores[0].cleanup?.outcome]).toEqual(['SUCCEEDED', outcome]);
    expect(guarded.scene.read('/b/3.txt')).toBe('3');
    expect(guarded.recoveryDirectories).toHaveLength(left);
  });

  test('the time is over: the rest is left to a cleanup, and the report says so', async () => {
    const guarded = await GuardedScene.start([YES, YES], { controlPlaneEnvironment: { REHEARSAL_SECONDS_AHEAD: String(10 * 86_400) } });
    const { status, report } = await guarded.restore({ items: ['/b'], ...MOVE });
    expect([status, report.restores[0].cleanup?.outcome]).toEqual(['SUCCEEDED', 'POSTPONED']);
    expect(report.sentence).toContain('to a cleanup');
    expect([guarded.scene.read('/b/3.txt'), guarded.recoveryDirectories.length]).toEqual(['3', 1]);
  });

  test.each([
    ['StartRestoreJob', 'RestoreJobNotStarted'],
    ['DescribeRestoreJob', 'Backup.AccessDeniedException'],
  ] as const)('AWS Backup denies %s', async (operation, error) => {
    const guarded = await GuardedScene.start([YES], { faults: [{ operation, fault: 'ACCESS_DENIED', times: Infinity }] });
    expect((await guarded.restore()).report.error).toBe(error);
    expect(guarded.phases).toEqual(['BEFORE_RESTORE', 'AFTER_RESTORE']);
  });

  test.each([
    ['STUCK', 'RestoreJobTimedOut'], ['FAILED', 'RestoreJobFailed'], ['ABORTED', 'RestoreJobFailed'],
    ['DIRECTORY_NEVER', 'RecoveryDirectoryNotFound'], ['TWO_DIRECTORIES', 'RecoveryDirectoryAmbiguous'],
  ] as const)('the second of two jobs: %s', async (restoreJob, error) => {
    const guarded = await GuardedScene.start([YES], { faults: [{ restoreJob, after: 1 }] });
    const { report } = await guarded.restore();
    expect(report.error).toBe(error);
    expect(guarded.jobs).toBe(2);
    // what the first one restored is told of, and stays
    expect(report.restores).toMatchObject([{ items: ITEMS.slice(0, 2) }, { items: ITEMS.slice(2) }]);
    expect(guarded.recoveryDirectories).toContain(report.restores[0].recoveryDirectory);
    expect(report.sentence).toContain(report.restores[0].recoveryDirectory);
    expect(report.sentence).toContain(report.restores[1].restoreJobId);
  });

  test('what has changed while people were asked is seen before the job is started', async () => {
    const guarded = await GuardedScene.start([YES, YES]);
    guarded.scene.when('BeforeRestore', () => guarded.scene.rehearsal.startOtherRestore());
    const { report } = await guarded.restore();
    expect([report.error, guarded.jobs]).toEqual(['AnotherRestoreRunning', 1]); // that of somebody else
    expect(report.restores).toEqual([]);
  });

  test('what one of the jobs restored is not complete: nothing of the others is moved', async () => {
    const guarded = await GuardedScene.start([YES, YES], { faults: [{ restoreJob: 'ITEM_MISSING', item: '/c/5.txt', after: 1 }] });
    const { report } = await guarded.restore();
    expect(report.error).toBe('VerificationFailed');
    expect(report.restores.map(({ verification }) => verification?.verdict)).toEqual(['PASSED', 'FAILED']);
    expect(guarded.lost).toHaveLength(4);
  });

  test('one conflict in one of the directories keeps all from being moved, and asks nobody', async () => {
    const guarded = await GuardedScene.start([YES, YES]);
    guarded.scene.when('PlanEach', () => guarded.scene.write({ '/c/5.txt': 'written anew' }));
    const { report } = await guarded.restore();
    expect(report.error).toBe('MoveConflict');
    expect(report.cause).toContain('/c/5.txt');
    expect(guarded.lost).toEqual(Object.keys(FILES).filter((own) => own !== '/a/2.txt'));
    expect([guarded.asked.length, guarded.phases]).toEqual([1, ['BEFORE_RESTORE', 'AFTER_RESTORE']]);
  });

  test('entries that cannot be moved', async () => {
    const guarded = await GuardedScene.start([YES, YES], { workerEnvironment: { REHEARSAL_LOOKS_AT_CLOCK: '6' } });
    guarded.scene.when('MoveIntoPlace', () => fs.existsSync(guarded.scene.at('/b')) && fs.renameSync(guarded.scene.at('/b'), guarded.scene.at('/d')), ['left']);
    guarded.scene.remove('/a/1.txt', '/b/deep/4.txt');
    const { report } = await guarded.scene.restore({ fullRestore: true, ...MOVE, conflictPolicy: 'SKIP' });
    expect(report.error).toBe('MoveIncomplete');
    expect(guarded.calls.at(-1)).toMatchObject({ phase: 'AFTER_MOVE', outcome: { status: 'FAILED', error: 'MoveIncomplete' } });
    expect(guarded.scene.read('/a/1.txt')).toBe('1');
  });

  test('something that is not ours has the name of our directory', async () => {
    const guarded = await GuardedScene.start([YES, YES]);
    guarded.scene.write({ '/.cdk-efs-backup/diary.txt': 'mine' });
    const { report } = await guarded.restore();
    expect([report.error, guarded.jobs]).toEqual(['WorkDirectoryNotOurs', 0]);
    expect(guarded.scene.read('/.cdk-efs-backup/diary.txt')).toBe('mine');
  });

  test.each([['ReportSuccess', 'SUCCEEDED', '/a'], ['ReportFailure', 'FAILED', '/a/../b']] as const)('no report can be made (%s)', async (state, status, item) => {
    const guarded = await GuardedScene.start([YES]);
    guarded.scene.killIn(state, 'controlPlane');
    expect((await guarded.scene.restore({ items: [item] })).execution.status).toBe(status);
  });

  test.each([['SUCCEEDED', '/a'], ['FAILED', '/a/../b']] as const)('a topic that refuses the report of a restore that %s changes nothing', async (status, item) => {
    const publish = ({ Subject }: Publication): void => {
      if (!Subject!.startsWith('Approve')) {
        throw new TaskError('Sns.AuthorizationErrorException', 'not allowed');
      }
    };
    const guarded = await GuardedScene.start([YES], { publish });
    expect((await guarded.scene.restore({ items: [item] })).execution.status).toBe(status);
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
