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

/**
 * Characters of wildcards and of regular expressions, of neither of which AWS Backup takes any in an item ("Restore an Amazon EFS file
 * system", AWS Backup Developer Guide: no wildcards, no regular expressions; which other "special characters" it means is unconfirmed).
 * Not '.', '+', '(', ')': they are too common in the names of files.
 */
const PATTERN_CHARACTERS = /[*?[\]{}|^$\\]/;
// eslint-disable-next-line no-control-regex
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]/;
/** Half a character of UTF-16: it has no bytes in UTF-8, so no name on a file system has it. */
const LONE_SURROGATES = /\p{Surrogate}/u;

const EXAMPLE = 'write the path as seen from the root of the file system, such as "/projects/report.txt"';
const FULL_RESTORE = 'do a full restore instead: "fullRestore": true';

const utf8Bytes = (text: string): number => new TextEncoder().encode(text).length;
const isTooLong = (component: string): boolean => utf8Bytes(component) > LONGEST_NAME_BYTES;
const isUnwritable = (component: string): boolean =>
  CONTROL_CHARACTERS.test(component) || LONE_SURROGATES.test(component);

/** EFS: `AccessPointId` (DescribeAccessPoints, Amazon EFS API reference). */
const ACCESS_POINT_ID = /^fsap-[0-9a-f]{8,40}$/;
/** Restore jobs that one restore is split into: the history of an execution bounds how many can be watched for days (core/polling.ts). */
export const MOST_RESTORE_JOBS = 10;

export const isAccessPointId = (value: unknown): value is string => typeof value === 'string' && ACCESS_POINT_ID.test(value);

