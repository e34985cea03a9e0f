import { writeRecord } from './records';
import { openOnDevice } from './recovery-directory';
import { parseRecoveryDirectoryName, quarantineNameOf } from '../../src/core/recovery-directory';
import type { ReleaseAnswer, ReleaseEvent } from '../../src/core/worker';
import { fromText } from '../fs/byte-name';
import type { Directory } from '../fs/directory';
import { isErrno } from '../fs/errno';

/** Gives a quarantined recovery directory its name back. */
export async function release(root: Directory, event: ReleaseEvent): Promise<ReleaseAnswer> {
  const answer = (outcome: ReleaseAnswer['outcome']): ReleaseAnswer => ({ operation: 'release', done: true, outcome });
  const name = fromText(event.directory);
  const directory = parseRecoveryDirectoryName(event.directory) && await openOnDevice(root, fromText(quarantineNameOf(event.directory)));
  try {
    if (!directory) {
      return answer('NOT_QUARANTINED');
    }
    if (await root.lstat(name) !== undefined) {
      return answer('NAME_TAKEN');
    }
    const { ino } = await directory.stat();
    await writeRecord(root, event.directory, ino, 'quarantined');
    await root.rename(directory.name, root, name);
    await writeRecord(root, event.directory, ino, 'quarantined'); // once more: the ctime that the renaming gave the directory is ours
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
