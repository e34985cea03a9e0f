import { reopen } from './close';
import { listAtWork } from './delete/at-work';
import { readRecord, writeRecord } from './records';
import { openQuarantined, openRecoveryDirectory } from './recovery-directory';
import { renameVeryDirectory } from './rename-very-directory';
import type { ReleaseAnswer, ReleaseEvent } from '../../src/core/worker';
import { fromText } from '../fs/byte-name';
import type { Directory } from '../fs/directory';
import { isErrno } from '../fs/errno';

/** Gives a quarantined recovery directory its name back. */
export async function release(root: Directory, event: ReleaseEvent): Promise<ReleaseAnswer> {
  const answer = (outcome: ReleaseAnswer['outcome']): ReleaseAnswer => ({ operation: 'release', done: true, outcome });
  const name = fromText(event.directory);
  const directory = await openQuarantined(root, event.directory);
  try {
    if (!directory) {
      await reopenReleased(root, event.directory);
      return answer('NOT_QUARANTINED');
    }
    if (await root.lstat(name) !== undefined) {
      return answer('NAME_TAKEN');
    }
    const own = await directory.stat();
    await writeRecord(root, event.directory, own, 'quarantined');
    if (!await renameVeryDirectory(root, directory, name)) {
      return answer('NOT_QUARANTINED');
    }
    await writeRecord(root, event.directory, own, 'quarantined'); // once more: the ctime that the renaming gave the directory is ours
    await reopen(root, event.directory, directory, 'deletion');
    return answer('RELEASED');
  } catch (error) {
    if (isErrno(error, 'EEXIST', 'ENOTEMPTY', 'ENOTDIR')) {
      return answer('NAME_TAKEN');
    }
    throw error;
  } finally {
    await directory?.close();
  }
}

/** A call that was killed when it had given the name back did not give the mode back. */
async function reopenReleased(root: Directory, recoveryDirectory: string): Promise<void> {
  const directory = await openRecoveryDirectory(root, recoveryDirectory);
  try {
    if (directory && await readRecord(root, recoveryDirectory, await directory.stat(), 'quarantined') && (await listAtWork(root, recoveryDirectory)).length === 0) {
      await reopen(root, recoveryDirectory, directory, 'deletion');
    }
  } finally {
    await directory?.close();
  }
}
