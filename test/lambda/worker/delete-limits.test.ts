import * as fs from 'node:fs';
import timers from 'node:timers/promises';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import type { InvocationTime } from '../../../lambda/runtime/deadline';
import { RateLimit } from '../../../lambda/runtime/rate-limit';
import { deleteRecoveryDirectory } from '../../../lambda/worker/delete';
import { RecoveryDirectoryDisposal } from '../../../src/core/restore-request';
import type { DeleteAnswer, DeleteEvent } from '../../../src/core/worker';
import { endlessTime, failing, intercept } from '../../helpers/fault';
import type { Call } from '../../helpers/fault';
import { build, fingerprint, openDescriptors, outline, recoveryName, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const top = useTempDirectory();
let root: Directory;
let name: string;
beforeEach(async () => {
  root = await Directory.open(top());
  name = recoveryName(Date.now() - 1000);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await root.close();
});

const { DELETE, DELETE_WHEN_EMPTY } = RecoveryDirectoryDisposal;
const run = (more: Partial<DeleteEvent> = {}, time: InvocationTime = endlessTime, abort?: AbortSignal): Promise<DeleteAnswer> =>
  deleteRecoveryDirectory(root, {
    operation: 'delete', directory: name, accessPointRoots: [], runningRestoreJobs: [], restoredSince: '1970-01-01T00:00:00Z', retentionSeconds: 0, disposal: DELETE, ...more,
  }, new Deadline(time, abort));
const goOn = ({ resume }: DeleteAnswer): Partial<DeleteEvent> => ({ previous: JSON.parse(JSON.stringify({ resume })) as DeleteEvent['previous'] });

const many = (length: number, prefix: string, node: Tree[string]): Tree => Object.fromEntries(Array.from({ length }, (_, index) => [`${prefix}${index}`, node]));
const chain = (levels: number, node: Tree[string]): Tree => Array.from({ length: levels }).reduce<Tree>((below) => ({ d: below, f: 'f' }), { f: node });
const isRemoval = ({ operation }: Call): boolean => operation === 'unlink' || operation === 'rmdir';

/** Makes all waits pass at once, and the clock of the rate limit go on by as much. */
function useClock(): { readonly now: number; readonly longestWait: number } {
  const clock = { now: performance.now(), longestWait: 0 };
  const sleepers: Array<{ at: number; wake: (value: unknown) => void }> = [];
  const wakeNext = () => {
    const next = sleepers.sort((a, b) => a.at - b.at).shift();
    if (next) {
      clock.now = Math.max(clock.now, next.at);
      next.wake(undefined);
      setImmediate(wakeNext);
    }
  };
  jest.spyOn(performance, 'now').mockImplementation(() => clock.now);
  jest.spyOn(timers, 'setTimeout').mockImplementation((async (milliseconds: number) => new Promise((wake) => {
    clock.longestWait = Math.max(clock.longestWait, milliseconds);
    if (sleepers.push({ at: clock.now + milliseconds, wake }) === 1) {
      setImmediate(wakeNext);
    }
  })) as never);
  return clock;
}

describe('the rate', () => {
  const tree: Tree = { ...many(40, 'd', { a: '', b: { c: '' } }), ...many(80, 'f', '') };
  const ENTRIES = 1 + 40 * 4 + 80;
  const DIRECTORIES = 1 + 40 * 2;

  /** How many calls a second went through, with the burst of a tenth of a second taken off. */
  async function rateOf(more: Partial<DeleteEvent>): Promise<number> {
    build(top(), { [name]: tree });
    const taken: number[] = [];
    const take = RateLimit.prototype.take;
    jest.spyOn(RateLimit.prototype, 'take').mockImplementation(async function (this: RateLimit, operations = 1) {
      taken.push(operations);
      return take.call(this, operations);
    });
    const clock = useClock();
    const began = clock.now;
    const { calls, stop } = intercept(() => undefined);
    expect(await run(more).finally(stop)).toMatchObject({ outcome: 'DELETED', deletedEntries: ENTRIES });
    // each name that is removed, and at least two calls for each directory that is listed, are paid for
    expect(taken.filter((operations) => operations === 1).length).toBe(calls.filter((call) => isRemoval(call) && call.paths[0].includes(name) && !call.paths[0].includes('.cdk-efs-backup')).length);
    expect(taken.filter((operations) => operations > 1).length).toBeGreaterThanOrEqual(DIRECTORIES);
    const all = taken.reduce((sum, operations) => sum + operations, 0);
    expect(clock.now).toBeGreaterThan(began);
    return all / ((clock.now - began) / 1000 + 0.1);
  }

  test.each([20, 100, 1_000])('%i a second', async (operationsPerSecond) => {
    const rate = await rateOf({ operationsPerSecond });
    expect(rate).toBeGreaterThan(0.9 * operationsPerSecond);
    expect(rate).toBeLessThan(1.06 * operationsPerSecond);
  });

  test.each<[string, unknown]>([['nothing', undefined], ['null', null]])('%s is no rate: the default holds', async (_, operationsPerSecond) => {
    const rate = await rateOf({ operationsPerSecond: operationsPerSecond as number });
    expect(rate).toBeGreaterThan(0.9 * 3_500);
    expect(rate).toBeLessThan(1.06 * 3_500);
  });

  test.each<[string, unknown]>([['0', 0], ['less than nothing', -5], ['a text', 'fast']])('%s is refused, and nothing is deleted', async (_, operationsPerSecond) => {
    await expect(rateOf({ operationsPerSecond: operationsPerSecond as number })).rejects.toMatchObject({
      name: 'InvalidWorkerEvent', message: expect.stringContaining("'operationsPerSecond' must be a whole number, 10 or more"),
    });
  });

  test.each<[string, Tree, number]>([
    ['empty directories, each in its own', many(400, 'p', { e: {} }), 801], ['empty directories side by side', many(800, 'e', {}), 801],
    ['files', many(40, 'd', many(40, 'f', '')), 1641],
  ])('however low it is, a call ends with 5 s to spare: %s', async (_, wide, entries) => {
    build(top(), { [name]: wide });
    const clock = useClock();
    let answer: DeleteAnswer | undefined;
    let calls = 0;
    for (; !answer?.done; calls += 1) {
      expect(calls).toBeLessThan(100);
      const began = clock.now;
      const LIMIT = 60_000;
      const time = { getRemainingTimeInMillis: () => LIMIT - (clock.now - began) };
      answer = await run({ operationsPerSecond: 20, ...(answer ? goOn(answer) : {}) }, time);
      expect(clock.now - began).toBeLessThan(LIMIT - 5_000);
    }
    expect(calls).toBeGreaterThan(1);
    expect(answer).toMatchObject({ outcome: 'DELETED', deletedEntries: entries });
  });
});

describe('out of time', () => {
  test.each([[5_000, 'UNDECIDED'], [10_000, 'UNDECIDED'], [30_000, 'DELETED']])('%i ms before the end of the invocation it is %s', async (remaining, outcome) => {
    build(top(), { [name]: { a: { f: '' }, b: { f: '' } } });
    expect(await run({}, { getRemainingTimeInMillis: () => remaining })).toMatchObject({ outcome });
    expect(fs.existsSync(`${top()}/${name}`)).toBe(outcome === 'UNDECIDED');
  });

  test.each<[string, Tree]>([
    ['files in one directory', many(500, 'f', '')], ['files in many', many(100, 'd', many(5, 'f', ''))],
    ['empty directories side by side', many(500, 'e', {})], ['empty directories, each in its own', many(250, 'p', { e: {} })],
  ])('no more than what is in flight is still removed: %s', async (_, tree) => {
    build(top(), { [name]: tree });
    let before = 0;
    let after = 0;
    const { stop } = intercept((call) => {
      if (isRemoval(call) && call.paths[0].startsWith(`${top()}/${name}`)) {
        before += 1;
        after += before > 100 ? 1 : 0;
      }
    });
    const answer = await run({ operationsPerSecond: 1e9 }, { getRemainingTimeInMillis: () => (before < 100 ? 600_000 : 0) }).finally(stop);
    expect(answer).toMatchObject({ outcome: 'UNDECIDED', done: false });
    expect(after).toBeLessThan(64);
    expect(await run(goOn(answer))).toMatchObject({ outcome: 'DELETED' });
    expect(outline(top())).toEqual({});
  });

  test('whoever ends the process is told what is left, and the next call goes on', async () => {
    build(top(), { [name]: many(10, 'd', many(10, 'f', '')) });
    const ended = new AbortController();
    let removals = 0;
    const { stop } = intercept((call) => {
      removals += isRemoval(call) ? 1 : 0;
      if (removals === 20) {
        ended.abort();
      }
    });
    const answer = await run({}, endlessTime, ended.signal).finally(stop);
    expect(answer).toMatchObject({ outcome: 'UNDECIDED', done: false, resume: { inspected: 111 } });
    expect(answer.deletedEntries).toBeGreaterThanOrEqual(19);
    expect(Object.keys(outline(`${top()}/${name}`))).toHaveLength(111 - 1 - answer.deletedEntries);
    expect(await run(goOn(answer))).toMatchObject({ outcome: 'DELETED', deletedEntries: 111 });
  });
});

test('once it is gone, every further call says so, and changes nothing', async () => {
  build(top(), { [name]: { a: { f: '' } }, live: { f: 'live' } });
  const first = await run();
  expect(first).toMatchObject({ outcome: 'DELETED', deletedEntries: 3 });
  const before = fingerprint(top());
  const { calls, stop } = intercept(() => undefined);
  for (const previous of [undefined, {}, first]) {
    expect(await run({ previous })).toMatchObject({ outcome: 'ALREADY_GONE', done: true, deletedEntries: 0 });
  }
  stop();
  expect(fingerprint(top())).toEqual(before);
  expect(calls.filter((call) => !['open', 'lstat', 'handle.stat', 'opendir', 'readdir'].includes(call.operation) && !call.paths[0].endsWith('/.cdk-efs-backup'))).toEqual([]);
});

test.each<[string, () => Tree]>([
  ['3,000 directories with files', () => many(3_000, 'd', { f: 'f' })], ['1,500 directories with one in each', () => many(1_500, 'p', { e: {} })],
  ['3,000 empty ones', () => many(3_000, 'e', {})], ['5 that are 200 levels deep', () => many(5, 't', chain(200, 'f'))],
])('of the 1,024 descriptors of a function few are open at once: %s', async (_, tree) => {
  build(top(), { [name]: tree() });
  const open = () => fs.readdirSync('/proc/self/fd').length;
  const before = open();
  let most = 0;
  const { stop } = intercept(({ operation }) => {
    most = Math.max(most, ['rmdir', 'opendir'].includes(operation) ? open() - before : 0);
  });
  expect(await run({ operationsPerSecond: 1e9 }).finally(stop)).toMatchObject({ outcome: 'DELETED' });
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThan(400);
  expect(openDescriptors(top())).toHaveLength(1);
});

describe('what is told', () => {
  test('a file that the client of NFS keeps because it is open: told by its path, and gone once it is closed', async () => {
    useClock();
    build(top(), { [name]: { a: { f: 'secret' }, b: { g: 'secret' } } });
    const place = `${top()}/${name}/a`;
    const KEPT = '.nfs00000000000000010000002a';
    // the client renames an open file that is removed, and will not remove it under that name
    const answer = await failing('EBUSY', (call) => {
      if (call.operation === 'unlink' && call.paths[0] === `${place}/f`) {
        fs.renameSync(`${place}/f`, `${place}/${KEPT}`);
      }
      return call.operation === 'unlink' && call.paths[0] === `${place}/${KEPT}`;
    }, run);
    expect(answer).toMatchObject({ outcome: 'INCOMPLETE', notes: [{ path: `/${name}/a/${KEPT}`, note: expect.stringContaining('appeared') }] });
    expect(outline(`${top()}/${name}`)).toEqual({ a: 'directory', [`a/${KEPT}`]: 'file secret' });
    expect(await run()).toMatchObject({ outcome: 'DELETED', deletedEntries: 3 });
  });

  test.each(['EACCES', 'EBUSY', 'EIO', 'ENOSPC', 'EDQUOT', 'EROFS', 'ESTALE'])('%s with the path, and never a content', async (code) => {
    useClock();
    build(top(), { [name]: { a: { f: 'secret', g: 'secret' } } });
    const answer = await failing(code, (call) => call.operation === 'unlink' && call.paths[0].endsWith('/f'), run);
    expect(answer).toMatchObject({ outcome: 'INCOMPLETE', deletedEntries: 1, notes: [{ path: `/${name}/a/f`, note: code }] });
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(JSON.stringify(answer)).not.toContain(top());
  });

  test('an answer that was lost: the server did it, and says ENOENT when it is asked again', async () => {
    build(top(), { [name]: { a: { f: '' }, b: {} } });
    const { stop } = intercept((call) => {
      if (isRemoval(call) && call.paths[0].startsWith(`${top()}/${name}`)) {
        fs.rmSync(call.paths[0], { recursive: true });
      }
    });
    expect(await run().finally(stop)).toMatchObject({ outcome: 'DELETED', notes: [] });
    expect(outline(top())).toEqual({});
  });

  test.each<[string, (call: Call) => boolean, Partial<DeleteEvent>]>([
    ['entries that stay', ({ operation, paths }) => operation === 'unlink' && paths[0].includes('/stuck'), {}],
    ['a refusal', () => false, { disposal: DELETE_WHEN_EMPTY }],
    ['a directory that cannot be read', ({ operation, paths }) => operation === 'opendir' && /x\/?\.?$/.test(paths[0]) && paths[0].length > 3_000, {}],
  ])('long paths leave room for the other states of an execution: %s', async (_, matches, more) => {
    const long = 'x'.repeat(250);
    const deep = Array.from({ length: 14 }).reduce<Tree>((below) => ({ [long]: below }), many(30, 'stuck', ''));
    build(top(), { [name]: deep });
    const answer = await failing('EACCES', matches, () => run(more));
    expect(answer.notes.length + answer.refusals.length).toBeGreaterThan(0);
    const told = [...answer.notes.map(({ path }) => path), ...answer.refusals.map(({ detail }) => detail)];
    expect(Math.max(...told.map((text) => text.length))).toBeLessThan(600);
  });
});

test('the retention is over a millisecond after its last second, not before', async () => {
  build(top(), { [name]: { f: '' } });
  const instant = Date.parse(name.replace(/^.*_(.*)T(..)-(..)-(..)-(...)Z$/, '$1T$2:$3:$4.$5Z'));
  const now = jest.spyOn(Date, 'now').mockReturnValue(instant + 3_600_000);
  const event = { retentionSeconds: 3_600, graceSeconds: 86_400 };
  expect(await run(event)).toMatchObject({ outcome: 'REFUSED', refusals: [{ reason: 'RETENTION', detail: 'it is 3600 seconds old and is kept for 3600 seconds' }] });
  now.mockReturnValue(instant + 3_600_001);
  // neither by the clock of the function alone, nor by that of the file system alone
  expect(await run(event)).toMatchObject({ outcome: 'REFUSED', refusals: [{ reason: 'RETENTION' }] });
  const clock = (milliseconds: number) => jest.spyOn(Directory.prototype, 'writeFile').mockImplementation(async function (this: Directory, file, text) {
    await write.call(this, file, text);
    return BigInt(milliseconds) * 1_000_000n;
  });
  const write = Directory.prototype.writeFile;
  clock(instant + 3_600_000);
  expect(await run(event)).toMatchObject({ outcome: 'REFUSED', refusals: [{ reason: 'RETENTION', detail: 'it is 3600 seconds old and is kept for 3600 seconds' }] });
  clock(instant + 3_600_001);
  expect(await run(event)).toMatchObject({ outcome: 'DELETED' });
});
