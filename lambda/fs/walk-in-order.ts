import type { Directory } from './directory';
import { isErrno } from './errno';

/** Where in the walk a visit is. */
export interface Position {
  /** 0 for the directory that the walk began at. */
  readonly depth: number;
  /** True on the way back to a cursor: the directory was visited by an earlier walk, only its subdirectories are asked for. */
  readonly alreadyDone: boolean;
}

/** What is done in a directory; answers the subdirectories to go on with, or 'stopped' if time ran out within it. */
export type Visit = (directory: Directory, position: Position) => Promise<string[] | 'stopped'>;

export interface WalkOptions {
  readonly visit: Visit;
  /** The cursor of an earlier walk that was stopped. */
  readonly cursor?: string;
  /** Asked before each directory. */
  readonly mustStop: () => boolean;
}

/** A walk's end: done, or stopped with the cursor to go on from. */
export interface WalkEnd {
  readonly done: boolean;
  readonly cursor?: string;
}

/**
 * Walks a tree depth first, each directory before its subdirectories and these in the order of their names. The cursor is the
 * path of the last directory whose visit was finished: small, whatever the size of the tree. A walk that goes on from a cursor
 * visits again only the directories on the way to it, with `alreadyDone`.
 */
export async function walk(root: Directory, options: WalkOptions): Promise<WalkEnd> {
  let finished = options.cursor;

  const descend = async (directory: Directory, path: string[], target: string[] | undefined): Promise<boolean> => {
    if (options.mustStop()) {
      return false;
    }
    const subdirectories = await options.visit(directory, { depth: path.length, alreadyDone: target !== undefined });
    if (subdirectories === 'stopped') {
      return false;
    }
    if (target === undefined) {
      finished = encodeCursor(path);
    }
    const next = target?.[0];
    for (const name of subdirectories.filter((candidate) => next === undefined || candidate >= next).sort()) {
      const child = await openUnlessGone(directory, name);
      if (child) {
        try {
          if (!await descend(child, [...path, name], name === next ? target!.slice(1) : undefined)) {
            return false;
          }
        } finally {
          await child.close();
        }
      }
    }
    return true;
  };

  const done = await descend(root, [], options.cursor === undefined ? undefined : decodeCursor(options.cursor));
  return done ? { done } : { done, cursor: finished };
}

/** A directory that vanished, or became something else, since it was listed needs no walk. */
async function openUnlessGone(directory: Directory, name: string): Promise<Directory | undefined> {
  try {
    return await directory.openDirectory(name);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) {
      return undefined;
    }
    throw error;
  }
}

// names hold any byte but '/' and NUL; base64 brings them through JSON
const encodeCursor = (path: readonly string[]): string => Buffer.from(path.join('/'), 'latin1').toString('base64');
const decodeCursor = (cursor: string): string[] => Buffer.from(cursor, 'base64').toString('latin1').split('/').filter((name) => name !== '');
