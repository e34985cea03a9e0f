import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { move } from '../../../lambda/worker/move';
import { readRecord } from '../../../lambda/worker/records';
import { ConflictPolicy } from '../../../src/core/restore-request';
import type { MoveAnswer } from '../../../src/core/worker';
import { endlessTime, failing, withoutEntryTypes } from '../../helpers/fault';
import {
  build, bytes, describeTree, directory, file, fingerprint, hardLink, openDescriptors, outline, recoveryName, runsAsRoot, symbolicLink,
  useTempDirectory,
} from '../../helpers/temp-tree';

const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const { FAIL, SKIP, REPLACE, REPLACE_IF_OLDER, KEEP_BOTH } = ConflictPolicy;
const POLICIES = [FAIL, SKIP, REPLACE, REPLACE_IF_OLDER, KEEP_BOTH];
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());

const run = (conflictPolicy: ConflictPolicy): Promise<MoveAnswer> =>
  move(root, { operation: 'move', directory: name, conflictPolicy }, new Deadline(endlessTime));
const none = { moved: 0, replaced: 0, keptBoth: 0, skipped: 0, failed: 0 };
const inode = (path: string) => fs.lstatSync(bytes(`${top()}/${path}`)).ino;
const live = () => Object.fromEntries(Object.entries(outline(top())).filter(([path]) => !/^(aws-backup-|\.cdk)/.test(path)));

describe('nothing is copied', () => {
  test('a subtree that is missing is renamed whole: every inode, mode, owner and time of its content stays', async () => {
    build(top(), {
      [name]: {
        projects: directory({
          alpha: directory({ 'report.txt': file('1', { mode: 0o640, mtime: 1000 }), '.hidden': file('2', { mode: 0o4755 }) }, { mode: 0o2750, mtime: 2000 }),
          ÿþ: 'odd',
          link: symbolicLink('alpha'),
          hard: hardLink(`${name}/projects/alpha/report.txt`),
          empty: {},
        }, { mode: 0o1777 }),
      },
    });
    if (runsAsRoot) {
      fs.chownSync(`${top()}/${name}/projects/alpha`, 1234, 5678);
    }
    const [before, own] = [fingerprint(`${top()}/${name}/projects`), inode(`${name}/projects`)];
    expect(await run(FAIL)).toMatchObject({ outcome: 'MOVED', counts: { ...none, moved: 1 }, notes: [] });
    expect(fingerprint(`${top()}/projects`)).toEqual(before);
    expect(inode('projects')).toBe(own);
    expect(fs.lstatSync(`${top()}/projects`).mode % 0o10000).toBe(0o1777);
    expect(outline(`${top()}/${name}`)).toEqual({});
  });

  test('a merge keeps the mode, the owner and the inode of the live directory', async () => {
    build(top(), { d: directory({ own: 'live' }, { mode: 0o750 }), [name]: { d: directory({ f: 'restored' }, { mode: 0o777 }) } });
    if (runsAsRoot) {
      fs.chownSync(`${top()}/d`, 1234, 5678);
    }
    const before = fs.lstatSync(`${top()}/d`);
    expect(await run(FAIL)).toMatchObject({ outcome: 'MOVED', counts: { moved: 1 } });
    expect(outline(`${top()}/d`)).toEqual({ f: 'file restored', own: 'file live' });
    const after = fs.lstatSync(`${top()}/d`);
    expect([after.ino, after.mode, after.uid, after.gid]).toEqual([before.ino, before.mode, before.uid, before.gid]);
  });

  test('files in a merged directory keep inode, mode, times, owner and their other names', async () => {
    build(top(), { d: {}, e: {}, [name]: { d: { a: file('x', { mode: 0o604, mtime: 5000 }), set: file('y', { mode: 0o6755 }) }, e: { b: hardLink(`${name}/d/a`), c: symbolicLink('nowhere') } } });
    const before = describeTree(`${top()}/${name}`);
    expect(await run(FAIL)).toMatchObject({ outcome: 'MOVED', counts: { moved: 4 } });
    for (const path of ['d/a', 'd/set', 'e/b', 'e/c']) {
      const [{ stats: was, content }, now] = [before[path], describeTree(top())[path]];
      expect([now.content, now.stats.ino, now.stats.mode, now.stats.mtimeNs, now.stats.uid, now.stats.nlink])
        .toEqual([content, was.ino, was.mode, was.mtimeNs, was.uid, was.nlink]);
    }
    expect(inode('d/a')).toBe(inode('e/b'));
  });

  test.each(['.', '..profile', '\xff\xfe', 'new\nline', '-rf', ' ', 'a'.repeat(255), '\xc3\x28'.repeat(100)].map((odd) => [odd === '.' ? '.bashrc' : odd]))('the name %j survives', async (odd) => {
    build(top(), { d: {}, [odd]: {}, [name]: { d: { [odd]: 'file' }, [odd]: { [odd]: { f: 'deep' } } } });
    expect(await run(FAIL)).toMatchObject({ outcome: 'MOVED', counts: { moved: 2 } });
    expect(live()).toEqual({ d: 'directory', [`d/${odd}`]: 'file file', [odd]: 'directory', [`${odd}/${odd}`]: 'directory', [`${odd}/${odd}/f`]: 'file deep' });
  });

  test('where the server does not tell the types of entries', async () => {
    build(top(), { d: {}, [name]: { d: { ÿ: 'f', l: symbolicLink('x'), e: { g: '' } } } });
    expect(await withoutEntryTypes(() => run(FAIL))).toMatchObject({ outcome: 'MOVED', counts: { moved: 3 } });
    expect(live()).toEqual({ 'd': 'directory', 'd/\xff': 'file f', 'd/l': 'symbolicLink x', 'd/e': 'directory', 'd/e/g': 'file ' });
  });
});

