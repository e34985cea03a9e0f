import type { Directory } from '../../fs/directory';
import { errnoOrThrow, isErrno } from '../../fs/errno';
import { componentsOf, depthOf, nameOf, parentOf } from '../../fs/tree';
import type { Tree, TreePath } from '../../fs/tree';

/** How often a deletion looks whether it is still to go on. */
export const WATCH_MILLISECONDS = 1_000;
/** On a deep path, or a slow file system, less often: this is how much of the time looking may take at most. */
const SHARE_OF_TIME = 1 / 20;

const MOVED_AWAY = 'was moved away while it was deleted: what was still in it stays';
const CALLED_OFF = 'stays: a move or an undo has begun meanwhile';

export interface WatchOptions {
  /** What is deleted, the directory that it is in, and the directories in it that are open. */
  readonly top: Directory;
  readonly parent: Directory;
  readonly tree: Tree;
  /** True once nothing more is to be deleted. */
  readonly isCalledOff?: () => Promise<boolean>;
}

/**
 * A directory that is open stays what it is wherever it is renamed to: that is what keeps a deletion from following links, and what
 * would make it follow a directory that somebody moves to where it belongs. So every second it is looked whether all that is open
 * is still where it was.
 */
export class Watch {
  public static async begin(options: WatchOptions): Promise<Watch> {
    return new Watch(options, (await options.top.stat()).ino);
  }

  private readonly began = performance.now();
  /** When a directory was seen in its place. */
  private readonly seen = new Map<TreePath, number>();
  private readonly elsewhere = new Set<TreePath>();
  private calledOff = false;
  /** What looking for one directory takes. */
  private cost = 0;

  private constructor(private readonly options: WatchOptions, private readonly inode: bigint) {}

  /** Why nothing more is to be deleted from a directory; undefined if it is where it was. */
  public async objection(path: TreePath): Promise<string | undefined> {
    const components = componentsOf(path);
    const pause = Math.max(WATCH_MILLISECONDS, ((depthOf(path) + 1) * this.cost) / SHARE_OF_TIME);
    for (let length = 0; length <= components.length; length += 1) {
      const prefix = components.slice(0, length).join('/');
      const now = performance.now();
      if (now - (this.seen.get(prefix) ?? this.began) >= pause) {
        this.seen.set(prefix, now); // others need not look at the same time
        await this.look(prefix);
      }
      if (this.elsewhere.has(prefix)) {
        return MOVED_AWAY;
      }
    }
    return this.calledOff ? CALLED_OFF : undefined;
  }

  /** True if a directory exists and is not where it was. */
  public async isElsewhere(path: TreePath): Promise<boolean> {
    await this.look(path);
    return this.elsewhere.has(path);
  }

  /** A directory is gone. */
  public forget(path: TreePath): void {
    this.seen.delete(path);
  }

  private async look(path: TreePath): Promise<void> {
    const { top, parent, tree, isCalledOff } = this.options;
    const began = performance.now();
    if (path === '') {
      const state = await stateOf(parent, top.name, top, this.inode);
      this.note(path, state);
      // whoever removes the last of it removes what is on record, too: that calls nothing off
      this.calledOff ||= state === 'HERE' && (await isCalledOff?.() ?? false);
    } else {
      try {
        await tree.use(path, async (directory) => tree.use(parentOf(path), async (above) => {
          this.note(path, await stateOf(above, nameOf(path), directory, (await directory.stat()).ino));
        }));
      } catch (error) {
        errnoOrThrow(error); // it cannot be opened: whoever works on it is about to see that
      }
    }
    this.cost = Math.max(this.cost, performance.now() - began);
  }

  private note(path: TreePath, state: State): void {
    if (state === 'AWAY') {
      this.elsewhere.add(path);
    }
  }
}

/** Of a directory that is open: whether it is what its name in its parent stands for, exists elsewhere, or is gone. */
type State = 'HERE' | 'AWAY' | 'GONE';

async function stateOf(parent: Directory, name: string, directory: Directory, inode: bigint): Promise<State> {
  try {
    await parent.refresh();
    if ((await parent.lstat(name))?.ino === inode) {
      return 'HERE';
    }
    await directory.refresh();
    return (await directory.stat()).nlink > 0n ? 'AWAY' : 'GONE';
  } catch (error) {
    errnoOrThrow(error);
    return isErrno(error, 'ENOENT', 'ESTALE', 'ENOTDIR') ? 'GONE' : 'AWAY'; // in doubt nothing more is deleted
  }
}
