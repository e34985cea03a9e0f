import { parseRecoveryDirectoryName } from '../../src/core/recovery-directory';
import { fromText } from '../fs/byte-name';
import { typeOf } from '../fs/directory';
import type { Directory } from '../fs/directory';

/**
 * Opens a recovery directory: a real directory of exactly such a name, directly below the root and on the root's device.
 * Undefined for everything else. Close what you get.
 */
export async function openRecoveryDirectory(root: Directory, name: string): Promise<Directory | undefined> {
  if (!parseRecoveryDirectoryName(name)) {
    return undefined;
  }
  const [own, found] = await Promise.all([root.stat(), root.lstat(fromText(name))]);
  return found && typeOf(found) === 'directory' && found.dev === own.dev ? root.openDirectory(fromText(name)) : undefined;
}
