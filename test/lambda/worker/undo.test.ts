import * as fs from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import * as fc from 'fast-check';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { deleteRecoveryDirectory } from '../../../lambda/worker/delete';
import { move } from '../../../lambda/worker/move';
import { undo } from '../../../lambda/worker/undo';
import { ConflictPolicy, RecoveryDirectoryDisposal } from '../../../src/core/restore-request';
import type { DeleteEvent, MoveAnswer, UndoAnswer, UndoResume } from '../../../src/core/worker';
import { crashPoints, runs } from '../../helpers/effort';
import { crashingAt, endlessTime, intercept, timeFor } from '../../helpers/fault';
import { build, clear, describeTree, directory, file, hardLink, openDescriptors, outline, recoveryName, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const JOURNAL = `.cdk-efs-backup/${name}/journal`;
const { FAIL, SKIP, REPLACE, REPLACE_IF_OLDER, KEEP_BOTH } = ConflictPolicy;
const POLICIES = [FAIL, SKIP, REPLACE, REPLACE_IF_OLDER, KEEP_BOTH];
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());

const moving = (conflictPolicy: ConflictPolicy, time = endlessTime): Promise<MoveAnswer> =>
  move(root, { operation: 'move', directory: name, conflictPolicy }, new Deadline(time));
const undoing = (resume: UndoResume | null = null, time = endlessTime): Promise<UndoAnswer> =>
  undo(root, { operation: 'undo', directory: name, previous: { resume } }, new Deadline(time));

/** Everything but our records: what it is, whose, how it may be used, and when what is no directory was written. */
function state() {
  const all = Object.entries(describeTree(top())).filter(([path]) => !path.startsWith('.cdk-efs-backup'));
  return Object.fromEntries(all.map(([path, { type, content, stats: { ino, mode, uid, gid, nlink, mtimeNs } }]) => {
    const own = type === 'directory' ? [mode, uid, gid] : [content, ino, mode, uid, gid, nlink, mtimeNs];
    return [path, [type, ...own].join(' ')];
  }));
}
/** What is left of our records. */
const records = () => Object.keys(outline(top())).filter((path) => path.startsWith('.cdk-efs-backup'));
const UNDONE = ['.cdk-efs-backup', `.cdk-efs-backup/${name}`, `.cdk-efs-backup/${name}/undone.json`];

const [OLD, NEW] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 5, 1)];
const restored: Tree = {
  both: directory({
    newer: file('r1', { mtime: NEW, mode: 0o640 }),
    older: file('r2', { mtime: OLD }),
    free: 'r3',
    link: symbolicLink('r4'),
    dir: { f: 'r5' },
    deep: { newer: file('r6', { mtime: NEW }), free: hardLink(`${name}/both/free`), fresh: directory({ g: 'r7' }, { mode: 0o750 }) },
  }, { mode: 0o1777 }),
  missing: directory({ h: 'r8', sub: { i: 'r9' } }, { mode: 0o711 }),
  file: 'r10',
};
const live: Tree = {
  both: { newer: file('l1', { mtime: OLD }), older: file('l2', { mtime: NEW }), own: 'l3', link: file('l4', { mtime: OLD }), dir: 'l5', deep: { newer: file('l6', { mtime: OLD }) } },
};
const free: Tree = { both: { own: 'l3', deep: {} } };
function prepare(policy: ConflictPolicy): void {
  clear(top());
  build(top(), { ...(policy === FAIL ? free : live), [name]: restored });
}

