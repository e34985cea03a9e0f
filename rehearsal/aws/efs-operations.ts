import type * as efs from '@aws-sdk/client-efs';
import { AwsError, notRehearsed } from './aws-error';
import type { AccessPoint, ElasticFileSystem } from './elastic-file-system';
import { operation } from './operation';
import type { Operation } from './operation';
import { pageOf } from './paging';

export interface EfsOperationsOptions {
  readonly fileSystems: ReadonlyMap<string, ElasticFileSystem>;
  readonly pageSize: number;
}

const service = 'elasticfilesystem';
const FILE_SYSTEM_ID = { FileSystemId: { member: 'FileSystemId', type: 'string' } } as const;

function describeFileSystem(fileSystem: ElasticFileSystem): efs.FileSystemDescription {
  return {
    OwnerId: fileSystem.home.account,
    CreationToken: fileSystem.fileSystemId,
    FileSystemId: fileSystem.fileSystemId,
    FileSystemArn: fileSystem.arn,
    CreationTime: fileSystem.creationTime,
    LifeCycleState: fileSystem.lifeCycleState,
    NumberOfMountTargets: 1,
    SizeInBytes: { Value: 0 }, // the metered size is eventually consistent (DescribeFileSystems): nothing may rely on it
    PerformanceMode: 'generalPurpose',
    ThroughputMode: 'elastic',
    Encrypted: true,
    Tags: [],
    FileSystemProtection: { ReplicationOverwriteProtection: fileSystem.replicationOverwriteProtection },
  };
}

function describeAccessPoint({ fileSystemId, home }: ElasticFileSystem, accessPoint: AccessPoint): efs.AccessPointDescription {
  return {
    AccessPointId: accessPoint.accessPointId,
    AccessPointArn: accessPoint.accessPointArn,
    FileSystemId: fileSystemId,
    PosixUser: { Uid: accessPoint.uid, Gid: accessPoint.gid },
    RootDirectory: { Path: accessPoint.path },
    OwnerId: home.account,
    LifeCycleState: 'available',
    Tags: [],
  };
}

/** A policy is on its way for as long as nobody has looked (BackupPolicy, Amazon EFS API reference). */
function describeBackupPolicy(fileSystem: ElasticFileSystem): efs.BackupPolicyDescription {
  const { backupPolicy } = fileSystem;
  if (backupPolicy === undefined) {
    throw new AwsError('PolicyNotFound', 'None of the policies are associated with the file system.', 404);
  }
  fileSystem.backupPolicy = backupPolicy === 'ENABLING' ? 'ENABLED' : backupPolicy === 'DISABLING' ? 'DISABLED' : backupPolicy;
  return { BackupPolicy: { Status: backupPolicy } };
}

/** The operations of Amazon EFS that our workflows call; paths and names are those of its Smithy model. */
export function efsOperations({ fileSystems, pageSize }: EfsOperationsOptions): Operation[] {
  /** Both operations take the identifier or the ARN of a file system (Amazon EFS API reference, the pattern of FileSystemId). */
  const find = (idOrArn: string): ElasticFileSystem => {
    const found = [...fileSystems.values()].find(({ fileSystemId, arn }) => idOrArn === fileSystemId || idOrArn === arn);
    if (!found) {
      throw new AwsError('FileSystemNotFound', `File system '${idOrArn}' does not exist.`, 404);
    }
    return found;
  };
  return [
    operation<efs.DescribeFileSystemsRequest, efs.DescribeFileSystemsResponse>({
      service,
      name: 'DescribeFileSystems',
      method: 'GET',
      path: '/2015-02-01/file-systems',
      query: FILE_SYSTEM_ID,
    }, ({ FileSystemId }) => {
      if (FileSystemId === undefined) {
        throw notRehearsed('DescribeFileSystems without FileSystemId');
      }
      return { FileSystems: [describeFileSystem(find(FileSystemId))] };
    }),

    operation<efs.DescribeBackupPolicyRequest, efs.BackupPolicyDescription>({
      service,
      name: 'DescribeBackupPolicy',
      method: 'GET',
      path: '/2015-02-01/file-systems/:FileSystemId/backup-policy',
      query: {},
    }, ({ FileSystemId }) => describeBackupPolicy(find(FileSystemId!))),

    operation<efs.PutBackupPolicyRequest, efs.BackupPolicyDescription>({
      service,
      name: 'PutBackupPolicy',
      method: 'PUT',
      path: '/2015-02-01/file-systems/:FileSystemId/backup-policy',
      query: {},
    }, ({ FileSystemId, BackupPolicy }) => {
      const fileSystem = find(FileSystemId!);
      if (fileSystem.lifeCycleState !== 'available') {
        throw new AwsError('IncorrectFileSystemLifeCycleState', `The file system is ${fileSystem.lifeCycleState}.`, 409);
      }
      if (BackupPolicy?.Status !== 'ENABLED' && BackupPolicy?.Status !== 'DISABLED') {
        throw new AwsError('BadRequest', `Invalid status: ${BackupPolicy?.Status}`);
      }
      fileSystem.backupPolicy = BackupPolicy.Status === 'ENABLED' ? 'ENABLING' : 'DISABLING';
      return { BackupPolicy: { Status: fileSystem.backupPolicy } };
    }),

    operation<efs.DescribeAccessPointsRequest, efs.DescribeAccessPointsResponse>({
      service,
      name: 'DescribeAccessPoints',
      method: 'GET',
      path: '/2015-02-01/access-points',
      query: { ...FILE_SYSTEM_ID, AccessPointId: { member: 'AccessPointId', type: 'string' }, MaxResults: { member: 'MaxResults', type: 'integer' }, NextToken: { member: 'NextToken', type: 'string' } },
    }, ({ FileSystemId, AccessPointId, MaxResults, NextToken }) => {
      if (AccessPointId !== undefined && FileSystemId === undefined) {
        const owner = [...fileSystems.values()].find(({ accessPoints }) => accessPoints.some(({ accessPointId }) => accessPointId === AccessPointId));
        if (!owner) {
          throw new AwsError('AccessPointNotFound', `Access point '${AccessPointId}' does not exist.`, 404);
        }
        return { AccessPoints: [describeAccessPoint(owner, owner.accessPoints.find(({ accessPointId }) => accessPointId === AccessPointId)!)] };
      }
      if (FileSystemId === undefined) {
        throw notRehearsed('DescribeAccessPoints without FileSystemId');
      }
      const fileSystem = find(FileSystemId);
      const page = pageOf(fileSystem.accessPoints, { maxResults: MaxResults, nextToken: NextToken, pageSize, errorCode: 'BadRequest' });
      return { AccessPoints: page.items.map((accessPoint) => describeAccessPoint(fileSystem, accessPoint)), NextToken: page.nextToken };
    }),
  ];
}
