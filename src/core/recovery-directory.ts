/**
 * The directories that AWS Backup leaves at the root of a file system.
 *
 * Their names are an ISO instant in UTC with ':' and '.' written as '-'. Until about 2022 the instants had milliseconds, today
 * they have nanoseconds; the text form of an instant drops trailing zeros in groups, so 0 to 9 digits are accepted.
 */

/** What a name at the root of a file system is, as far as the name alone can tell. */
export enum RootEntryKind {
  /** `aws-backup-restore_<instant>`: what a restore job brought back. */
  RECOVERY_DIRECTORY = 'RECOVERY_DIRECTORY',
  /** `aws-backup-failed-restore_<instant>`: what a restore job had brought back when it failed. */
  FAILED_RECOVERY_DIRECTORY = 'FAILED_RECOVERY_DIRECTORY',
  /** A recovery directory that we took out of the way: `cdk-efs-backup-quarantine_` and its name. */
  QUARANTINED = 'QUARANTINED',
  /** `aws-backup-lost+found`, perhaps with a suffix: fragments that AWS Backup could not place. Never deleted. */
  LOST_AND_FOUND = 'LOST_AND_FOUND',
  /** Begins like one of the above, but is none: somebody's own. Reported, never touched. */
  LOOKALIKE = 'LOOKALIKE',
  /** Everything else. */
  OTHER = 'OTHER',
}

/** A recovery directory's name, taken apart. */
export interface RecoveryDirectoryName {
  /** The whole name. */
  readonly name: string;
  /** RECOVERY_DIRECTORY or FAILED_RECOVERY_DIRECTORY. */
  readonly kind: RootEntryKind;
  /** The instant in the name, in milliseconds since 1970-01-01T00:00:00Z; what is finer than a millisecond is cut off. */
  readonly instant: number;
  /** The digits of the second's fraction as they stand in the name, 0 to 9 of them. */
  readonly fraction: string;
}

const PREFIXES: ReadonlyArray<readonly [string, RootEntryKind]> = [
  ['aws-backup-restore_', RootEntryKind.RECOVERY_DIRECTORY],
  ['aws-backup-failed-restore_', RootEntryKind.FAILED_RECOVERY_DIRECTORY],
];
const QUARANTINE_PREFIX = 'cdk-efs-backup-quarantine_';
const LOST_AND_FOUND = 'aws-backup-lost+found';
/** Names that begin like this are AWS Backup's, or pretend to be. */
const NAMESPACE = 'aws-backup-';

const STAMP = /^(\d{4})-(\d{2})-(\d{2})T(\d{2})-(\d{2})-(\d{2})(?:-(\d{1,9}))?Z$/;

function parseStamp(stamp: string): { instant: number; fraction: string } | undefined {
  const match = STAMP.exec(stamp);
  if (!match) {
    return undefined;
  }
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  const fraction = match[7] ?? '';
  const instant = Date.UTC(year, month - 1, day, hour, minute, second, Number(fraction.padEnd(3, '0').slice(0, 3)));
  // Date.UTC rolls 31 February over into March and reads the years 0 to 99 as 1900 to 1999: only what comes back unchanged is a date
  const date = new Date(instant);
  const real = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
    && date.getUTCHours() === hour && date.getUTCMinutes() === minute && date.getUTCSeconds() === second;
  return real ? { instant, fraction } : undefined;
}

/** Takes the name of a recovery directory apart; undefined for every other name, however much it looks like one. */
export function parseRecoveryDirectoryName(name: string): RecoveryDirectoryName | undefined {
  for (const [prefix, kind] of PREFIXES) {
    const stamp = name.startsWith(prefix) ? parseStamp(name.slice(prefix.length)) : undefined;
    if (stamp) {
      return { name, kind, ...stamp };
    }
  }
  return undefined;
}

/** The name that AWS Backup gives to the recovery directory of a restore at an instant. */
export function formatRecoveryDirectoryName(
  kind: RootEntryKind.RECOVERY_DIRECTORY | RootEntryKind.FAILED_RECOVERY_DIRECTORY,
  instant: number,
  fraction: string,
): string {
  const prefix = PREFIXES.find(([, candidate]) => candidate === kind)![0];
  const seconds = new Date(instant).toISOString().slice(0, 19).replace(/:/g, '-');
  return `${prefix}${seconds}${fraction === '' ? '' : `-${fraction}`}Z`;
}

/** The name that a recovery directory has in quarantine, at the root of the file system like the directory itself. */
export const quarantineNameOf = (recoveryDirectory: string): string => `${QUARANTINE_PREFIX}${recoveryDirectory}`;

/** The recovery directory's name in the name that it has in quarantine; undefined for every other name. */
export function parseQuarantineName(name: string): RecoveryDirectoryName | undefined {
  return name.startsWith(QUARANTINE_PREFIX) ? parseRecoveryDirectoryName(name.slice(QUARANTINE_PREFIX.length)) : undefined;
}

/** What the name of an entry at the root of a file system says that it is. */
export function classifyRootEntry(name: string): RootEntryKind {
  const parsed = parseRecoveryDirectoryName(name);
  if (parsed) {
    return parsed.kind;
  }
  if (parseQuarantineName(name)) {
    return RootEntryKind.QUARANTINED;
  }
  if (name.startsWith(LOST_AND_FOUND)) {
    return RootEntryKind.LOST_AND_FOUND;
  }
  return name.toLowerCase().startsWith(NAMESPACE) ? RootEntryKind.LOOKALIKE : RootEntryKind.OTHER;
}

/** When a restore job ran, in milliseconds since 1970-01-01T00:00:00Z. */
export interface RestoreJobTimes {
  readonly created: number;
  readonly completed: number;
  /** True where the directory of a job that ended shortly before may come late: an instant up to the creation of this job is then that one's. */
  readonly rivals?: boolean;
  /** When the next job was created after this one had ended: an instant from then on is that one's. */
  readonly nextCreated?: number;
}

/**
 * How far the instant in a name may lie outside the times of its job. AWS does not document what the instant means; public
 * runbooks match it with the completion of the job to the minute, AWS's guide calls it the "timestamp of restore".
 */
export const STAMP_TOLERANCE_MILLISECONDS = 10 * 60 * 1000;

/**
 * The recovery directories that a restore job can have made: those that were not at the root before the job started and whose
 * instant fits the times of the job. Exactly one is the answer; none, or several, is for a person to look at.
 */
export function recoveryDirectoriesOfJob(before: readonly string[], after: readonly string[], job: RestoreJobTimes): RecoveryDirectoryName[] {
  const known = new Set(before);
  return after
    .filter((name) => !known.has(name))
    .map(parseRecoveryDirectoryName)
    .filter((name): name is RecoveryDirectoryName => name?.kind === RootEntryKind.RECOVERY_DIRECTORY)
    .filter(({ instant }) => (job.rivals ? instant > job.created : instant >= job.created - STAMP_TOLERANCE_MILLISECONDS)
      && instant <= job.completed + STAMP_TOLERANCE_MILLISECONDS && instant < (job.nextCreated ?? Infinity));
}
