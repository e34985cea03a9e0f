import * as fs from 'node:fs';
import timers from 'node:timers/promises';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { deleteRecoveryDirectory } from '../../../lambda/worker/delete';
import { move } from '../../../lambda/worker/move';
import { writeRecord } from '../../../lambda/worker/records';
import { undo } from '../../../lambda/worker/undo';
import { ConflictPolicy, RecoveryDirectoryDisposal } from '../../../src/core/restore-request';
import type { DeleteAnswer, DeleteEvent } from '../../../src/core/worker';
import { endlessTime, intercept } from '../../helpers/fault';
import type { Call } from '../../helpers/fault';
import { build, file, outline, recoveryName, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const SECOND = 1_000;
const top = useTempDirectory();
let root: Directory;
let name: string;
beforeEach(async () => {
  root = await Directory.open(top());
  name = recoveryName(Date.now() - SECOND);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await root.close();
});

const run = (more: Partial<DeleteEvent> = {}): Promise<DeleteAnswer> => deleteRecoveryDirectory(root, {
  operation: 'delete',
  directory: name,
  accessPointRoots: [],
  runningRestoreJobs: [],
  restoredSince: new Date(0).toISOString(),
  retentionSeconds: 0,
  disposal: RecoveryDirectoryDisposal.DELETE,
  ...more,
}, new Deadline(endlessTime));
const moveBack = () => move(root, { operation: 'move', directory: name, conflictPolicy: ConflictPolicy.SKIP }, new Deadline(endlessTime));

const many = (length: number, prefix: string, node: Tree[string]): Tree => Object.fromEntries(Array.from({ length }, (_, index) => [`${prefix}${index}`, node]));
/** More directories than are emptied at once. */
const WIDE = many(60, 'd', many(20, 'f', file('only', { mtime: 1000 })));
const isRemoval = ({ operation, paths }: Call): boolean => ['unlink', 'rmdir'].includes(operation) && !paths[0].includes('.cdk-efs-backup');
const files = (place: string) => Object.values(outline(`${top()}/${place}`)).filter((found) => found === 'file only').length;

/** Waits pass at once, and the clock goes on by as much. */
function useClock(): { now: number } {
  const clock = { now: performance.now() };
  const sleepers: Array<{ at: number; wake: (value: unknown) => void }> = [];
  const wakeNext = () => {
    if (process.getActiveResourcesInfo().includes('FSReqPromise')) { // what is in flight takes no time
      setImmediate(wakeNext);
      return;
    }
    const next = sleepers.sort((a, b) => a.at - b.at).shift();
    if (next) {
      clock.now = Math.max(clock.now, next.at);
      next.wake(undefined);
      setImmediate(wakeNext);
    }
  };
  jest.spyOn(performance, 'now').mockImplementation(() => clock.now);
  jest.spyOn(timers, 'setTimeout').mockImplementation((async (milliseconds: number) => new Promise((wake) => {
    if (sleepers.push({ at: clock.now + milliseconds, wake }) === 1) {
      setImmediate(wakeNext);
    }
  })) as never);
  return clock;
}

test.each([20, 40, 3_500])('at %i operations a second, nothing that was moved away is deleted more than a second later, whoever waits for what', async (operationsPerSecond) => {
  build(top(), { [name]: WIDE });
  const clock = useClock();
  let movedAt: number | undefined;
  const late: string[] = [];
  let removals = 0;
  const { stop } = intercept((call) => {
    if (isRemoval(call)) {
      removals += 1;
      if (movedAt !== undefined && clock.now - movedAt > SECOND) {
        late.push(call.paths[0]);
      }
      if (removals === 30) {
        fs.renameSync(`${top()}/${name}`, `${top()}/saved`);
        movedAt = clock.now;
      }
    }
  });
  const answer = await run({ operationsPerSecond }).finally(stop);
  expect(late).toEqual([]);
  expect(answer).toMatchObject({ outcome: 'INCOMPLETE', notes: expect.arrayContaining([{ path: expect.stringContaining(name), note: expect.stringContaining('was moved away') }]) });
});

test('once a second has passed, no call comes after what is in flight, in no directory', async () => {
  build(top(), { [name]: WIDE });
  const clock = useClock();
  let [removals, after] = [0, 0];
  const { stop } = intercept((call) => {
    if (isRemoval(call)) {
      after += removals >= 30 ? 1 : 0;
      removals += 1;
      if (removals === 30) {
        fs.renameSync(`${top()}/${name}`, `${top()}/saved`);
        clock.now += SECOND + 1;
      }
    }
  });
  await run({ operationsPerSecond: 1e9 }).finally(stop);
  expect(after).toBeLessThan(30);
  expect(files('saved')).toBeGreaterThan(60 * 20 - 60);
});

test('also a part of it that is moved away before its turn is left, with all that is in it', async () => {
  build(top(), { [name]: WIDE, live: {} });
  const clock = useClock();
  const places = new Set<string>();
  let moved: string | undefined;
  const { stop } = intercept((call) => {
    if (isRemoval(call)) {
      places.add(call.paths[0].split('/').slice(-2)[0]);
      if (!moved && places.size >= 5) {
        moved = Array.from({ length: 60 }, (_, index) => `d${index}`).reverse().find((each) => !places.has(each) && fs.existsSync(`${top()}/${name}/${each}`))!;
        fs.renameSync(`${top()}/${name}/${moved}`, `${top()}/live/${moved}`);
        clock.now += SECOND + 1;
      }
    }
  });
  await run({ operationsPerSecond: 1e9 }).finally(stop);
  expect(files(`live/${moved}`)).toBe(20);
});

describe.each<[string, () => Promise<{ outcome: string }>]>([
  ['a move', moveBack],
  ['an undo', () => undo(root, { operation: 'undo', directory: name }, new Deadline(endlessTime))],
])('%s that calls a deletion off', (kind, action) => {
  const prepared = async () => {
    build(top(), { [name]: WIDE, live: {} });
    if (kind === 'an undo') { // something to take back
      fs.mkdirSync(`${top()}/.cdk-efs-backup/${name}/journal`, { recursive: true, mode: 0o700 });
      fs.chmodSync(`${top()}/.cdk-efs-backup`, 0o700);
      fs.writeFileSync(`${top()}/.cdk-efs-backup/${name}/journal/1.jsonl`, '');
    }
  };

  test.each([1, 3])('begins when %i workers have said that they ended, however long their last calls take', async (workers) => {
    await prepared();
    const clock = { now: performance.now() };
    jest.spyOn(performance, 'now').mockImplementation(() => clock.now);
    const shards = [{}, { from: 'ZDI=', to: 'ZDQ=' }, { from: 'ZDQ=' }].slice(0, workers).map((shard, index) => (workers > 1 && index === 0 ? { to: 'ZDI=' } : shard));
    let release = () => undefined as void;
    const held = new Promise<void>((resolve) => { release = resolve; });
    let [removals, asked, isHeld, ended] = [0, 0, false, false];
    const order: string[] = [];
    let second: Promise<{ outcome: string }> | undefined;
    const { stop } = intercept(async (call) => {
      if (isRemoval(call)) {
        removals += 1;
        if (removals === 100) {
          isHeld = true;
          second = action();
          await held; // a call that the server takes its time for
          isHeld = false;
        }
        order.push(second && ended ? 'late' : 'delete');
      } else if (second && call.operation === 'readdir' && call.paths[0].endsWith(`/.cdk-efs-backup/${name}`)) {
        asked += 1;
        clock.now += SECOND + 1;
        if (asked > 3) {
          release();
        }
      } else if (second && (call.operation === 'rename' || call.operation === 'mkdir') && /\/(d\d+|journal|undone\.json)$/.test(call.paths[1] ?? call.paths[0])) {
        ended = true; // it has begun
        order.push(isHeld ? 'too early' : 'begun');
      }
    });
    const answers = await Promise.all(shards.map((shard) => run({ operationsPerSecond: 1e9, shard })));
    await second!.finally(stop);
    expect(order.filter((each) => each === 'too early' || each === 'late')).toEqual([]);
    expect(order).toContain('begun');
    expect(answers.map(({ outcome }) => outcome)).toContain('INCOMPLETE');
    expect(JSON.stringify(answers)).toContain('a move or an undo has begun');
  });

  test('refuses where one does not answer', async () => {
    await prepared();
    await writeRecord(root, name, await stats(), 'deleting');
    fs.writeFileSync(`${top()}/.cdk-efs-backup/${name}/deleting.json.x.at-work`, '');
    useClock();
    const before = outline(`${top()}/${name}`);
    expect(JSON.stringify(await action())).toMatch(/"outcome":"INCOMPLETE".*a deletion of it is at work/);
    expect(outline(`${top()}/${name}`)).toEqual(before);
    const dead = Date.now() / 1000 - 1_000;
    fs.utimesSync(`${top()}/.cdk-efs-backup/${name}/deleting.json.x.at-work`, dead, dead); // no invocation runs as long
    expect((await action()).outcome).toMatch(/^(MOVED|UNDONE)$/);
  });
});

const stats = async () => fs.lstatSync(`${top()}/${name}`, { bigint: true });

test('a deletion that was called off before it began deletes nothing', async () => {
  build(top(), { [name]: { a: { f: '' } } });
  const before = outline(`${top()}/${name}`);
  const { stop } = intercept(({ operation, paths }) => {
    if (operation === 'open' && paths[0].endsWith('.at-work')) {
      fs.unlinkSync(`${top()}/.cdk-efs-backup/${name}/deleting.json`);
    }
  });
  expect(await run().finally(stop)).toMatchObject({ outcome: 'INCOMPLETE', deletedEntries: 0 });
  expect(outline(`${top()}/${name}`)).toEqual(before);
  expect(fs.readdirSync(`${top()}/.cdk-efs-backup/${name}`).filter((each) => each.includes('at-work'))).toEqual([]);
});