describe('symbolic links are never followed', () => {
  test.each(POLICIES)('%s: a live one in the middle of the path', async (policy) => {
    build(top(), { outside: { b: { f: 'outside' } }, a: symbolicLink('outside'), [name]: { a: { b: { f: 'restored', g: 'restored' } } } });
    const before = fingerprint(`${top()}/outside`);
    await run(policy);
    expect(fingerprint(`${top()}/outside`)).toEqual(before);
  });

  test.each(POLICIES)('%s: live ones to the root of the machine, and out of the file system', async (policy) => {
    build(top(), { efs: { a: symbolicLink('/'), b: symbolicLink('../outside'), c: symbolicLink(top()), [name]: { a: { f: 'x' }, b: { f: 'x' }, c: { outside: { f: 'x' } } } }, outside: { f: 'outside' } });
    const inner = await Directory.open(`${top()}/efs`);
    const before = fingerprint(`${top()}/outside`);
    await move(inner, { operation: 'move', directory: name, conflictPolicy: policy }, new Deadline(endlessTime));
    await inner.close();
    expect(fingerprint(`${top()}/outside`)).toEqual(before);
  });

  test.each(POLICIES)('%s: restored ones', async (policy) => {
    build(top(), { a: { f: 'live' }, outside: { f: 'outside' }, [name]: { a: symbolicLink('outside'), b: symbolicLink('/') } });
    const before = fingerprint(`${top()}/outside`);
    await run(policy);
    expect(fingerprint(`${top()}/outside`)).toEqual(before);
    if (policy !== FAIL) {
      expect(outline(top())).toMatchObject({ b: 'symbolicLink /' });
    }
  });
});

