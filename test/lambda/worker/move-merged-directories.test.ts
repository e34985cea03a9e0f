import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { move } from '../../../lambda/worker/move';
import { undo } from '../../../lambda/worker/undo';
import { ConflictPolicy, MergedDirectories } from '../../../src/core/restore-request';
import type { MoveAnswer, MoveEvent } from '../../../src/core/worker';
import { crashingAt, endlessTime, failing, timeFor } from '../../helpers/fault';
import { build, clear, directory, recoveryName, runsAsRoot, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const { SKIP, FAIL, REPLACE } = ConflictPolicy;
const { KEEP_LIVE, TAKE_RESTORED } = MergedDirectories;
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());

const run = (more: Partial<MoveEvent> = {}, time = endlessTime): Promise<MoveAnswer> =>
  move(root, { operation: 'move', directory: name, conflictPolicy: SKIP, items: ['/srv/db'], ...more }, new Deadline(time));
const undoing = () => undo(root, { operation: 'undo', directory: name }, new Deadline(endlessTime));
const modeOf = (path: string) => (fs.statSync(`${top()}/${path}`).mode % 0o10000).toString(8);
const tree = (outer: number, db: number, inner: number, content: string): Tree => ({
  srv: directory({
    db: directory({ data: directory({ [content]: content, f: content }, { mode: inner }), same: { [content]: content } }, { mode: db }),
  }, { mode: outer }),
});
const prepare = () => {
  clear(top());
  build(top(), { ...tree(0o755, 0o755, 0o755, 'live'), [name]: tree(0o750, 0o750, 0o1770, 'restored') });
};
const own = () => `${process.getuid!()}:${process.getgid!()}`;

test.each([undefined, KEEP_LIVE])('%s: live directories keep owner and mode, and each that the backup has otherwise is told', async (mergedDirectories) => {
  prepare();
  const answer = await run({ mergedDirectories });
  expect(answer).toMatchObject({ outcome: 'MOVED', counts: { failed: 0 } });
  expect(answer.mergedDirectories).toEqual({
    differing: 3,
    notes: [
      { path: '/srv', note: `keeps ${own()} 0755, and had ${own()} 0750 when it was backed up` },
      { path: '/srv/db', note: `keeps ${own()} 0755, and had ${own()} 0750 when it was backed up` },
      { path: '/srv/db/data', note: `keeps ${own()} 0755, and had ${own()} 1770 when it was backed up` },
    ],
  });
  expect(['srv', 'srv/db', 'srv/db/data'].map(modeOf)).toEqual(['755', '755', '755']);
});

test('where all is the same, nothing is said', async () => {
  build(top(), { ...tree(0o755, 0o755, 0o755, 'live'), [name]: tree(0o755, 0o755, 0o755, 'restored') });
  expect(await run()).not.toHaveProperty('mergedDirectories');
});

test('the item is told first of all, however many there are', async () => {
  const many = (mode: number): Tree => Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`a${String(index).padStart(2, '0')}`, directory({ f: `${mode}` }, { mode })]));
  build(top(), { top: directory({ ...many(0o755), z: directory({ g: 'live' }, { mode: 0o755 }) }), [name]: { top: directory({ ...many(0o700), z: directory({ h: 'restored' }, { mode: 0o700 }) }) } });
  const { mergedDirectories } = await run({ items: ['/top/z'] });
  expect(mergedDirectories?.differing).toBe(61);
  expect(mergedDirectories?.notes).toHaveLength(20);
  expect(mergedDirectories?.notes.map(({ path }) => path)).toContain('/top/z');
});

test('a dry run and a call that runs out of time say the same, and count each once', async () => {
  prepare();
  const { mergedDirectories: planned } = await run({ dryRun: true });
  expect(planned?.differing).toBe(3);
  for (let asks = 1; asks < 8; asks += 2) {
    prepare();
    let answer = await run({}, timeFor(asks));
    for (let round = 0; !answer.done; round += 1) {
      expect(round).toBeLessThan(50);
      answer = await run({ previous: JSON.parse(JSON.stringify(answer)) as MoveAnswer }, timeFor(asks));
    }
    expect([asks, answer.mergedDirectories]).toEqual([asks, planned]);
  }
});

