import { isNormalized } from './access-point-root';
import { isWithin } from './item-path';
import { classifyRootEntry, parseRecoveryDirectoryName, quarantineNameOf, RootEntryKind } from './recovery-directory';

/** Why a directory is not deleted. Each stands for one guard; the worker checks all of them, whatever its caller says. */
export enum RefusalReason {
  /** The name is not exactly that of a recovery directory. */
  NAME = 'NAME',
  /** `aws-backup-lost+found` is reported, never deleted. */
  LOST_AND_FOUND = 'LOST_AND_FOUND',
  /** It is not a real directory directly below the root of the file system, or lies on another device. */
  NOT_A_DIRECTORY = 'NOT_A_DIRECTORY',
  /** It is the root of an access point, or one lies within it. */
  ACCESS_POINT = 'ACCESS_POINT',
  /** A restore job of the file system is pending or running. */
  RESTORE_JOB_RUNNING = 'RESTORE_JOB_RUNNING',
  /** It is younger than the retention, and no finished move of ours is on record for it. */
  RETENTION = 'RETENTION',
  /** Something in it was written after the restore: somebody works in it. */
  IN_USE = 'IN_USE',
  /** It, or something in it, is older than the restore job, or belongs to somebody else than what was restored. */
  NOT_RESTORED = 'NOT_RESTORED',
  /** Nothing proves that a restore made it: neither what a workflow has on record, nor a restore job. */
  UNPROVEN = 'UNPROVEN',
  /** Part of it could not be read, so nobody can tell whether somebody works in it. */
  UNREADABLE = 'UNREADABLE',
  /** What is on record about it cannot be believed: others may have written that. */
  RECORDS_NOT_OURS = 'RECORDS_NOT_OURS',
  /** The caller did not bring the facts that a guard needs. */
  FACTS_MISSING = 'FACTS_MISSING',
  /** Entries that were not moved are left in it, and the request says to keep it then. */
  NOT_EMPTY = 'NOT_EMPTY',
}

/** One refusal: the guard, and what it saw. */
export interface Refusal {
  readonly reason: RefusalReason;
  readonly detail: string;
}

/** What must be known about a directory before it may be deleted; the file system's own part is checked by the worker. */
export interface DeletionFacts {
  /** The name of the directory at the root of the file system. */
  readonly name: string;
  /** True where it has the name that it was given in quarantine. */
  readonly quarantined?: boolean;
  /** The root directories of the access points that lie at or within, or around, a recovery directory. */
  readonly accessPointRoots?: readonly string[];
  /** The restore jobs of this file system that are pending or running. */
  readonly runningRestoreJobs?: readonly string[];
  /** For how long recovery directories are kept. */
  readonly retentionMilliseconds?: number;
  /** True where the file system has a record that the content of exactly this directory was verified and moved. */
  readonly moveOnRecord: boolean;
  /** When a move was undone, and the content came back into it; in milliseconds since 1970-01-01T00:00:00Z. */
  readonly undoneAt?: number;
  /** Now, in milliseconds since 1970-01-01T00:00:00Z. */
  readonly now: number;
}

/** Facts arrive as JSON: null, or anything but a list of texts, is as good as missing. */
const isListOfTexts = (fact: unknown): fact is readonly string[] => Array.isArray(fact) && Array.from(fact).every((item) => typeof item === 'string');

/** Every reason, as far as names, times and facts tell, not to delete a directory; an empty list lets the worker go on. */
export function refuseDeletion(facts: DeletionFacts): Refusal[] {
  const parsed = parseRecoveryDirectoryName(facts.name);
  if (!parsed) {
    return [classifyRootEntry(facts.name) === RootEntryKind.LOST_AND_FOUND
      ? { reason: RefusalReason.LOST_AND_FOUND, detail: `'${facts.name}' holds fragments that AWS Backup could not place: look through it, then delete it by hand` }
      : { reason: RefusalReason.NAME, detail: `'${facts.name}' is not exactly the name of a recovery directory` }];
  }
  const refusals: Refusal[] = [];
  const accessPointRoots = isListOfTexts(facts.accessPointRoots) ? facts.accessPointRoots : undefined;
  const runningRestoreJobs = isListOfTexts(facts.runningRestoreJobs) ? facts.runningRestoreJobs : undefined;
  if (accessPointRoots === undefined || runningRestoreJobs === undefined) {
    refusals.push({ reason: RefusalReason.FACTS_MISSING, detail: 'the access points and the running restore jobs of the file system must be read just before a deletion' });
  }
  const paths = [facts.name, ...(facts.quarantined ? [quarantineNameOf(facts.name)] : [])].map((name) => `/${name}`);
  for (const root of accessPointRoots ?? []) {
    // an access point rooted at '/' sees everything and depends on no directory: only the others make a directory theirs
    if (!isNormalized(root)) {
      refusals.push({ reason: RefusalReason.ACCESS_POINT, detail: `an access point has its root at '${root}', which may lie anywhere` });
    } else if (root !== '/' && paths.some((path) => isWithin(root, path) || isWithin(path, root))) {
      refusals.push({ reason: RefusalReason.ACCESS_POINT, detail: `an access point has its root at '${root}'` });
    }
  }
  if (runningRestoreJobs !== undefined && runningRestoreJobs.length > 0) {
    refusals.push({ reason: RefusalReason.RESTORE_JOB_RUNNING, detail: `restore jobs are pending or running: ${runningRestoreJobs.join(', ')}` });
  }
  const retention = refuseRetention(facts, facts.now - Math.max(parsed.instant, facts.undoneAt ?? 0));
  return retention === undefined ? refusals : [...refusals, { reason: RefusalReason.RETENTION, detail: retention }];
}

/** Why the directory is still to be kept; undefined where its content was moved into place, or its time is over. */
function refuseRetention({ moveOnRecord, retentionMilliseconds: retention }: DeletionFacts, age: number): string | undefined {
  // a directory from the future is never old enough, not even for a retention below zero
  if (moveOnRecord || (retention !== undefined && age > Math.max(0, retention))) {
    return undefined;
  }
  if (retention === undefined) {
    return 'the file system has no record that its content was verified and moved into place';
  }
  return age < 0 ? 'its name says that it was made in the future' : `it is ${Math.floor(age / 1000)} seconds old and is kept for ${retention / 1000} seconds`;
}
