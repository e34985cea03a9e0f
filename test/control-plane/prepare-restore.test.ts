import * as fc from 'fast-check';
import { awsError, FakeAws, INTO, recoveryPointArn, TARGET } from './fake-aws';
import { prepareRestore } from '../../lambda/control-plane/prepare-restore';
import type { PreparedRestore, PrepareOptions, RestoreSettings } from '../../lambda/control-plane/prepare-restore';
import { checkWorkerEvent } from '../../src/core/worker-event';

const FILE_SYSTEM = { FileSystemId: TARGET.fileSystemId };
const LIST = { BackupVaultName: 'Vault', ByResourceArn: TARGET.fileSystemArn, ByResourceType: 'EFS' };
const LATEST = { RecoveryPointArn: recoveryPointArn('LATEST'), CreationDate: new Date('2026-07-26T05:00:00Z'), Status: 'COMPLETED' } as const;
const METADATA = { BackupVaultName: 'Vault', RecoveryPointArn: LATEST.RecoveryPointArn };
const OF_RECOVERY_POINT = { 'file-system-id': TARGET.fileSystemId, 'Encrypted': 'true', 'newFileSystem': 'true' };

const available = (more: object = {}) => ({ FileSystems: [{ LifeCycleState: 'available', ...more } as never] });
const CALLER = 'arn:aws:iam::111122223333:role/workflow';
const SETTINGS: RestoreSettings = {
  callerRoleArn: CALLER, restoreTimeoutSeconds: 7 * 86_400, itemsPerRestoreJob: 5, allowsNewFileSystems: true, approvesMove: false,
};
const MOUNTS = [{ mountPoint: '/mnt/efs' }, { mountPoint: '/srv/projects', rootDirectory: '/projects' }];
const ACCESS_POINT = 'fsap-0123456789abcdef0';
const fakeOf = (fileSystem: Parameters<FakeAws['on']>[2] = available()) => new FakeAws().on('describeFileSystems', FILE_SYSTEM, fileSystem);
/** Nothing speaks against a restore. */
const guarded = (fake = fakeOf(), policy: Parameters<FakeAws['on']>[2] = awsError('ResourceNotFoundException')) => fake
  .on('getBackupVaultAccessPolicy', { BackupVaultName: 'Vault' }, policy)
  .onRunning();
const ready = (restoreMetadata: Record<string, string> | undefined = OF_RECOVERY_POINT) => guarded()
  .on('listRecoveryPointsByBackupVault', LIST, { RecoveryPoints: [LATEST] })
  .on('getRecoveryPointRestoreMetadata', METADATA, { RestoreMetadata: restoreMetadata });

async function prepare(fake: FakeAws, input: unknown, options: Partial<PrepareOptions> = {}) {
  try {
    return await prepareRestore(fake.aws, { target: TARGET, mounts: MOUNTS, defaults: {}, executionId: 'arn:execution:1', startTime: '2026-07-26T06:00:00Z', settings: SETTINGS, input, ...options });
  } finally {
    fake.assertDone();
  }
}
const errorOf = async (fake: FakeAws, input: unknown, options: Partial<PrepareOptions> = {}): Promise<Error> =>
  prepare(fake, input, options).then(() => { throw new Error('it was let through'); }, (error: Error) => error);

const TOKEN = expect.stringMatching(/^[0-9a-f]{64}$/);
const FILLED = { fullRestore: false, afterRestore: 'VERIFY', conflictPolicy: 'FAIL', mergedDirectories: 'KEEP_LIVE', recoveryDirectory: 'DELETE_WHEN_EMPTY', dryRun: false };
const RESTORED = { 'file-system-id': TARGET.fileSystemId, 'newFileSystem': 'false' };
const itemsOf = (count: number) => Array.from({ length: count }, (_, index) => `/${index}`);

