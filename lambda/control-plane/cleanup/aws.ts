import type * as backup from '@aws-sdk/client-backup';
import type { Aws, Protected } from '../aws';

/** The operations of AWS that a cleanup needs, and no others. */
export interface CleanupAws extends Pick<Aws, 'describeAccessPoints' | 'listRestoreJobsByProtectedResource'> {
  describeRestoreJob(input: backup.DescribeRestoreJobCommandInput): Promise<backup.DescribeRestoreJobCommandOutput>;
  getRestoreJobMetadata(input: backup.GetRestoreJobMetadataCommandInput): Promise<backup.GetRestoreJobMetadataCommandOutput>;
}

/** The file system that is cleaned up. */
export type CleanedFileSystem = Pick<Protected, 'fileSystemId' | 'fileSystemArn'>;
