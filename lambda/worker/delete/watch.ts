import type { Directory } from '../../fs/directory';
import { errnoOrThrow, isErrno } from '../../fs/errno';
import { nameOf, parentOf } from '../../fs/tree';
import type { Tree, TreePath } from '../../fs/tree';

/** How often a deletion looks whether it is still to go on. */
export const WATCH_MILLISECONDS = 1_000;
/** On a deep path, or a slow file system, less often: this is how much of the time looking may take at most. */
const SHARE_OF_TIME = 1 / 20;
/** What nobody looked for longer than that may have gone, however slow the file system is. */
const LONGEST_PAUSE_MILLISECONDS = 2_000;
/**
 * Whoever calls a deletion off waits until it has ended, so nobody here waits for that question, which takes several calls; but for
 * the first one, and where the answer before is as old as this.
 */
const LONGEST_UNASKED_MILLISECONDS = 2_000;

const MOVED_AWAY = 'was moved away while it was deleted: what was still in it stays';
const CALLED_OFF = 'stays: a move or an undo has begun meanwhile';

export interface WatchOptions {
  /** What is deleted, the directory that it is in, and the directories in it that are open. */
  readonly top: Directory;
  readonly parent: Directory;
  readonly tree: Tree;
  /** True once nothing more is to be deleted. */
  readonly isCalledOff?: () => Promise<boolean>;
  /** When a directory was seen in its place last, by `performance.now()`, before anything was deleted; left out, never. */
  readonly seenAt?: (path: TreePath) => number | undefined;
}

/** A directory, with what is known of its place. */
interface Place {
  readonly path: TreePath;
  readonly above?: Place;
  depth: number;
  /** When it was seen where it was. */
  seen: number;
  /** When the server was asked last what it holds. */
  refreshed: number;
  refreshing?: Promise<void>;
  elsewhere: boolean;
  looking?: Promise<void>;
}

/**
 * A directory that is open stays what it is wherever it is renamed to: that is what keeps a deletion from following links, and what
 * would make it follow a directory that somebody moves to where it belongs. So it is asked right before each call that deletes
 * something whether all that it goes through was seen in its place within the last second, and looked at otherwise.
 */
export class Watch {
  public static async begin(options: WatchOptions): Promise<Watch> {
    return new Watch(options, (await options.top.stat()).ino);
  }

  private readonly places = new Map<TreePath, Place>();
  private calledOff = false;
  /** When it was asked last whether it is called off, and the question that is under way. */
  private asked = -Infinity;
  private asking?: Promise<void>;
  /** What looking for one directory below the top takes. */
  private cost = 0;

  private constructor(private readonly options: WatchOptions, private readonly inode: bigint) {}

  /** Why nothing more is to be deleted from a directory; undefined if it is where it was. */
  public async objection(path: TreePath): Promise<string | undefined> {
    const own = this.placeOf(path);
    const pause = Math.min(LONGEST_PAUSE_MILLISECONDS, Math.max(WATCH_MILLISECONDS, ((own.depth + 1) * this.cost) / SHARE_OF_TIME));
    for (let place: Place | undefined = own; place; place = place.above) {
      const allowed = place.above ? pause : WATCH_MILLISECONDS; // the top is one look for all that is below it
      if (performance.now() - place.seen >= allowed) {
        place.looking ??= this.look(place).finally(() => {
          place!.looking = undefined;
        });
        await place.looking;
      }
      if (place.elsewhere) {
        return MOVED_AWAY;
      }
    }
    await this.ask();
    return this.calledOff ? CALLED_OFF : undefined;
  }

  private async ask(): Promise<void> {
    const { isCalledOff } = this.options;
    const age = performance.now() - this.asked;
    if (!isCalledOff || age < WATCH_MILLISECONDS) {
      return;
    }
    this.asking ??= this.askOnce(isCalledOff).finally(() => {
      this.asking = undefined;
    });
    this.asking.catch(() => undefined); // those who wait for it are told
    await (age < LONGEST_UNASKED_MILLISECONDS ? undefined : this.asking);
  }