describe('TAKE_RESTORED', () => {
  test.each([SKIP, REPLACE])('%s: live directories get owner and mode of the backup, and give them back by an undo', async (conflictPolicy) => {
    prepare();
    const answer = await run({ conflictPolicy, mergedDirectories: TAKE_RESTORED });
    expect(answer).toMatchObject({ outcome: 'MOVED', mergedDirectories: { differing: 3, notes: expect.arrayContaining([{ path: '/srv/db', note: `had ${own()} 0755, and takes ${own()} 0750 of the backup` }]) } });
    expect(['srv', 'srv/db', 'srv/db/data', 'srv/db/same'].map(modeOf)).toEqual(['750', '750', '1770', '755']);
    expect(await undoing()).toMatchObject({ outcome: 'UNDONE' });
    expect(['srv', 'srv/db', 'srv/db/data'].map(modeOf)).toEqual(['755', '755', '755']);
  });

  test('owners, too', async () => {
    if (!runsAsRoot) {
      return; // nobody else can give something to another owner
    }
    prepare();
    fs.chownSync(`${top()}/${name}/srv/db`, 101, 102);
    expect(await run({ mergedDirectories: TAKE_RESTORED })).toMatchObject({ outcome: 'MOVED' });
    expect(fs.statSync(`${top()}/srv/db`)).toMatchObject({ uid: 101, gid: 102 });
    await undoing();
    expect(fs.statSync(`${top()}/srv/db`)).toMatchObject({ uid: 0, gid: 0 });
  });

  test('killed at any call, it is gone on with or taken back', async () => {
    for (let n = 40; ; n += 7) {
      for (const ending of ['move', 'undo']) {
        prepare();
        const crashed = await crashingAt(n, () => run({ mergedDirectories: TAKE_RESTORED }));
        if (ending === 'move') {
          expect([n, (await run({ mergedDirectories: TAKE_RESTORED })).outcome]).toEqual([n, 'MOVED']);
          expect([n, ...['srv', 'srv/db', 'srv/db/data'].map(modeOf)]).toEqual([n, '750', '750', '1770']);
        }
        expect([n, (await undoing()).counts.left]).toEqual([n, 0]);
        expect([n, ...['srv', 'srv/db', 'srv/db/data'].map(modeOf)]).toEqual([n, '755', '755', '755']);
        if (!crashed && ending === 'undo') {
          return;
        }
      }
    }
  });

  test('what somebody made of it since is left by an undo, and told', async () => {
    prepare();
    await run({ mergedDirectories: TAKE_RESTORED });
    fs.chmodSync(`${top()}/srv/db`, 0o711);
    expect(await undoing()).toMatchObject({ outcome: 'INCOMPLETE', counts: { left: 1 }, notes: [{ path: '/srv/db', note: expect.stringContaining('was changed after the move') }] });
    expect(modeOf('srv/db')).toBe('711');
  });

  test('one that cannot be given is a failure', async () => {
    prepare();
    const answer = await failing('EPERM', ({ operation, paths }) => operation === 'chmod' && paths[0] === `${top()}/srv/db`, () => run({ mergedDirectories: TAKE_RESTORED }));
    expect(answer).toMatchObject({ outcome: 'INCOMPLETE', counts: { failed: 1 }, notes: expect.arrayContaining([{ path: '/srv/db', note: expect.stringContaining('EPERM') }]) });
  });

  test('FAIL: where anything is in the way, nothing is changed', async () => {
    prepare();
    expect(await run({ conflictPolicy: FAIL, mergedDirectories: TAKE_RESTORED })).toMatchObject({ outcome: 'CONFLICT' });
    expect(['srv', 'srv/db', 'srv/db/data'].map(modeOf)).toEqual(['755', '755', '755']);
  });
});

describe('what is live only', () => {
  const prepared = () => build(top(), {
    beside: 'live', srv: { db: { a: 'live', b: 'live', c: 'live', data: { x: 'live' } }, other: 'live' }, [name]: { srv: { db: { a: 'restored', data: { y: 'restored' } } } },
  });
  test('is counted in what was asked for, and lies beside what was restored', async () => {
    prepared();
    expect(await run({ dryRun: true })).toMatchObject({ outcome: 'PLANNED', liveOnly: 3 });
    expect(await run()).toMatchObject({ outcome: 'MOVED', liveOnly: 3 });
    expect(fs.readdirSync(`${top()}/srv/db`).sort()).toEqual(['a', 'b', 'c', 'data']);
    expect(await run()).not.toHaveProperty('liveOnly'); // what was moved is no longer to be told from it
  });

  test('of a full restore in all that both have, but for what is ours and AWS Backup\'s', async () => {
    prepared();
    expect(await run({ items: null })).toMatchObject({ outcome: 'MOVED', liveOnly: 5 });
  });

  test('goes aside with an item that is swapped', async () => {
    prepared();
    expect(await run({ conflictPolicy: ConflictPolicy.SWAP })).not.toHaveProperty('liveOnly');
  });

  test.each([1, 2, 3])('is never more than there is, however often time runs out (%#)', async (asks) => {
    prepared();
    let answer = await run({}, timeFor(asks));
    for (let round = 0; !answer.done; round += 1) {
      expect(round).toBeLessThan(50);
      answer = await run({ previous: JSON.parse(JSON.stringify(answer)) as MoveAnswer }, timeFor(asks));
    }
    expect(answer.liveOnly ?? 0).toBeLessThanOrEqual(3);
  });
});
