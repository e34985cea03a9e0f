import type { Problem } from './problem';

/** Where a client sees the file system, or a part of it. */
export interface ClientMount {
  /** Where the client mounts, as an absolute path on the client: `/mnt/efs`. */
  readonly mountPoint: string;
  /**
   * What it mounts there, as an absolute path on the file system. For a mount through an access point this is the root directory
   * of the access point.
   *
   * @default - the root of the file system, `/`
   */
  readonly rootDirectory?: string;
}

/** How paths are checked. */
export interface ItemPathOptions {
  /** The mounts of clients that are known; a path below one of them is answered with the path on the file system. */
  readonly mounts: readonly ClientMount[];
  /** True for values that are not known yet (tokens at synth): they are checked at run time. */
  readonly isUnresolved: (value: unknown) => boolean;
}

/** EFS: a name has at most 255 bytes (Amazon EFS User Guide, "Quotas"). */
const LONGEST_NAME_BYTES = 255;
/** EFS: directories nest at most 1,000 deep (Amazon EFS User Guide, "Quotas"). */
const DEEPEST_PATH = 1000;

/**
 * The number of items above which AWS's own documents disagree: "Restore an Amazon EFS file system" in the AWS Backup Developer
 * Guide says in its parameter list one to five, in its introduction ten for the console and none for the API.
 */
export const UNDISPUTED_ITEMS = 5;

/** Characters of wildcards and of regular expressions. Not '.', '+', '(', ')': they are too common in the names of files. */
const PATTERN_CHARACTERS = /[*?[\]{}|^$\\]/;
// eslint-disable-next-line no-control-regex
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]/;

const utf8Bytes = (text: string): number => new TextEncoder().encode(text).length;

/** `/a/b` is at or below `/a`; everything is below `/`. */
export function isWithin(path: string, directory: string): boolean {
  const prefix = directory.endsWith('/') ? directory : `${directory}/`;
  return path === directory || path.startsWith(prefix);
}

function joinPaths(directory: string, rest: string): string {
  return `${directory === '/' ? '' : directory}${rest === '' ? '' : `/${rest}`}` || '/';
}

function parentOf(path: string): string {
  const clean = path.split('/').filter((component) => component !== '' && !PATTERN_CHARACTERS.test(component));
  const depth = path.split('/').filter((component) => component !== '').findIndex((component) => PATTERN_CHARACTERS.test(component));
  return `/${clean.slice(0, depth).join('/')}`;
}

