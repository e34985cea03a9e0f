import type { BigIntStats } from 'node:fs';
import { CLOCK_TOLERANCE_MILLISECONDS } from '../../../src/core/provenance';
import type { Found } from '../../../src/core/provenance';
import type { Directory } from '../../fs/directory';
import { errnoOrThrow } from '../../fs/errno';
import { ownershipOf } from '../close';
import { isOurs, readRecord, writeRecord } from '../records';

/** Enough to tell what the service does: it treats all that it restores alike. */
const MOST_FILES = 100;
const MOST_DIRECTORIES = 50;
const ENTRIES_OF_EACH = 50;

/**
 * Keeps on record what a recovery directory is like right after its restore job, for whoever is to delete it later: AWS does not
 * document whom it belongs to, nor what times it has. What was seen first counts: nobody had more time then to change it.
 */
export async function noteFound(root: Directory, recoveryDirectory: string, directory: Directory, created: number): Promise<void> {
  if (!await isOurs(root)) {
    return;
  }
  try {
    const own = await directory.stat();
    if (await readFound(root, recoveryDirectory, own)) {
      return;
    }
    const ctimes = await sample(directory);
    const older = ctimes.length > 0 && ctimes.every((ctime) => ctime < created - CLOCK_TOLERANCE_MILLISECONDS);
    const { uid, gid, mode } = await ownershipOf(root, recoveryDirectory, own);
    await writeRecord(root, recoveryDirectory, own, 'found', {
      created,
      uid,
      gid,
      mode: mode.toString(8),
      ctime: inWords(Number(own.ctimeMs)),
      files: ctimes.length,
      older,
      ...(ctimes.length > 0 ? { ctimes: [Math.min(...ctimes), Math.max(...ctimes)].map(inWords) } : {}),
    });
  } catch (error) {
    errnoOrThrow(error); // then nothing is on record, and a deletion asks for another proof
  }
}

/** What is on record of a directory since it was found. */
export async function readFound(root: Directory, recoveryDirectory: string, own: BigIntStats): Promise<Found | undefined> {
  const { created, uid, older } = (await readRecord(root, recoveryDirectory, own, 'found'))?.content ?? {};
  return typeof created === 'number' && typeof uid === 'number' && typeof older === 'boolean' ? { created, uid, older } : undefined;
}

const inWords = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** The ctimes of some entries that are no directories, in milliseconds: making what it holds changes that of a directory anyway. */
async function sample(top: Directory): Promise<number[]> {
  const ctimes: number[] = [];
  let directories = 0;
  const look = async (directory: Directory): Promise<void> => {
    directories += 1;
    const below: string[] = [];
    for await (const batch of directory.batches(ENTRIES_OF_EACH)) {
      const others = batch.filter(({ type }) => type !== 'directory').map(({ name }) => name);
      ctimes.push(...(await directory.lstatAll(others)).flatMap((own) => (own ? [Number(own.ctimeMs)] : [])));
      below.push(...batch.filter(({ type }) => type === 'directory').map(({ name }) => name));
      break; // of a large directory the first ones
    }
    for (const name of below) {
      if (ctimes.length >= MOST_FILES || directories >= MOST_DIRECTORIES) {
        return;
      }
      const opened = await directory.openDirectory(name);
      await look(opened).finally(() => opened.close());
    }
  };
  await look(top);
  return ctimes;
}
