import type { Directory } from '../../fs/directory';
import { errnoOrThrow } from '../../fs/errno';
import { Tree } from '../../fs/tree';
import { walk } from '../../fs/walk';
import type { WalkEnd } from '../../fs/walk';
import { Cursors } from '../cursors';

/** The cursor tells where to go on: time ran out. */
export type Untouched = boolean | { readonly cursor: string };

/**
 * True if nothing below a directory was written after an instant, in nanoseconds. Moving the directory changes the ctime of
 * nothing in it. What cannot be read, or changes between two calls, counts as written.
 */
export async function isUntouched(
  root: Directory, parent: Directory, name: string, instant: bigint, mustStop: () => boolean, last?: string,
): Promise<Untouched> {
  const cursors = await Cursors.open(root, last);
  const cursor = cursors.lost ? undefined : last;
  const top = await parent.openDirectory(name);
  const tree = new Tree(top);
  let untouched = true;
  try {
    const end: WalkEnd = await walk(tree, {
      visit: async ({ directory, path, entries, skipped }) => {
        const { ctimeNs } = await directory.stat(); // first: others look at the same time
        untouched &&= path === '' || ctimeNs <= instant;
        let position = skipped;
        for await (const batch of entries) {
          const stats = await directory.lstatAll(batch.filter(({ type }) => type !== 'directory').map((entry) => entry.name));
          // a name that was taken from a file elsewhere changes its ctime, too
          untouched &&= stats.every((own) => !own || (own.nlink > 1n ? own.mtimeNs : own.ctimeNs) <= instant);
          if (!untouched) {
            return 'ENOUGH';
          }
          position += batch.length;
          if (mustStop()) {
            return position;
          }
        }
        return 'DONE';
      },
      unreadable: () => {
        untouched = false;
      },
      mustStop: () => !untouched || mustStop(),
      cursor,
      cursors,
    });
    return untouched && end.changed === undefined && (end.done || { cursor: end.cursor! });
  } catch (error) {
    errnoOrThrow(error);
    return false;
  } finally {
    await tree.close();
    await top.close();
  }
}
