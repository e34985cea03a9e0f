import type { ListRestoreJobsByProtectedResourceCommandOutput } from '@aws-sdk/client-backup';
import { pages } from './aws';
import type { Aws, Protected } from './aws';
import { parseRecoveryDirectoryName } from '../../src/core/recovery-directory';

/** What the worker must know just before it deletes a recovery directory. */
export interface DeletionFactsRead {
  /** The roots of the access points that lie at or within a recovery directory: a file system may have 10,000 others. */
  readonly accessPointRoots: string[];
  readonly runningRestoreJobs: string[];
}

/** Reads the facts that only AWS knows; the worker decides with them. */
export async function readDeletionFacts(
  aws: Pick<Aws, 'describeAccessPoints' | 'listRestoreJobsByProtectedResource'>, target: Omit<Protected, 'backupVaultName'>,
): Promise<DeletionFactsRead> {
  const accessPointRoots: string[] = [];
  for await (const page of pages((NextToken) => aws.describeAccessPoints({ FileSystemId: target.fileSystemId, NextToken }))) {
    const roots = (page.AccessPoints ?? []).map((accessPoint) => accessPoint.RootDirectory?.Path ?? '/');
    accessPointRoots.push(...roots.filter((root) => parseRecoveryDirectoryName(root.split('/')[1] ?? '')));
  }
  const runningRestoreJobs: string[] = [];
  for (const ByStatus of ['PENDING', 'RUNNING'] as const) {
    const jobs = { ResourceArn: target.fileSystemArn, ByStatus };
    for await (const page of pages((NextToken) => aws.listRestoreJobsByProtectedResource({ ...jobs, NextToken }).catch(noneWhereUnknown))) {
      runningRestoreJobs.push(...(page.RestoreJobs ?? []).map((job) => job.RestoreJobId!));
    }
  }
  return { accessPointRoots, runningRestoreJobs };
}

/** AWS Backup does not know a file system that it has never backed up, or whose last recovery point is gone: nothing of it can be restored. */
function noneWhereUnknown(error: Error): ListRestoreJobsByProtectedResourceCommandOutput {
  if (error.name === 'ResourceNotFoundException') {
    return { RestoreJobs: [], $metadata: {} };
  }
  throw error;
}
