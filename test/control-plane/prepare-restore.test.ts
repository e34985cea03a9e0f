import { awsError, FakeAws, recoveryPointArn, TARGET } from './fake-aws';
import { prepareRestore } from '../../lambda/control-plane/prepare-restore';
import type { PrepareOptions } from '../../lambda/control-plane/prepare-restore';

const FILE_SYSTEM = { FileSystemId: TARGET.fileSystemId };
const LIST = { BackupVaultName: 'Vault', ByResourceArn: TARGET.fileSystemArn, ByResourceType: 'EFS' };
const LATEST = { RecoveryPointArn: recoveryPointArn('LATEST'), CreationDate: new Date('2026-07-26T05:00:00Z'), Status: 'COMPLETED' } as const;
const METADATA = { BackupVaultName: 'Vault', RecoveryPointArn: LATEST.RecoveryPointArn };
const OF_RECOVERY_POINT = { 'file-system-id': TARGET.fileSystemId, 'Encrypted': 'true', 'newFileSystem': 'true' };

const available = (more: object = {}) => ({ FileSystems: [{ LifeCycleState: 'available', ...more } as never] });
const CALLER = 'arn:aws:iam::111122223333:role/workflow';
const fakeOf = (fileSystem: Parameters<FakeAws['on']>[2] = available()) => new FakeAws().on('describeFileSystems', FILE_SYSTEM, fileSystem);
const jobsOf = (ByStatus: 'PENDING' | 'RUNNING') => ({ ResourceArn: TARGET.fileSystemArn, ByStatus });
/** Nothing speaks against a restore. */
const guarded = (fake = fakeOf(), policy: Parameters<FakeAws['on']>[2] = awsError('ResourceNotFoundException')) => fake
  .on('getBackupVaultAccessPolicy', { BackupVaultName: 'Vault' }, policy)
  .on('listRestoreJobsByProtectedResource', jobsOf('PENDING'), {})
  .on('listRestoreJobsByProtectedResource', jobsOf('RUNNING'), {});
const ready = (restoreMetadata: Record<string, string> | undefined = OF_RECOVERY_POINT) => guarded()
  .on('listRecoveryPointsByBackupVault', LIST, { RecoveryPoints: [LATEST] })
  .on('getRecoveryPointRestoreMetadata', METADATA, { RestoreMetadata: restoreMetadata });

async function prepare(fake: FakeAws, input: unknown, options: Partial<PrepareOptions> = {}) {
  try {
    return await prepareRestore(fake.aws, { target: TARGET, mounts: [{ mountPoint: '/mnt/efs' }], defaults: {}, executionId: 'arn:execution:1', callerRoleArn: CALLER, input, ...options });
  } finally {
    fake.assertDone();
  }
}
const errorOf = async (fake: FakeAws, input: unknown, options: Partial<PrepareOptions> = {}): Promise<Error> =>
  prepare(fake, input, options).then(() => { throw new Error('it was let through'); }, (error: Error) => error);

test('everything that StartRestoreJob needs, for items', async () => {
  expect(await prepare(ready(), { items: ['/a', '/b'] })).toEqual({
    request: { items: ['/a', '/b'], fullRestore: false, afterRestore: 'VERIFY', conflictPolicy: 'FAIL', recoveryDirectory: 'DELETE_WHEN_EMPTY' },
    items: ['/a', '/b'],
    expectations: [],
    recoveryPoint: { arn: LATEST.RecoveryPointArn, created: '2026-07-26T05:00:00.000Z' },
    metadata: { 'file-system-id': TARGET.fileSystemId, 'Encrypted': 'true', 'newFileSystem': 'false', 'ItemsToRestore': '["/a","/b"]' },
    idempotencyToken: expect.stringMatching(/^[0-9a-f]{64}$/),
    warnings: [],
  });
});

test('everything that StartRestoreJob needs, for everything', async () => {
  const { items, metadata } = await prepare(ready(undefined), { fullRestore: true });
  expect(items).toBeNull();
  expect(metadata).toEqual({ 'file-system-id': TARGET.fileSystemId, 'Encrypted': 'true', 'newFileSystem': 'false' });
});

