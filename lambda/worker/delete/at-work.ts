import { randomUUID } from 'node:crypto';
import type { Directory } from '../../fs/directory';
import { isErrno } from '../../fs/errno';
import { fileOf, openRecords, openRecordsIfThere } from '../records';

/** Among the files of the record that a deletion has begun: whoever removes the records removes these, too. */
const PREFIX = `${fileOf('deleting')}.`;
const SUFFIX = '.at-work';
/** Lambda: the longest an invocation runs (AWS Lambda Developer Guide, "Lambda quotas"), and a minute for clocks that tick in steps. */
const LONGEST_AT_WORK_MILLISECONDS = 960_000;

/**
 * A worker that deletes something says so on the file system, in a file of its own, and takes that back when nothing of it is in
 * flight any more: whoever calls the deletion off knows then that it has ended.
 */
export class AtWork {
  public static async begin(root: Directory, recoveryDirectory: string): Promise<AtWork> {
    const records = await openRecords(root, recoveryDirectory);
    const file = `${PREFIX}${randomUUID()}${SUFFIX}`;
    try {
      await (await records.makeLog(file)).close();
    } finally {
      await records.close();
    }
    return new AtWork(root, recoveryDirectory, file);
  }

  private constructor(private readonly root: Directory, private readonly recoveryDirectory: string, private readonly file: string) {}

  public async end(): Promise<void> {
    await removeFile(this.root, this.recoveryDirectory, this.file);
  }
}

/** The files of the workers that are at work, as far as the server told when the records were refreshed last. */
export async function listAtWork(root: Directory, recoveryDirectory: string): Promise<string[]> {
  const files: string[] = [];
  const records = await openRecordsIfThere(root, recoveryDirectory);
  try {
    for await (const batch of records?.batches() ?? []) {
      files.push(...batch.map(({ name }) => name).filter((name) => name.startsWith(PREFIX) && name.endsWith(SUFFIX)));
    }
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ESTALE')) { // the records are gone, and with them all of these
      throw error;
    }
  } finally {
    await records?.close();
  }
  return files;
}

/** Removes the files of workers that must have ended, whatever became of them; by the clock of the file system. */
export async function removeDead(root: Directory, recoveryDirectory: string, files: readonly string[]): Promise<void> {
  const records = await openRecordsIfThere(root, recoveryDirectory);
  try {
    const probe = `${PREFIX}${randomUUID()}.tmp`;
    const now = await records?.writeFile(probe, '') ?? 0n;
    for (const file of files) {
      const begun = await records?.lstat(file);
      if (begun && Number(now - begun.mtimeNs) / 1e6 > LONGEST_AT_WORK_MILLISECONDS) {
        await removeFile(root, recoveryDirectory, file);
      }
    }
    await removeFile(root, recoveryDirectory, probe);
  } finally {
    await records?.close();
  }
}

async function removeFile(root: Directory, recoveryDirectory: string, file: string): Promise<void> {
  const records = await openRecordsIfThere(root, recoveryDirectory);
  try {
    await records?.unlink(file);
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ESTALE')) { // whoever deleted the last of it has removed the records
      throw error;
    }
  } finally {
    await records?.close();
  }
}
