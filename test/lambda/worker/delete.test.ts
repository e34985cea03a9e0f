import { once } from 'node:events';
import * as fs from 'node:fs';
import * as net from 'node:net';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { deleteRecoveryDirectory } from '../../../lambda/worker/delete';
import { writeRecord } from '../../../lambda/worker/records';
import { RecoveryDirectoryDisposal } from '../../../src/core/restore-request';
import type { DeleteAnswer } from '../../../src/core/worker';
import { endlessTime, timeFor, withoutEntryTypes } from '../../helpers/fault';
import { build, describeTree, directory, fifo, file, fingerprint, hardLink, openDescriptors, outline, recoveryName, runsAsRoot, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const top = useTempDirectory();
let root: Directory;
let name: string;
beforeEach(async () => {
  root = await Directory.open(top());
  name = recoveryName(Date.now() - 1000);
});
afterEach(() => root.close());

const run = (time = endlessTime, previous?: DeleteAnswer): Promise<DeleteAnswer> => deleteRecoveryDirectory(root, {
  operation: 'delete',
  directory: name,
  accessPointRoots: [],
  runningRestoreJobs: [],
  restoredSince: '1970-01-01T00:00:00Z',
  retentionSeconds: 0,
  disposal: RecoveryDirectoryDisposal.DELETE,
  previous: previous && JSON.parse(JSON.stringify(previous)) as DeleteAnswer,
}, new Deadline(time));

/** Deletes a tree; whatever lies beside it must stay exactly as it is. */
async function deleted(tree: Tree, beside: Tree = {}): Promise<void> {
  build(top(), { beside, [name]: tree });
  const before = fingerprint(`${top()}/beside`);
  const entries = Object.keys(describeTree(`${top()}/${name}`)).length;
  expect(await run()).toEqual({ operation: 'delete', done: true, outcome: 'DELETED', deletedEntries: entries + 1, refusals: [], notes: [] });
  expect(fs.readdirSync(top())).toEqual(['beside']);
  expect(fingerprint(`${top()}/beside`)).toEqual(before);
}

describe('deletes', () => {
  test('an empty directory', () => deleted({}));

  test('files, directories, symbolic links and pipes', () => deleted({ f: 'f', d: { e: { g: 'g' } }, l: symbolicLink('f'), p: fifo }));

  test('symbolic links, and never what they point to', () => deleted({
    file: symbolicLink('../beside/f'),
    directory: symbolicLink('../beside/d'),
    absolute: symbolicLink('/'),
    home: symbolicLink('/root'),
    dangling: symbolicLink('nowhere'),
    loop: symbolicLink('loop'),
    self: symbolicLink('.'),
    parent: symbolicLink('..'),
    sub: { up: symbolicLink('../..'), beside: symbolicLink('../../beside') },
  }, { f: 'live', d: { g: 'live' } }));

  test('names of a file that has others elsewhere', async () => {
    build(top(), { live: { f: 'shared' } });
    build(top(), { [name]: { g: hardLink('live/f'), d: { h: hardLink('live/f') } } });
    expect(await run()).toMatchObject({ outcome: 'DELETED', deletedEntries: 4 });
    expect(outline(top())).toEqual({ 'live': 'directory', 'live/f': 'file shared' });
    expect(fs.statSync(`${top()}/live/f`).nlink).toBe(1);
  });

  test('odd names', () => deleted(Object.fromEntries(['new\nline', '-rf', '--help', '\xff\xfe', '\x80', ' ', '...', '\\', '*', '~', '$HOME', 'a'.repeat(255), '\xff'.repeat(255)]
    .flatMap((odd): Array<[string, Tree[string]]> => [[odd, { [odd]: 'x' }], [`f${odd}`.slice(0, 255), 'x']]))));

  test('where the server does not tell the types of entries', async () => {
    build(top(), { live: { f: 'live' }, [name]: { d: { ÿ: 'f' }, l: symbolicLink('../live'), þ: {} } });
    expect(await withoutEntryTypes(() => run())).toMatchObject({ outcome: 'DELETED', deletedEntries: 5 });
    expect(outline(top())).toEqual({ 'live': 'directory', 'live/f': 'file live' });
  });

  test('200 levels', async () => {
    build(top(), { live: {}, [name]: {} });
    let path = `${top()}/${name}`;
    for (let level = 0; level < 200; level += 1) {
      path = `${path}/d`;
      fs.mkdirSync(path);
      fs.writeFileSync(`${path}/f`, '');
    }
    expect(await run()).toMatchObject({ outcome: 'DELETED', deletedEntries: 401 });
    expect(outline(top())).toEqual({ live: 'directory' });
  });

  test('more directories side by side, and below one another, than are emptied at the same time', () => deleted(Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [`d${index}`, { a: { f: 'f', b: { g: 'g' } }, h: 'h', c: {} }]))));

  test('a socket', async () => {
    build(top(), { [name]: {} });
    const server = net.createServer().listen(`${top()}/s`);
    await once(server, 'listening');
    fs.renameSync(`${top()}/s`, `${top()}/${name}/s`);
    try {
      expect(await run()).toMatchObject({ outcome: 'DELETED', deletedEntries: 2 });
    } finally {
      server.close();
      await once(server, 'close');
    }
  });

  test('what has the sticky bit', () => deleted({ tmp: directory({ f: 'f', sub: directory({ g: 'g' }, { mode: 0o1777 }) }, { mode: 0o1777 }) }));

  test('what nobody may read; without root it says so and deletes the rest', async () => {
    build(top(), { [name]: { closed: directory({ f: 'f' }, { mode: 0 }), unreadable: file('x', { mode: 0 }), open: { g: 'g' } } });
    const answer = await run();
    expect(answer).toMatchObject(runsAsRoot ? { outcome: 'DELETED', deletedEntries: 6 } : { outcome: 'INCOMPLETE', notes: [{ path: `/${name}/closed`, note: 'EACCES' }] });
    expect(fs.existsSync(`${top()}/${name}/open`)).toBe(false);
    expect(fs.existsSync(`${top()}/${name}/unreadable`)).toBe(false);
  });
});