test('everything that StartRestoreJob needs, for items', async () => {
  expect(await prepare(ready(), { items: ['/a', '/b'] })).toEqual({
    request: { ...FILLED, items: ['/a', '/b'] },
    recoveryPoint: { arn: LATEST.RecoveryPointArn, created: '2026-07-26T05:00:00.000Z' },
    closes: false,
    jobs: [{ items: ['/a', '/b'], only: false, expectations: [], metadata: { ...RESTORED, Encrypted: 'true', ItemsToRestore: '["/a","/b"]' }, idempotencyToken: TOKEN }],
    polling: { slowSeconds: 671, most: 939 },
    plansMove: false,
    bytesPerAnswer: 25_000,
    warnings: [],
  });
});

test('everything that StartRestoreJob needs, for everything', async () => {
  const { jobs } = await prepare(ready({}), { fullRestore: true });
  expect(jobs).toEqual([{ items: null, only: false, expectations: [], metadata: RESTORED, idempotencyToken: TOKEN }]);
});

test('the recovery point that the input names, in the vault that it names', async () => {
  const arn = recoveryPointArn('NAMED');
  const point = { BackupVaultName: 'Other', RecoveryPointArn: arn };
  const fake = fakeOf()
    .on('getBackupVaultAccessPolicy', { BackupVaultName: 'Other' }, awsError('ResourceNotFoundException'))
    .onRunning()
    .on('describeRecoveryPoint', point, { ResourceType: 'EFS', ResourceArn: TARGET.fileSystemArn, Status: 'COMPLETED', CreationDate: LATEST.CreationDate })
    .on('getRecoveryPointRestoreMetadata', point, {});
  const { jobs, recoveryPoint } = await prepare(fake, { fullRestore: true, recoveryPointArn: arn, backupVaultName: 'Other' });
  expect([recoveryPoint.arn, jobs[0].metadata]).toEqual([arn, RESTORED]);
});

test('the tokens are the same for every attempt of an execution, and others for another one and another job', async () => {
  const prepared = (executionId: string) => prepare(ready(), { items: itemsOf(50) }, { executionId });
  const tokens = async (executionId: string) => (await prepared(executionId)).jobs.map(({ idempotencyToken }) => idempotencyToken);
  const [first, again, other] = [await tokens('arn:execution:1'), await tokens('arn:execution:1'), await tokens('arn:execution:2')];
  expect(again).toEqual(first);
  expect(new Set([...first, ...other]).size).toBe(20);
});

describe('several restore jobs', () => {
  const jobsFor = async (input: object, settings: Partial<RestoreSettings> = {}) =>
    prepare(ready(), input, { settings: { ...SETTINGS, ...settings } });

  test('take the items in their order, each as many as it may', async () => {
    const { jobs } = await jobsFor({ items: itemsOf(7) }, { itemsPerRestoreJob: 3 });
    expect(jobs.map(({ items, metadata }) => [items, metadata.ItemsToRestore])).toEqual([
      [['/0', '/1', '/2'], '["/0","/1","/2"]'], [['/3', '/4', '/5'], '["/3","/4","/5"]'], [['/6'], '["/6"]'],
    ]);
  });

  test('each get what is expected of their items, and nothing gets lost', async () => {
    const expectations = [{ path: '/6' }, { path: '/0/a', atLeastFiles: 3 }, { path: '/3' }, { path: '/5/b' }];
    const { jobs } = await jobsFor({ items: itemsOf(7), expectations }, { itemsPerRestoreJob: 3 });
    expect(jobs.map((job) => job.expectations)).toEqual([[expectations[1]], [expectations[2], expectations[3]], [expectations[0]]]);
  });

  test('a single one gets all that is expected', async () => {
    const expectations = [{ path: '/', atLeastFiles: 3 }, { path: '/elsewhere' }];
    expect((await jobsFor({ items: ['/a'], expectations })).jobs[0].expectations).toEqual(expectations);
    expect((await jobsFor({ fullRestore: true, expectations })).jobs[0].expectations).toEqual(expectations);
  });

  test('share the room of the state and of the history, and never get less than the worker takes', async () => {
    const timeouts = fc.integer({ min: 1_800, max: 300 * 86_400 });
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 50 }), timeouts, async (count, restoreTimeoutSeconds) => {
      const { jobs, bytesPerAnswer, polling } = await jobsFor({ items: itemsOf(count) }, { restoreTimeoutSeconds });
      expect(jobs).toHaveLength(Math.ceil(count / 5));
      expect(bytesPerAnswer * jobs.length).toBeLessThanOrEqual(25_000);
      expect(checkWorkerEvent({ operation: 'verify', mostBytes: bytesPerAnswer })).toEqual([]);
      // a poll makes 13 events, and a history has 25,000; every job is waited for as long as it may take
      expect(jobs.length * polling.most * 13).toBeLessThan(0.75 * 25_000);
      expect(11 * 10 + 28 * 60 + (polling.most - 40) * polling.slowSeconds).toBeGreaterThanOrEqual(restoreTimeoutSeconds);
    }), { numRuns: 50 });
  });

  test('are at most ten', async () => {
    expect(await errorOf(new FakeAws(), { items: itemsOf(51) })).toMatchObject({ name: 'InvalidRestoreRequest', message: expect.stringMatching(/^'items' must have at most 50 items/) });
  });
});