describe('what belongs to AWS Backup, or to us', () => {
  const ENTRIES = ['.cdk-efs-backup', 'aws-backup-lost+found', 'aws-backup-lost+found.1', recoveryName(0), recoveryName(0).replace('restore_', 'failed-restore_'), name];

  test.each(POLICIES)('%s: is skipped at the root of a full restore, and no conflict', async (policy) => {
    build(top(), { [name]: { ...Object.fromEntries(ENTRIES.map((entry) => [entry, { f: 'old' }])), projects: { f: 'restored' } } });
    expect(await run(policy)).toMatchObject({ outcome: 'MOVED', counts: { ...none, moved: 1, skipped: ENTRIES.length } });
    expect(live()).toEqual({ 'projects': 'directory', 'projects/f': 'file restored' });
    expect(fs.readdirSync(`${top()}/${name}`).sort()).toEqual([...ENTRIES].sort());
  });

  test.each(POLICIES)('%s: is not merged with what is there of the same name', async (policy) => {
    const there = Object.fromEntries(ENTRIES.filter((entry) => entry !== name).map((entry) => [entry, { live: 'live' }]));
    build(top(), { ...there, [name]: Object.fromEntries(ENTRIES.map((entry) => [entry, { restored: 'old', live: 'old' }])) });
    fs.chmodSync(`${top()}/.cdk-efs-backup`, 0o700);
    const before = fingerprint(`${top()}/aws-backup-lost+found`);
    expect(await run(policy)).toMatchObject({ outcome: 'MOVED', counts: { ...none, skipped: ENTRIES.length } });
    expect(fingerprint(`${top()}/aws-backup-lost+found`)).toEqual(before);
    expect(Object.keys(outline(top())).filter((path) => path.endsWith('/restored') && !path.startsWith(name))).toEqual([]);
  });

  test('a symbolic link that may not be linked is made anew, with its target, owner and time', async () => {
    build(top(), { d: {}, [name]: { d: { l: symbolicLink('../nowhere/\xff') } } });
    fs.lutimesSync(`${top()}/${name}/d/l`, 1000, 1000);
    const before = fs.lstatSync(`${top()}/${name}/d/l`);
    expect(await failing('EPERM', ({ operation }) => operation === 'link', () => run(FAIL))).toMatchObject({ outcome: 'MOVED', counts: { moved: 1 } });
    expect(fs.readlinkSync(`${top()}/d/l`, 'latin1')).toBe('../nowhere/\xff');
    expect(fs.lstatSync(`${top()}/d/l`)).toMatchObject({ uid: before.uid, gid: before.gid, mtimeMs: before.mtimeMs });
    expect(fs.existsSync(`${top()}/${name}/d/l`)).toBe(false);
  });

  test('what lies in a sticky directory is moved out of it', async () => {
    build(top(), { tmp: {}, [name]: { tmp: { f: 'restored' } } });
    fs.chmodSync(`${top()}/${name}/tmp`, 0o1777);
    fs.chmodSync(`${top()}/tmp`, 0o1770);
    expect(await run(FAIL)).toMatchObject({ outcome: 'MOVED', counts: { moved: 1 } });
    expect(fs.statSync(`${top()}/${name}/tmp`).mode % 0o10000).toBe(0o1777);
    expect(fs.statSync(`${top()}/tmp`).mode % 0o10000).toBe(0o1770); // the live directory keeps its own
  });

  test.each([['others may look into', 0o750, 0], ['somebody else made', 0o700, 1000]])('a work directory that %s is not used', async (_, mode, uid) => {
    build(top(), { [name]: { f: 'restored' }, 'f': 'live', '.cdk-efs-backup': {} });
    fs.chmodSync(`${top()}/.cdk-efs-backup`, mode);
    if (uid !== 0 && process.getuid!() === 0) {
      fs.chownSync(`${top()}/.cdk-efs-backup`, uid, uid);
    } else if (uid !== 0) {
      fs.chmodSync(`${top()}/.cdk-efs-backup`, 0o705); // without root nothing can be given away
    }
    const before = fingerprint(top());
    expect(await run(REPLACE)).toMatchObject({ outcome: 'INCOMPLETE', counts: { ...none, failed: 1 }, notes: [{ path: '/.cdk-efs-backup' }] });
    expect(fingerprint(top())).toEqual(before);
  });

  test('deeper down, and with a name that only looks like it, it is as all others', async () => {
    build(top(), { sub: {} });
    build(top(), { [name]: { 'sub': { [recoveryName(0)]: { f: 'x' } }, 'aws-backup-restore_mine': { f: 'x' } } });
    expect(await run(FAIL)).toMatchObject({ counts: { ...none, moved: 2 } });
  });
});

