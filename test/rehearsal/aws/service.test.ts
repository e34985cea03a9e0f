import {
  BackupClient, DisassociateRecoveryPointFromParentCommand, DescribeRestoreJobCommand, ListRecoveryPointsByBackupVaultCommand, ListCopyJobsCommand,
} from '@aws-sdk/client-backup';
import {
  DescribeAccessPointsCommand, DescribeFileSystemsCommand, DescribeMountTargetsCommand, paginateDescribeAccessPoints, PutFileSystemPolicyCommand,
} from '@aws-sdk/client-efs';
import { awsError, startFixture, startRestore } from './fixture';
import type { Fixture } from './fixture';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await startFixture();
});
afterEach(async () => fixture.close());

test('listens on the loopback interface only', () => {
  expect(fixture.service.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});

test('DescribeFileSystems finds a file system by id and by ARN', async () => {
  for (const FileSystemId of [fixture.fileSystem.fileSystemId, fixture.fileSystem.arn]) {
    const { FileSystems } = await fixture.efs.send(new DescribeFileSystemsCommand({ FileSystemId }));
    expect(FileSystems).toEqual([expect.objectContaining({
      FileSystemId: expect.stringMatching(/^fs-[0-9a-f]{17}$/),
      FileSystemArn: `arn:aws:elasticfilesystem:us-east-1:111122223333:file-system/${fixture.fileSystem.fileSystemId}`,
      OwnerId: '111122223333',
      LifeCycleState: 'available',
      CreationTime: fixture.fileSystem.creationTime,
      FileSystemProtection: { ReplicationOverwriteProtection: 'ENABLED' },
    })]);
  }
});

test('a replication destination and a state of life are told', async () => {
  const fileSystemId = 'fs-0123456789abcdef0';
  fixture.service.createFileSystem(fixture.root, { replicationOverwriteProtection: 'REPLICATING', fileSystemId });
  fixture.service.fileSystems.get(fileSystemId)!.lifeCycleState = 'updating';
  const { FileSystems } = await fixture.efs.send(new DescribeFileSystemsCommand({ FileSystemId: fileSystemId }));
  expect(FileSystems).toMatchObject([{ LifeCycleState: 'updating', FileSystemProtection: { ReplicationOverwriteProtection: 'REPLICATING' } }]);
});

test('an unknown file system is FileSystemNotFound', async () => {
  const notFound = { ...awsError('FileSystemNotFound', 404, 'fs-0'), ErrorCode: 'FileSystemNotFound' };
  await expect(fixture.efs.send(new DescribeFileSystemsCommand({ FileSystemId: 'fs-0' }))).rejects.toMatchObject(notFound);
  await expect(fixture.efs.send(new DescribeAccessPointsCommand({ FileSystemId: 'fs-0' }))).rejects.toMatchObject(notFound);
});

test('DescribeAccessPoints pages through the access points of one file system', async () => {
  const other = fixture.service.createFileSystem(fixture.root);
  other.addAccessPoint('/other');
  for (let count = 0; count < 7; count++) {
    fixture.fileSystem.addAccessPoint(`/point-${count}`, { uid: 1000 + count, gid: 2000 });
  }
  const pages: string[][] = [];
  const { fileSystemId } = fixture.fileSystem;
  for await (const { AccessPoints } of paginateDescribeAccessPoints({ client: fixture.efs, pageSize: 3 }, { FileSystemId: fileSystemId })) {
    pages.push(AccessPoints!.map(({ RootDirectory, PosixUser }) => `${RootDirectory!.Path} ${PosixUser!.Uid}:${PosixUser!.Gid}`));
  }
  expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
  expect(pages.flat()).toEqual([0, 1, 2, 3, 4, 5, 6].map((count) => `/point-${count} ${1000 + count}:2000`));
  const { AccessPoints } = await fixture.efs.send(new DescribeAccessPointsCommand({ FileSystemId: other.arn }));
  expect(AccessPoints).toEqual([expect.objectContaining({
    AccessPointId: expect.stringMatching(/^fsap-[0-9a-f]{17}$/),
    AccessPointArn: expect.stringMatching(/^arn:aws:elasticfilesystem:us-east-1:111122223333:access-point\/fsap-/),
    FileSystemId: other.fileSystemId,
  })]);
  const command = new DescribeAccessPointsCommand({ FileSystemId: other.arn, NextToken: 'made-up' });
  await expect(fixture.efs.send(command)).rejects.toMatchObject(awsError('BadRequest'));
});

test('identifiers are part of what is started with: region, account and partition', async () => {
  const elsewhere = await startFixture({ region: 'cn-north-1', account: '444455556666', partition: 'aws-cn' });
  const { recoveryPointArn } = await elsewhere.service.backUp(elsewhere.fileSystem);
  await elsewhere.close();
  expect(recoveryPointArn).toMatch(/^arn:aws-cn:backup:cn-north-1:444455556666:recovery-point:/);
  expect(elsewhere.fileSystem.arn).toMatch(/^arn:aws-cn:elasticfilesystem:cn-north-1:444455556666:file-system\//);
});

test('what the rehearsal does not know is answered with 501 and recorded, once', async () => {
  const unknown = (what: string) => awsError('NotRehearsed', 501, what);
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  const patient = new BackupClient({ region: 'us-east-1', endpoint: fixture.service.endpoint, credentials });
  await expect(patient.send(new ListCopyJobsCommand())).rejects.toMatchObject(unknown('GET /copy-jobs'));
  patient.destroy();
  const recoveryPoint = { BackupVaultName: 'Default', RecoveryPointArn: 'arn' };
  const deletion = new DisassociateRecoveryPointFromParentCommand(recoveryPoint);
  await expect(fixture.backup.send(deletion)).rejects.toMatchObject(unknown('DELETE /backup-vaults/Default/recovery-points/arn/parentAssociation'));
  const policy = new PutFileSystemPolicyCommand({ FileSystemId: 'fs-1', Policy: '{}' });
  await expect(fixture.efs.send(policy)).rejects.toMatchObject(unknown('PUT /2015-02-01/file-systems/fs-1/policy'));
  const mountTargets = new DescribeMountTargetsCommand({ FileSystemId: 'fs-1' });
  await expect(fixture.efs.send(mountTargets)).rejects.toMatchObject(unknown('GET /2015-02-01/mount-targets'));
  expect(fixture.service.requests).toEqual([
    expect.objectContaining({ operation: 'GET /copy-jobs', statusCode: 501, error: 'NotRehearsed' }),
    expect.objectContaining({ operation: 'DELETE /backup-vaults/Default/recovery-points/arn/parentAssociation' }),
    expect.objectContaining({
      operation: 'PUT /2015-02-01/file-systems/fs-1/policy',
      input: { body: { Policy: '{}' } },
    }),
    expect.objectContaining({ operation: 'GET /2015-02-01/mount-targets' }),
  ]);
});

test('what the rehearsal does not know of an operation that it knows is answered with 501, too', async () => {
  const unknown = (what: string) => awsError('NotRehearsed', 501, what);
  fixture.service.vaults.create('Default');
  const byPlan = new ListRecoveryPointsByBackupVaultCommand({ BackupVaultName: 'Default', ByBackupPlanId: 'plan' });
  await expect(fixture.backup.send(byPlan)).rejects.toMatchObject(unknown("'backupPlanId' of ListRecoveryPointsByBackupVault"));
  await expect(fixture.efs.send(new DescribeFileSystemsCommand())).rejects.toMatchObject(unknown('without FileSystemId'));
  await expect(fixture.efs.send(new DescribeAccessPointsCommand())).rejects.toMatchObject(unknown('without FileSystemId'));
});

test('requests are recorded as the caller wrote them, with how they were answered', async () => {
  const point = await fixture.service.backUp(fixture.fileSystem, 'aws/efs/automatic-backup-vault');
  const before = new Date(Date.UTC(2026, 0, 1));
  const input = { BackupVaultName: 'aws/efs/automatic-backup-vault', ByCreatedBefore: before, MaxResults: 3 };
  await fixture.backup.send(new ListRecoveryPointsByBackupVaultCommand(input));
  await startRestore(fixture, point, { token: 'token' }).catch(() => undefined);
  await fixture.backup.send(new DescribeRestoreJobCommand({ RestoreJobId: 'X' })).catch(() => undefined);
  expect(fixture.service.requests).toMatchObject([
    { operation: 'ListRecoveryPointsByBackupVault', input, statusCode: 200 },
    {
      operation: 'StartRestoreJob',
      input: { RecoveryPointArn: point.recoveryPointArn, IdempotencyToken: 'token' },
      statusCode: 403,
      error: 'AccessDeniedException',
    },
    { operation: 'DescribeRestoreJob', input: { RestoreJobId: 'X' }, statusCode: 400, error: 'ResourceNotFoundException' },
  ]);
});

test.each([
  ['a body that is no JSON', 'PUT', '/restore-jobs', '{', 400, 'SerializationException'],
  ['a parameter given twice', 'GET', '/backup-vaults/Default/recovery-points/?nextToken=a&nextToken=b', undefined, 400, 'SerializationException'],
  ['a number that is none', 'GET', '/backup-vaults/Default/recovery-points/?maxResults=many', undefined, 400, 'SerializationException'],
  ['an instant that is none', 'GET', '/backup-vaults/Default/recovery-points/?createdBefore=yesterday', undefined, 400, 'SerializationException'],
  ['HEAD', 'HEAD', '/restore-jobs/X', undefined, 501, 'NotRehearsed'],
])('malformed requests are refused: %s', async (_case, method, path, body, status, error) => {
  const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(fixture.service.endpoint + path, { method, body, headers });
  expect(response.status).toBe(status);
  expect(fixture.service.requests).toMatchObject([{ statusCode: status, error }]);
});

test('instants are seconds since 1970 on the wire, as REST-JSON has them', async () => {
  const { recoveryPointArn } = await fixture.service.backUp(fixture.fileSystem);
  const response = await fetch(`${fixture.service.endpoint}/backup-vaults/Default/recovery-points/${encodeURIComponent(recoveryPointArn)}`);
  expect(response.headers.get('content-type')).toContain('application/json');
  const { CreationDate } = await response.json() as { CreationDate: number };
  expect(CreationDate).toBe(fixture.service.vaults.vault('Default').recoveryPoints[0].creationDate.getTime() / 1000);
});

test('a failure of the rehearsal itself is told as such', async () => {
  const point = await fixture.service.backUp(fixture.fileSystem);
  fixture.service.vaults.vault('Default').accessPolicy = 'no JSON';
  await expect(startRestore(fixture, point)).rejects.toMatchObject({ name: 'RehearsalFailed', $metadata: { httpStatusCode: 501 } });
});
