import * as fs from 'node:fs';
import { fromText, toText } from '../../../lambda/fs/byte-name';
import { Directory } from '../../../lambda/fs/directory';
import { withoutEntryTypes } from '../../helpers/fault';
import { build, bytes, directory, fifo, file, outline, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';

const top = useTempDirectory();
let opened: Directory;
afterEach(() => opened.close());

const ODD_NAMES = ['new\nline', '-rf', '\xff\xfe', '\x80', 'Straße', ' ', '...', '\\', '*', 'a'.repeat(255)].map((name) =>
  (/[ß]/.test(name) ? fromText(name) : name));

describe('listing', () => {
  test('tells the types without following symbolic links', async () => {
    build(top(), { d: {}, f: '', l: symbolicLink('d'), dangling: symbolicLink('nowhere'), p: fifo });
    opened = await Directory.open(top());
    expect(await opened.list()).toEqual([
      { name: 'd', type: 'directory' }, { name: 'dangling', type: 'symbolicLink' }, { name: 'f', type: 'file' },
      { name: 'l', type: 'symbolicLink' }, { name: 'p', type: 'other' },
    ]);
  });

  test('keeps every byte of a name, in the order of the bytes', async () => {
    build(top(), Object.fromEntries(ODD_NAMES.map((name) => [name, name])));
    opened = await Directory.open(top());
    expect((await opened.list()).map(({ name }) => name)).toEqual([...ODD_NAMES].sort());
    for (const name of ODD_NAMES) {
      expect((await opened.lstat(name))?.isFile()).toBe(true);
    }
  });

  test('asks for the types that the server does not tell, whatever the names', async () => {
    build(top(), { ...Object.fromEntries(ODD_NAMES.map((name) => [name, name])), d: {}, l: symbolicLink('d') });
    opened = await Directory.open(top());
    const plain = await opened.list();
    expect(await withoutEntryTypes(() => opened.list())).toEqual(plain);
    expect(plain).toHaveLength(ODD_NAMES.length + 2);
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
    expect(outline(top())).toEqual({ outside: 'file outside', record: 'file ours', other: 'file ours' });
  });

  test('an empty one takes a free name only', async () => {
    build(top(), { taken: 'content', link: symbolicLink('nowhere') });
    opened = await Directory.open(top());
    await opened.makeFile('free');
    for (const name of ['taken', 'link', 'free']) {
      await expect(opened.makeFile(name)).rejects.toMatchObject({ code: 'EEXIST' });
    }
    expect(outline(top())).toEqual({ free: 'file ', taken: 'file content', link: 'symbolicLink nowhere' });
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

test('the sticky bit of a directory can be taken away', async () => {
  build(top(), { d: directory({}, { mode: 0o1777 }) });
  const root = await Directory.open(top());
  opened = await root.openDirectory('d');
  await opened.clearStickyBit();
  expect(fs.lstatSync(bytes(`${top()}/d`)).mode % 0o10000).toBe(0o777);
  await root.close();
});
