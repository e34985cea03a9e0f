import type { Contents } from './contents';
import { Counterpart } from './counterpart';
import type { Fate, Restored } from './counterpart';
import { isReservedRootName } from '../../../src/core/reserved-root-name';
import type { Comparison } from '../../../src/core/worker';
import { toText } from '../../fs/byte-name';
import { typeOf } from '../../fs/directory';
import type { Directory } from '../../fs/directory';
import { errnoOf, errnoOrThrow, isErrno } from '../../fs/errno';
import { join, parentOf, Tree } from '../../fs/tree';
import type { TreePath } from '../../fs/tree';
import type { Visit } from '../../fs/walk';
import { FirstPaths } from '../notes';

/** The walk's context: what is at the place of a restored directory. LIVE: a real directory. ABSENT: none. An empty text: nobody asks. */
export type Place = 'LIVE' | 'ABSENT' | '';

/** Not there, or a symbolic link, or no directory. */
const ABSENT = ['ENOENT', 'ENOTDIR', 'ELOOP'];

/** How many entries met each fate. */
export type FateCounts = Record<'missing' | 'changed' | 'same' | 'extra', number>;

/** Compares the entries of one restored directory with those at their place. */
export interface PlaceComparison {
  /** The fates of entries; undefined for those that time ran out for. */
  compare(restored: readonly Restored[]): Promise<Array<Fate | undefined>>;
  /** An entry is done with. */
  settle(name: string, fate: Fate | undefined): void;
  /** The directory is done with. */
  finish(): Promise<void>;
}

export interface ComparerOptions {
  readonly root: Directory;
  /** Left out: contents are not compared. */
  readonly contents?: Contents;
  /** What an earlier call found. */
  readonly previous?: Comparison;
  readonly unreadable: (path: string, note: string) => void;
}

/** Compares a restored tree with what is at its place now; symbolic links are followed in neither. */
export class Comparer {
  private readonly counts: FateCounts;
  private readonly samples: Record<keyof Comparison['samples'], FirstPaths>;
  private readonly tree: Tree;

  constructor(private readonly options: ComparerOptions) {
    const { missing = 0, changed = 0, same = 0, extra = 0, samples } = options.previous ?? {};
    this.counts = { missing, changed, same, extra };
    this.samples = { missing: new FirstPaths(samples?.missing), changed: new FirstPaths(samples?.changed), extra: new FirstPaths(samples?.extra) };
    this.tree = new Tree(options.root);
  }

  public get comparison(): Comparison {
    const { missing, changed, extra } = this.samples;
    return { ...this.counts, samples: { missing: missing.paths, changed: changed.paths, extra: extra.paths } };
  }

  public async close(): Promise<void> {
    await this.tree.close();
  }

  /** What is at the place of a subdirectory, where that of its parent is known. */
  public async placeOf(path: TreePath, name: string, parent: Place): Promise<Place> {
    if (parent !== 'LIVE') {
      return parent;
    }
    if (path === name && isReservedRootName(toText(name))) {
      return '';
    }
    try {
      const there = await this.tree.use(parentOf(path), async (live) => live.lstat(name));
      return there && typeOf(there) === 'directory' ? 'LIVE' : 'ABSENT';
    } catch (error) {
      errnoOrThrow(error);
      return isErrno(error, ...ABSENT) ? 'ABSENT' : ''; // the comparison of the parent has told that it cannot be read
    }
  }

  /** Takes back what was counted and is about to be counted again. */
  public takeBack(counted: FateCounts): void {
    for (const key of Object.keys(counted) as Array<keyof FateCounts>) {
      this.counts[key] -= counted[key];
    }
  }

  /**
   * Runs an action with the comparison of a restored directory; `skipped` of its entries were compared by an earlier call. What it
   * counts is added to `counted`.
   */
  public async at<T>(
    { directory, path, skipped }: Pick<Visit, 'directory' | 'path' | 'skipped'>, place: Place, counted: FateCounts, action: (comparison: PlaceComparison) => Promise<T>,
  ): Promise<T> {
    if (place === 'LIVE') {
      let listed = false;
      try {
        return await this.tree.use(path, async (live) => {
          const counterpart = await Counterpart.list(live);
          listed = true;
          return action(this.compareWith(counterpart, directory, path, skipped, counted));
        });
      } catch (error) {
        if (listed || errnoOf(error) === undefined) {
          throw error;
        }
        if (!isErrno(error, ...ABSENT)) {
          this.options.unreadable(this.options.root.pathOf(path), `${errnoOf(error)}: what was restored there was not compared`);
          return action(this.always('UNKNOWN', path, counted));
        }
      }
    }
    return action(this.always(place === '' ? 'IGNORED' : 'MISSING', path, counted));
  }

  private always(fate: Fate, path: TreePath, counted: FateCounts): PlaceComparison {
    return {
      compare: async (restored) => restored.map(() => fate),
      settle: (name) => this.count(path, name, fate, counted),
      finish: async () => undefined,
    };
  }

  private compareWith(counterpart: Counterpart, directory: Directory, path: TreePath, skipped: number, counted: FateCounts): PlaceComparison {
    // all of the live directory counts as extra at first, and each entry that was restored, too, takes one off: so no call needs to know what another one saw
    let extra = skipped === 0 ? counterpart.size : 0;
    const commit = () => {
      this.add('extra', extra, counted);
      extra = 0;
    };
    return {
      compare: async (restored) => counterpart.compare(directory, restored, this.options),
      settle: (name, fate) => {
        commit();
        if (fate !== 'MISSING' && fate !== 'IGNORED') {
          this.add('extra', -1, counted);
          counterpart.match(name);
        }
        this.count(path, name, fate, counted);
      },
      finish: async () => {
        commit();
        (await counterpart.extras(directory, skipped === 0)).forEach((extraPath) => this.samples.extra.add(extraPath));
      },
    };
  }

  private count(path: TreePath, name: string, fate: Fate | undefined, counted: FateCounts): void {
    if (fate === 'SAME') {
      this.add('same', 1, counted);
    } else if (fate === 'CHANGED' || fate === 'MISSING') {
      const key = fate === 'CHANGED' ? 'changed' : 'missing';
      this.add(key, 1, counted);
      this.samples[key].add(this.options.root.pathOf(join(path, name)));
    }
  }

  private add(key: keyof FateCounts, count: number, counted: FateCounts): void {
    this.counts[key] += count;
    counted[key] += count;
  }
}
