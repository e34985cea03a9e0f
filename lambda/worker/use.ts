import type { BigIntStats } from 'node:fs';
import { readRecord } from './records';
import type { Identity } from './records';
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
  /** Those of the recovery directory itself, which a quarantine renames, and which is closed and opened again. */
  readonly topUntil: number;
  /** The ctime of what is no directory: an undo puts it back. */
  readonly othersUntil: number;
  /** The ctime of what has several names: a move, or a deletion, takes one of them away. */
  readonly linkedUntil: number;
  /** The inode numbers of what had several names before a deletion removed some of them. */
  readonly linked: ReadonlySet<string>;
}

/** The limits for this very recovery directory. */
export async function readUseLimits(root: Directory, parsed: RecoveryDirectoryName, of: Identity, graceSeconds?: number): Promise<UseLimits> {
  // an event is JSON: a null must not pass for 0 seconds
  const grace = (typeof graceSeconds === 'number' && graceSeconds >= 0 ? graceSeconds : GRACE_SECONDS) * 1000;
  const records = ['moved', 'undone', 'quarantined', 'deleting', 'closed'] as const;
  const [moved, undone, quarantined, deleting, closed] = await inParallel(records, records.length,
    async (record) => (await readRecord(root, parsed.name, of, record))?.writtenAt ?? 0);
  const linked = await readLinked(root, parsed.name, of);
  // what each record stands for was done before it was written, only a deletion comes after its record
  const deleted = deleting === 0 ? 0 : deleting + LONGEST_INVOCATION_MILLISECONDS;
  const until = (...instants: number[]) => Math.max(parsed.instant, ...instants) + grace;
  return {
    restoredUntil: until(),
    directoriesUntil: until(moved, undone, deleted),
    topUntil: until(moved, undone, deleted, quarantined, closed),
    othersUntil: until(undone),
    linkedUntil: until(undone, deleted, moved),
    linked,
  };
}

/** Which files of a recovery directory had several names when its deletion began, by their inode numbers. */
export async function readLinked(root: Directory, recoveryDirectory: string, of: Identity): Promise<ReadonlySet<string>> {
  const { inodes } = (await readRecord(root, recoveryDirectory, of, 'linked'))?.content ?? {};
  return new Set(Array.isArray(inodes) ? inodes.filter((inode) => typeof inode === 'string') : []);
}

/**
 * True if somebody else wrote an entry after the restore. A time of modification that is later than the last change was set by
 * somebody, or by a camera with a wrong clock, and restored as it was: it tells nothing, and the last change does.
 * `isTop`: it is the recovery directory itself.
 */
export function isWrittenLater(stats: BigIntStats, limits: UseLimits, isTop = false): boolean {
  const [mtime, ctime] = [Number(stats.mtimeMs), Number(stats.ctimeMs)];
  if (stats.isDirectory()) {
    return ctime > (isTop ? limits.topUntil : limits.directoriesUntil);
  }
  const isLinked = stats.nlink > 1n || limits.linked.has(String(stats.ino));
  return (mtime <= ctime && mtime > limits.restoredUntil) || ctime > (isLinked ? limits.linkedUntil : limits.othersUntil);
}
