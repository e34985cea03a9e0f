import type { BigIntStats } from 'node:fs';
import type { TreePath } from '../../fs/tree';

/** What a directory was seen to hold. */
export interface Listing {
  readonly others: readonly string[];
  readonly directories: readonly string[];
}

/** What a directory was when it was looked at, and when that was, by `performance.now()`. */
interface Seen extends Listing {
  readonly inode: bigint;
  readonly changedAt: bigint;
  readonly at: number;
}

/** A client of NFS may see what others write to a file a minute later (acregmax, nfs(5)): what was seen is as good as new that long. */
export const LONGEST_KNOWN_MILLISECONDS = 60_000;
/** Enough for most restores; a name takes some 50 bytes, so this stays below 10 MB. */
const MOST_ENTRIES = 100_000;
/** Paths may have 250 KiB each. */
const MOST_PATH_BYTES = 32 * 1024 * 1024;
/** In memory, and on record; what has several names beyond them may be left, and told. */
const MOST_LINKED = 100_000;

/**
 * What the inspection of a tree saw, so that its removal need not list the same directories again, which on NFS saves one round
 * trip per directory, and knows each of them again. Of a larger tree the first part is kept; the rest is listed again.
 */
export class Inventory {
  private readonly directories = new Map<TreePath, Seen>();
  private entries = 0;
  private pathBytes = 0;
  /** The inode numbers of files that have several names: removing one of them changes the ctime of the others. */
  private readonly several = new Set<string>();

  public addLinked({ nlink, ino }: BigIntStats): void {
    if (nlink > 1n && this.several.size < MOST_LINKED) {
      this.several.add(String(ino));
    }
  }

  public get linked(): ReadonlySet<string> {
    return this.several;
  }

  /** Keeps what a directory is and holds, if there is room. */
  public add(path: TreePath, listing: Listing, { ino: inode, ctimeNs: changedAt }: BigIntStats): void {
    const entries = sizeOf(listing);
    if (this.entries + entries <= MOST_ENTRIES && this.pathBytes + path.length <= MOST_PATH_BYTES) {
      this.entries += entries;
      this.pathBytes += path.length;
      this.directories.set(path, { ...listing, inode, changedAt, at: performance.now() });
    }
  }

  /** What a directory was; undefined if that is not known. */
  public seen(path: TreePath): Readonly<Seen> | undefined {
    return this.directories.get(path);
  }

  /** What a directory held; undefined if that is not known, or no longer. */
  public listing(path: TreePath): Listing | undefined {
    const seen = this.directories.get(path);
    return seen && performance.now() - seen.at < LONGEST_KNOWN_MILLISECONDS ? seen : undefined;
  }

  /** A directory is gone. */
  public forget(path: TreePath): void {
    this.directories.delete(path);
  }
}

const sizeOf = ({ others, directories }: Listing): number => others.length + directories.length + 1;
