import { hexadecimalOf } from './identifiers';
import type { Home } from './identifiers';

/** An access point, as far as our workflows look at it. */
export interface AccessPoint {
  readonly accessPointId: string;
  readonly accessPointArn: string;
  /** The directory of the file system that its clients see as their root. */
  readonly path: string;
  readonly uid: number;
  readonly gid: number;
}

/** UpdateFileSystemProtection, Amazon EFS API reference: REPLICATING is a destination of a replication, which is read-only. */
export type ReplicationOverwriteProtection = 'ENABLED' | 'DISABLED' | 'REPLICATING';

export interface ElasticFileSystemOptions {
  /** A real directory: the root of the file system. */
  readonly root: string;
  readonly home: Home;
  /** Tells file systems apart whose identifier is not given. */
  readonly ordinal: number;
  /** @default - made from the ordinal */
  readonly fileSystemId?: string;
  /** @default 'ENABLED' as for every new file system */
  readonly replicationOverwriteProtection?: ReplicationOverwriteProtection;
  readonly creationTime: Date;
}

/** An EFS file system: a directory with an identity. */
export class ElasticFileSystem {
  readonly root: string;
  readonly fileSystemId: string;
  readonly arn: string;
  readonly home: Home;
  readonly creationTime: Date;
  readonly accessPoints: AccessPoint[] = [];
  /** LifeCycleState of DescribeFileSystems. */
  lifeCycleState: 'creating' | 'available' | 'updating' | 'deleting' | 'error' = 'available';
  replicationOverwriteProtection: ReplicationOverwriteProtection;
  /** Of the automatic backups; undefined where none was ever set. */
  backupPolicy?: 'ENABLED' | 'ENABLING' | 'DISABLED' | 'DISABLING';

  constructor({ root, home, ordinal, fileSystemId, replicationOverwriteProtection, creationTime }: ElasticFileSystemOptions) {
    this.root = root;
    this.home = home;
    this.fileSystemId = fileSystemId ?? `fs-${hexadecimalOf(`file-system-${ordinal}`)}`;
    this.arn = `arn:${home.partition}:elasticfilesystem:${home.region}:${home.account}:file-system/${this.fileSystemId}`;
    this.replicationOverwriteProtection = replicationOverwriteProtection ?? 'ENABLED';
    this.creationTime = creationTime;
  }

  /** Amazon EFS User Guide, "Replicating file systems": the destination is read-only while the replication exists. */
  get readOnly(): boolean {
    return this.replicationOverwriteProtection === 'REPLICATING';
  }

  /** Makes an access point; its directory is not created, as with CreateAccessPoint without CreationInfo. */
  addAccessPoint(path: string, user: { uid: number; gid: number } = { uid: 0, gid: 0 }): AccessPoint {
    const accessPointId = `fsap-${hexadecimalOf(`${this.fileSystemId}-access-point-${this.accessPoints.length}`)}`;
    const { partition, region, account } = this.home;
    const accessPoint: AccessPoint = {
      accessPointId,
      accessPointArn: `arn:${partition}:elasticfilesystem:${region}:${account}:access-point/${accessPointId}`,
      path,
      ...user,
    };
    this.accessPoints.push(accessPoint);
    return accessPoint;
  }
}
