import { DirectoryNode } from './directory-node';
import { journalFile } from './journal';
import type { BeginLine, EndLine } from './journal';
import type { OwnerAndMode } from './merged';
import { parseLine } from './parse-line';
import type { DirectoryReference, ReadEntry } from './parse-line';
import type { Directory } from '../../fs/directory';
import { isErrno } from '../../fs/errno';
import { JOURNAL, openRecordsIfThere } from '../records';

/** Bytes of a journal in memory, but where a line is longer (journals of older versions have whole paths). */
const BYTES_AT_ONCE = 512 * 1024;
/** What has no end of a line in so many bytes is none of ours. */
const LONGEST_LINE = 16 * 1024 * 1024;
/** An answer has room to tell of each. */
const LINES_AT_ONCE = 3_000;
/** The line of a directory has one name: this is room enough for most. */
const DIRECTORY_LINE_BYTES = 1024;
/** Directories in memory, from one part to the next. */
const MOST_KNOWN = 20_000;
const NEWLINE = 10;

/** An entry that was about to be moved. */
export interface EntryLine extends ReadEntry {
  readonly directory: DirectoryNode;
}

/** What a directory was from which entries were about to be moved. */
export interface OwnerLine extends OwnerAndMode {
  readonly directory: DirectoryNode;
}

/** A live directory that was about to get the owner and mode of the restored one. */
export interface TakenOwnerLine {
  readonly directory: DirectoryNode;
  readonly was: OwnerAndMode;
  readonly is: OwnerAndMode;
}

export type ReadLine = BeginLine | EndLine | EntryLine | OwnerLine | TakenOwnerLine;

export const isEntry = (line: ReadLine): line is EntryLine => 'inode' in line;
export const isTakenOwner = (line: ReadLine): line is TakenOwnerLine => 'was' in line;
export const isOwner = (line: ReadLine): line is OwnerLine => 'gid' in line;

/** A part of a journal, the last line first: to read it again, go on from its end; to read what comes before it, from its start. */
export interface JournalPart {
  readonly lines: ReadLine[];
  /** The bytes at which lines begin that cannot be read: whatever they say was done, nothing takes it back. */
  readonly unreadable: number[];
  readonly start: number;
  readonly end: number;
}

export const UNREADABLE = 'is not as it was written: what it says was moved stays where it is';

/** For people: a line of a journal. */
export const shownLine = (recoveryDirectory: string, number: number, byte: number): string => `${recoveryDirectory}/${JOURNAL}/${journalFile(number)}, byte ${byte}`;

/**
 * Reads a file of the journal of a recovery directory in parts, the last lines first, from a position down. One that another undo
 * has removed meanwhile has no lines.
 */
export async function *readBackward(root: Directory, recoveryDirectory: string, number: number, from?: number): AsyncGenerator<JournalPart> {
  const directory = await openRecordsIfThere(root, recoveryDirectory, [JOURNAL]);
  try {
    const file = directory && new JournalFile(directory, journalFile(number));
    let end = from ?? await file?.length() ?? 0;
    while (file && end > 0) {
      const part = await file.before(end);
      yield part;
      end = part.start;
    }
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ESTALE')) {
      throw error;
    }
  } finally {
    await directory?.close();
  }
}

/** A line, and where it begins. */
interface Raw {
  readonly bytes: Uint8Array;
  readonly at: number;
}

class JournalFile {
  private top = DirectoryNode.top();
  private known = new Map<DirectoryReference, DirectoryNode | undefined>();
  /** The bytes that were read last: a directory is most often among the lines before those of its entries. */
  private window: { readonly from: number; readonly bytes: Buffer } = { from: 0, bytes: Buffer.alloc(0) };

  constructor(private readonly directory: Directory, private readonly name: string) {}

  public async length(): Promise<number> {
    return Number((await this.directory.lstat(this.name))?.size ?? 0);
  }

  /** The lines before a position. */
  public async before(end: number): Promise<JournalPart> {
    if (this.known.size > MOST_KNOWN) {
      this.known = new Map();
      this.top = DirectoryNode.top();
    }
    const { start, raw } = await this.read(end);
    const lines: ReadLine[] = [];
    const unreadable: number[] = [];
    for (const { bytes, at } of raw) {
      const line = bytes.length === 0 ? undefined : await this.understand({ bytes, at });
      if (line) {
        lines.push(line);
      } else if (line === undefined && bytes.length > 0) {
        unreadable.push(at);
      }
    }
    return { lines: lines.reverse(), unreadable, start, end };
  }

