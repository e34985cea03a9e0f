import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { move } from '../../../lambda/worker/move';
import { undo } from '../../../lambda/worker/undo';
import { ConflictPolicy } from '../../../src/core/restore-request';
import type { MoveAnswer, MoveResume } from '../../../src/core/worker';
import { endlessTime, intercept, timeFor } from '../../helpers/fault';
import { build, outline, recoveryName, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const { SKIP, REPLACE, KEEP_BOTH } = ConflictPolicy;
const COUNT = 60;
const many = (content: string): Tree => Object.fromEntries(Array.from({ length: COUNT }, (_, index) => [`f${index}`, content]));
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());

const run = (policy: ConflictPolicy, resume: MoveResume | null = null, time = endlessTime): Promise<MoveAnswer> =>
  move(root, { operation: 'move', directory: name, conflictPolicy: policy, previous: { resume } }, new Deadline(time));
const undoing = () => undo(root, { operation: 'undo', directory: name }, new Deadline(endlessTime));
const recorded = () => fs.existsSync(`${top()}/.cdk-efs-backup/${name}/moved.json`);
/** The action happens before this link of many. */
function atLink(number: number, action: () => void): () => void {
  let links = 0;
  return intercept(({ operation }) => {
    links += operation === 'link' ? 1 : 0;
    if (operation === 'link' && links === number) {
      action();
    }
  }).stop;
}
const release = () => {
  fs.renameSync(`${top()}/current`, `${top()}/release-1`);
  fs.mkdirSync(`${top()}/current`);
};

test.each<[ConflictPolicy, string, Tree]>([[SKIP, 'moved', {}], [REPLACE, 'replaced', many('live')], [KEEP_BOTH, 'keptBoth', many('live')]])(
  '%s: entries that went with a live directory that was renamed are not %s, but failed, and told', async (policy, _, live) => {
    build(top(), { current: { own: 'live', ...live }, [name]: { current: many('restored') } });
    const stop = atLink(20, release);
    const answer = await run(policy).finally(stop);
    expect(answer).toMatchObject({ outcome: 'INCOMPLETE', counts: { moved: 0, replaced: 0, keptBoth: 0 }, notes: expect.arrayContaining([{ path: '/current', note: expect.stringContaining('was moved away') }]) });
    expect(answer.counts.failed).toBe(COUNT);
    expect(recorded()).toBe(false);
    expect(fs.readdirSync(`${top()}/current`)).toEqual([]);
  });

test('an ancestor that was renamed is seen, too, and what is elsewhere is counted as ever', async () => {
  build(top(), { a: { b: { c: { own: 'live' } } }, d: { own: 'live' }, [name]: { a: { b: { c: many('restored') } }, d: { g: 'restored' } } });
  const stop = atLink(20, () => fs.renameSync(`${top()}/a`, `${top()}/elsewhere`));
  const answer = await run(SKIP).finally(stop);
  expect(answer).toMatchObject({ outcome: 'INCOMPLETE', counts: { moved: 1, failed: COUNT }, notes: expect.arrayContaining([expect.objectContaining({ path: '/a/b/c' })]) });
  expect(outline(`${top()}/d`)).toMatchObject({ g: 'file restored' });
});

test('a directory that comes back in time is no failure', async () => {
  build(top(), { current: { own: 'live' }, [name]: { current: many('restored') } });
  const stops = [atLink(10, () => fs.renameSync(`${top()}/current`, `${top()}/elsewhere`)), atLink(30, () => fs.renameSync(`${top()}/elsewhere`, `${top()}/current`))];
  expect(await run(SKIP).finally(() => stops.reverse().forEach((stop) => stop()))).toMatchObject({ outcome: 'MOVED', counts: { moved: COUNT } });
});

test('a call that runs out of time tells it, and the next one moves the rest to where the place is then', async () => {
  build(top(), { current: { own: 'live' }, [name]: { current: many('restored') } });
  const stop = atLink(5, release);
  const first = await run(SKIP, null, timeFor(12)).finally(stop);
  expect(first).toMatchObject({ outcome: 'UNDECIDED', counts: { moved: 0 } });
  expect(first.counts.failed).toBeGreaterThan(0);
  const last = await run(SKIP, first.resume);
  expect(last).toMatchObject({ outcome: 'INCOMPLETE', counts: { moved: COUNT - first.counts.failed, failed: first.counts.failed } });
  expect(fs.readdirSync(`${top()}/current`)).toHaveLength(last.counts.moved);
});

test('after some seconds nothing more is moved into it', async () => {
  build(top(), { current: { own: 'live' }, [name]: { current: many('restored') } });
  const stopLater = atLink(20, release);
  const real = performance.now.bind(performance);
  let links = 0;
  performance.now = () => real() + links * 200; // each link takes so long
  const { stop } = intercept(({ operation }) => {
    links += operation === 'link' ? 1 : 0;
  });
  const answer = await run(SKIP).finally(() => {
    stop();
    stopLater();
    performance.now = real;
  });
  expect(answer.outcome).toBe('INCOMPLETE');
  const there = fs.readdirSync(`${top()}/release-1`).length - 1;
  expect(there).toBeGreaterThanOrEqual(19);
  expect(there).toBeLessThan(35);
  expect(fs.readdirSync(`${top()}/${name}/current`)).toHaveLength(COUNT - there);
});

test('undo tells that they are elsewhere, and takes all of them back once the directory is', async () => {
  build(top(), { current: { own: 'live' }, [name]: { current: many('restored') } });
  const stop = atLink(20, release);
  await run(SKIP).finally(stop);
  expect(await undoing()).toMatchObject({ outcome: 'INCOMPLETE', counts: { left: COUNT } });
  fs.rmdirSync(`${top()}/current`);
  fs.renameSync(`${top()}/release-1`, `${top()}/current`);
  expect(await undoing()).toMatchObject({ outcome: 'UNDONE', counts: { movedBack: COUNT } });
});