describe('the recovery directory', () => {
  test.each<[string, Parameters<typeof build>[1]]>([['is missing', {}], ['is a symbolic link', { live: { f: 'live' }, [name]: symbolicLink('live') }], ['is a file', { [name]: 'x' }]])('that %s is told', async (_, tree) => {
    build(top(), tree);
    const before = fingerprint(top());
    expect(await run(REPLACE)).toMatchObject({ outcome: 'INCOMPLETE', counts: { ...none, failed: 1 }, notes: [{ path: `/${name}` }] });
    expect(fingerprint(top())).toEqual(before);
  });

  test.each(['projects', '..', '', 'aws-backup-restore_mine'])('%j is none', async (other) => {
    build(top(), { 'projects': { f: 'x' }, 'aws-backup-restore_mine': { f: 'x' } });
    const before = fingerprint(top());
    expect(await move(root, { operation: 'move', directory: other, conflictPolicy: REPLACE }, new Deadline(endlessTime))).toMatchObject({ outcome: 'INCOMPLETE' });
    expect(fingerprint(top())).toEqual(before);
  });

  test('that is empty is moved at once, and again', async () => {
    build(top(), { [name]: {} });
    for (const policy of POLICIES) {
      expect(await run(policy)).toMatchObject({ outcome: 'MOVED', counts: none });
      expect(await readRecord(root, name, BigInt(inode(name)), 'moved')).toBeDefined();
    }
  });
});

describe('the record of the move', () => {
  const recorded = async () => await readRecord(root, name, BigInt(inode(name)), 'moved') !== undefined;

  test('is written once all is in place, or was left where the policy says so', async () => {
    build(top(), { f: 'live', [name]: { f: 'restored' } });
    await run(SKIP);
    expect(await recorded()).toBe(true);
  });

  test('is not written where an entry could not be moved, and is once that worked', async () => {
    build(top(), { d: {}, [name]: { d: { f: 'restored', g: 'restored' } } });
    const answer = await failing('EIO', ({ operation, paths }) => operation === 'link' && paths[0].endsWith('/f'), () => run(SKIP));
    expect(answer).toMatchObject({ outcome: 'INCOMPLETE', counts: { ...none, moved: 1, failed: 1 }, notes: [{ path: '/d/f', note: 'EIO' }] });
    expect(await recorded()).toBe(false);
    expect(await run(SKIP)).toMatchObject({ outcome: 'MOVED', counts: { ...none, moved: 1 } });
    expect(await recorded()).toBe(true);
  });
});

test.each(POLICIES)('%s: a second run finds nothing to move, and nothing stays open', async (policy) => {
  build(top(), { d: { own: 'live' }, [name]: { d: { f: 'restored' }, e: { g: 'restored' } } });
  const descriptors = openDescriptors(top());
  expect(await run(policy)).toMatchObject({ outcome: 'MOVED', counts: { ...none, moved: 2 } });
  const before = live();
  expect(await run(policy)).toMatchObject({ outcome: 'MOVED', counts: none });
  expect(live()).toEqual(before);
  expect(openDescriptors(top())).toEqual(descriptors);
});

test('deep and wide', async () => {
  build(top(), { [name]: {} });
  for (const base of [top(), `${top()}/${name}`]) {
    fs.mkdirSync(`${base}/${'d/'.repeat(150)}`, { recursive: true });
  }
  fs.writeFileSync(`${top()}/${name}/${'d/'.repeat(150)}f`, 'deep');
  expect(await run(FAIL)).toMatchObject({ outcome: 'MOVED', counts: { moved: 1 } });
  expect(fs.readFileSync(`${top()}/${'d/'.repeat(150)}f`, 'utf8')).toBe('deep');
});
