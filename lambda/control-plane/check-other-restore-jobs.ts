import type { RestoreJobsListMember } from '@aws-sdk/client-backup';
import { pages } from './aws';
import type { Aws, Protected } from './aws';
import { RestoreError } from '../../src/core/contract';
import { STAMP_TOLERANCE_MILLISECONDS } from '../../src/core/recovery-directory';
import { AfterRestore } from '../../src/core/restore-request';
import type { CompleteRestoreRequest } from '../../src/core/restore-request';
import { NamedError } from '../runtime/named-error';

/** A restore job as DescribeRestoreJob gives it, the times as ISO 8601. */
export interface FinishedRestoreJob {
  readonly RestoreJobId: string;
  readonly CreationDate: string;
  readonly CompletionDate?: string;
}

/** What the worker must know of other jobs to tell which recovery directory is whose. */
export interface OtherRestoreJobs {
  /** True where another job ended so shortly before this one began that its directory may come only now. */
  readonly rivals: boolean;
  /** When the next job was created after this one had ended, ISO 8601; null where none was. */
  readonly nextJobCreated: string | null;
}

/** Restore jobs that an error names. */
const MOST_TOLD = 10;

/**
 * AWS Backup tells of no job what it named its directory. Where another restore of the file system ran at the same time, the new
 * directory may be that one's: nothing of it is moved. `own`: the restore jobs that this execution ran before, whose directories the
 * worker knows.
 */
export async function checkOtherRestoreJobs(
  aws: Pick<Aws, 'listRestoreJobsByProtectedResource'>,
  target: Pick<Protected, 'fileSystemArn'>,
  request: CompleteRestoreRequest,
  job: FinishedRestoreJob,
  own: readonly string[] = [],
): Promise<OtherRestoreJobs> {
  if (request.allowConcurrentRestores && request.afterRestore !== AfterRestore.MOVE_INTO_PLACE) {
    return { rivals: false, nextJobCreated: null };
  }
  const others: string[] = [];
  let rivals = false;
  let next: number | undefined;
  const ResourceArn = target.fileSystemArn;
  for await (const { RestoreJobs = [] } of pages((NextToken) => aws.listRestoreJobsByProtectedResource({ ResourceArn, NextToken }))) {
    for (const other of RestoreJobs.filter(({ RestoreJobId }) => RestoreJobId !== job.RestoreJobId && !own.includes(RestoreJobId!))) {
      switch (whenItRan(other, job)) {
        case 'AT_THE_SAME_TIME': others.push(other.RestoreJobId!); break;
        case 'SHORTLY_BEFORE': rivals = true; break;
        case 'AFTER': next = Math.min(next ?? Infinity, other.CreationDate!.getTime());
      }
    }
  }
  if (others.length > 0) {
    throw new NamedError(RestoreError.RECOVERY_DIRECTORY_AMBIGUOUS,
      `other restore jobs of the file system ran at the same time as ${job.RestoreJobId}: ${others.slice(0, MOST_TOLD).join(', ')}; `
      + 'nobody can tell for sure which recovery directory is whose, nothing was moved or deleted: look which one is yours');
  }
  return { rivals, nextJobCreated: next === undefined ? null : new Date(next).toISOString() };
}

/** When another job ran, beside this one: in doubt at the same time. What failed ones leave has another name. */
function whenItRan(
  { Status, CreationDate, CompletionDate }: RestoreJobsListMember, job: FinishedRestoreJob,
): 'NEVER' | 'BEFORE' | 'SHORTLY_BEFORE' | 'AT_THE_SAME_TIME' | 'AFTER' {
  if (Status === 'FAILED' || Status === 'ABORTED') {
    return 'NEVER';
  }
  if (CreationDate !== undefined && job.CompletionDate !== undefined && CreationDate.getTime() >= Date.parse(job.CompletionDate)) {
    return 'AFTER';
  }
  const lead = CompletionDate === undefined ? -1 : Date.parse(job.CreationDate) - CompletionDate.getTime();
  return lead < 0 ? 'AT_THE_SAME_TIME' : lead <= STAMP_TOLERANCE_MILLISECONDS ? 'SHORTLY_BEFORE' : 'BEFORE';
}
