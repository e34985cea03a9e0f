import type { BigIntStats } from 'node:fs';
import { readRecord } from './records';
import type { RecoveryDirectoryName } from '../../src/core/recovery-directory';
import type { Directory } from '../fs/directory';
import { inParallel } from '../runtime/in-parallel';

/** How much later than the restore an entry may be written before its directory counts as in use, in seconds. */
const GRACE_SECONDS = 300;
/** Lambda: the longest an invocation runs (AWS Lambda Developer Guide, "Lambda quotas"). */
const LONGEST_INVOCATION_MILLISECONDS = 900_000;

/** Until when what we did ourselves may have changed times; in milliseconds since 1970-01-01T00:00:00Z. */
export interface UseLimits {
  /** The mtime of what is no directory: nothing that we do changes it. */
  readonly restoredUntil: number;
  /** The times of directories: moves, their undoing and deletions take entries from them, or put some into them. */
  readonly directoriesUntil: number;
  /** Those of the recovery directory itself, which a quarantine renames. */
  readonly topUntil: number;
  /** The ctime of what is no directory: an undo puts it back, and a deletion removes other names of it. */
  readonly othersUntil: number;
  /** The ctime of what has several names: a move takes one of them away. */
  readonly linkedUntil: number;
}

/** The limits for the recovery directory that has this inode number. */
export async function readUseLimits(root: Directory, parsed: RecoveryDirectoryName, inode: bigint, graceSeconds?: number): Promise<UseLimits> {
  // an event is JSON: a null must not pass for 0 seconds
  const grace = (typeof graceSeconds === 'number' && graceSeconds >= 0 ? graceSeconds : GRACE_SECONDS) * 1000;
  const [moved, undone, quarantined, deleting] = await inParallel(['moved', 'undone', 'quarantined', 'deleting'] as const, 4,
    async (record) => (await readRecord(root, parsed.name, inode, record))?.writtenAt ?? 0);
  // what each record stands for was done before it was written, only a deletion comes after its record
  const deleted = deleting === 0 ? 0 : deleting + LONGEST_INVOCATION_MILLISECONDS;
  const until = (...instants: number[]) => Math.max(parsed.instant, ...instants) + grace;
  return {
    restoredUntil: until(),
    directoriesUntil: until(moved, undone, deleted),
    topUntil: until(moved, undone, deleted, quarantined),
    othersUntil: until(undone, deleted),
    linkedUntil: until(undone, deleted, moved),
  };
}

/** True if somebody else wrote an entry after the restore. `isTop`: it is the recovery directory itself. */
export function isWrittenLater(stats: BigIntStats, limits: UseLimits, isTop = false): boolean {
  const [mtime, ctime] = [Number(stats.mtimeMs), Number(stats.ctimeMs)];
  if (stats.isDirectory()) {
    return Math.max(mtime, ctime) > (isTop ? limits.topUntil : limits.directoriesUntil);
  }
  return mtime > limits.restoredUntil || ctime > (stats.nlink > 1n ? limits.linkedUntil : limits.othersUntil);
}
