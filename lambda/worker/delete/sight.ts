import type { BigIntStats } from 'node:fs';
import type { Inventory } from './inventory';
import type { PathRange } from '../../../src/core/shard';
import { millisecondsOf } from '../../fs/milliseconds';
import type { TreePath } from '../../fs/tree';

/** Directories that a call began to empty and did not remove: their inode numbers, and their ctimes when it ended, in nanoseconds. */
export type Account = ReadonlyMap<string, string>;

export interface SightOptions {
  /** The device, and the mount, that nothing may lie outside of. */
  readonly device: bigint;
  readonly mount?: string;
  /** What was seen when the tree was looked through in this call. */
  readonly inventory: Inventory;
  /** When looking through the tree began, by the clock of the file system in milliseconds; left out where nothing was looked through. */
  readonly lookedAt?: number;
  /** The inode numbers of files that had several names then: a deletion that removes one of them changes the ctime of the others. */
  readonly linked?: ReadonlySet<string>;
  /** What earlier calls did themselves since then. */
  readonly account?: Account;
  /** What this worker removes: what lies beside it may be changed by others that do the same. */
  readonly range: PathRange;
}

/** Whether a directory may be emptied. `changed`: it holds, or may hold, something else than when it was looked through. */
export type Admission = { readonly objection: string } | { readonly objection?: undefined; readonly changed: boolean };

const OTHER_DEVICE = 'lies on another device';
const OTHER_MOUNT = 'is another mount';
const OTHER_DIRECTORY = 'is another directory than the one that was looked through';
const CHANGED = 'appeared, or was changed, after everything was looked through';

/**
 * Tells what the look through a tree has seen from what it has not. A directory is entered only if it is the very one that was
 * looked at and is as it was then, but for what this deletion did itself: by device and inode, and by its ctime, which nobody can
 * set. What came after the look has a later one: a directory that is moved gets it, too.
 */
export class Sight {
  /** The inode numbers of directories that were entered, and are not gone. */
  private readonly entered = new Map<TreePath, bigint>();

  constructor(private readonly options: SightOptions) {}

  /** Asked with what fstat(2) tells of a directory that is open, before anything is removed from it. */
  public admit(path: TreePath, own: BigIntStats, mount?: string): Admission {
    const { device, range } = this.options;
    if (own.dev !== device) {
      return { objection: OTHER_DEVICE };
    }
    if (mount !== this.options.mount) {
      return { objection: OTHER_MOUNT };
    }
    const before = this.entered.get(path) ?? this.options.inventory.seen(path)?.inode;
    if (before !== undefined && before !== own.ino) {
      return { objection: OTHER_DIRECTORY };
    }
    const changed = this.entered.has(path) || !this.isUnchanged(path, own);
    if (changed && !this.entered.has(path) && range.covers(path) && this.options.account?.get(String(own.ino)) !== String(own.ctimeNs)) {
      return { objection: CHANGED };
    }
    this.entered.set(path, own.ino);
    return { changed };
  }

  /** True for an entry that came, or was changed, after the look; of one that had several names a deletion may have removed another one. */
  public isLater(entry: BigIntStats): boolean {
    return entry.nlink === 1n && this.options.linked?.has(String(entry.ino)) !== true && this.isAfterLook(entry);
  }

  /** Which directory was entered; undefined for one that was not. */
  public inodeOf(path: TreePath): bigint | undefined {
    return this.entered.get(path);
  }

  /** A directory is gone. */
  public forget(path: TreePath): void {
    this.entered.delete(path);
    this.options.inventory.forget(path);
  }

  /** The directories that were entered and are still there. */
  public get unfinished(): TreePath[] {
    return [...this.entered.keys()];
  }

  private isUnchanged(path: TreePath, own: BigIntStats): boolean {
    const seen = this.options.inventory.seen(path);
    return !this.isAfterLook(own) && (seen === undefined || seen.changedAt === own.ctimeNs);
  }

  private isAfterLook({ ctimeNs }: BigIntStats): boolean {
    const { lookedAt } = this.options;
    return lookedAt !== undefined && millisecondsOf(ctimeNs) > lookedAt;
  }
}
