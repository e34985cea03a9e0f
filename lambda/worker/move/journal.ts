import type { ConflictPolicy } from '../../../src/core/restore-request';
import type { Directory, EntryType, Log } from '../../fs/directory';
import { isErrno } from '../../fs/errno';
import { ASIDE, JOURNAL, openRecords, openRecordsIfThere } from '../records';

/**
 * The journal of the moves of a recovery directory: files of ours beside its records, one for each call that moved something, with
 * a line of JSON for everything that was about to be done. Whether it was done, the inode numbers tell. Names and paths are byte
 * strings; paths are from the recovery directory, or from the root of the file system.
 */
export type JournalLine = BeginLine | MoveLine | DirectoryLine | EndLine;

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
  /** What had its place, and where it was to be kept aside: a path below the directory for that. */
  readonly aside?: { readonly path: string };
}

/** Entries of this restored directory were about to be moved. */
export interface DirectoryLine {
  readonly directory: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** The move came to its end: nothing before this is to be counted again. */
export interface EndLine {
  readonly end: true;
}

const PATH = [JOURNAL];
const lineOf = (line: JournalLine): string => `${JSON.stringify(line)}\n`;
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

/** Writes the journal of one call. Many directories are at work at once: their lines go to the file system together. */
export class Journal {
  private file?: Promise<{ log: Log; number: number; at: bigint }>;
  private queue: Array<(at: string) => JournalLine> = [];
  private running: Promise<void> = Promise.resolve();
  private next?: Promise<void>;

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

  /** Writes lines, and answers when they are safe. They are asked for with the time that the file system had at the last write. */
  public async commit(lines: ReadonlyArray<(at: string) => JournalLine>): Promise<void> {
    this.queue.push(...lines);
    this.next ??= this.running.then(() => this.flush());
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
    await file.log.append(queue.map((line) => lineOf(line(String(file.at)))).join(''));
    file.at = await file.log.writtenAt();
  }

  private async begin(): Promise<{ log: Log; number: number; at: bigint }> {
    const directory = await openRecords(this.root, this.recoveryDirectory, PATH);
    try {
      for (let number = this.after + 1; ; number += 1) {
        try {
          const log = await directory.makeLog(journalFile(number));
          try {
            await log.append(lineOf({ policy: this.policy }));
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
