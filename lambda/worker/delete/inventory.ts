import type { TreePath } from '../../fs/tree';

/** What a directory was seen to hold. */
export interface Listing {
  readonly others: readonly string[];
  readonly directories: readonly string[];
}

/** A client of NFS may see what others write to a file a minute later (acregmax, nfs(5)): what was seen is as good as new that long. */
export const LONGEST_KNOWN_MILLISECONDS = 60_000;
/** Enough for most restores; a name takes some 50 bytes, so this stays below 10 MB. */
const MOST_ENTRIES = 100_000;
/** Paths may have 250 KiB each. */
const MOST_PATH_BYTES = 32 * 1024 * 1024;

/**
 * What the inspection of a tree saw, so that its removal need not list the same directories again: on NFS that saves one round
 * trip per directory. Of a larger tree the first part is kept; the rest is listed again.
 */
export class Inventory {
  private readonly listings = new Map<TreePath, Listing & { readonly at: number }>();
  private entries = 0;
  private pathBytes = 0;

  /** Keeps what a directory holds, if there is room. */
  public add(path: TreePath, listing: Listing): void {
    const entries = listing.others.length + listing.directories.length + 1;
    if (this.entries + entries <= MOST_ENTRIES && this.pathBytes + path.length <= MOST_PATH_BYTES) {
      this.entries += entries;
      this.pathBytes += path.length;
      this.listings.set(path, { ...listing, at: performance.now() });
    }
  }

  /** What a directory held, once; undefined if that is not known, or no longer. */
  public take(path: TreePath): Listing | undefined {
    const listing = this.listings.get(path);
    this.listings.delete(path);
    return listing && performance.now() - listing.at < LONGEST_KNOWN_MILLISECONDS ? listing : undefined;
  }
}
