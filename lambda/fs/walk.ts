import { decodeCursor, encodeCursor } from './cursor';
import type { CursorStore, Frame } from './cursor';
import { ENTRIES_AT_ONCE } from './directory';
import type { Directory, Entry } from './directory';
import { errnoOf, isErrno } from './errno';
import { changeOf, Listing } from './listing';
import { Node } from './node';
import { Slots } from './slots';
import type { Tree, TreePath } from './tree';

/** A directory that is visited. */
export interface Visit {
  readonly directory: Directory;
  readonly path: TreePath;
  /** What `enter` said when the walk went into this directory, or what an earlier visit left. */
  readonly context: string;
  /** Its entries in batches, without those that an earlier visit went through. */
  readonly entries: AsyncIterable<Entry[]>;
  /** How many those were. */
  readonly skipped: number;
  /**
   * True if an earlier visit went through some of its entries, and the directory was changed since then: a position says nothing
   * any more, so all entries are given anew. `context` is what that visit left: whatever it counted is to be taken back.
   */
  readonly restarted: boolean;
}

/**
 * How a visit ended. DONE: go on with the subdirectories. LIST_AGAIN: the same, but the visit took subdirectories away. ENOUGH:
 * the walk has found what it looked for. A number: time ran out within the directory, and the next visit is to leave out so many
 * of its entries (0: it begins anew); with a context for itself, where it needs to know something about those.
 */
export type VisitEnd = 'DONE' | 'LIST_AGAIN' | 'ENOUGH' | number | { readonly position: number; readonly context: string };

export interface WalkOptions {
  readonly visit: (visit: Visit) => Promise<VisitEnd>;
  /** Asked for each subdirectory of a directory that was visited: the context to visit it with, undefined to leave it out. */
  readonly enter?: (parent: Directory, name: string, path: TreePath, context: string) => Promise<string | undefined>;
  /** A directory that could not be read, and why. */
  readonly unreadable: (path: TreePath, errno: string) => void;
  /** A directory that is gone, or became something else, since it was listed: what it held may be elsewhere, and was not walked into. */
  readonly gone?: (path: TreePath) => void;
  /** Asked before each directory. */
  readonly mustStop: () => boolean;
  /** How many directories; left out, DIRECTORIES_AT_ONCE. */
  readonly atOnce?: number;
  /** The cursor of an earlier walk that was stopped. */
  readonly cursor?: string;
  /** Where cursors are kept that are too long. Left out, or unable to: what does not fit is left, and told as unreadable. */
  readonly cursors?: CursorStore;
  /** How long a cursor may be that is not kept; left out, LONGEST_CURSOR. */
  readonly longestCursor?: number;
  /** The context of the top; left out, an empty text. */
  readonly context?: string;
}

/** A walk's end: done, or stopped with the cursor to go on from. */
export interface WalkEnd {
  readonly done: boolean;
  readonly cursor?: string;
  /** A directory that somebody changed between two walks: what they saw of it may be incomplete, or seen twice. */
  readonly changed?: TreePath;
}

/**
 * Within one directory the client makes its calls one after the other, so this is how many are in flight. A session has at most
 * 64 slots, a server may grant fewer (the one of bench/ some 28), and calls that wait for a slot delay the one that everything
 * waits for: the subdirectories of one directory are removed one at a time. At 3 ms a call, 24 make 8,000 calls a second.
 */
export const DIRECTORIES_AT_ONCE = 24;
/** Names of subdirectories in memory, per directory; one that has more is listed again for the next ones. */
const SUBDIRECTORIES_AT_ONCE = 10_000;
/** Of all directories together, some 60 MB: a tree may be as wide at each of its levels. Beyond it they are taken in smaller parts. */
const MOST_NAMES_HELD = 200_000;
/** A directory that changes from call to call, again and again, would keep a walk from ever coming to its end. */
const MOST_RESTARTS = 10;
const RESTLESS = 'is changed again and again while it is looked through';
const TOO_DEEP = 'lies so deep, below names so long, that nothing can tell where to go on with it';
/** Step Functions: a state holds 256 KiB ("Quotas", AWS Step Functions Developer Guide), and an answer is more than its cursor. */
const LONGEST_CURSOR = 128 * 1024;

/** What is to be walked into after a visit. */
interface Visited {
  readonly frame: Frame;
  /** The subdirectories, where they are few. */
  readonly names?: string[];
}

/**
 * Walks a tree, many directories at once, each before its subdirectories and each as a stream: what is in memory is bounded,
 * whatever the size of the tree. A walk that must stop finishes the visits that it has begun, and answers with a cursor: the
 * directories that it has not finished.
 */
