import type { RestoreJobsListMember } from '@aws-sdk/client-backup';
import { listJobs, listOfAccount, RestoreJobTargets } from './restore-jobs';
import type { RestoreJobsAws, Target } from './restore-jobs';
import { parseRecoveryDirectoryName, RootEntryKind, STAMP_TOLERANCE_MILLISECONDS } from '../../src/core/recovery-directory';

/**
 * When the restore job was created that made a recovery directory, ISO 8601: what is older was not restored by it. Null where AWS
 * Backup's list does not tell for sure: no job fits the instant in the name, or several do, or of one nobody knows where it restored
 * to. How far back the list reaches is not documented; jobs that it has forgotten fit nothing.
 */
export async function readRestoredSince(aws: RestoreJobsAws, target: Target, directory: string): Promise<string | null> {
  const parsed = parseRecoveryDirectoryName(directory);
  if (!parsed) {
    return null;
  }
  const around = {
    ByCreatedBefore: new Date(parsed.instant + STAMP_TOLERANCE_MILLISECONDS + 1),
    ByCompleteAfter: new Date(parsed.instant - STAMP_TOLERANCE_MILLISECONDS - 1),
  };
  const statuses = parsed.kind === RootEntryKind.RECOVERY_DIRECTORY ? ['COMPLETED'] as const : ['FAILED', 'ABORTED'] as const;
  const { jobs, complete } = await listJobs(statuses.map((ByStatus) => listOfAccount(aws, { ByStatus, ...around })));
  const targets = new RestoreJobTargets(aws, target);
  let found: RestoreJobsListMember | undefined;
  for (const job of jobs.filter((each) => fits(each, parsed.instant))) {
    const where = await targets.of(job);
    if (where === 'ELSEWHERE') {
      continue;
    }
    if (where !== 'HERE' || found !== undefined) {
      return null;
    }
    found = job;
  }
  return complete ? found?.CreationDate?.toISOString() ?? null : null;
}

/** In doubt, it may have made the directory. */
const fits = ({ CreationDate, CompletionDate }: RestoreJobsListMember, instant: number): boolean =>
  !(CreationDate !== undefined && CreationDate.getTime() > instant + STAMP_TOLERANCE_MILLISECONDS)
  && !(CompletionDate !== undefined && CompletionDate.getTime() < instant - STAMP_TOLERANCE_MILLISECONDS);
