import { journalFile } from './journal';
import type { JournalLine } from './journal';
import type { Directory } from '../../fs/directory';
import { JOURNAL, openRecordsIfThere } from '../records';

/** Bytes of a journal in memory; no line is nearly as long, and no more lines fit than an answer has room for to tell of each. */
const BYTES_AT_ONCE = 512 * 1024;
const NEWLINE = 10;

/** A part of a journal: to read it again, go on from its end; to read what comes before it, from its start. */
export interface JournalPart {
  readonly lines: JournalLine[];
  readonly start: number;
  readonly end: number;
}

/** Reads a file of the journal of a recovery directory in parts, the last lines first, from a position down. */
export async function *readBackward(root: Directory, recoveryDirectory: string, number: number, from?: number): AsyncGenerator<JournalPart> {
  const directory = await openRecordsIfThere(root, recoveryDirectory, [JOURNAL]);
  try {
    let end = from ?? Number((await directory?.lstat(journalFile(number)))?.size ?? 0);
    while (directory && end > 0) {
      const start = Math.max(0, end - BYTES_AT_ONCE);
      const bytes = await directory.readPart(journalFile(number), start, end - start);
      // what comes before the first end of a line belongs to the part before
      const begin = start === 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
      if (start > 0 && (begin === 0 || begin === bytes.length)) {
        throw new Error(`the journal ${number} of '${recoveryDirectory}' has a line of more than ${BYTES_AT_ONCE} bytes: it was not written by this library`);
      }
      // a line that has no end was never acted on: the call ended while it was written
      const whole = bytes.subarray(begin, bytes.lastIndexOf(NEWLINE) + 1).toString('utf8');
      yield { lines: whole.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as JournalLine).reverse(), start: start + begin, end };
      end = start + begin;
    }
  } finally {
    await directory?.close();
  }
}
