import { readRecord } from './records';
import { parseRecoveryDirectoryName, quarantineNameOf } from '../../src/core/recovery-directory';
import { fromText } from '../fs/byte-name';
import { openBelow } from '../fs/descend';
import type { Directory } from '../fs/directory';

/**
 * Opens a recovery directory: a real directory of exactly such a name, directly below the root and on the root's device, or the
 * same in quarantine, if it is on record that we put it there. Undefined for everything else. Close what you get.
 */
export async function openRecoveryDirectory(root: Directory, name: string): Promise<Directory | undefined> {
  if (!parseRecoveryDirectoryName(name)) {
    return undefined;
  }
  const there = await root.lstat(fromText(name)) !== undefined;
  return there ? openOnDevice(root, fromText(name)) : openQuarantined(root, name);
}

/** Opens a recovery directory that we took out of the way: anybody who may write to the root can give something such a name. */
export async function openQuarantined(root: Directory, name: string): Promise<Directory | undefined> {
  const directory = parseRecoveryDirectoryName(name) && await openOnDevice(root, fromText(quarantineNameOf(name)));
  const onRecord = directory && await directory.stat().then((own) => readRecord(root, name, own, 'quarantined')).catch(async (error) => {
    await directory.close();
    throw error;
  });
  if (directory && !onRecord) {
    await directory.close();
    return undefined;
  }
  return directory;
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
