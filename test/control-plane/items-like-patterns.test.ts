import { awsError, FakeAws, recoveryPointArn, TARGET } from './fake-aws';
import { prepareRestore } from '../../lambda/control-plane/prepare-restore';

const ARN = recoveryPointArn('LATEST');
const SETTINGS = { callerRoleArn: 'arn:aws:iam::111122223333:role/workflow', restoreTimeoutSeconds: 86_400, itemsPerRestoreJob: 2, allowsNewFileSystems: false, approvesMove: false };

async function prepare(items: string[]) {
  const fake = new FakeAws()
    .on('describeFileSystems', { FileSystemId: TARGET.fileSystemId }, { FileSystems: [{ LifeCycleState: 'available' } as never] })
    .on('getBackupVaultAccessPolicy', { BackupVaultName: 'Vault' }, awsError('ResourceNotFoundException'))
    .onRunning()
    .on('listRecoveryPointsByBackupVault', { BackupVaultName: 'Vault', ByResourceArn: TARGET.fileSystemArn, ByResourceType: 'EFS' },
      { RecoveryPoints: [{ RecoveryPointArn: ARN, CreationDate: new Date(0), Status: 'COMPLETED' }] })
    .on('getRecoveryPointRestoreMetadata', { BackupVaultName: 'Vault', RecoveryPointArn: ARN }, {});
  const options = { target: TARGET, mounts: [], defaults: {}, executionId: 'e', startTime: 't', settings: SETTINGS, input: { items, afterRestore: 'MOVE_INTO_PLACE' } };
  return prepareRestore(fake.aws, options).finally(() => fake.assertDone());
}
const told = ({ jobs }: Awaited<ReturnType<typeof prepare>>) => jobs.map(({ items, only, metadata }) => [items, only, metadata.ItemsToRestore]);

test('the directory is restored, and only what was asked for is verified and moved', async () => {
  const prepared = await prepare(['/web/pages/[slug].tsx']);
  expect(told(prepared)).toEqual([[['/web/pages/[slug].tsx'], true, '["/web/pages"]']]);
  expect(prepared.warnings).toEqual([expect.stringContaining('"/web/pages/[slug].tsx" has characters of patterns')]);
});

test('each job by itself: one that needs the root is a full restore', async () => {
  expect(told(await prepare(['/a', '/b', '/[c]', '/d', '/e/*', '/e/f']))).toEqual([
    [['/a', '/b'], false, '["/a","/b"]'], [['/[c]', '/d'], true, undefined], [['/e/*', '/e/f'], true, '["/e"]'],
  ]);
});
