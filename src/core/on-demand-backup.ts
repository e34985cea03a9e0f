import { checkLifecycle } from './backup-rule';
import type { Lifecycle } from './backup-rule';
import type { Problem } from './problem';

/** The times of an on-demand backup; what is unknown at synth is left out and not checked. */
export interface OnDemandTimes extends Lifecycle {
  readonly startWindowMinutes: number;
  readonly backupMinutes: number;
  readonly otherJobMinutes: number;
}

/** "If this value is included, it must be at least 60 minutes to avoid errors" (`StartWindowMinutes`, StartBackupJob, API reference). */
export const SHORTEST_START_WINDOW_MINUTES = 60;
/** The same careful hour between the windows as in `backup-rule.ts`. */
const BETWEEN_WINDOWS_MINUTES = 60;
/** "The maximum duration of a backup is 30 days" (Using AWS Backup to back up EFS, Amazon EFS User Guide). */
const LONGEST_BACKUP_MINUTES = 30 * 24 * 60;
const DAY_MINUTES = 24 * 60;

/**
 * AWS Backup ends a job at the end of its windows and needs a while to say so. It is not clear whether the second window counts from
 * the start of the job or from its schedule (backup-rule.ts); whoever waits this long has waited long enough either way.
 */
export function patienceMinutes({ startWindowMinutes, backupMinutes }: Pick<OnDemandTimes, 'startWindowMinutes' | 'backupMinutes'>): number {
  return startWindowMinutes + backupMinutes + 60;
}

/**
 * A look for other jobs makes 40 events in the history of an execution (Map 4, seven for each of its 4 calls, two Choices 4, Pass 2,
 * Wait 2), three times those of a poll: 140 of them at most, beside 940 polls, stay far below the 25,000 that a history may have
 * ("Quotas", AWS Step Functions Developer Guide).
 */
export const MOST_SLOW_LOOKS = 100;

function checkMinutes(subject: string, minutes: number, from: number, to: number, words: string): Problem[] {
  return Number.isInteger(minutes) && minutes >= from && minutes <= to ? [] : [{
    subject, rule: `must be a whole number of minutes ${words}`, value: `${minutes} minutes`, remedy: 'choose a duration in between',
  }];
}

/** Everything about these times that AWS Backup refuses, or that cannot be waited for. */
export function checkOnDemandTimes(times: OnDemandTimes): Problem[] {
  const { startWindowMinutes: start, backupMinutes, otherJobMinutes } = times;
  const shortest = start + BETWEEN_WINDOWS_MINUTES;
  return [
    ...checkLifecycle('', times).map((problem) => ({ ...problem, subject: problem.subject.replace(/^\./, '') })),
    ...checkMinutes('startWindow', start, SHORTEST_START_WINDOW_MINUTES, DAY_MINUTES, `from ${SHORTEST_START_WINDOW_MINUTES} to ${DAY_MINUTES} (a day)`),
    ...checkMinutes('backupTimeout', backupMinutes, shortest, LONGEST_BACKUP_MINUTES,
      `from ${shortest} ('startWindow' and an hour) to ${LONGEST_BACKUP_MINUTES} (30 days, after which Amazon EFS gives up a backup)`),
    ...checkMinutes('otherJobTimeout', otherJobMinutes, 10, LONGEST_BACKUP_MINUTES, `from 10 to ${LONGEST_BACKUP_MINUTES} (30 days)`),
  ];
}