describe.each(POLICIES)('%s', (policy) => {
  test('a finished move is taken back, and may be done again', async () => {
    prepare(policy);
    const before = state();
    const first = await moving(policy);
    const after = state();
    expect(after).not.toEqual(before);
    const { counts, ...answer } = await undoing();
    expect(answer).toEqual({ operation: 'undo', done: true, outcome: 'UNDONE', notes: [], resume: null });
    const { moved, replaced, keptBoth } = first.counts;
    expect(counts).toEqual({ movedBack: moved + replaced + keptBoth, putBack: replaced, left: 0 });
    expect(state()).toEqual(before);
    expect(records()).toEqual(UNDONE);
    expect(await undoing()).toMatchObject({ outcome: 'NOTHING_TO_UNDO', counts: { movedBack: 0 } });
    expect(await moving(policy)).toMatchObject({ outcome: 'MOVED', counts: first.counts });
    expect(state()).toEqual(after);
  });

  test('a move that was killed at any call is taken back', async () => {
    for (const n of crashPoints()) {
      prepare(policy);
      const before = state();
      const crashed = await crashingAt(n, () => moving(policy));
      const { outcome, counts } = await undoing();
      expect([n, outcome, counts.left]).toEqual([n, expect.stringMatching(/^(UNDONE|NOTHING_TO_UNDO)$/), 0]);
      expect([n, state()]).toEqual([n, before]);
      if (!crashed) {
        expect(n).toBeGreaterThan(60);
        break;
      }
    }
  });

  test('a move whose calls were killed again and again is taken back', async () => {
    for (let n = 60; n < 130; n += 9) {
      prepare(policy);
      const before = state();
      for (let round = 0; round < 4; round += 1) {
        await crashingAt(n + 20 * round, () => moving(policy));
      }
      expect([n, await undoing()]).toEqual([n, expect.objectContaining({ outcome: 'UNDONE' })]);
      expect([n, state()]).toEqual([n, before]);
    }
  });

  test('the last call of several that take back, killed at any call, is called again as it was', async () => {
    for (let n = 0; ; n += 4) {
      prepare(policy);
      const before = state();
      await crashingAt(60, () => moving(policy));
      await moving(policy);
      const { done, resume } = await undoing(null, timeFor(1));
      if (done) {
        expect(state()).toEqual(before); // there was nothing to take back
        break;
      }
      const crashed = await crashingAt(n, () => undoing(resume));
      const { outcome, counts } = await undoing(resume);
      expect([n, outcome, counts.left]).toEqual([n, expect.stringMatching(/^(UNDONE|NOTHING_TO_UNDO)$/), 0]);
      expect([n, state()]).toEqual([n, before]);
      if (!crashed) {
        expect(n).toBeGreaterThan(30);
        break;
      }
    }
  });

  test('taking back that is killed at any call is taken up again', async () => {
    for (const n of crashPoints()) {
      prepare(policy);
      const before = state();
      await moving(policy);
      const descriptors = openDescriptors(top());
      const crashed = await crashingAt(n, () => undoing());
      expect(openDescriptors(top())).toEqual(descriptors);
      const { outcome, counts } = await undoing();
      expect([n, outcome, counts.left]).toEqual([n, expect.stringMatching(/^(UNDONE|NOTHING_TO_UNDO)$/), 0]);
      expect([n, state()]).toEqual([n, before]);
      expect([n, records()]).toEqual([n, expect.arrayContaining(UNDONE)]);
      if (!crashed) {
        expect(n).toBeGreaterThan(30);
        break;
      }
    }
  });
});

test('after the recovery directory was deleted, it is made again where something was replaced', async () => {
  prepare(REPLACE);
  const before = state();
  await moving(REPLACE);
  const deleting: DeleteEvent = { operation: 'delete', directory: name, accessPointRoots: [], runningRestoreJobs: [], restoredSince: '1970-01-01T00:00:00Z', disposal: RecoveryDirectoryDisposal.DELETE_WHEN_EMPTY };
  expect(await deleteRecoveryDirectory(root, deleting, new Deadline(endlessTime))).toMatchObject({ outcome: 'DELETED' });
  expect(fs.existsSync(`${top()}/${name}`)).toBe(false);
  expect(await undoing()).toMatchObject({ outcome: 'UNDONE' });
  expect(state()).toEqual(before);
});

test('what goes back is no longer on record as moved, and not in use because it went back', async () => {
  prepare(REPLACE);
  await moving(REPLACE);
  await undoing();
  const deleting: DeleteEvent = { operation: 'delete', directory: name, accessPointRoots: [], runningRestoreJobs: [], restoredSince: '1970-01-01T00:00:00Z', disposal: RecoveryDirectoryDisposal.DELETE };
  expect(await deleteRecoveryDirectory(root, deleting, new Deadline(endlessTime))).toMatchObject({ outcome: 'REFUSED', refusals: [{ reason: 'RETENTION' }] });
  const due = { ...deleting, retentionSeconds: 1, graceSeconds: 0 };
  expect((await deleteRecoveryDirectory(root, due, new Deadline(endlessTime))).refusals).not.toEqual(expect.arrayContaining([expect.objectContaining({ detail: expect.stringContaining('/both') })]));
});

test('time that runs out: going on comes to the same end', async () => {
  const many = (content: string): Tree => Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`${'n'.repeat(200)}${index}`, `${content}${index}`]));
  build(top(), { d: many('l'), [name]: { d: many('r'), e: {} } });
  const before = state();
  for (let round = 0; round < 3; round += 1) { // several files of the journal
    await moving(REPLACE, timeFor(60));
  }
  expect(await moving(REPLACE)).toMatchObject({ outcome: 'MOVED' });
  expect(fs.readdirSync(`${top()}/${JOURNAL}`).length).toBeGreaterThan(2);
  let answer = await undoing(null, timeFor(30));
  let rounds = 1;
  for (; !answer.done; rounds += 1) {
    expect(rounds).toBeLessThan(50);
    answer = await undoing(JSON.parse(JSON.stringify(answer.resume)), timeFor(30));
  }
  expect(rounds).toBeGreaterThan(2);
  expect(answer).toMatchObject({ outcome: 'UNDONE', counts: { movedBack: 301, putBack: 300, left: 0 } });
  expect(state()).toEqual(before);
  expect(records()).toEqual(UNDONE);
});

