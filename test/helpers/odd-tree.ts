import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { build, bytes, describeTree, directory, fifo, file, hardLink, runsAsRoot, symbolicLink } from './temp-tree';
import type { Tree } from './temp-tree';

/** Trees with everything that a real file system can hold. */

const LONGEST = 'n'.repeat(255);
/** Names that shells, JSON, UTF-8, NFS clients and the engine itself have a meaning for. */
export const ODD_NAMES = [
  LONGEST, '\xff'.repeat(255), 'new\nline', 'back\\slash', '-rf', '--', '\'', '"', '`$(id)`', '$HOME', '*', '~', '\xff\xfe', '\x80', '\xc3', '\x01', '\x7f', 'end ', ' ', '\t', '...', '..a', 'a\r', '\xe2\x80\xae',
  '.nfs0000001', '.nfs00000000000000010000002a', 'moved.json', 'deleting.json.tmp', '1.jsonl', 'journal', 'replaced', '.cdk-efs-backup', 'aws-backup-restore_2026-11-23T03-00-00-000Z',
  'aws-backup-lost+found', 'cdk-efs-backup-quarantine_aws-backup-restore_2026-11-23T03-00-00-000Z', 'f.restored-2026-11-23T03-00-00-000Z', '__proto__', 'constructor', '%2e%2e', '\xc3\xa9', 'e\xcc\x81',
];
const SPARSE_BYTES = 1024 * 1024;

/** `sentinel` and `shared` are directories outside of the tree: links point to the one, a file of the other gets a further name in it. */
export function buildOddTree(place: string, sentinel: string, shared: string): void {
  const tree: Tree = {
    hard: { one: 'linked', sub: { two: hardLink('hard/one') } },
    links: {
      relative: symbolicLink('../hard/one'),
      absolute: symbolicLink(sentinel),
      file: symbolicLink(`${sentinel}/f`),
      dangling: symbolicLink('nowhere'),
      loop: symbolicLink('loop'),
      to: symbolicLink('fro'),
      fro: symbolicLink('to'),
      root: symbolicLink('/'),
      parent: symbolicLink('..'),
      self: symbolicLink('.'),
      far: symbolicLink('../../../../../../..'),
      long: symbolicLink('x/'.repeat(2_000)),
      ÿ: symbolicLink('\xff'),
    },
    special: { fifo: fifo, empty: '', end: '\n' },
    modes: {
      setuid: file('x', { mode: 0o4755 }),
      setgid: file('x', { mode: 0o2755 }),
      all: file('x', { mode: 0o7777 }),
      sticky: directory({ f: 'x', d: { f: 'x' } }, { mode: 0o1777 }),
      setgidDirectory: directory({ f: 'x' }, { mode: 0o2775 }),
      readOnly: file('x', { mode: 0o444 }),
    },
    names: Object.fromEntries(ODD_NAMES.map((name) => [name, 'x'])),
    directories: Object.fromEntries(ODD_NAMES.map((name) => [name, name.length < 200 ? { [name]: 'x' } : {}])),
    old: file('x', { mtime: 0 }),
    new: file('x', { mtime: Date.UTC(2026, 0, 1) + 123 }),
    // only root can look into these, and so can no test as anybody else
    ...(runsAsRoot ? { nobody: { file: file('x', { mode: 0 }), directory: directory({ f: 'x' }, { mode: 0 }) } } : {}),
  };
  build(place, tree);
  fs.linkSync(`${shared}/f`, `${place}/hard/out`);
  const sparse = fs.openSync(`${place}/special/sparse`, 'w');
  fs.ftruncateSync(sparse, SPARSE_BYTES);
  fs.writeSync(sparse, 'x', SPARSE_BYTES / 2);
  fs.closeSync(sparse);
  // the path of a socket has at most 107 bytes, so it is made from within; a process that ends leaves it behind
  execFileSync(process.execPath, ['-e', 'require("net").createServer().listen("socket", () => process.exit())'], { cwd: `${place}/special` });
}

/** What a move must keep of each entry: everything of what is no directory, but for the time at which its names changed. */
export function keptOf(place: string): Record<string, string> {
  return Object.fromEntries(Object.entries(describeTree(place)).map(([path, { type, content, stats }]) => {
    const { ino, mode, uid, gid, nlink, mtimeNs, size, blocks } = stats;
    return [path, type === 'directory' ? `${type} ${mode} ${uid} ${gid}` : [type, content.slice(0, 100), ino, mode, uid, gid, nlink, mtimeNs, size, blocks].join(' ')];
  }));
}

/** A copy by somebody else: times, modes and links as they are. */
export const copyTree = (from: string, to: string): void => void execFileSync('cp', ['-a', `${from}/.`, to]);

const LEVEL = 'a directory that is deep'; // 500 of them have three times the longest path that there can be

/** Makes directories within each other, and a file in each of them; by its own process, which can go where no path leads. */
export function buildDeep(place: string, levels: number, content: string): void {
  const [level, text] = [LEVEL, content].map((each) => JSON.stringify(each));
  const source = `for (let i = 0; i < ${levels}; i += 1) { fs.mkdirSync(${level}); process.chdir(${level}); fs.writeFileSync("f", ${text}); }`;
  execFileSync(process.execPath, ['-e', source], { cwd: place });
}

/** What is in the directories within each other: the content of the file in each; undefined where there is none. */
export function lookDeep(place: string): Array<string | undefined> {
  const found: Array<string | undefined> = [];
  let parent = fs.openSync(bytes(place), 'r');
  for (;;) {
    const here = `/proc/self/fd/${parent}/${LEVEL}`;
    if (!fs.existsSync(here)) {
      fs.closeSync(parent);
      return found;
    }
    found.push(fs.existsSync(`${here}/f`) ? fs.readFileSync(`${here}/f`, 'utf8') : undefined);
    const child = fs.openSync(here, 'r');
    fs.closeSync(parent);
    parent = child;
  }
}

/** Mounts another file system; false where that is not allowed. */
export function mount(place: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', place], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
export const unmount = (place: string): void => void execFileSync('umount', [place]);
