import * as fs from 'node:fs';
import * as fc from 'fast-check';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { deleteRecoveryDirectory } from '../../../lambda/worker/delete';
import { writeRecord } from '../../../lambda/worker/records';
import { survey } from '../../../lambda/worker/survey';
import { RefusalReason } from '../../../src/core/deletion-guard';
import { RecoveryDirectoryDisposal } from '../../../src/core/restore-request';
import type { Shard } from '../../../src/core/shard';
import type { DeleteAnswer, DeleteEvent } from '../../../src/core/worker';
import { crashPoints, runs } from '../../helpers/effort';
import { crashingAt, endlessTime, intercept, timeFor, errno } from '../../helpers/fault';
import { build, bytes, clear, describeTree, directory, file, fingerprint, hardLink, inUse, openDescriptors, outline, recoveryName, symbolicLink, untouched, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const HOUR = 3_600_000;
const top = useTempDirectory();
let root: Directory;
let name: string;
beforeEach(async () => {
  root = await Directory.open(top());
  name = recoveryName(Date.now() - 1000);
});
afterEach(() => {
  jest.restoreAllMocks();
  return root.close();
});

const event = (shard: Shard | undefined, more: Partial<DeleteEvent> = {}): DeleteEvent => ({
  operation: 'delete', directory: name, accessPointRoots: [], runningRestoreJobs: [], restoredSince: '1970-01-01T00:00:00Z', retentionSeconds: 0, disposal: RecoveryDirectoryDisposal.DELETE, shard, ...more,
});
const run = (shard: Shard | undefined, more: Partial<DeleteEvent> = {}, time = endlessTime): Promise<DeleteAnswer> =>
  deleteRecoveryDirectory(root, event(shard, more), new Deadline(time));
const cut = async (shards: number): Promise<Shard[]> => (await survey(root, { operation: 'survey', cut: { directory: name, shards } }, new Deadline(endlessTime))).shards!;
const base64 = (path: string): string => bytes(path).toString('base64');
const many = (length: number, prefix: string, node: Tree[string]): Tree => Object.fromEntries(Array.from({ length }, (_, index) => [`${prefix}${index}`, node]));
const filesOf = (below: string): string[] => Object.entries(describeTree(below)).filter(([, { type }]) => type !== 'directory').map(([path]) => path).sort();

/** Whether a path comes before a bound, name by name: not how the engine reckons it. */
function isBefore(path: string, bound: string): boolean {
  const [names, bounds] = [path.split('/'), bound.split('/')];
  const index = names.findIndex((each, at) => each !== bounds[at]);
  return index < 0 ? names.length < bounds.length : index < bounds.length && Buffer.compare(bytes(names[index]), bytes(bounds[index])) < 0;
}
const isIn = (path: string, { from, to }: Shard): boolean => {
  const bound = (text: string) => Buffer.from(text, 'base64').toString('latin1');
  return (from === undefined || !isBefore(path, bound(from))) && (to === undefined || isBefore(path, bound(to)));
};

const TREE: Tree = {
  'a': { f: 'f', g: { h: 'h', i: {} } }, 'b': {}, 'c': many(30, 'n', 'x'), 'd': symbolicLink('../live'), 'e': { e: { e: { e: { f: 'deep' } } } }, '\xff': { '\x01': 'x' }, 'c\x01': 'x', 'c-': 'x',
};

describe('workers that have a part each', () => {
  test.each([1, 2, 3, 8])('%i: each removes its own, in whatever order; the last one removes the directory', async (most) => {
    for (const order of [(all: Shard[]) => all, (all: Shard[]) => [...all].reverse(), (all: Shard[]) => [...all.slice(1), all[0]]]) {
      build(top(), { live: { f: 'live' }, [name]: TREE });
      const live = fingerprint(`${top()}/live`);
      const entries = Object.keys(describeTree(`${top()}/${name}`)).length + 1;
      const shards = order(await cut(most));
      expect(shards).toHaveLength(most);
      let deleted = 0;
      for (const [index, shard] of shards.entries()) {
        const others = filesOf(`${top()}/${name}`).filter((path) => !isIn(path, shard));
        const answer = await run(shard);
        deleted += answer.deletedEntries;
        expect(answer).toMatchObject({ done: true, outcome: index === shards.length - 1 ? 'DELETED' : 'SHARD_DELETED', refusals: [], notes: [] });
        expect(fs.existsSync(`${top()}/${name}`) ? filesOf(`${top()}/${name}`) : []).toEqual(others);
      }
      expect(deleted).toBe(entries);
      for (const shard of shards) {
        expect(await run(shard)).toMatchObject({ outcome: 'ALREADY_GONE', deletedEntries: 0 });
      }
      expect(fs.readdirSync(top())).toEqual(['live']);
      expect(fingerprint(`${top()}/live`)).toEqual(live);
      clear(top());
    }
  });

  test.each([2, 5, 16])('%i at the same time', async (most) => {
    for (let round = 0; round < 10; round += 1) {
      build(top(), { live: { f: 'live' }, [name]: { ...TREE, more: many(20, 'd', many(5, 'f', '')) } });
      const entries = Object.keys(describeTree(`${top()}/${name}`)).length + 1;
      const answers = await Promise.all((await cut(most)).map(async (shard) => run(shard)));
      expect(answers.map(({ outcome, notes, refusals }) => [outcome, notes, refusals])).toEqual(answers.map(() => [expect.stringMatching(/DELETED|ALREADY_GONE/), [], []]));
      expect(answers.reduce((sum, { deletedEntries }) => sum + deletedEntries, 0)).toBe(entries);
      expect(outline(top())).toEqual({ 'live': 'directory', 'live/f': 'file live' });
      clear(top());
    }
  });

  test('two that write the same record at once are not in each other\'s way', async () => {
    build(top(), { [name]: { a: 'a', b: 'b' } });
    const isRecord = (path: string) => path.includes('/deleting.json');
    let second: Promise<DeleteAnswer> | undefined;
    const { stop } = intercept(async ({ operation, paths }) => {
      if (operation === 'rename' && isRecord(paths[1]) && !second) {
        let began = () => undefined as void;
        const waiting = new Promise<void>((resolve) => { began = resolve; });
        second = run({ from: base64('b') }).finally(began);
        await waiting;
      }
    });
    const first = await run({ to: base64('b') }).finally(stop);
    expect([first, await second]).toMatchObject([{ outcome: 'DELETED' }, { outcome: 'SHARD_DELETED' }]);
    expect(outline(top())).toEqual({});
  });

  test('one whose client remembers that nothing was on record asks the server anew, when another one has begun', async () => {
    build(top(), { live: { f: 'live' }, [name]: { a: { f: '' }, b: { g: '' }, c: { h: '' } } });
    const inode = String(fs.statSync(`${top()}/${name}`).ino);
    const work = `${top()}/.cdk-efs-backup`;
    let [begun, asked] = [false, false];
    const { stop } = intercept(({ operation, paths: [path] }) => {
      if (operation === 'open' && path === `${top()}/${name}/a` && !begun) { // meanwhile the worker of the other part deletes
        begun = true;
        fs.mkdirSync(`${work}/${name}`, { recursive: true, mode: 0o700 });
        fs.writeFileSync(`${work}/${name}/deleting.json`, JSON.stringify({ recoveryDirectory: name, inode }));
        fs.rmSync(`${top()}/${name}/a`, { recursive: true });
      }
      asked ||= begun && operation === 'opendir' && path === top();
      if (begun && !asked && path === work) {
        throw errno('ENOENT'); // what NFS remembers of a name that was not there
      }
    });
    expect(await run({ from: base64('b') }).finally(stop)).toMatchObject({ outcome: expect.stringMatching(/^(SHARD_)?DELETED$/), refusals: [], notes: [] });
    expect([begun, asked]).toEqual([true, true]);
    expect(filesOf(top())).toEqual(['live/f']);
  });

  test('one that looks while another one with the same part comes to the end says that it is gone', async () => {
    build(top(), { live: { f: 'live' }, [name]: { a: { f: '' }, b: { g: '' } } });
    let begun = false;
    const { stop } = intercept(async ({ operation, paths: [path] }) => {
      if (operation === 'open' && path === `${top()}/${name}/a` && !begun) {
        begun = true;
        expect(await run({})).toMatchObject({ outcome: 'DELETED' });
      }
    });
    expect(await run({}).finally(stop)).toMatchObject({ outcome: 'ALREADY_GONE', deletedEntries: 0, refusals: [] });
    expect(begun).toBe(true);
    expect(filesOf(top())).toEqual(['live/f']);
  });

  test('wherever they are killed, all of them once more come to the same end', async () => {
    for (const n of crashPoints()) {
      build(top(), { live: { f: 'live' }, [name]: { a: { f: '', g: '' }, b: { h: symbolicLink('../../live') }, c: '' } });
      const shards = [{ to: base64('a/g') }, { from: base64('a/g') }];
      const crashed = await crashingAt(n, () => run(shards[1]));
      const outcomes = [(await run(shards[0])).outcome, (await run(shards[1])).outcome];
      expect([n, outcomes]).toEqual([n, expect.arrayContaining([expect.stringMatching(/^(DELETED|ALREADY_GONE)$/)])]);
      expect(outline(top())).toEqual({ 'live': 'directory', 'live/f': 'file live' });
      clear(top());
      if (!crashed) {
        expect(n).toBeGreaterThan(25);
        break;
      }
    }
    expect(openDescriptors(top())).toHaveLength(1);
  });

  test('with little time, each comes to its end', async () => {
    for (let asks = 0; asks < 12; asks += 3) {
      build(top(), { [name]: TREE });
      const shards = await cut(4);
      const entries = Object.keys(describeTree(`${top()}/${name}`)).length + 1;
      let deleted = 0;
      for (const [index, shard] of shards.entries()) {
        const others = filesOf(`${top()}/${name}`).filter((path) => !isIn(path, shard));
        let answer = await run(shard, {}, timeFor(asks));
        let calls = 1;
        for (; !answer.done; calls += 1) {
          expect(calls).toBeLessThan(100);
          answer = await run(shard, { previous: JSON.parse(JSON.stringify(answer)) }, timeFor(asks));
        }
        expect([asks, index, answer.outcome]).toEqual([asks, index, index === 3 ? 'DELETED' : 'SHARD_DELETED']);
        expect(calls).toBeGreaterThan(asks === 0 ? 1 : 0);
        expect(index === 3 ? others : filesOf(`${top()}/${name}`)).toEqual(others);
        deleted += answer.deletedEntries;
      }
      expect(deleted).toBe(entries);
    }
  });
});

test('a part of the names of one directory', async () => {
  build(top(), { [name]: { flat: { ...many(2_500, 'n', ''), 'n1\x01': '', '\xff': '', 'n2': { below: '' } } } });
  const shard = { from: base64('flat/n1'), to: base64('flat/n2') };
  const others = filesOf(`${top()}/${name}`).filter((path) => !isIn(path, shard));
  expect(others.length).toBeLessThan(2_000);
  expect(others).toContain('flat/n2/below');
  expect(await run(shard)).toMatchObject({ outcome: 'SHARD_DELETED', deletedEntries: 2_502 - others.length, notes: [] });
  expect(filesOf(`${top()}/${name}`)).toEqual(others);
  expect(await run(shard)).toMatchObject({ outcome: 'SHARD_DELETED', deletedEntries: 0 }); // the same once more
  expect(filesOf(`${top()}/${name}`)).toEqual(others);
  expect(await run(undefined)).toMatchObject({ outcome: 'DELETED' });
});

test('random trees and bounds: never a file of another part, and in the end nothing is left', async () => {
  const names = fc.constantFrom('a', 'b', 'b\x01', 'b-', 'c', '\xff', ' ');
  const { tree } = fc.letrec<{ tree: Tree; node: Tree[string] }>((tie) => ({
    tree: fc.dictionary(names, tie('node'), { maxKeys: 5 }),
    node: fc.oneof({ depthSize: 'small', withCrossShrink: true }, fc.constant('x'), tie('tree')),
  }));
  const bound = fc.array(names, { minLength: 1, maxLength: 3 }).map((path) => path.join('/'));
  await fc.assert(fc.asyncProperty(tree, bound, bound, async (restored, from, to) => {
    clear(top());
    build(top(), { [name]: restored });
    const shard = { from: base64(from), to: base64(to) };
    const others = filesOf(`${top()}/${name}`).filter((path) => !isIn(path, shard));
    expect((await run(shard)).outcome).toMatch(/DELETED/);
    expect(fs.existsSync(`${top()}/${name}`) ? filesOf(`${top()}/${name}`) : []).toEqual(others);
    await run({ to: shard.from });
    await run({ from: shard.to });
    expect(outline(top())).toEqual({});
  }), { numRuns: runs(150) });
});

describe('guards hold for a part as for the whole', () => {
  const half = { to: base64('m') };

  test.each<[RefusalReason, Tree[string], Partial<DeleteEvent>]>([
    [RefusalReason.IN_USE, { z: '' }, { graceSeconds: 0 }], // in the part of another
    [RefusalReason.NOT_EMPTY, { a: {}, z: '' }, { disposal: RecoveryDirectoryDisposal.DELETE_WHEN_EMPTY }],
    [RefusalReason.RETENTION, { a: '' }, { retentionSeconds: 3600 }],
    [RefusalReason.FACTS_MISSING, { a: '' }, { accessPointRoots: undefined }],
    [RefusalReason.RESTORE_JOB_RUNNING, { a: '' }, { runningRestoreJobs: ['job'] }],
    [RefusalReason.NOT_A_DIRECTORY, symbolicLink('live'), {}],
  ])('%s', async (reason, node, more) => {
    build(top(), { live: { a: 'live' }, [name]: node });
    const before = untouched(top());
    expect(await run(half, more)).toMatchObject({ outcome: 'REFUSED', deletedEntries: 0, refusals: [{ reason }] });
    expect(untouched(top())).toEqual(before);
  });

  test.each(['', '/z'])('ACCESS_POINT at it%s', async (below) => {
    build(top(), { [name]: { a: '', z: {} } });
    expect(await run(half, { accessPointRoots: [`/${name}${below}`] })).toMatchObject({ outcome: 'REFUSED', refusals: [{ reason: RefusalReason.ACCESS_POINT }] });
    expect(filesOf(`${top()}/${name}`)).toEqual(['a']);
  });

  test('what somebody wrote after a deletion that was given up stops every worker, whosever part it is in', async () => {
    const instant = Date.now() - 30 * HOUR;
    name = recoveryName(instant);
    build(top(), { [name]: { a: file('', { mtime: 1000 }), z: 'work' } });
    await writeRecord(root, name, fs.lstatSync(`${top()}/${name}`, { bigint: true }).ino, 'deleting');
    fs.utimesSync(`${top()}/.cdk-efs-backup/${name}/deleting.json`, Date.now() / 1000 - 7200, Date.now() / 1000 - 7200);
    const graceSeconds = await inUse(instant, () => fs.writeFileSync(`${top()}/${name}/z`, 'more'));
    expect(await run(half, { graceSeconds })).toMatchObject({ outcome: 'REFUSED', refusals: [{ reason: RefusalReason.IN_USE, detail: expect.stringContaining('/z') }] });
    expect(filesOf(`${top()}/${name}`)).toEqual(['a', 'z']);
  });
});

describe('what is no shard', () => {
  const outside: Tree = { 'live': { f: 'live', g: { h: 'live' } }, 'aws-backup-lost+found': { f: 'found' }, 'zzz': 'live' };

  test.each<[string, unknown]>([
    ['not base64', { from: '%%%', to: '!!' }], ['empty bounds', { from: '', to: '' }], ['reversed', { from: base64('c'), to: base64('a') }], ['reversed in one directory', { from: base64('a/z'), to: base64('a/a') }],
    ['the parent', { from: base64('..'), to: base64('../zzz') }], ['a path from the root', { from: base64('/'), to: base64('/live/g') }], ['to a path from the root', { to: base64('/live') }],
    ['dots and slashes', { from: base64('./../live//g') }], ['NUL', { from: base64('\0'), to: base64('a\0') }], ['the whole path', { from: base64('../live/f'), to: base64('../live/f\x01') }],
    ['huge', { from: 'QUFB'.repeat(300_000), to: '////'.repeat(300_000) }], ['null bounds', { from: null, to: null }], ['numbers', { from: 5 }], ['lists', { to: ['YQ=='] }], ['objects', { from: {}, to: {} }],
    ['a text', 'YQ=='], ['a list', []], ['nothing known', { start: 'YQ==' }], ['null', null],
  ])('%s: nothing outside the directory is removed', async (_, shard) => {
    build(top(), { ...outside, [name]: { a: { f: '', g: {} }, b: '', live: { f: '' }, l: symbolicLink('../live') } });
    const before = fingerprint(top());
    const answer = await run(shard as Shard).catch((error: Error) => error.message);
    expect(answer).toEqual(typeof answer === 'string' ? expect.any(String) : expect.objectContaining({ outcome: expect.stringMatching(/DELETED/), notes: [] }));
    const after = fingerprint(top());
    Object.keys(before).filter((path) => path.split('/')[0] !== name).forEach((path) => expect([path, after[path]]).toEqual([path, before[path]]));
  });

  test.each<[string, unknown]>([
    ['a text', 'YQ=='], ['a list', ['YQ==']], ['a number', 1], ['true', true], ['numbers', { from: 5 }], ['a list for a bound', { to: ['YQ=='] }], ['not base64', { from: '%%%' }], ['half of it base64', { from: 'YQ==%' }], ['a path', { from: 'a/b.c' }],
  ])('%s is refused by name: the whole must not be taken for a part', async (_, shard) => {
    build(top(), { [name]: { a: '', b: '' } });
    const before = fingerprint(top());
    await expect(run(shard as Shard)).rejects.toMatchObject({ name: 'InvalidWorkerEvent', message: expect.stringContaining('shard') });
    expect(fingerprint(top())).toEqual(before);
  });

  test.each<[string, unknown]>([['null', null], ['null bounds', { from: null, to: null }], ['an empty object', {}]])('%s is the whole', async (_, shard) => {
    build(top(), { [name]: { a: '', b: '' } });
    expect(await run(shard as Shard)).toMatchObject({ outcome: 'DELETED', deletedEntries: 3 });
  });
});

describe('meanwhile', () => {
  const later = (path: string) => {
    fs.writeFileSync(path, 'work');
    fs.utimesSync(path, Date.now() / 1000 + 3600, Date.now() / 1000 + 3600);
  };
  const onceBegun = (action: () => void) => {
    let begun = false;
    return intercept(({ operation, paths }) => {
      if (!begun && operation === 'rename' && paths[1].endsWith('/deleting.json')) {
        begun = true;
        action();
      }
    });
  };

  test.each([0, 100, 500])('what somebody writes in its own part is left and told, in that of another it is none of its business; the times of files lie %i ms behind the clock', async (behind) => {
    const now = Date.now;
    jest.spyOn(Date, 'now').mockImplementation(() => now() + behind);
    build(top(), { [name]: { a: { f: '' }, b: { f: '' }, z: { f: '' } } });
    const { stop } = onceBegun(() => ['a', 'z'].forEach((part) => later(`${top()}/${name}/${part}/new`)));
    expect(await run({ to: base64('b') }).finally(stop)).toMatchObject({ outcome: 'INCOMPLETE', notes: [{ path: `/${name}/a`, note: expect.stringContaining('was changed') }] });
    expect(filesOf(`${top()}/${name}`)).toEqual(['a/f', 'a/new', 'b/f', 'z/f', 'z/new']);
    expect(await run({ from: base64('b'), to: base64('z') })).toMatchObject({ outcome: 'SHARD_DELETED', deletedEntries: 2, notes: [] });
    expect(await run({ from: base64('z') }, { graceSeconds: 0 })).toMatchObject({ outcome: 'REFUSED', refusals: [{ reason: RefusalReason.IN_USE }] });
    expect(filesOf(`${top()}/${name}`)).toEqual(['a/f', 'a/new', 'z/f', 'z/new']);
  });

  test('only directories: a file that comes in its own part is left and told', async () => {
    build(top(), { [name]: { a: { b: {} }, z: { y: {} } } });
    const more = { disposal: RecoveryDirectoryDisposal.DELETE_WHEN_EMPTY } as const;
    const { stop } = onceBegun(() => fs.writeFileSync(`${top()}/${name}/a/new`, 'work'));
    expect(await run({ to: base64('m') }, more).finally(stop)).toMatchObject({ outcome: 'INCOMPLETE', notes: [{ path: `/${name}/a`, note: expect.stringContaining('appeared') }] });
    expect(await run({ from: base64('m') }, more)).toMatchObject({ outcome: 'SHARD_DELETED', deletedEntries: 2 });
    expect(outline(`${top()}/${name}`)).toEqual({ 'a': 'directory', 'a/b': 'directory', 'a/new': 'file work' });
  });
});

test('only directories, by parts', async () => {
  build(top(), { [name]: { a: { b: { c: {} }, d: {} }, e: directory({ f: {} }, { mode: 0o1777 }), g: {} } });
  const more = { disposal: RecoveryDirectoryDisposal.DELETE_WHEN_EMPTY } as const;
  const shards = await cut(3);
  expect(shards).toHaveLength(3);
  const answers = [];
  for (const shard of shards) {
    answers.push(await run(shard, more));
  }
  expect(answers.map(({ outcome }) => outcome)).toEqual(['SHARD_DELETED', 'SHARD_DELETED', 'DELETED']);
  expect(answers.reduce((sum, { deletedEntries }) => sum + deletedEntries, 0)).toBe(8);
});

test('names of one file in the parts of several, and a quarantined directory', async () => {
  build(top(), { [`cdk-efs-backup-quarantine_${name}`]: { a: { f: 'x' } }, live: {} });
  await writeRecord(root, name, fs.lstatSync(`${top()}/cdk-efs-backup-quarantine_${name}`, { bigint: true }).ino, 'quarantined');
  build(top(), { [`cdk-efs-backup-quarantine_${name}/z`]: hardLink(`cdk-efs-backup-quarantine_${name}/a/f`), 'live/f': hardLink(`cdk-efs-backup-quarantine_${name}/a/f`) });
  expect(await run({ to: base64('m') })).toMatchObject({ outcome: 'SHARD_DELETED', deletedEntries: 2 });
  expect(await run({ from: base64('m') })).toMatchObject({ outcome: 'DELETED', deletedEntries: 2 });
  expect(outline(top())).toEqual({ 'live': 'directory', 'live/f': 'file x' });
});