describe('whether the move is planned first', () => {
  const MOVE = { afterRestore: 'MOVE_INTO_PLACE' };
  test.each<[string, object, Partial<RestoreSettings>, boolean]>([
    ['not where one directory is moved', { items: ['/a'], ...MOVE }, {}, false],
    ['where several are, under FAIL', { items: itemsOf(6), ...MOVE }, {}, true],
    ['not where several are, and none keeps the other from being moved', { items: itemsOf(6), ...MOVE, conflictPolicy: 'SKIP' }, {}, false],
    ['in a dry run', { items: ['/a'], ...MOVE, dryRun: true }, {}, true],
    ['where somebody approves it', { items: ['/a'], ...MOVE, conflictPolicy: 'REPLACE' }, { approvesMove: true }, true],
    ['not where somebody would approve, and nothing is moved', { items: itemsOf(6) }, { approvesMove: true }, false],
  ])('%s', async (_name, input, settings, plansMove) => {
    expect((await prepare(ready(), input, { settings: { ...SETTINGS, ...settings } })).plansMove).toBe(plansMove);
  });
});

describe('a new file system', () => {
  /** Nobody asks whether the one that was backed up can be written, or is still there, or is restored into. */
  const elsewhere = () => new FakeAws().on('getBackupVaultAccessPolicy', { BackupVaultName: 'Vault' }, awsError('ResourceNotFoundException'))
    .on('listRecoveryPointsByBackupVault', LIST, { RecoveryPoints: [LATEST] })
    .on('getRecoveryPointRestoreMetadata', METADATA, { RestoreMetadata: OF_RECOVERY_POINT });
  const make = (newFileSystem: object, options: Partial<PrepareOptions> = {}): Promise<PreparedRestore> =>
    prepare(elsewhere(), { fullRestore: true, newFileSystem }, options);

  test('comes with a token of its own, and is kept', async () => {
    const { jobs, request } = await make({});
    expect(jobs).toEqual([{ items: null, only: false, expectations: [], metadata: { 'file-system-id': TARGET.fileSystemId, 'newFileSystem': 'true', 'CreationToken': TOKEN, 'Encrypted': 'true' }, idempotencyToken: TOKEN }]);
    expect(jobs[0].metadata.CreationToken).not.toBe(jobs[0].idempotencyToken);
    expect(request).toEqual({ ...FILLED, fullRestore: true, newFileSystem: {}, afterRestore: 'KEEP' });
  });

  test('is not made twice by a state that is retried, and made again by another execution', async () => {
    const token = async (executionId: string) => (await make({}, { executionId })).jobs[0].metadata.CreationToken;
    expect(await token('arn:execution:1')).toBe(await token('arn:execution:1'));
    expect(await token('arn:execution:1')).not.toBe(await token('arn:execution:2'));
    expect((await make({ creationToken: 'mine' })).jobs[0].metadata.CreationToken).toBe('mine');
  });

  test('is refused by a workflow that makes none, before AWS is asked', async () => {
    const settings = { ...SETTINGS, allowsNewFileSystems: false };
    expect(await errorOf(new FakeAws(), { fullRestore: true, newFileSystem: {} }, { settings })).toMatchObject({
      name: 'InvalidRestoreRequest',
      message: "'newFileSystem' is not allowed by this workflow, whose restore role makes no file systems; "
        + "restore into the file system that was backed up, or deploy the workflow with 'allowNewFileSystems'",
    });
  });
});