  /** Whole lines: one that has no end was never acted on, the call ended while it was written. */
  private async read(end: number): Promise<{ start: number; raw: Raw[] }> {
    for (let length = BYTES_AT_ONCE; ; length *= 2) {
      const from = Math.max(0, end - length);
      const bytes = await this.directory.readPart(this.name, from, end - from);
      this.window = { from, bytes };
      const last = bytes.lastIndexOf(NEWLINE) + 1;
      // what comes before the first end of a line belongs to the part before
      const begin = from === 0 ? 0 : bytes.subarray(0, Math.max(0, last - 1)).indexOf(NEWLINE) + 1;
      if (from === 0 || begin > 0) {
        return linesOf(bytes.subarray(0, last), begin, from);
      }
      if (length >= LONGEST_LINE) {
        return { start: from, raw: [{ bytes: bytes.subarray(0, 1), at: from }] };
      }
    }
  }

  /** A line with its directory; undefined if it cannot be read, null if it says nothing by itself. */
  private async understand({ bytes, at }: Raw): Promise<ReadLine | null | undefined> {
    const line = parseLine(bytes, at);
    if (!line || 'policy' in line || 'end' in line) {
      return line;
    }
    if ('entry' in line) {
      const directory = await this.directoryOf(line.within);
      return directory && { ...line.entry, directory };
    }
    if ('taken' in line) {
      const directory = await this.directoryOf(line.within);
      return directory && { ...line.taken, directory };
    }
    let directory = await this.directoryOf(line.within);
    if (line.subdirectory !== undefined) {
      directory = directory?.child(line.subdirectory);
      this.known.set(at, directory);
    }
    return directory && (line.own ? { ...line.own, directory } : null);
  }

  /** The directory that a line names; undefined if its own line, or one of those that it lies in, cannot be read. */
  private async directoryOf(reference: DirectoryReference): Promise<DirectoryNode | undefined> {
    const chain: Array<{ reference: DirectoryReference; name: string }> = [];
    let node: DirectoryNode | undefined;
    for (let next = reference; ;) {
      if (typeof next === 'string') {
        node = this.top.below(next);
      } else if (next === 0) {
        node = this.top;
      } else if (this.known.has(next)) {
        node = this.known.get(next);
      } else {
        const line = await this.directoryLine(next);
        if (line) {
          chain.push({ reference: next, name: line.name });
          next = line.within; // always before it
          continue;
        }
        this.known.set(next, undefined);
      }
      break;
    }
    for (const { reference: own, name } of chain.reverse()) {
      node = node?.child(name);
      this.known.set(own, node);
    }
    return node;
  }

  private async directoryLine(at: number): Promise<{ name: string; within: DirectoryReference } | undefined> {
    for (let length = DIRECTORY_LINE_BYTES; length <= LONGEST_LINE; length *= 2) {
      const { window } = this;
      const near = at >= window.from && length === DIRECTORY_LINE_BYTES ? window.bytes.subarray(at - window.from) : undefined;
      const bytes = near?.includes(NEWLINE) ? near : await this.directory.readPart(this.name, at, length);
      const end = bytes.indexOf(NEWLINE);
      if (end >= 0) {
        const line = parseLine(bytes.subarray(0, end), at);
        return line && 'subdirectory' in line && line.subdirectory !== undefined ? { name: line.subdirectory, within: line.within } : undefined;
      }
      if (bytes.length < length) {
        break;
      }
    }
    return undefined;
  }
}

/** The last lines of bytes that begin at a position, and where the first of them begins. */
function linesOf(bytes: Uint8Array, begin: number, position: number): { start: number; raw: Raw[] } {
  const raw: Raw[] = [];
  let end = bytes.length - 1;
  while (end >= begin && raw.length < LINES_AT_ONCE) {
    const start = Math.max(begin, bytes.subarray(0, end).lastIndexOf(NEWLINE) + 1);
    raw.push({ bytes: bytes.subarray(start, end), at: position + start });
    end = start - 1;
  }
  return { start: position + end + 1, raw: raw.reverse() };
}
