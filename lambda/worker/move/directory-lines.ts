import type { DirectoryLine, Journal } from './journal';
import { parentOf } from '../../fs/tree';
import type { Tree, TreePath } from '../../fs/tree';

/** What a directory, and those that it lies in, must be again if they have to be made again; without those that the journal has. */
export async function directoryLines(restored: Tree, journal: Journal, path: TreePath): Promise<DirectoryLine[]> {
  const lines: DirectoryLine[] = [];
  for (let directory = path; !journal.has(directory); directory = parentOf(directory)) {
    const { mode, uid, gid } = await restored.use(directory, async (opened) => opened.stat());
    lines.unshift({ directory, mode: Number(mode), uid: Number(uid), gid: Number(gid) });
    if (directory === '') {
      break;
    }
  }
  return lines;
}
