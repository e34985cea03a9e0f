import { createHash } from 'node:crypto';
import { movedAway } from './in-place';
import { isUntouched } from './is-untouched';
import type { Untouched } from './is-untouched';
import { putBack } from './put-back';
import { IS_ANOTHER, isMoved, isUnwritten, Retrieval, WAS_CHANGED } from './retrieval';
import type { Taken } from './taken';
import type { UndoCounts, UndoResume } from '../../../src/core/worker';
import { typeOf } from '../../fs/directory';
import type { Directory } from '../../fs/directory';
import { errnoOrThrow, isErrno } from '../../fs/errno';
import { join, parentOf } from '../../fs/tree';
import type { Tree, TreePath } from '../../fs/tree';
import { DIRECTORIES_AT_ONCE } from '../../fs/walk';
import type { Deadline } from '../../runtime/deadline';
import { inParallel } from '../../runtime/in-parallel';
import type { RateLimit } from '../../runtime/rate-limit';
import type { DirectoryNode } from '../move/directory-node';
import { ownerAndModeOf } from '../move/merged';
import type { OwnerAndMode } from '../move/merged';
import { isEntry, isOwner, isTakenOwner } from '../move/read-journal';
import type { EntryLine, OwnerLine, ReadLine, TakenOwnerLine } from '../move/read-journal';
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
  readonly taken: Taken;
  readonly counts: UndoCounts;
  readonly notes: Notes;
  /** What earlier calls came to with the steps that are taken first. */
  readonly begun?: UndoResume['begun'];
  readonly deadline: Deadline;
  readonly rateLimit: RateLimit;
}

/** Calls that change the file system, for an entry. */
const OPERATIONS_PER_ENTRY = 3;

/** What is taken back. */
type Line = EntryLine | OwnerLine | TakenOwnerLine;

/** Where the lines of a directory are acted on. */
interface Place {
  readonly path: TreePath;
  /** The live directory; undefined if there is none. */
  readonly live?: Directory;
  /** Why it could not be opened. */
  readonly errno?: string;
}

/** Stands for an entry: short, since there may be thousands in an answer. */
const entryOf = ({ directory, name, inode }: EntryLine): string =>
  createHash('sha256').update(`${inode} ${directory.digestOf(name)}`).digest('base64url').slice(0, 12);

/** Takes back the steps of a move. Where an entry is, its inode number tells: whatever is done already is not done again. */
export class Reversal {
  private readonly counted: { -readonly [Fate in keyof UndoCounts]: number };
  /** The entries that were left, which no other call must count again. */
  private left: Set<string>;
  /** A directory that is looked through, and how far. */
  private looked?: { readonly entry: string; readonly cursor: string };
  /** The live directories that something was put back into, by their paths: what they are, and how much it was. */
  private readonly filled = new Map<TreePath, { inode: bigint; entries: number }>();
  private readonly retrieval: Retrieval;
  private progressed = false;
  private stopped = false;

  constructor(private readonly options: ReversalOptions) {
    this.counted = { ...options.counts };
    this.left = new Set(options.begun?.left);
    this.looked = options.begun?.looked;
    this.retrieval = new Retrieval(options.root, options.restored, options.taken, () => options.deadline.reached);
  }

  public get counts(): UndoCounts {
    return { ...this.counted };
  }

  /** What it came to with the steps that it did not finish. */
  public get begun(): UndoResume['begun'] {
    return { left: [...this.left], ...(this.looked ? { looked: this.looked } : {}) };
  }

