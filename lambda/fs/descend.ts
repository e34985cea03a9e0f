import type { Directory } from './directory';
import { isErrno } from './errno';

/** Opens a directory by its path below another one, component by component, following no symbolic link; undefined if there is none. */
export async function openBelow(root: Directory, path: readonly string[]): Promise<Directory | undefined> {
  let directory: Directory | undefined;
  for (const name of path) {
    const parent: Directory | undefined = directory;
    try {
      directory = await (parent ?? root).openDirectory(name);
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) {
        return undefined;
      }
      throw error;
    } finally {
      await parent?.close();
    }
  }
  return directory;
}

/** True if an entry exists at a path below a directory, reached through real directories only. */
export async function existsBelow(root: Directory, path: readonly string[]): Promise<boolean> {
  const parent = path.length > 1 ? await openBelow(root, path.slice(0, -1)) : root;
  if (!parent) {
    return false;
  }
  try {
    return await parent.lstat(path[path.length - 1]) !== undefined;
  } finally {
    if (parent !== root) {
      await parent.close();
    }
  }
}

/** Opens a directory of our own below another one, made with this mode where it is missing. Close what you get. */
export async function openOrMake(root: Directory, path: readonly string[], mode: number): Promise<Directory> {
  let directory = await openOrMakeOne(root, path[0], mode);
  for (const name of path.slice(1)) {
    const parent = directory;
    try {
      directory = await openOrMakeOne(parent, name, mode);
    } finally {
      await parent.close();
    }
  }
  return directory;
}

/** Opens a directory of our own, made with this mode if it is missing. Close what you get. */
export async function openOrMakeOne(parent: Directory, name: string, mode: number): Promise<Directory> {
  try {
    return await parent.openDirectory(name);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) {
      throw error;
    }
  }
  return makeOrOpenOne(parent, name, mode);
}

/** The same where it is most likely missing: over NFS the answer "there is none" costs a round trip. Close what you get. */
export async function makeOrOpenOne(parent: Directory, name: string, mode: number): Promise<Directory> {
  await parent.mkdir(name, mode).catch((error) => {
    if (!isErrno(error, 'EEXIST')) { // another worker was faster
      throw error;
    }
  });
  return parent.openDirectory(name);
}
