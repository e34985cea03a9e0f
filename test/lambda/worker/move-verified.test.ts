import * as fs from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { move } from '../../../lambda/worker/move';
import { undo } from '../../../lambda/worker/undo';
import { verify } from '../../../lambda/worker/verify';
import { ConflictPolicy, RecoveryDirectoryDisposal } from '../../../src/core/restore-request';
import type { MoveAnswer, MoveEvent, VerifyAnswer, VerifyEvent } from '../../../src/core/worker';
import { crashingAt, endlessTime, intercept, timeFor } from '../../helpers/fault';
import { build, clear, directory, file, fingerprint, hardLink, outline, recoveryName, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const RECORDS = `.cdk-efs-backup/${name}`;
const { FAIL, SKIP, REPLACE, REPLACE_IF_OLDER, KEEP_BOTH } = ConflictPolicy;
const [OLD, NEW] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 5, 1)];
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());

const verifying = (more: Partial<VerifyEvent> = {}, time = endlessTime): Promise<VerifyAnswer> =>
  verify(root, { operation: 'verify', directory: name, items: null, close: true, ...more }, new Deadline(time));
const moving = (more: Partial<MoveEvent> = {}, time = endlessTime): Promise<MoveAnswer> =>
  move(root, { operation: 'move', directory: name, conflictPolicy: REPLACE, items: null, ...more }, new Deadline(time));
const modeOf = (path = name) => fs.statSync(`${top()}/${path}`).mode % 0o10000;
/** Clocks of file systems tick every few milliseconds. */
const tick = () => wait(20);
const restored = (): Tree => ({
  d: { f: file('r1', { mtime: NEW }), g: 'r2', linked: 'r3', sub: { h: 'r4' } },
  whole: { i: 'r5', deep: { j: 'r6' } },
  k: hardLink(`${name}/d/linked`),
  future: file('r7', { mtime: Date.UTC(2098, 0, 1) }),
});
const live = (): Tree => ({ d: { f: file('l1', { mtime: OLD }), sub: { own: 'l2' } } });
function prepare(): void {
  clear(top());
  build(top(), { ...live(), [name]: directory(restored(), { mode: 0o755 }) });
}

describe('verify with close', () => {
  test.each([0o755, 0o777, 0o1777, 0o700])('closes the directory (%o) before it looks at anything in it, and leaves it closed', async (mode) => {
    build(top(), { [name]: directory(restored(), { mode }) });
    const modes: number[] = [];
    const { stop } = intercept(({ operation, paths }) => {
      if ((operation === 'opendir' && paths[0] === `${top()}/${name}`) || paths[0].startsWith(`${top()}/${name}/`)) {
        modes.push(modeOf());
      }
    });
    expect(await verifying().finally(stop)).toMatchObject({ verdict: 'PASSED' });
    expect(modes.length).toBeGreaterThan(3);
    expect(new Set(modes)).toEqual(new Set([0o700]));
    expect(modeOf()).toBe(0o700);
  });

  test('that fails opens it again, and no verification is on record', async () => {
    prepare();
    expect(await verifying({ items: ['/nowhere'] })).toMatchObject({ verdict: 'FAILED' });
    expect(modeOf()).toBe(0o755);
    expect(fs.existsSync(`${top()}/${RECORDS}/verified.json`)).toBe(false);
  });

  test('left out, changes nothing at all', async () => {
    prepare();
    const before = fingerprint(top());
    expect(await verifying({ close: undefined })).toMatchObject({ verdict: 'PASSED' });
    expect(fingerprint(top())).toEqual(before);
  });

  test('is refused where our directory was made by somebody else', async () => {
    build(top(), { '.cdk-efs-backup': directory({}, { mode: 0o777 }), [name]: restored() });
    const before = fingerprint(top());
    expect(await verifying()).toMatchObject({ verdict: 'FAILED', findings: [expect.stringContaining('was not made by this library')] });
    expect(fingerprint(top())).toEqual(before);
  });

  test('killed at any call, or out of time, is begun or gone on with, and what was changed meanwhile is not moved', async () => {
    for (let n = 0; ; n += 13) {
      prepare();
      const crashed = await crashingAt(n, () => verifying());
      let answer = await verifying({}, timeFor(1));
      for (let round = 0; !answer.done; round += 1) {
        expect(round).toBeLessThan(50);
        await (round === 0 ? tick() : undefined);
        fs.writeFileSync(`${top()}/${name}/d/g`, 'changed');
        answer = await verifying({ previous: JSON.parse(JSON.stringify(answer)) as VerifyAnswer }, timeFor(1));
      }
      expect(answer).toMatchObject({ verdict: 'PASSED' });
      expect(await moving()).toMatchObject({ outcome: 'INCOMPLETE', counts: { failed: 1 }, notes: expect.arrayContaining([expect.objectContaining({ path: '/d/g' })]) });
      expect(outline(`${top()}/d`).g).toBeUndefined();
      if (!crashed) {
        break;
      }
    }
  });
});

