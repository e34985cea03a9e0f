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

export interface RemoveOptions {
  /** Leaves everything that is no directory, even if it came after the directory was looked through. */
  readonly onlyDirectories: boolean;
}

/** CHANGED: gone, or no longer what it was listed as; the next listing tells. */
type Fate = 'REMOVED' | 'CHANGED' | 'LEFT';

/**
 * Empties a directory and everything below it. Never follows a symbolic link and never leaves the device of the directory.
 * Nothing is in flight any more when it returns or throws: a call that comes late would address another directory, since the
 * numbers of closed descriptors are given away again.
 */
export async function removeTree(root: Directory, deadline: Deadline, options: RemoveOptions): Promise<Removal> {
  const { dev } = await root.stat();
  const notes: PathNote[] = [];
  let removed = 0;
  let free = DIRECTORIES_AT_ONCE - 1;

  // each call removes something, if anything can be removed: a caller that calls until all is done comes to an end
  const outOfTime = () => removed > 0 && deadline.reached;

  const note = (path: string, text: string) => {
    if (notes.length < MOST_NOTES) {
      notes.push({ path, note: text });
    }
  };

  const attempt = async (path: string, action: () => Promise<void>): Promise<Fate> => {
    for (let retry = 0; ; retry += 1) {
      try {
        await action();
        removed += 1;
        return 'REMOVED';
      } catch (error) {
        if (isErrno(error, 'ENOENT')) {
          return 'CHANGED';
        }
        const code = errnoOrThrow(error);
        if (!TRANSIENT.includes(code) || retry === RETRY_AFTER_MILLISECONDS.length) {
          note(path, code);
          return 'LEFT';
        }
        await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MILLISECONDS[retry]));
      }
    }
  };

  const removeFile = async (parent: Directory, name: string): Promise<Fate> => {
    if (options.onlyDirectories) {
      note(parent.pathOf(name), 'appeared while the directory was deleted');
      return 'LEFT';
    }
    return attempt(parent.pathOf(name), () => parent.unlink(name));
  };

  const removeDirectory = async (parent: Directory, name: string): Promise<Fate> => {
    let directory: Directory | undefined;
    try {
      directory = await parent.openDirectory(name);
      if (!await isEmptied(directory)) {
        return 'LEFT';
      }
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) {
        return 'CHANGED';
      }
      note(parent.pathOf(name), errnoOrThrow(error));
      return 'LEFT';
    } finally {
      await directory?.close();
    }
    return attempt(parent.pathOf(name), () => parent.rmdir(name));
  };

  const isEmptied = async (directory: Directory): Promise<boolean> => {
    const own = await directory.stat();
    if (own.dev !== dev) {
      note(directory.path, 'lies on another device');
      return false;
    }
    await directory.clearStickyBit();
    return empty(directory);
  };

  // true once the directory is empty; false if entries stay or time ran out
  const empty = async (directory: Directory): Promise<boolean> => {
    const left = new Set<string>();
    for (let progress = true; progress && !outOfTime();) {
      const entries = (await directory.list()).filter(({ name }) => !left.has(name));
      if (entries.length === 0) {
        return left.size === 0;
      }
      progress = false;
      const settle = async (name: string, removal: Promise<Fate>): Promise<void> => {
        const fate = await removal;
        progress ||= fate === 'REMOVED';
        if (fate === 'LEFT') {
          left.add(name);
        }
      };
      const pending: Array<Promise<void>> = [];
      try {
        for (const { name, type } of entries) {
          if (outOfTime()) {
            break;
          }
          if (type !== 'directory') {
            await settle(name, removeFile(directory, name));
          } else if (free > 0) {
            free -= 1;
            const removal = settle(name, removeDirectory(directory, name)).finally(() => { free += 1; });
            removal.catch(() => undefined); // thrown below, once nothing is in flight
            pending.push(removal);
          } else {
            await settle(name, removeDirectory(directory, name));
          }
        }
      } finally {
        await Promise.allSettled(pending);
      }
      await Promise.all(pending);
    }
    return (await directory.list()).length === 0;
  };

  const isEmpty = await isEmptied(root);
  return { done: isEmpty || !outOfTime(), removed, notes };
}
