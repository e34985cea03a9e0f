import type { Directory } from '../../fs/directory';
import { errnoOrThrow } from '../../fs/errno';
import { componentsOf, nameOf, parentOf, Tree } from '../../fs/tree';
import type { TreePath } from '../../fs/tree';

/** A directory that is held open, and what it is. */
export interface Held {
  readonly path: TreePath;
  readonly inode: bigint;
}

/**
 * Those of some directories that are no longer what their paths stand for: one that is open stays what it is, wherever it is
 * renamed to. One round trip for each directory that others lie in.
 */
export async function movedAway<One extends Held>(root: Directory, all: readonly One[]): Promise<One[]> {
  const tree = new Tree(root);
  const refreshed = new Set<TreePath>();
  const away: One[] = [];
  try {
    for (const held of all) {
      if (!await isInPlace(tree, held, refreshed)) {
        away.push(held);
      }
    }
    return away;
  } finally {
    await tree.close();
  }
}

async function isInPlace(tree: Tree, { path, inode }: Held, refreshed: Set<TreePath>): Promise<boolean> {
  if (path === '') {
    return true;
  }
  try {
    const above = componentsOf(parentOf(path));
    for (let length = 0; length <= above.length; length += 1) {
      const prefix = above.slice(0, length).join('/');
      if (!refreshed.has(prefix)) {
        await tree.use(prefix, async (directory) => directory.refresh());
        refreshed.add(prefix);
      }
    }
    return await tree.use(parentOf(path), async (parent) => (await parent.lstat(nameOf(path)))?.ino === inode);
  } catch (error) {
    errnoOrThrow(error);
    return false;
  }
}