describe('items that are seen from elsewhere', () => {
  const accessPoint = (fake: FakeAws, Path: string) => fake.on('describeAccessPoints', FILE_SYSTEM, { AccessPoints: [{ AccessPointId: ACCESS_POINT, RootDirectory: { Path } }] });
  /** The translation comes before everything else that is asked. */
  const readyAfter = (fake: FakeAws) => guarded(fake.on('describeFileSystems', FILE_SYSTEM, available()))
    .on('listRecoveryPointsByBackupVault', LIST, { RecoveryPoints: [LATEST] })
    .on('getRecoveryPointRestoreMetadata', METADATA, {});

  test('are restored by their paths from the root, and nobody is told of the other ones', async () => {
    const { jobs, request } = await prepare(readyAfter(accessPoint(new FakeAws(), '/home/alice')), { items: ['/a', '/b'], itemsSeenFrom: ACCESS_POINT });
    expect(jobs[0].items).toEqual(['/home/alice/a', '/home/alice/b']);
    expect(request).toEqual({ ...FILLED, items: ['/home/alice/a', '/home/alice/b'] });
  });

  test('may look like paths on a client', async () => {
    expect((await prepare(ready(), { items: ['/mnt/efs/a'], itemsSeenFrom: '/srv/projects' })).request.items).toEqual(['/projects/mnt/efs/a']);
  });

  test('are checked again as what they are', async () => {
    const move = { items: ['/.cdk-efs-backup/a'], itemsSeenFrom: '/mnt/efs', afterRestore: 'MOVE_INTO_PLACE' };
    expect(await errorOf(new FakeAws(), move)).toMatchObject({ name: 'InvalidRestoreRequest', message: expect.stringMatching(/^'items\[0\]' must not lie in '\/\.cdk-efs-backup'/) });
    expect(await errorOf(accessPoint(new FakeAws(), `${'/x'.repeat(990)}`), { items: ['/x'.repeat(11)], itemsSeenFrom: ACCESS_POINT }))
      .toMatchObject({ name: 'InvalidRestoreRequest', message: expect.stringMatching(/^'items\[0\]' must not be deeper than 1000 directories/) });
    const expecting = { items: itemsOf(6), itemsSeenFrom: '/srv/projects', expectations: [{ path: '/0' }] };
    expect(await errorOf(new FakeAws(), expecting)).toMatchObject({ message: expect.stringMatching(/^'expectations\[0\]\.path' must lie at or below one of the items/) });
  });

  test('with paths that break a rule are refused before AWS is asked', async () => {
    expect(await errorOf(new FakeAws(), { items: ['/../etc'], itemsSeenFrom: ACCESS_POINT })).toMatchObject({ name: 'InvalidRestoreRequest', message: expect.stringContaining('must not have "." or ".."') });
  });
});

describe('a vault', () => {
  test('that the workflow does not know is refused with those that it knows, before AWS is asked', async () => {
    expect(await errorOf(new FakeAws(), { fullRestore: true, backupVaultName: 'Else' })).toMatchObject({
      name: 'InvalidRestoreRequest',
      message: "'backupVaultName' must be one of Vault, Other, got \"Else\"; choose one of them, or give the vault to the workflow: 'moreBackupVaults'",
    });
  });

  test.each(['Vault', 'Other'])('%s is asked for its policy, its recovery points and their metadata', async (name) => {
    const fake = fakeOf()
      .on('getBackupVaultAccessPolicy', { BackupVaultName: name }, awsError('ResourceNotFoundException'))
      .onRunning()
      .on('listRecoveryPointsByBackupVault', { ...LIST, BackupVaultName: name }, { RecoveryPoints: [LATEST] })
      .on('getRecoveryPointRestoreMetadata', { ...METADATA, BackupVaultName: name }, {});
    expect((await prepare(fake, { fullRestore: true, backupVaultName: name })).recoveryPoint.arn).toBe(LATEST.RecoveryPointArn);
  });
});

