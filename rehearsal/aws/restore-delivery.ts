import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RestoreJobFault } from './faults';
import { recoveryDirectoryName } from './identifiers';
import type { RecoveryDirectoryPrefix } from './identifiers';
import { copyItems, copyTree, hasItem } from './tree-copy';

/** What a restore job brings into a file system. */
export interface Delivery {
  readonly restoreJobId: string;
  readonly snapshot: string;
  /** The root of the file system. */
  readonly root: string;
  /** Undefined for a full restore. */
  readonly items?: readonly string[];
  /** The instant in the names of the directories. */
  readonly instant: Date;
}

/** Every restore makes a directory of its own ("Restore an Amazon EFS file system", AWS Backup Developer Guide). */
async function makeDirectory({ restoreJobId, root, instant }: Delivery, prefix: RecoveryDirectoryPrefix): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const name = recoveryDirectoryName(prefix, instant, `${restoreJobId}-${attempt}`);
    try {
      await mkdir(join(root, name), 0o755);
      return name;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw error;
      }
    }
  }
}

/** The names at the root of a snapshot in a fixed order; those that are not UTF-8 are left to the copier, which takes bytes. */
async function rootEntries(snapshot: string): Promise<string[]> {
  return (await readdir(snapshot)).filter((name) => !name.includes('\uFFFD')).sort().map((name) => `/${name}`);
}

async function presentItems({ snapshot, items }: Delivery): Promise<string[]> {
  const present: string[] = [];
  for (const item of items ?? []) {
    if (await hasItem(snapshot, item)) {
      present.push(item);
    }
  }
  return present;
}

/** Brings the data of a completed job; answers with the name of the directory. The hierarchy of items is kept inside it. */
async function deliverDirectory(delivery: Delivery, missing: Extract<RestoreJobFault, { restoreJob: 'ITEM_MISSING' }> | undefined): Promise<string> {
  const name = await makeDirectory(delivery, 'aws-backup-restore_');
  const directory = join(delivery.root, name);
  if (delivery.items === undefined) {
    // that a full restore gives the recovery directory the mode, owner and times of the root is unconfirmed
    await copyTree(delivery.snapshot, directory);
  } else {
    await copyItems(delivery.snapshot, await presentItems(delivery), directory);
  }
  if (missing) {
    const item = missing.item ?? (delivery.items ?? await rootEntries(delivery.snapshot)).at(-1);
    await rm(join(directory, item ?? ''), { recursive: true });
  }
  return name;
}

/** Brings what a completed job brings, with the faults that apply to it; answers with the names of the directories. */
export async function deliver(delivery: Delivery, faults: readonly RestoreJobFault[]): Promise<string[]> {
  const has = (fault: RestoreJobFault['restoreJob']) => faults.some(({ restoreJob }) => restoreJob === fault);
  if (has('LOST_AND_FOUND')) {
    // "Amazon EFS User Guide, Using AWS Backup": fragments that cannot be placed go to aws-backup-lost+found at the root
    await mkdir(join(delivery.root, 'aws-backup-lost+found'), { recursive: true });
    await writeFile(join(delivery.root, 'aws-backup-lost+found', `fragment-of-${delivery.restoreJobId}`), 'a fragment\n');
  }
  const missing = faults.find((fault) => fault.restoreJob === 'ITEM_MISSING');
  const directories: string[] = [];
  for (let count = has('DIRECTORY_NEVER') ? 0 : has('TWO_DIRECTORIES') ? 2 : 1; count > 0; count--) {
    directories.push(await deliverDirectory(delivery, missing));
  }
  return directories;
}

/** As `deliver`, while somebody looks: what comes after the job was completed is complete as soon as it can be seen. */
export async function deliverAtOnce(delivery: Delivery, faults: readonly RestoreJobFault[]): Promise<string[]> {
  const outOfSight = await mkdtemp(join(dirname(delivery.snapshot), 'restored-'));
  const directories = await deliver({ ...delivery, root: outOfSight }, faults);
  for (const name of await readdir(outOfSight)) {
    await rename(join(outOfSight, name), join(delivery.root, name));
  }
  return directories;
}

/** Leaves what a failed job leaves: aws-backup-failed-restore_<stamp> with a part of the data ("Amazon EFS User Guide, Using AWS Backup"). */
export async function leaveFailedDirectory(delivery: Delivery): Promise<string> {
  const name = await makeDirectory(delivery, 'aws-backup-failed-restore_');
  const part = (delivery.items === undefined ? await rootEntries(delivery.snapshot) : await presentItems(delivery)).slice(0, 1);
  await copyItems(delivery.snapshot, part, join(delivery.root, name));
  return name;
}

/** The first item that is not in the snapshot. */
export async function absentItem({ snapshot, items }: Pick<Delivery, 'snapshot' | 'items'>): Promise<string | undefined> {
  for (const item of items ?? []) {
    if (!await hasItem(snapshot, item)) {
      return item;
    }
  }
  return undefined;
}
