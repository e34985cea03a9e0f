import type { Directory } from './directory';

/** Names of a directory in memory. */
const MOST_NAMES = 10_000;

/** The names in a directory, as far as they fit into memory. Listing them also brings what lstat(2) wants to know later, over NFS. */
export class Names {
  public static async list(directory: Directory, ignored: (name: string) => boolean = () => false): Promise<Names> {
    const known = new Set<string>();
    let size = 0;
    for await (const batch of directory.batches()) {
      for (const { name } of batch) {
        if (!ignored(name)) {
          size += 1;
          if (known.size < MOST_NAMES) {
            known.add(name);
          }
        }
      }
    }
    return new Names(known, size);
  }

  private constructor(public readonly known: ReadonlySet<string>, public readonly size: number) {}

  /** False if there was no entry of this name, so that nobody needs to ask: over NFS the answer "there is none" costs a round trip. */
  public mayHave(name: string): boolean {
    return this.size > this.known.size || this.known.has(name);
  }
}
