import type { MoveLine } from './journal';
import { readBackward } from './read-journal';
import type { Tally } from './tally';
import type { Directory } from '../../fs/directory';
import { isErrno } from '../../fs/errno';
import { nameOf, parentOf } from '../../fs/tree';
import type { Tree } from '../../fs/tree';
import { inParallel } from '../../runtime/in-parallel';

const LSTATS_AT_ONCE = 32;

/** What calls that never answered had begun. */
export interface Begun {
  /** True if they had begun to move. */
  readonly moves: boolean;
  /** The restored entries for which something was kept aside, and that were not moved any more. */
  readonly asideOf: ReadonlySet<string>;
}

/** Counts what calls that never answered have moved: of what they were about to move, all that is no longer in the recovery directory. */
export async function recount(root: Directory, restored: Tree, recoveryDirectory: string, numbers: readonly number[], tally: Tally): Promise<Begun> {
  const seen = new Set<string>();
  const asideOf = new Set<string>();
  let moves = false;
  for (const number of [...numbers].reverse()) {
    for await (const { lines } of readBackward(root, recoveryDirectory, number)) {
      const end = lines.findIndex((line) => 'end' in line);
      const latest = (end < 0 ? lines : lines.slice(0, end)).filter((line): line is MoveLine => 'restored' in line && !seen.has(line.inode));
      const once = latest.filter(({ inode }) => !seen.has(inode) && seen.add(inode)); // an entry may be written down again and again
      moves ||= once.length > 0;
      await inParallel(once, LSTATS_AT_ONCE, async (line) => {
        if (!await isStillThere(restored, line)) {
          tally.add(line.aside ? 'replaced' : line.live === undefined ? 'moved' : 'keptBoth', root.pathOf(line.live ?? line.restored));
        } else if (line.aside) {
          asideOf.add(line.restored);
        }
      });
      if (end >= 0) {
        return { moves, asideOf };
      }
    }
  }
  return { moves, asideOf };
}

async function isStillThere(restored: Tree, { restored: path, inode }: MoveLine): Promise<boolean> {
  try {
    const stats = await restored.use(parentOf(path), async (directory) => directory.lstat(nameOf(path)));
    return stats !== undefined && String(stats.ino) === inode;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) {
      return false;
    }
    throw error;
  }
}
