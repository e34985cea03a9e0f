import { promises as fs } from 'node:fs';
import { dirname } from 'node:path';
import { Directory } from './directory';
import { EnvironmentVariable, RestoreError } from '../../src/core/contract';
import { NamedError } from '../runtime/named-error';

/** The value of MOUNT_CHECK that takes a plain directory for a file system. */
export const PLAIN_DIRECTORY = 'DIRECTORY';

/**
 * Opens the root of the mounted file system. Where the mount is missing there is an empty directory of the function's own
 * disk, on the same device as its parent: that is refused.
 */
export async function openMount(path: string, check: string | undefined): Promise<Directory> {
  const [mount, parent] = await Promise.all([fs.lstat(path).catch(() => undefined), fs.lstat(dirname(path)).catch(() => undefined)]);
  const mounted = mount?.isDirectory() && (check === PLAIN_DIRECTORY || (parent !== undefined && mount.dev !== parent.dev));
  if (!mounted) {
    throw new NamedError(RestoreError.FILE_SYSTEM_NOT_MOUNTED,
      `no file system is mounted at '${path}' (${EnvironmentVariable.MOUNT_PATH}): nothing was read or changed; look at the file system configuration of the function`);
  }
  return Directory.open(path);
}
