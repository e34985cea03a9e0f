import type { RestoreJobsListMember } from '@aws-sdk/client-backup';
import { pages } from './aws';
import type { Aws, Protected } from './aws';
import { RestoreError } from '../../src/core/contract';
import { AfterRestore } from '../../src/core/restore-request';
import type { CompleteRestoreRequest } from '../../src/core/restore-request';
import { NamedError } from '../runtime/named-error';

/** A restore job as DescribeRestoreJob gives it, the times as ISO 8601. */
export interface FinishedRestoreJob {
  readonly RestoreJobId: string;
  readonly CreationDate: string;
  readonly CompletionDate?: string;
}

/** Restore jobs that an error names. */
const MOST_TOLD = 10;

/**
 * AWS Backup tells of no job what it named its directory. Where another restore of the file system ran at the same time, the new
 * directory may be that one's: nothing of it is moved.
 */
export async function checkOtherRestoreJobs(
  aws: Pick<Aws, 'listRestoreJobsByProtectedResource'>, target: Pick<Protected, 'fileSystemArn'>, request: CompleteRestoreRequest, job: FinishedRestoreJob,
): Promise<void> {
  if (request.allowConcurrentRestores && request.afterRestore !== AfterRestore.MOVE_INTO_PLACE) {
    return;
  }
  const others: string[] = [];
  const ResourceArn = target.fileSystemArn;
  for await (const { RestoreJobs = [] } of pages((NextToken) => aws.listRestoreJobsByProtectedResource({ ResourceArn, NextToken }))) {
    const found = RestoreJobs.filter((other) => other.RestoreJobId !== job.RestoreJobId && mayHaveMade(other, job));
    others.push(...found.map(({ RestoreJobId }) => RestoreJobId!));
  }
  if (others.length > 0) {
    throw new NamedError(RestoreError.RECOVERY_DIRECTORY_AMBIGUOUS,
      `other restore jobs of the file system ran at the same time as ${job.RestoreJobId}: ${others.slice(0, MOST_TOLD).join(', ')}; `
      + 'nobody can tell for sure which recovery directory is whose, nothing was moved or deleted: look which one is yours');
  }
}

/** Whether another job can have made a recovery directory while this one ran. What failed ones leave has another name. */
function mayHaveMade({ Status, CreationDate, CompletionDate }: RestoreJobsListMember, job: FinishedRestoreJob): boolean {
  const beganLater = CreationDate !== undefined && job.CompletionDate !== undefined && CreationDate.getTime() >= Date.parse(job.CompletionDate);
  const endedEarlier = CompletionDate !== undefined && CompletionDate.getTime() <= Date.parse(job.CreationDate);
  return Status !== 'FAILED' && Status !== 'ABORTED' && !beganLater && !endedEarlier;
}
