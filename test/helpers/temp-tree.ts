import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { formatRecoveryDirectoryName, RootEntryKind } from '../../src/core/recovery-directory';

/** Real directory trees. Names are byte strings, one character a byte, as in lambda/fs/byte-name.ts. */

export interface FileNode { readonly type: 'file'; readonly content: string; readonly mode?: number; readonly mtime?: number }
export interface DirectoryNode { readonly type: 'directory'; readonly children: Tree; readonly mode?: number; readonly mtime?: number }
export interface SymbolicLinkNode { readonly type: 'symbolicLink'; readonly target: string }
export interface HardLinkNode { readonly type: 'hardLink'; readonly to: string }
export interface FifoNode { readonly type: 'fifo' }
/** A text is a file with this content, an object without `type` a directory. */
export type Node = FileNode | DirectoryNode | SymbolicLinkNode | HardLinkNode | FifoNode | Tree | string;
export interface Tree { readonly [name: string]: Node }

export const file = (content: string, more: { mode?: number; mtime?: number } = {}): FileNode => ({ type: 'file', content, ...more });
export const directory = (children: Tree, more: { mode?: number; mtime?: number } = {}): DirectoryNode => ({ type: 'directory', children, ...more });
export const symbolicLink = (target: string): SymbolicLinkNode => ({ type: 'symbolicLink', target });
/** Another name of a file that was made before it; the path is from the top of the tree. */
export const hardLink = (to: string): HardLinkNode => ({ type: 'hardLink', to });
export const fifo: FifoNode = { type: 'fifo' };

export const bytes = (bytePath: string): Buffer => Buffer.from(bytePath, 'latin1');
const isTree = (node: Node): node is Tree => typeof node === 'object' && typeof node.type !== 'string';

/** Makes the entries of a tree in a directory that exists. */
export function build(top: string, tree: Tree): void {
  const make = (parent: string, name: string, given: Node) => {
    const place = bytes(`${parent}/${name}`);
    const node = typeof given === 'string' ? file(given) : isTree(given) ? directory(given) : given;
    switch (node.type) {
      case 'file': fs.writeFileSync(place, node.content, 'latin1'); break;
      case 'symbolicLink': return fs.symlinkSync(bytes(node.target), place);
      case 'hardLink': return fs.linkSync(bytes(`${top}/${node.to}`), place);
      case 'fifo': return void execFileSync('mkfifo', [`${parent}/${name}`]);
      case 'directory':
        fs.mkdirSync(place);
        Object.entries(node.children).forEach(([child, content]) => make(`${parent}/${name}`, child, content));
    }
    if (node.mode !== undefined) {
      fs.chmodSync(place, node.mode);
    }
    if (node.mtime !== undefined) {
      fs.utimesSync(place, node.mtime / 1000, node.mtime / 1000);
    }
  };
  Object.entries(tree).forEach(([name, node]) => make(top, name, node));
}

export interface Described {
  readonly type: string;
  /** The content of a file, the target of a symbolic link. */
  readonly content: string;
  readonly stats: fs.BigIntStats;
}

/** Everything below a directory, by its path from there. */
export function describeTree(top: string): Record<string, Described> {
  const found: Record<string, Described> = {};
  const look = (below: string) => {
    for (const name of fs.readdirSync(bytes(`${top}${below}`), 'latin1')) {
      const place = bytes(`${top}${below}/${name}`);
      const stats = fs.lstatSync(place, { bigint: true });
      const type = stats.isDirectory() ? 'directory' : stats.isFile() ? 'file' : stats.isSymbolicLink() ? 'symbolicLink' : 'other';
      const content = type === 'file' ? fs.readFileSync(place, 'latin1') : type === 'symbolicLink' ? fs.readlinkSync(place, 'latin1') : '';
      found[`${below}/${name}`.slice(1)] = { type, content, stats };
      if (type === 'directory') {
        look(`${below}/${name}`);
      }
    }
  };
  look('');
  return found;
}

/** What a tree holds, in words that compare: names, types, contents, targets. */
export function outline(top: string): Record<string, string> {
  return Object.fromEntries(Object.entries(describeTree(top))
    .map(([name, { type, content }]): [string, string] => [name, type === 'directory' ? 'directory' : `${type} ${content}`]).sort());
}

/** The same and all that lstat tells, but for the time of the last look: two that are equal show that nothing was touched. */
export function fingerprint(top: string): Record<string, string> {
  return Object.fromEntries(Object.entries(describeTree(top)).map(([name, { type, content, stats }]) =>
    [name, [type, content, stats.ino, stats.mode, stats.nlink, stats.uid, stats.gid, stats.mtimeNs, stats.ctimeNs].join(' ')]));
}

/** The same without what a deletion that is refused may leave: its records, and the time at which it opened a recovery directory again. */
export function untouched(top: string): Record<string, string> {
  const ofRecovery = /^(cdk-efs-backup-quarantine_)?aws-backup-(failed-)?restore_[^/]+$/;
  return Object.fromEntries(Object.entries(fingerprint(top)).filter(([name]) => name.split('/')[0] !== '.cdk-efs-backup')
    .map(([name, print]) => [name, ofRecovery.test(name) ? print.replace(/ \d+$/, '') : print]));
}

/** The contents of all files, sorted; with `distinct`, the further names of one file do not count. */
export function contents(top: string): string[] {
  const files = Object.values(describeTree(top)).filter(({ type }) => type !== 'directory');
  return [...new Map(files.map((found) => [found.stats.ino, `${found.type} ${found.content}`])).values()].sort();
}

/** A new directory for each test, gone after it. */
export function useTempDirectory(): () => string {
  let current = '';
  beforeEach(() => {
    current = fs.mkdtempSync(path.join(os.tmpdir(), 'efs-'));
  });
  afterEach(() => {
    removeTempDirectory(current);
  });
  return () => current;
}

/** Removes everything in a directory. */
export function clear(top: string): void {
  fs.readdirSync(bytes(top), 'buffer').forEach((name) => fs.rmSync(Buffer.concat([bytes(`${top}/`), name]), { recursive: true, force: true }));
}

export function removeTempDirectory(place: string): void {
  execFileSync('chmod', ['-R', 'u+rwx', place], { stdio: 'ignore' });
  execFileSync('rm', ['-rf', place]);
}

/** The name of the recovery directory of a restore at an instant, in milliseconds. */
export const recoveryName = (instant: number): string =>
  formatRecoveryDirectoryName(RootEntryKind.RECOVERY_DIRECTORY, instant, String(instant % 1000).padStart(3, '0'));

/**
 * Does something that counts as use, and answers the grace period, in seconds, in which everything before lies and this does not;
 * it is counted from an instant, in milliseconds.
 */
export async function inUse(instant: number, use: () => void): Promise<number> {
  const before = Date.now();
  await new Promise((resolve) => setTimeout(resolve, 30)); // the clock of a file system goes in steps
  use();
  return (before - instant) / 1000;
}

/** The descriptors that are open on anything below a directory. */
export function openDescriptors(top: string): string[] {
  return fs.readdirSync('/proc/self/fd').filter((descriptor) => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(top);
    } catch {
      return false; // that of this very listing
    }
  });
}

export const runsAsRoot = process.getuid?.() === 0;
