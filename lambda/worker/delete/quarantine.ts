import type { BigIntStats } from 'node:fs';
import { RefusalReason } from '../../../src/core/deletion-guard';
import type { Refusal } from '../../../src/core/deletion-guard';
import { quarantineNameOf } from '../../../src/core/recovery-directory';
import { fromText } from '../../fs/byte-name';
import type { Directory } from '../../fs/directory';
import { isErrno } from '../../fs/errno';
import { writeRecord } from '../records';
import { renameVeryDirectory } from '../rename-very-directory';

/** Takes a recovery directory out of the way, or tells why not. */
export async function quarantine(root: Directory, recoveryDirectory: string, directory: Directory, own: BigIntStats): Promise<Refusal | undefined> {
  const name = fromText(quarantineNameOf(recoveryDirectory));
  const taken: Refusal = { reason: RefusalReason.NAME, detail: `'${root.pathOf(name)}' is there already: delete or release it first` };
  if (await root.lstat(name) !== undefined) {
    return taken;
  }
  await writeRecord(root, recoveryDirectory, own, 'quarantined');
  try {
    if (!await renameVeryDirectory(root, directory, name)) {
      return { reason: RefusalReason.NOT_A_DIRECTORY, detail: `'${directory.path}' was replaced by another directory just now` };
    }
  } catch (error) {
    if (isErrno(error, 'EEXIST', 'ENOTEMPTY', 'ENOTDIR')) {
      return taken;
    }
    throw error;
  }
  await writeRecord(root, recoveryDirectory, own, 'quarantined'); // once more: the ctime that the renaming gave the directory is ours
  return undefined;
}
