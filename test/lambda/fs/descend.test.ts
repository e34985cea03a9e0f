import * as fs from 'node:fs';
import { existsBelow, makeOrOpenOne, openBelow, openOrMake, openOrMakeOne } from '../../../lambda/fs/descend';
import { Directory } from '../../../lambda/fs/directory';
import { failing, intercept } from '../../helpers/fault';
import { build, openDescriptors, outline, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';

const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  build(top(), {
    a: { b: { file: 'x', dangling: symbolicLink('nowhere') } },
    linked: symbolicLink('a'),
    absolute: symbolicLink('/'),
    loop: symbolicLink('loop'),
  });
  root = await Directory.open(top());
});
afterEach(() => root.close());

describe('openBelow', () => {
  test('opens component by component', async () => {
    const found = await openBelow(root, ['a', 'b']);
    expect(found?.path).toBe('/a/b');
    await found!.close();
  });

  test.each([[['a', 'c']], [['linked']], [['linked', 'b']], [['absolute', 'etc']], [['loop', 'b']], [['a', 'b', 'file', 'x']], [['nowhere', 'b']]])(
    'finds nothing at %j, and leaves nothing open', async (path) => {
      const before = openDescriptors(top());
      expect(await openBelow(root, path)).toBeUndefined();
      expect(openDescriptors(top())).toEqual(before);
    });

  test.each(['ENOENT', 'ENOTDIR', 'ELOOP'])('%s says that there is none', async (code) => {
    const before = openDescriptors(top());
    expect(await failing(code, ({ operation, paths }) => operation === 'open' && paths[0].endsWith('/b'), () => openBelow(root, ['a', 'b']))).toBeUndefined();
    expect(openDescriptors(top())).toEqual(before);
  });

  test('what is no answer goes on its way', async () => {
    const before = openDescriptors(top());
    await expect(failing('EIO', ({ operation, paths }) => operation === 'open' && paths[0].endsWith('/b'), () => openBelow(root, ['a', 'b']))).rejects.toMatchObject({ code: 'EIO' });
    expect(openDescriptors(top())).toEqual(before);
  });
});

describe('existsBelow', () => {
  test.each<[string[], boolean]>([
    [['a'], true], [['a', 'b', 'file'], true], [['a', 'b', 'dangling'], true], [['linked'], true], [['a', 'b', 'FILE'], false], [['A', 'b', 'file'], false],
    [['linked', 'b'], false], [['linked', 'b', 'file'], false], [['absolute', 'etc'], false], [['loop', 'x'], false], [['a', 'b', 'file', 'x'], false], [['c'], false],
  ])('%j: %s', async (path, expected) => {
    const before = openDescriptors(top());
    expect(await existsBelow(root, path)).toBe(expected);
    expect(openDescriptors(top())).toEqual(before);
  });
});

describe('openOrMake', () => {
  test('makes what is missing, with the mode, and leaves the rest as it is', async () => {
    fs.chmodSync(`${top()}/a`, 0o755);
    const made = await openOrMake(root, ['a', 'c', 'd'], 0o700);
    expect(made.path).toBe('/a/c/d');
    expect(['a', 'a/c', 'a/c/d'].map((path) => (fs.statSync(`${top()}/${path}`).mode % 0o1000).toString(8))).toEqual(['755', '700', '700']);
    await made.close();
  });

  test.each([['linked', 'c'], ['absolute', 'c'], ['loop', 'c']])('does not go through the symbolic link %s', async (...path) => {
    const before = outline(top());
    const descriptors = openDescriptors(top());
    await expect(openOrMake(root, path, 0o700)).rejects.toMatchObject({ code: expect.stringMatching(/^(ELOOP|ENOTDIR)$/) });
    expect(outline(top())).toEqual(before);
    expect(openDescriptors(top())).toEqual(descriptors);
  });
});

describe('one directory of our own', () => {
  test.each([['that is most likely there', openOrMakeOne, ['open'], ['open', 'mkdir', 'open']], ['that is most likely missing', makeOrOpenOne, ['mkdir', 'open'], ['mkdir', 'open']]])(
    '%s is opened, or made with its mode, in as few calls as can be', async (_name, open, there, missing) => {
      for (const [own, expected] of [['a', there], ['new', missing]] as const) {
        const { calls, stop } = intercept(() => undefined);
        const directory = await open(root, own, 0o710).finally(stop);
        expect([own, directory.path, calls.map(({ operation }) => operation)]).toEqual([own, `/${own}`, expected]);
        await directory.close();
      }
      expect(fs.statSync(`${top()}/new`).mode % 0o1000).toBe(0o710);
    });

  test('that another worker makes at the same moment is opened', async () => {
    const { stop } = intercept(({ operation }) => {
      if (operation === 'mkdir') {
        fs.mkdirSync(`${top()}/new`);
      }
    });
    const directory = await openOrMakeOne(root, 'new', 0o700).finally(stop);
    expect(directory.path).toBe('/new');
    await directory.close();
  });

  test.each([['open', 'EACCES', openOrMakeOne], ['mkdir', 'EDQUOT', makeOrOpenOne], ['mkdir', 'EDQUOT', openOrMakeOne]])('an error of %s is told, and nothing was made: %s', async (operation, code, open) => {
    await expect(failing(code, (call) => call.operation === operation, () => open(root, 'new', 0o700))).rejects.toMatchObject({ code });
    expect(fs.existsSync(`${top()}/new`)).toBe(false);
  });
});

test('what fails on the way leaves nothing open', async () => {
  const before = openDescriptors(top());
  await expect(failing('EIO', ({ operation }) => operation === 'lstat', () => existsBelow(root, ['a', 'b', 'file']))).rejects.toMatchObject({ code: 'EIO' });
  await expect(failing('EIO', ({ operation, paths }) => operation === 'open' && paths[0].endsWith('/b'), () => openOrMake(root, ['a', 'b'], 0o700))).rejects.toMatchObject({ code: 'EIO' });
  expect(openDescriptors(top())).toEqual(before);
});