  /** Takes back steps, the last one first; those of different directories at the same time. False if time ran out: take the same ones again. */
  public async take(lines: readonly ReadLine[]): Promise<boolean> {
    const groups = new Map<DirectoryNode, Line[]>();
    for (const line of lines) {
      if (isEntry(line) || isOwner(line) || isTakenOwner(line)) {
        const group = groups.get(line.directory) ?? [];
        group.push(line);
        groups.set(line.directory, group);
      }
    }
    await this.options.live.close(); // what was opened long ago may be elsewhere by now
    await inParallel([...groups], DIRECTORIES_AT_ONCE, async ([{ path }, group]) => this.takeGroup(path, group));
    await this.retrieval.release();
    await this.checkFilled();
    if (!this.stopped) {
      this.left = new Set();
      this.looked = undefined;
    }
    return !this.stopped;
  }

  /** What nobody takes back. */
  public leaveAll(paths: readonly string[], note: string): void {
    this.counted.left += paths.length;
    paths.forEach((path) => this.options.notes.add(path, note));
  }

  /** Each call gets something done: a caller that calls until all is done comes to an end. */
  private get outOfTime(): boolean {
    this.stopped ||= this.progressed && this.options.deadline.reached;
    return this.stopped;
  }

  private async takeGroup(path: TreePath, group: readonly Line[]): Promise<void> {
    if (this.outOfTime) {
      return;
    }
    await useIfThere(this.options.live, path, async (live, errno) => {
      for (const line of group) {
        if (this.outOfTime) {
          return;
        }
        await this.takeOne(line, { path, live, errno });
      }
    });
  }

  private async takeOne(line: Line, place: Place): Promise<void> {
    const { restored, root, rateLimit, notes } = this.options;
    try {
      await rateLimit.take(OPERATIONS_PER_ENTRY);
      if (isOwner(line)) {
        await restored.use(place.path, async (directory) => directory.restoreOwnerAndMode(line));
      } else if (isTakenOwner(line)) {
        await this.giveBackOwner(line, place);
      } else if (!this.left.has(entryOf(line))) {
        const back = place.errno === undefined ? await this.moveBack(line, place) : [place.errno];
        if (back !== 'OUT_OF_TIME') {
          const note = await this.putBack(line, place);
          this.leave(line, place, note === undefined ? back : [...back, note]);
        }
      }
    } catch (error) {
      const errno = errnoOrThrow(error);
      if (isOwner(line) || isTakenOwner(line)) {
        this.counted.left += 1;
        notes.add(root.pathOf(place.path), errno);
      } else {
        this.leave(line, place, [errno]);
      }
    }
  }

  /** A live directory gets its owner and mode back, unless somebody changed them since. */
  private async giveBackOwner({ was, is }: TakenOwnerLine, { path, live }: Place): Promise<void> {
    if (!live) {
      return; // whatever was in it is told
    }
    const now = ownerAndModeOf(await live.stat());
    const keys = ['mode', 'uid', 'gid'] satisfies Array<keyof OwnerAndMode>;
    if (keys.every((key) => now[key] === is[key] || now[key] === was[key])) { // a call may have been killed between the two
      await live.restoreOwnerAndMode(was);
    } else {
      this.counted.left += 1;
      this.options.notes.add(this.options.root.pathOf(path), 'its owner or mode was changed after the move: left as it is');
    }
  }

  private leave(line: EntryLine, { path }: Place, why: readonly string[]): void {
    if (why.length > 0) {
      const entry = entryOf(line);
      this.left.add(entry);
      this.looked = this.looked?.entry === entry ? undefined : this.looked; // else no other directory would ever be looked through to its end
      this.counted.left += 1;
      this.progressed = true;
      this.options.notes.add(this.options.root.pathOf(join(path, line.liveName)), [...new Set(why)].join('; '));
    }
  }

