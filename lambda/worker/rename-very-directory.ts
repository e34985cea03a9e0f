import type { Directory } from '../fs/directory';
import { errnoOrThrow } from '../fs/errno';

/**
 * Gives a directory at the root that is open another name. A name may stand for another directory by the time of the call, which
 * nobody can tell the kernel: so it is looked at afterwards what was renamed, and if that is another one, it gets its name back. True if it
 * was the very one.
 */
export async function renameVeryDirectory(root: Directory, directory: Directory, name: string): Promise<boolean> {
  const { ino } = await directory.stat();
  await root.renameDirectory(directory.name, root, name);
  const renamed = await root.lstat(name);
  if (renamed === undefined || renamed.ino === ino) {
    return renamed !== undefined;
  }
  if (await root.lstat(directory.name) === undefined) {
    await root.renameDirectory(name, root, directory.name).catch(errnoOrThrow); // its place is taken once more: it stays where it is
  }
  return false;
}
