import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { isUntouched } from './is-untouched';
import type { Untouched } from './is-untouched';
import type { UndoCounts, UndoResume } from '../../../src/core/worker';
import { typeOf } from '../../fs/directory';
import type { Directory, EntryType } from '../../fs/directory';
import { errnoOf, isErrno } from '../../fs/errno';
import { nameOf, parentOf } from '../../fs/tree';
import type { Tree, TreePath } from '../../fs/tree';
import { DIRECTORIES_AT_ONCE } from '../../fs/walk';
import type { Deadline } from '../../runtime/deadline';
import { inParallel } from '../../runtime/in-parallel';
import type { RateLimit } from '../../runtime/rate-limit';
import type { DirectoryLine, JournalLine, MoveLine } from '../move/journal';
import { transfer } from '../move/transfer';
import type { Notes } from '../notes';

export interface ReversalOptions {
  readonly root: Directory;
  /** Makes directories that are missing. */
  readonly restored: Tree;
  readonly live: Tree;
  /** Left out where nothing was kept aside. */
  readonly aside?: Tree;
  /** For people. */
  readonly asidePath: string;
  readonly counts: UndoCounts;
  readonly notes: Notes;
  /** What earlier calls came to with the steps that are taken first. */
  readonly begun?: UndoResume['begun'];
  readonly deadline: Deadline;
  readonly rateLimit: RateLimit;
}

/** Calls that change the file system, for an entry. */
const OPERATIONS_PER_ENTRY = 2;

const IS_ANOTHER = 'is no longer what was moved there: left as it is';

/** Stands for an entry: short, since there may be thousands in an answer. */
const entryOf = ({ restored, inode }: MoveLine): string => createHash('sha256').update(`${inode} ${restored}`).digest('base64url').slice(0, 12);

/** Takes back the steps of a move. Where an entry is, its inode number tells: whatever is done already is not done again. */
export class Reversal {
  private readonly counted: { -readonly [Fate in keyof UndoCounts]: number };
  /** The entries that were left, which no other call must count again. */
  private left: Set<string>;
  /** A directory that is looked through, and how far. */
  private looked?: { readonly entry: string; readonly cursor: string };
  private progressed = false;
  private stopped = false;

  constructor(private readonly options: ReversalOptions) {
    this.counted = { ...options.counts };
    this.left = new Set(options.begun?.left);
    this.looked = options.begun?.looked;
  }

  public get counts(): UndoCounts {
    return { ...this.counted };
  }

  /** What it came to with the steps that it did not finish. */
  public get begun(): UndoResume['begun'] {
    return { left: [...this.left], ...(this.looked ? { looked: this.looked } : {}) };
  }

  /** Takes back steps, the last one first; those of different directories at the same time. False if time ran out: take the same ones again. */
  public async take(lines: readonly JournalLine[]): Promise<boolean> {
    const groups = new Map<TreePath, Array<DirectoryLine | MoveLine>>();
    for (const line of lines) {
      if ('directory' in line || 'restored' in line) {
        const directory = 'directory' in line ? line.directory : parentOf(line.restored);
        const group = groups.get(directory) ?? [];
        group.push(line);
        groups.set(directory, group);
      }
    }
    await inParallel([...groups.values()], DIRECTORIES_AT_ONCE, async (group) => {
      for (const line of group) {
        if (this.outOfTime) {
          return;
        }
        await this.takeOne(line);
      }
    });
    if (!this.stopped) {
      this.left = new Set();
      this.looked = undefined;
    }
    return !this.stopped;
  }

  /** Each call gets something done: a caller that calls until all is done comes to an end. */
  private get outOfTime(): boolean {
    this.stopped ||= this.progressed && this.options.deadline.reached;
    return this.stopped;
  }