test('the recovery point that the input names', async () => {
  const arn = recoveryPointArn('NAMED');
  const fake = guarded()
    .on('describeRecoveryPoint', { BackupVaultName: 'Vault', RecoveryPointArn: arn }, { ResourceType: 'EFS', ResourceArn: TARGET.fileSystemArn, Status: 'COMPLETED', CreationDate: LATEST.CreationDate })
    .on('getRecoveryPointRestoreMetadata', { BackupVaultName: 'Vault', RecoveryPointArn: arn }, {});
  expect((await prepare(fake, { fullRestore: true, recoveryPointArn: arn })).metadata).toEqual({ 'file-system-id': TARGET.fileSystemId, 'newFileSystem': 'false' });
});

test('the token is the same for every attempt of an execution, and another for another one', async () => {
  const token = async (executionId: string) => (await prepare(ready(), { fullRestore: true }, { executionId })).idempotencyToken;
  expect(await token('arn:execution:1')).toBe(await token('arn:execution:1'));
  expect(await token('arn:execution:1')).not.toBe(await token('arn:execution:2'));
});

test('six items are warned of, and restored', async () => {
  const { warnings } = await prepare(ready(), { items: ['/1', '/2', '/3', '/4', '/5', '/6'] });
  expect(warnings).toEqual([expect.stringMatching(/^'items' has 6 items, and AWS's documents disagree about more than 5/)]);
});

test('the defaults fill in what the input leaves out, and give way to it', async () => {
  const defaults = { fullRestore: true, afterRestore: 'MOVE_INTO_PLACE', conflictPolicy: 'SKIP' } as PrepareOptions['defaults'];
  expect((await prepare(ready(), {}, { defaults })).request).toEqual({ fullRestore: true, afterRestore: 'MOVE_INTO_PLACE', conflictPolicy: 'SKIP', recoveryDirectory: 'DELETE_WHEN_EMPTY' });
  expect((await prepare(ready(), { items: ['/a'], afterRestore: 'KEEP' }, { defaults })).request)
    .toEqual({ items: ['/a'], fullRestore: false, afterRestore: 'KEEP', conflictPolicy: 'FAIL', recoveryDirectory: 'DELETE_WHEN_EMPTY' });
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
  const long = (count: number, length: number) => Array.from({ length: count }, (_item, index) => `/${String(index).padStart(length, '0')}`);

  test('of the metadata is checked with what the recovery point adds', async () => {
    expect(await errorOf(ready({ note: 'x'.repeat(199_990) }), { items: ['/a'] }))
      .toMatchObject({ name: 'InvalidRestoreRequest', message: expect.stringMatching(/^'items' must fit into 200000 bytes of restore metadata, the limit of AWS Backup, got "\d+ bytes"; /) });
  });

  test('of the items alone is checked before AWS is asked', async () => {
    expect((await errorOf(new FakeAws(), { items: long(1_500, 200) })).message).toContain('200000 bytes of restore metadata');
  });

  test('of the state of the execution is checked: it holds the items five times', async () => {
    expect(await errorOf(ready(), { items: long(400, 100) })).toMatchObject({
      name: 'InvalidRestoreRequest',
      message: expect.stringMatching(/^'items' must fit, five times over, into 200000 bytes of the state of an execution, which Step Functions limits, got "2\d{5} bytes"; restore common parent directories instead, or start several restores$/),
    });
    expect((await prepare(ready(), { items: long(350, 100) })).items).toHaveLength(350);
  });
});

describe('a file system that cannot be written', () => {
  const REPLICATING = { FileSystemProtection: { ReplicationOverwriteProtection: 'REPLICATING' } };
  const GONE = `'fileSystem' must exist, got "${TARGET.fileSystemId}"; AWS Backup can restore a deleted file system into a new one only: aws backup start-restore-job with newFileSystem=true`;
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
      message: expect.stringMatching(/^'backupVault' must not deny backup:StartRestoreJob to arn:aws:iam::111122223333:role\/workflow in its access policy, got "Vault"; let that role restore: AutomaticBackupVaultAccess opens/),
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
    .on('listRestoreJobsByProtectedResource', jobsOf('PENDING'), { RestoreJobs: [{ RestoreJobId: 'job-1' }], NextToken: 'more' })
    .on('listRestoreJobsByProtectedResource', { ...jobsOf('PENDING'), NextToken: 'more' }, {})
    .on('listRestoreJobsByProtectedResource', jobsOf('RUNNING'), { RestoreJobs: [{ RestoreJobId: 'job-2' }] });

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

test('what is expected goes on to the verification', async () => {
  const expectations = [{ path: '/a', atLeastFiles: 3 }];
  expect((await prepare(ready(), { items: ['/a'], expectations })).expectations).toEqual(expectations);
});
