import type { BigIntStats } from 'node:fs';
import { EnvironmentVariable, WORK_DIRECTORY } from '../../src/core/contract';
import { fromText } from '../fs/byte-name';
import { existsBelow, openBelow, openOrMake, openOrMakeOne } from '../fs/descend';
import type { Directory } from '../fs/directory';
import { isErrno } from '../fs/errno';
import { millisecondsOf } from '../fs/milliseconds';
import { PLAIN_DIRECTORY } from '../fs/mount';
import { retrying } from '../fs/retrying';

/**
 * What is on record about a recovery directory, in files of ours on the same file system. `moved`: its content was moved into
 * place (the workflow verifies before it moves). `undone`: that was taken back. `quarantined`: it was taken out of the way.
 * `deleting`: all guards let its deletion begin. `linked`: files in it that had several names before. `emptied`: all that was in it was
 * deleted, it is about to be removed itself. `closed`: nobody but root looks into it for a while, and whom it belonged to before.
 * `found`: what it was like right after the restore job. `verified`: its last verification, after which nothing in it may change.
 * `refused`: a deletion was refused, or came to no end.
 */
export type RecordName = (typeof RECORDS)[number];
export const RECORDS = ['moved', 'undone', 'quarantined', 'deleting', 'linked', 'emptied', 'closed', 'found', 'verified', 'refused'] as const;

/** A record, what else is in it, and when the file system says that it was written. */
export interface Record {
  readonly writtenAt: number;
  readonly content: Readonly<{ [key: string]: unknown }>;
}

/**
 * Which directory a record is about: its inode number, or all that stat(2) tells of it. A file system may give the number of a
 * directory that is gone to a new one, so where it tells when a directory was made, that counts, too.
 */
export type Identity = bigint | BigIntStats;

/** Only root looks into our directory: what is kept aside in it may be private. */
export const PRIVATE_MODE = 0o700;
/** Below the records of a recovery directory: what a move replaced, and what it wrote down. */
export const ASIDE = 'replaced';
export const JOURNAL = 'journal';
/** What an undo that was ended had just taken from its place. */
export const TAKEN = 'taken';
/** Our directory is gone, holds something else, or is not a directory of ours. */
const NOT_REMOVED = ['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR'];

export const fileOf = (record: RecordName): string => `${record}.json`;

const EMPTIED = fileOf('emptied');

/** False if our directory was made by somebody else, who could look into it, or prepare what it holds. */
export async function isOurs(root: Directory): Promise<boolean> {
  const stats = await root.lstat(WORK_DIRECTORY);
  return !stats || isOwn(stats);
}

/**
 * True for whom we take for ourselves. For the file system the worker is root, since its access point says so; the user that Lambda
 * runs it as is known to its own kernel only, and somebody else's on the file system. Where a plain directory stands for the file
 * system (rehearsals and tests), there is no access point, and what we make is owned by the user that we run as.
 */
export function isOurUser(uid: bigint | number): boolean {
  return Number(uid) === 0 || (process.env[EnvironmentVariable.MOUNT_CHECK] === PLAIN_DIRECTORY && Number(uid) === process.getuid!());
}

const isOwn = (stats: BigIntStats): boolean => stats.isDirectory() && isOurUser(stats.uid) && Number(stats.mode % 0o100n) === 0;

export const NOT_OURS = 'was not made by this library: others may look into it; rename it, then start again';

/** Of what was opened we know for sure whose it is. */
async function closeUnlessOurs(work: Directory): Promise<Directory> {
  if (isOwn(await work.stat())) {
    return work;
  }
  await work.close();
  throw Object.assign(new Error(`'${work.path}' ${NOT_OURS}`), { code: 'EACCES' });
}

/** Opens a directory among the records about a recovery directory; undefined if there is none. Close what you get. */
export async function openRecordsIfThere(root: Directory, recoveryDirectory: string, path: readonly string[] = []): Promise<Directory | undefined> {
  const work = await openBelow(root, [WORK_DIRECTORY]);
  try {
    return work && await openBelow(await closeUnlessOurs(work), [fromText(recoveryDirectory), ...path]);
  } finally {
    await work?.close();
  }
}

/** Opens, and makes where it is missing, a directory among the records about a recovery directory. Close what you get. */
export async function openRecords(root: Directory, recoveryDirectory: string, path: readonly string[] = []): Promise<Directory> {
  const work = await openOrMakeOne(root, WORK_DIRECTORY, PRIVATE_MODE);
  try {
    return await openOrMake(await closeUnlessOurs(work), [fromText(recoveryDirectory), ...path], PRIVATE_MODE);
  } finally {
    await work.close();
  }
}

/** Writes a record, and answers when, by the clock of the file system. It holds for this very directory, not for another one of the same name. */
export async function writeRecord(root: Directory, recoveryDirectory: string, of: Identity, record: RecordName, more: object = {}): Promise<number> {
  const content = `${JSON.stringify({ recoveryDirectory, ...identify(of), ...more })}\n`;
  return retrying(async () => { // another worker may remove or replace what this one has open: ESTALE
    const directory = await openRecords(root, recoveryDirectory);
    try {
      return millisecondsOf(await directory.writeFile(fileOf(record), content));
    } finally {
      await directory.close();
    }
  });
}

/** Some file systems tell the last change in place of the time of birth: that says nothing. */
function identify(of: Identity): { inode: string; born?: string } {
  if (typeof of === 'bigint') {
    return { inode: String(of) };
  }
  return { inode: String(of.ino), ...(of.birthtimeNs > 0n && of.birthtimeNs !== of.ctimeNs ? { born: String(of.birthtimeNs) } : {}) };
}

