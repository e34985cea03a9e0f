import { isSame } from './decide';
import type { Directory, EntryType } from '../../fs/directory';
import { isErrno } from '../../fs/errno';

/**
 * Moves an entry to a free name. True if it is there now, false if the name was taken in the meantime: nothing is overwritten.
 * A file gets its second name first and loses the first one then, since rename(2) would replace whatever is there.
 */
export async function transfer(source: Directory, name: string, type: EntryType, target: Directory, targetName: string): Promise<boolean> {
  try {
    if (type === 'directory') {
      await source.renameDirectory(name, target, targetName); // never replaces anything but an empty directory
      return true;
    }
    await source.link(name, target, targetName).catch(async (error) => {
      if (type === 'symbolicLink' && isErrno(error, 'EPERM')) {
        // the kernel of the client may forbid hard links to the symbolic links of others (fs.protected_hardlinks)
        return source.copySymbolicLink(name, target, targetName);
      }
      const [own, there] = isErrno(error, 'EEXIST') ? await Promise.all([source.lstat(name), target.lstat(targetName)]) : [];
      if (!own || !there || !isSame(own, there)) {
        throw error;
      }
    });
    await source.unlink(name);
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST', 'ENOTEMPTY', 'ENOTDIR')) {
      return false;
    }
    throw error;
  }
}
