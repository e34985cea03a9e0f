import * as fs from 'node:fs';
import * as fc from 'fast-check';
import { Directory } from '../../../lambda/fs/directory';
import { componentsOf, depthOf, join, nameOf, parentOf, Tree } from '../../../lambda/fs/tree';
import { failing, intercept } from '../../helpers/fault';
import { build, openDescriptors, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';

const top = useTempDirectory();
let root: Directory;
let tree: Tree;
const begin = async (mostOpen?: number) => {
  root = await Directory.open(top());
  tree = new Tree(root, { mostOpen });
};
afterEach(async () => {
  await tree.close();
  expect(openDescriptors(top())).toHaveLength(1);
  await root.close();
});

/** The inode that the tree takes a path for. */
const inode = async (path: string) => tree.use(path, async (directory) => Number((await directory.stat()).ino));
const inodeOf = (path: string) => fs.lstatSync(`${top()}/${path}`).ino;

/** The paths that an action opens. */
async function opens(action: () => Promise<unknown>): Promise<string[]> {
  const { calls, stop } = intercept(() => undefined);
  try {
    await action();
  } finally {
    stop();
  }
  return calls.filter(({ operation }) => operation === 'open').map(({ paths }) => paths[0].slice(top().length + 1));
}

test('paths are taken apart and joined again', async () => {
  await begin();
  const name = fc.string({ unit: fc.constantFrom('a', '.', '\0', '\xff', ' '), minLength: 1, maxLength: 3 });
  fc.assert(fc.property(fc.array(name, { maxLength: 5 }), name, (components, last) => {
    const path = components.reduce(join, '');
    expect(componentsOf(path)).toEqual(components);
    expect(depthOf(path)).toBe(components.length);
    expect([parentOf(join(path, last)), nameOf(join(path, last))]).toEqual([path, last]);
  }));
});

test('opens by path, component by component, once', async () => {
  build(top(), { a: { 'b': { c: {} }, '\xff\n': {} } });
  await begin();
  expect(await opens(async () => {
    expect(await inode('a/b/c')).toBe(inodeOf('a/b/c'));
    expect(await inode('a/b')).toBe(inodeOf('a/b'));
    expect(await inode('a/\xff\n')).toBe(fs.lstatSync(Buffer.from(`${top()}/a/\xff\n`, 'latin1')).ino);
    expect(await inode('')).toBe(inodeOf('.'));
  })).toEqual(['a', 'a/b', 'a/b/c', 'a/\xff\n']);
});

test('those who ask for one path at the same time have it opened once', async () => {
  build(top(), { a: { b: { c: {}, d: {} } } });
  await begin();
  const opened = await opens(async () => {
    const paths = ['a/b/c', 'a/b/c', 'a/b/d', 'a', 'a/b', 'a/b/c'];
    expect(await Promise.all(paths.map(inode))).toEqual(paths.map(inodeOf));
  });
  expect(opened.sort()).toEqual(['a', 'a/b', 'a/b/c', 'a/b/d']);
});

test('keeps few open, however deep the tree is', async () => {
  const path = Array.from({ length: 1_000 }, () => 'd').join('/');
  await begin(10);
  let most = 0;
  const watch = async (path_: string) => tree.use(path_, async (directory) => {
    most = Math.max(most, openDescriptors(top()).length);
    return directory;
  });
  for (let depth = 1; depth <= 1_000; depth += 1) {
    const parent = path.slice(0, 2 * (depth - 1)).replace(/\/$/, '');
    await tree.use(parent, async (directory) => directory.mkdir('d', 0o700));
    await watch(join(parent, 'd'));
  }
  await watch('d');
  expect((await watch(path)).components).toHaveLength(1_000); // from the top again: none on the way was kept
  expect(most).toBeLessThanOrEqual(13);
});

test('what is used stays open, however many there are', async () => {
  build(top(), Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`d${index}`, { [`f${index}`]: '' }])));
  await begin(5);
  let arrived = 0;
  let open: () => void;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  await Promise.all(Array.from({ length: 30 }, async (_, index) => tree.use(`d${index}`, async (directory) => {
    arrived += 1;
    if (arrived === 30) {
      open();
    }
    await gate;
    expect(await directory.lstat(`f${index}`)).toBeDefined();
  })));
  await inode('d0');
  await inode('d1');
  await tree.use('d2', async () => undefined);
  expect(openDescriptors(top()).length).toBeLessThanOrEqual(31);
});

test('when those in use are done, the next opening closes what is too many', async () => {
  build(top(), Object.fromEntries(Array.from({ length: 31 }, (_, index) => [`d${index}`, {}])));
  await begin(5);
  await Promise.all(Array.from({ length: 30 }, async (_, index) => inode(`d${index}`)));
  await inode('d30');
  expect(openDescriptors(top()).length).toBeLessThanOrEqual(6);
});

test.each([['a missing one', 'a/missing/x', 'ENOENT'], ['a file', 'a/f/x', 'ENOTDIR'], ['a symbolic link', 'a/l', 'ENOTDIR|ELOOP'], ['one on the way', 'a/l/x', 'ENOTDIR|ELOOP'],
  ['an absolute one', 'abs/a', 'ENOTDIR|ELOOP']])('%s is not opened, and can be once it is there', async (_name, path, codes) => {
  build(top(), { a: { f: 'f', l: symbolicLink('../elsewhere') }, abs: symbolicLink(top()), elsewhere: { x: {} } });
  await begin();
  for (let time = 0; time < 2; time += 1) {
    const ends = await Promise.allSettled([inode(path), inode(path), inode(join(path, 'below'))]);
    expect(ends.map((end) => end.status === 'rejected' && new RegExp(`^(${codes})$`).test((end.reason as { code: string }).code))).toEqual([true, true, true]);
  }
  ['a/f', 'a/l', 'abs'].forEach((name) => fs.unlinkSync(`${top()}/${name}`));
  fs.mkdirSync(`${top()}/${path}/below`, { recursive: true });
  expect(await inode(join(path, 'below'))).toBe(inodeOf(join(path, 'below')));
  expect(await inode(path)).toBe(inodeOf(path));
});

