import type { BigIntStats } from 'node:fs';
import { besideName } from './beside';
import type { PathNote } from '../../../src/core/worker';
import { typeOf } from '../../fs/directory';
import type { Directory } from '../../fs/directory';
import { isErrno } from '../../fs/errno';
import { nameOf, parentOf, Tree } from '../../fs/tree';
import type { TreePath } from '../../fs/tree';
import { treePathOf } from '../verify/expected';
import type { VerifiedItem } from '../verify/verified';

export interface AtPlaceOptions {
  readonly root: Directory;
  readonly restored: Tree;
  readonly recoveryDirectory: string;
  /** What the verification saw; where there was none, what was asked for. */
  readonly verified?: readonly VerifiedItem[];
  readonly items?: readonly string[] | null;
  /** True if an earlier call may have moved an item, and somebody may have replaced it since. */
  readonly moved: boolean;
  /** What this call moved. */
  readonly isMoved: (path: TreePath) => boolean;
}

/** What is to be at a place; without an inode number, anything. */
type Item = Partial<VerifiedItem> & { readonly path: TreePath };
type IsIt = (stats: BigIntStats | undefined) => boolean;

export const GONE = 'is neither at its place nor in the recovery directory any more';
export const EMPTY = 'is not at its place';

/** The items that a move did not bring to their places, and that no policy left where they are. */
export async function notAtPlace(options: AtPlaceOptions): Promise<PathNote[]> {
  const { root, verified, items } = options;
  const live = new Tree(root);
  try {
    const asked: readonly Item[] = verified ?? (items ?? []).map((item) => ({ path: treePathOf(item) }));
    const notes: PathNote[] = [];
    for (const item of asked) {
      const note = await whyNot(options, live, item);
      notes.push(...(note === undefined ? [] : [{ path: root.pathOf(item.path), note }]));
    }
    return notes;
  } finally {
    await live.close();
  }
}

async function whyNot(options: AtPlaceOptions, live: Tree, { path, inode, type }: Item): Promise<string | undefined> {
  const isIt: IsIt = (stats) => stats !== undefined && (inode === undefined || String(stats.ino) === inode);
  const there = await statsAt(live, path);
  if (isIt(there) || (there && type === 'symbolicLink' && typeOf(there) === type)) { // one that may not be linked is made anew
    return undefined;
  }
  if (isIt(await statsAt(options.restored, path))) {
    return there ? undefined : EMPTY; // it is merged, or stays, since its place is taken
  }
  if (there && (options.isMoved(path) || options.moved)) {
    return undefined; // it was moved, and somebody has replaced it since
  }
  return await isBeside(options, live, path, isIt) ? undefined : GONE;
}

/** True if an item was put beside what has its place. */
async function isBeside({ recoveryDirectory }: AtPlaceOptions, live: Tree, path: TreePath, isIt: IsIt): Promise<boolean> {
  const directory = parentOf(path);
  for (let number = 1; ; number += 1) {
    const beside = besideName(nameOf(path), recoveryDirectory, number);
    const stats = await statsAt(live, directory === '' ? beside : `${directory}/${beside}`);
    if (!stats || isIt(stats)) {
      return stats !== undefined;
    }
  }
}

async function statsAt(tree: Tree, path: TreePath): Promise<BigIntStats | undefined> {
  try {
    return await tree.use(parentOf(path), async (directory) => directory.lstat(nameOf(path)));
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) {
      return undefined;
    }
    throw error;
  }
}
