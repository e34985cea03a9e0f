import type { Inventory } from './inventory';
import type { Account } from './sight';
import type { Watch } from './watch';
import type { PathRange } from '../../../src/core/shard';
import type { PathNote } from '../../../src/core/worker';
import type { Directory } from '../../fs/directory';
import type { Deadline } from '../../runtime/deadline';
import type { RateLimit } from '../../runtime/rate-limit';
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
  /** What was changed and is not gone, for the next call; left out where that is too much to tell. */
  readonly account?: Account;
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
  /** When the look through the tree began, if there was one; by the clock of the file system, in milliseconds since 1970-01-01T00:00:00Z. */
  readonly lookedAt?: number;
  /** Until when entries need not be looked at again, by `performance.now()`; left out where this call did not look at them. */
  readonly freshUntil?: number;
  /** The inode numbers of files that had several names when they were looked at. */
  readonly linked?: ReadonlySet<string>;
  /** What earlier calls changed themselves since that look. */
  readonly account?: Account;
  /** Leaves everything that is no directory, even if it came after the directory was looked through. */
  readonly onlyDirectories: boolean;
  /** What of the tree is to be removed; other workers may be at work on the rest. */
  readonly range: PathRange;
  /** Called before the top itself is removed, when nothing is left in it; its answer is called where that fails. */
  readonly emptied?: () => Promise<() => Promise<unknown>>;
  /** Tells what somebody moved away. */
  readonly watch: Watch;
  readonly deadline: Deadline;
  readonly rateLimit: RateLimit;
}

/** REMOVED: it is gone. CHANGED: it is no longer what it was listed as. LEFT: it stays. OTHERS: what is left in it belongs to other workers. */
export type Fate = 'REMOVED' | 'CHANGED' | 'LEFT' | 'OTHERS';
/** What an attempt to remove one entry came to. STALE: another worker has removed its directory. OBJECTED: nothing more is to be removed from that. */
export type Attempt = Fate | 'NOT_EMPTY' | 'STALE' | 'OBJECTED';

export function plain(fate: Attempt): Fate | 'NOT_EMPTY' {
  return fate === 'STALE' ? 'CHANGED' : fate === 'OBJECTED' ? 'LEFT' : fate;
}