describe('again', () => {
  test('what is gone is gone: nothing is touched', async () => {
    build(top(), { [name]: { f: 'f' }, live: { f: 'live' } });
    await run();
    const before = fingerprint(top());
    expect(await run()).toEqual({ operation: 'delete', done: true, outcome: 'ALREADY_GONE', deletedEntries: 0, refusals: [], notes: [] });
    expect(fingerprint(top())).toEqual(before);
  });

  test('the records go, what was kept aside stays', async () => {
    build(top(), { [name]: { f: 'f' } });
    await writeRecord(root, name, fs.lstatSync(`${top()}/${name}`, { bigint: true }).ino, 'moved');
    build(`${top()}/.cdk-efs-backup/${name}`, { replaced: { 'report.txt': 'former' } });
    expect(await run()).toMatchObject({ outcome: 'DELETED' });
    expect(outline(top())).toEqual({
      '.cdk-efs-backup': 'directory',
      [`.cdk-efs-backup/${name}`]: 'directory',
      [`.cdk-efs-backup/${name}/replaced`]: 'directory',
      [`.cdk-efs-backup/${name}/replaced/report.txt`]: 'file former',
    });
  });

  test('the records of a directory that somebody deleted by hand go, those of others stay', async () => {
    const other = recoveryName(Date.now() - 5000);
    build(top(), { [name]: {}, [other]: {} });
    for (const each of [name, other]) {
      await writeRecord(root, each, fs.lstatSync(`${top()}/${each}`, { bigint: true }).ino, 'moved');
    }
    fs.rmdirSync(`${top()}/${name}`);
    expect(await run()).toMatchObject({ outcome: 'ALREADY_GONE' });
    expect(Object.keys(outline(`${top()}/.cdk-efs-backup`))).toEqual([other, `${other}/moved.json`]);
  });
});

describe('out of time', () => {
  const tree: Tree = { a: { f: '1', g: '2', b: { h: '3' } }, c: {}, d: { e: { i: '4' } }, j: '5' };

  test('wherever time runs out, calling again comes to the same end, and every entry is counted once', async () => {
    for (let asks = 0; asks < 30; asks += 1) {
      build(top(), { [name]: tree });
      let answer: DeleteAnswer | undefined;
      let calls = 0;
      do {
        const before = answer?.deletedEntries ?? 0;
        answer = await run(timeFor(asks), answer);
        calls += 1;
        expect(answer.done).toBe(answer.outcome !== 'UNDECIDED');
        expect(answer.resume === undefined).toBe(answer.done);
        expect(answer.deletedEntries).toBeGreaterThanOrEqual(before);
        expect(answer.notes).toEqual([]);
      } while (!answer.done && calls < 50);
      expect([answer.outcome, answer.deletedEntries]).toEqual(['DELETED', 11]);
      expect(fs.readdirSync(top())).toEqual([]);
    }
  });
});

test('leaves no descriptor open', async () => {
  const before = openDescriptors(top());
  build(top(), { [name]: { a: { b: { c: 'c' } } } });
  await run();
  await run();
  expect(openDescriptors(top())).toEqual(before);
});