export async function walk(tree: Tree, options: WalkOptions): Promise<WalkEnd> {
  return new Walk(tree, options).run();
}

class Walk {
  private readonly slots: Slots;
  private readonly left: Frame[] = [];
  private enough = false;
  private changed?: TreePath;
  private readonly failures: unknown[] = [];
  private begun = 0;
  /** Names of subdirectories in memory. */
  private held = 0;

  constructor(private readonly tree: Tree, private readonly options: WalkOptions) {
    this.slots = new Slots(options.atOnce ?? DIRECTORIES_AT_ONCE);
  }

  public async run(): Promise<WalkEnd> {
    const { cursor, context = '' } = this.options;
    const given = cursor === undefined ? undefined : this.options.cursors?.read(cursor) ?? cursor;
    const frames: Frame[] = given === undefined ? [{ node: Node.top(), context, skip: 0 }] : decodeCursor(given);
    await this.spawn(frames, async (frame) => this.begin(frame));
    if (this.failures.length > 0) {
      throw this.failures[0];
    }
    const changed = this.changed === undefined ? {} : { changed: this.changed };
    const next = this.left.length === 0 ? undefined : await this.keep();
    if (next === undefined && cursor !== undefined) {
      await this.options.cursors?.remove(cursor);
    }
    return next === undefined ? { done: true, ...changed } : { done: false, cursor: next, ...changed };
  }

  /** The cursor of what is left, or what it is kept as; undefined where nothing is left in the end. */
  private async keep(): Promise<string | undefined> {
    const { cursor: previous, cursors, longestCursor = LONGEST_CURSOR } = this.options;
    const isKept = previous !== undefined && cursors?.read(previous) !== undefined; // then the next one is, too: so the last of them can be removed
    const cursor = encodeCursor(this.left);
    if (this.enough) {
      return cursor.length <= longestCursor ? cursor : undefined; // a walk that has found what it looked for is not gone on with
    }
    const kept = cursor.length > longestCursor || isKept ? await cursors?.write(cursor) : cursor;
    return kept ?? this.leaveTheLongest(longestCursor);
  }

  /** Leaves as many as must be for the others to fit into a cursor, and tells them. */
  private leaveTheLongest(longestCursor: number): string | undefined {
    const lengthOf = ({ node }: Frame) => node.components.reduce((sum, name) => sum + name.length + 1, 0);
    const frames = this.left.map((frame) => ({ frame, length: lengthOf(frame) })).sort((a, b) => a.length - b.length).map(({ frame }) => frame);
    let [fits, most] = [0, frames.length];
    while (fits < most) {
      const middle = Math.ceil((fits + most) / 2);
      [fits, most] = encodeCursor(frames.slice(0, middle)).length <= longestCursor ? [middle, most] : [fits, middle - 1];
    }
    frames.slice(fits).forEach(({ node }) => this.options.unreadable(node.path, TOO_DEEP));
    return fits === 0 ? undefined : encodeCursor(frames.slice(0, fits));
  }

  /** A walk begins at least one directory: whoever goes on until it is done comes to an end, however little time each call has. */
  private get stopped(): boolean {
    return this.enough || this.failures.length > 0 || (this.begun > 0 && this.options.mustStop());
  }

  /** Goes on with each frame in a slot, in their order; answers how many were begun before the walk had to stop. */
  private async spawn(frames: readonly Frame[], action: (frame: Frame) => Promise<Visited | undefined>): Promise<void> {
    const running: Array<Promise<void>> = [];
    for (const frame of frames) {
      if (!await this.acquire(frame)) {
        this.left.push(frame);
        continue;
      }
      running.push(this.inSlot(frame, action));
    }
    await Promise.all(running);
  }

  private async acquire(frame: Frame): Promise<boolean> {
    await this.slots.acquire(frame.node.depth);
    if (this.stopped) {
      this.slots.release();
      return false;
    }
    this.begun += frame.skip === undefined ? 0 : 1; // what was visited before gets a walk nowhere by itself
    return true;
  }

