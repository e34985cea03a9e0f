import { parseRecoveryDirectoryName, quarantineNameOf } from '../../src/core/recovery-directory';
import { fromText } from '../fs/byte-name';
import { openBelow } from '../fs/descend';
import type { Directory } from '../fs/directory';

/**
 * Opens a recovery directory: a real directory of exactly such a name, directly below the root and on the root's device, or the
 * same in quarantine. Undefined for everything else. Close what you get.
 */
export async function openRecoveryDirectory(root: Directory, name: string): Promise<Directory | undefined> {
  if (!parseRecoveryDirectoryName(name)) {
    return undefined;
  }
  const there = await root.lstat(fromText(name)) !== undefined;
  return openOnDevice(root, fromText(there ? name : quarantineNameOf(name)));
}

/** True if a directory that was opened is in quarantine. */
export const isQuarantined = (directory: Directory, recoveryDirectory: string): boolean =>
  directory.name === fromText(quarantineNameOf(recoveryDirectory));

/** Opens a real directory below the root, on the root's device; undefined if there is none of this name. */
export async function openOnDevice(root: Directory, name: string): Promise<Directory | undefined> {
  const { dev } = await root.stat();
  const directory = await openBelow(root, [name]);
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
