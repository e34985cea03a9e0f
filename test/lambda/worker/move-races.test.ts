import * as fs from 'node:fs';
import * as fc from 'fast-check';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { move } from '../../../lambda/worker/move';
import { ConflictPolicy } from '../../../src/core/restore-request';
import type { MoveAnswer } from '../../../src/core/worker';
import { runs } from '../../helpers/effort';
import { endlessTime, errno, failing, intercept } from '../../helpers/fault';
import type { Call } from '../../helpers/fault';
import { build, clear, contents, file, fingerprint, outline, recoveryName, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const KEPT = `.cdk-efs-backup/${name}/replaced`;
/** Of the first call. */
const ASIDE = `${KEPT}/1`;
const { FAIL, SKIP, REPLACE, REPLACE_IF_OLDER, KEEP_BOTH } = ConflictPolicy;
const POLICIES = [FAIL, SKIP, REPLACE, REPLACE_IF_OLDER, KEEP_BOTH];
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());

const run = (conflictPolicy: ConflictPolicy): Promise<MoveAnswer> =>
  move(root, { operation: 'move', directory: name, conflictPolicy }, new Deadline(endlessTime));
/** Runs a move; the action happens once, just before the first call that matches. */
async function interfering(policy: ConflictPolicy, matches: (call: Call) => boolean, action: () => void): Promise<MoveAnswer> {
  let done = false;
  const { stop } = intercept((call) => {
    const now = matches(call);
    if (now && !done) {
      done = true;
      action();
    }
  });
  const answer = await run(policy).finally(stop);
  expect(done).toBe(true);
  return answer;
}
test.each(['ENOENT', 'EIO', 'ETIMEDOUT'])('the answer of the server to keeping a file aside is lost (%s): the file is not', async (code) => {
  build(top(), { d: { f: 'live' }, [name]: { d: { f: 'restored' } } });
  let done = false;
  const { stop } = intercept(({ operation, paths }) => {
    if (!done && operation === 'rename' && paths[0] === `${top()}/d/f`) {
      done = true;
      fs.renameSync(paths[0], paths[1]);
      throw errno(code);
    }
  });
  const answer = await run(REPLACE).finally(stop);
  expect(done).toBe(true);
  expect(answer).toMatchObject({ outcome: 'MOVED', counts: { replaced: 1 }, keptAside: `/${KEPT}` });
  expect(outline(top())).toMatchObject({ 'd/f': 'file restored', [`${ASIDE}/d/f`]: 'file live' });
});

const all = () => contents(top()).filter((content) => !content.includes('recoveryDirectory') && !content.startsWith('file {'));

describe('a place that is taken between the look and the move', () => {
  const linking = ({ operation, paths }: Call) => operation === 'link' && paths[1].endsWith('/d/f');
  const take = () => fs.writeFileSync(`${top()}/d/f`, 'taken');
  beforeEach(() => build(top(), { d: {}, [name]: { d: { f: file('restored', { mtime: 1000 }) } } }));

  test('FAIL: the new one stays, and the restored one is told', async () => {
    expect(await interfering(FAIL, linking, take)).toMatchObject({ outcome: 'INCOMPLETE', counts: { failed: 1 }, notes: [{ path: '/d/f', note: 'its place was taken while it was moved' }] });
    expect(outline(top())).toMatchObject({ 'd/f': 'file taken', [`${name}/d/f`]: 'file restored' });
  });

  test.each([SKIP, REPLACE_IF_OLDER])('%s: the new one stays', async (policy) => {
    expect(await interfering(policy, linking, take)).toMatchObject({ outcome: 'MOVED', counts: { skipped: 1 } });
    expect(outline(top())).toMatchObject({ 'd/f': 'file taken', [`${name}/d/f`]: 'file restored' });
  });

  test('REPLACE: the new one is kept aside', async () => {
    expect(await interfering(REPLACE, linking, take)).toMatchObject({ outcome: 'MOVED', counts: { replaced: 1 } });
    expect(outline(top())).toMatchObject({ 'd/f': 'file restored', [`${ASIDE}/d/f`]: 'file taken' });
  });

  test('KEEP_BOTH: the new one stays', async () => {
    expect(await interfering(KEEP_BOTH, linking, take)).toMatchObject({ outcome: 'MOVED', counts: { keptBoth: 1 } });
    expect(outline(top())).toMatchObject({ 'd/f': 'file taken', 'd/f.restored-2026-11-23T03-00-00-000Z': 'file restored' });
  });

  test('REPLACE: again and again, until it gives up; each one is kept', async () => {
    let count = 0;
    const { stop } = intercept((call) => {
      if (linking(call)) {
        fs.writeFileSync(`${top()}/d/f`, `taken ${count += 1}`);
      }
    });
    expect(await run(REPLACE).finally(stop)).toMatchObject({ outcome: 'INCOMPLETE', counts: { failed: 1 }, notes: [{ note: expect.stringMatching(/again and again.*kept at/) }] });
    expect(count).toBeGreaterThan(1);
    expect(all()).toEqual(['file restored', ...Array.from({ length: count }, (_, index) => `file taken ${index + 1}`)]);
  });
});