test('six items of one job are warned of, and restored; six items of two jobs are not', async () => {
  const settings = { ...SETTINGS, itemsPerRestoreJob: 6 };
  const { warnings, jobs } = await prepare(ready(), { items: itemsOf(6) }, { settings });
  expect(warnings).toEqual([expect.stringMatching(/^'itemsPerRestoreJob' is 6, and AWS's documents disagree about more than 5/)]);
  expect(jobs).toHaveLength(1);
  expect((await prepare(ready(), { items: itemsOf(6) })).warnings).toEqual([]);
});

test('the defaults fill in what the input leaves out, and give way to it', async () => {
  const defaults = { fullRestore: true, afterRestore: 'MOVE_INTO_PLACE', conflictPolicy: 'SKIP' } as PrepareOptions['defaults'];
  expect((await prepare(ready(), {}, { defaults })).request).toEqual({ ...FILLED, fullRestore: true, afterRestore: 'MOVE_INTO_PLACE', conflictPolicy: 'SKIP' });
  expect((await prepare(ready(), { items: ['/a'], afterRestore: 'KEEP' }, { defaults })).request)
    .toEqual({ ...FILLED, items: ['/a'], afterRestore: 'KEEP' });
});

describe('a request that breaks a rule', () => {
  test('is refused with all its problems in one error, and AWS is not asked', async () => {
    const error = await errorOf(new FakeAws(), { items: ['a/../b', '/mnt/efs/c', '/d', '/d'], recoveryPointArn: 'arn:aws:ec2:eu-west-1::snapshot/snap-1', afterRestore: 'MOVE', colour: 'red' });
    expect(error.name).toBe('InvalidRestoreRequest');
    expect(error.message.split('\n').map((line) => /'(.+?)'/.exec(line)?.[1] ?? line)).toEqual(['7 problems:', 'colour', 'items[0]', 'items[0]', 'items[1]', 'items[3]', 'recoveryPointArn', 'afterRestore']);
  });

  test.each([null, undefined, 'text', 7, [], [{ items: ['/a'] }]])('%j is refused, whatever the defaults', async (input) => {
    expect(await errorOf(new FakeAws(), input, { defaults: { fullRestore: true } })).toMatchObject({ name: 'InvalidRestoreRequest', message: expect.stringMatching(/^'request' must be a JSON object/) });
  });

  test.each([
    ['partition', recoveryPointArn('X').replace('arn:aws:', 'arn:aws-cn:')],
    ['Region', recoveryPointArn('X').replace('eu-central-1', 'eu-west-1')],
    ['account', recoveryPointArn('X').replace('111122223333', '444455556666')],
  ])('a recovery point of another %s than the file system', async (place, arn) => {
    expect((await errorOf(new FakeAws(), { fullRestore: true, recoveryPointArn: arn })).message).toContain(`must be in the ${place} '`);
  });

  test('with a hostile key', async () => {
    expect((await errorOf(new FakeAws(), JSON.parse('{"__proto__":{"items":["/a"]}}'))).message)
      .toMatch(/^2 problems:\n1\. '__proto__' is not a key of a restore request; .+\n2\. 'items' must be given; /);
  });
});

describe('the size', () => {
  const settings = { ...SETTINGS, itemsPerRestoreJob: 1_500 };
  const long = (count: number, length: number) => Array.from({ length: count }, (_item, index) => `/${String(index).padStart(length, '0')}`);

  test('of the metadata is checked with what the recovery point adds', async () => {
    expect(await errorOf(ready({ note: 'x'.repeat(199_990) }), { items: ['/a'] }))
      .toMatchObject({ name: 'InvalidRestoreRequest', message: expect.stringMatching(/^'items' must fit into 200000 bytes of restore metadata, the limit of AWS Backup, got "\d+ bytes"; /) });
  });

  test('of the items alone is checked before AWS is asked', async () => {
    expect((await errorOf(new FakeAws(), { items: long(1_500, 200) }, { settings })).message).toContain('200000 bytes of restore metadata');
  });

  test('of the state of the execution is checked: it holds the items many times', async () => {
    expect(await errorOf(ready(), { items: long(160, 100) }, { settings })).toMatchObject({
      name: 'InvalidRestoreRequest',
      message: expect.stringMatching(/^'request' must fit, items six times over and expectations five times, into 80000 bytes of the state of an execution, which Step Functions limits, got "1\d{5} bytes"; name common parent directories, expect less, or start several restores$/),
    });
    expect((await prepare(ready(), { items: long(100, 100) }, { settings })).jobs[0].items).toHaveLength(100);
  });

  test('is the larger, the more jobs there are, and is checked with all of them', async () => {
    const OF_MANY = { note: 'x'.repeat(6_000) };
    expect((await prepare(ready(OF_MANY), { items: itemsOf(5) })).jobs).toHaveLength(1);
    expect(await errorOf(ready(OF_MANY), { items: itemsOf(50) })).toMatchObject({ message: expect.stringMatching(/^'request' must fit, items six times over/) });
  });

  test('whatever is let through leaves room in a state of 256 KiB for all answers of the worker', async () => {
    const lengths = fc.record({
      count: fc.integer({ min: 40, max: 300 }), length: fc.integer({ min: 20, max: 250 }), itemsPerRestoreJob: fc.integer({ min: 30, max: 300 }),
    });
    let letThrough = 0;
    await fc.assert(fc.asyncProperty(lengths, async ({ count, length, itemsPerRestoreJob }) => {
      const input = { items: long(count, length) };
      const prepared = await prepare(ready(), input, { settings: { ...SETTINGS, itemsPerRestoreJob } }).catch(() => undefined);
      const { jobs, bytesPerAnswer } = prepared ?? { jobs: [], bytesPerAnswer: 0 };
      letThrough += prepared ? 1 : 0;
      // what was restored is there twice, and the last of it once more; the job in hand is gone once the worker answers
      const restores = jobs.map(({ items, expectations }) => ({ items, expectations }));
      const held = [input, prepared ?? {}, restores, restores, restores.slice(-1)];
      const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
      expect(bytesOf([...held, jobs[0] ?? {}])).toBeLessThan(200_000);
      expect(bytesOf(held) + 3 * jobs.length * bytesPerAnswer).toBeLessThan(200_000);
    }), { numRuns: 200 });
    expect(letThrough).toBeGreaterThan(50);
  });
});

describe('a file system that cannot be written', () => {
  const REPLICATING = { FileSystemProtection: { ReplicationOverwriteProtection: 'REPLICATING' } };
  const GONE = `'fileSystem' must exist, got "${TARGET.fileSystemId}"; a deleted file system can be restored into a new one only: "newFileSystem": {}`;
  const DESTINATION = `'fileSystem' must not be the destination of a replication, because that is read-only, got "${TARGET.fileSystemId}"; restore into the source of the replication, or delete the replication configuration first`;
  const UPDATING = '\'fileSystem\' must be in the lifecycle state \'available\', got "updating"; wait until it is, then start the restore again';

  test.each<[string, object, string]>([
    ['deleted', awsError('FileSystemNotFound'), GONE],
    ['not listed', { FileSystems: [] }, GONE],
    ['not available', available({ LifeCycleState: 'updating' }), UPDATING],
    ['a replication destination', available(REPLICATING), DESTINATION],
    ['both', available({ LifeCycleState: 'updating', ...REPLICATING }), `2 problems:\n1. ${UPDATING}\n2. ${DESTINATION}`],
  ])('%s: refused in exactly these words, before a recovery point is looked for', async (_name, answer, words) => {
    expect(await errorOf(fakeOf(answer), { fullRestore: true })).toMatchObject({ name: 'FileSystemNotWritable', message: words });
  });

  test.each(['ENABLED', 'DISABLED'])('the protection %s is none', async (protection) => {
    const fake = guarded(fakeOf(available({ FileSystemProtection: { ReplicationOverwriteProtection: protection } })))
      .on('listRecoveryPointsByBackupVault', LIST, { RecoveryPoints: [LATEST] })
      .on('getRecoveryPointRestoreMetadata', METADATA, {});
    expect((await prepare(fake, { fullRestore: true })).recoveryPoint.arn).toBe(LATEST.RecoveryPointArn);
  });

  test('an error of AWS that says nothing about it goes through as it is', async () => {
    expect(await errorOf(fakeOf(awsError('AccessDeniedException')), { fullRestore: true })).toMatchObject({ name: 'AccessDeniedException' });
  });
});

test('no recovery point: refused before its metadata is asked for', async () => {
  expect(await errorOf(guarded().on('listRecoveryPointsByBackupVault', LIST, {}), { fullRestore: true })).toMatchObject({ name: 'RecoveryPointNotUsable' });
});

describe('a vault whose access policy', () => {
  const withPolicy = (policy: object) => fakeOf().on('getBackupVaultAccessPolicy', { BackupVaultName: 'Vault' }, { Policy: JSON.stringify(policy) });
  const denial = (more: object = {}) => ({ Statement: [{ Effect: 'Deny', Principal: { AWS: '*' }, Action: ['backup:StartRestoreJob'], Resource: '*', ...more }] });

  test('denies restores: refused with the way to open it, before anything else is asked', async () => {
    expect(await errorOf(withPolicy(denial()), { fullRestore: true })).toMatchObject({
      name: 'RestoreDeniedByVault',
      message: expect.stringMatching(/^'backupVaultName' must not deny backup:StartRestoreJob to arn:aws:iam::111122223333:role\/workflow in its access policy, got "Vault"; let that role restore: AutomaticBackupVaultAccess opens/),
    });
  });

  test('lets the role of the workflow through: goes on', async () => {
    const policy = { Policy: JSON.stringify(denial({ Condition: { ArnNotLike: { 'aws:PrincipalArn': [CALLER] } } })) };
    const fake = guarded(fakeOf(), policy)
      .on('listRecoveryPointsByBackupVault', LIST, { RecoveryPoints: [LATEST] })
      .on('getRecoveryPointRestoreMetadata', METADATA, {});
    expect((await prepare(fake, { fullRestore: true })).recoveryPoint.arn).toBe(LATEST.RecoveryPointArn);
  });

  test('cannot be read: the error of AWS goes through', async () => {
    expect(await errorOf(fakeOf().on('getBackupVaultAccessPolicy', { BackupVaultName: 'Vault' }, awsError('AccessDeniedException')), { fullRestore: true }))
      .toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('another restore job', () => {
  const running = () => fakeOf()
    .on('getBackupVaultAccessPolicy', { BackupVaultName: 'Vault' }, awsError('ResourceNotFoundException'))
    .onRunning({ RestoreJobs: [{ RestoreJobId: 'job-1' }] }, { RestoreJobs: [{ RestoreJobId: 'job-2' }] })
    .onMetadata('job-1', INTO)
    .onMetadata('job-2', INTO);

  test('is refused, with its id and the way out', async () => {
    expect(await errorOf(running(), { fullRestore: true })).toMatchObject({
      name: 'AnotherRestoreRunning',
      message: expect.stringMatching(/^'fileSystem' must have no other restore job .*, got \["job-1","job-2"\]; wait until it is done .*, or set "allowConcurrentRestores": true$/),
    });
  });

  test('is not asked for where the request allows it', async () => {
    const fake = fakeOf()
      .on('getBackupVaultAccessPolicy', { BackupVaultName: 'Vault' }, awsError('ResourceNotFoundException'))
      .on('listRecoveryPointsByBackupVault', LIST, { RecoveryPoints: [LATEST] })
      .on('getRecoveryPointRestoreMetadata', METADATA, {});
    expect((await prepare(fake, { fullRestore: true, allowConcurrentRestores: true })).request.allowConcurrentRestores).toBe(true);
  });
});

test.each([
  [{ afterRestore: 'MOVE_INTO_PLACE' }, true], [{ afterRestore: 'MOVE_INTO_PLACE', dryRun: true }, false], [{ afterRestore: 'VERIFY' }, false], [{ afterRestore: 'KEEP' }, false],
])('the recovery directory is closed before it is looked at only where what was verified is moved: %j', async (more, closes) => {
  expect(await prepare(ready(), { items: ['/a'], ...more })).toMatchObject({ closes });
});
