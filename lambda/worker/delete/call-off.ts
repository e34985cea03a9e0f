import { setTimeout as wait } from 'node:timers/promises';
import { listAtWork, removeDead } from './at-work';
import type { Directory } from '../../fs/directory';
import { errnoOrThrow } from '../../fs/errno';
import { refreshRecords, removeRecord } from '../records';

const ASK_EVERY_MILLISECONDS = 100;
/** A deletion sees within a second or two that it was called off, and ends when what is in flight is through. */
const MOST_ASKED = 150;

export const STILL_DELETING = 'a deletion of it is at work, or was killed, and has not said that it ended: '
  + 'start again when it has, 16 minutes after it began at the latest';

/**
 * Makes deletions that are at work on a recovery directory end, before anything is put back into it, or taken from it. Waits until
 * each worker has said on the file system that nothing of it is in flight any more. Answers why not to go on; undefined if all have ended.
 */
export async function callOffDeletion(root: Directory, recoveryDirectory: string): Promise<string | undefined> {
  await removeRecord(root, recoveryDirectory, 'deleting');
  for (let asked = 1; ; asked += 1) {
    await refreshRecords(root, recoveryDirectory).catch(errnoOrThrow);
    const atWork = await listAtWork(root, recoveryDirectory);
    if (atWork.length === 0) {
      return undefined;
    }
    if (asked === 1) {
      await removeDead(root, recoveryDirectory, atWork);
    } else if (asked > MOST_ASKED) {
      return STILL_DELETING;
    } else {
      await wait(ASK_EVERY_MILLISECONDS);
    }
  }
}
