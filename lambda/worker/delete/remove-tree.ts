import type { PathNote } from '../../../src/core/worker';
import type { Directory } from '../../fs/directory';
import { errnoOrThrow, isErrno } from '../../fs/errno';
import type { Deadline } from '../../runtime/deadline';

/** How many directories are emptied at the same time; within one directory the kernel's client removes one entry at a time anyway. */
const DIRECTORIES_AT_ONCE = 32;
const MOST_NOTES = 20;
/** What a busy server may answer and take back a moment later. */
const TRANSIENT = ['EBUSY', 'ESTALE', 'EAGAIN'];
const RETRY_AFTER_MILLISECONDS = [50, 200, 800];

/** What a removal did. */
export interface Removal {
  /** False if time ran out: call again. */
  readonly done: boolean;
  readonly removed: number;
  /** Entries that could not be removed; the rest was. */
  readonly notes: PathNote[];
}

/** Empties a directory and everything below it. Never follows a symbolic link and never leaves the device of the directory. */
export async function removeTree(root: Directory, deadline: Deadline): Promise<Removal> {
  const { dev } = await root.stat();
  const notes: PathNote[] = [];
  let removed = 0;
  let free = DIRECTORIES_AT_ONCE - 1;

  const note = (path: string, text: string) => {
    if (notes.length < MOST_NOTES) {
      notes.push({ path, note: text });
    }
  };

  const attempt = async (path: string, action: () => Promise<void>): Promise<boolean> => {
    for (let retry = 0; ; retry += 1) {
      try {
        await action();
        removed += 1;
        return true;
      } catch (error) {
        if (isErrno(error, 'ENOENT')) {
          return true;
        }
        const code = errnoOrThrow(error);
        if (!TRANSIENT.includes(code) || retry === RETRY_AFTER_MILLISECONDS.length) {
          note(path, code);
          return false;
        }
        await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MILLISECONDS[retry]));
      }
    }
  };

  const removeDirectory = async (parent: Directory, name: string): Promise<boolean> => {
    const directory = await parent.openDirectory(name).catch((error) => {
      if (!isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) {
        note(parent.pathOf(name), errnoOrThrow(error));
      }
      return undefined; // gone, or no directory any more: the next listing of the parent tells
    });
    if (!directory) {
      return false;
    }
    try {
      if ((await directory.stat()).dev !== dev) {
        note(directory.path, 'lies on another device');
        return false;
      }
      if (!await empty(directory)) {
        return false;
      }
    } finally {
      await directory.close();
    }
    return attempt(parent.pathOf(name), () => parent.rmdir(name));
  };

  // true once the directory is empty; false if entries stay or time ran out
  const empty = async (directory: Directory): Promise<boolean> => {
    for (;;) {
      const entries = await directory.list();
      if (entries.length === 0) {
        return true;
      }
      const before = removed;
      const pending: Array<Promise<boolean>> = [];
      for (const { name, type } of entries) {
        if (deadline.reached) {
          break;
        }
        if (type !== 'directory') {
          await attempt(directory.pathOf(name), () => directory.unlink(name));
        } else if (free > 0) {
          free -= 1;
          pending.push(removeDirectory(directory, name).finally(() => { free += 1; }));
        } else {
          await removeDirectory(directory, name);
        }
      }
      await Promise.all(pending);
      if (deadline.reached || removed === before) {
        return (await directory.list()).length === 0;
      }
    }
  };

  const isEmpty = await empty(root);
  return { done: isEmpty || !deadline.reached, removed, notes };
}

