import type { BigIntStats } from 'node:fs';
import { LONGEST_KNOWN_MILLISECONDS } from './inventory';
import type { Inventory, Listing } from './inventory';
import { WATCH_MILLISECONDS } from './watch';
import type { Watch } from './watch';
import type { PathRange } from '../../../src/core/shard';
import type { PathNote } from '../../../src/core/worker';
import { ENTRIES_AT_ONCE } from '../../fs/directory';
import type { Directory } from '../../fs/directory';
import { errnoOrThrow, isErrno } from '../../fs/errno';
import { retrying } from '../../fs/retrying';
import { Slots } from '../../fs/slots';
import { depthOf, join, nameOf, parentOf } from '../../fs/tree';
import type { Tree, TreePath } from '../../fs/tree';
import { DIRECTORIES_AT_ONCE } from '../../fs/walk';
import type { Deadline } from '../../runtime/deadline';
import { inParallel } from '../../runtime/in-parallel';
import type { RateLimit } from '../../runtime/rate-limit';
import { Notes } from '../notes';
import { isWrittenLater } from '../use';
import type { UseLimits } from '../use';

/** What a removal did. */
export interface Removal {
  /** False if time ran out: call again. */
  readonly done: boolean;
  /** What became of the top itself. */
  readonly fate: Fate;
  readonly removed: number;
  /** Entries that could not be removed; the rest was. */
  readonly notes: PathNote[];
}

export interface RemoveOptions {
  /** What is removed, and the directory that it is in. */
  readonly top: Directory;
  readonly parent: Directory;
  /** The device that nothing may lie outside of. */
  readonly device: bigint;
  /** What was seen when the tree was inspected: it is removed without another look. */
  readonly inventory: Inventory;
  /** When an entry counts as written later, and is left; left out where that guard is turned off. */
  readonly limits?: UseLimits;
  /** When the look through the tree began, if there was one; in milliseconds since 1970-01-01T00:00:00Z. */
  readonly inspectedAt?: number;
  /** Leaves everything that is no directory, even if it came after the directory was looked through. */
  readonly onlyDirectories: boolean;
  /** What of the tree is to be removed; other workers may be at work on the rest. */
  readonly range: PathRange;
  /** Tells what somebody moved away. */
  readonly watch: Watch;
  readonly deadline: Deadline;
  readonly rateLimit: RateLimit;
}

/** Where more entries of one directory cannot be removed, the rest of it is left as well. */
const MOST_LEFT = 10_000;
/** Entries of a directory in memory; where others remove the rest of it, fewer would mean to list theirs again and again. */
const MOST_LISTED = 10_000;
/** GETATTR and READDIR of a directory that was looked at before. */
const OPERATIONS_PER_LISTING = 2;
/** Subdirectories of one directory that are begun, be they waiting for a slot, or emptied and waiting for their turn: each takes memory. */
const SUBDIRECTORIES_AT_ONCE = 200;

/**
 * How far the times that a file system writes may lie behind the clock: a kernel takes them from its last tick (1 to 10 ms). Whatever changed since then may
 * have changed after the look as well.
 */
const CLOCK_TICK_MILLISECONDS = 1000;

/** How often a directory is looked at again though nothing could be removed from it. */
const MOST_IDLE_ROUNDS = 3;

/** What was done about what a directory held. */
interface Content {
  readonly removed: number;
  /** It was listed, and nothing in it was for this worker. */
  readonly sawNothing: boolean;
}

/** Told of each entry what became of it. */
type Settle = (name: string, fate: Fate) => void;

/** REMOVED: it is gone. CHANGED: it is no longer what it was listed as. LEFT: it stays. OTHERS: what is left in it belongs to other workers. */
export type Fate = 'REMOVED' | 'CHANGED' | 'LEFT' | 'OTHERS';

/**
 * Removes a tree. Never follows a symbolic link and never leaves the device of the top. Many directories at once, and
 * in each of them one entry after the other, since the kernel's client removes no two names of one directory at a time.
 */
export async function removeTree(tree: Tree, options: RemoveOptions): Promise<Removal> {
  return new TreeRemoval(tree, options).run();
}

class TreeRemoval {
  private readonly slots = new Slots(DIRECTORIES_AT_ONCE);
  /** For emptied directories: with the same slots they would all wait until nothing else is left to do. */
  private readonly emptied = new Slots(DIRECTORIES_AT_ONCE);
  private readonly notes = new Notes();
  private removed = 0;
  private left = 0;
  private stopped = false;

  constructor(private readonly tree: Tree, private readonly options: RemoveOptions) {}

  public async run(): Promise<Removal> {
    const fate = await this.removeDirectory('', new Turns());
    // calling again helps only if that got anything done
    return { done: !this.stopped || this.removed === 0, fate, removed: this.removed, notes: this.notes.notes };
  }

  /** Each call removes something, if anything can be removed: a caller that calls until all is done comes to an end. */
  private get outOfTime(): boolean {
    this.stopped ||= this.removed + this.left > 0 && this.options.deadline.reached;
    return this.stopped;
  }

