import type { Tally } from './tally';
import type { MoveCounts } from '../../../src/core/worker';
import type { Directory } from '../../fs/directory';
import type { Tree, TreePath } from '../../fs/tree';
import { movedAway } from '../undo/in-place';

/** How often a move looks whether the directories that it works in are still where they were. */
export const WATCH_MILLISECONDS = 1_000;
/** On deep paths, or a slow file system, less often: this is how much of the time looking may take at most. */
const SHARE_OF_TIME = 1 / 20;

type Placed = Extract<keyof MoveCounts, 'moved' | 'replaced' | 'keptBoth'>;

/** A live directory that entries were moved into since the last look: what it is, and how many. */
interface Filled extends Record<Placed, number> {
  readonly path: TreePath;
  readonly inode: bigint;
}

const wordAway = (entries: number): string =>
  `was moved away, or deleted, while entries were moved into it: ${entries} of them went with it; start again`;

/**
 * A live directory that is open stays what it is wherever it is renamed to: that keeps a move from following links, and would make
 * it fill a directory that is somewhere else by now. So it is looked, once a second and at the end, whether all that something was
 * moved into is still where it was. What is not, took entries with it that must not pass for moved.
 */
export class LiveWatch {
  private filled = new Map<TreePath, Filled>();
  private readonly away = new Set<TreePath>();
  private looked = performance.now();
  private cost = 0;
  private looking?: Promise<void>;

  constructor(private readonly root: Directory, private readonly live: Tree, private readonly tally: Tally) {}

  /** An entry was moved into a directory. */
  public add(path: TreePath, inode: bigint, fate: Placed): void {
    const filled = this.filled.get(path) ?? { path, inode, moved: 0, replaced: 0, keptBoth: 0 };
    this.filled.set(path, filled);
    filled[fate] += 1;
  }

  /** False if a directory is not where it was: nothing more is to be moved into it. Asked before each entry; looks once a second. */
  public async isInPlace(path: TreePath): Promise<boolean> {
    if (performance.now() - this.looked >= Math.max(WATCH_MILLISECONDS, this.cost / SHARE_OF_TIME)) {
      await this.look();
    }
    return !this.away.has(path);
  }

  /** Looks at all that something was moved into since the last look. */
  public async look(): Promise<void> {
    while (this.looking) {
      await this.looking; // that one may have begun before the last entry was moved
    }
    const looking = this.lookAtAll();
    this.looking = looking;
    try {
      await looking;
    } finally {
      this.looking = undefined;
    }
  }

  private async lookAtAll(): Promise<void> {
    const began = performance.now();
    this.looked = began;
    const all = [...this.filled.values()];
    this.filled = new Map();
    for (const { path, ...placed } of all.length === 0 ? [] : await movedAway(this.root, all)) {
      const entries = placed.moved + placed.replaced + placed.keptBoth;
      for (const fate of ['moved', 'replaced', 'keptBoth'] as const) {
        for (let count = 0; count < placed[fate]; count += 1) {
          this.tally.recount(fate, 'failed');
        }
      }
      this.tally.note(this.root.pathOf(path), wordAway(entries));
      this.away.add(path);
      await this.live.forget(path); // whoever comes next opens what has its path by then
    }
    this.looked = performance.now();
    this.cost = Math.max(this.cost, this.looked - began);
  }
}
