import { ENTRIES_AT_ONCE } from './directory';
import type { Directory, Entry } from './directory';

/** What a directory is at one moment: its ctime changes with every name that it gets or loses, and nobody can set it. */
export const changeOf = async (directory: Directory): Promise<string> => String((await directory.stat()).ctimeNs);

/** The entries of a directory while they are read, and what was seen of them. */
export class Listing {
  public seen = 0;
  /** The ctime of the directory when it was opened to be read. */
  public change?: string;
  /** False if not all of it was asked for. */
  public complete = false;
  /** While they are few. */
  public subdirectories: string[] = [];

  private readonly batches: AsyncGenerator<Entry[]>;
  private first?: IteratorResult<Entry[]>;

  constructor(private readonly directory: Directory) {
    this.batches = directory.batches(ENTRIES_AT_ONCE, async () => {
      this.change = await changeOf(directory);
    });
  }

  /**
   * Opens it, and answers whether it is as it was at an earlier moment. Asked of what is about to be read, after the opening: over
   * NFS that brings what the server says, where the kernel may remember for a minute what the directory was like.
   */
  public async isAsOf(change: string): Promise<boolean> {
    this.first = await this.batches.next();
    return this.change === change;
  }

  /** The entries from a position on. */
  public async *from(skip: number): AsyncGenerator<Entry[]> {
    for (let next = this.first ?? await this.batches.next(); !next.done; next = await this.batches.next()) {
      const batch = next.value;
      const rest = batch.slice(Math.max(0, skip - this.seen));
      this.seen += batch.length;
      if (this.seen <= ENTRIES_AT_ONCE) {
        this.subdirectories = batch.filter(({ type }) => type === 'directory').map(({ name }) => name);
      }
      if (rest.length > 0) {
        yield rest;
      }
    }
    this.complete = true;
  }

  /** What the directory was when it was opened, or is now if it was not. */
  public async changeWhenOpened(): Promise<string> {
    return this.change ?? changeOf(this.directory);
  }

  /** Reads no further. */
  public async close(): Promise<void> {
    await this.batches.return(undefined);
  }
}
