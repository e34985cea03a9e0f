import * as fc from 'fast-check';
import { awsError, FakeAws, recoveryPointArn, TARGET } from './fake-aws';
import { chooseRecoveryPoint } from '../../lambda/control-plane/choose-recovery-point';
import { completeRestoreRequest } from '../../src/core/restore-request';
import type { RestoreRequest } from '../../src/core/restore-request';

const LIST = { BackupVaultName: 'Vault', ByResourceArn: TARGET.fileSystemArn, ByResourceType: 'EFS' };
const NAMED = recoveryPointArn('NAMED');
const DESCRIBE = { BackupVaultName: 'Vault', RecoveryPointArn: NAMED };
const GOOD = { ResourceType: 'EFS', ResourceArn: TARGET.fileSystemArn, Status: 'COMPLETED', CreationDate: new Date('2026-07-26T05:00:00Z') } as const;

const point = (id: string, created: string, Status: 'COMPLETED' | 'PARTIAL' | 'DELETING' | 'EXPIRED' = 'COMPLETED') => ({ RecoveryPointArn: recoveryPointArn(id), CreationDate: new Date(created), Status });
const choose = async (fake: FakeAws, request: RestoreRequest = {}) => {
  const chosen = await chooseRecoveryPoint(fake.aws, TARGET, completeRestoreRequest(request));
  fake.assertDone();
  return chosen;
};
const refusal = async (fake: FakeAws, request: RestoreRequest = {}) => {
  const error = await choose(fake, request).then(() => undefined, (thrown: Error) => thrown);
  fake.assertDone();
  expect(error?.name).toBe('RecoveryPointNotUsable');
  return error?.message;
};

describe('the latest', () => {
  test('by creation date, over all pages, whatever their order', async () => {
    const fake = new FakeAws()
      .on('listRecoveryPointsByBackupVault', LIST, { RecoveryPoints: [point('B', '2026-07-25T05:00:00Z')], NextToken: 'two' })
      .on('listRecoveryPointsByBackupVault', { ...LIST, NextToken: 'two' }, { RecoveryPoints: [point('C', '2026-07-26T05:00:00.5Z'), point('A', '2026-07-24T05:00:00Z')], NextToken: 'three' })
      .on('listRecoveryPointsByBackupVault', { ...LIST, NextToken: 'three' }, { RecoveryPoints: [point('D', '2026-07-26T05:00:00Z')] });
    expect(await choose(fake)).toEqual({ arn: recoveryPointArn('C'), created: '2026-07-26T05:00:00.500Z' });
  });

  test('that is COMPLETED, however new the others are', async () => {
    const fake = new FakeAws().on('listRecoveryPointsByBackupVault', LIST, {
      RecoveryPoints: [point('A', '2026-07-24T05:00:00Z'), point('B', '2026-07-25T05:00:00Z', 'PARTIAL'), point('C', '2026-07-26T05:00:00Z', 'DELETING'), point('D', '2026-07-27T05:00:00Z', 'EXPIRED')],
    });
    expect((await choose(fake)).arn).toBe(recoveryPointArn('A'));
  });

  test('before an instant, for which AWS Backup is asked', async () => {
    const fake = new FakeAws().on('listRecoveryPointsByBackupVault', { ...LIST, ByCreatedBefore: new Date('2026-07-25T00:00:00Z') }, { RecoveryPoints: [point('A', '2026-07-24T05:00:00Z')] });
    expect((await choose(fake, { recoveryPointCreatedBefore: '2026-07-25T02:00:00+02:00' })).arn).toBe(recoveryPointArn('A'));
  });

  test('is the latest of any list', async () => {
    await fc.assert(fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 0, max: 2e12 }), { minLength: 1, maxLength: 20 }), async (times) => {
      const fake = new FakeAws().on('listRecoveryPointsByBackupVault', LIST, { RecoveryPoints: times.map((time) => point(`T${time}`, new Date(time).toISOString())) });
      expect((await choose(fake)).arn).toBe(recoveryPointArn(`T${Math.max(...times)}`));
    }));
  });

  test.each<[string, object, RestoreRequest, string]>([
    ['none', { RecoveryPoints: [] }, {}, ''],
    ['no list', {}, {}, ''],
    ['none before', {}, { recoveryPointCreatedBefore: '2026-07-25T00:00:00Z' }, ' created before 2026-07-25T00:00:00Z'],
    ['none that is complete', { RecoveryPoints: [point('A', '2026-07-24T05:00:00Z', 'PARTIAL'), point('B', '2026-07-24T05:00:00Z', 'DELETING')] }, {}, ', only 2 of another status'],
  ])('%s: refused in exactly these words', async (_name, answer, request, words) => {
    const input = request.recoveryPointCreatedBefore ? { ...LIST, ByCreatedBefore: new Date(request.recoveryPointCreatedBefore) } : LIST;
    expect(await refusal(new FakeAws().on('listRecoveryPointsByBackupVault', input, answer), request)).toBe(
      `the vault 'Vault' has no COMPLETED recovery point of '${TARGET.fileSystemArn}'${words}; `
      + 'wait for its first backup, or look for its recovery points in other vaults (aws backup list-recovery-points-by-resource)');
  });
});

describe('the one that the request names', () => {
  const named = (answer: object) => new FakeAws().on('describeRecoveryPoint', DESCRIBE, answer);
  const REQUEST = { recoveryPointArn: NAMED };

  test('is taken, and nothing is listed', async () => {
    expect(await choose(named(GOOD), REQUEST)).toEqual({ arn: NAMED, created: '2026-07-26T05:00:00.000Z' });
  });

  test.each<[string, object, string]>([
    ['not there', awsError('ResourceNotFoundException'), `there is no recovery point '${NAMED}' in the vault 'Vault'; choose one of 'aws backup list-recovery-points-by-backup-vault'`],
    ['of another type', { ...GOOD, ResourceType: 'EBS' }, `the recovery point '${NAMED}' is of the resource type 'EBS'; choose one of the resource type 'EFS'`],
    ['of another file system', { ...GOOD, ResourceArn: `${TARGET.fileSystemArn}1` },
      `the recovery point '${NAMED}' is of '${TARGET.fileSystemArn}1', and this workflow restores '${TARGET.fileSystemArn}'; choose one of that, or start the workflow of the other file system`],
    ['not complete', { ...GOOD, Status: 'PARTIAL' }, `the recovery point '${NAMED}' has the status 'PARTIAL', and only COMPLETED ones hold everything; choose another one`],
  ])('%s: refused in exactly these words', async (_name, answer, words) => {
    expect(await refusal(named(answer), REQUEST)).toBe(words);
  });

  test('an error of AWS that says nothing about the request goes through as it is', async () => {
    await expect(choose(named(awsError('ThrottlingException')), REQUEST)).rejects.toMatchObject({ name: 'ThrottlingException' });
  });
});
