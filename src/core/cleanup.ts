import { checkOperationsPerSecond, DEFAULT_OPERATIONS_PER_SECOND, LEAST_OPERATIONS_PER_SECOND } from './operations-per-second';
import type { Problem } from './problem';
import { parseRecoveryDirectoryName } from './recovery-directory';

/** What a cleanup does with recovery directories whose time is over. */
export enum CleanupMode {
  /** Nothing: the report says what a cleanup would do. */
  REPORT_ONLY = 'REPORT_ONLY',
  /** Takes them out of the way, by another name, so that nobody begins to use them. They can be given their name back. */
  QUARANTINE = 'QUARANTINE',
  /** Deletes them, those in quarantine too. */
  DELETE = 'DELETE',
}

/**
 * What happens to recovery directories of which nobody can prove that a restore made what is in them: the worker has no record of its
 * own, as of restores that were not started by a workflow of this library, and AWS Backup's list of restore jobs has not exactly one
 * that fits.
 */
export enum UnprovenDirectories {
  /** They are reported, and stay: whoever may write to the root of the file system can make a directory of such a name. */
  REPORT = 'REPORT',
  /** They are dealt with like the others. Every other guard holds for them, too. */
  CLEAN_UP = 'CLEAN_UP',
}

/** The names of the errors that end a cleanup, beside those of the functions: docs/runbook.md has a section for each. */
export enum CleanupError {
  /** Whoever started it asked for what it does not do; nothing was looked at. */
  INVALID_CLEANUP_REQUEST = 'InvalidCleanupRequest',
  /** Some directory could not be dealt with as it should be; all others were. */
  CLEANUP_INCOMPLETE = 'CleanupIncomplete',
  /** The cleanup did what it should, and its report could not be written. */
  CLEANUP_NOT_REPORTED = 'CleanupNotReported',
}

/** What the construct decides: the environment of the function carries it. */
export interface CleanupSettings {
  readonly mode: CleanupMode;
  readonly deleteAfterSeconds: number;
  /** So many of the newest recovery directories stay, however old they are. */
  readonly keepLatest: number;
  /** Names of recovery directories that stay. */
  readonly keep: readonly string[];
  /** How many workers delete one directory together, at most. */
  readonly workers: number;
  /** Of all workers together. */
  readonly operationsPerSecond: number;
  /** For so many entries more, one more worker is worth its start. */
  readonly entriesPerWorker: number;
}

/** A client of NFS removes about 300 entries a second of one flat directory, one after the other: three minutes' work. */
export const ENTRIES_PER_WORKER = 50_000;

/** From the mildest to the most severe. */
const MODES = [CleanupMode.REPORT_ONLY, CleanupMode.QUARANTINE, CleanupMode.DELETE];

/** True if a mode does less than another, or the same. */
export const isAtMost = (mode: CleanupMode, other: CleanupMode): boolean => MODES.indexOf(mode) <= MODES.indexOf(other);

/**
 * Less would leave no time to look at what was restored. It is also the guard for whoever restores in another way than by the
 * workflow: their recovery directory is young.
 */
const SHORTEST_RETENTION_SECONDS = 3_600;
/**
 * The history of an execution has at most 25,000 events ("Quotas", AWS Step Functions Developer Guide). A call of a worker makes up
 * to 29 of them, with two restore workflows to look for. A call that is not the last one of its worker has used up its 15 minutes, so
 * this many workers make at most 10,000 events with such calls in the 10 hours that a run has (cleanup-turn.ts), and 6,600 with
 * the last calls of all shards of a run (cleanup-choice.ts); a day of waiting for a restore makes 2,500 and 100 directories another 2,500.
 */
export const MOST_WORKERS = 8;
const MOST_KEPT_LATEST = 1_000;

/** What may be known of the settings at synth; what is not, is left out. */
export type KnownCleanupSettings = Partial<CleanupSettings>;

/** All problems of the settings at once. */
export function checkCleanupSettings(settings: KnownCleanupSettings, isUnresolved: (value: unknown) => boolean): Problem[] {
  const { deleteAfterSeconds, keepLatest, keep = [], workers, operationsPerSecond } = settings;
  const problems: Problem[] = [];
  const whole = (subject: string, value: number | undefined, least: number, most: number, remedy: string) => {
    if (value !== undefined && !isUnresolved(value) && !(Number.isInteger(value) && value >= least && value <= most)) {
      problems.push({ subject, rule: `must be a whole number from ${least} to ${most}`, value, remedy });
    }
  };
  if (deleteAfterSeconds !== undefined && deleteAfterSeconds < SHORTEST_RETENTION_SECONDS) {
    problems.push({
      subject: 'deleteAfter',
      rule: 'must be 1 hour or more, so that there is time to look at what was restored',
      value: `${deleteAfterSeconds} seconds`,
      remedy: 'leave it out for 7 days; a restore workflow deletes what it has moved into place at once',
    });
  }
  whole('keepLatest', keepLatest, 0, MOST_KEPT_LATEST, 'leave it out to keep none but those that are young');
  whole('workers', workers, 1, MOST_WORKERS, 'leave it out for 1');
  keep.forEach((name, index) => {
    if (!isUnresolved(name) && !parseRecoveryDirectoryName(name)) {
      problems.push({
        subject: `keep[${index}]`,
        rule: 'must be exactly the name of a recovery directory, without its path',
        value: name,
        remedy: 'write for example aws-backup-restore_2026-11-23T09-30-12-345678901Z; nothing else is ever deleted',
      });
    }
  });
  if (operationsPerSecond !== undefined && !isUnresolved(operationsPerSecond)) {
    problems.push(...checkOperationsPerSecond(operationsPerSecond));
  }
  const rate = operationsPerSecond ?? DEFAULT_OPERATIONS_PER_SECOND;
  if (problems.length === 0 && !isUnresolved(workers) && !isUnresolved(rate) && rate < (workers ?? 1) * LEAST_OPERATIONS_PER_SECOND) {
    problems.push({
      subject: 'operationsPerSecond',
      rule: `must be ${LEAST_OPERATIONS_PER_SECOND} or more for each of the ${workers} workers`,
      value: rate,
      remedy: 'raise it, or use fewer workers',
    });
  }
  return problems;
}
