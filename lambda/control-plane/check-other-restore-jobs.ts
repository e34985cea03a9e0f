import type { RestoreJobsListMember } from '@aws-sdk/client-backup';
import { listJobs, listOfAccount, listOfSource, RestoreJobTargets, UNASKED } from './restore-jobs';
import type { RestoreJobsAws, Target } from './restore-jobs';
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
  /** Whether another job ended so shortly before this one began that its directory may still come late. */
  readonly rivals: boolean;
  /** When the next job began after this one had ended, ISO 8601; null where none has. */
  readonly nextJobCreated: string | null;
}

/** Restore jobs that an error names. */
const MOST_TOLD = 10;

type When = 'BEFORE' | 'SHORTLY_BEFORE' | 'AT_THE_SAME_TIME' | 'AFTER';

/**
 * AWS Backup tells of no job what it named its directory. Where another restore into the file system ran at the same time, the new
 * directory may be that one's: nothing of it is moved.
 *
 * @param own the restore jobs that this execution has run before: the worker knows what they made.
 */
export async function checkOtherRestoreJobs(
  aws: RestoreJobsAws, target: Target, request: CompleteRestoreRequest, job: FinishedRestoreJob, own: readonly string[] = [],
): Promise<OtherRestoreJobs> {
  if (request.allowConcurrentRestores && request.afterRestore !== AfterRestore.MOVE_INTO_PLACE) {
    return { rivals: false, nextJobCreated: null };
  }
  const ByCompleteAfter = new Date(Date.parse(job.CreationDate) - STAMP_TOLERANCE_MILLISECONDS - 1);
  const listed = await listJobs([
    listOfSource(aws, target),
    listOfAccount(aws, { ByStatus: 'PENDING' }),
    listOfAccount(aws, { ByStatus: 'RUNNING' }),
    listOfAccount(aws, { ByStatus: 'COMPLETED', ByCompleteAfter }),
  ]);
  // what failed ones leave has another name
  const others = listed.jobs.filter(({ RestoreJobId, Status }) => RestoreJobId !== job.RestoreJobId && !own.includes(RestoreJobId!) && Status !== 'FAILED' && Status !== 'ABORTED');
  const those = (when: When) => others.filter((other) => whenItRan(other, job) === when);
  const targets = new RestoreJobTargets(aws, target);
  const concurrent: string[] = [];
  for (const other of those('AT_THE_SAME_TIME')) {
    if (concurrent.length < MOST_TOLD && await targets.mayBeHere(other)) {
      concurrent.push(other.RestoreJobId!);
    }
  }
  const inDoubt = listed.complete ? concurrent : [...concurrent, UNASKED];
  if (inDoubt.length > 0) {
    throw new NamedError(RestoreError.RECOVERY_DIRECTORY_AMBIGUOUS,
      `other restore jobs into the file system ran at the same time as ${job.RestoreJobId}: ${inDoubt.join(', ')}; `
      + 'nobody can tell for sure which recovery directory is whose, nothing was moved or deleted: look which one is yours');
  }
  const rival = await firstInto(targets, those('SHORTLY_BEFORE'));
  const next = await firstInto(targets, those('AFTER').sort((a, b) => a.CreationDate!.getTime() - b.CreationDate!.getTime()));
  return { rivals: rival !== undefined, nextJobCreated: next?.CreationDate!.toISOString() ?? null };
}

/** The first job that restores into the file system, or of which nobody can tell. */
async function firstInto(targets: RestoreJobTargets, jobs: readonly RestoreJobsListMember[]): Promise<RestoreJobsListMember | undefined> {
  for (const job of jobs) {
    if (await targets.mayBeHere(job)) {
      return job;
    }
  }
  return undefined;
}

/** When another job ran, beside this one; in doubt at the same time. */
function whenItRan({ Status, CreationDate, CompletionDate }: RestoreJobsListMember, job: FinishedRestoreJob): When {
  if (CreationDate !== undefined && job.CompletionDate !== undefined && CreationDate.getTime() >= Date.parse(job.CompletionDate)) {
    return 'AFTER';
  }
  const lead = Status === 'COMPLETED' && CompletionDate !== undefined ? Date.parse(job.CreationDate) - CompletionDate.getTime() : -1;
  return lead < 0 ? 'AT_THE_SAME_TIME' : lead <= STAMP_TOLERANCE_MILLISECONDS ? 'SHORTLY_BEFORE' : 'BEFORE';
}
