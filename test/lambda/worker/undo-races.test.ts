import * as fs from 'node:fs';
import * as fc from 'fast-check';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { move } from '../../../lambda/worker/move';
import { undo } from '../../../lambda/worker/undo';
import { ConflictPolicy } from '../../../src/core/restore-request';
import type { MoveAnswer, UndoAnswer } from '../../../src/core/worker';
import { crashingAt, endlessTime, errno, failing, intercept } from '../../helpers/fault';
import type { Call } from '../../helpers/fault';
import { build, clear, contents, outline, recoveryName, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const RECORDS = `.cdk-efs-backup/${name}`;
const { SKIP, REPLACE } = ConflictPolicy;
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());

const moving = (conflictPolicy: ConflictPolicy): Promise<MoveAnswer> => move(root, { operation: 'move', directory: name, conflictPolicy }, new Deadline(endlessTime));
const undoing = (): Promise<UndoAnswer> => undo(root, { operation: 'undo', directory: name }, new Deadline(endlessTime));

/** All contents but those of our records. */
const all = () => [...new Set(contents(top()).filter((content) => !/recoveryDirectory|^file \{|^file $/.test(content)))];
/** What is left of our records: nothing but the one that says so. */
const leftover = () => Object.keys(outline(top())).filter((path) => path.startsWith(RECORDS) && !path.endsWith('undone.json') && path !== RECORDS);

/** Does something once, just before the first call that matches. */
async function interfering<T>(matches: (call: Call) => boolean, action: () => void | Promise<void>, during: () => Promise<T>): Promise<T> {
  let done = false;
  const { stop } = intercept((call) => {
    if (!done && matches(call)) {
      done = true;
      return action();
    }
  });
  const answer = await during().finally(stop);
  expect(done).toBe(true);
  return answer;
}
const leavesPlace = (place: string) => ({ operation, paths }: Call) => operation === 'rename' && paths[0] === `${top()}/${place}`;

const live: Tree = { d: { f: 'l1', own: 'l2', sub: {} }, e: {} };
const restored: Tree = { d: { f: 'r1', g: 'r2', sub: { h: 'r3' } }, e: { i: 'r4', j: 'r5' }, whole: { k: 'r6' }, top: 'r7' };
const PLACES = ['d/f', 'd/g', 'd/sub/h', 'e/i', 'e/j', 'top'];

test('several undos at once, and an application that makes missing files anew: every content that there was is somewhere', async () => {
  let made = 0;
  const undos = fc.integer({ min: 2, max: 4 });
  await fc.assert(fc.asyncProperty(fc.scheduler(), undos, fc.constantFrom(SKIP, REPLACE), async (scheduler, count, policy) => {
    clear(top());
    build(top(), { ...live, [name]: restored });
    await moving(policy);
    const written = all();
    const recreate = () => PLACES.filter((place) => !fs.existsSync(`${top()}/${place}`)).forEach((place) => {
      fs.writeFileSync(`${top()}/${place}`, `app ${made += 1}`);
      written.push(`file app ${made}`);
    });
    const { stop } = intercept(async () => {
      await scheduler.schedule(Promise.resolve());
      recreate();
    });
    await scheduler.waitFor(Promise.all(Array.from({ length: count }, undoing))).finally(stop);
    expect(all()).toEqual(expect.arrayContaining(written));
    const again = await undoing();
    expect(all()).toEqual(expect.arrayContaining(written));
    expect(['UNDONE', 'INCOMPLETE', 'NOTHING_TO_UNDO']).toContain(again.outcome);
  }), { numRuns: 30 });
  expect(made).toBeGreaterThan(20);
});

test('several undos at once, and nobody else: all is as it was', async () => {
  await fc.assert(fc.asyncProperty(fc.scheduler(), fc.constantFrom(SKIP, REPLACE), async (scheduler, policy) => {
    clear(top());
    build(top(), { ...live, [name]: restored });
    const before = outline(top());
    await moving(policy);
    const { stop } = intercept(() => scheduler.schedule(Promise.resolve()) as Promise<void>);
    await scheduler.waitFor(Promise.all([undoing(), undoing()])).finally(stop);
    await undoing(); // one of them may have left what the other had in its hands
    expect(leftover()).toEqual([]);
    expect(Object.fromEntries(Object.entries(outline(top())).filter(([path]) => !path.startsWith('.cdk-efs-backup')))).toEqual(before);
  }), { numRuns: 30 });
});

test('an undo beside a move: every content that there was is somewhere', async () => {
  await fc.assert(fc.asyncProperty(fc.scheduler(), fc.constantFrom(SKIP, REPLACE), fc.nat(60), async (scheduler, policy, killedAt) => {
    clear(top());
    build(top(), { ...live, [name]: restored });
    const before = all();
    await crashingAt(killedAt, () => moving(policy));
    const { stop } = intercept(() => scheduler.schedule(Promise.resolve()) as Promise<void>);
    await scheduler.waitFor(Promise.allSettled([undoing(), moving(policy), undoing()])).finally(stop);
    expect(all()).toEqual(before);
  }), { numRuns: 40 });
});

describe('an entry that is another one by the time it is taken', () => {
  const replace = () => fs.writeFileSync(`${top()}/new`, 'app') ?? fs.renameSync(`${top()}/new`, `${top()}/d/g`);
  beforeEach(async () => {
    build(top(), { ...live, [name]: restored });
    await moving(SKIP);
  });

  test('goes back to its place, and is told', async () => {
    const answer = await interfering(leavesPlace('d/g'), replace, undoing);
    expect(answer).toMatchObject({ outcome: 'INCOMPLETE', counts: { left: 1 }, notes: [{ path: '/d/g', note: expect.stringContaining('is no longer what was moved there') }] });
    expect(outline(top())).toMatchObject({ 'd/g': 'file app' });
  });

  test('is kept, and told with where, if its place is taken again; and goes back once that is free', async () => {
    const { stop } = intercept(({ operation, paths }) => {
      if (operation === 'rename' && paths[0] === `${top()}/d/g`) {
        replace();
      } else if (operation === 'link' && paths[1] === `${top()}/d/g`) {
        fs.writeFileSync(`${top()}/d/g`, 'third');
      }
    });
    const answer = await undoing().finally(stop);
    expect(answer).toMatchObject({ outcome: 'INCOMPLETE', counts: { left: 1 } });
    const kept = /it is kept at '\/(.*)'/.exec(answer.notes[0].note)![1];
    expect(outline(top())).toMatchObject({ 'd/g': 'file third', [kept]: 'file app' });
    expect(await undoing()).toMatchObject({ outcome: 'INCOMPLETE' });
    expect(outline(top())).toMatchObject({ 'd/g': 'file third', [kept]: 'file app' });
    fs.unlinkSync(`${top()}/d/g`);
    await undoing();
    expect(outline(top())).toMatchObject({ 'd/g': 'file app' });
  });

  test('is a directory now: it goes back to its place', async () => {
    await interfering(leavesPlace('d/g'), () => fs.unlinkSync(`${top()}/d/g`) ?? build(`${top()}/d`, { g: { new: 'app' } }), undoing);
    expect(outline(top())).toMatchObject({ 'd/g/new': 'file app' });
  });

  test('was written in that moment: it stays', async () => {
    expect(await interfering(leavesPlace('d/g'), () => fs.appendFileSync(`${top()}/d/g`, ' more'), undoing))
      .toMatchObject({ outcome: 'INCOMPLETE', counts: { left: 1 }, notes: [{ path: '/d/g', note: expect.stringContaining('was changed') }] });
    expect(outline(top())).toMatchObject({ 'd/g': 'file r2 more' });
  });

  test('a directory in which something was written after it was looked through stays', async () => {
    await new Promise((resolve) => setTimeout(resolve, 20)); // clocks of file systems tick every few milliseconds
    expect(await interfering(leavesPlace('whole'), () => fs.appendFileSync(`${top()}/whole/k`, ' more'), undoing))
      .toMatchObject({ outcome: 'INCOMPLETE', counts: { left: 1 }, notes: [{ path: '/whole', note: expect.stringContaining('was changed') }] });
    expect(outline(top())).toMatchObject({ 'whole/k': 'file r6 more' });
  });

  test('what has its place in the recovery directory is not replaced', async () => {
    const take = () => fs.writeFileSync(`${top()}/${name}/d/g`, 'theirs') ?? build(`${top()}/${name}`, { whole: {} });
    expect(await interfering(leavesPlace('d/g'), take, undoing)).toMatchObject({ outcome: 'INCOMPLETE', counts: { left: 2 } });
    expect(outline(top())).toMatchObject({ 'd/g': 'file r2', [`${name}/d/g`]: 'file theirs', 'whole/k': 'file r6' });
  });
});

describe('what cannot have a second name', () => {
  beforeEach(async () => {
    build(top(), { d: { f: 'live' }, [name]: { d: { f: 'restored' } } });
    await moving(REPLACE);
  });

  test.each(['EPERM', 'EMLINK', 'ENOSPC'])('%s: it is renamed, both the restored one and the one that was replaced', async (code) => {
    expect(await failing(code, ({ operation }) => operation === 'link', undoing)).toMatchObject({ outcome: 'UNDONE', counts: { movedBack: 1, putBack: 1 } });
    expect(outline(top())).toMatchObject({ 'd/f': 'file live', [`${name}/d/f`]: 'file restored' });
    expect(leftover()).toEqual([]);
  });

  test('is not renamed onto what took its place meanwhile', async () => {
    const { stop } = intercept(({ operation, paths }) => {
      if (operation === 'link') {
        if (paths[1] === `${top()}/d/f`) {
          fs.writeFileSync(`${top()}/d/f`, 'app');
        }
        throw errno('EPERM');
      }
    });
    const answer = await undoing().finally(stop);
    expect(answer).toMatchObject({ outcome: 'INCOMPLETE', counts: { movedBack: 1, putBack: 0, left: 1 }, notes: [{ note: expect.stringMatching(/EPERM.*stays at '.*replaced\/1\/d\/f'/) }] });
    expect(all()).toEqual(['file app', 'file live', 'file restored']);
  });
});

test('a move that is between the two names of a file takes away none that is the last one', async () => {
  build(top(), { d: {}, [name]: { d: { f: 'r1' } } });
  let goOn = () => {};
  const pause = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let [undone, looked]: [Promise<UndoAnswer> | undefined, boolean] = [undefined, false];
  const { stop } = intercept(async ({ operation, paths }) => {
    if (operation === 'unlink' && paths[0] === `${top()}/${name}/d/f` && !undone) {
      undone = undoing();
      await Promise.race([pause, undone]);
    } else if (operation === 'opendir' && paths[0] === `${top()}/${name}/d` && undone && !looked) {
      looked = true; // the undo has taken the other name, and looks once more
      goOn();
      await moved;
    }
  });
  const moved = moving(SKIP);
  await moved;
  await undone;
  stop();
  expect(looked).toBe(true);
  expect(all()).toEqual(['file r1']);
});

test('a live directory that is moved away while something is put back into it is told', async () => {
  build(top(), { current: { f: 'l1', g: 'l2' }, [name]: { current: { f: 'r1', g: 'r2' } } });
  await moving(REPLACE);
  const answer = await interfering(leavesPlace('current/f'), () => fs.renameSync(`${top()}/current`, `${top()}/release`) ?? build(top(), { current: {} }), undoing);
  expect(answer).toMatchObject({ outcome: 'INCOMPLETE', notes: expect.arrayContaining([{ path: '/current', note: expect.stringContaining('was moved away') }]) });
  expect(answer.counts.left).toBeGreaterThan(0);
  expect(all()).toEqual(['file l1', 'file l2', 'file r1', 'file r2']);
});

test('a journal that a move writes to meanwhile stays, and what it says is taken back, too', async () => {
  build(top(), { d: {}, e: {}, [name]: { d: { f: 'r1' }, e: { g: 'r2' } } });
  const before = outline(`${top()}/${name}`);
  await moving(SKIP);
  const first = await interfering(({ operation }) => operation === 'rmdir', async () => void await moving(SKIP), undoing);
  expect(first).toMatchObject({ done: false, outcome: 'UNDECIDED' });
  const second = await undo(root, { operation: 'undo', directory: name, previous: JSON.parse(JSON.stringify(first)) }, new Deadline(endlessTime));
  expect(second).toMatchObject({ outcome: 'UNDONE', counts: { movedBack: 4 } });
  expect(outline(`${top()}/${name}`)).toEqual(before);
  expect(leftover()).toEqual([]);
});

test('a recovery directory in quarantine is not made a second time', async () => {
  build(top(), { d: {}, [name]: { d: { f: 'r1' }, left: {} } });
  await moving(SKIP);
  fs.renameSync(`${top()}/${name}`, `${top()}/cdk-efs-backup-quarantine_${name}`);
  await undoing();
  expect(fs.existsSync(`${top()}/${name}`)).toBe(false);
  fs.mkdirSync(`${top()}/${name}`);
  expect(await undoing()).toMatchObject({ outcome: expect.stringMatching(/^(INCOMPLETE|NOTHING_TO_UNDO)$/) });
});
