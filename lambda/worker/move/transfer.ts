import type { BigIntStats } from 'node:fs';
import { isSame } from './decide';
import { typeOf } from '../../fs/directory';
import type { Directory, EntryType } from '../../fs/directory';
import { errnoOrThrow, isErrno } from '../../fs/errno';

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
    await linkOrCopy(source, name, type, target, targetName).catch(async (error) => {
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

/** Gives an entry that is no directory a second name; EEXIST if that is taken. */
export async function linkOrCopy(source: Directory, name: string, type: EntryType, target: Directory, targetName: string): Promise<void> {
  try {
    await source.link(name, target, targetName);
  } catch (error) {
    if (type !== 'symbolicLink' || !isErrno(error, 'EPERM')) {
      throw error;
    }
    // the kernel of the client may forbid hard links to the symbolic links of others (fs.protected_hardlinks)
    await source.copySymbolicLink(name, target, targetName);
  }
}

/**
 * Moves an entry back to the place that it was taken from; true if it is there again. What cannot have a second name (EPERM, EMLINK,
 * ENOSPC) is renamed, where its place is free: an empty place is worse than the moment between that look and the renaming.
 */
export async function putBack(source: Directory, name: string, own: BigIntStats, target: Directory, targetName: string): Promise<boolean> {
  try {
    return await transfer(source, name, typeOf(own), target, targetName);
  } catch (error) {
    errnoOrThrow(error);
    const there = await target.lstat(targetName);
    if (there) {
      return isSame(own, there); // the answer of the server was what failed, or the entry has both names
    }
  }
  await (typeOf(own) === 'directory' ? source.renameDirectory(name, target, targetName) : source.rename(name, target, targetName));
  return true;
}