test('an error while opening leaves nothing behind, for none of those who asked', async () => {
  build(top(), { a: { b: { c: {} } } });
  await begin();
  await failing('EIO', ({ operation, paths }) => operation === 'open' && paths[0].endsWith('/a/b'), async () => {
    const ends = await Promise.allSettled(['a/b', 'a/b/c', 'a/b', 'a'].map(inode));
    expect(ends.map((end) => end.status === 'rejected' ? (end.reason as { code: string }).code : 'opened')).toEqual(['EIO', 'EIO', 'EIO', 'opened']);
  });
  expect(await inode('a/b/c')).toBe(inodeOf('a/b/c'));
});

test('an error of the action is its own, and the directory can be closed again', async () => {
  build(top(), { a: {}, b: {} });
  await begin(1);
  await expect(tree.use('a', async () => {
    throw new Error('bug');
  })).rejects.toThrow('bug');
  await inode('b');
  expect(openDescriptors(top())).toHaveLength(2);
  expect(await inode('a')).toBe(inodeOf('a'));
});

test('once forgotten, a path means what is there now; its neighbours stay open', async () => {
  build(top(), { a: { b: {} }, ab: {} });
  await begin();
  const before = await inode('a/b');
  await inode('ab');
  fs.renameSync(`${top()}/a`, `${top()}/old`);
  fs.mkdirSync(`${top()}/a/b`, { recursive: true });
  expect(await inode('a/b')).toBe(before);
  await tree.forget('a');
  expect(openDescriptors(top())).toHaveLength(2);
  const opened = await opens(async () => {
    expect(await inode('a/b')).toBe(inodeOf('a/b'));
    await inode('ab');
  });
  expect(opened).toEqual(['a', 'a/b']);
});

test('a directory that is forgotten while somebody is at work in it is closed behind them', async () => {
  build(top(), { a: { b: { f: 'f' } } });
  await begin();
  await tree.use('a/b', async (directory) => {
    await tree.forget('a');
    expect(await directory.lstat('f')).toBeDefined();
  });
  expect(openDescriptors(top())).toHaveLength(1);
});

test('a symbolic link in the place of a directory is never followed', async () => {
  build(top(), { a: { b: {} }, outside: { b: { secret: '' } } });
  await begin();
  await inode('a');
  fs.renameSync(`${top()}/a`, `${top()}/moved`);
  fs.symlinkSync('outside', `${top()}/a`);
  expect(await inode('a/b')).toBe(inodeOf('moved/b')); // still the one that was opened
  await tree.forget('a');
  await expect(inode('a/b')).rejects.toMatchObject({ code: expect.stringMatching(/^(ENOTDIR|ELOOP)$/) });
});

test('a directory is gone where its path leads to none any more, whatever is still open', async () => {
  build(top(), { a: { b: { c: {} } }, f: '', l: symbolicLink('a') });
  await begin();
  await inode('a/b/c');
  expect(await Promise.all(['', 'a', 'a/b/c'].map((path) => tree.isGone(path)))).toEqual([false, false, false]);
  expect(await Promise.all(['x', 'a/x', 'f', 'f/x', 'l', 'l/b'].map((path) => tree.isGone(path)))).toEqual([true, true, true, true, true, true]);
  fs.renameSync(`${top()}/a/b`, `${top()}/elsewhere`);
  expect(await Promise.all(['a', 'a/b', 'a/b/c'].map((path) => tree.isGone(path)))).toEqual([false, true, true]);
  expect(openDescriptors(top())).toHaveLength(4);
});

test.each<[string, string, string, boolean]>([
  ['the kernel still knows its name, the server does not', 'ESTALE', 'opendir', true], ['what it lies in is gone', 'ESTALE', 'open', true],
  ['the server did not answer', 'EIO', 'opendir', false], ['it may not be opened', 'EACCES', 'open', false],
])('whether a directory is gone where %s (%s of %s): %s', async (_name, code, operation, gone) => {
  build(top(), { a: { b: {} } });
  await begin();
  expect(await failing(code, (call) => call.operation === operation, () => tree.isGone('a/b'))).toBe(gone);
  expect(openDescriptors(top())).toHaveLength(1);
  await expect(failing('bug', (call) => call.operation === operation, () => tree.isGone('a/b'))).rejects.toThrow('bug');
});

test('where it may, it makes what is missing on the way, with a mode, and leaves what is there as it is', async () => {
  build(top(), { a: {}, f: 'f', l: symbolicLink('a') });
  fs.chmodSync(`${top()}/a`, 0o711);
  root = await Directory.open(top());
  tree = new Tree(root, { missingMode: 0o700 });
  expect(await inode('a/b/c')).toBe(inodeOf('a/b/c'));
  expect(['a', 'a/b', 'a/b/c'].map((path) => fs.statSync(`${top()}/${path}`).mode % 0o1000)).toEqual([0o711, 0o700, 0o700]);
  for (const path of ['f/x', 'l/x']) {
    await expect(inode(path)).rejects.toMatchObject({ code: expect.stringMatching(/^(ENOTDIR|ELOOP)$/) });
  }
  expect(fs.readdirSync(`${top()}/a`)).toEqual(['b']);
});
