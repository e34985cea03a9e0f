import type { BigIntStats } from 'node:fs';
import type { Listing } from './inventory';
import { plain } from './removal';
import type { Attempt, Fate, Removal, RemoveOptions } from './removal';
import { Sight } from './sight';
import type { Account, Admission } from './sight';
import { Turns } from './turns';
import { ENTRIES_AT_ONCE, isSticky } from '../../fs/directory';
import type { Directory } from '../../fs/directory';
import { errnoOrThrow, isErrno } from '../../fs/errno';
import { retrying } from '../../fs/retrying';
import { Slots } from '../../fs/slots';
import { depthOf, join, nameOf, parentOf } from '../../fs/tree';
import type { Tree, TreePath } from '../../fs/tree';
import { DIRECTORIES_AT_ONCE } from '../../fs/walk';
import { inParallel } from '../../runtime/in-parallel';
import { Notes } from '../notes';
import { isWrittenLater } from '../use';
import type { UseLimits } from '../use';

export type { Removal } from './removal';

/** Where more entries of one directory cannot be removed, the rest of it is left as well. */
const MOST_LEFT = 10_000;
/** Entries of a directory in memory; where others remove the rest of it, fewer would mean to list theirs again and again. */
const MOST_LISTED = 10_000;
/** GETATTR and READDIR of a directory that was looked at before. */
const OPERATIONS_PER_LISTING = 2;
/** Subdirectories of one directory that are begun, be they waiting for a slot, or emptied and waiting for their turn: each takes memory. */
const SUBDIRECTORIES_AT_ONCE = 200;

/** Directories whose ctimes the next call is told: with more, it looks through all that is left. */
const MOST_ACCOUNTED = 5_000;
/** How often a directory is looked at again though nothing could be removed from it. */
const MOST_IDLE_ROUNDS = 3;

const WRITTEN = 'was written, or appeared, while the directory was deleted';
const REPLACED = 'is another directory than the one that was emptied';

/** What was done about what a directory held. */
interface Content {
  readonly removed: number;
  /** It was listed, and nothing in it was for this worker. */
  readonly sawNothing: boolean;
}

