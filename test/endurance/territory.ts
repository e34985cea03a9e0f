import type { Shard } from '../../src/core/shard';
import type { Described } from '../helpers/temp-tree';

/** What shards cover, told by comparing paths name by name: the engine compares texts. */

const parse = (bound: string): string[] => {
  const path = Buffer.from(bound, 'base64').toString('latin1');
  return path === '' ? [] : path.split('/');
};

/** A directory comes before what it holds; names by their bytes. */
function compare(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    if (a[index] !== b[index]) {
      return a[index] < b[index] ? -1 : 1;
    }
  }
  return a.length - b.length;
}

const isBelow = (path: readonly string[], directory: readonly string[]): boolean => directory.every((name, index) => path[index] === name);

export function includes({ from, to }: Shard, path: string): boolean {
  const names = path.split('/');
  return (from === undefined || compare(parse(from), names) <= 0) && (to === undefined || compare(names, parse(to)) < 0);
}

/** True if a shard has the directory, or could have something in it. */
export function reaches({ from, to }: Shard, directory: string): boolean {
  const names = directory.split('/');
  const start = from === undefined ? [] : parse(from);
  return (to === undefined || compare(names, parse(to)) < 0) && (compare(start, names) <= 0 || isBelow(start, names));
}

/** The paths that stay when all of these shards were deleted: what none covers, and the directories that it is in. */
export function remaining(tree: Readonly<Record<string, Described>>, shards: readonly Shard[]): string[] {
  const stays = new Set<string>();
  const paths = Object.keys(tree).sort((a, b) => compare(b.split('/'), a.split('/'))); // what a directory holds comes first
  for (const path of paths) {
    const covered = tree[path].type === 'directory'
      ? shards.some((shard) => reaches(shard, path)) && ![...stays].some((stay) => stay.startsWith(`${path}/`))
      : shards.some((shard) => includes(shard, path));
    if (!covered) {
      stays.add(path);
    }
  }
  return [...stays].sort();
}
