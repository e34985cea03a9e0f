import { treePathOf } from './expected';
import { openBelow } from '../../fs/descend';
import type { Directory } from '../../fs/directory';
import { errnoOrThrow } from '../../fs/errno';
import { componentsOf, join } from '../../fs/tree';
import type { TreePath } from '../../fs/tree';
import { MOST_NOTES } from '../notes';

/**
 * What lies in the recovery directory of an item-level restore and was not asked for: neither an item, nor below one, nor a directory
 * on the way to one. Then it is perhaps the directory of another restore. A sentence each, some of them.
 */
export async function foreignTo(top: Directory, items: readonly string[]): Promise<string[]> {
  const asked = new Set(items.map(treePathOf));
  const ways = new Set([...asked].flatMap((item) => componentsOf(item).map((_, depth, names) => names.slice(0, depth).join('/'))));
  const findings: string[] = [];
  for (const way of ways) {
    findings.push(...await foreignIn(top, way, (path) => asked.has(path) || ways.has(path), MOST_NOTES - findings.length).catch((error: unknown) => {
      errnoOrThrow(error);
      return []; // the look through the tree tells what cannot be read
    }));
  }
  return findings;
}

async function foreignIn(top: Directory, way: TreePath, isAsked: (path: TreePath) => boolean, most: number): Promise<string[]> {
  const findings: string[] = [];
  const directory = way === '' ? top : await openBelow(top, componentsOf(way));
  try {
    for await (const batch of directory?.batches() ?? []) {
      const foreign = batch.filter(({ name }) => !isAsked(join(way, name)));
      findings.push(...foreign.map(({ name }) => `'${directory!.pathOf(name)}' was not asked for: is this the directory of another restore?`));
      if (findings.length >= most) {
        break;
      }
    }
    return findings.slice(0, most);
  } finally {
    if (directory !== top) {
      await directory?.close();
    }
  }
}
