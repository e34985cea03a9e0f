import { setTimeout as wait } from 'node:timers/promises';
import { WATCH_MILLISECONDS } from './watch';
import type { Directory } from '../../fs/directory';
import { removeRecord } from '../records';

/** Makes a deletion that is at work on a recovery directory end, before anything is put back into it, or taken from it. */
export async function callOffDeletion(root: Directory, recoveryDirectory: string): Promise<void> {
  if (await removeRecord(root, recoveryDirectory, 'deleting')) {
    await wait(2 * WATCH_MILLISECONDS); // by then it has seen that its record is gone
  }
}
