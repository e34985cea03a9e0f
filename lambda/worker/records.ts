import { WORK_DIRECTORY } from '../../src/core/contract';
import { fromText } from '../fs/byte-name';
import { existsBelow, openBelow, openOrMake } from '../fs/descend';
import type { Directory } from '../fs/directory';
import { isErrno } from '../fs/errno';

/**
 * What is on record about a recovery directory, in files of ours on the same file system:
 * `moved`: its content was moved into place (the workflow verifies before it moves). `quarantined`: it was taken out of the way. `deleting`: all guards let its deletion begin.
 */
export type RecordName = 'moved' | 'quarantined' | 'deleting';

/** A record, and when the file system says that it was written. */
export interface Record {
  readonly writtenAt: number;
}

/** Only root looks into our directory: what is kept aside in it may be private. */
const PRIVATE_MODE = 0o700;
const ASIDE = 'replaced';
/** Our directory is gone, holds something else, or is not a directory of ours. */
const NOT_REMOVED = ['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR'];

const recordsOf = (recoveryDirectory: string): string[] => [WORK_DIRECTORY, fromText(recoveryDirectory)];
const fileOf = (record: RecordName): string => `${record}.json`;

/**
 * False if our directory was made by somebody else, who could look into it, or prepare what it holds. For the file system the
 * worker is root, since its access point says so; the user that Lambda runs it as is known to its own kernel only.
 */
export async function isOurs(root: Directory): Promise<boolean> {
  const stats = await root.lstat(WORK_DIRECTORY);
  const owner = Number(stats?.uid);
  return !stats || (stats.isDirectory() && (owner === 0 || owner === process.getuid!()) && Number(stats.mode % 0o100n) === 0);
}

/** Writes a record. It holds for the very directory that has this inode number, not for another one of the same name. */
export async function writeRecord(root: Directory, recoveryDirectory: string, inode: bigint, record: RecordName): Promise<void> {
  const directory = await openOrMake(root, recordsOf(recoveryDirectory), PRIVATE_MODE);
  try {
    await directory.writeFile(fileOf(record), `${JSON.stringify({ recoveryDirectory, inode: String(inode) })}\n`);
  } finally {
    await directory.close();
  }
}

/** A record about the very directory that has this inode number; undefined if there is none. */
export async function readRecord(root: Directory, recoveryDirectory: string, inode: bigint, record: RecordName): Promise<Record | undefined> {
  if (!await isOurs(root)) {
    return undefined;
  }
  const directory = await openBelow(root, recordsOf(recoveryDirectory));
  try {
    const stats = await directory?.lstat(fileOf(record));
    if (!directory || !stats?.isFile()) {
      return undefined;
    }
    const content = JSON.parse(await directory.readFile(fileOf(record))) as { recoveryDirectory?: unknown; inode?: unknown } | null;
    const ours = content?.recoveryDirectory === recoveryDirectory && content.inode === String(inode);
    return ours ? { writtenAt: Number(stats.mtimeMs) } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) {
      return undefined; // not written by us: no proof of anything
    }
    throw error;
  } finally {
    await directory?.close();
  }
}

/** Removes the records about a recovery directory; what was kept aside stays, and so does the directory that holds it. */
export async function removeRecords(root: Directory, recoveryDirectory: string): Promise<void> {
  const directory = await openBelow(root, recordsOf(recoveryDirectory));
  try {
    for (const record of ['moved', 'quarantined', 'deleting'] as const) {
      await ignoring(['ENOENT'], async () => directory?.unlink(fileOf(record)));
    }
  } finally {
    await directory?.close();
  }
  const work = await openBelow(root, [WORK_DIRECTORY]);
  try {
    await ignoring(NOT_REMOVED, async () => work?.rmdir(fromText(recoveryDirectory)));
  } finally {
    await work?.close();
  }
  await ignoring(NOT_REMOVED, () => root.rmdir(WORK_DIRECTORY));
}

/** Where entries that a move replaces are kept, for people. */
export const asidePath = (recoveryDirectory: string): string => `/${WORK_DIRECTORY}/${recoveryDirectory}/${ASIDE}`;

/** True if anything of a directory was ever kept aside, be it by an earlier run that could not tell. */
export async function hasAside(root: Directory, recoveryDirectory: string): Promise<boolean> {
  return existsBelow(root, [...recordsOf(recoveryDirectory), ASIDE]);
}

/** Opens, and makes where it is missing, the place where the replaced entries of a directory are kept. Close what you get. */
export async function openAside(root: Directory, recoveryDirectory: string, path: readonly string[]): Promise<Directory> {
  return openOrMake(root, [...recordsOf(recoveryDirectory), ASIDE, ...path], PRIVATE_MODE);
}

async function ignoring(codes: string[], action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!isErrno(error, ...codes)) {
      throw error;
    }
  }
}
