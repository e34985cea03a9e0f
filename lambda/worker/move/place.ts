import { ConflictPolicy } from '../../../src/core/restore-request';
import type { MoveCounts, MoveEvent } from '../../../src/core/worker';
import { fromText } from '../../fs/byte-name';
import type { Directory, Entry } from '../../fs/directory';
import { typeOf } from '../../fs/directory';
import { isErrno } from '../../fs/errno';
import { openAside } from '../records';
import { compare } from './compare';

/** What became of an entry; the note is for whoever reads the report. */
export interface Fate {
  readonly count: keyof MoveCounts;
  readonly note?: string;
}

/** How often an entry is looked at again because an application took its place in the meantime. */
const MOST_ATTEMPTS = 3;
/** EFS: the longest name (Amazon EFS User Guide, "Quotas"). */
const LONGEST_NAME_BYTES = 255;

/** Puts a restored entry into its place in the live directory, or does what the policy says where the place is taken. */
export async function place(root: Directory, restored: Directory, entry: Entry, live: Directory, event: MoveEvent): Promise<Fate> {
  let replacedPath: string | undefined;
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    const { relation } = await compare(restored, entry, live);
    if (relation === 'FREE' && await moveTo(restored, entry, live, entry.name)) {
      return replacedPath === undefined ? { count: 'moved' } : { count: 'replaced', note: `the entry that was there is kept at '${replacedPath}'` };
    }
    if (relation === 'MERGE') {
      return { count: 'failed', note: 'a directory appeared at its place while it was moved: start the restore again' };
    }
    if (relation === 'TAKEN') {
      switch (await decide(restored, entry, live, event.conflictPolicy)) {
        case 'FAIL':
          return { count: 'failed', note: 'its place was taken while it was moved' };
        case 'SKIP':
          return { count: 'skipped', note: 'its place is taken' };
        case 'KEEP_BOTH':
          return { count: 'keptBoth', note: `its place is taken; it is now '${live.pathOf(await moveBeside(restored, entry, live, event.directory))}'` };
        case 'REPLACE':
          replacedPath = await keepAside(root, live, entry.name, event.directory) ?? replacedPath;
      }
    }
  }
  return { count: 'failed', note: `its place was taken ${MOST_ATTEMPTS} times while it was moved` };
}

async function decide(restored: Directory, entry: Entry, live: Directory, policy: ConflictPolicy): Promise<'FAIL' | 'SKIP' | 'KEEP_BOTH' | 'REPLACE'> {
  if (policy !== ConflictPolicy.REPLACE_IF_OLDER) {
    return policy;
  }
  const [own, there] = await Promise.all([restored.lstat(entry.name), live.lstat(entry.name)]);
  // the time of a directory says nothing about what is in it
  const comparable = own && there && typeOf(own) !== 'directory' && typeOf(there) !== 'directory';
  return comparable && there.mtimeNs < own.mtimeNs ? 'REPLACE' : 'SKIP';
}

/**
 * Moves an entry to a free name. True if it is there now, false if the name was taken in the meantime: nothing is overwritten.
 * A file gets its second name first and loses the first one then, since rename(2) would replace whatever is there.
 */
async function moveTo(restored: Directory, entry: Entry, live: Directory, name: string): Promise<boolean> {
  try {
    if (entry.type === 'directory') {
      await restored.rename(entry.name, live, name); // never replaces anything but an empty directory
    } else {
      await restored.link(entry.name, live, name).catch(async (error) => {
        const [own, there] = isErrno(error, 'EEXIST') ? await Promise.all([restored.lstat(entry.name), live.lstat(name)]) : [];
        if (!own || own.ino !== there?.ino || own.dev !== there.dev) {
          throw error;
        }
      });
      await restored.unlink(entry.name);
    }
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST', 'ENOTEMPTY', 'ENOTDIR')) {
      return false;
    }
    throw error;
  }
}

/** Moves an entry beside the one that has its place, and answers the name that it got. */
async function moveBeside(restored: Directory, entry: Entry, live: Directory, recoveryDirectory: string): Promise<string> {
  const stamp = recoveryDirectory.slice(recoveryDirectory.indexOf('_') + 1);
  for (let number = 1; ; number += 1) {
    const suffix = fromText(`.restored-${stamp}${number === 1 ? '' : `-${number}`}`);
    const name = `${entry.name.slice(0, LONGEST_NAME_BYTES - suffix.length)}${suffix}`;
    if (await live.lstat(name) === undefined && await moveTo(restored, entry, live, name)) {
      return name;
    }
  }
}

/** Moves a live entry aside and answers where it is now; undefined if it vanished in the meantime. */
async function keepAside(root: Directory, live: Directory, name: string, recoveryDirectory: string): Promise<string | undefined> {
  const aside = await openAside(root, recoveryDirectory, live.components);
  try {
    for (let number = 1; ; number += 1) {
      const suffix = number === 1 ? '' : `.${number}`;
      const asideName = `${name.slice(0, LONGEST_NAME_BYTES - suffix.length)}${suffix}`;
      if (await aside.lstat(asideName) === undefined) {
        await live.rename(name, aside, asideName);
        return aside.pathOf(asideName);
      }
    }
  } catch (error) {
    if (isErrno(error, 'ENOENT')) {
      return undefined;
    }
    throw error;
  } finally {
    await aside.close();
  }
}
