import { createHash } from 'node:crypto';
import type { DirectoryNode } from './directory-node';
import { isEntry, readBackward, shownLine, UNREADABLE } from './read-journal';
import type { EntryLine, JournalPart } from './read-journal';
import type { Tally } from './tally';
import { ConflictPolicy } from '../../../src/core/restore-request';
import type { Directory } from '../../fs/directory';
import { isErrno } from '../../fs/errno';
import { join, nameOf, parentOf, Tree } from '../../fs/tree';
import type { TreePath } from '../../fs/tree';
import { DIRECTORIES_AT_ONCE } from '../../fs/walk';
import { inParallel } from '../../runtime/in-parallel';
import { ASIDE, openRecordsIfThere } from '../records';

const LSTATS_AT_ONCE = 32;

/** What calls that never answered had begun. */
export interface Begun {
  /** True if they had begun to move after a plan found nothing in the way. */
  readonly passedPlan: boolean;
  /** True if they had begun to move. */
  readonly moves: boolean;
  /**
   * What stands for the paths of the restored entries for which something was kept aside, and that were not moved any more: few,
   * those that a call was killed at.
   */
  readonly interrupted: ReadonlySet<string>;
}

/** Counts what calls that never answered have moved: of what they were about to move, all that is no longer in the recovery directory. */
export async function recount(root: Directory, restored: Tree, recoveryDirectory: string, numbers: readonly number[], tally: Tally): Promise<Begun> {
  const aside = numbers.length === 0 ? undefined : await openRecordsIfThere(root, recoveryDirectory, [ASIDE]);
  const tree = aside && new Tree(aside);
  try {
    const kept = aside && tree && new Kept(tree, await namesOf(aside));
    return await recountWith(kept, root, restored, recoveryDirectory, numbers, tally);
  } finally {
    await tree?.close();
    await aside?.close();
  }
}

async function recountWith(
  kept: Kept | undefined, root: Directory, restored: Tree, recoveryDirectory: string, numbers: readonly number[], tally: Tally,
): Promise<Begun> {
  // by a digest, since a call that never answered may have moved a million entries: what became of each, by its latest line
  const seen = new Map<number, 'THERE' | 'MOVED' | 'COUNTED'>();
  const interrupted = new Set<string>();
  const policies = new Set<ConflictPolicy>();
  const begun = (): Begun => {
    const moves = seen.size > 0;
    return { passedPlan: moves && [...policies].every((policy) => policy === ConflictPolicy.FAIL), moves, interrupted };
  };
  const count = async (line: EntryLine, path: TreePath, isStillThere: boolean): Promise<void> => {
    const [digest, shown] = [digestOf(line), root.pathOf(join(path, line.liveName))];
    if (isStillThere) {
      seen.set(digest, 'THERE');
      await noteAside(line, path);
    } else if (line.aside !== undefined || line.liveName !== line.name) {
      seen.set(digest, 'COUNTED');
      tally.add(line.aside === undefined ? 'keptBoth' : 'replaced', shown);
    } else {
      seen.set(digest, 'MOVED');
      tally.add('moved', shown);
    }
  };
  /** An earlier call kept something aside for an entry that a later one moved, or has still to move. */
  const noteAside = async (line: EntryLine, path: TreePath): Promise<void> => {
    const digest = digestOf(line);
    if (line.aside !== undefined && seen.get(digest) === 'THERE') {
      if (await kept?.has(line.aside, join(path, line.name))) {
        interrupted.add(line.directory.digestOf(line.name));
      }
    } else if (line.aside !== undefined && seen.get(digest) === 'MOVED') {
      seen.set(digest, 'COUNTED');
      tally.recount('moved', 'replaced');
    }
  };
  for (const number of [...numbers].reverse()) {
    for await (const { lines, unreadable, ended } of latestLines(root, recoveryDirectory, number)) {
      unreadable.forEach((byte) => tally.add('failed', shownLine(recoveryDirectory, number, byte), UNREADABLE));
      lines.forEach((line) => 'policy' in line && policies.add(line.policy));
      const [first, again] = [new Map<number, EntryLine>(), [] as EntryLine[]];
      for (const line of lines.filter(isEntry)) { // an entry may be written down again and again
        const digest = digestOf(line);
        if (seen.has(digest) || first.has(digest)) {
          again.push(line);
        } else {
          first.set(digest, line);
        }
      }
      await inParallel(byDirectory([...first.values()]), DIRECTORIES_AT_ONCE, async ([{ path }, entries]) => {
        const inodes = await inodesOf(restored, path, entries.map(({ name }) => name));
        for (const [index, entry] of entries.entries()) {
          await count(entry, path, inodes[index] === entry.inode);
        }
      });
      for (const [{ path }, entries] of byDirectory(again)) {
        await inParallel(entries, LSTATS_AT_ONCE, async (entry) => noteAside(entry, path));
      }
      if (ended) {
        return begun();
      }
    }
  }
  return begun();
}

/** Of each part of a journal what comes after the end of the last move that came to its end. */
async function *latestLines(root: Directory, recoveryDirectory: string, number: number): AsyncGenerator<Pick<JournalPart, 'lines' | 'unreadable'> & { ended: boolean }> {
  for await (const { lines, unreadable } of readBackward(root, recoveryDirectory, number)) {
    const end = lines.findIndex((line) => 'end' in line);
    yield end < 0 ? { lines, unreadable, ended: false } : { lines: lines.slice(0, end), unreadable: [], ended: true };
  }
}

const digestOf = ({ directory, name, inode }: EntryLine): number => createHash('sha256').update(`${inode} ${directory.digestOf(name)}`).digest().readUIntBE(0, 6);

/** The lines of each directory, in their order. */
function byDirectory(lines: readonly EntryLine[]): Array<[DirectoryNode, EntryLine[]]> {
  const groups = new Map<DirectoryNode, EntryLine[]>();
  for (const line of lines) {
    const group = groups.get(line.directory) ?? [];
    group.push(line);
    groups.set(line.directory, group);
  }
  return [...groups];
}

/** The inode numbers of entries; undefined for those that are not there. */
async function inodesOf(tree: Tree, path: TreePath, names: readonly string[]): Promise<Array<string | undefined>> {
  try {
    return await tree.use(path, async (directory) => (await directory.lstatAll(names)).map((stats) => stats && String(stats.ino)));
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) {
      return names.map(() => undefined);
    }
    throw error;
  }
}

/** What is kept aside. Most calls that were killed kept nothing: their number has no directory, and nothing is asked about their lines. */
class Kept {
  constructor(private readonly tree: Tree, private readonly numbers: ReadonlySet<string>) {}

  public async has(below: string, path: TreePath): Promise<boolean> {
    return this.numbers.has(below) && (await inodesOf(this.tree, parentOf(join(below, path)), [nameOf(path)]))[0] !== undefined;
  }
}

async function namesOf(directory: Directory): Promise<Set<string>> {
  const names = new Set<string>();
  for await (const batch of directory.batches()) {
    batch.forEach(({ name }) => names.add(name));
  }
  return names;
}
