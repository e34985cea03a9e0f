import { isWithin } from './item-path';
import { classifyRootEntry, parseRecoveryDirectoryName, RootEntryKind } from './recovery-directory';

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
  /** The root directories of the access points that lie at or within, or around, a recovery directory. */
  readonly accessPointRoots?: readonly string[];
  /** The restore jobs of this file system that are pending or running. */
  readonly runningRestoreJobs?: readonly string[];
  /** For how long recovery directories are kept. */
  readonly retentionMilliseconds?: number;
  /** True where the file system has a record that the content of exactly this directory was verified and moved. */
  readonly moveOnRecord: boolean;
  /** Now, in milliseconds since 1970-01-01T00:00:00Z. */
  readonly now: number;
}

/** Every reason, as far as names, times and facts tell, not to delete a directory; an empty list lets the worker go on. */
export function refuseDeletion(facts: DeletionFacts): Refusal[] {
  const parsed = parseRecoveryDirectoryName(facts.name);
  if (!parsed) {
    return [classifyRootEntry(facts.name) === RootEntryKind.LOST_AND_FOUND
      ? { reason: RefusalReason.LOST_AND_FOUND, detail: `'${facts.name}' holds fragments that AWS Backup could not place: look through it, then delete it by hand` }
      : { reason: RefusalReason.NAME, detail: `'${facts.name}' is not exactly the name of a recovery directory` }];
  }
  const refusals: Refusal[] = [];
  if (facts.accessPointRoots === undefined || facts.runningRestoreJobs === undefined) {
    refusals.push({ reason: RefusalReason.FACTS_MISSING, detail: 'the access points and the running restore jobs of the file system must be read just before a deletion' });
  }
  const path = `/${facts.name}`;
  for (const root of facts.accessPointRoots ?? []) {
    // an access point rooted at '/' sees everything and depends on no directory: only the others make a directory theirs
    if (root !== '/' && (isWithin(root, path) || isWithin(path, root))) {
      refusals.push({ reason: RefusalReason.ACCESS_POINT, detail: `an access point has its root at '${root}'` });
    }
  }
  if ((facts.runningRestoreJobs ?? []).length > 0) {
    refusals.push({ reason: RefusalReason.RESTORE_JOB_RUNNING, detail: `restore jobs are pending or running: ${facts.runningRestoreJobs!.join(', ')}` });
  }
  const age = facts.now - parsed.instant;
  const expired = facts.retentionMilliseconds !== undefined && age > facts.retentionMilliseconds;
  if (!facts.moveOnRecord && !expired) {
    refusals.push({
      reason: RefusalReason.RETENTION,
      detail: facts.retentionMilliseconds === undefined
        ? 'the file system has no record that its content was verified and moved into place'
        : `it is ${Math.floor(age / 1000)} seconds old and is kept for ${facts.retentionMilliseconds / 1000} seconds`,
    });
  }
  return refusals;
}
