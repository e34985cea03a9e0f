import { isOwner, readBackward } from './read-journal';
import type { Directory } from '../../fs/directory';
import { errnoOrThrow } from '../../fs/errno';
import type { Tree } from '../../fs/tree';

/** S_ISVTX. */
const STICKY = 0o1000;
const isSticky = (mode: number): boolean => Math.floor(mode / STICKY) % 2 === 1;

/** Gives the restored directories their sticky bits back that calls took away and were killed before they could. */
export async function giveBackStickyBits(root: Directory, restored: Tree, recoveryDirectory: string, numbers: readonly number[]): Promise<void> {
  for (const number of [...numbers].reverse()) {
    for await (const { lines } of readBackward(root, recoveryDirectory, number)) {
      for (const line of lines.filter(isOwner).filter(({ mode }) => isSticky(mode))) {
        await restored.use(line.directory.path, async (directory) => {
          const { mode } = await directory.stat();
          await (isSticky(Number(mode)) ? undefined : directory.restoreOwnerAndMode({ ...line, mode: Number(mode) + STICKY }));
        }).catch(errnoOrThrow); // it is gone: so is what was to be safe in it
      }
    }
  }
}
