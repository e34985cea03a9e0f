import type { BigIntStats } from 'node:fs';
import type { Directory } from '../../fs/directory';
import { Slots } from '../../fs/slots';
import { inParallel } from '../../runtime/in-parallel';

/** Pairs of files that are read at once, in all directories together. */
const PAIRS_AT_ONCE = 8;
/** Larger files would not be read within one invocation at the speed that EFS gives to a client: they are compared without their contents. */
const LARGEST_BYTES = 100n * 1024n ** 3n;

/** A file of a directory, and what lstat says of it. */
export interface FileAt {
  readonly directory: Directory;
  readonly name: string;
  readonly stats: BigIntStats;
}

/** Compares the contents of files of the same size, by their SHA-256. */
export class Contents {
  private readonly slots: Slots;
  private begun = 0;

  /**
   * The first pair is always begun, so that each call gets on. After a call that got through nothing at all, a file is so large, or
   * the file system so slow, that it cannot be read in the time of a call: then the first one, read alone, is taken as equal.
   */
  constructor(private readonly mustStop: () => boolean, private readonly stalled: boolean) {
    this.slots = new Slots(stalled ? 1 : PAIRS_AT_ONCE);
  }

  /** True if the contents are equal; undefined if time ran out before that was known. */
  public async areEqual(one: FileAt, other: FileAt): Promise<boolean | undefined> {
    const { size, ino, dev } = one.stats;
    if (size === 0n || size > LARGEST_BYTES || (ino === other.stats.ino && dev === other.stats.dev)) {
      return true;
    }
    return this.slots.run(0, async () => {
      this.begun += 1;
      const first = this.begun === 1;
      if (!first && this.mustStop()) {
        return undefined;
      }
      const [own, there] = await inParallel([one, other], 2, ({ directory, name }) => directory.hash(name, this.mustStop));
      if (own === undefined || there === undefined) {
        return this.stalled && first ? true : undefined;
      }
      return own === there;
    });
  }
}