describe('a directory whose place is taken between the look and the move', () => {
  const renaming = ({ operation, paths }: Call) => operation === 'rename' && paths[1].endsWith('/d');
  beforeEach(() => build(top(), { [name]: { d: { f: 'restored' } } }));

  test.each(POLICIES)('%s: by a directory with something in it, which it is merged with', async (policy) => {
    const taken = file('taken', { mtime: Date.now() + 10_000 });
    const answer = await interfering(policy, renaming, () => build(top(), { d: { f: taken } }));
    const fate = { [FAIL]: 'failed', [SKIP]: 'skipped', [REPLACE]: 'replaced', [REPLACE_IF_OLDER]: 'skipped', [KEEP_BOTH]: 'keptBoth', [ConflictPolicy.SWAP]: 'replaced' }[policy];
    expect(answer.counts).toEqual({ moved: 0, replaced: 0, keptBoth: 0, skipped: 0, failed: 0, [fate]: 1 });
    expect(all()).toEqual(['file restored', 'file taken']);
    expect(outline(top())).toMatchObject({ 'd/f': `file ${policy === REPLACE ? 'restored' : 'taken'}` });
  });

  test.each(POLICIES)('%s: by a file', async (policy) => {
    await interfering(policy, renaming, () => build(top(), { d: 'taken' }));
    expect(all()).toEqual(['file restored', 'file taken']);
    if (policy !== REPLACE) {
      expect(outline(top())).toMatchObject({ d: 'file taken' });
    }
  });

  test.each(POLICIES)('%s: by a symbolic link to another directory', async (policy) => {
    await interfering(policy, renaming, () => build(top(), { outside: { f: 'outside' }, d: symbolicLink('outside') }));
    expect(outline(`${top()}/outside`)).toEqual({ f: 'file outside' });
    expect(all()).toEqual(['file outside', 'file restored', 'symbolicLink outside']);
  });
});

describe('REPLACE', () => {
  test('an application that replaces the live file in that moment loses nothing', async () => {
    build(top(), { f: 'live', new: 'newer', [name]: { f: 'restored' } });
    await interfering(REPLACE, ({ operation, paths }) => operation === 'rename' && paths[0] === `${top()}/f`, () => fs.renameSync(`${top()}/new`, `${top()}/f`));
    expect(outline(top())).toMatchObject({ f: 'file restored', [`${ASIDE}/f`]: 'file newer' });
  });

  test('a whole other run in that moment loses nothing', async () => {
    build(top(), { f: 'live', [name]: { f: 'restored' } });
    let other: MoveAnswer | undefined;
    let begun = false;
    const { stop } = intercept(async ({ operation, paths }) => {
      if (!begun && operation === 'rename' && paths[0] === `${top()}/f`) {
        begun = true;
        other = await run(REPLACE);
      }
    });
    await run(REPLACE).finally(stop);
    expect(other).toMatchObject({ outcome: 'MOVED', counts: { replaced: 1 } });
    expect(all()).toEqual(['file live', 'file restored']);
    expect(outline(top())).toMatchObject({ f: 'file restored', [`${KEPT}/2/f`]: 'file live' });
  });

  test('a live file that becomes a directory in that moment is kept aside as such', async () => {
    build(top(), { f: 'live', [name]: { f: 'restored' } });
    const answer = await interfering(REPLACE, ({ operation, paths }) => operation === 'rename' && paths[0] === `${top()}/f`, () => {
      fs.renameSync(`${top()}/f`, `${top()}/g`);
      build(top(), { f: { h: 'new' } });
    });
    expect(answer).toMatchObject({ outcome: 'MOVED', counts: { replaced: 1 } });
    expect(outline(top())).toMatchObject({ f: 'file restored', g: 'file live', [`${ASIDE}/f/h`]: 'file new' });
  });

  test('a live file that vanishes in that moment makes its place free', async () => {
    build(top(), { f: 'live', [name]: { f: 'restored' } });
    expect(await interfering(REPLACE, ({ operation, paths }) => operation === 'rename' && paths[0] === `${top()}/f`, () => fs.unlinkSync(`${top()}/f`)))
      .toMatchObject({ outcome: 'MOVED', counts: { moved: 1, replaced: 0 } });
    expect(outline(top())).toMatchObject({ f: 'file restored' });
  });

  test.each<[string, Tree, Tree]>([
    ['a file', { x: 'live' }, { x: 'restored' }], ['a symbolic link', { x: symbolicLink('live') }, { x: 'restored' }], ['a directory', { x: { f: 'live' } }, { x: 'restored' }],
  ])('%s whose successor cannot be moved is put back', async (_, live, restored) => {
    build(top(), { d: live, [name]: { d: restored } });
    const before = outline(top());
    const answer = await failing('EMLINK', ({ operation, paths }) => operation === 'link' && paths[0].includes(`${name}/d/x`) && paths[1].endsWith(`${top()}/d/x`), () => run(REPLACE));
    expect(answer).toMatchObject({ outcome: 'INCOMPLETE', counts: { failed: 1 }, notes: [{ path: '/d/x', note: 'EMLINK' }] });
    expect(outline(top())).toMatchObject(before);
    expect(outline(`${top()}/${ASIDE}`)).toEqual({ d: 'directory' });
  });

  test('nothing is taken from its place for a restored entry that vanished', async () => {
    build(top(), { f: 'live', [name]: { f: 'restored' } });
    const renames: string[] = [];
    const answer = await interfering(REPLACE, ({ operation, paths }) => {
      if (operation === 'rename') {
        renames.push(paths[0]);
      }
      return operation === 'lstat' && paths[0] === `${top()}/f`;
    }, () => fs.unlinkSync(`${top()}/${name}/f`));
    expect(answer).toMatchObject({ outcome: 'INCOMPLETE', counts: { failed: 1 } });
    const kept = Object.fromEntries(Object.entries(outline(top())).filter(([path]) => !path.startsWith('.cdk-efs-backup')));
    expect(kept).toEqual({ f: 'file live', [name]: 'directory' });
    expect(renames).toEqual([]); // nor was it anywhere else for a moment
  });
});

