import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { move } from '../../../lambda/worker/move';
import { readRecord } from '../../../lambda/worker/records';
import { ConflictPolicy } from '../../../src/core/restore-request';
import type { MoveAnswer } from '../../../src/core/worker';
import { endlessTime } from '../../helpers/fault';
import { build, directory, file, fingerprint, outline, recoveryName, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';
import type { Node } from '../../helpers/temp-tree';

const STAMP = '2026-11-23T03-00-00-000Z';
const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const { FAIL, SKIP, REPLACE, REPLACE_IF_OLDER, KEEP_BOTH } = ConflictPolicy;
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());

const run = (conflictPolicy: ConflictPolicy): Promise<MoveAnswer> =>
  move(root, { operation: 'move', directory: name, conflictPolicy }, new Deadline(endlessTime));
const none = { moved: 0, replaced: 0, keptBoth: 0, skipped: 0, failed: 0 };

const OLD = Date.UTC(2026, 0, 1);
const NEW = Date.UTC(2026, 5, 1);
const RESTORED: Record<string, Node> = {
  file: file('restored', { mtime: NEW }), link: symbolicLink('restored'), dir: directory({ inner: 'restored' }, { mtime: NEW }),
};
const LIVE: Record<string, Node> = {
  file: file('live', { mtime: OLD }), link: symbolicLink('live'), dir: directory({ inner: 'live', deep: { f: 'live' } }, { mtime: OLD }),
};
/** All pairs but two directories, which are merged. */
const PAIRS = Object.keys(RESTORED).flatMap((restored) => Object.keys(LIVE).map((live): [string, string] => [restored, live])).filter((pair) => pair.join() !== 'dir,dir');

describe.each(PAIRS)('a restored %s meets a live %s', (restored, live) => {
  const at = (path: string) => `${top()}/${path}`;
  let before: { live: Record<string, string>; restored: Record<string, string> };
  /** All of an entry, but for the times that a move changes. */
  const print = (path: string) => Object.fromEntries(Object.entries(fingerprint(at(path))).filter(([key]) => /^(x|x\/.*)$/.test(key))
    .map(([key, value]) => [key, value.replace(/ \d+$/, '')]));
  const renamed = (from: Record<string, string>, to: string) => Object.fromEntries(Object.entries(from).map(([key, value]) => [key.replace(/^x/, to), value]));
  const printAs = (path: string, entry: string) => renamed(Object.fromEntries(Object.entries(fingerprint(at(path)))
    .filter(([key]) => key === entry || key.startsWith(`${entry}/`)).map(([key, value]) => [key.replace(entry, 'x'), value.replace(/ \d+$/, '')])), 'x');

  beforeEach(() => {
    build(top(), { sub: { x: LIVE[live], beside: 'live' }, [name]: { sub: { x: RESTORED[restored], free: 'restored' }, a: 'restored' } });
    for (const path of ['sub/x', `${name}/sub/x`]) {
      const time = path.startsWith('sub') ? OLD : NEW;
      fs.lutimesSync(at(path), time / 1000, time / 1000);
    }
    before = { live: print('sub'), restored: print(`${name}/sub`) };
  });

  test('FAIL: nothing at all is moved', async () => {
    const all = fingerprint(top());
    expect(await run(FAIL)).toEqual({
      operation: 'move', done: true, outcome: 'CONFLICT', counts: { ...none, moved: 2, failed: 1 }, notes: [{ path: '/sub/x', note: 'its place is taken' }], resume: null,
    });
    expect(fingerprint(top())).toEqual(all);
  });

  const stays = async (policy: ConflictPolicy) => {
    expect(await run(policy)).toEqual({
      operation: 'move', done: true, outcome: 'MOVED', counts: { ...none, moved: 2, skipped: 1 }, notes: [{ path: '/sub/x', note: 'its place is taken' }], liveOnly: 1, resume: null,
    });
    expect(print('sub')).toEqual(before.live);
    expect(print(`${name}/sub`)).toEqual(before.restored);
  };
  const replaces = async (policy: ConflictPolicy) => {
    const keptAside = `/.cdk-efs-backup/${name}/replaced`;
    expect(await run(policy)).toEqual({
      operation: 'move',
      done: true,
      outcome: 'MOVED',
      counts: { ...none, moved: 2, replaced: 1 },
      notes: [{ path: '/sub/x', note: `what was there is kept at '${keptAside}/1/sub/x'` }],
      keptAside,
      liveOnly: 1,
      resume: null,
    });
    expect(print('sub')).toEqual(before.restored);
    expect(print(`${keptAside}/1/sub`)).toEqual(before.live);
    expect(outline(at(name))).toEqual({ sub: 'directory' });
  };

  test('SKIP: both stay', () => stays(SKIP));

  test('REPLACE: the live one is kept aside', () => replaces(REPLACE));

  test('REPLACE_IF_OLDER: replaced only where both have a time that says something', () =>
    (restored === 'dir' || live === 'dir' ? stays(REPLACE_IF_OLDER) : replaces(REPLACE_IF_OLDER)));

  test.each([[0, 'of the same time'], [1000, 'that is newer']])('REPLACE_IF_OLDER: a live one %#, %s, stays', async (later) => {
    fs.lutimesSync(at('sub/x'), (NEW + later) / 1000, (NEW + later) / 1000);
    before.live = print('sub');
    await stays(REPLACE_IF_OLDER);
  });

  test('KEEP_BOTH: the restored one is put beside it', async () => {
    const beside = `x.restored-${STAMP}`;
    expect(await run(KEEP_BOTH)).toEqual({
      operation: 'move',
      done: true,
      outcome: 'MOVED',
      counts: { ...none, moved: 2, keptBoth: 1 },
      notes: [{ path: '/sub/x', note: `its place is taken; it is now '/sub/${beside}'` }],
      liveOnly: 1,
      resume: null,
    });
    expect(print('sub')).toEqual(before.live);
    expect(printAs('sub', beside)).toEqual(before.restored);
    expect(outline(at(name))).toEqual({ sub: 'directory' });
  });

  test.each([SKIP, REPLACE, REPLACE_IF_OLDER, KEEP_BOTH])('%s: what lies beside it stays, what is free is moved, and the move is on record', async (policy) => {
    await run(policy);
    expect(outline(at('sub'))).toMatchObject({ beside: 'file live', free: 'file restored' });
    expect(outline(top())).toMatchObject({ a: 'file restored' });
    expect(await readRecord(root, name, fs.lstatSync(at(name), { bigint: true }).ino, 'moved')).toBeDefined();
  });
});

