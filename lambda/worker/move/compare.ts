import { WORK_DIRECTORY } from '../../../src/core/contract';
import { classifyRootEntry, RootEntryKind } from '../../../src/core/recovery-directory';
import { toText } from '../../fs/byte-name';
import { typeOf } from '../../fs/directory';
import type { Directory, Entry } from '../../fs/directory';

/**
 * What a restored entry meets at its place. FREE: nothing, or itself (a move that was interrupted between the two names of one
 * file). MERGE: both are real directories. TAKEN: something else.
 */
export interface Comparison {
  readonly relation: 'FREE' | 'MERGE' | 'TAKEN';
}

export async function compare(restored: Directory, entry: Entry, live: Directory, name = entry.name): Promise<Comparison> {
  const there = await live.lstat(name);
  if (!there) {
    return { relation: 'FREE' };
  }
  if (entry.type === 'directory') {
    return { relation: typeOf(there) === 'directory' ? 'MERGE' : 'TAKEN' };
  }
  const own = await restored.lstat(entry.name);
  // a restored entry that vanished displaces nothing: moving it fails
  return { relation: !own || (own.ino === there.ino && own.dev === there.dev) ? 'FREE' : 'TAKEN' };
}

/**
 * A full restore brings back what lay at the root of the file system when it was backed up: recovery directories of earlier
 * restores, lost+found, and our own records. Moved into place they would pass for today's.
 */
export function belongsToAwsBackup(name: string): boolean {
  return name === WORK_DIRECTORY || [RootEntryKind.RECOVERY_DIRECTORY, RootEntryKind.FAILED_RECOVERY_DIRECTORY, RootEntryKind.LOST_AND_FOUND]
    .includes(classifyRootEntry(toText(name)));
}
