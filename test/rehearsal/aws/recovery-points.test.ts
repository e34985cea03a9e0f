import { lstatSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import {
  DescribeRecoveryPointCommand, GetBackupVaultAccessPolicyCommand, GetRecoveryPointRestoreMetadataCommand, ListRecoveryPointsByBackupVaultCommand,
  paginateListRecoveryPointsByBackupVault,
} from '@aws-sdk/client-backup';
import { awsError, listTree, makeTree, startFixture, startRestore } from './fixture';
import type { Fixture } from './fixture';
import { AwsService } from '../../../rehearsal/aws/service';

let fixture: Fixture;
let time: number;
beforeEach(async () => {
  time = Date.UTC(2026, 4, 14, 7, 0, 0, 250);
  fixture = await startFixture({ now: () => new Date(time) });
});
afterEach(async () => fixture.close());

const AUTOMATIC = 'aws/efs/automatic-backup-vault';

test('a recovery point keeps everything of the tree but pipes and sockets', async () => {
  makeTree(fixture.root);
  const server = createServer();
  await new Promise<void>((done) => server.listen(join(fixture.root, 'projects/socket'), done));
  const before = listTree(fixture.root);
  const { snapshot, backupSizeInBytes } = await fixture.service.backUp(fixture.fileSystem);
  await new Promise((done) => server.close(done));

  const expected = { ...before };
  delete expected['/projects/alpha/pipe'];
  delete expected['/projects/socket'];
  expect(listTree(snapshot)).toEqual(expected);
  expect(Object.keys(expected).length).toBeGreaterThan(20);
  expect(lstatSync(join(snapshot, 'private/sparse')).blocks).toBeLessThan(64);
  expect(backupSizeInBytes).toBeGreaterThan(8 * 1024 * 1024);
});

test('a recovery point is a copy, not a view', async () => {
  writeFileSync(join(fixture.root, 'file'), 'then');
  const { snapshot } = await fixture.service.backUp(fixture.fileSystem);
  writeFileSync(join(fixture.root, 'file'), 'now, longer');
  rmSync(join(fixture.root, 'file'));
  expect(readdirSync(snapshot)).toEqual(['file']);
  expect(lstatSync(join(snapshot, 'file')).size).toBe(4);
});

test('DescribeRecoveryPoint and the list tell the same, through a vault whose name has slashes', async () => {
  const { recoveryPointArn } = await fixture.service.backUp(fixture.fileSystem, AUTOMATIC);
  const described = await fixture.backup.send(new DescribeRecoveryPointCommand({ BackupVaultName: AUTOMATIC, RecoveryPointArn: recoveryPointArn }));
  expect(described).toMatchObject({
    RecoveryPointArn: expect.stringMatching(/^arn:aws:backup:us-east-1:111122223333:recovery-point:[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/),
    BackupVaultName: AUTOMATIC,
    BackupVaultArn: `arn:aws:backup:us-east-1:111122223333:backup-vault:${AUTOMATIC}`,
    ResourceArn: fixture.fileSystem.arn,
    ResourceType: 'EFS',
    Status: 'COMPLETED',
    CreationDate: new Date(time),
    StorageClass: 'WARM',
  });
  const { RecoveryPoints } = await fixture.backup.send(new ListRecoveryPointsByBackupVaultCommand({ BackupVaultName: AUTOMATIC }));
  expect(RecoveryPoints).toHaveLength(1);
  expect(described).toMatchObject(RecoveryPoints![0]);
});

test('the filters of ListRecoveryPointsByBackupVault hold back what does not match, bounds excluded', async () => {
  const other = fixture.service.createFileSystem(join(fixture.directory, 'file-system'));
  const arns: string[] = [];
  for (const fileSystem of [fixture.fileSystem, other, fixture.fileSystem]) {
    arns.push((await fixture.service.backUp(fileSystem)).recoveryPointArn);
    time += 60_000;
  }
  const [first, second, third] = [time - 180_000, time - 120_000, time - 60_000].map((instant) => new Date(instant));
  const list = async (filter: object) => {
    const { RecoveryPoints } = await fixture.backup.send(new ListRecoveryPointsByBackupVaultCommand({ BackupVaultName: 'Default', ...filter }));
    return RecoveryPoints!.map(({ RecoveryPointArn }) => arns.indexOf(RecoveryPointArn!)).sort();
  };
  expect(await list({})).toEqual([0, 1, 2]);
  expect(await list({ ByResourceArn: fixture.fileSystem.arn })).toEqual([0, 2]);
  expect(await list({ ByResourceArn: other.arn, ByResourceType: 'EFS' })).toEqual([1]);
  expect(await list({ ByResourceType: 'EBS' })).toEqual([]);
  // SDKs send instants in whole seconds or finer; these have a fraction of a second
  expect(await list({ ByCreatedBefore: second })).toEqual([0]);
  expect(await list({ ByCreatedAfter: second })).toEqual([2]);
  expect(await list({ ByCreatedAfter: first, ByCreatedBefore: third })).toEqual([1]);
});

test('pages of ListRecoveryPointsByBackupVault are full, disjoint and complete', async () => {
  for (let count = 0; count < 5; count++) {
    await fixture.service.backUp(fixture.fileSystem);
  }
  const pages: string[][] = [];
  for await (const page of paginateListRecoveryPointsByBackupVault({ client: fixture.backup, pageSize: 2 }, { BackupVaultName: 'Default' })) {
    pages.push(page.RecoveryPoints!.map(({ RecoveryPointArn }) => RecoveryPointArn!));
  }
  expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
  expect(new Set(pages.flat()).size).toBe(5);
  const list = (input: object) => fixture.backup.send(new ListRecoveryPointsByBackupVaultCommand({ BackupVaultName: 'Default', ...input }));
  expect((await list({ MaxResults: 5 })).NextToken).toBeUndefined(); // a full page may be the last one
  await expect(list({ NextToken: 'made-up' })).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
  await expect(list({ MaxResults: 0 })).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
});

test('the service decides how large a page is at most', async () => {
  const small = await startFixture({ pageSize: 1 });
  await small.service.backUp(small.fileSystem);
  await small.service.backUp(small.fileSystem);
  const command = new ListRecoveryPointsByBackupVaultCommand({ BackupVaultName: 'Default', MaxResults: 10 });
  const { RecoveryPoints, NextToken } = await small.backup.send(command);
  await small.close();
  expect(RecoveryPoints).toHaveLength(1);
  expect(NextToken).toBeDefined();
});

test('GetRecoveryPointRestoreMetadata answers with the metadata of the point, through a long ARN in the path', async () => {
  const { recoveryPointArn } = await fixture.service.backUp(fixture.fileSystem, AUTOMATIC);
  const command = new GetRecoveryPointRestoreMetadataCommand({ BackupVaultName: AUTOMATIC, RecoveryPointArn: recoveryPointArn });
  expect(await fixture.backup.send(command)).toMatchObject({
    RecoveryPointArn: recoveryPointArn,
    ResourceType: 'EFS',
    RestoreMetadata: { 'file-system-id': fixture.fileSystem.fileSystemId, 'Encrypted': 'true', 'PerformanceMode': 'generalPurpose' },
  });
});

test.each([
  ['an unknown vault', 'Nowhere', 0],
  ['a vault that does not hold it', 'Other', 0],
  ['an unknown point', 'Default', 1],
])('a recovery point is not found in %s', async (_case, BackupVaultName, suffix) => {
  const { recoveryPointArn } = await fixture.service.backUp(fixture.fileSystem);
  fixture.service.vaults.create('Other');
  const RecoveryPointArn = recoveryPointArn + 'X'.repeat(suffix);
  const notFound = awsError('ResourceNotFoundException', 400, suffix ? RecoveryPointArn : '');
  const getMetadata = new GetRecoveryPointRestoreMetadataCommand({ BackupVaultName, RecoveryPointArn });
  await expect(fixture.backup.send(new DescribeRecoveryPointCommand({ BackupVaultName, RecoveryPointArn }))).rejects.toMatchObject(notFound);
  await expect(fixture.backup.send(getMetadata)).rejects.toMatchObject(notFound);
});

test('the automatic vault denies restores, until its policy is changed; other vaults have no policy', async () => {
  const point = await fixture.service.backUp(fixture.fileSystem, AUTOMATIC);
  const getPolicy = (BackupVaultName: string) => fixture.backup.send(new GetBackupVaultAccessPolicyCommand({ BackupVaultName }));
  const { Statement } = JSON.parse((await getPolicy(AUTOMATIC)).Policy!);
  expect(Statement).toMatchObject([{ Effect: 'Deny', Action: expect.arrayContaining(['backup:StartRestoreJob']) }]);
  await expect(startRestore(fixture, point)).rejects.toMatchObject({ name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } });
  expect(fixture.service.restoreJobs.byId.size).toBe(0);

  const deny = (Action: string) => {
    fixture.service.vaults.vault(AUTOMATIC).accessPolicy = JSON.stringify({ Statement: { Effect: 'Deny', Principal: '*', Action, Resource: '*' } });
  };
  deny('backup:Delete*');
  expect(await startRestore(fixture, point)).toBeDefined();
  deny('backup:Start*');
  await expect(startRestore(fixture, point)).rejects.toMatchObject({ name: 'AccessDeniedException' });

  fixture.service.vaults.create('Default');
  await expect(getPolicy('Default')).rejects.toMatchObject(awsError('ResourceNotFoundException', 400, 'has no associated POLICY'));
});

test('snapshots may not lie in the file system that they are taken of', async () => {
  const service = await AwsService.start({ workingDirectory: fixture.root });
  expect(() => service.createFileSystem(fixture.root)).toThrow('lies in the file system');
  await service.close();
});