/** Paths from the root of the file system for paths that are seen from a directory of it, such as the root of an access point. */
export function seenFromRoot(items: readonly string[], directory: string): string[] {
  return items.map((item) => joinPaths(directory, item.replace(/^\//, '')));
}

/** What AWS Backup is asked for in place of an item: itself, or where it has names like patterns in it, the nearest directory above these. */
function requestableFor(item: string): string {
  const components = item.split('/');
  const pattern = components.findIndex((component) => PATTERN_CHARACTERS.test(component));
  return pattern === -1 ? item : components.slice(0, pattern).join('/') || '/';
}

/**
 * What AWS Backup is asked for so that the items come with it, each once and none within another; null where that is everything.
 */
export function requestableItems(items: readonly string[]): string[] | null {
  const asked = [...new Set(items.map(requestableFor))];
  return asked.includes('/') ? null : asked.filter((path) => !asked.some((other) => other !== path && isWithin(path, other)));
}

/** What is worth a warning about items with names like patterns; undefined where there is none. */
export function warnAboutPatterns(items: readonly string[]): string | undefined {
  const patterns = items.filter((item) => requestableFor(item) !== item);
  return patterns.length === 0 ? undefined : `${JSON.stringify(patterns[0])}${patterns.length === 1 ? ' has' : ` and ${patterns.length - 1} more have`} characters of patterns in the name, `
    + 'which AWS Backup takes in no item: they are taken to the letter, nothing is expanded, and the directory above is restored with everything in it; only what was asked for is verified and moved';
}

/** The items of each restore job. */
export function splitItems(items: readonly string[], itemsPerRestoreJob: number): string[][] {
  const jobs = Array.from({ length: Math.ceil(items.length / itemsPerRestoreJob) }, (_, index) => index * itemsPerRestoreJob);
  return jobs.map((first) => items.slice(first, first + itemsPerRestoreJob));
}

/** The problem of more items than the restore jobs of one execution take. */
export function checkItemCount(subject: string, items: readonly unknown[], itemsPerRestoreJob: number): Problem[] {
  const most = MOST_RESTORE_JOBS * itemsPerRestoreJob;
  return items.length <= most ? [] : [{
    subject,
    rule: `must have at most ${most} items, ${itemsPerRestoreJob} for each of ${MOST_RESTORE_JOBS} restore jobs`,
    value: items.length,
    remedy: "restore common parent directories, start several restores, or let a job take more: 'itemsPerRestoreJob' of the workflow",
  }];
}

/** `/a/b` is at or below `/a`; everything is below `/`. */
export function isWithin(path: string, directory: string): boolean {
  const prefix = directory.endsWith('/') ? directory : `${directory}/`;
  return path === directory || path.startsWith(prefix);
}

function joinPaths(directory: string, rest: string): string {
  return `${directory === '/' ? '' : directory}${rest === '' ? '' : `/${rest}`}` || '/';
}

/**
 * The mounts by which a path is one on a client; several where clients mount different directories at the same place. A path
 * that may as well be the one on the file system, since the mounted directory is itself below the mount point, is taken as that.
 */
function mountsAbove(path: string, mounts: readonly ClientMount[]): ClientMount[] {
  const above = mounts.filter(({ mountPoint }) => isWithin(path, mountPoint));
  const nearest = Math.max(...above.map(({ mountPoint }) => mountPoint.length));
  return above.some(({ mountPoint, rootDirectory = '/' }) => isWithin(rootDirectory, mountPoint) && isWithin(path, rootDirectory)) ? []
    : above.filter(({ mountPoint }) => mountPoint.length === nearest);
}

function translate(path: string, { mountPoint, rootDirectory = '/' }: ClientMount): string {
  return joinPaths(rootDirectory, path.slice(mountPoint.length).replace(/^\/+/, ''));
}

/** The nearest path that breaks no rule: of a name that cannot be written it is the parent. Undefined where only the author can tell. */
function repair(path: string): string | undefined {
  const components = path.split('/').filter((component) => component !== '' && component !== '.');
  const unwritable = components.findIndex(isUnwritable);
  const kept = unwritable === -1 ? components : components.slice(0, unwritable);
  return components.includes('..') || kept.some(isTooLong) || kept.length > DEEPEST_PATH ? undefined : `/${kept.join('/')}`;
}

/** The problem of a path on a client, with the path on the file system where that can be told. */
function checkMounts(path: string, mounts: readonly ClientMount[]): { rule: string; remedy: string } | undefined {
  const found = mountsAbove(path, mounts);
  if (found.length === 0) {
    return undefined;
  }
  const roots = [...new Set(found.map(({ rootDirectory = '/' }) => rootDirectory))];
  const rule = `must be the path on the file system, not on a client that mounts ${roots.map((root) => `'${root}'`).join(' or ')} at '${found[0].mountPoint}'`;
  const repaired = [...new Set(found.map((mount) => repair(translate(path, mount))))];
  if (repaired.includes(undefined)) {
    return { rule, remedy: EXAMPLE };
  }
  const another = mountsAbove(repaired[0]!, mounts)[0];
  if (another) {
    return { rule, remedy: `"${repaired[0]}" would be taken for a path on a client, too: take '${another.mountPoint}' out of the workflow's 'clientMounts' to restore it` };
  }
  return { rule, remedy: repaired.includes('/') ? FULL_RESTORE : `write ${repaired.map((text) => JSON.stringify(text)).join(' or ')}` };
}

/** All problems of one path on the file system, without its relation to other paths. */
function checkOnePath(subject: string, path: unknown, mounts: readonly ClientMount[]): Problem[] {
  if (typeof path !== 'string' || path === '') {
    return [{ subject, rule: 'must be a path', value: path ?? null, remedy: EXAMPLE }];
  }
  const problems: Problem[] = [];
  const add = (rule: string, remedy: string) => problems.push({ subject, rule, value: path, remedy });

  const onClient = checkMounts(path, mounts);
  if (onClient) {
    add(onClient.rule, onClient.remedy);
  }
  // a remedy for the path on the client would only lead to the next refusal
  const repaired = onClient || mountsAbove(repair(path) ?? '', mounts).length > 0 ? undefined : repair(path);
  const rewrite = repaired === undefined ? EXAMPLE : repaired === '/' ? FULL_RESTORE : `write ${JSON.stringify(repaired)}`;
  const parent = repaired === undefined ? 'restore the parent directory instead'
    : repaired === '/' ? 'do a full restore instead, since its parent is the root of the file system: "fullRestore": true' : `restore the parent directory ${JSON.stringify(repaired)} instead`;

  if (CONTROL_CHARACTERS.test(path)) {
    add('must not contain NUL, a newline or another control character', parent);
  }
  if (LONE_SURROGATES.test(path)) {
    add('must not contain half a surrogate pair, which is no character', parent);
  }
  if (!path.startsWith('/')) {
    add('must begin with "/"', rewrite);
  }
  if (path === '/') {
    add('must not be the root of the file system', FULL_RESTORE);
    return problems;
  }
  const components = path.replace(/^\//, '').split('/');
  if (components.includes('')) {
    add('must not have an empty component, be it from "//" or from "/" at the end', rewrite);
  }
  if (components.some((component) => component === '.' || component === '..')) {
    add('must not have "." or ".." as a component', rewrite);
  }
  if (components.some(isTooLong)) {
    add(`must not have a component of more than ${LONGEST_NAME_BYTES} bytes, the longest name on EFS`, 'look the path up on the file system, where no such name can exist');
  }
  if (components.length > DEEPEST_PATH) {
    add(`must not be deeper than ${DEEPEST_PATH} directories, the limit of EFS`, 'look the path up on the file system, where no such path can exist');
  }
  return problems;
}

/** All problems of what is told about the mounts of clients. */
export function checkClientMounts(subject: string, mounts: readonly ClientMount[], isUnresolved: (value: unknown) => boolean): Problem[] {
  return mounts.flatMap((mount, index) => (['mountPoint', 'rootDirectory'] as const)
    .filter((key) => (key === 'mountPoint' || mount[key] !== undefined) && !isUnresolved(mount[key]))
    .flatMap((key): Problem[] => {
      const problem = { subject: `${subject}[${index}].${key}`, value: mount[key] ?? null, remedy: key === 'mountPoint' ? 'write for example "/mnt/efs"' : 'write for example "/projects"' };
      if (!/^(\/|(\/(?!\.{1,2}(\/|$))[^/\0\n]+)+)$/.test(mount[key] ?? '')) {
        return [{ ...problem, rule: 'must be an absolute path without "//", "." or ".." in it and without "/" at its end' }];
      }
      return key === 'mountPoint' && mount[key] === '/' ? [{ ...problem, rule: 'must not be the root of the client, below which every path lies' }] : [];
    }));
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
  // Array.from makes undefined of the holes in an array, which forEach would skip
  Array.from<unknown>(items).forEach((item, index) => {
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
    const ancestor = ancestorsOf(path).find((candidate) => indexOfPath.has(candidate));
    if (ancestor !== undefined) {
      problems.push({
        subject: `${subject}[${index}]`,
        rule: `must not lie within ${subject}[${indexOfPath.get(ancestor)}]`,
        value: path,
        remedy: `remove it: ${JSON.stringify(ancestor)} is restored with everything in it`,
      });
    }
  }
  return problems;
}

/** The directories above a path, the nearest first, without the root. A path that is too deep has none, since it has its own problem. */
function ancestorsOf(path: string): string[] {
  const ancestors: string[] = [];
  for (let cut = path.lastIndexOf('/'); cut > 0 && ancestors.length <= DEEPEST_PATH; cut = path.lastIndexOf('/', cut - 1)) {
    ancestors.push(path.slice(0, cut));
  }
  return ancestors.length > DEEPEST_PATH ? [] : ancestors;
}

/** What is worth a warning about the number of items of one restore job; undefined where AWS's documents agree. */
export function warnAboutItemsPerRestoreJob(subject: string, items: number): string | undefined {
  return items <= UNDISPUTED_ITEMS ? undefined : `'${subject}' is ${items}, and AWS's documents disagree about more than ${UNDISPUTED_ITEMS}: `
    + 'the list of parameters of "Restore an Amazon EFS file system" (AWS Backup Developer Guide) allows one to five, '
    + 'the introduction of the same page ten in the console and any number through the API up to 200 KB of metadata; '
    + `if a restore job fails for it, leave '${subject}' out`;
}