  /** The slot is held for the visit only: whoever waits for subdirectories holds none, so they always get one. Never throws. */
  private async inSlot(frame: Frame, action: (frame: Frame) => Promise<Visited | undefined>): Promise<void> {
    try {
      let visited: Visited | undefined;
      try {
        visited = await action(frame);
      } finally {
        this.slots.release();
      }
      if (visited) {
        await this.descend(visited);
      }
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === undefined) {
        this.failures.push(error); // a bug, or the end of everything: thrown once nothing is in flight
      } else if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP') || (isErrno(error, 'ESTALE') && await this.tree.isGone(frame.node))) {
        this.options.gone?.(frame.node.path);
      } else {
        this.options.unreadable(frame.node.path, errno);
      }
    }
  }

  private async begin(frame: Frame): Promise<Visited | undefined> {
    return frame.skip === undefined ? { frame } : this.tree.use(frame.node, async (directory) => this.visit(frame, directory));
  }

  private async visit(frame: Frame, directory: Directory): Promise<Visited | undefined> {
    const listing = new Listing(directory);
    try {
      const restarted = frame.change !== undefined && !await listing.isAsOf(frame.change);
      if (!restarted) {
        return await this.visitFrom(frame, directory, listing);
      }
      this.changed ??= frame.node.path;
      const restarts = (frame.restarts ?? 0) + 1;
      if (restarts > MOST_RESTARTS) {
        this.options.unreadable(frame.node.path, RESTLESS);
        return undefined;
      }
      return await this.visitFrom({ ...frame, skip: 0, restarts }, directory, listing, restarted);
    } finally {
      await listing.close();
    }
  }

  private async visitFrom(frame: Frame, directory: Directory, listing: Listing, restarted = false): Promise<Visited | undefined> {
    const { node, context, left = context, skip: skipped = 0, restarts } = frame;
    const visit = {
      directory,
      get path() {
        return node.path;
      },
      context: left,
      entries: listing.from(skipped),
      skipped,
      restarted,
    };
    const end = await this.options.visit(visit);
    if (end === 'ENOUGH') {
      this.enough = true;
      return undefined;
    }
    if (typeof end === 'number' || typeof end === 'object') {
      const [skip, next] = typeof end === 'object' ? [end.position, end.context] : [end, frame.left];
      this.left.push({ node, context, left: next, skip, ...(skip > 0 ? { change: await listing.changeWhenOpened() } : {}), restarts });
      return undefined;
    }
    if (end === 'LIST_AGAIN' || !listing.complete || listing.seen > ENTRIES_AT_ONCE) {
      return { frame: { node, context } };
    }
    const names = listing.subdirectories;
    return names.length === 0 ? undefined : { frame: { node, context, change: listing.change }, names };
  }

  /** Walks into the subdirectories of a directory that was visited. */
  private async descend({ frame, names: known }: Visited): Promise<void> {
    let { entered = 0, change } = frame;
    for (;;) {
      let [names, complete] = [known, true];
      if (!names) {
        ({ names, complete, entered, change } = await this.listSubdirectories({ ...frame, entered, change }));
      }
      this.held += names.length;
      const running: Array<Promise<void>> = [];
      let stopped = false;
      for (const name of names) {
        const child: Frame = { node: frame.node.child(name), context: frame.context, skip: 0 };
        stopped = !await this.acquire(child);
        if (stopped) {
          this.left.push({ node: frame.node, context: frame.context, entered, change });
          break;
        }
        entered += 1;
        running.push(this.inSlot(child, async () => this.enter(frame, name, child)));
      }
      await Promise.all(running);
      this.held -= names.length;
      if (stopped || complete) {
        return;
      }
    }
  }

  private async enter(parent: Frame, name: string, child: Frame): Promise<Visited | undefined> {
    const { enter } = this.options;
    const { node, context: above } = parent;
    const context = enter ? await this.tree.use(node, async (directory) => enter(directory, name, child.node.path, above)) : above;
    return context === undefined ? undefined : this.begin({ ...child, context });
  }

  private async listSubdirectories(frame: Frame): Promise<Required<Pick<Frame, 'entered' | 'change'>> & { names: string[]; complete: boolean }> {
    const most = this.held < MOST_NAMES_HELD ? SUBDIRECTORIES_AT_ONCE : ENTRIES_AT_ONCE;
    return this.tree.use(frame.node, async (directory) => {
      let change = '';
      let entered = frame.entered ?? 0;
      const opened = async () => {
        change = await changeOf(directory);
        if (frame.change !== undefined && frame.change !== change) {
          this.changed ??= frame.node.path;
          entered = 0; // twice is better than never
        }
      };
      const names: string[] = [];
      let seen = 0;
      for await (const batch of directory.batches(ENTRIES_AT_ONCE, opened)) {
        for (const { name, type } of batch) {
          if (type === 'directory' && names.length < most && (seen += 1) > entered) {
            names.push(name);
          }
        }
        if (names.length === most) {
          break;
        }
      }
      return { names, entered, change, complete: names.length < most };
    });
  }
}
