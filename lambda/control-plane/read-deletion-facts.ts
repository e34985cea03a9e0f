import { pages } from './aws';
import type { Aws } from './aws';
import { readRunningRestoreJobs } from './restore-jobs';
import type { RestoreJobsAws, Target } from './restore-jobs';
import { mayLieInRecoveryDirectory } from '../../src/core/access-point-root';

/** What the worker must know just before it deletes a recovery directory. */
export interface DeletionFactsRead {
  /** The roots of the access points that may lie at or within a recovery directory: a file system may have 10,000 others. */
  readonly accessPointRoots: string[];
  /** Those that restore into the file system, whatever was backed up. */
  readonly runningRestoreJobs: string[];
}

/** Reads the facts that only AWS knows; the worker decides with them. */
export async function readDeletionFacts(aws: RestoreJobsAws & Pick<Aws, 'describeAccessPoints'>, target: Target): Promise<DeletionFactsRead> {
  const accessPointRoots: string[] = [];
  for await (const page of pages((NextToken) => aws.describeAccessPoints({ FileSystemId: target.fileSystemId, NextToken }))) {
    const roots = (page.AccessPoints ?? []).map((accessPoint) => accessPoint.RootDirectory?.Path ?? '/');
    accessPointRoots.push(...roots.filter(mayLieInRecoveryDirectory));
  }
  return { accessPointRoots, runningRestoreJobs: await readRunningRestoreJobs(aws, target) };
}
