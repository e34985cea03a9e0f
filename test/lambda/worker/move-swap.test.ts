import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { move } from '../../../lambda/worker/move';
import { undo } from '../../../lambda/worker/undo';
import { ConflictPolicy } from '../../../src/core/restore-request';
import type { MoveAnswer, MoveEvent } from '../../../src/core/worker';
import { crashingAt, endlessTime, failing, intercept, timeFor } from '../../helpers/fault';
import { build, clear, contents, describeTree, file, outline, recoveryName, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const ASIDE = `.cdk-efs-backup/${name}/replaced`;
const { SWAP, SKIP } = ConflictPolicy;
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());

const run = (items: string[] | null, more: Partial<MoveEvent> = {}, time = endlessTime): Promise<MoveAnswer> =>
  move(root, { operation: 'move', directory: name, conflictPolicy: SWAP, items, ...more }, new Deadline(time));
const undoing = () => undo(root, { operation: 'undo', directory: name }, new Deadline(endlessTime));
const all = () => Object.fromEntries(Object.entries(outline(top())).filter(([path]) => !path.startsWith('.cdk-efs-backup')));

// a database whose old parts were merged since the backup
const live: Tree = { db: { data: { part3: 'merged', log: 'l1' }, conf: 'l2' }, other: { own: 'l3' }, file: 'l4' };
const restored: Tree = { db: { data: { part1: 'r1', part2: 'r2', log: 'r3' } }, file: 'r4' };
const ITEMS = ['/db/data', '/file'];
const SWAPPED = {
  'db': 'directory',
  'db/conf': 'file l2',
  'db/data': 'directory',
  'db/data/log': 'file r3',
  'db/data/part1': 'file r1',
  'db/data/part2': 'file r2',
  'file': 'file r4',
  'other': 'directory',
  'other/own': 'file l3',
};
const prepare = (): void => {
  clear(top());
  build(top(), { ...live, [name]: restored });
};
const left = { [name]: 'directory', [`${name}/db`]: 'directory' };

test('each item takes its place as a whole, in one rename; nothing is merged, and nothing beside it is touched', async () => {
  prepare();
  const before = describeTree(top());
  const renames: string[] = [];
  const { stop } = intercept(({ operation, paths }) => {
    renames.push(...(operation === 'rename' && !paths[1].endsWith('.json') ? [paths.map((path) => path.replace(`${top()}/`, '').replace(/\/$/, '')).join(' → ')] : []));
  });
  const answer = await run(ITEMS).finally(stop);
  expect(answer).toMatchObject({ outcome: 'MOVED', counts: { moved: 0, replaced: 2, keptBoth: 0, skipped: 0, failed: 0 }, keptAside: `/${ASIDE}` });
  expect(renames.filter((each) => each.includes('db/data')).sort()).toEqual([`${name}/db/data → db/data`, `db/data → ${ASIDE}/1/db/data`].sort());
  expect(all()).toEqual({ ...SWAPPED, ...left });
  expect(outline(`${top()}/${ASIDE}/1`)).toEqual({ 'db': 'directory', 'db/data': 'directory', 'db/data/log': 'file l1', 'db/data/part3': 'file merged', 'file': 'file l4' });
  const now = describeTree(top());
  expect([now['db/data'].stats.ino, now[`${ASIDE}/1/db/data`].stats.ino, now.db.stats.ino]).toEqual([before[`${name}/db/data`].stats.ino, before['db/data'].stats.ino, before.db.stats.ino]);
  expect(await undoing()).toMatchObject({ outcome: 'UNDONE', counts: { movedBack: 2, putBack: 2, left: 0 } });
  prepare();
});

test('a dry run tells it, with all that is in it', async () => {
  prepare();
  const before = outline(top());
  expect(await run(ITEMS, { dryRun: true })).toMatchObject({ outcome: 'PLANNED', counts: { replaced: 2 }, plan: { replaced: { files: 4, samples: ['/db/data', '/file'] }, moved: { files: 0 } } });
  expect(outline(top())).toEqual(before);
});

test('of a full restore each entry at the root is such an item, and what is live only stays', async () => {
  prepare();
  expect(await run(null)).toMatchObject({ outcome: 'MOVED', counts: { moved: 0, replaced: 2 } });
  expect(all()).toEqual({ 'db': 'directory', 'db/data': 'directory', 'db/data/log': 'file r3', 'db/data/part1': 'file r1', 'db/data/part2': 'file r2', 'file': 'file r4', 'other': 'directory', 'other/own': 'file l3', [name]: 'directory' });
});

