import { createHash, randomUUID } from 'node:crypto';
import { openRecords, openRecordsIfThere } from './records';
import { WORK_DIRECTORY } from '../../src/core/contract';
import type { CursorStore } from '../fs/cursor';
import { openBelow } from '../fs/descend';
import type { Directory } from '../fs/directory';
import { errnoOrThrow, isErrno } from '../fs/errno';

/** Beside the records of recovery directories, in our directory on the file system. */
const CURSORS = 'cursors';
/** Some 100 times the longest chain of directories that EFS can have. */
const LONGEST_BYTES = 32 * 1024 * 1024;
/** A call that was to go on from a file this old is not going to come: an execution calls again within minutes. */
const LONGEST_KEPT_MILLISECONDS = 7 * 24 * 60 * 60 * 1000;
/** No cursor has a colon: they are base64. The run, the number of the file in it, the digest of what the file holds. */
const REFERENCE = /^:([0-9a-f-]{36})\.(\d{1,9}):([0-9a-f]{64})$/;
const FILE = /^[0-9a-f-]{36}\.\d{1,9}(\..*)?$/;

const fileOf = (run: string, number: number): string => `${run}.${number}`;
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Keeps the cursors of a walk that are too long for an answer, as they are where trees are as deep as can be and their names as
 * long: in files of ours. A file is believed if it has the digest that the answer told, whoever may have written it. It is kept
 * until the call after next, since a call whose answer was lost is made again; without it the operation begins anew.
 */
export class Cursors implements CursorStore {
  /** Opens the cursor of the last answer, if there was one. */
  public static async open(root: Directory, cursor?: string | null): Promise<Cursors> {
    const cursors = new Cursors(root);
    if (cursor && isReference(cursor)) {
      cursors.content = await cursors.readFile(cursor);
      cursors.reference = cursor;
    }
    return cursors;
  }

  private reference?: string;
  private content?: string;

  private constructor(private readonly root: Directory) {}

  /** True if the cursor of the last answer is not to be had any more: the operation begins anew. */
  public get lost(): boolean {
    return this.reference !== undefined && this.content === undefined;
  }

  public read(reference: string): string | undefined {
    return reference === this.reference ? this.content : undefined;
  }

  public async write(cursor: string): Promise<string | undefined> {
    const [, run = randomUUID(), number = '0'] = REFERENCE.exec(this.reference ?? '') ?? [];
    if (cursor.length > LONGEST_BYTES) {
      return undefined;
    }
    try {
      const directory = await openRecords(this.root, CURSORS);
      try {
        await directory.writeFile(fileOf(run, Number(number) + 1), cursor);
        await removeFile(directory, fileOf(run, Number(number) - 1)); // whoever had this one has got its answer
        await removeOld(directory);
      } finally {
        await directory.close();
      }
    } catch (error) {
      errnoOrThrow(error); // a file system that is full, or that must not be written to
      return undefined;
    }
    return `:${fileOf(run, Number(number) + 1)}:${digestOf(cursor)}`;
  }

  public async remove(reference: string): Promise<void> {
    const [, run, number] = REFERENCE.exec(reference) ?? [];
    if (run !== undefined) {
      await inCursors(this.root, async (directory) => {
        await removeFile(directory, fileOf(run, Number(number)));
        await removeFile(directory, fileOf(run, Number(number) - 1));
      });
      await removeEmpty(this.root).catch(errnoOrThrow);
    }
  }

  private async readFile(reference: string): Promise<string | undefined> {
    const [, run, number, digest] = REFERENCE.exec(reference) ?? [];
    let content: string | undefined;
    await inCursors(this.root, async (directory) => {
      const name = fileOf(run, Number(number));
      const stats = await directory.lstat(name);
      content = stats?.isFile() && stats.size <= LONGEST_BYTES ? await directory.readFile(name) : undefined;
    });
    return content !== undefined && digestOf(content) === digest ? content : undefined;
  }
}

export const isReference = (cursor: string): boolean => cursor.startsWith(':');

/** Removes what calls left that nobody went on from. */
export async function removeOldCursors(root: Directory): Promise<void> {
  await inCursors(root, async (directory) => {
    await removeOld(directory);
    await removeEmpty(root);
  });
}

/** Our directory of cursors, and the one that it is in, where they hold nothing any more. */
async function removeEmpty(root: Directory): Promise<void> {
  const work = await openBelow(root, [WORK_DIRECTORY]);
  try {
    await work?.rmdir(CURSORS).catch(errnoOrThrow);
  } finally {
    await work?.close();
  }
  await root.rmdir(WORK_DIRECTORY).catch(errnoOrThrow);
}

/** Does something in our directory of cursors, if there is one. What fails is only not tidy. */
async function inCursors(root: Directory, action: (directory: Directory) => Promise<void>): Promise<void> {
  try {
    const directory = await openRecordsIfThere(root, CURSORS);
    try {
      await (directory && action(directory));
    } finally {
      await directory?.close();
    }
  } catch (error) {
    errnoOrThrow(error);
  }
}

async function removeOld(directory: Directory): Promise<void> {
  for await (const batch of directory.batches()) {
    const names = batch.map(({ name }) => name).filter((name) => FILE.test(name));
    const stats = await directory.lstatAll(names);
    for (const [index, name] of names.entries()) {
      const own = stats[index];
      if (own?.isFile() && Date.now() - Number(own.mtimeMs) > LONGEST_KEPT_MILLISECONDS) {
        await removeFile(directory, name);
      }
    }
  }
}

async function removeFile(directory: Directory, name: string): Promise<void> {
  await directory.unlink(name).catch((error) => {
    if (!isErrno(error, 'ENOENT')) {
      throw error;
    }
  });
}