  private async takeOne(line: DirectoryLine | MoveLine): Promise<void> {
    const { restored, root, rateLimit, notes } = this.options;
    try {
      await rateLimit.take(OPERATIONS_PER_ENTRY);
      if ('directory' in line) {
        await restored.use(line.directory, async (directory) => directory.restoreOwnerAndMode(line));
      } else if (!this.left.has(entryOf(line))) {
        const back = await this.moveBack(line);
        if (back !== 'OUT_OF_TIME') {
          this.leave(line, [back, await this.putBack(line)].filter((note) => note !== undefined));
        }
      }
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === undefined) {
        throw error;
      }
      if ('directory' in line) {
        this.counted.left += 1;
        notes.add(root.pathOf(line.directory), errno);
      } else {
        this.leave(line, [errno]);
      }
    }
  }

  private leave(line: MoveLine, why: readonly string[]): void {
    if (why.length > 0) {
      const entry = entryOf(line);
      this.left.add(entry);
      this.looked = this.looked?.entry === entry ? undefined : this.looked; // else no other directory would ever be looked through to its end
      this.counted.left += 1;
      this.progressed = true;
      this.options.notes.add(this.options.root.pathOf(line.live ?? line.restored), why.join('; '));
    }
  }

  /** Moves an entry back into the recovery directory; what is to be said if it is left. */
  private async moveBack(line: MoveLine): Promise<string | 'OUT_OF_TIME' | undefined> {
    const { restored, live } = this.options;
    const [path, name] = [line.live ?? line.restored, nameOf(line.restored)];
    return this.useIfThere(live, parentOf(path), async (place) => {
      const there = await place?.lstat(nameOf(path));
      const isOurs = there !== undefined && String(there.ino) === line.inode;
      const isCopy = there !== undefined && isCopyOf(line, there);
      if (!isOurs && await this.isBack(line)) {
        return undefined; // it was never moved, or it was moved back
      }
      if (!place || !there || (!isOurs && !isCopy)) {
        return IS_ANOTHER;
      }
      const untouched = (isCopy || String(there.mtimeNs) === line.mtime) && (line.type !== 'directory' || await this.isUntouched(place, nameOf(path), line));
      if (untouched !== true) {
        return untouched ? 'OUT_OF_TIME' : 'was changed after it was moved there: left as it is';
      }
      return restored.use(parentOf(line.restored), async (directory) => {
        const back = await retrieve(place, nameOf(path), line, directory, name);
        if (back === 'ANOTHER') {
          return IS_ANOTHER;
        }
        if (back) {
          await restored.forget(line.restored);
          await live.forget(path);
          this.counted.movedBack += 1;
          this.progressed = true;
        }
        return back ? undefined : 'its place in the recovery directory is taken';
      });
    });
  }

  private async isUntouched(place: Directory, name: string, line: MoveLine): Promise<Untouched> {
    const entry = entryOf(line);
    const cursor = this.looked?.entry === entry ? this.looked.cursor : undefined;
    const untouched = await isUntouched(this.options.root, place, name, BigInt(line.at!), () => this.options.deadline.reached, cursor);
    const isLooked = this.looked === undefined || this.looked.entry === entry; // of several one, until it is done: the others begin anew
    if (typeof untouched === 'object') {
      this.looked = isLooked ? { entry, cursor: untouched.cursor } : this.looked;
      this.stopped = true;
    } else if (isLooked) {
      this.looked = undefined;
    }
    return untouched;
  }

  /** True if an entry is in the recovery directory. */
  private async isBack({ restored: path, inode }: MoveLine): Promise<boolean> {
    const stats = await this.options.restored.use(parentOf(path), async (directory) => directory.lstat(nameOf(path)));
    return stats !== undefined && String(stats.ino) === inode;
  }

  /** Puts what was kept aside back to its place; what is to be said if it stays aside. */
  private async putBack({ restored: path, aside: kept }: MoveLine): Promise<string | undefined> {
    const { aside, live, asidePath, root } = this.options;
    if (!kept || !aside) {
      return undefined;
    }
    return this.useIfThere(aside, parentOf(kept.path), async (source) => {
      const there = await source?.lstat(nameOf(kept.path));
      if (!source || !there) {
        return undefined; // it was never kept aside, or it is back
      }
      const note = `its place is taken: what was there stays at '${asidePath}${root.pathOf(kept.path)}'`;
      return this.useIfThere(live, parentOf(path), async (place) => {
        const type: EntryType = typeOf(there);
        if (!place || (type === 'directory' && await place.lstat(nameOf(path)) !== undefined) || !await transfer(source, nameOf(kept.path), type, place, nameOf(path))) {
          return note;
        }
        await live.forget(path);
        this.counted.putBack += 1;
        this.progressed = true;
        return undefined;
      });
    });
  }

  private async useIfThere<T>(tree: Tree, path: TreePath, action: (directory: Directory | undefined) => Promise<T>): Promise<T> {
    let opened = false;
    try {
      return await tree.use(path, async (directory) => {
        opened = true;
        return action(directory);
      });
    } catch (error) {
      if (!opened && isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) {
        return action(undefined);
      }
      throw error;
    }
  }
}

/**
 * Takes an entry out of a live directory in one step: whoever saves a file under its name right now must not lose it. In a recovery
 * directory nobody but us is at work, so a name that is free stays free. 'ANOTHER': it was another one, and is back.
 */
async function retrieve(place: Directory, liveName: string, line: MoveLine, recovery: Directory, name: string): Promise<boolean | 'ANOTHER'> {
  if (line.type === 'directory' || await recovery.lstat(name) !== undefined) {
    return transfer(place, liveName, line.type, recovery, name);
  }
  await place.rename(liveName, recovery, name);
  const taken = await recovery.lstat(name);
  if (!taken || String(taken.ino) === line.inode || isCopyOf(line, taken)) {
    return true;
  }
  await transfer(recovery, name, typeOf(taken), place, liveName); // where its place is taken again, it stays: nothing is lost
  return 'ANOTHER';
}

/** A symbolic link that could not be linked was made anew, with its time to the millisecond. */
function isCopyOf({ type, mtime }: MoveLine, there: BigIntStats): boolean {
  const difference = there.mtimeNs - BigInt(mtime);
  return type === 'symbolicLink' && typeOf(there) === type && difference < 1_000_000n && difference > -1_000_000n;
}
