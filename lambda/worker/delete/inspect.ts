import type { BigIntStats } from 'node:fs';
import { Inventory } from './inventory';
import type { PathRange } from '../../../src/core/shard';
import type { PathNote } from '../../../src/core/worker';
import type { CursorStore } from '../../fs/cursor';
import { ENTRIES_AT_ONCE, isSticky } from '../../fs/directory';
import type { Directory, Entry } from '../../fs/directory';
import { errnoOrThrow } from '../../fs/errno';
import { join } from '../../fs/tree';
import type { Tree, TreePath } from '../../fs/tree';
import { walk } from '../../fs/walk';
import type { Visit, VisitEnd } from '../../fs/walk';
import type { Deadline } from '../../runtime/deadline';
import type { RateLimit } from '../../runtime/rate-limit';
import { isWrittenLater } from '../use';
import type { UseLimits } from '../use';

/** What guard 6 and the rule about leftovers must know about a tree. */
export interface Inspection {
  /** Where to go on, if time ran out. */
  readonly cursor?: string;
  /** How many entries were looked at. */
  readonly inspected: number;
  /** The path of an entry that was written later; undefined if there is none. */
  readonly writtenLater?: string;
  /** The path of an entry that is older than the restore; undefined if there is none. */
  readonly older?: string;
  /** The path of an entry that is no directory; undefined if there is none. */
  readonly leftover?: string;
  /** A directory that could not be read. */
  readonly unreadable?: PathNote;
  /** What the tree holds, as far as this call saw it. */
  readonly inventory: Inventory;
}

export interface InspectOptions {
  readonly top: Directory;
  /** The device that nothing may lie outside of. */
  readonly device: bigint;
  /** When an entry counts as written later; left out where that guard is turned off. */
  readonly limits?: UseLimits;
  /** What was changed last before that was not restored, in milliseconds since 1970-01-01T00:00:00Z; left out where that is not known. */
  readonly since?: number;
  /** Whether entries that are no directories are looked for. */
  readonly leftovers: boolean;
  readonly range: PathRange;
  /** Whether directories may be gone by the time that they are looked into: other workers are deleting already. */
  readonly mayVanish: boolean;
  readonly cursor?: string;
  readonly cursors?: CursorStore;
  readonly deadline: Deadline;
  readonly rateLimit: RateLimit;
}

/** A directory with more entries is listed again for its removal. */
const MOST_LISTED = 10_000;
/** ACCESS, GETATTR and READDIR of a directory. */
const OPERATIONS_PER_DIRECTORY = 3;

/** Nobody can set a ctime. */
const isOlder = ({ ctimeMs }: BigIntStats, since: number): boolean => Number(ctimeMs) < since;

/** Looks through a tree until it has found each reason not to delete it that it looks for, or its end. */
export async function inspect(tree: Tree, options: InspectOptions): Promise<Inspection> {
  const { limits, since, range } = options;
  const inventory = new Inventory();
  let inspected = 0;
  let writtenLater: string | undefined;
  let older: string | undefined;
  let leftover: string | undefined;
  let unreadable: PathNote | undefined;
  const foundAll = () => unreadable !== undefined || ((!limits || writtenLater !== undefined)
    && (since === undefined || older !== undefined) && (!options.leftovers || leftover !== undefined));

  const lookAt = async (directory: Directory, others: readonly string[]): Promise<void> => {
    if (options.leftovers && others.length > 0) {
      leftover ??= directory.pathOf(others[0]);
    }
    if ((limits && writtenLater === undefined) || (since !== undefined && older === undefined)) {
      const stats = await directory.lstatAll(others);
      stats.forEach((own) => own && inventory.addLinked(own));
      const first = (matches: (own: BigIntStats) => boolean) => {
        const index = stats.findIndex((own) => own && matches(own));
        return index < 0 ? undefined : directory.pathOf(others[index]);
      };
      writtenLater ??= limits && first((own) => isWrittenLater(own, limits));
      older ??= since === undefined ? undefined : first((own) => isOlder(own, since));
    }
  };

  const shown = (path: TreePath) => (path === '' ? options.top.path : options.top.pathOf(path));
  const visit = async ({ directory, path, context, entries, skipped, restarted }: Visit): Promise<VisitEnd> => {
    let before = Number(context); // how many of the entries were counted: all of them again, where the visit begins anew
    if (restarted) {
      inspected -= before;
      before = 0;
    }
    await options.rateLimit.take(OPERATIONS_PER_DIRECTORY);
    const own = await directory.stat(); // before the listing: reading a directory makes the kernel doubt what it knows of it
    if (own.dev !== options.device) {
      unreadable ??= { path: directory.path, note: 'lies on another device' };
      return 'ENOUGH';
    }
    if (limits && isWrittenLater(own, limits, path === '')) {
      writtenLater ??= directory.path;
    }
    if (since !== undefined && isOlder(own, since)) {
      older ??= directory.path;
    }
    const listing = { others: [] as string[], directories: [] as string[] };
    let position = skipped;
    for await (const batch of entries) {
      const namesOf = (found: readonly Entry[]) => found.map(({ name }) => name);
      const others = namesOf(batch.filter(({ name, type }) => type !== 'directory' && range.includes(join(path, name))));
      listing.others.push(...(position < MOST_LISTED ? others : []));
      listing.directories.push(...(position < MOST_LISTED ? namesOf(batch.filter(({ name, type }) => type === 'directory' && range.touches(join(path, name)))) : []));
      inspected += others.length;
      before += others.length;
      await lookAt(directory, others);
      position += batch.length;
      if (foundAll()) {
        return 'ENOUGH';
      }
      if (batch.length === ENTRIES_AT_ONCE && options.deadline.reached) {
        return { position, context: String(before) };
      }
    }
    inspected += 1;
    if (skipped === 0 && position <= MOST_LISTED && !isSticky(own)) { // that one needs another look: its bit is in the way
      inventory.add(path, listing, own);
    }
    return 'DONE';
  };

  const end = await walk(tree, {
    visit,
    enter: async (_parent, _name, path) => (range.touches(path) ? '' : undefined),
    unreadable: (path, errno) => {
      unreadable ??= { path: shown(path), note: errno };
    },
    gone: (path) => {
      unreadable ??= options.mayVanish ? undefined : { path: shown(path), note: 'was moved or removed while it was looked through' };
    },
    mustStop: () => options.deadline.reached,
    cursor: options.cursor,
    cursors: options.cursors,
  });
  if (end.changed !== undefined && limits) {
    const changed = end.changed;
    await tree.use(changed, async (directory) => {
      const own = await directory.stat();
      writtenLater ??= isWrittenLater(own, limits, changed === '') ? directory.path : undefined;
    }).catch((error) => {
      unreadable ??= { path: shown(changed), note: errnoOrThrow(error) };
    });
  }
  return { cursor: end.cursor, inspected, writtenLater, older, leftover, unreadable, inventory };
}