describe('a directory that was moved whole, and cannot be looked through in one call', () => {
  const tree = (): Tree => Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`d${index}`, { f: 'f', g: { h: 'h' } }]));
  const inPieces = async (change = () => {}) => {
    build(top(), { d: 'live', [name]: { big: tree(), d: 'restored' } });
    await moving(REPLACE);
    await new Promise((resolve) => setTimeout(resolve, 20)); // clocks of file systems tick every few milliseconds
    change();
    let answer = await undoing(null, timeFor(1));
    let rounds = 1;
    for (; !answer.done; rounds += 1) {
      expect(rounds).toBeLessThan(300);
      answer = await undoing(JSON.parse(JSON.stringify(answer.resume)), timeFor(1));
    }
    expect(rounds).toBeGreaterThan(2);
    return answer;
  };

  test('is looked through in several, then moved back', async () => {
    const before = { ...tree() };
    expect(await inPieces()).toMatchObject({ outcome: 'UNDONE', counts: { movedBack: 2, putBack: 1, left: 0 } });
    expect(fs.readdirSync(`${top()}/${name}/big`).sort()).toEqual(Object.keys(before).sort());
    expect(fs.readFileSync(`${top()}/d`, 'utf8')).toBe('live');
  });

  test('is left, and counted once, where something in it was written', async () => {
    expect(await inPieces(() => fs.writeFileSync(`${top()}/big/d59/g/h`, 'written'))).toMatchObject({
      outcome: 'INCOMPLETE', counts: { movedBack: 1, putBack: 1, left: 1 }, notes: [{ path: '/big' }],
    });
    expect(fs.readFileSync(`${top()}/big/d59/g/h`, 'utf8')).toBe('written');
  });
});

describe('what was changed since then is left, and told', () => {
  test.each<[string, () => void, string]>([
    ['a file that was written', () => fs.appendFileSync(`${top()}/file`, ' more'), '/file'],
    ['a file that was replaced', () => fs.writeFileSync(`${top()}/new`, 'x') ?? fs.renameSync(`${top()}/new`, `${top()}/file`), '/file'],
    ['a file that was deleted', () => fs.unlinkSync(`${top()}/file`), '/file'],
    ['a directory that got an entry', () => fs.writeFileSync(`${top()}/missing/new`, 'x'), '/missing'],
    ['a directory with a file that was written, deep in it', () => fs.appendFileSync(`${top()}/missing/sub/i`, 'x'), '/missing'],
  ])('%s', async (_, change, path) => {
    prepare(REPLACE);
    await moving(REPLACE);
    await new Promise((resolve) => setTimeout(resolve, 20)); // clocks of file systems tick every few milliseconds
    change();
    const changed = Object.entries(outline(top())).filter(([each]) => each === path.slice(1) || each.startsWith(`${path.slice(1)}/`));
    expect(await undoing()).toMatchObject({ outcome: 'INCOMPLETE', counts: { left: 1, putBack: 5 }, notes: [{ path }] });
    expect(Object.entries(outline(top())).filter(([each]) => each === path.slice(1) || each.startsWith(`${path.slice(1)}/`))).toEqual(changed);
    expect(fs.existsSync(`${top()}/${JOURNAL}`)).toBe(true);
  });

  test('what was replaced stays aside where its place is taken, and comes back where it is free', async () => {
    prepare(REPLACE);
    await moving(REPLACE);
    fs.appendFileSync(`${top()}/both/newer`, ' more');
    fs.unlinkSync(`${top()}/both/older`);
    expect(await undoing()).toMatchObject({
      outcome: 'INCOMPLETE',
      counts: { left: 2, putBack: 4 },
      notes: [
        { path: '/both/newer', note: expect.stringMatching(/was changed.*what was there stays at '.*replaced\/1\/both\/newer'/) }, { path: '/both/older' },
      ],
    });
    expect(outline(top())).toMatchObject({ 'both/newer': 'file r1 more', 'both/older': 'file l2', [`.cdk-efs-backup/${name}/replaced/1/both/newer`]: 'file l1' });
  });

  test('a symbolic link at a place is not followed', async () => {
    prepare(REPLACE);
    await moving(REPLACE);
    fs.renameSync(`${top()}/both`, `${top()}/outside`);
    fs.symlinkSync('outside', `${top()}/both`);
    const before = outline(`${top()}/outside`);
    expect(await undoing()).toMatchObject({ outcome: 'INCOMPLETE' });
    expect(outline(`${top()}/outside`)).toEqual(before);
  });
});