  /** Moves an entry back into the recovery directory; what is to be said if it, or what was taken for it, is left. */
  private async moveBack(line: EntryLine, { path, live }: Place): Promise<string[] | 'OUT_OF_TIME'> {
    const entry = entryOf(line);
    const { isBack, notes } = await this.retrieval.goOn(live, line, path, entry);
    if (isBack) {
      await this.noteBack(line, path);
      return notes;
    }
    const there = await live?.lstat(line.liveName);
    if (String(there?.ino) !== line.inode && await this.isBack(line, path)) {
      return notes; // it was never moved, or it was moved back
    }
    if (!live || !there || !isMoved(line, there)) {
      return [...notes, IS_ANOTHER];
    }
    const untouched = isUnwritten(line, there) && (line.type !== 'directory' || await this.isUntouched(live, line, entry));
    if (untouched !== true) {
      return untouched ? 'OUT_OF_TIME' : [...notes, WAS_CHANGED];
    }
    const note = await this.retrieval.retrieve(live, line, path, entry);
    if (note !== undefined) {
      return [...notes, note];
    }
    await this.noteBack(line, path);
    return notes;
  }

  private async noteBack({ type, name, liveName }: EntryLine, path: TreePath): Promise<void> {
    const { restored, live } = this.options;
    if (type === 'directory') {
      await restored.forget(join(path, name));
      await live.forget(join(path, liveName));
    }
    this.counted.movedBack += 1;
    this.progressed = true;
  }

  private async isUntouched(place: Directory, { liveName, at }: EntryLine, entry: string): Promise<Untouched> {
    const cursor = this.looked?.entry === entry ? this.looked.cursor : undefined;
    const untouched = await isUntouched(this.options.root, place, liveName, BigInt(at!), () => this.options.deadline.reached, cursor);
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
  private async isBack({ name, inode }: EntryLine, path: TreePath): Promise<boolean> {
    return this.options.restored.use(path, async (directory) => String((await directory.lstat(name))?.ino) === inode);
  }

  /** Puts what was kept aside back to its place; what is to be said if it stays aside. */
  private async putBack(line: EntryLine, { path, live }: Place): Promise<string | undefined> {
    const { aside, asidePath, root } = this.options;
    if (line.aside === undefined || !aside) {
      return undefined;
    }
    const kept = join(line.aside, join(path, line.name));
    const stays = `what was there stays at '${asidePath}${root.pathOf(kept)}'`;
    return useIfThere(aside, parentOf(kept), async (source, errno) => {
      const own = await source?.lstat(line.name);
      if (!source || !own) {
        return errno && `${errno}: ${stays}`; // else it was never kept aside, or it is back
      }
      try {
        if (!live || !await putBack(source, line.name, own, live, line.name)) {
          return `its place is taken: ${stays}`;
        }
      } catch (error) {
        return `${errnoOrThrow(error)}: ${stays}`;
      }
      await (typeOf(own) === 'directory' ? this.options.live.forget(join(path, line.name)) : undefined);
      this.counted.putBack += 1;
      this.progressed = true;
      const filled = this.filled.get(path);
      this.filled.set(path, { inode: (await live.stat()).ino, entries: (filled?.entries ?? 0) + 1 });
      return undefined;
    });
  }

  /** What was put back into a directory that somebody moved meanwhile is not at its place. */
  private async checkFilled(): Promise<void> {
    const { root, notes } = this.options;
    const all = [...this.filled].map(([path, { inode, entries }]) => ({ path, inode, entries }));
    this.filled.clear();
    for (const { path, entries } of await movedAway(root, all)) {
      this.counted.putBack -= entries;
      this.counted.left += entries;
      notes.add(root.pathOf(path), 'was moved away meanwhile: what was put back into it is where it is now');
    }
  }
}

/** Runs an action on a directory, or without one where there is none, or where it cannot be opened: then with the errno. */
async function useIfThere<T>(tree: Tree, path: TreePath, action: (directory: Directory | undefined, errno?: string) => Promise<T>): Promise<T> {
  let opened = false;
  try {
    return await tree.use(path, async (directory) => {
      opened = true;
      return action(directory);
    });
  } catch (error) {
    const errno = errnoOrThrow(error);
    if (opened) {
      throw error;
    }
    return action(undefined, isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP') ? undefined : errno);
  }
}
