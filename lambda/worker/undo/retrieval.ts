import type { BigIntStats } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { isUntouched } from './is-untouched';
import { putBack } from './put-back';
import type { Taken, TakenEntry } from './taken';
import { typeOf } from '../../fs/directory';
import type { Directory } from '../../fs/directory';
import { errnoOrThrow, isErrno } from '../../fs/errno';
import type { Tree, TreePath } from '../../fs/tree';
import { isSame } from '../move/decide';
import type { EntryLine } from '../move/read-journal';

export const IS_ANOTHER = 'is no longer what was moved there: left as it is';
export const WAS_CHANGED = 'was changed after it was moved there: left as it is';
const HAS_NO_ROOM = 'its place in the recovery directory is taken';
/** A move that is at work has this long to take away the first of two names. */
const HOLD_MILLISECONDS = 100;

/** An entry that has its name in the recovery directory already: from a move that was ended between its two names, or is about to take that one away. */
interface Held {
  readonly taken: TakenEntry;
  readonly path: TreePath;
  readonly name: string;
}

/**
 * Takes entries out of live directories into the recovery directory, in steps that replace nothing: out of its place in one, under a
 * name of this call; if that is what was moved, unchanged, it gets its name in the recovery directory, else that of its place again.
 */
export class Retrieval {
  private held: Held[] = [];

  /** `restored` makes directories that are missing. */
  constructor(
    private readonly root: Directory,
    private readonly restored: Tree,
    private readonly taken: Taken,
    private readonly mustStop: () => boolean,
  ) {}

  /** What is to be said if it is not in the recovery directory then. `entry` stands for it. */
  public async retrieve(place: Directory, line: EntryLine, path: TreePath, entry: string): Promise<string | undefined> {
    // opened first: nothing is taken from its place for nothing
    return this.restored.use(path, async (recovery) => {
      const taken = await this.taken.take(place, line.liveName, entry);
      return this.settle(taken, { place, recovery, line, path });
    });
  }

  /** The same with what a call took that never answered: undefined if there is none. */
  public async goOn(place: Directory | undefined, line: EntryLine, path: TreePath, entry: string): Promise<{ isBack: boolean; notes: string[] }> {
    const notes: string[] = [];
    let isBack = false;
    await this.taken.forEach(entry, async (taken) => {
      const note = await this.restored.use(path, async (recovery) => this.settle(taken, { place, recovery, line, path }));
      isBack ||= note === undefined;
      notes.push(...note === undefined ? [] : [note]);
    });
    return { isBack, notes };
  }

  /** Takes away second names that were held for a while: what was moved must have one, whoever takes one away at the same time. */
  public async release(): Promise<void> {
    const held = this.held;
    this.held = [];
    await (held.length > 0 ? wait(HOLD_MILLISECONDS) : undefined);
    for (const { taken, path, name } of held) {
      await this.restored.use(path, async (recovery) => {
        const own = await taken.directory.lstat(taken.name);
        await recovery.refresh();
        if (own && await give(taken, own, recovery, name) === 'TWO_NAMES') {
          await drop(taken);
        }
      });
    }
  }

  private async settle(
    taken: TakenEntry, { place, recovery, line, path }: { place?: Directory; recovery: Directory; line: EntryLine; path: TreePath },
  ): Promise<string | undefined> {
    const own = await taken.directory.lstat(taken.name);
    if (!own) {
      return undefined; // another undo, which took it for one that a call left, has settled it
    }
    let note: string | undefined;
    try {
      note = await this.objection(taken, own, line);
      if (note === undefined) {
        const fate = await give(taken, own, recovery, line.name);
        if (fate === 'TWO_NAMES') {
          this.held.push({ taken, path, name: line.name });
        }
        note = fate === 'TAKEN' ? HAS_NO_ROOM : undefined;
      }
    } catch (error) {
      note = errnoOrThrow(error);
    }
    return note === undefined || await this.giveBack(taken, own, place, line.liveName) ? note : `${note}; it is kept at '${this.taken.shown(taken)}'`;
  }

  /** Why what was taken does not go back: looked at only now, nobody can change its name any more. */
  private async objection(taken: TakenEntry, own: BigIntStats, line: EntryLine): Promise<string | undefined> {
    if (!isMoved(line, own)) {
      return IS_ANOTHER;
    }
    const wasWritten = !isUnwritten(line, own)
      // what time is not enough for was looked at before it was taken
      || (line.type === 'directory' && await isUntouched(this.root, taken.directory, taken.name, BigInt(line.at!), this.mustStop) === false);
    return wasWritten ? WAS_CHANGED : undefined;
  }

  /** Back to its place, if that is free; false if it stays where it is now. */
  private async giveBack({ directory, name }: TakenEntry, own: BigIntStats, place: Directory | undefined, liveName: string): Promise<boolean> {
    try {
      return (place !== undefined && await putBack(directory, name, own, place, liveName)) || await directory.lstat(name) === undefined;
    } catch (error) {
      errnoOrThrow(error);
      return false;
    }
  }
}

type Fate = 'BACK' | 'TAKEN' | 'TWO_NAMES';

/** Gives what was taken its name in the recovery directory, and replaces nothing there. */
async function give(taken: TakenEntry, own: BigIntStats, recovery: Directory, name: string): Promise<Fate> {
  const isDirectory = typeOf(own) === 'directory';
  if (isDirectory && await recovery.lstat(name) !== undefined) {
    return 'TAKEN'; // an empty directory would be replaced
  }
  try {
    await (isDirectory ? taken.directory.renameDirectory(taken.name, recovery, name) : taken.directory.link(taken.name, recovery, name));
  } catch (error) {
    errnoOrThrow(error);
    const there = await recovery.lstat(name);
    if (there && isSame(own, there)) {
      return isDirectory ? 'BACK' : 'TWO_NAMES';
    }
    if (there) {
      return 'TAKEN';
    }
    if (isDirectory || isErrno(error, 'EEXIST')) {
      throw error;
    }
    // what cannot have a second name (EPERM, EMLINK, ENOSPC); in a recovery directory nobody but us is at work
    await taken.directory.rename(taken.name, recovery, name);
    return 'BACK';
  }
  await (isDirectory ? undefined : drop(taken));
  return 'BACK';
}

/** It has a name elsewhere. Where it cannot be removed, the directory that it is in stays, and that is told. */
async function drop({ directory, name }: TakenEntry): Promise<void> {
  await directory.unlink(name).catch(errnoOrThrow);
}

/** True if this is what was moved. */
export const isMoved = (line: EntryLine, there: BigIntStats): boolean => String(there.ino) === line.inode || isCopyOf(line, there);

/** True if its own time of modification is still what it was. */
export const isUnwritten = (line: EntryLine, there: BigIntStats): boolean => isCopyOf(line, there) || String(there.mtimeNs) === line.mtime;

/** A symbolic link that could not be linked was made anew, with its time to the millisecond. */
function isCopyOf({ type, mtime }: EntryLine, there: BigIntStats): boolean {
  const difference = there.mtimeNs - BigInt(mtime);
  return type === 'symbolicLink' && typeOf(there) === type && difference < 1_000_000n && difference > -1_000_000n;
}