test('what belongs to AWS Backup, or to us, is not swapped', async () => {
  build(top(), { 'aws-backup-lost+found': { own: 'live' }, [name]: { 'aws-backup-lost+found': { f: 'restored' }, 'd': 'restored' } });
  expect(await run(null)).toMatchObject({ outcome: 'MOVED', counts: { moved: 1, skipped: 1 } });
  expect(outline(top())).toMatchObject({ 'aws-backup-lost+found/own': 'file live', 'd': 'file restored' });
});

describe('killed at any call', () => {
  const content = () => contents(top()).filter((each) => !/^file (\{|$)/.test(each));
  test('it goes on to the same end, or is taken back, and each item is somewhere as a whole at all times', async () => {
    for (let n = 0; ; n += 3) {
      for (const ending of ['move', 'undo']) {
        prepare();
        const [before, data] = [all(), content()];
        const crashed = await crashingAt(n, () => run(ITEMS));
        expect([n, content()]).toEqual([n, data]);
        if (ending === 'move') {
          const { outcome, counts } = await run(ITEMS);
          const wasDone = fs.existsSync(`${top()}/.cdk-efs-backup/${name}/moved.json`) && counts.replaced === 0; // it had come to its end
          expect([n, outcome, counts]).toEqual([n, 'MOVED', { moved: 0, replaced: wasDone ? 0 : 2, keptBoth: 0, skipped: 0, failed: 0 }]);
          expect([n, all()]).toEqual([n, { ...SWAPPED, ...left }]);
        } else {
          expect([n, (await undoing()).outcome]).toEqual([n, expect.stringMatching(/^(UNDONE|NOTHING_TO_UNDO)$/)]);
          expect([n, all()]).toEqual([n, before]);
        }
        if (!crashed && ending === 'undo') {
          expect(n).toBeGreaterThan(60);
          return;
        }
      }
    }
  });
});

test('out of time at any point, it goes on', async () => {
  for (let asks = 1; asks < 12; asks += 1) {
    prepare();
    let answer = await run(ITEMS, {}, timeFor(asks));
    for (let round = 0; !answer.done; round += 1) {
      expect(round).toBeLessThan(50);
      answer = await run(ITEMS, { previous: JSON.parse(JSON.stringify(answer)) as MoveAnswer }, timeFor(asks));
    }
    expect([asks, answer.outcome, answer.counts.replaced, all()]).toEqual([asks, 'MOVED', 2, { ...SWAPPED, ...left }]);
  }
});

test.each(['EIO', 'EACCES', 'ENOSPC'])('a restored item that cannot be moved (%s): the live one is at its place again', async (code) => {
  prepare();
  const answer = await failing(code, ({ operation, paths }) => operation === 'rename' && paths[0].startsWith(`${top()}/${name}/db/data`), () => run(ITEMS));
  expect(answer).toMatchObject({ outcome: 'INCOMPLETE', counts: { replaced: 1, failed: 1 }, notes: expect.arrayContaining([{ path: '/db/data', note: code }]) });
  expect(outline(`${top()}/db`)).toEqual({ 'conf': 'file l2', 'data': 'directory', 'data/log': 'file l1', 'data/part3': 'file merged' });
});

test('an application that makes the item anew in between loses nothing', async () => {
  prepare();
  let done = 0;
  const { stop } = intercept(({ operation, paths }) => {
    if (operation === 'rename' && paths[1] === `${top()}/db/data` && done < 1) {
      done += 1;
      build(`${top()}/db`, { data: { fresh: `fresh ${done}` } });
    }
  });
  const answer = await run(ITEMS).finally(stop);
  expect(done).toBe(1);
  expect(answer).toMatchObject({ outcome: 'MOVED', counts: { replaced: 2 } });
  expect(outline(`${top()}/db/data`)).toEqual({ log: 'file r3', part1: 'file r1', part2: 'file r2' });
  expect(Object.values(outline(`${top()}/${ASIDE}`))).toEqual(expect.arrayContaining(['file fresh 1', 'file merged']));
});

test.each<[string, Tree, Tree]>([
  ['a directory for a file', { x: 'live' }, { x: { f: 'restored' } }], ['a file for a directory', { x: { f: 'live' } }, { x: 'restored' }],
  ['a symbolic link for a directory', { x: { f: 'live' } }, { x: symbolicLink('y') }], ['for a symbolic link, which is not followed', { x: symbolicLink('y'), y: { z: 'outside' } }, { x: { z: 'restored' } }],
])('%s', async (_, was, back) => {
  build(top(), { d: was, [name]: { d: back } });
  expect(await run(['/d/x'])).toMatchObject({ outcome: 'MOVED', counts: { replaced: 1 } });
  expect(Object.entries(outline(`${top()}/d`)).filter(([path]) => path.startsWith('x'))).toEqual(Object.entries(back).flatMap(() => Object.entries(outline(`${top()}/d`)).filter(([path]) => path.startsWith('x'))));
  expect(await undoing()).toMatchObject({ outcome: 'UNDONE' });
});

test('an item whose place is free is moved; where its way is none any more, nothing is displaced for it', async () => {
  build(top(), { a: 'live', [name]: { a: { b: 'restored' }, c: { d: 'restored' } } });
  expect(await run(['/a/b', '/c/d'])).toMatchObject({ outcome: 'INCOMPLETE', counts: { moved: 1, failed: 1 }, notes: [{ path: '/a' }] });
  expect(outline(top())).toMatchObject({ 'a': 'file live', 'c/d': 'file restored', [`${name}/a/b`]: 'file restored' });
});

test('what was not asked for stays, and is told', async () => {
  build(top(), { a: { b: 'live', c: 'live' }, [name]: { a: { b: 'restored', c: 'restored' } } });
  expect(await run(['/a/b'])).toMatchObject({ outcome: 'MOVED', counts: { replaced: 1, skipped: 1 }, notes: expect.arrayContaining([{ path: '/a/c', note: 'is none of the items' }]) });
  expect(outline(`${top()}/a`)).toEqual({ b: 'file restored', c: 'file live' });
});

test('without the items nothing is swapped at all', async () => {
  prepare();
  const before = outline(top());
  await expect(move(root, { operation: 'move', directory: name, conflictPolicy: SWAP }, new Deadline(endlessTime))).rejects.toMatchObject({ name: 'InvalidWorkerEvent' });
  expect(outline(top())).toEqual(before);
});

describe('only: nothing but the items is moved', () => {
  const tree: Tree = { web: { pages: { '[slug].tsx': 'r1', 'other.tsx': 'r2', 'deleted': { on: 'r3', purpose: 'r4' } }, more: 'r5' } };
  const pages: Tree = { web: { pages: { 'other.tsx': 'l1' } } };
  const item = '/web/pages/[slug].tsx';

  test.each([SKIP, ConflictPolicy.FAIL, ConflictPolicy.REPLACE, ConflictPolicy.KEEP_BOTH, SWAP])('%s: the siblings stay where they are, and are neither conflicts nor failures', async (conflictPolicy) => {
    build(top(), { ...pages, [name]: tree });
    expect(await run([item], { conflictPolicy, only: true, dryRun: true })).toMatchObject({ outcome: 'PLANNED', counts: { moved: 1, skipped: 0, failed: 0 }, plan: { moved: { files: 1 } } });
    expect(await run([item], { conflictPolicy, only: true })).toMatchObject({ outcome: 'MOVED', counts: { moved: 1, replaced: 0, keptBoth: 0, skipped: 0, failed: 0 }, notes: [] });
    expect(outline(`${top()}/web`)).toEqual({ 'pages': 'directory', 'pages/[slug].tsx': 'file r1', 'pages/other.tsx': 'file l1' });
    expect(outline(`${top()}/${name}/web`)).toMatchObject({ 'pages/other.tsx': 'file r2', 'pages/deleted/on': 'file r3', 'more': 'file r5' });
    expect(await undoing()).toMatchObject({ outcome: 'UNDONE' });
  });

  test('a directory that is an item is moved with all that is in it', async () => {
    build(top(), { ...pages, [name]: tree });
    expect(await run(['/web/pages/deleted'], { conflictPolicy: SKIP, only: true })).toMatchObject({ outcome: 'MOVED', counts: { moved: 1 } });
    build(top(), { 'web/pages/deleted/own': 'live' });
    build(`${top()}/${name}/web/pages`, { deleted: { more: file('r6') } });
    expect(await run(['/web/pages/deleted'], { conflictPolicy: SKIP, only: true })).toMatchObject({ outcome: 'MOVED', counts: { moved: 1 } });
    expect(outline(`${top()}/web/pages/deleted`)).toEqual({ more: 'file r6', on: 'file r3', own: 'file live', purpose: 'file r4' });
  });

  test('one whose directory is missing is told, and takes nothing along that was not asked for', async () => {
    build(top(), { [name]: tree });
    expect(await run([item], { conflictPolicy: SKIP, only: true })).toMatchObject({ outcome: 'INCOMPLETE', counts: { moved: 0 }, notes: expect.arrayContaining([{ path: '/web', note: expect.stringContaining('is no directory') }]) });
    expect(fs.existsSync(`${top()}/web`)).toBe(false);
  });
});
