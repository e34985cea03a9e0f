import { parseRecoveryDirectoryName } from '../../src/core/recovery-directory';
import { fromText } from '../fs/byte-name';
import { openBelow } from '../fs/descend';
import type { Directory } from '../fs/directory';

/**
 * Opens a recovery directory: a real directory of exactly such a name, directly below the root and on the root's device.
 * Undefined for everything else. Close what you get.
 */
export async function openRecoveryDirectory(root: Directory, name: string): Promise<Directory | undefined> {
  const { dev } = await root.stat();
  const directory = parseRecoveryDirectoryName(name) ? await openBelow(root, [fromText(name)]) : undefined;
  // asked of what was opened, not of the name: the name may stand for something else by now
  const own = await directory?.stat().catch(async (error) => {
    await directory.close();
    throw error;
  });
  if (directory && own?.dev !== dev) {
    await directory.close();
    return undefined;
  }
  return directory;
}