/** All problems of one path on the file system, without its relation to other paths. */
function checkOnePath(subject: string, path: unknown, mounts: readonly ClientMount[]): Problem[] {
  if (typeof path !== 'string' || path === '') {
    return [{ subject, rule: 'must be a path', value: path ?? null, remedy: 'write the path as seen from the root of the file system, such as "/projects/report.txt"' }];
  }
  const problems: Problem[] = [];
  const add = (rule: string, remedy: string) => problems.push({ subject, rule, value: path, remedy });

  const mount = mounts.filter(({ mountPoint }) => isWithin(path, mountPoint)).sort((a, b) => b.mountPoint.length - a.mountPoint.length)[0];
  if (mount) {
    const rootDirectory = mount.rootDirectory ?? '/';
    const translated = joinPaths(rootDirectory, path.slice(mount.mountPoint.length).replace(/^\/+/, ''));
    add(`must be the path on the file system, not on a client that mounts '${rootDirectory}' at '${mount.mountPoint}'`, `write "${translated}"`);
  }
  if (CONTROL_CHARACTERS.test(path)) {
    add('must not contain NUL, a newline or another control character', 'restore the parent directory instead');
  }
  if (PATTERN_CHARACTERS.test(path)) {
    const parent = parentOf(path);
    add('must not contain characters of wildcards or regular expressions, because AWS Backup does not expand them',
      parent === '/' ? 'write each item, or do a full restore' : `restore the parent directory "${parent}" instead`);
  }
  if (!path.startsWith('/')) {
    add('must begin with "/"', `write the path as seen from the root of the file system, such as "/${path.replace(/^(\.?\/)+/, '')}"`);
  }
  if (path === '/') {
    add('must not be the root of the file system', 'do a full restore instead: "fullRestore": true');
    return problems;
  }
  const components = path.replace(/^\//, '').split('/');
  if (components.includes('')) {
    add('must not have an empty component, be it from "//" or from "/" at the end', `write "${path.startsWith('/') ? '/' : ''}${components.filter(Boolean).join('/')}"`);
  }
  if (components.some((component) => component === '.' || component === '..')) {
    add('must not have "." or ".." as a component', 'write the path as it is, from the root of the file system');
  }
  if (components.some((component) => utf8Bytes(component) > LONGEST_NAME_BYTES)) {
    add(`must not have a component of more than ${LONGEST_NAME_BYTES} bytes, the longest name on EFS`, 'check the path');
  }
  if (components.length > DEEPEST_PATH) {
    add(`must not be deeper than ${DEEPEST_PATH} directories, the limit of EFS`, 'check the path');
  }
  return problems;
}

/** All problems of what is told about the mounts of clients. */
export function checkClientMounts(subject: string, mounts: readonly ClientMount[], isUnresolved: (value: unknown) => boolean): Problem[] {
  return mounts.flatMap((mount, index) => (['mountPoint', 'rootDirectory'] as const)
    .filter((key) => mount[key] !== undefined && !isUnresolved(mount[key]) && !/^(\/|(\/(?!\.{1,2}(\/|$))[^/\0\n]+)+)$/.test(mount[key]!))
    .map((key): Problem => ({
      subject: `${subject}[${index}].${key}`,
      rule: 'must be an absolute path without "//", "." or ".." in it and without "/" at its end',
      value: mount[key],
      remedy: key === 'mountPoint' ? 'write for example "/mnt/efs"' : 'write for example "/projects"',
    })));
}

/** All problems of the paths of an item-level restore, at once. */
export function checkItemPaths(subject: string, items: unknown, options: ItemPathOptions): Problem[] {
  if (options.isUnresolved(items)) {
    return [];
  }
  if (!Array.isArray(items) || items.length === 0) {
    return [{ subject, rule: 'must be a list of one path or more', value: items, remedy: 'name the files and directories to restore, or do a full restore: "fullRestore": true' }];
  }
  const problems: Problem[] = [];
  const indexOfPath = new Map<string, number>();
  items.forEach((item, index) => {
    if (options.isUnresolved(item)) {
      return;
    }
    problems.push(...checkOnePath(`${subject}[${index}]`, item, options.mounts));
    if (typeof item === 'string' && indexOfPath.has(item)) {
      problems.push({ subject: `${subject}[${index}]`, rule: `must not repeat ${subject}[${indexOfPath.get(item)}]`, value: item, remedy: 'remove one of the two' });
    } else if (typeof item === 'string') {
      indexOfPath.set(item, index);
    }
  });
  for (const [path, index] of indexOfPath) {
    for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1)) {
      const ancestor = indexOfPath.get(path.slice(0, cut));
      if (ancestor !== undefined) {
        problems.push({
          subject: `${subject}[${index}]`,
          rule: `must not lie within ${subject}[${ancestor}]`,
          value: path,
          remedy: `remove it: "${path.slice(0, cut)}" is restored with everything in it`,
        });
        break;
      }
    }
  }
  return problems;
}

/** What is worth a warning about the number of items; undefined where AWS's documents agree. */
export function warnAboutItemCount(subject: string, items: unknown): string | undefined {
  if (!Array.isArray(items) || items.length <= UNDISPUTED_ITEMS) {
    return undefined;
  }
  return `'${subject}' has ${items.length} items, and AWS's documents disagree about more than ${UNDISPUTED_ITEMS}: `
    + 'the list of parameters of "Restore an Amazon EFS file system" (AWS Backup Developer Guide) allows one to five, '
    + 'the introduction of the same page ten in the console and any number through the API up to 200 KB of metadata; '
    + 'if the restore job fails for it, restore a common parent directory or start several restores';
}