describe('a live directory that is swapped during the run', () => {
  const restored: Tree = { a: { f: 'r1', sub: { g: 'r2', h: 'r3' } }, b: { i: 'r4' } };
  const live: Tree = { a: { own: 'l1', f: 'l2', sub: { g: 'l3' } }, b: { i: 'l4', j: 'l5' } };

  test('for a symbolic link: what that points to stays untouched, and no content is lost', async () => {
    let swapped = 0;
    const outside: Tree = { f: 'o1', sub: { g: 'o2' }, g: 'o3' };
    await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: 120 }), fc.constantFrom('a', 'a/sub', 'b'), fc.constantFrom(...POLICIES), async (when, which, policy) => {
      build(top(), { ...live, outside, [name]: restored });
      const [before, content] = [fingerprint(`${top()}/outside`), all()];
      const { stop } = intercept(({ index }) => {
        if (index === when) {
          fs.renameSync(`${top()}/${which}`, `${top()}/elsewhere`);
          fs.symlinkSync(`${top()}/outside`, `${top()}/${which}`);
          swapped += 1;
        }
      });
      await run(policy).finally(stop);
      expect(fingerprint(`${top()}/outside`)).toEqual(before);
      expect(all().filter((each) => each.startsWith('file') && each !== 'file ')).toEqual(content);
      clear(top());
    }), { numRuns: runs(300) });
    expect(swapped).toBeGreaterThan(runs(100));
  });

  test.each(POLICIES)('and is gone: %s tells it', async (policy) => {
    build(top(), { a: {}, b: {}, [name]: { a: { f: 'r1' }, b: { i: 'r4' } } });
    const answer = await interfering(policy, ({ operation, paths }) => operation === 'open' && paths[0] === `${top()}/b`, () => fs.rmdirSync(`${top()}/b`));
    expect(answer).toMatchObject(policy === FAIL ? { outcome: 'CONFLICT' } : { outcome: 'INCOMPLETE', counts: { moved: 1, failed: 1 } });
    expect(all()).toEqual(['file r1', 'file r4']);
  });
});

test('two runs at the same time, as after a retried invocation: nothing is lost, whatever their order', async () => {
  await fc.assert(fc.asyncProperty(fc.scheduler(), fc.constantFrom(...POLICIES), async (scheduler, policy) => {
    build(top(), { f: 'l1', d: { g: 'l2', own: 'l3' }, l: symbolicLink('l4'), [name]: { f: file('r1', { mtime: Date.now() + 10_000 }), d: { g: 'r2', free: 'r3' }, l: 'r4', whole: { h: 'r5' } } });
    const before = all();
    const { stop } = intercept(() => scheduler.schedule(Promise.resolve()) as Promise<void>);
    await scheduler.waitFor(Promise.allSettled([run(policy), run(policy)])).finally(stop);
    // empty files are places that were taken for what is kept aside, and then not needed
    expect(all().filter((each) => each !== 'file ')).toEqual(before);
    expect(outline(top())).toMatchObject({ 'd/own': 'file l3' });
    if (policy !== FAIL) {
      expect(outline(top())).toMatchObject({ 'd/free': 'file r3' });
    }
    if (policy !== REPLACE && policy !== REPLACE_IF_OLDER) {
      expect(outline(top())).toMatchObject({ 'f': 'file l1', 'd/g': 'file l2', 'l': 'symbolicLink l4' });
    }
    clear(top());
  }), { numRuns: runs(200) });
});
