import * as fs from 'node:fs';
import { decodeCursor } from '../../../lambda/fs/cursor';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { move } from '../../../lambda/worker/move';
import { ConflictPolicy } from '../../../src/core/restore-request';
import type { MoveAnswer, MoveResume } from '../../../src/core/worker';
import { crashPoints } from '../../helpers/effort';
import { crashingAt, endlessTime, timeFor } from '../../helpers/fault';
import { build, clear, contents, directory, file, fingerprint, hardLink, openDescriptors, outline, recoveryName, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const ASIDE = `.cdk-efs-backup/${name}/replaced`;
const { FAIL, SKIP, REPLACE, REPLACE_IF_OLDER, KEEP_BOTH } = ConflictPolicy;
const POLICIES = [FAIL, SKIP, REPLACE, REPLACE_IF_OLDER, KEEP_BOTH];
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());

const run = (conflictPolicy: ConflictPolicy, resume: MoveResume | null = null, time = endlessTime): Promise<MoveAnswer> =>
  move(root, { operation: 'move', directory: name, conflictPolicy, previous: { resume } }, new Deadline(time));

const [OLD, NEW] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 5, 1)];
const restored: Tree = {
  'both': {
    newer: file('r1', { mtime: NEW }),
    older: file('r2', { mtime: OLD }),
    free: 'r3',
    link: symbolicLink('r4'),
    dir: { f: 'r5' },
    deep: { newer: file('r6', { mtime: NEW }), free: hardLink(`${name}/both/free`), fresh: { g: 'r7' } },
  },
  'missing': { h: 'r8', sub: { i: 'r9' } },
  'file': 'r10',
  'link-to-dir': { j: 'r11' },
  'aws-backup-lost+found': { k: 'r12' },
  'z': { last: 'r13' },
};
const live: Tree = {
  'both': { newer: file('l1', { mtime: OLD }), older: file('l2', { mtime: NEW }), own: 'l3', link: file('l4', { mtime: OLD }), dir: 'l5', deep: { newer: file('l6', { mtime: OLD }) } },
  'link-to-dir': symbolicLink('both'),
  'z': directory({ own: 'l7' }, { mode: 0o700 }),
};
/** The same without anything in the way: what FAIL moves. */
const free: Tree = { both: { own: 'l3', deep: {} }, z: { own: 'l7' } };

function prepare(policy: ConflictPolicy): void {
  clear(top());
  build(top(), { ...(policy === FAIL ? free : live), [name]: restored });
}

