import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { fromText, toText } from '../../../lambda/fs/byte-name';
import { Directory, isSticky } from '../../../lambda/fs/directory';
import type { Entry } from '../../../lambda/fs/directory';
import { crashingAt, errno, failing, intercept, withoutEntryTypes } from '../../helpers/fault';
import { build, bytes, directory, fifo, file, openDescriptors, outline, runsAsRoot, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';

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
    expect(openDescriptors(top())).toHaveLength(1);
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

test('whose directory has no sticky bit is left alone, and where it cannot be taken away the next call tells', async () => {
  build(top(), { d: directory({}, { mode: 0o1777 }) });
  const root = await Directory.open(top());
  opened = await root.openDirectory('d');
  const sticky = await opened.stat();
  await failing('EPERM', ({ operation }) => operation === 'chmod', () => opened.clearStickyBit(sticky));
  expect(fs.statSync(`${top()}/d`).mode % 0o10000).toBe(0o1777);
  await expect(failing('bug', ({ operation }) => operation === 'chmod', () => opened.clearStickyBit(sticky))).rejects.toThrow('bug');
  for (const mode of [0o777, 0o6755, 0o2777, 0o700]) {
    fs.chmodSync(`${top()}/d`, mode);
    const { calls, stop } = intercept(() => undefined);
    await opened.clearStickyBit(await opened.stat()).finally(stop);
    expect([mode, isSticky(await opened.stat()), calls.map(({ operation }) => operation)]).toEqual([mode, false, []]);
  }
  fs.chmodSync(`${top()}/d`, 0o7750);
  await opened.clearStickyBit(await opened.stat());
  expect(fs.statSync(`${top()}/d`).mode % 0o10000).toBe(0o6750);
  await root.close();
});

describe('owner and mode of a directory', () => {
  const own = (mode: number) => ({ mode: 0o040000 + mode, uid: process.getuid!(), gid: process.getgid!() });

  test.each([0o755, 0o1777, 0o6750, 0o000])('are given back: mode %i', async (mode) => {
    build(top(), { d: directory({}, { mode: 0o711 }) });
    const root = await Directory.open(top());
    opened = await root.openDirectory('d');
    await opened.restoreOwnerAndMode(own(mode));
    expect(fs.statSync(`${top()}/d`).mode).toBe(own(mode).mode);
    await root.close();
  });

  test('are not written where they are right', async () => {
    build(top(), { d: directory({}, { mode: 0o1755 }) });
    const root = await Directory.open(top());
    opened = await root.openDirectory('d');
    const before = fs.statSync(`${top()}/d`, { bigint: true }).ctimeNs;
    await new Promise((resolve) => setTimeout(resolve, 20)); // clocks of file systems tick every few milliseconds
    await opened.restoreOwnerAndMode(own(0o1755));
    expect(fs.statSync(`${top()}/d`, { bigint: true }).ctimeNs).toBe(before);
    await root.close();
  });

  test.each([[1_001, 0], [0, 1_002], [1_001, 1_002]])('belong to others again: %i and %i, and the mode that the change of owner took away is there; others than root may not', async (uid, gid) => {
    build(top(), { d: directory({}, { mode: 0o700 }) });
    const root = await Directory.open(top());
    opened = await root.openDirectory('d');
    if (!runsAsRoot) {
      await expect(opened.restoreOwnerAndMode({ mode: 0o042750, uid, gid })).rejects.toMatchObject({ code: 'EPERM' });
      return root.close();
    }
    await opened.restoreOwnerAndMode({ mode: 0o042750, uid, gid });
    const stats = fs.statSync(`${top()}/d`);
    expect([stats.mode, stats.uid, stats.gid]).toEqual([0o042750, uid, gid]);
    await root.close();
  });
});

describe('another symbolic link like one', () => {
  test('has its target, byte by byte, and its times', async () => {
    build(top(), { l: symbolicLink('\xff/../ \n'), sub: {} });
    fs.lutimesSync(`${top()}/l`, 1_000, 2_000.5);
    const root = await Directory.open(top());
    opened = await root.openDirectory('sub');
    await root.copySymbolicLink('l', opened, 'copy');
    const stats = fs.lstatSync(`${top()}/sub/copy`);
    expect([stats.atimeMs, stats.mtimeMs]).toEqual([1_000_000, 2_000_500]);
    expect(outline(top())).toEqual({ 'l': 'symbolicLink \xff/../ \n', 'sub': 'directory', 'sub/copy': 'symbolicLink \xff/../ \n' });
    expect(await opened.readlink('copy')).toBe('\xff/../ \n');
    await root.close();
  });

  test('replaces nothing', async () => {
    build(top(), { l: symbolicLink('target'), f: 'live', d: {} });
    opened = await Directory.open(top());
    for (const taken of ['f', 'd', 'l']) {
      await expect(opened.copySymbolicLink('l', opened, taken)).rejects.toMatchObject({ code: 'EEXIST' });
    }
    expect(outline(top())).toEqual({ d: 'directory', f: 'file live', l: 'symbolicLink target' });
  });

  test.each(['lchown', 'lutimes'])('is not left there by halves: %s fails', async (operation) => {
    build(top(), { l: symbolicLink('target') });
    opened = await Directory.open(top());
    await expect(failing('EPERM', (call) => call.operation === operation, () => opened.copySymbolicLink('l', opened, 'copy'))).rejects.toMatchObject({ code: 'EPERM' });
    expect(outline(top())).toEqual({ l: 'symbolicLink target' });
  });
});

test('a directory is renamed as one: what took its place meanwhile replaces nothing', async () => {
  build(top(), { d: { f: 'f' }, link: symbolicLink('d'), file: 'theirs', target: {}, full: { g: 'live' }, live: 'live' });
  opened = await Directory.open(top());
  for (const [name, target] of [['file', 'live'], ['file', 'new'], ['link', 'live'], ['link', 'new'], ['d', 'live']]) {
    await expect(opened.renameDirectory(name, opened, target)).rejects.toMatchObject({ code: 'ENOTDIR' });
  }
  await expect(opened.renameDirectory('d', opened, 'full')).rejects.toMatchObject({ code: expect.stringMatching(/^(ENOTEMPTY|EEXIST)$/) });
  await opened.renameDirectory('d', opened, 'target'); // an empty one is all that it replaces
  expect(outline(top())).toEqual({
    'file': 'file theirs', 'full': 'directory', 'full/g': 'file live', 'link': 'symbolicLink d', 'live': 'file live', 'target': 'directory', 'target/f': 'file f',
  });
});

describe('the hash of a content', () => {
  const MIB = 1024 * 1024;
  const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

  test.each([0, 1, MIB - 1, MIB, MIB + 1, 9 * MIB + 5])('is that of all of it: %i bytes', async (length) => {
    const content = Buffer.alloc(length, 'some content');
    fs.writeFileSync(`${top()}/f`, content);
    opened = await Directory.open(top());
    expect(await opened.hash('f')).toBe(sha256(content));
    expect(await opened.hash('f', () => false)).toBe(sha256(content));
    expect(openDescriptors(top())).toHaveLength(1);
  });

  test('is given up where time is over, which is asked every 8 MiB', async () => {
    fs.writeFileSync(`${top()}/small`, Buffer.alloc(8 * MIB - 1));
    fs.writeFileSync(`${top()}/large`, Buffer.alloc(17 * MIB));
    opened = await Directory.open(top());
    expect(await opened.hash('small', () => true)).toBe(sha256(Buffer.alloc(8 * MIB - 1)));
    expect(await opened.hash('large', () => true)).toBeUndefined();
    let asked = 0;
    expect(await opened.hash('large', () => (asked += 1) > 2)).toBe(sha256(Buffer.alloc(17 * MIB)));
    expect(asked).toBe(2);
    expect(openDescriptors(top())).toHaveLength(1);
  });

  test.each(['hash', 'readFile'] as const)('%s never waits for the other end of a pipe, nor follows a link', async (read) => {
    build(top(), { f: 'f', l: symbolicLink('f'), p: fifo });
    opened = await Directory.open(top());
    await expect(opened[read]('l')).rejects.toMatchObject({ code: 'ELOOP' });
    await opened[read]('p').catch(() => undefined);
    expect(openDescriptors(top())).toHaveLength(1);
  });
});

describe('many are looked at', () => {
  const NAMES = Array.from({ length: 100 }, (_, index) => `${index}`);

  test.each([['at once', 0], ['one after the other where the server has to be asked', 1]])('in their order, and those that are gone are not there: %s', async (_name, milliseconds) => {
    NAMES.filter((_, index) => index % 3 > 0).forEach((name) => fs.writeFileSync(`${top()}/${name}`, name));
    opened = await Directory.open(top());
    let clock = 0;
    const spy = jest.spyOn(performance, 'now').mockImplementation(() => clock += milliseconds);
    const { calls, stop } = intercept(() => undefined);
    const found = await opened.lstatAll(NAMES).finally(stop);
    spy.mockRestore();
    expect(found.map((stats) => stats?.ino)).toEqual(NAMES.map((name) => fs.lstatSync(`${top()}/${name}`, { bigint: true, throwIfNoEntry: false })?.ino));
    expect(calls).toHaveLength(100);
    expect(await opened.lstatAll([])).toEqual([]);
  });

  test('here until three had to be waited for, and 32 at a time from then on', async () => {
    build(top(), Object.fromEntries(NAMES.map((name) => [name, ''])));
    opened = await Directory.open(top());
    for (const [milliseconds, blocking] of [[0.5, 100], [0.6, 3]]) {
      let clock = 0;
      const now = jest.spyOn(performance, 'now').mockImplementation(() => clock += milliseconds);
      let running = 0;
      let most = 0;
      let later = 0;
      const real = Directory.prototype.lstat;
      const lstat = jest.spyOn(Directory.prototype, 'lstat').mockImplementation(async function (this: Directory, name) {
        later += 1;
        most = Math.max(most, running += 1);
        return real.call(this, name).finally(() => running -= 1);
      });
      await opened.lstatAll(NAMES);
      now.mockRestore();
      lstat.mockRestore();
      expect([milliseconds, 100 - later, most]).toEqual([milliseconds, blocking, blocking === 100 ? 0 : 32]);
    }
  });

  test.each([['at once', 0], ['later', 1]])('and whoever wants to hear of errors is told of each, %s', async (_name, milliseconds) => {
    build(top(), Object.fromEntries(NAMES.map((name) => [name, ''])));
    opened = await Directory.open(top());
    let clock = 0;
    const spy = jest.spyOn(performance, 'now').mockImplementation(() => clock += milliseconds);
    const told: string[] = [];
    const found = await failing('EIO', ({ operation, paths }) => operation === 'lstat' && /\/(0|50|99)$/.test(paths[0]), () =>
      opened.lstatAll(NAMES, (name, error) => told.push(`${name} ${(error as NodeJS.ErrnoException).code}`)));
    await expect(failing('EIO', ({ paths }) => paths[0].endsWith('/99'), () => opened.lstatAll(NAMES))).rejects.toMatchObject({ code: 'EIO' });
    spy.mockRestore();
    expect(told.sort()).toEqual(['0 EIO', '50 EIO', '99 EIO']);
    expect(found.map((stats, index) => (stats === undefined ? index : -1)).filter((index) => index >= 0)).toEqual([0, 50, 99]);
  });
});

test('to ask the server anew what a directory is like leaves nothing open', async () => {
  build(top(), { d: {} });
  const root = await Directory.open(top());
  opened = await root.openDirectory('d');
  const { calls, stop } = intercept(() => undefined);
  await opened.refresh().finally(stop);
  expect(calls.map(({ operation }) => operation)).toEqual(['opendir']);
  expect(openDescriptors(top())).toHaveLength(2);
  await root.close();
});

test('an entry that vanishes while Node asks for its type does not pass for the directory being gone', async () => {
  build(top(), { f: '' });
  opened = await Directory.open(top());
  for (const [syscall, code] of [['lstat', 'EAGAIN'], ['opendir', 'ENOENT']]) {
    const { stop } = intercept(({ operation }) => {
      if (operation === 'readdir') {
        throw Object.assign(errno('ENOENT'), { syscall });
      }
    });
    await expect(list(opened).finally(stop)).rejects.toMatchObject({ code });
  }
  await expect(opened.batches(10, async () => { throw errno('EIO'); }).next()).rejects.toMatchObject({ code: 'EIO' });
  expect(openDescriptors(top())).toHaveLength(1);
});

test('a record that cannot be written, or be read, leaves no descriptor open, and the one before stays', async () => {
  build(top(), { record: 'before' });
  opened = await Directory.open(top());
  for (const operation of ['handle.writeFile', 'handle.sync', 'rename']) {
    await expect(failing('EIO', (call) => call.operation === operation, () => opened.writeFile('record', 'after'))).rejects.toMatchObject({ code: 'EIO' });
  }
  await expect(failing('EIO', (call) => call.operation === 'handle.readFile', () => opened.readFile('record'))).rejects.toMatchObject({ code: 'EIO' });
  await expect(failing('EIO', (call) => call.operation === 'handle.read', () => opened.readPart('record', 0, 1))).rejects.toMatchObject({ code: 'EIO' });
  await expect(failing('EIO', (call) => call.operation === 'handle.read', () => opened.hash('record'))).rejects.toMatchObject({ code: 'EIO' });
  expect(openDescriptors(top())).toHaveLength(1);
  expect(await opened.readFile('record')).toBe('before');
});
