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
  private readonly counts: { missing: number; changed: number; same: number; extra: number };
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

  /** Runs an action with the comparison of a restored directory; `skipped` of its entries were compared by an earlier call. */
  public async at<T>({ directory, path, context, skipped }: Omit<Visit, 'entries'>, action: (comparison: PlaceComparison) => Promise<T>): Promise<T> {
    const place = context as Place;
    if (place === 'LIVE') {
      let listed = false;
      try {
        return await this.tree.use(path, async (live) => {
          const counterpart = await Counterpart.list(live);
          listed = true;
          return action(this.compareWith(counterpart, directory, path, skipped));
        });
      } catch (error) {
        if (listed || errnoOf(error) === undefined) {
          throw error;
        }
        if (!isErrno(error, ...ABSENT)) {
          this.options.unreadable(this.options.root.pathOf(path), `${errnoOf(error)}: what was restored there was not compared`);
          return action(this.always('UNKNOWN', path));
        }
      }
    }
    return action(this.always(place === '' ? 'IGNORED' : 'MISSING', path));
  }

  private always(fate: Fate, path: TreePath): PlaceComparison {
    return {
      compare: async (restored) => restored.map(() => fate),
      settle: (name) => this.count(path, name, fate),
      finish: async () => undefined,
    };
  }

  private compareWith(counterpart: Counterpart, directory: Directory, path: TreePath, skipped: number): PlaceComparison {
    // all of the live directory counts as extra at first, and each entry that was restored, too, takes one off: so no call needs to know what another one saw
    let extra = skipped === 0 ? counterpart.size : 0;
    const commit = () => {
      this.counts.extra += extra;
      extra = 0;
    };
    return {
      compare: async (restored) => counterpart.compare(directory, restored, this.options),
      settle: (name, fate) => {
        commit();
        if (fate !== 'MISSING' && fate !== 'IGNORED') {
          this.counts.extra -= 1;
          counterpart.match(name);
        }
        this.count(path, name, fate);
      },
      finish: async () => {
        commit();
        (await counterpart.extras(directory, skipped === 0)).forEach((extraPath) => this.samples.extra.add(extraPath));
      },
    };
  }

  private count(path: TreePath, name: string, fate: Fate | undefined): void {
    if (fate === 'SAME') {
      this.counts.same += 1;
    } else if (fate === 'CHANGED' || fate === 'MISSING') {
      const key = fate === 'CHANGED' ? 'changed' : 'missing';
      this.counts[key] += 1;
      this.samples[key].add(this.options.root.pathOf(join(path, name)));
    }
  }
}