test.each([SKIP, REPLACE, REPLACE_IF_OLDER, KEEP_BOTH, FAIL])('%s: two directories are merged', async (policy) => {
  build(top(), { d: { live: 'live', e: {} }, [name]: { d: { restored: 'restored', e: { f: 'restored' } } } });
  expect(await run(policy)).toMatchObject({ outcome: 'MOVED', counts: { ...none, moved: 2 } });
  expect(outline(`${top()}/d`)).toEqual({ 'e': 'directory', 'e/f': 'file restored', 'live': 'file live', 'restored': 'file restored' });
});

test('FAIL: every conflict is told, twenty at most, and all are counted', async () => {
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`f${index}`, 'x']));
  build(top(), { d: many, [name]: { d: many } });
  const answer = await run(FAIL);
  expect(answer).toMatchObject({ outcome: 'CONFLICT', counts: { ...none, failed: 30 } });
  expect(answer.notes).toHaveLength(20);
});

test('FAIL: no record is written of a move that did not happen', async () => {
  build(top(), { f: 'live', [name]: { f: 'restored' } });
  await run(FAIL);
  expect(fs.existsSync(`${top()}/.cdk-efs-backup`)).toBe(false);
});

test.each([undefined, null, 'fail', 'OVERWRITE'])('a policy that is not known, %p, moves nothing', async (policy) => {
  build(top(), { f: 'live', [name]: { f: 'restored', g: 'restored' } });
  const before = fingerprint(top());
  await expect(run(policy as never)).rejects.toMatchObject({ name: 'InvalidWorkerEvent', message: expect.stringContaining('FAIL, SKIP, REPLACE_IF_OLDER, REPLACE, KEEP_BOTH') });
  expect(fingerprint(top())).toEqual(before);
});

describe('names that are taken, too', () => {
  test('KEEP_BOTH counts on', async () => {
    build(top(), { f: 'live', [`f.restored-${STAMP}`]: 'live 1', [`f.restored-${STAMP}-2`]: {}, [name]: { f: 'restored' } });
    expect(await run(KEEP_BOTH)).toMatchObject({ notes: [{ note: expect.stringContaining(`'/f.restored-${STAMP}-3'`) }] });
    expect(outline(top())).toMatchObject({ f: 'file live', [`f.restored-${STAMP}`]: 'file live 1', [`f.restored-${STAMP}-2`]: 'directory', [`f.restored-${STAMP}-3`]: 'file restored' });
  });

  test('KEEP_BOTH counts on for directories, and does not replace an empty one', async () => {
    build(top(), { d: 'live', [`d.restored-${STAMP}`]: {}, [name]: { d: { f: 'restored' } } });
    const { ino } = fs.lstatSync(`${top()}/d.restored-${STAMP}`);
    await run(KEEP_BOTH);
    expect(outline(top())).toMatchObject({ d: 'file live', [`d.restored-${STAMP}-2/f`]: 'file restored' });
    expect(fs.lstatSync(`${top()}/d.restored-${STAMP}`).ino).toBe(ino);
  });

  test('KEEP_BOTH: longest names are cut, and told apart', async () => {
    const [first, second] = [`${'a'.repeat(254)}1`, `${'a'.repeat(254)}2`];
    build(top(), { [first]: 'live 1', [second]: 'live 2', [name]: { [first]: 'restored 1', [second]: 'restored 2' } });
    expect(await run(KEEP_BOTH)).toMatchObject({ outcome: 'MOVED', counts: { keptBoth: 2 } });
    const found = Object.entries(outline(top())).filter(([path]) => !path.includes('cdk-efs-backup') && path.startsWith('aaa'));
    expect(found.map(([, content]) => content).sort()).toEqual(['file live 1', 'file live 2', 'file restored 1', 'file restored 2']);
    expect(Math.max(...found.map(([path]) => path.length))).toBeLessThanOrEqual(255);
  });

  test('REPLACE: what was kept aside before is kept beside it', async () => {
    const [aside, second] = [1, 2].map((call) => `.cdk-efs-backup/${name}/replaced/${call}/f`);
    build(top(), { f: 'first', [name]: { f: 'second' } });
    await run(REPLACE);
    build(`${top()}/${name}`, { f: 'third' });
    expect(await run(REPLACE)).toMatchObject({ notes: [{ note: expect.stringContaining(`'/${second}'`) }] });
    expect(outline(top())).toMatchObject({ f: 'file third', [aside]: 'file first', [second]: 'file second' });
  });
});
