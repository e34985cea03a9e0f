import { parseQuarantineName, parseRecoveryDirectoryName } from './recovery-directory';

/** An absolute path without "//", "." and "..": only such paths can be compared. */
export const isNormalized = (path: string): boolean => path === '/' || /^(\/(?!\.{1,2}(\/|$))[^/]+)+$/.test(path);

/**
 * Whether the root directory of an access point may lie at or within a recovery directory, by whichever of its names: a file
 * system may have 10,000 access points, and only these matter to a deletion. What is written oddly may lie anywhere.
 */
export function mayLieInRecoveryDirectory(root: string): boolean {
  if (!isNormalized(root)) {
    return true;
  }
  const first = root.split('/')[1];
  return parseRecoveryDirectoryName(first) !== undefined || parseQuarantineName(first) !== undefined;
}