function isAbout(of: Identity, content: { readonly inode?: unknown; readonly born?: unknown }): boolean {
  const { inode, born } = { ...identify(of), ...(typeof of === 'bigint' ? {} : { born: String(of.birthtimeNs) }) };
  return content.inode === inode && (content.born === undefined || born === undefined || content.born === born);
}

/** A record about this very directory; undefined if there is none. */
export async function readRecord(root: Directory, recoveryDirectory: string, of: Identity, record: RecordName): Promise<Record | undefined> {
  return retrying(() => readRecordOnce(root, recoveryDirectory, of, record));
}

async function readRecordOnce(root: Directory, recoveryDirectory: string, of: Identity, record: RecordName): Promise<Record | undefined> {
  if (!await isOurs(root)) {
    return undefined;
  }
  const directory = await openRecordsIfThere(root, recoveryDirectory);
  try {
    const stats = await directory?.lstat(fileOf(record));
    if (!directory || !stats?.isFile() || ![stats, await directory.stat()].every(({ uid }) => isOurUser(uid))) {
      return undefined;
    }
    const content = JSON.parse(await directory.readFile(fileOf(record))) as { [key: string]: unknown } | null;
    const ours = content?.recoveryDirectory === recoveryDirectory && isAbout(of, content);
    return ours ? { writtenAt: Number(stats.mtimeMs), content } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || isErrno(error, 'ENOENT', 'ELOOP')) {
      return undefined; // not written by us, or gone by now: no proof of anything
    }
    throw error;
  } finally {
    await directory?.close();
  }
}

/** Makes the kernel ask the server anew what is on record: a client of NFS remembers for a minute what was not there. */
export async function refreshRecords(root: Directory, recoveryDirectory: string): Promise<void> {
  await root.refresh();
  const work = await openBelow(root, [WORK_DIRECTORY]);
  try {
    await work?.refresh();
    const records = work && await openBelow(work, [fromText(recoveryDirectory)]);
    try {
      await records?.refresh();
    } finally {
      await records?.close();
    }
  } finally {
    await work?.close();
  }
}

/** Takes a record back; true if there was one. */
export async function removeRecord(root: Directory, recoveryDirectory: string, record: RecordName): Promise<boolean> {
  const directory = await openRecordsIfThere(root, recoveryDirectory);
  try {
    return directory !== undefined && await unlessErrno(['ENOENT'], () => directory.unlink(fileOf(record)));
  } finally {
    await directory?.close();
  }
}

/**
 * Removes the records about a recovery directory that is gone. What was kept aside stays, with the journal that says where it
 * belongs; the journal alone is of no use.
 */
export async function removeRecords(root: Directory, recoveryDirectory: string): Promise<void> {
  return retrying(() => removeRecordsOnce(root, recoveryDirectory));
}

async function removeRecordsOnce(root: Directory, recoveryDirectory: string): Promise<void> {
  const directory = await openRecordsIfThere(root, recoveryDirectory);
  try {
    const names = new Set<string>();
    for await (const batch of directory?.batches() ?? []) {
      batch.forEach(({ name }) => names.add(name));
    }
    // a call that was killed while it wrote a record leaves that under a name of its own
    const files = [...names].filter((name) => RECORDS.some((record) => name === fileOf(record) || name.startsWith(`${fileOf(record)}.`)));
    const remove = async (file: string) => unlessErrno(['ENOENT'], async () => directory?.unlink(file));
    for (const file of files.filter((name) => name !== EMPTIED)) {
      await remove(file);
    }
    if (names.has(JOURNAL) && !names.has(ASIDE) && !names.has(TAKEN)) {
      await removeJournal(root, recoveryDirectory);
    }
    await (names.has(EMPTIED) ? remove(EMPTIED) : undefined); // last: whoever goes on after a crash must know that the journal is of no use
  } finally {
    await directory?.close();
  }
  const work = await openBelow(root, [WORK_DIRECTORY]);
  try {
    await unlessErrno(NOT_REMOVED, async () => work?.rmdir(fromText(recoveryDirectory)));
  } finally {
    await work?.close();
  }
  await unlessErrno(NOT_REMOVED, () => root.rmdir(WORK_DIRECTORY));
}

/** Removes the journal of the moves of a recovery directory. */
export async function removeJournal(root: Directory, recoveryDirectory: string): Promise<void> {
  const records = await openRecordsIfThere(root, recoveryDirectory);
  try {
    const journal = await records?.openDirectory(JOURNAL);
    try {
      const names: string[] = [];
      for await (const batch of journal?.batches() ?? []) {
        names.push(...batch.map(({ name }) => name));
      }
      // the last ones first: what is left after a crash is undone once more, and ends with how all was in the beginning
      for (const name of names.sort((a, b) => Number.parseInt(b, 10) - Number.parseInt(a, 10))) {
        await unlessErrno(['ENOENT'], async () => journal!.unlink(name));
      }
    } finally {
      await journal?.close();
    }
    await unlessErrno(NOT_REMOVED, async () => records?.rmdir(JOURNAL));
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) { // there is none
      throw error;
    }
  } finally {
    await records?.close();
  }
}

/** Where entries that a move replaces are kept, for people. */
export const asidePath = (recoveryDirectory: string): string => `/${WORK_DIRECTORY}/${recoveryDirectory}/${ASIDE}`;

/** True if anything of a directory was ever kept aside, be it by an earlier run that could not tell. */
export async function hasAside(root: Directory, recoveryDirectory: string): Promise<boolean> {
  const records = await openRecordsIfThere(root, recoveryDirectory);
  try {
    return records !== undefined && await existsBelow(records, [ASIDE]);
  } finally {
    await records?.close();
  }
}

/** Does something; false if it failed with one of these errnos. */
async function unlessErrno(codes: string[], action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    if (!isErrno(error, ...codes)) {
      throw error;
    }
    return false;
  }
}
