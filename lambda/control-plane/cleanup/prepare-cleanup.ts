import type { CleanedFileSystem, CleanupAws } from './aws';
import { CleanupError } from '../../../src/core/cleanup';
import type { CleanupMode, CleanupSettings } from '../../../src/core/cleanup';
import { checkRequestedMode, ENDED_RESTORE_JOB_STATES, readCleanupTrigger } from '../../../src/core/cleanup-trigger';
import type { CleanupTrigger } from '../../../src/core/cleanup-trigger';
import { describeProblems } from '../../../src/core/problem';
import type { Problem } from '../../../src/core/problem';
import { inOneLine } from '../../../src/core/report-words';
import { restoresInto, restoresIntoByMetadata } from '../../../src/core/restore-job-target';
import { NamedError } from '../../runtime/named-error';
import { whatIsTold } from '../restore-jobs';

/** What the state machine goes on with. */
export interface PreparedCleanup {
  /** False: the event is none of this file system, or of a job that has not ended. There is nothing to do. */
  readonly proceed: boolean;
  /** Why there is nothing to do. */
  readonly sentence: string;
  readonly mode: CleanupMode;
  readonly trigger: CleanupTrigger;
}

/** Reads what an execution was started with. */
export async function prepareCleanup(
  aws: CleanupAws, target: CleanedFileSystem, settings: CleanupSettings, input: unknown,
): Promise<PreparedCleanup> {
  const read = readCleanupTrigger(input);
  throwProblems('problems' in read ? read.problems : []);
  const { trigger } = read as { trigger: CleanupTrigger };
  const requested = trigger.kind === 'REQUEST' ? trigger.mode : undefined;
  throwProblems(checkRequestedMode(requested, settings.mode));
  const sentence = trigger.kind === 'RESTORE_JOB' ? await whyNot(aws, target, trigger) : '';
  return { proceed: sentence === '', sentence: inOneLine(sentence), mode: requested ?? settings.mode, trigger };
}

/** Why an event is no reason to clean up; empty if it is one. */
async function whyNot(aws: CleanupAws, target: CleanedFileSystem, trigger: CleanupTrigger & { kind: 'RESTORE_JOB' }): Promise<string> {
  const { restoreJobId, state } = trigger;
  if (!ENDED_RESTORE_JOB_STATES.includes(state)) {
    return `Restore job ${restoreJobId} is ${state}: nothing to do before it has ended.`;
  }
  // where nobody knows, what was backed up decides: a cleanup too many does no harm, and the schedule looks at the file system anyway
  const told = restoresInto(target.fileSystemArn, trigger) ?? await askAbout(aws, target, restoreJobId);
  const isOurs = told ?? trigger.sourceResourceArn === target.fileSystemArn;
  return isOurs ? '' : `Restore job ${restoreJobId} is not of ${target.fileSystemId}.`;
}

/**
 * Events of jobs that failed name no file system ("Restore job state change", AWS Backup Developer Guide), and that of a restore into
 * an existing file system may name only the one that was backed up, which may be another one.
 */
async function askAbout(aws: CleanupAws, { fileSystemArn, fileSystemId }: CleanedFileSystem, restoreJobId: string): Promise<boolean | undefined> {
  try {
    const told = restoresInto(fileSystemArn, whatIsTold(await aws.describeRestoreJob({ RestoreJobId: restoreJobId })));
    if (told !== undefined) {
      return told;
    }
    const { Metadata = {} } = await aws.getRestoreJobMetadata({ RestoreJobId: restoreJobId });
    return restoresIntoByMetadata(fileSystemId, Metadata);
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') {
      return undefined; // AWS Backup has forgotten the job
    }
    throw error;
  }
}

function throwProblems(problems: readonly Problem[]): void {
  if (problems.length > 0) {
    throw new NamedError(CleanupError.INVALID_CLEANUP_REQUEST, describeProblems(problems));
  }
}
