import type { BigIntStats } from 'node:fs';
import { typeOf } from '../../fs/directory';

/** Inode numbers in memory. */
const MOST_TOUCHED = 100_000;
export const CHANGED = 'was changed after it was verified: verify it again, then start the move again';
export const CHANGED_DIRECTORY = 'was changed after it was verified: what was taken out of it since is not moved';

/** Tells what was changed after a verification, but for what this move itself changes. */
export class Changes {
  private readonly touched = new Set<bigint>();

  /**
   * `since`: in milliseconds since 1970-01-01T00:00:00Z, undefined where nothing was verified. `moved`: an earlier call of the move
   * may have changed times, too.
   */
  constructor(private readonly since: number | undefined, private readonly moved: boolean) {}

  /** False where nobody needs to ask. */
  public get areAsked(): boolean {
    return this.since !== undefined;
  }

  /** Another name of an entry is about to be made or taken away, which gives it another ctime. */
  public touch({ ino }: BigIntStats): void {
    if (this.since !== undefined && this.touched.size <= MOST_TOUCHED) {
      this.touched.add(ino);
    }
  }

  /** True if an entry that is about to be moved was changed. */
  public has(own: BigIntStats): boolean {
    if (!this.isLater(own.ctimeNs)) {
      return false; // nobody can set it
    }
    const isExcused = own.nlink > 1n && typeOf(own) !== 'directory' && (this.moved || this.touched.has(own.ino) || this.touched.size > MOST_TOUCHED);
    // a name that it had elsewhere may have been moved: then its mtime has to tell, unless that is none of the clock of the file system
    return !isExcused || (this.isLater(own.mtimeNs) && own.mtimeNs <= own.ctimeNs);
  }

  /** True if a directory that is to be merged got, or lost, something. Renaming changes the ctime of the recovery directory itself. */
  public hasMerged(own: BigIntStats, isTop: boolean): boolean {
    return !this.moved && this.isLater(isTop ? own.mtimeNs : own.ctimeNs);
  }

  private isLater(time: bigint): boolean {
    return this.since !== undefined && Number(time) / 1e6 > this.since;
  }
}
