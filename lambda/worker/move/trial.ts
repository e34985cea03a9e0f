import type { BigIntStats } from 'node:fs';
import { linkOrCopy } from './transfer';
import { typeOf } from '../../fs/directory';
import type { Directory } from '../../fs/directory';
import { isErrno } from '../../fs/errno';
import { JOURNAL, openRecords, openRecordsIfThere } from '../records';

/** S_ISGID. Above it in a mode, below its type, is S_ISUID only. */
const SET_GROUP_ID = 0o2000n;
/** The bits of a mode above these tell the type. */
const FILE_TYPE_UNIT = 0o10000n;
const TRIAL = /^\d+\.trial$/;
const trialOf = ({ ino }: BigIntStats): string => `${ino}.trial`;

/** True for a file that a kernel with fs.protected_hardlinks refuses a further name, unless the owner asks. */
const hasSetId = ({ mode }: BigIntStats): boolean => mode % FILE_TYPE_UNIT >= SET_GROUP_ID;

/**
 * Second names that entries get beside the journal, before what has their place is taken away: what cannot have one (EPERM,
 * EMLINK) is not moved, and then nothing was displaced for it. They are ours alone, and whoever removes the journal removes them.
 */
export class Trial {
  /** True where it depends on the entry itself, and not on the file system alone, whether it can have another name. */
  public static isNeeded(own: BigIntStats): boolean {
    return typeOf(own) !== 'directory' && (typeOf(own) !== 'file' || own.nlink > 1n || hasSetId(own));
  }

  private directory?: Promise<Directory>;
  /** The entries that have a second name of this call's. */
  private readonly tried = new Set<bigint>();

  constructor(private readonly root: Directory, private readonly recoveryDirectory: string) {}

  /** True if there may be names that this call left, since what they are of was not moved. */
  public get left(): boolean {
    return this.tried.size > 0;
  }

  /** Gives an entry its second name; the error of link(2) if it cannot have one. */
  public async pass(restored: Directory, name: string, own: BigIntStats): Promise<void> {
    this.tried.add(own.ino);
    const directory = await (this.directory ??= openRecords(this.root, this.recoveryDirectory, [JOURNAL]));
    await linkOrCopy(restored, name, typeOf(own), directory, trialOf(own)).catch((error) => {
      if (!isErrno(error, 'EEXIST')) { // a call that was killed, or that is at work right now, made the same one
        throw error;
      }
    });
  }

  /** Takes the second name back, if this call made one. */
  public async end(own: BigIntStats): Promise<void> {
    if (this.tried.delete(own.ino)) {
      await removeOne(await this.directory!, trialOf(own));
    }
  }

  public async close(): Promise<void> {
    await (await this.directory?.catch(() => undefined))?.close(); // whoever wanted to use it knows by now
  }
}

/** Removes the second names that calls left: those of calls that were killed, and of what could not be moved. */
export async function removeTrials(root: Directory, recoveryDirectory: string): Promise<void> {
  const directory = await openRecordsIfThere(root, recoveryDirectory, [JOURNAL]);
  try {
    const names: string[] = [];
    for await (const batch of directory?.batches() ?? []) {
      names.push(...batch.map(({ name }) => name).filter((name) => TRIAL.test(name)));
    }
    for (const name of names) {
      await removeOne(directory!, name);
    }
  } finally {
    await directory?.close();
  }
}

async function removeOne(directory: Directory, name: string): Promise<void> {
  await directory.unlink(name).catch((error) => {
    if (!isErrno(error, 'ENOENT')) {
      throw error;
    }
  });
}