test('a line that was written in part was never acted on', async () => {
  prepare(SKIP);
  const before = state();
  await moving(SKIP);
  fs.appendFileSync(`${top()}/${JOURNAL}/1.jsonl`, '{"restored":"both/ol');
  expect(await undoing()).toMatchObject({ outcome: 'UNDONE' });
  expect(state()).toEqual(before);
});

test('a directory of ours that somebody else made is not believed', async () => {
  build(top(), { '.cdk-efs-backup': directory({ [name]: { journal: { '1.jsonl': '{"restored":"x","type":"file","inode":"1","mtime":"1"}\n' } } }, { mode: 0o777 }), [name]: {}, 'x': 'live' });
  expect(await undoing()).toMatchObject({ outcome: 'INCOMPLETE', counts: { left: 1 }, notes: [{ path: '/.cdk-efs-backup', note: expect.stringContaining('was not made by this library') }] });
  expect(outline(top())).toMatchObject({ x: 'file live' });
});

test('random trees: moved and taken back, all is as it was', async () => {
  const leaf = fc.oneof(fc.string({ maxLength: 3 }).map((content) => file(content, { mtime: OLD })), fc.string({ maxLength: 3 }).map((content) => file(content, { mtime: NEW })), fc.constantFrom('a', '..', '/').map(symbolicLink));
  const { tree } = fc.letrec<{ tree: Tree; node: Tree[string] }>((tie) => ({
    tree: fc.dictionary(fc.constantFrom('a', 'b', 'c', '-d', 'e\nf', '\xff'), tie('node'), { maxKeys: 4 }),
    node: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('tree')),
  }));
  await fc.assert(fc.asyncProperty(tree, tree, fc.constantFrom(...POLICIES), fc.nat(200), async (alive, back, policy, killedAt) => {
    clear(top());
    build(top(), { ...alive, [name]: back });
    const before = state();
    await crashingAt(killedAt, () => moving(policy));
    expect((await undoing()).counts.left).toBe(0);
    expect(state()).toEqual(before);
  }), { numRuns: runs(200) });
});

test('whatever is written of the journal, each entry comes after the directories that it lies in', async () => {
  const wide = (side: string): Tree => Object.fromEntries(['a', 'b', 'c'].map((each) => [each, { [`${side}${each}`]: '' }]));
  build(top(), { outer: { inner: wide('l') }, [name]: { outer: { inner: wide('r') } } });
  // while the first one looks where it lies, the others come to write down the same
  const slow: Record<string, number> = { 'outer': 500, 'outer/inner/b': 100, 'outer/inner/c': 200 };
  const { stop } = intercept(async ({ operation, paths: [path] }) => {
    await (operation === 'handle.stat' ? wait(slow[path.slice(`${top()}/${name}/`.length)] ?? 0) : undefined);
  });
  await moving(FAIL).finally(stop);
  const known = new Set<number | undefined>([undefined]); // what lies in the recovery directory itself names none
  let [byte, entries] = [0, 0];
  for (const text of fs.readFileSync(`${top()}/${JOURNAL}/1.jsonl`, 'utf8').trimEnd().split('\n')) {
    const line = JSON.parse(text) as { in?: number; subdirectory?: string; name?: string };
    expect(known).toContain(line.in);
    if (line.subdirectory !== undefined) {
      known.add(byte);
    }
    entries += line.name === undefined ? 0 : 1;
    byte += Buffer.byteLength(text) + 1;
  }
  expect([known.size, entries]).toEqual([6, 3]); // each directory once
});

describe('a move that was stopped, taken back, and is called again with its answer', () => {
  const FILES = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`dir${index}`, { f0: 'x', f1: 'x', f2: 'x' }]));
  const countLive = () => Object.keys(describeTree(top())).filter((path) => /^dir\d+\/f\d$/.test(path)).length;

  test.each([['as a whole', endlessTime], ['in part', timeFor(3)]])('%s: moves all of it again, and answers so', async (_, time) => {
    build(top(), { [name]: FILES, ...Object.fromEntries(Object.keys(FILES).map((own) => [own, {}])) });
    let stopped = await moving(SKIP, timeFor(3));
    for (let calls = 0; calls < 3; calls += 1) {
      stopped = await move(root, { operation: 'move', directory: name, conflictPolicy: SKIP, previous: stopped }, new Deadline(timeFor(3)));
    }
    expect([stopped.done, countLive() > 0, countLive() < 180]).toEqual([false, true, true]);
    await undoing(null, time);

    const again = await move(root, { operation: 'move', directory: name, conflictPolicy: SKIP, previous: JSON.parse(JSON.stringify(stopped)) }, new Deadline(endlessTime));
    expect(again).toMatchObject({ done: true, outcome: 'MOVED', counts: { failed: 0, skipped: 0 } });
    expect(countLive()).toBe(180);
  });
});
