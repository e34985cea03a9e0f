import { LineWriter } from './line-writer';
import type { OwnerAndMode } from './merged';
import type { ConflictPolicy } from '../../../src/core/restore-request';
import type { Directory, EntryType, Log } from '../../fs/directory';
import { isErrno } from '../../fs/errno';
import type { TreePath } from '../../fs/tree';
import { ASIDE, JOURNAL, openRecords, openRecordsIfThere } from '../records';

/**
 * The journal of the moves of a recovery directory: files of ours beside its records, one for each call that moved something, with
 * a line of JSON for everything that was about to be done. Whether it was done, the inode numbers tell. Names and paths are byte
 * strings; paths are from the recovery directory, or from the root of the file system. How a line is written: line-writer.ts.
 */
export type JournalLine = BeginLine | MoveLine | DirectoryLine | TakenLine | EndLine;

/** A call begins to move under this policy: under FAIL only after a plan found nothing in the way. */
export interface BeginLine {
  readonly policy: ConflictPolicy;
}

/** An entry was about to be moved. */
export interface MoveLine {
  readonly restored: string;
  /** Where to; left out where it is the same path. */
  readonly live?: string;
  readonly type: EntryType;
  readonly inode: string;
  /** Its mtime in nanoseconds: moving does not change it. */
  readonly mtime: string;
  /** Directories only: no later than this, in nanoseconds, was anything in it written by the restore. */
  readonly at?: string;
  /** What had its place, and where it was to be kept aside: a path below the directory for that, its first name and then that of the entry. */
  readonly aside?: { readonly path: string };
}

/** Entries of this restored directory were about to be moved. */
export interface DirectoryLine {
  readonly directory: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** This live directory was about to get the owner and mode of the restored one. */
export interface TakenLine {
  readonly taken: string;
  readonly was: OwnerAndMode;
  readonly is: OwnerAndMode;
}

/** The move came to its end: nothing before this is to be counted again. */
export interface EndLine {
  readonly end: true;
}

const PATH = [JOURNAL];
export const journalFile = (number: number): string => `${number}.jsonl`;

/** The numbers of the files of a journal, in the order in which they were begun. */
export async function journalNumbers(root: Directory, recoveryDirectory: string): Promise<number[]> {
  const directory = await openRecordsIfThere(root, recoveryDirectory, PATH);
  try {
    const numbers: number[] = [];
    for await (const batch of directory?.batches() ?? []) {
      numbers.push(...batch.map(({ name }) => Number(/^(\d{1,9})\.jsonl$/.exec(name)?.[1] ?? NaN)).filter((number) => !Number.isNaN(number)));
    }
    return numbers.sort((a, b) => a - b);
  } finally {
    await directory?.close();
  }
}

/** The bytes of all files of a journal. */
export async function journalBytes(root: Directory, recoveryDirectory: string, numbers: readonly number[]): Promise<number> {
  const directory = await openRecordsIfThere(root, recoveryDirectory, PATH);
  try {
    const sizes = await directory?.lstatAll(numbers.map(journalFile)) ?? [];
    return sizes.reduce((sum, stats) => sum + Number(stats?.size ?? 0), 0);
  } finally {
    await directory?.close();
  }
}

/** The highest number that a call has: its journal, or what it kept aside, may be all that is left of it. */
export async function highestNumber(root: Directory, recoveryDirectory: string): Promise<number> {
  const directory = await openRecordsIfThere(root, recoveryDirectory, [ASIDE]);
  try {
    let highest = Math.max(0, ...await journalNumbers(root, recoveryDirectory));
    for await (const batch of directory?.batches() ?? []) {
      highest = Math.max(highest, ...batch.map(({ name }) => Number.parseInt(name, 10) || 0));
    }
    return highest;
  } finally {
    await directory?.close();
  }
}

/** One after the other: on a deep path each is long. */
function *linesOf(queue: ReadonlyArray<(at: string) => JournalLine>, at: string): Generator<JournalLine> {
  for (const line of queue) {
    yield line(at);
  }
}

/** Writes the journal of one call. Many directories are at work at once: their lines go to the file system together. */
export class Journal {
  private file?: Promise<{ log: Log; number: number; at: bigint }>;
  private queue: Array<(at: string) => JournalLine> = [];
  private running: Promise<void> = Promise.resolve();
  private next?: Promise<void>;
  private readonly writer = new LineWriter();

  constructor(
    private readonly root: Directory,
    private readonly recoveryDirectory: string,
    private readonly after: number,
    private readonly policy: ConflictPolicy,
  ) {}

  /** The number of its file, which is made by the first call. */
  public async number(): Promise<number> {
    return (await (this.file ??= this.begin())).number;
  }

  /** The number of its file; undefined if nothing was written. */
  public async numberIfBegun(): Promise<number | undefined> {
    return this.file && (await this.file).number;
  }

  /** True if it says already what a directory was. */
  public has(directory: TreePath): boolean {
    return this.writer.has(directory);
  }

  /** Writes lines, and answers when they are safe. They are asked for with the time that the file system had at the last write. */
  public async commit(lines: ReadonlyArray<(at: string) => JournalLine>): Promise<void> {
    this.queue.push(...lines);
    this.next ??= this.running.catch(() => undefined).then(() => this.flush()); // whoever wrote what failed knows by now
    return this.next;
  }

  public async close(): Promise<void> {
    const file = await this.file?.catch(() => undefined); // whoever wrote knows by now
    await file?.log.close();
  }

  private async flush(): Promise<void> {
    this.next = undefined;
    const queue = this.queue;
    this.queue = [];
    this.running = this.append(queue);
    return this.running;
  }

  private async append(queue: ReadonlyArray<(at: string) => JournalLine>): Promise<void> {
    const file = await (this.file ??= this.begin());
    try {
      await file.log.append(this.writer.write(linesOf(queue, String(file.at)), file.log.length));
    } catch (error) {
      this.writer.forget(); // what it names by a number may not be in the file
      throw error;
    }
    const { mtimeNs, nlink } = await file.log.stat();
    if (nlink === 0n && !queue.every((line) => 'end' in line(''))) {
      throw Object.assign(new Error('the journal was removed: an undo has ended meanwhile'), { code: 'ECANCELED' }); // what is done now, nothing could take back
    }
    file.at = mtimeNs;
  }

  private async begin(): Promise<{ log: Log; number: number; at: bigint }> {
    const directory = await openRecords(this.root, this.recoveryDirectory, PATH);
    try {
      for (let number = this.after + 1; ; number += 1) {
        try {
          const log = await directory.makeLog(journalFile(number));
          try {
            await log.append(this.writer.write([{ policy: this.policy }], 0));
            return { log, number, at: await log.writtenAt() };
          } catch (error) {
            await log.close();
            throw error;
          }
        } catch (error) {
          if (!isErrno(error, 'EEXIST')) { // another call, at the same time
            throw error;
          }
        }
      }
    } finally {
      await directory.close();
    }
  }
}
