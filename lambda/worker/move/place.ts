import { ConflictPolicy } from '../../../src/core/restore-request';
import type { MoveCounts, MoveEvent } from '../../../src/core/worker';
import { fromText } from '../../fs/byte-name';
import type { Directory, Entry, EntryType } from '../../fs/directory';
import { typeOf } from '../../fs/directory';
import { errnoOrThrow, isErrno } from '../../fs/errno';
import { openAside } from '../records';
import { compare } from './compare';

/** What became of an entry; the note is for whoever reads the report. */
export interface Fate {
  readonly count: keyof MoveCounts;
  readonly note?: string;
}

/** An entry that was kept aside, and where. */
interface Kept {
  readonly entry: Entry;
  readonly path: string;
}

/** How often an entry is looked at again because an application took its place in the meantime. */
const MOST_ATTEMPTS = 3;
/** EFS: the longest name (Amazon EFS User Guide, "Quotas"). */
const LONGEST_NAME_BYTES = 255;

/** Puts a restored entry into its place in the live directory, or does what the policy says where the place is taken. */
export async function place(root: Directory, restored: Directory, entry: Entry, live: Directory, event: MoveEvent): Promise<Fate> {
  const kept: Kept[] = [];
  try {
    const fate = await placeOrKeepAside(root, restored, entry, live, event, kept);
    return kept.length === 0 ? fate : fate.count === 'moved' ? { count: 'replaced', note: wordKept(kept) } : { ...fate, note: `${fate.note}; ${wordKept(kept)}` };
  } catch (error) {
    const code = errnoOrThrow(error);
    const stillKept = kept.length > 0 && !await putBack(root, kept[kept.length - 1], live, entry.name, event.directory) ? kept : kept.slice(0, -1);
    return { count: 'failed', note: stillKept.length === 0 ? code : `${code}; ${wordKept(stillKept)}` };
  }
}

async function placeOrKeepAside(root: Directory, restored: Directory, entry: Entry, live: Directory, event: MoveEvent, kept: Kept[]): Promise<Fate> {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    const { relation } = await compare(restored, entry, live);
    if (relation === 'FREE' && await moveTo(restored, entry, live, entry.name)) {
      return { count: 'moved' };
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
        case 'REPLACE': {
          const aside = await keepAside(root, live, entry.name, event.directory);
          if (aside) {
            kept.push(aside);
          }
        }
      }
    }
  }
  return { count: 'failed', note: 'its place was taken again and again while it was moved' };
}

const wordKept = (kept: readonly Kept[]): string => `what was there is kept at ${kept.map(({ path }) => `'${path}'`).join(', ')}`;

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
        if (entry.type === 'symbolicLink' && isErrno(error, 'EPERM')) {
          // the kernel of the client may forbid hard links to the symbolic links of others (fs.protected_hardlinks)
          return restored.copySymbolicLink(entry.name, live, name);
        }
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
    if ((await compare(restored, entry, live, name)).relation === 'FREE' && await moveTo(restored, entry, live, name)) {
      return name;
    }
  }
}

/** Moves a live entry aside; undefined if it vanished in the meantime. */
async function keepAside(root: Directory, live: Directory, name: string, recoveryDirectory: string): Promise<Kept | undefined> {
  const aside = await openAside(root, recoveryDirectory, live.components);
  try {
    for (let number = 1; ; number += 1) {
      const there = await live.lstat(name);
      if (!there) {
        return undefined;
      }
      const type = typeOf(there);
      const suffix = number === 1 ? '' : `.${number}`;
      const asideName = `${name.slice(0, LONGEST_NAME_BYTES - suffix.length)}${suffix}`;
      const placeholder = await reserve(aside, asideName, type);
      if (placeholder !== undefined) {
        try {
          await live.rename(name, aside, asideName);
        } catch (error) {
          // the answer of the server may be what failed: the name is given back only while it still is our placeholder
          if ((await aside.lstat(asideName))?.ino === placeholder) {
            await (type === 'directory' ? aside.rmdir(asideName) : aside.unlink(asideName));
            throw error;
          }
        }
        return { entry: { name: asideName, type }, path: aside.pathOf(asideName) };
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

/**
 * Takes a free name with an empty entry of ours, which rename(2) then replaces: the live entry moves whatever it is by then, and
 * nothing that is kept is lost, even if two runs do this at the same time. Answers its inode, or undefined if the name is taken.
 */
async function reserve(aside: Directory, name: string, type: EntryType): Promise<bigint | undefined> {
  try {
    await (type === 'directory' ? aside.mkdir(name, 0o700) : aside.makeFile(name));
    return (await aside.lstat(name))?.ino;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) {
      return undefined;
    }
    throw error;
  }
}

/** Moves a kept entry back to its place, if that is still free; true if it is there again. */
async function putBack(root: Directory, kept: Kept, live: Directory, name: string, recoveryDirectory: string): Promise<boolean> {
  const aside = await openAside(root, recoveryDirectory, live.components);
  try {
    return await live.lstat(name) === undefined && await moveTo(aside, kept.entry, live, name);
  } catch (error) {
    errnoOrThrow(error);
    return false;
  } finally {
    await aside.close();
  }
}
