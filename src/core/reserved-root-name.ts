import { WORK_DIRECTORY } from './contract';
import { classifyRootEntry, RootEntryKind } from './recovery-directory';

const RESERVED_KINDS = [
  RootEntryKind.RECOVERY_DIRECTORY,
  RootEntryKind.FAILED_RECOVERY_DIRECTORY,
  RootEntryKind.LOST_AND_FOUND,
  RootEntryKind.QUARANTINED,
];

/**
 * True for names at the root of a file system that a move leaves alone. A backup also holds the recovery directories of earlier
 * restores, lost+found and our own records: moved into place they would pass for today's.
 */
export function isReservedRootName(name: string): boolean {
  return name === WORK_DIRECTORY || RESERVED_KINDS.includes(classifyRootEntry(name));
}
