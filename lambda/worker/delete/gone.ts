import type { BigIntStats } from 'node:fs';
import type { Directory } from '../../fs/directory';
import { journalNumbers } from '../move/journal';
import { fileOf, openRecordsIfThere, removeRecord, removeRecords, writeRecord } from '../records';

/**
 * Notes that everything in a recovery directory was deleted, before it is removed itself. Only where there is a journal of moves:
 * whoever finds the directory gone must know then whether that is worth anything. Answers how to take it back.
 */
export async function noteEmptied(root: Directory, recoveryDirectory: string, own: BigIntStats): Promise<() => Promise<unknown>> {
  if ((await journalNumbers(root, recoveryDirectory)).length === 0) {
    return async () => undefined;
  }
  await writeRecord(root, recoveryDirectory, own, 'emptied');
  return async () => removeRecord(root, recoveryDirectory, 'emptied');
}

/**
 * Removes the records about a recovery directory that is not there. It may only have another name for a while: where something was
 * moved out of it, and not all of the rest was deleted by us, all that is on record stays, so that the moves can still be taken back.
 */
export async function forgetGone(root: Directory, recoveryDirectory: string): Promise<void> {
  const records = await openRecordsIfThere(root, recoveryDirectory);
  try {
    const isEmptied = await records?.lstat(fileOf('emptied')) !== undefined;
    if (records && !isEmptied && (await journalNumbers(root, recoveryDirectory)).length > 0) {
      return;
    }
  } finally {
    await records?.close();
  }
  await removeRecords(root, recoveryDirectory);
}
