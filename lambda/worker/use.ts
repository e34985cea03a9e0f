import type { BigIntStats } from 'node:fs';
import { readRecord, RECORDS } from './records';
import type { RecoveryDirectoryName } from '../../src/core/recovery-directory';
import type { Directory } from '../fs/directory';

/** How much later than the restore an entry may be written before its directory counts as in use, in seconds. */
const GRACE_SECONDS = 300;
/** Lambda: the longest an invocation runs (AWS Lambda Developer Guide, "Lambda quotas"). */
const LONGEST_INVOCATION_MILLISECONDS = 900_000;

/** From when on an entry was written by somebody else; in milliseconds since 1970-01-01T00:00:00Z. */
export interface UseLimits {
  /** For the mtime of what is no directory: nothing that we do changes it. */
  readonly restoredUntil: number;
  /**
   * For everything else. A move changes the mtime of the directories that it takes entries from, a deletion also the ctime of the
   * other names of a file, a quarantine the ctime of the directory itself: what they did does not count as use.
   */
  readonly changedByUsUntil: number;
}

/** The limits for the recovery directory that has this inode number. */
export async function readUseLimits(root: Directory, parsed: RecoveryDirectoryName, inode: bigint, graceSeconds?: number): Promise<UseLimits> {
  // an event is JSON: a null must not pass for 0 seconds
  const grace = (typeof graceSeconds === 'number' && graceSeconds >= 0 ? graceSeconds : GRACE_SECONDS) * 1000;
  const records = await Promise.all(RECORDS.map((record) => readRecord(root, parsed.name, inode, record)));
  // what each record stands for was done before it was written, only a deletion comes after its record
  const doneUntil = records.map((record, index) => (record ? record.writtenAt + (RECORDS[index] === 'deleting' ? LONGEST_INVOCATION_MILLISECONDS : 0) : 0));
  return {
    restoredUntil: parsed.instant + grace,
    changedByUsUntil: Math.max(parsed.instant, ...doneUntil) + grace,
  };
}

/** True if somebody else wrote an entry after the restore. */
export function isWrittenLater(stats: BigIntStats, limits: UseLimits): boolean {
  const mtimeLimit = stats.isDirectory() ? limits.changedByUsUntil : limits.restoredUntil;
  return Number(stats.mtimeMs) > mtimeLimit || Number(stats.ctimeMs) > limits.changedByUsUntil;
}