/** Told of each entry what became of it. */
type Settle = (name: string, fate: Fate) => void;

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
  private readonly sight: Sight;

  constructor(private readonly tree: Tree, private readonly options: RemoveOptions) {
    this.sight = new Sight({ ...options, mount: options.parent.mount() });
  }

  public async run(): Promise<Removal> {
    const fate = await this.removeDirectory('', new Turns());
    // calling again helps only if that got anything done
    const done = !this.stopped || this.removed === 0;
    const { removed, notes: { notes } } = this;
    return { done, fate, removed, notes, ...(done ? {} : { account: await this.accountFor(this.sight.unfinished) }) };
  }

  /** What directories are like by now: whoever finds them otherwise later knows that somebody else was there. */
  private async accountFor(paths: readonly TreePath[]): Promise<Account | undefined> {
    if (paths.length > MOST_ACCOUNTED) {
      return undefined;
    }
    const statOf = async (path: TreePath) => this.tree.use(path, async (directory) => directory.stat()).catch((error) => {
      errnoOrThrow(error); // it is gone, or somewhere else: the next call sees what is there
    });
    const stats = await inParallel(paths, DIRECTORIES_AT_ONCE, statOf);
    return new Map(stats.flatMap((own): Array<[string, string]> => (own ? [[String(own.ino), String(own.ctimeNs)]] : [])));
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
    let known = this.options.inventory.listing(path);
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
    const inSlot = async (directory: Directory): Promise<Fate | undefined> => {
      const objection = await this.options.watch.objection(path);
      if (objection !== undefined) {
        return this.leave(this.shown(path), objection);
      }
      const listing = known && await this.recall(directory, path, known) || await this.list(directory, path, left);
      if (typeof listing === 'string') {
        return listing;
      }
      content.sawNothing = !known && listing.others.length + listing.directories.length === 0;
      begin(listing);
      await this.removeOthers(directory, path, listing.others, settle);
      return undefined;
    };
    const run = async (): Promise<Fate | undefined> => this.slots.run(depthOf(path), async () => (this.outOfTime ? 'LEFT' : this.tree.use(path, inSlot)));
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

  /** When an entry of a directory that is as it was counts as written later; undefined where all of them were looked at a moment ago. */
  private get limits(): UseLimits | undefined {
    const { limits, freshUntil } = this.options;
    return freshUntil !== undefined && performance.now() < freshUntil ? undefined : limits;
  }

  /** What a directory was seen to hold, without another look, if it is as it was then; a fate, if it is not to be touched. */
  private async recall(directory: Directory, path: TreePath, known: Listing): Promise<Listing | Fate | undefined> {
    const admission = this.sight.admit(path, await directory.stat(), directory.mount());
    if (admission.objection !== undefined) {
      return this.leave(directory.path, admission.objection);
    }
    return admission.changed ? undefined : this.ours(path, known);
  }

  /** A bounded part of what a directory holds now, without what stays; a fate, if it is not to be touched. */
  private async list(directory: Directory, path: TreePath, left: Map<string, Fate>): Promise<Listing | Fate> {
    const { rateLimit, watch } = this.options;
    await rateLimit.take(OPERATIONS_PER_LISTING);
    const listing = { others: [] as string[], directories: [] as string[] };
    let own: BigIntStats | undefined;
    let admission: Admission | undefined;
    const opened = async () => {
      own = await directory.stat();
      admission = this.sight.admit(path, own, directory.mount());
    };
    for await (const batch of directory.batches(ENTRIES_AT_ONCE, opened)) {
      if (admission?.objection !== undefined) {
        break;
      }
      const namesOf = (directories: boolean) => batch.filter(({ name, type }) => (type === 'directory') === directories && !left.has(name)).map(({ name }) => name);
      const { others, directories } = this.ours(path, { others: namesOf(false), directories: namesOf(true) });
      const objections = await this.objectionsTo(directory, others, admission!.changed);
      others.forEach((name, index) => {
        const objection = objections[index];
        if (objection === undefined) {
          listing.others.push(name);
        } else {
          left.set(name, this.leave(directory.pathOf(name), objection));
        }
      });
      listing.directories.push(...directories);
      if (listing.others.length + listing.directories.length >= MOST_LISTED) {
        break;
      }
    }
    const objection = admission?.objection ?? (isSticky(own!) ? await watch.objection(path) : undefined);
    if (objection !== undefined) {
      return this.leave(directory.path, objection);
    }
    await directory.clearStickyBit(own!);
    return listing;
  }

  /** Why entries that are no directories stay; `changed`: the directory does not hold what it held. */
  private async objectionsTo(directory: Directory, names: readonly string[], changed: boolean): Promise<Array<string | undefined>> {
    const { limits, options: { onlyDirectories } } = this;
    if (onlyDirectories || (!changed && !limits)) {
      return []; // in the first case all of them stay
    }
    const stats = await directory.lstatAll(names);
    const always = changed ? this.options.limits : limits;
    return stats.map((own) => {
      const isLater = own && ((changed && this.sight.isLater(own)) || (always && isWrittenLater(own, always)));
      return isLater ? WRITTEN : undefined;
    });
  }

  /** Removes the entries of a directory that are no directories, one after the other. */
  private async removeOthers(directory: Directory, path: TreePath, names: readonly string[], settle: Settle): Promise<void> {
    for (const name of names) {
      if (this.outOfTime) {
        return;
      }
      const fate = await this.removeOther(directory, path, name);
      if (fate === 'STALE') {
        return;
      }
      settle(name, fate === 'OBJECTED' ? 'LEFT' : fate);
      if (fate === 'OBJECTED') {
        return; // to all of them
      }
    }
  }

  private async removeOther(directory: Directory, path: TreePath, name: string): Promise<Fate | 'STALE' | 'OBJECTED'> {
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
      const takeBack = await this.options.emptied?.();
      const fate = await this.attempt(path, top.path, () => this.removeEntered(parent, top.name, path));
      await (fate === 'REMOVED' ? undefined : takeBack?.());
      return fate === 'CHANGED' && await watch.isElsewhere('') ? this.leave(top.path, (await watch.objection(''))!) : plain(fate);
    }
    return plain(await this.attempt(parentOf(path), this.shown(path), async () => {
      const objection = await this.tree.use(parentOf(path), async (directory) => this.removeEntered(directory, nameOf(path), path));
      if (objection === undefined) {
        watch.forget(path);
        this.sight.forget(path);
        await this.tree.forget(path);
      }
      return objection;
    }));
  }

  /** Removes a directory by its name, if that still stands for the one that was emptied. */
  private async removeEntered(parent: Directory, name: string, path: TreePath): Promise<string | undefined> {
    const there = await parent.lstat(name);
    if (there && there.ino !== this.sight.inodeOf(path)) {
      return REPLACED;
    }
    await parent.rmdir(name);
    return undefined;
  }

  /**
   * Removes an entry of a directory, if there is no objection to that at the very moment: after the wait for the rate, and again
   * after each wait for a busy server. STALE: another worker has removed the directory. OBJECTED: the watch says no, to whatever is in it.
   */
  private async attempt(path: TreePath, shown: string, action: () => Promise<string | undefined | void>): Promise<Attempt> {
    await this.options.rateLimit.take();
    let watched: string | undefined;
    try {
      const objection = await retrying(async () => {
        watched = await this.options.watch.objection(path);
        return watched ?? action();
      });
      if (objection !== undefined) {
        this.leave(watched === undefined ? shown : this.shown(path), objection);
        return watched === undefined ? 'LEFT' : 'OBJECTED';
      }
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
