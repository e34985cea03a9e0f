import { pages, readRunningRestoreJobs } from './aws';
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
  aws: Pick<Aws, 'describeAccessPoints' | 'listRestoreJobsByProtectedResource'>, target: Pick<Protected, 'fileSystemId' | 'fileSystemArn'>,
): Promise<DeletionFactsRead> {
  const accessPointRoots: string[] = [];
  for await (const page of pages((NextToken) => aws.describeAccessPoints({ FileSystemId: target.fileSystemId, NextToken }))) {
    const roots = (page.AccessPoints ?? []).map((accessPoint) => accessPoint.RootDirectory?.Path ?? '/');
    accessPointRoots.push(...roots.filter((root) => parseRecoveryDirectoryName(root.split('/')[1] ?? '')));
  }
  return { accessPointRoots, runningRestoreJobs: await readRunningRestoreJobs(aws, target.fileSystemArn) };
}
