import { OnDemandBench, Steps } from './on-demand-backup';
import type { OnDemandOptions, OnDemandScene } from './on-demand-backup';
import type { BackupJob } from '../../rehearsal/aws/backup-jobs';

describe.each(Object.values(Steps))('an on-demand backup with %s around it', (steps) => {
  const bench = new OnDemandBench(steps);
  const scenes: OnDemandScene[] = [];
  const start = async (options?: OnDemandOptions) => {
    const scene = await bench.start(options);
    scenes.push(scene);
    return scene;
  };
  /** What the steps are told, where there are any. */
  const ifAny = (...told: string[]) => steps === Steps.NONE ? [] : told;
  const recoveryPoints = ({ aws, vaultName }: OnDemandScene) =>
    aws.vaults.vault(vaultName).recoveryPoints.map(({ recoveryPointArn }) => recoveryPointArn);
  const other = (scene: OnDemandScene, state: BackupJob['state'] = 'RUNNING') => scene.aws.backupJobs.startOther(scene.fileSystem, scene.vaultName, state);

  afterEach(async () => { await Promise.all(scenes.splice(0).map((scene) => scene.close())); });
  afterAll(() => bench.close());

  test('answers with the recovery point, and lets the writers go on', async () => {
    const scene = await start();
    const execution = await scene.backUp({ why: 'release 7' });
    expect(execution).toMatchObject({
      status: 'SUCCEEDED', output: { recoveryPointArn: recoveryPoints(scene)[0], attempts: 1, backupJob: { State: 'COMPLETED', ResourceType: 'EFS' } },
    });
    expect((execution.output as { backupJobId: string }).backupJobId).toBe([...scene.aws.backupJobs.byId.keys()][0]);
    expect(scene.told).toEqual(ifAny('BEFORE_BACKUP 1', 'AFTER_BACKUP 1 SUCCEEDED'));
    if (steps !== Steps.NONE) {
      const { fileSystemId, arn: fileSystemArn } = scene.fileSystem;
      expect(scene.calls[0]).toMatchObject({ input: { why: 'release 7' }, paused: {}, fileSystemId, fileSystemArn });
      expect(scene.calls[1]).toMatchObject({ paused: { writers: 'BEFORE_BACKUP 1' }, outcome: { sentence: expect.stringContaining(recoveryPoints(scene)[0]) } });
    }
    expect(scene.requestsOf('StartBackupJob')).toEqual([{
      BackupVaultName: scene.vaultName,
      ResourceArn: scene.fileSystem.arn,
      IamRoleArn: expect.stringContaining(':role/'),
      IdempotencyToken: expect.stringMatching(/^[0-9a-f]{64}-1$/),
      StartWindowMinutes: 60,
      CompleteWindowMinutes: 120,
      Lifecycle: { DeleteAfterDays: 35 },
    }]);
    expect(scene.requestsOf('ListBackupJobs').map(({ ByState }) => ByState).sort()).toEqual(['ABORTING', 'CREATED', 'PENDING', 'RUNNING']);
  });

  test.each(['THROTTLE', 'ANSWER_LOST'] as const)('%s at the start of the job: tried again, one job', async (fault) => {
    const scene = await start({ faults: [{ operation: 'StartBackupJob', fault, times: 2 }, { operation: 'ListBackupJobs', fault: 'THROTTLE' }, { operation: 'DescribeBackupJob', fault: 'THROTTLE' }] });
    expect((await scene.backUp()).status).toBe('SUCCEEDED');
    expect(scene.requestsOf('StartBackupJob')).toHaveLength(3);
    expect(scene.aws.backupJobs.byId.size).toBe(1);
  });

  test('a slow job is polled at every pace', async () => {
    const scene = await start({ percentPerPoll: 2 });
    const execution = await scene.backUp();
    expect(execution.status).toBe('SUCCEEDED');
    expect(['WaitBriefly', 'WaitLonger', 'WaitLong'].filter((state) => !execution.visited.includes(state))).toEqual([]);
  });

  test.each(['CREATED', 'PENDING', 'RUNNING', 'ABORTING'] as const)('waits for another job that is %s, before it pauses anybody', async (state) => {
    const scene = await start();
    const job = other(scene, state);
    let pausedMeanwhile = 0;
    scene.when('WaitLongerForOtherJobs', () => {
      pausedMeanwhile = scene.calls.length;
      job.state = 'COMPLETED';
    });
    expect((await scene.backUp()).status).toBe('SUCCEEDED');
    expect(pausedMeanwhile).toBe(0);
    expect(scene.requestsOf('StartBackupJob')).toHaveLength(1);
  });

  test('does not wait for a job of another file system, nor for one that has ended', async () => {
    const scene = await start();
    scene.aws.backupJobs.startOther(scene.aws.createFileSystem(scene.fileSystem.root), scene.vaultName);
    other(scene, 'COMPLETED');
    expect((await scene.backUp()).visited).not.toContain('CountLook');
  });

  test('gives up waiting for another job, without having called anybody', async () => {
    const scene = await start();
    const job = other(scene);
    const execution = await scene.backUp();
    expect(execution).toMatchObject({ status: 'FAILED', error: 'OtherBackupJobRunning', cause: expect.stringContaining(job.backupJobId) });
    expect(execution.visited).toContain('WaitLongForOtherJobs');
    expect(scene.calls).toEqual([]);
    expect(scene.requestsOf('StartBackupJob')).toEqual([]);
  });

  test('tries again when another job came first, with steps and a token of its own', async () => {
    const scene = await start();
    scene.when('StartBackupJob', () => {
      const job = other(scene);
      scene.when('CountAttempt', () => { job.state = 'COMPLETED'; });
    });
    expect(await scene.backUp()).toMatchObject({ status: 'SUCCEEDED', output: { attempts: 2 } });
    expect(scene.told).toEqual(ifAny('BEFORE_BACKUP 1', 'AFTER_BACKUP 1 COLLIDED', 'BEFORE_BACKUP 2', 'AFTER_BACKUP 2 SUCCEEDED'));
    expect(new Set(scene.requestsOf('StartBackupJob').map(({ IdempotencyToken }) => IdempotencyToken)).size).toBe(2);
  });

  test('gives up when another job comes first again and again', async () => {
    const scene = await start();
    let job: BackupJob;
    scene.when('StartBackupJob', () => { job = other(scene); }, Infinity);
    scene.when('CountAttempt', () => { job.state = 'COMPLETED'; }, Infinity);
    expect(await scene.backUp()).toMatchObject({ status: 'FAILED', error: 'OtherBackupJobRunning', cause: expect.stringContaining('5 times in a row') });
    expect(scene.told.at(-1)).toEqual(ifAny('AFTER_BACKUP 5 FAILED')[0]);
    expect(scene.requestsOf('StartBackupJob')).toHaveLength(5);
  });

  test.each([
    ['FAILED', 'BackupJobFailed'], ['ABORTED', 'BackupJobFailed'], ['PARTIAL', 'BackupJobFailed'], ['EXPIRED', 'BackupJobExpired'],
  ] as const)('a job that ends as %s ends the backup with %s, and lets the writers go on', async (backupJob, error) => {
    const scene = await start({ faults: [{ backupJob, statusMessage: 'IAM Role cannot be assumed by AWS Backup' }] });
    expect(await scene.backUp()).toMatchObject({ status: 'FAILED', error, cause: expect.stringContaining('IAM Role cannot be assumed') });
    expect(scene.told).toEqual(ifAny('BEFORE_BACKUP 1', 'AFTER_BACKUP 1 FAILED'));
  });

  test('a job that never ends is given up, and the writers go on', async () => {
    const scene = await start({ faults: [{ backupJob: 'STUCK' }] });
    const execution = await scene.backUp();
    expect(execution).toMatchObject({ status: 'FAILED', error: 'BackupJobTimedOut', cause: expect.stringContaining('still running after 4 hours') });
    expect(scene.told).toEqual(ifAny('BEFORE_BACKUP 1', 'AFTER_BACKUP 1 FAILED'));
    expect(execution.historyEvents).toBeLessThan(25_000);
  });

  test('a job that AWS Backup refuses to start: the writers go on', async () => {
    const scene = await start({ faults: [{ operation: 'StartBackupJob', fault: 'ACCESS_DENIED' }] });
    expect(await scene.backUp()).toMatchObject({ status: 'FAILED', error: 'BackupJobNotStarted', cause: expect.stringContaining('Insufficient privileges') });
    expect(scene.told).toEqual(ifAny('BEFORE_BACKUP 1', 'AFTER_BACKUP 1 FAILED'));
  });

  test('a job that nobody may look at ends the backup with the error of AWS, and the writers go on', async () => {
    const scene = await start({ faults: [{ operation: 'DescribeBackupJob', fault: 'ACCESS_DENIED', times: Infinity }] });
    expect(await scene.backUp()).toMatchObject({ status: 'FAILED', error: 'Backup.AccessDeniedException' });
    expect(scene.told).toEqual(ifAny('BEFORE_BACKUP 1', 'AFTER_BACKUP 1 FAILED'));
  });

  test('jobs that nobody may list end the backup with the error of AWS, before anybody is paused', async () => {
    const scene = await start({ faults: [{ operation: 'ListBackupJobs', fault: 'ACCESS_DENIED', times: Infinity }] });
    expect(await scene.backUp()).toMatchObject({ status: 'FAILED', error: 'Backup.AccessDeniedException' });
    expect(scene.calls).toEqual([]);
  });

  if (steps !== Steps.NONE) {
    test('a step before the backup that fails: no job, and the step after it is called all the same', async () => {
      const scene = await start({ failing: 'BEFORE_BACKUP' });
      expect(await scene.backUp()).toMatchObject({ status: 'FAILED', error: 'BeforeBackupFailed', cause: expect.stringContaining('no way') });
      expect(scene.told).toEqual(['BEFORE_BACKUP 1', 'AFTER_BACKUP 1 FAILED']);
      expect(scene.requestsOf('StartBackupJob')).toEqual([]);
    });

    test.each<[string, OnDemandOptions, (scene: OnDemandScene) => string]>([
      ['well', {}, (scene) => recoveryPoints(scene)[0]],
      ['badly', { faults: [{ backupJob: 'FAILED' }] }, () => 'told to end this job as FAILED'],
    ])('a step after a backup that ended %s fails: the error says that the writers may still be paused, and how the backup ended', async (_how, options, sentenceOf) => {
      const scene = await start({ ...options, failing: 'AFTER_BACKUP' });
      const execution = await scene.backUp();
      expect(execution).toMatchObject({ status: 'FAILED', error: 'AfterBackupFailed' });
      expect(execution.cause).toContain('no way');
      expect(execution.cause).toContain(sentenceOf(scene));
    });
  }

  // keep these last: they look at all executions above
  test('every state was executed', () => {
    expect(bench.coverage.unvisitedStates).toEqual([]);
  });

  test('every catch was taken', () => {
    expect(bench.coverage.untakenCatches).toEqual([]);
  });
});
