import type { BigIntStats } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { treePathOf } from './expected';
import { isReservedRootName } from '../../../src/core/reserved-root-name';
import { toText } from '../../fs/byte-name';
import { openBelow } from '../../fs/descend';
import { typeOf } from '../../fs/directory';
import type { Directory, EntryType } from '../../fs/directory';
import { errnoOrThrow } from '../../fs/errno';
import { componentsOf, nameOf, parentOf } from '../../fs/tree';
import type { TreePath } from '../../fs/tree';
import { close, reopen } from '../close';
import { readRecord, removeRecord, writeRecord } from '../records';

/** An item of a verification that was passed: whether it is at its place later, its inode number tells. */
export interface VerifiedItem {
  readonly path: TreePath;
  readonly inode: string;
  readonly type: EntryType;
}

/** What is on record about the last verification of a recovery directory. */
export interface Verified {
  /** When it began, by the clock of the file system, in milliseconds since 1970-01-01T00:00:00Z: what changed later may not have been looked at. */
  readonly at: number;
  /** Left out where it was not passed; of a full restore what lies at the top, the first ones only. */
  readonly items?: readonly VerifiedItem[];
}

const MOST_ITEMS = 1_000;
/** Clocks of file systems tick every few milliseconds: what is written after this pause has a later time than what was written before. */
const TICK_MILLISECONDS = 20;

/** Closes a recovery directory, and writes down that its verification begins. */
export async function beginVerification(root: Directory, recoveryDirectory: string, directory: Directory): Promise<void> {
  await close(root, recoveryDirectory, directory);
  await writeRecord(root, recoveryDirectory, await directory.stat(), 'verified');
  await wait(TICK_MILLISECONDS);
}

/** Writes down that a verification was passed. When it began stays as it is. */
export async function passVerification(
  root: Directory, recoveryDirectory: string, directory: Directory, items: readonly string[] | null,
): Promise<void> {
  const own = await directory.stat();
  const { at } = await readVerified(root, recoveryDirectory, directory) ?? {};
  if (at !== undefined) {
    await writeRecord(root, recoveryDirectory, own, 'verified', { at, items: await itemsOf(directory, items) });
  }
}

/** Nothing is moved, or no more: the directory gets its owner and mode back, so no verification of it holds any longer. */
export async function endVerification(root: Directory, recoveryDirectory: string, directory: Directory): Promise<void> {
  await removeRecord(root, recoveryDirectory, 'verified');
  await reopen(root, recoveryDirectory, directory);
}

/** What is on record; undefined if there is no verification that still holds. */
export async function readVerified(root: Directory, recoveryDirectory: string, directory: Directory): Promise<Verified | undefined> {
  const record = await readRecord(root, recoveryDirectory, await directory.stat(), 'verified');
  const { at, items } = record?.content ?? {};
  return record && { at: typeof at === 'number' ? at : record.writtenAt, ...(Array.isArray(items) ? { items: items as VerifiedItem[] } : {}) };
}

const itemOf = (path: TreePath, own: BigIntStats): VerifiedItem => ({ path, inode: String(own.ino), type: typeOf(own) });

async function itemsOf(directory: Directory, items: readonly string[] | null): Promise<VerifiedItem[]> {
  if (items === null) {
    return topOf(directory);
  }
  const found: VerifiedItem[] = [];
  for (const path of items.map(treePathOf)) {
    const parent = path.includes('/') ? await openBelow(directory, componentsOf(parentOf(path))) : directory;
    try {
      const own = await parent?.lstat(nameOf(path));
      found.push(...(own ? [itemOf(path, own)] : []));
    } catch (error) {
      errnoOrThrow(error); // it was there a moment ago: the move tells that it is not
    } finally {
      await (parent === directory ? undefined : parent?.close());
    }
  }
  return found;
}

async function topOf(directory: Directory): Promise<VerifiedItem[]> {
  const found: VerifiedItem[] = [];
  for await (const batch of directory.batches()) {
    const names = batch.map(({ name }) => name).filter((name) => !isReservedRootName(toText(name))).slice(0, MOST_ITEMS - found.length);
    const stats = await directory.lstatAll(names);
    found.push(...names.flatMap((path, index) => (stats[index] ? [itemOf(path, stats[index])] : [])));
    if (found.length >= MOST_ITEMS) {
      break;
    }
  }
  return found;
}
