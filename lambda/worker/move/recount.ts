import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import type { MoveLine } from './journal';
import { readBackward } from './read-journal';
import type { Tally } from './tally';
import { ConflictPolicy } from '../../../src/core/restore-request';
import type { Directory } from '../../fs/directory';
import { isErrno } from '../../fs/errno';
import { componentsOf, nameOf, parentOf, Tree } from '../../fs/tree';
import type { TreePath } from '../../fs/tree';
import { inParallel } from '../../runtime/in-parallel';
import { ASIDE, openRecordsIfThere } from '../records';

const LSTATS_AT_ONCE = 32;

/** What calls that never answered had begun. */
export interface Begun {
  /** True if they had begun to move after a plan found nothing in the way. */
  readonly passedPlan: boolean;
  /** True if they had begun to move. */
  readonly moves: boolean;
  /** The restored entries for which something was kept aside, and that were not moved any more: few, those that a call was killed at. */
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
  const count = async (line: MoveLine): Promise<void> => {
    const [digest, path] = [digestOf(line), root.pathOf(line.live ?? line.restored)];
    if (await isStillThere(restored, line)) {
      seen.set(digest, 'THERE');
      await noteAside(line);
    } else if (line.aside || line.live !== undefined) {
      seen.set(digest, 'COUNTED');
      tally.add(line.aside ? 'replaced' : 'keptBoth', path);
    } else {
      seen.set(digest, 'MOVED');
      tally.add('moved', path);
    }
  };
  /** An earlier call kept something aside for an entry that a later one moved, or has still to move. */
  const noteAside = async (line: MoveLine): Promise<void> => {
    const digest = digestOf(line);
    if (line.aside && seen.get(digest) === 'THERE') {
      if (await kept?.has(line.aside.path)) {
        interrupted.add(line.restored);
      }
    } else if (line.aside && seen.get(digest) === 'MOVED') {
      seen.set(digest, 'COUNTED');
      tally.recount('moved', 'replaced');
    }
  };
  for (const number of [...numbers].reverse()) {
    for await (const { lines } of readBackward(root, recoveryDirectory, number)) {
      const end = lines.findIndex((line) => 'end' in line);
      const latest = end < 0 ? lines : lines.slice(0, end);
      latest.forEach((line) => 'policy' in line && policies.add(line.policy));
      const moves = latest.filter((line): line is MoveLine => 'restored' in line);
      const [first, again] = [new Map<number, MoveLine>(), [] as MoveLine[]];
      for (const line of moves) { // an entry may be written down again and again
        const digest = digestOf(line);
        if (seen.has(digest) || first.has(digest)) {
          again.push(line);
        } else {
          first.set(digest, line);
        }
      }
      await inParallel([...first.values()], LSTATS_AT_ONCE, count);
      await inParallel(again, LSTATS_AT_ONCE, noteAside);
      if (end >= 0) {
        return begun();
      }
    }
  }
  return begun();
}

const digestOf = ({ restored, inode }: MoveLine): number => createHash('sha256').update(`${inode} ${restored}`).digest().readUIntBE(0, 6);

async function isStillThere(restored: Tree, { restored: path, inode }: MoveLine): Promise<boolean> {
  return String((await statsOf(restored, path))?.ino) === inode;
}

/** What is kept aside. Most calls that were killed kept nothing: their number has no directory, and nothing is asked about their lines. */
class Kept {
  constructor(private readonly tree: Tree, private readonly numbers: ReadonlySet<string>) {}

  public async has(path: TreePath): Promise<boolean> {
    return this.numbers.has(componentsOf(path)[0]) && await statsOf(this.tree, path) !== undefined;
  }
}

async function namesOf(directory: Directory): Promise<Set<string>> {
  const names = new Set<string>();
  for await (const batch of directory.batches()) {
    batch.forEach(({ name }) => names.add(name));
  }
  return names;
}

async function statsOf(tree: Tree, path: TreePath): Promise<BigIntStats | undefined> {
  try {
    return await tree.use(parentOf(path), async (directory) => directory.lstat(nameOf(path)));
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) {
      return undefined;
    }
    throw error;
  }
}
