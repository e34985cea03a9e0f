import type { Random } from './random';
import { directory, file, hardLink, symbolicLink } from '../helpers/temp-tree';
import type { Node, Tree } from '../helpers/temp-tree';

/** Few, so that what is restored meets what is live. */
export const NAMES = ['a', 'b', 'c', '.d', '\xff', 'e f\n'];
const DAYS = [1, 2, 3].map((day) => Date.UTC(2026, 0, day));
const DIRECTORY_MODES = [0o755, 0o700, 0o1777, 0o2775];
const FILE_MODES = [0o644, 0o600, 0o755];
/** What every content has that a test made, and nothing else does. */
export const MARK = '#';

export interface Growth {
  /** Where the tree will be, from the top of the one that it is built with; for its hard links. */
  readonly at: string;
  /** In front of every content: no two trees have one in common. */
  readonly label: string;
  readonly entries: number;
  readonly depth?: number;
  /** Where symbolic links lead, beside nowhere. */
  readonly temptations?: readonly string[];
}

/** A random tree: files with contents of their own and further names, links that lead astray, directories that may be empty. */
export function grow(random: Random, { at, label, entries, depth = 4, temptations = ['..', '/'] }: Growth): Tree {
  const files: string[] = [];
  let left = entries;
  let serial = 0;
  const content = () => `${label}${MARK}${serial += 1}`;
  const leaf = (path: string): Node => {
    if (files.length > 0 && random.chance(0.2)) {
      return hardLink(random.pick(files));
    }
    if (random.chance(0.2)) {
      return symbolicLink(random.chance(0.5) ? random.pick(temptations) : `nowhere${content()}`);
    }
    files.push(path);
    return file(content(), { mtime: random.pick(DAYS), mode: random.pick(FILE_MODES) });
  };
  const fill = (path: string, below: number): Tree => {
    const tree: Record<string, Node> = {};
    for (const name of random.shuffle(NAMES).slice(0, 2 + random.below(NAMES.length - 1))) {
      if (left <= 0) {
        break;
      }
      left -= 1;
      const place = path === '' ? name : `${path}/${name}`;
      tree[name] = below > 0 && random.chance(0.5)
        ? directory(fill(place, random.chance(0.15) ? 0 : below - 1), { mode: random.pick(DIRECTORY_MODES), mtime: random.pick(DAYS) })
        : leaf(place);
    }
    return tree;
  };
  return fill(at, depth);
}