  private leave(path: string, note: string): Fate {
    this.left += 1;
    this.notes.add(path, note);
    return 'LEFT';
  }

  private shown(path: TreePath): string {
    const { top } = this.options;
    return path === '' ? top.path : top.pathOf(path);
  }

  private async removeDirectory(path: TreePath, turns: Turns): Promise<Fate> {
    const shown = this.shown(path);
    const left = new Map<string, Fate>();
    let known = this.options.inventory.take(path);
    for (let idle = 0; idle < MOST_IDLE_ROUNDS;) {
      const before = this.removed;
      const content = await this.removeContent(path, known, left).catch((error) => this.unopened(path, error));
      if (typeof content === 'string') {
        return content;
      }
      const { removed, sawNothing } = content;
      if (this.outOfTime) {
        return 'LEFT';
      }
      const stays = [...left.values()].includes('LEFT');
      if (left.size > 0 && removed > 0 && left.size <= MOST_LEFT) {
        known = undefined; // there may be more than was listed
        continue;
      }
      // what was for other workers may be gone by now, and then nobody else comes to the directory that it was in
      const fate = stays ? 'LEFT' : await turns.take(() => this.emptied.run(depthOf(path), async () => this.removeSelf(path)));
      if (fate !== 'NOT_EMPTY') {
        return fate;
      }
      if (left.size > 0 || (sawNothing && !this.options.range.covers(path))) {
        return 'OTHERS';
      }
      idle = removed === 0 && this.removed === before ? idle + 1 : 0; // a subdirectory that had to be opened anew may have got on
      known = undefined; // what came since, and what the listing left out while names were removed
    }
    return this.leave(shown, 'is not empty, again and again');
  }

  /**
   * Removes what a directory was seen to hold, or is seen to hold now; a fate, if it is not to be touched. What stays is noted in
   * `left`. The slot is held from the look to the last entry that is no directory: with one for each, all siblings would be listed
   * first. That takes memory for the names of all of them, and was in vain where time runs out.
   */
  private async removeContent(path: TreePath, known: Listing | undefined, left: Map<string, Fate>): Promise<Content | Fate> {
    const objection = await this.options.watch.objection(path);
    if (objection !== undefined) {
      return this.leave(this.shown(path), objection);
    }
    const content = { removed: 0, sawNothing: false };
    const settle = (name: string, fate: Fate) => {
      content.removed += fate === 'REMOVED' ? 1 : 0;
      if (fate === 'LEFT' || fate === 'OTHERS') {
        left.set(name, fate);
      }
    };
    let directories: Promise<unknown> = Promise.resolve();
    const begin = (listing: Listing): undefined => {
      const turns = new Turns();
      const remove = async (name: string) => settle(name, await this.removeDirectory(join(path, name), turns));
      directories = inParallel(listing.directories, SUBDIRECTORIES_AT_ONCE, remove);
      directories.catch(() => undefined); // is awaited below, and may fail before that
    };
    const listed = known && this.ours(path, known);
    const inSlot = async (directory: Directory): Promise<Fate | undefined> => {
      const listing = listed ?? await this.list(directory, path, left);
      if (typeof listing === 'string') {
        return listing;
      }
      content.sawNothing = !known && listing.others.length + listing.directories.length === 0;
      begin(listing);
      await this.removeOthers(directory, path, listing.others, settle);
      return undefined;
    };
    const run = async (): Promise<Fate | undefined> => {
      if (listed?.others.length === 0) {
        return begin(listed);
      }
      return this.slots.run(depthOf(path), async () => (this.outOfTime ? 'LEFT' : this.tree.use(path, inSlot)));
    };
    const [end] = await Promise.allSettled([run()]);
    await directories; // nothing is in flight when this throws
    return end.status === 'rejected' ? this.unopened(path, end.reason) : end.value ?? content;
  }

  /** What of a listing is not for other workers. */
  private ours(path: TreePath, { others, directories }: Listing): Listing {
    const { range } = this.options;
    return {
      others: others.filter((name) => range.includes(join(path, name))),
      directories: directories.filter((name) => range.touches(join(path, name))),
    };
  }

  /** When an entry of a directory counts as written later; undefined where all of them were looked at a moment ago. */
  private limitsOf(own: BigIntStats): UseLimits | undefined {
    const { limits, inspectedAt } = this.options;
    const isFresh = inspectedAt !== undefined && Date.now() - inspectedAt < LONGEST_KNOWN_MILLISECONDS;
    const unchangedUntil = (inspectedAt ?? 0) - CLOCK_TICK_MILLISECONDS;
    return isFresh && Number(own.mtimeMs) < unchangedUntil && Number(own.ctimeMs) < unchangedUntil ? undefined : limits;
  }

