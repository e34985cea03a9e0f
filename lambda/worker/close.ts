import type { BigIntStats } from 'node:fs';
import { isOurUser, readRecord, writeRecord } from './records';
import type { Record } from './records';
import type { Directory } from '../fs/directory';

/** Whom a directory belongs to, and who may do what in it; the mode as stat(2) tells it, with the type. */
export interface Ownership {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** What is done before a recovery directory is closed, and when it was, by the clock of the file system in milliseconds since 1970-01-01T00:00:00Z. */
export interface Closed {
  readonly before: Ownership;
  readonly at: number;
}

/** Who closes one: a restore, from its verification on, or a deletion. */
export type Closer = 'restore' | 'deletion';

const ROOT = 0;
const PERMISSIONS = 0o7777;
const CLOSED = 0o700;

/**
 * Closes a recovery directory: from now on nobody but root comes to what is in it by its path, so nothing in it is changed, added
 * or replaced by others. Who is in it already, by an open directory or as a working directory, is not thrown out. Whom it belonged
 * to, and its mode, are on record first, so that `reopen` gives them back whatever happens in between. Doing it again is safe.
 */
export async function close(root: Directory, recoveryDirectory: string, directory: Directory, by: Closer = 'restore'): Promise<Closed> {
  const own = await directory.stat();
  const closed = isShut(own) ? await readClosed(root, recoveryDirectory, own) : undefined;
  const { before, ...rest } = closed ?? { before: { mode: Number(own.mode), uid: Number(own.uid), gid: Number(own.gid) }, by };
  const at = await writeRecord(root, recoveryDirectory, own, 'closed', { ...before, ...rest });
  if (isShut(own)) {
    return { before, at };
  }
  await directory.restoreOwnerAndMode({
    mode: Number(own.mode) - (Number(own.mode) % (PERMISSIONS + 1)) + CLOSED,
    uid: isOurUser(own.uid) ? Number(own.uid) : ROOT,
    gid: Number(own.gid),
  });
  if (!isShut(await directory.stat())) {
    throw Object.assign(new Error(`'${directory.path}' could not be closed`), { code: 'EPERM' }); // a server that maps users, or somebody who opens it again
  }
  return { before, at: await writeRecord(root, recoveryDirectory, own, 'closed', { ...before, ...rest }) }; // once more: the ctime that this gave the directory is ours
}

/**
 * Gives a closed recovery directory its owner and mode back. Leaves it alone if it is not on record as closed, or somebody changed it
 * since, or, with `by`, if it was closed by somebody else, who still wants it closed.
 */
export async function reopen(root: Directory, recoveryDirectory: string, directory: Directory, by?: Closer): Promise<void> {
  const own = await directory.stat();
  const closed = isShut(own) ? await readClosed(root, recoveryDirectory, own) : undefined;
  if (!closed || (by !== undefined && closed.by !== by)) {
    return;
  }
  const { before, ...rest } = closed;
  await writeRecord(root, recoveryDirectory, own, 'closed', { ...before, ...rest });
  await directory.restoreOwnerAndMode(before);
  await writeRecord(root, recoveryDirectory, own, 'closed', { ...before, ...rest, reopened: true });
}

/** Whom a directory belongs to, and its mode, or what they were before it was closed. */
export async function ownershipOf(root: Directory, recoveryDirectory: string, own: BigIntStats): Promise<Ownership> {
  const closed = isShut(own) ? await readClosed(root, recoveryDirectory, own) : undefined;
  return closed?.before ?? { mode: Number(own.mode), uid: Number(own.uid), gid: Number(own.gid) };
}

const isShut = ({ mode, uid }: BigIntStats): boolean => Number(mode) % (PERMISSIONS + 1) === CLOSED && isOurUser(uid);

/** What is on record of a directory that was closed and not opened again. */
async function readClosed(root: Directory, recoveryDirectory: string, own: BigIntStats): Promise<{ before: Ownership; by: unknown } | undefined> {
  const { content }: Partial<Record> = await readRecord(root, recoveryDirectory, own, 'closed') ?? {};
  const { mode, uid, gid, by, reopened } = content ?? {};
  const isOwnership = [mode, uid, gid].every((value) => Number.isInteger(value) && (value as number) >= 0);
  return isOwnership && reopened !== true ? { before: { mode, uid, gid } as Ownership, by } : undefined;
}
