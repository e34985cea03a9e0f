import * as fs from 'node:fs';
import { fromText, toText } from '../../../lambda/fs/byte-name';
import { Directory } from '../../../lambda/fs/directory';
import type { Entry } from '../../../lambda/fs/directory';
import { crashingAt, failing, intercept, withoutEntryTypes } from '../../helpers/fault';
import { build, bytes, directory, fifo, file, openDescriptors, outline, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';

const top = useTempDirectory();
let opened: Directory;
afterEach(() => opened.close());

const ODD_NAMES = ['new\nline', '-rf', '\xff\xfe', '\x80', 'Straße', ' ', '...', '\\', '*', 'a'.repeat(255)].map((name) =>
  (/[ß]/.test(name) ? fromText(name) : name));

async function list(from: Directory, size?: number): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const batch of from.batches(size)) {
    entries.push(...batch);
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

describe('listing', () => {
  test('tells the types without following symbolic links', async () => {
    build(top(), { d: {}, f: '', l: symbolicLink('d'), dangling: symbolicLink('nowhere'), p: fifo });
    opened = await Directory.open(top());
    const expected = [
      { name: 'd', type: 'directory' }, { name: 'dangling', type: 'symbolicLink' }, { name: 'f', type: 'file' },
      { name: 'l', type: 'symbolicLink' }, { name: 'p', type: 'other' },
    ];
    expect(await list(opened)).toEqual(expected);
    expect(await withoutEntryTypes(() => list(opened))).toEqual(expected);
  });

  test('keeps every byte of a name', async () => {
    build(top(), Object.fromEntries(ODD_NAMES.map((name) => [name, name])));
    opened = await Directory.open(top());
    expect((await list(opened)).map(({ name }) => name)).toEqual([...ODD_NAMES].sort());
    for (const name of ODD_NAMES) {
      expect((await opened.lstat(name))?.isFile()).toBe(true);
    }
  });

  test('asks for the types that the server does not tell, whatever the names', async () => {
    build(top(), { ...Object.fromEntries(ODD_NAMES.map((name) => [name, name])), d: {}, l: symbolicLink('d') });
    opened = await Directory.open(top());
    const plain = await list(opened);
    expect(await withoutEntryTypes(() => list(opened))).toEqual(plain);
    expect(plain).toHaveLength(ODD_NAMES.length + 2);
  });

  test.each([0, 1, 999, 1_000, 1_001, 3_000])('%i entries come in batches of at most 1,000, each once', async (count) => {
    const names = Array.from({ length: count }, (_, index) => `entry-${index}`);
    names.forEach((name) => fs.writeFileSync(`${top()}/${name}`, ''));
    opened = await Directory.open(top());
    const sizes: number[] = [];
    const seen: string[] = [];
    for await (const batch of opened.batches()) {
      sizes.push(batch.length);
      seen.push(...batch.map(({ name }) => name));
    }
    expect(seen.sort()).toEqual(names.sort());
    expect(sizes).toEqual([...Array.from({ length: Math.floor(count / 1_000) }, () => 1_000), ...(count % 1_000 === 0 ? [] : [count % 1_000])]);
    expect(openDescriptors(top())).toHaveLength(1);
  });

  test('holds no descriptor after its end, a break, an error of the reader, or one of the file system', async () => {
    for (let index = 0; index < 250; index += 1) {
      fs.writeFileSync(`${top()}/${index}`, '');
    }
    opened = await Directory.open(top());
    for await (const batch of opened.batches(100)) {
      expect(batch).toHaveLength(100);
      expect(openDescriptors(top())).toHaveLength(2);
      break;
    }
    expect(openDescriptors(top())).toHaveLength(1);
    await expect((async () => {
      for await (const batch of opened.batches(100)) {
        throw new Error(`${batch.length} read`);
      }
    })()).rejects.toThrow('100 read');
    expect(openDescriptors(top())).toHaveLength(1);
    for (const nth of [1, 2, 3]) {
      let reads = 0;
      await expect(failing('EIO', ({ operation }) => operation === 'readdir' && (reads += 1) === nth, () => list(opened, 100))).rejects.toMatchObject({ code: 'EIO' });
      expect(openDescriptors(top())).toHaveLength(1);
    }
  });

  test('can be told about each call that it makes', async () => {
    for (let index = 0; index < 250; index += 1) {
      fs.writeFileSync(`${top()}/${index}`, '');
    }
    opened = await Directory.open(top());
    const { calls, stop } = intercept(() => undefined);
    await list(opened, 100);
    await opened.lstatAll(['1', '2']);
    stop();
    expect(calls.map(({ operation }) => operation)).toEqual(['opendir', 'readdir', 'readdir', 'readdir', 'lstat', 'lstat']);
    expect([...new Set(calls.map(({ paths }) => paths.join()))]).toEqual([top(), `${top()}/1`, `${top()}/2`]);
    await expect(failing('EIO', ({ operation, paths }) => operation === 'lstat' && paths[0] === `${top()}/2`, () => opened.lstatAll(['1', '2', '3']))).rejects.toMatchObject({ code: 'EIO' });
    const { calls: asked, stop: stopAsking } = intercept(() => undefined);
    await withoutEntryTypes(() => list(opened, 100));
    stopAsking();
    expect(asked.filter(({ operation }) => operation === 'lstat').length).toBe(250); // Node asks for each by its name
    expect(await crashingAt(4, () => list(opened, 100))).toBe(false);
    expect(await crashingAt(3, () => list(opened, 100))).toBe(true);
    await expect(withoutEntryTypes(async () => 'nothing')).rejects.toThrow('no listing was intercepted');
  });
});

describe('what was opened stays what it is', () => {
  test('a directory that is swapped for a symbolic link', async () => {
    build(top(), { d: { own: 'own' }, outside: { own: 'outside' } });
    const root = await Directory.open(top());
    opened = await root.openDirectory('d');
    fs.renameSync(`${top()}/d`, `${top()}/elsewhere`);
    fs.symlinkSync('outside', `${top()}/d`);
    await opened.unlink('own');
    expect(outline(top())).toEqual({ 'd': 'symbolicLink outside', 'elsewhere': 'directory', 'outside': 'directory', 'outside/own': 'file outside' });
    await expect(root.openDirectory('d')).rejects.toMatchObject({ code: expect.stringMatching(/^(ELOOP|ENOTDIR)$/) });
    await root.close();
  });

  test.each(['link', 'file', 'pipe'])('%s is not opened as a directory, and opening it does not wait', async (name) => {
    build(top(), { d: {}, link: symbolicLink('d'), file: '', pipe: fifo });
    opened = await Directory.open(top());
    await expect(opened.openDirectory(name)).rejects.toMatchObject({ code: expect.stringMatching(/^(ELOOP|ENOTDIR)$/) });
  });

  test('the top itself must not be a symbolic link', async () => {
    build(top(), { d: {}, link: symbolicLink('d') });
    opened = await Directory.open(`${top()}/d`);
    await expect(Directory.open(`${top()}/link`)).rejects.toMatchObject({ code: expect.stringMatching(/^(ELOOP|ENOTDIR)$/) });
  });

  test('a closed directory refuses, since the number of its descriptor may stand for another one', async () => {
    build(top(), { f: 'f' });
    opened = await Directory.open(top());
    const closed = await Directory.open(top());
    await closed.close();
    await expect(closed.unlink('f')).rejects.toThrow("'/' was closed");
    await expect(closed.lstat('f')).rejects.toThrow("'/' was closed");
    expect(outline(top())).toEqual({ f: 'file f' });
  });
});

test.each(['', '..', 'a/b', '/etc'])('%j is not the name of an entry', async (name) => {
  opened = await Directory.open(top());
  await expect(opened.lstat(name)).rejects.toThrow('is not the name of an entry');
  await expect(opened.unlink(name)).rejects.toThrow('is not the name of an entry');
  await expect(opened.openDirectory(name)).rejects.toThrow('is not the name of an entry');
  await expect(opened.rename('x', opened, name)).rejects.toThrow('is not the name of an entry');
});

test('link gives a second name and never overwrites', async () => {
  build(top(), { f: 'restored', g: 'live', l: symbolicLink('nowhere'), d: {} });
  opened = await Directory.open(top());
  await expect(opened.link('f', opened, 'g')).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(opened.link('f', opened, 'd')).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(opened.link('f', opened, 'l')).rejects.toMatchObject({ code: 'EEXIST' });
  await opened.link('l', opened, 'm');
  expect(outline(top())).toMatchObject({ g: 'file live', m: 'symbolicLink nowhere' });
});

describe('files of our own', () => {
  test('are written whole, over the one before, and read again', async () => {
    opened = await Directory.open(top());
    await opened.writeFile('record', 'first and longer');
    await opened.writeFile('record', 'second');
    expect(await opened.readFile('record')).toBe('second');
    expect(outline(top())).toEqual({ record: 'file second' });
    expect(fs.statSync(`${top()}/record`).mode % 0o1000).toBe(0o600);
  });

  test('neither written nor read through a symbolic link', async () => {
    build(top(), { 'outside': 'outside', 'record': symbolicLink('outside'), 'other.tmp': symbolicLink('outside') });
    opened = await Directory.open(top());
    await expect(opened.readFile('record')).rejects.toMatchObject({ code: 'ELOOP' });
    await opened.writeFile('record', 'ours');
    await opened.writeFile('other', 'ours');
    expect(outline(top())).toEqual({ 'outside': 'file outside', 'record': 'file ours', 'other': 'file ours', 'other.tmp': 'symbolicLink outside' });
  });

  test('one that is written bit by bit takes a free name only', async () => {
    build(top(), { taken: 'content', link: symbolicLink('nowhere') });
    opened = await Directory.open(top());
    const log = await opened.makeLog('free');
    for (const name of ['taken', 'link', 'free']) {
      await expect(opened.makeLog(name)).rejects.toMatchObject({ code: 'EEXIST' });
    }
    await log.append('one\n');
    await log.append('two\n');
    expect(await log.writtenAt()).toBe(fs.statSync(`${top()}/free`, { bigint: true }).mtimeNs);
    await log.close();
    expect(outline(top())).toEqual({ free: 'file one\ntwo\n', taken: 'file content', link: 'symbolicLink nowhere' });
    expect((await opened.readPart('free', 2, 4)).toString()).toBe('e\ntw');
    expect((await opened.readPart('free', 6, 100)).toString()).toBe('o\n');
  });
});

test('paths are for people, components are bytes', async () => {
  build(top(), { 'Stra\xc3\x9fe': { ÿ: { x: file('') } } });
  const root = await Directory.open(top());
  const street = await root.openDirectory('Stra\xc3\x9fe');
  opened = await street.openDirectory('\xff');
  expect([root.path, root.name, root.components]).toEqual(['/', '', []]);
  expect([street.path, street.name]).toEqual(['/Straße', 'Stra\xc3\x9fe']);
  expect([opened.path, opened.components, opened.pathOf('x')]).toEqual(['/Straße/\ufffd', ['Stra\xc3\x9fe', '\xff'], '/Straße/\ufffd/x']);
  expect(toText(street.name)).toBe('Straße');
  await street.close();
  await root.close();
});

test('what is opened by its path only can be asked, and its children be linked, renamed and removed', async () => {
  build(top(), { a: { f: 'f', g: 'g', d: {} }, b: {} });
  const root = await Directory.open(top());
  opened = await root.openDirectory('a');
  const other = await root.openDirectory('b');
  expect((await opened.stat()).ino).toBe(fs.statSync(`${top()}/a`, { bigint: true }).ino);
  expect((await opened.lstat('f'))?.size).toBe(1n);
  expect(await opened.lstat('missing')).toBeUndefined();
  await opened.link('f', other, 'linked');
  await opened.rename('g', other, 'renamed');
  await opened.unlink('f');
  await opened.rmdir('d');
  await opened.mkdir('e', 0o700);
  expect(outline(top())).toEqual({ 'a': 'directory', 'a/e': 'directory', 'b': 'directory', 'b/linked': 'file f', 'b/renamed': 'file g' });
  await expect(opened.unlink('missing')).rejects.toMatchObject({ code: 'ENOENT' });
  await other.close();
  await root.close();
});

test('the sticky bit of a directory can be taken away', async () => {
  build(top(), { d: directory({}, { mode: 0o1777 }) });
  const root = await Directory.open(top());
  opened = await root.openDirectory('d');
  await opened.clearStickyBit(await opened.stat());
  expect(fs.lstatSync(bytes(`${top()}/d`)).mode % 0o10000).toBe(0o777);
  await root.close();
});