  /** A bounded part of what a directory holds now, without what stays; a fate, if it is not to be touched. */
  private async list(directory: Directory, path: TreePath, left: Map<string, Fate>): Promise<Listing | Fate> {
    const { rateLimit, device } = this.options;
    await rateLimit.take(OPERATIONS_PER_LISTING);
    const listing = { others: [] as string[], directories: [] as string[] };
    let own: BigIntStats | undefined;
    const opened = async () => {
      own = await directory.stat();
    };
    for await (const batch of directory.batches(ENTRIES_AT_ONCE, opened)) {
      if (own!.dev !== device) {
        break;
      }
      const limits = this.limitsOf(own!);
      const namesOf = (directories: boolean) => batch.filter(({ name, type }) => (type === 'directory') === directories && !left.has(name)).map(({ name }) => name);
      const { others, directories } = this.ours(path, { others: namesOf(false), directories: namesOf(true) });
      const stats = limits ? await directory.lstatAll(others) : [];
      others.forEach((name, index) => {
        if (limits && stats[index] && isWrittenLater(stats[index], limits)) {
          left.set(name, this.leave(directory.pathOf(name), 'was written while the directory was deleted'));
        } else {
          listing.others.push(name);
        }
      });
      listing.directories.push(...directories);
      if (listing.others.length + listing.directories.length >= MOST_LISTED) {
        break;
      }
    }
    if (own!.dev !== device) {
      return this.leave(directory.path, 'lies on another device');
    }
    await directory.clearStickyBit(own!);
    return listing;
  }

  /** Removes the entries of a directory that are no directories, one after the other. */
  private async removeOthers(directory: Directory, path: TreePath, names: readonly string[], settle: Settle): Promise<void> {
    let lookedAt = performance.now();
    for (const name of names) {
      if (this.outOfTime) {
        return;
      }
      if (performance.now() - lookedAt >= WATCH_MILLISECONDS) {
        const objection = await this.options.watch.objection(path);
        if (objection !== undefined) {
          settle(name, this.leave(directory.path, objection));
          return;
        }
        lookedAt = performance.now();
      }
      const fate = await this.removeOther(directory, path, name);
      if (fate === 'STALE') {
        return;
      }
      settle(name, fate);
    }
  }

  private async removeOther(directory: Directory, path: TreePath, name: string): Promise<Fate | 'STALE'> {
    const shown = directory.pathOf(name);
    if (this.options.onlyDirectories) {
      return this.leave(shown, 'appeared while the directory was deleted');
    }
    const fate = await this.attempt(path, shown, () => directory.unlink(name));
    return fate === 'NOT_EMPTY' ? 'CHANGED' : fate;
  }

  private async removeSelf(path: TreePath): Promise<Fate | 'NOT_EMPTY'> {
    const { parent, top, watch } = this.options;
    if (this.outOfTime) {
      return 'LEFT';
    }
    if (path === '') {
      const fate = await this.attempt(path, top.path, () => parent.rmdir(top.name));
      return fate === 'CHANGED' && await watch.isElsewhere('') ? this.leave(top.path, (await watch.objection(''))!) : unlessStale(fate);
    }
    return unlessStale(await this.attempt(parentOf(path), this.shown(path), async () => {
      await this.tree.use(parentOf(path), async (directory) => directory.rmdir(nameOf(path)));
      watch.forget(path);
      await this.tree.forget(path);
    }));
  }

  /** Removes an entry of a directory. STALE: another worker has removed that. */
  private async attempt(path: TreePath, shown: string, action: () => Promise<void>): Promise<Fate | 'NOT_EMPTY' | 'STALE'> {
    await this.options.rateLimit.take();
    try {
      await retrying(action);
      this.removed += 1;
      return 'REMOVED';
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR')) {
        return 'CHANGED';
      }
      if (isErrno(error, 'ESTALE') && await this.isGone(path)) {
        return 'STALE';
      }
      return isErrno(error, 'ENOTEMPTY', 'EEXIST') ? 'NOT_EMPTY' : this.leave(shown, errnoOrThrow(error));
    }
  }

  private async unopened(path: TreePath, error: unknown): Promise<Fate> {
    if (isErrno(error, 'ESTALE')) {
      await this.tree.forget(path); // its parent, if not empty, is looked at again, and it is opened anew
    }
    const changed = isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP') || (isErrno(error, 'ESTALE') && (path !== '' || await this.isGone(path)));
    return changed ? 'CHANGED' : this.leave(this.shown(path), errnoOrThrow(error));
  }

  /** True if another client has removed a directory. */
  private async isGone(path: TreePath): Promise<boolean> {
    const { parent, top } = this.options;
    if (path !== '') {
      return this.tree.isGone(path);
    }
    await parent.refresh();
    return await parent.lstat(top.name) === undefined;
  }
}

const unlessStale = (fate: Fate | 'NOT_EMPTY' | 'STALE'): Fate | 'NOT_EMPTY' => (fate === 'STALE' ? 'CHANGED' : fate);

/** Lets actions run one after the other: those that would wait for each other in the kernel, each on a thread. */
class Turns {
  private last: Promise<unknown> = Promise.resolve();

  public async take<T>(action: () => Promise<T>): Promise<T> {
    const turn = this.last.then(action);
    this.last = turn.catch(() => undefined);
    return turn;
  }
}