/** The end of a move: all but our records, and the empty files that a crash may leave where an entry was to be kept aside. */
function end() {
  const all = outline(top());
  return {
    tree: Object.fromEntries(Object.entries(all).filter(([path]) => !path.startsWith('.cdk-efs-backup'))),
    aside: Object.entries(all).filter(([path, content]) => path.startsWith(ASIDE) && !/^(directory|file )$/.test(content)).map(([, content]) => content).sort(),
    moved: fs.existsSync(`${top()}/.cdk-efs-backup/${name}/moved.json`),
  };
}
/** The notes of a directory come in another order where time ran out within it, and each call keeps aside in a place of its own. */
const sorted = (answer: MoveAnswer) => ({
  ...answer,
  notes: answer.notes.map(({ path, note }) => ({ path, note: note.replace(/replaced\/\d+\//, 'replaced/n/') })).sort((a, b) => (a.path < b.path ? -1 : 1)),
});
const allContents = () => contents(top()).filter((content) => !content.includes('recoveryDirectory') && !/^file ($|\{)/.test(content));

describe.each(POLICIES)('%s', (policy) => {
  test('wherever time runs out, going on comes to the same end, with the same counts', async () => {
    prepare(policy);
    const whole = await run(policy);
    const expected = end();
    expect(whole.outcome).toBe('MOVED');
    let interrupted = 0;
    for (let asks = 0; asks < 60; asks += 1) {
      prepare(policy);
      let answer = await run(policy, null, timeFor(asks));
      for (let round = 0; !answer.done; round += 1) {
        interrupted += 1;
        expect(answer).toMatchObject({ outcome: 'UNDECIDED', resume: { phase: expect.stringMatching(/^(PLAN|APPLY)$/) } });
        expect(round).toBeLessThan(100);
        answer = await run(policy, JSON.parse(JSON.stringify(answer.resume)), timeFor(asks + 10 + round % 7));
      }
      expect([asks, end()]).toEqual([asks, expected]);
      expect(sorted(answer)).toEqual(sorted(whole));
    }
    expect(interrupted).toBeGreaterThan(10);
  });

  test('after a crash at any call, a new run comes to the same end, and no content is lost at any time', async () => {
    prepare(policy);
    const content = allContents();
    await run(policy);
    const expected = end();
    expect(allContents()).toEqual(content);
    for (const n of crashPoints()) {
      prepare(policy);
      const descriptors = openDescriptors(top());
      const crashed = await crashingAt(n, () => run(policy));
      expect([n, allContents()]).toEqual([n, content]);
      expect(openDescriptors(top())).toEqual(descriptors);
      const answer = await run(policy);
      expect([n, end()]).toEqual([n, expected]);
      expect(answer).toMatchObject({ outcome: 'MOVED', ...(expected.aside.length > 0 ? { keptAside: `/${ASIDE}` } : {}) });
      if (!crashed) {
        expect(n).toBeGreaterThan(60);
        break;
      }
    }
  });
});

test.each([FAIL, REPLACE, KEEP_BOTH])('%s: time that runs out within a large directory stops there, and going on repeats nothing', async (policy) => {
  const many = (content: string): Tree => Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`f${String(index).padStart(2, '0')}`, `${content}${index}`]));
  build(top(), { d: policy === FAIL ? {} : many('l'), [name]: { d: many('r') } });
  const expected = { [FAIL]: 'moved', [REPLACE]: 'replaced', [KEEP_BOTH]: 'keptBoth' }[policy as string]!;
  Object.keys(many('')).forEach((each) => fs.utimesSync(`${top()}/${name}/d/${each}`, 0, 0));
  let answer = await run(policy, null, timeFor(12));
  expect(answer.done).toBe(false);
  for (let rounds = 1; !answer.done; rounds += 1) {
    const dealtWith = Object.values(answer.counts).reduce((sum, count) => sum + count, 0);
    expect(dealtWith).toBeLessThanOrEqual(12 * rounds);
    expect(rounds).toBeLessThan(20);
    answer = await run(policy, answer.resume, timeFor(12));
  }
  expect(answer).toMatchObject({ outcome: 'MOVED', counts: { [expected]: 40, failed: 0 } });
});

test('FAIL: time that runs out while it looks changes nothing, and a conflict at the very end is found', async () => {
  build(top(), { ...free, z: { last: 'in the way' }, [name]: restored });
  const before = fingerprint(top());
  const whole = await run(FAIL);
  expect(whole).toMatchObject({ outcome: 'CONFLICT', counts: { failed: 1 } });
  for (let asks = 1; asks < 8; asks += 1) {
    let answer = await run(FAIL, null, timeFor(asks));
    for (let round = 0; !answer.done; round += 1) {
      expect(round).toBeLessThan(50);
      expect(answer.resume?.phase).toBe('PLAN');
      answer = await run(FAIL, answer.resume, timeFor(asks + 2 + round % 3));
    }
    expect(answer).toEqual(whole);
  }
  expect(fingerprint(top())).toEqual(before);
});

describe('a live directory that changes between two invocations', () => {
  /** Stops after the first directories were visited, and before /m/inner is. */
  async function stopBefore(policy: ConflictPolicy): Promise<MoveAnswer> {
    build(top(), { a: {}, m: { inner: { own: 'l1' }, own: 'l2' }, [name]: { a: { f: 'r1' }, m: { inner: { g: 'r2' }, h: 'r3' } } });
    for (let asks = 1; ; asks += 1) {
      const answer = await run(policy, null, timeFor(asks));
      expect(answer.done).toBe(false);
      if (decodeCursor(answer.resume!.cursor!).some(({ node: { path }, skip }) => path === 'm/inner' || (path === 'm' && skip === undefined))) {
        return answer;
      }
      clear(top());
      build(top(), { a: {}, m: { inner: { own: 'l1' }, own: 'l2' }, [name]: { a: { f: 'r1' }, m: { inner: { g: 'r2' }, h: 'r3' } } });
    }
  }

  test.each([SKIP, REPLACE, REPLACE_IF_OLDER, KEEP_BOTH])('%s: that is gone does not pass for moved', async (policy) => {
    clear(top());
    const { resume } = await stopBefore(policy);
    fs.rmSync(`${top()}/m/inner`, { recursive: true });
    expect(await run(policy, resume)).toMatchObject({ outcome: 'INCOMPLETE', counts: { failed: 1 }, notes: [{ path: '/m/inner' }] });
    expect(outline(`${top()}/${name}`)).toMatchObject({ 'm/inner/g': 'file r2' });
    expect(fs.existsSync(`${top()}/.cdk-efs-backup/${name}/moved.json`)).toBe(false);
  });

  test.each([REPLACE, KEEP_BOTH])('%s: that is a symbolic link by now is not followed, and does not pass for moved', async (policy) => {
    const { resume } = await stopBefore(policy);
    fs.renameSync(`${top()}/m/inner`, `${top()}/outside`);
    fs.symlinkSync('../outside', `${top()}/m/inner`);
    expect(await run(policy, resume)).toMatchObject({ outcome: 'INCOMPLETE', counts: { failed: 1 } });
    expect(outline(`${top()}/outside`)).toEqual({ own: 'file l1' });
    expect(fs.existsSync(`${top()}/.cdk-efs-backup/${name}/moved.json`)).toBe(false);
  });

  test('and its parent, too', async () => {
    const { resume } = await stopBefore(REPLACE);
    fs.rmSync(`${top()}/m`, { recursive: true });
    expect(await run(REPLACE, resume)).toMatchObject({ outcome: 'INCOMPLETE', counts: { failed: 1 }, notes: [{ path: '/m/inner' }] });
  });
});