describe('what was changed after it was verified', () => {
  const planted = () => build(`${top()}/${name}/d`, { planted: 'planted' });
  test.each<[string, () => void, string, string[]]>([
    ['a file that was written', () => fs.writeFileSync(`${top()}/${name}/d/f`, 'changed'), 'd/f', ['/d/f']],
    ['a file that was written, and got its time back', () => {
      const { atime, mtime } = fs.statSync(`${top()}/${name}/d/f`);
      fs.writeFileSync(`${top()}/${name}/d/f`, 'changed');
      fs.utimesSync(`${top()}/${name}/d/f`, atime, mtime);
    }, 'd/f', ['/d/f']],
    ['a file that others may write now', () => fs.chmodSync(`${top()}/${name}/d/g`, 0o777), 'd/g', ['/d/g']],
    ['a file with several names', () => fs.writeFileSync(`${top()}/${name}/k`, 'changed'), 'd/linked', ['/d/linked', '/k']],
    ['a directory that moves whole and got an entry', () => build(`${top()}/${name}/whole`, { planted: 'planted' }), 'whole', ['/whole']],
    ['a file that was planted', planted, 'd/planted', ['/d', '/d/planted']],
    ['a file that was moved in', () => build(top(), { elsewhere: 'x' }) ?? fs.renameSync(`${top()}/elsewhere`, `${top()}/${name}/d/planted`), 'd/planted', ['/d', '/d/planted']],
    ['a file that was taken out', () => fs.renameSync(`${top()}/${name}/d/g`, `${top()}/elsewhere`), 'd/g', ['/d']],
  ])('%s: is not moved, and is told; all the rest is', async (_, change, path, notes) => {
    prepare();
    expect(await verifying()).toMatchObject({ verdict: 'PASSED' });
    const before = outline(`${top()}/${name}`);
    await tick();
    change();
    const changed = outline(`${top()}/${name}`);
    expect(await moving({ dryRun: true })).toMatchObject({ outcome: 'PLANNED', counts: { failed: notes.length } });
    const answer = await moving();
    expect(answer).toMatchObject({ outcome: 'INCOMPLETE', counts: { failed: notes.length } });
    expect(answer.notes.filter(({ note }) => note.includes('after it was verified')).map((note) => note.path)).toEqual(notes);
    expect(outline(`${top()}/${name}`)[path]).toBe(changed[path]);
    for (const other of ['d/f', 'd/g', 'd/sub/h', 'whole/i', 'future'].filter((each) => !notes.includes(`/${each}`) && each !== path && !each.startsWith(`${path}/`))) {
      expect([other, outline(top())[other]]).toEqual([other, before[other]]);
    }
    expect(fs.existsSync(`${top()}/${RECORDS}/moved.json`)).toBe(false);
    // verified once more, it is what was verified
    expect(await verifying()).toMatchObject({ verdict: 'PASSED' });
    expect(await moving()).toMatchObject({ outcome: 'MOVED' });
  });

  test('FAIL: nothing at all is moved', async () => {
    prepare();
    fs.rmSync(`${top()}/d`, { recursive: true });
    await verifying();
    await tick();
    fs.writeFileSync(`${top()}/${name}/future`, 'changed');
    const before = outline(top());
    expect(await moving({ conflictPolicy: FAIL })).toMatchObject({ outcome: 'INCOMPLETE', counts: { failed: 1 }, notes: [{ path: '/future', note: expect.stringContaining('after it was verified') }] });
    expect(outline(top())).toEqual(before);
  });

  test('between the look and its turn', async () => {
    prepare();
    await verifying();
    await tick();
    let done = false;
    const { stop } = intercept(({ operation, paths }) => {
      if (!done && operation === 'link' && paths[1] === `${top()}/d/g`) {
        done = true;
        fs.writeFileSync(`${top()}/${name}/d/linked`, 'changed');
        fs.writeFileSync(`${top()}/${name}/d/f`, 'changed');
      }
    });
    const answer = await moving().finally(stop);
    expect(done).toBe(true);
    const contents = Object.entries(outline(top())).filter(([path, content]) => content === 'file changed' && !path.startsWith(name) && !path.startsWith('.cdk'));
    expect(answer.counts.failed).toBe(answer.notes.filter(({ note }) => note.includes('after it was verified')).length);
    expect(contents.length + answer.counts.failed).toBeGreaterThan(0);
    expect(contents.map(([path]) => path).filter((path) => path === 'd/f')).toEqual([]);
  });
});

describe.each([SKIP, REPLACE, REPLACE_IF_OLDER, KEEP_BOTH])('%s: what the move itself changes is no change', (policy) => {
  test('killed at any call, it goes on to the same end', async () => {
    prepare();
    await verifying();
    await moving({ conflictPolicy: policy });
    const expected = outline(top());
    const live_ = (tree: Record<string, string>) => Object.fromEntries(Object.entries(tree).filter(([path]) => !path.startsWith('.cdk-efs-backup')));
    for (let n = 30; ; n += 19) {
      prepare();
      await verifying();
      const crashed = await crashingAt(n, () => moving({ conflictPolicy: policy }));
      expect([n, await moving({ conflictPolicy: policy })]).toEqual([n, expect.objectContaining({ outcome: 'MOVED' })]);
      expect([n, live_(outline(top()))]).toEqual([n, live_(expected)]);
      if (!crashed) {
        break;
      }
    }
  });

  test('after an undo all can be moved again', async () => {
    prepare();
    const before = outline(`${top()}/d`);
    await verifying();
    await moving({ conflictPolicy: policy });
    expect(await undo(root, { operation: 'undo', directory: name }, new Deadline(endlessTime))).toMatchObject({ outcome: 'UNDONE' });
    expect(outline(`${top()}/d`)).toEqual(before);
    expect(modeOf()).toBe(0o755);
    expect(await moving({ conflictPolicy: policy })).toMatchObject({ outcome: 'MOVED' });
  });
});

test.each<[RecoveryDirectoryDisposal, number]>([[RecoveryDirectoryDisposal.KEEP, 0o755], [RecoveryDirectoryDisposal.DELETE_WHEN_EMPTY, 0o700]])('%s: the mode of the recovery directory is %o after the move', async (disposal, mode) => {
  prepare();
  await verifying();
  expect(await moving({ disposal })).toMatchObject({ outcome: 'MOVED' });
  expect(modeOf()).toBe(mode);
});