  private async askOnce(isCalledOff: () => Promise<boolean>): Promise<void> {
    const began = performance.now();
    // whoever removes the last of it removes what is on record, too: that calls nothing off
    const isHere = await isCalledOff() && await this.stateOfTop() === 'HERE';
    this.calledOff ||= isHere;
    this.asked = began;
  }

  private async stateOfTop(): Promise<State> {
    const { parent, top } = this.options;
    return stateOf(parent, top.name, top, this.inode, async () => parent.refresh());
  }

  /** True if a directory exists and is not where it was. */
  public async isElsewhere(path: TreePath): Promise<boolean> {
    const place = this.placeOf(path);
    await this.look(place, true);
    return place.elsewhere;
  }

  /** A directory is gone. */
  public forget(path: TreePath): void {
    this.places.delete(path);
  }

  private placeOf(path: TreePath): Place {
    const known = this.places.get(path);
    if (known) {
      return known;
    }
    const above = path === '' ? undefined : this.placeOf(parentOf(path));
    const seen = this.options.seenAt?.(path) ?? -Infinity;
    const place: Place = { path, above, depth: above ? above.depth + 1 : 0, seen, refreshed: -Infinity, elsewhere: false };
    this.places.set(path, place);
    return place;
  }

  private async look(place: Place, anew = false): Promise<void> {
    const { tree } = this.options;
    const began = performance.now();
    if (!place.above) {
      this.note(place, await this.stateOfTop(), began);
      return;
    }
    const { path, above } = place;
    try {
      await tree.use(path, async (directory) => {
        const { ino } = await directory.stat();
        try {
          await tree.use(above.path, async (parentOfIt) => {
            const state = await stateOf(parentOfIt, nameOf(path), directory, ino, async () => this.refresh(above, parentOfIt, anew));
            this.note(place, state, above.refreshed);
          });
        } catch (error) {
          errnoOrThrow(error); // nothing is where its parent was, and it may still be there
          this.note(place, await existence(directory), began);
        }
      });
    } catch (error) {
      errnoOrThrow(error); // it cannot be opened: whoever works on it is about to see that
      place.seen = began;
    }
    this.cost = (this.cost + performance.now() - began) / 2; // one call that took long does not say that the next ones do
  }

  /** Asks the server what a directory holds: once for all that lie in it. */
  private async refresh(place: Place, directory: Directory, anew: boolean): Promise<void> {
    if (!anew && performance.now() - place.refreshed < WATCH_MILLISECONDS) {
      return;
    }
    const began = performance.now();
    place.refreshing ??= directory.refresh().then(() => {
      place.refreshed = began;
    }).finally(() => {
      place.refreshing = undefined;
    });
    await place.refreshing;
  }

  private note(place: Place, state: State, at: number): void {
    place.elsewhere ||= state === 'AWAY';
    place.seen = at;
  }
}

/** Of a directory that is open: whether it is what its name in its parent stands for, exists elsewhere, or is gone. */
type State = 'HERE' | 'AWAY' | 'GONE';

async function stateOf(parent: Directory, name: string, directory: Directory, inode: bigint, refresh: () => Promise<void>): Promise<State> {
  try {
    await refresh();
    if ((await parent.lstat(name))?.ino === inode) {
      return 'HERE';
    }
    return await existence(directory);
  } catch (error) {
    return inDoubt(error);
  }
}

/** Whether a directory that is open and not where it was still exists. */
async function existence(directory: Directory): Promise<State> {
  try {
    await directory.refresh();
    return (await directory.stat()).nlink > 0n ? 'AWAY' : 'GONE';
  } catch (error) {
    return inDoubt(error);
  }
}

function inDoubt(error: unknown): State {
  errnoOrThrow(error);
  return isErrno(error, 'ENOENT', 'ESTALE', 'ENOTDIR') ? 'GONE' : 'AWAY'; // in doubt nothing more is deleted
}
