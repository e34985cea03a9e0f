import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { move } from '../../../lambda/worker/move';
import { undo } from '../../../lambda/worker/undo';
import { ConflictPolicy } from '../../../src/core/restore-request';
import type { MoveAnswer, UndoAnswer } from '../../../src/core/worker';
import { crashingAt, endlessTime, errno, intercept, timeFor } from '../../helpers/fault';
import { build, outline, recoveryName, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const RECORDS = `.cdk-efs-backup/${name}`;
/** Step Functions: what a state holds. */
const STATE_BYTES = 256 * 1024;
const { SKIP, REPLACE, KEEP_BOTH } = ConflictPolicy;
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());

const moving = (conflictPolicy: ConflictPolicy, previous?: MoveAnswer, time = endlessTime): Promise<MoveAnswer> =>
  move(root, { operation: 'move', directory: name, conflictPolicy, previous }, new Deadline(time));
const undoing = (previous?: UndoAnswer, time = endlessTime): Promise<UndoAnswer> => undo(root, { operation: 'undo', directory: name, previous }, new Deadline(time));
const journal = (number = 1) => `${top()}/${RECORDS}/journal/${number}.jsonl`;
const tree = () => Object.fromEntries(Object.entries(outline(top())).filter(([path]) => !path.startsWith('.cdk-efs-backup')));

const live: Tree = { d: { f: 'l1', own: 'l2', deep: { deeper: { g: 'l3' } } }, e: {} };
const restored: Tree = { d: { f: 'r1', new: 'r2', deep: { deeper: { g: 'r3', h: 'r4' } } }, e: { i: 'r5' }, whole: { j: 'r6' }, k: 'r7' };

/** Writes the journal as older versions did: with whole paths in each line. */
function rewriteAsBefore(): void {
  const paths = new Map<number | undefined, string>([[undefined, '']]);
  let byte = 0;
  const lines = fs.readFileSync(journal(), 'utf8').trimEnd().split('\n').map((text) => {
    const { in: within, subdirectory, name: own, live: liveName, aside, ...line } = JSON.parse(text) as Record<string, unknown> & { in?: number };
    const above = paths.get(within)!;
    const join = (last: unknown) => (above === '' ? String(last) : `${above}/${String(last)}`);
    const begin = byte;
    byte += Buffer.byteLength(text) + 1;
    if (subdirectory !== undefined) {
      paths.set(begin, join(subdirectory));
      return { directory: join(subdirectory), ...line };
    }
    return own === undefined ? line : { restored: join(own), ...(liveName ? { live: join(liveName) } : {}), ...line, ...(aside ? { aside: { path: `${String(aside)}/${join(own)}` } } : {}) };
  });
  fs.writeFileSync(journal(), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

describe.each([SKIP, REPLACE, KEEP_BOTH])('a journal of an older version: %s', (policy) => {
  test('is taken back', async () => {
    build(top(), { ...live, [name]: restored });
    const before = tree();
    await moving(policy);
    rewriteAsBefore();
    expect(fs.readFileSync(journal(), 'utf8')).toContain('"restored":"d/deep/deeper/h"');
    expect(await undoing()).toMatchObject({ outcome: 'UNDONE', counts: { left: 0 } });
    expect(tree()).toEqual(before);
  });

  test('of a call that never answered is counted, and gone on with', async () => {
    build(top(), { ...live, [name]: restored });
    const { counts } = await moving(policy);
    await undoing();
    for (const n of [70, 85, 100]) {
      await crashingAt(n, () => moving(policy));
      if (fs.existsSync(journal())) {
        rewriteAsBefore();
      }
      expect((await moving(policy)).counts).toEqual(counts);
      expect(await undoing()).toMatchObject({ outcome: 'UNDONE' });
    }
  });
});

test('lines that cannot be read are told and left; all others are taken back, and the journal stays', async () => {
  build(top(), { ...live, [name]: restored });
  await moving(REPLACE);
  const lines = fs.readFileSync(journal(), 'utf8').split('\n');
  const spoilt = lines.findIndex((line) => line.includes('"name":"new"'));
  lines[spoilt] = lines[spoilt].replace('"name"', '"n\0me"');
  fs.writeFileSync(journal(), lines.join('\n'));
  const byte = lines.slice(0, spoilt).reduce((sum, line) => sum + line.length + 1, 0);
  for (let round = 0; round < 2; round += 1) {
    expect(await undoing()).toMatchObject({ outcome: 'INCOMPLETE', counts: { left: 1 }, notes: [{ path: `/${RECORDS}/journal/1.jsonl, byte ${byte}` }] });
    expect(tree()).toMatchObject({ 'd/f': 'file l1', 'd/new': 'file r2', [`${name}/d/f`]: 'file r1', [`${name}/e/i`]: 'file r5' });
  }
});

test('what a call that never answered has moved, and its journal does not say any more, does not pass for moved', async () => {
  build(top(), { ...live, [name]: restored });
  await crashingAt(100, () => moving(SKIP));
  fs.appendFileSync(journal(), 'x\n');
  expect(await moving(SKIP)).toMatchObject({ outcome: 'INCOMPLETE', counts: { failed: 1 }, notes: expect.arrayContaining([expect.objectContaining({ path: expect.stringContaining('1.jsonl, byte') })]) });
});

test.each(['ENOSPC', 'EIO'])('a line that failed to be written (%s), and was in part, spoils none that comes after it', async (code) => {
  build(top(), { ...live, [name]: restored });
  const before = tree();
  let failures = 0;
  const { stop } = intercept(({ operation, paths }) => {
    if (operation === 'handle.write' && paths[0].endsWith('.jsonl') && fs.statSync(paths[0]).size > 0 && failures < 1) {
      failures += 1;
      fs.appendFileSync(paths[0], '{"name":"partly wr');
      throw errno(code);
    }
  });
  expect((await moving(REPLACE).finally(stop)).outcome).toBe('INCOMPLETE');
  expect(failures).toBe(1);
  expect(fs.readFileSync(journal(), 'utf8')).not.toContain('partly');
  await moving(REPLACE);
  expect(await undoing()).toMatchObject({ outcome: 'UNDONE' });
  expect(tree()).toEqual(before);
});

test('an undo that ended removed the journal of a move that is at work: the move does nothing more', async () => {
  build(top(), { a: {}, b: {}, [name]: { a: { f: 'r1' }, b: { g: 'r2' } } });
  const before = tree();
  let removed = false;
  const { stop } = intercept(({ operation, paths }) => {
    if (!removed && operation === 'handle.write' && paths[0].endsWith('.jsonl') && fs.statSync(paths[0]).size > 0) {
      removed = true;
      fs.unlinkSync(paths[0]);
    }
  });
  expect(await moving(SKIP).finally(stop)).toMatchObject({ outcome: 'INCOMPLETE', counts: { moved: 0, failed: 2 }, notes: [{ note: expect.stringContaining('ECANCELED') }, {}] });
  expect(tree()).toEqual(before);
});

describe('names as long as they can be, of bytes that JSON writes as six', () => {
  const HOSTILE = '\x01'.repeat(255);
  const hostile = (index: number) => `${String(index).padStart(5, '0')}${HOSTILE}`.slice(0, 255);

  test('a directory that is deep: the journal is as long as the names, and what a call was killed at is taken up again, and back', async () => {
    const levels = 60;
    // no path of a system call may be as long as these are
    const make = (place: string, leaf: Tree) => {
      let at = fs.openSync(place, 'r');
      for (let level = 0; level < levels; level += 1) {
        fs.mkdirSync(`/proc/self/fd/${at}/${HOSTILE}`);
        const next = fs.openSync(`/proc/self/fd/${at}/${HOSTILE}`, 'r');
        fs.closeSync(at);
        at = next;
      }
      build(`/proc/self/fd/${at}`, leaf);
      return at;
    };
    fs.mkdirSync(`${top()}/${name}`);
    const [alive, back] = [make(top(), { f: 'l1' }), make(`${top()}/${name}`, { f: 'r1', g: 'r2', h: 'r3' })];
    const look = (at: number) => outline(`/proc/self/fd/${at}/.`);
    const before = [look(alive), look(back)];
    const done = await moving(REPLACE);
    expect(done).toMatchObject({ outcome: 'MOVED', counts: { moved: 2, replaced: 1 } });
    expect(Buffer.byteLength(JSON.stringify(done))).toBeLessThan(10_000);
    expect(fs.statSync(journal()).size).toBeLessThan(levels * (255 * 4 / 3 + 150) + 3_000);
    expect(await undoing()).toMatchObject({ outcome: 'UNDONE', counts: { movedBack: 3, putBack: 1 } });
    expect([look(alive), look(back)]).toEqual(before);
    await crashingAt(1_100, () => moving(REPLACE));
    expect(await moving(REPLACE)).toMatchObject({ outcome: 'MOVED' });
    expect(await undoing()).toMatchObject({ outcome: 'UNDONE' });
    expect([look(alive), look(back)]).toEqual(before);
    [alive, back].forEach((each) => fs.closeSync(each));
  });

  test('thousands of entries that are left: what a stopped undo answers fits into a state', async () => {
    const files = (content: string): Tree => Object.fromEntries(Array.from({ length: 4_000 }, (_, index) => [hostile(index), content]));
    build(top(), { d: {}, [name]: { d: files('r') } });
    await moving(SKIP);
    for (const file of fs.readdirSync(`${top()}/d`)) {
      fs.rmSync(`${top()}/d/${file}`);
    }
    let answer = await undoing(undefined, timeFor(2_500));
    let [rounds, longest] = [1, 0];
    for (; !answer.done; rounds += 1) {
      longest = Math.max(longest, Buffer.byteLength(JSON.stringify(answer)));
      answer = await undoing(JSON.parse(JSON.stringify(answer)) as UndoAnswer, timeFor(2_500));
    }
    expect(rounds).toBeGreaterThan(1);
    expect(longest).toBeLessThan(STATE_BYTES / 2); // the other half is for what a look through a directory needs
    expect(answer).toMatchObject({ outcome: 'INCOMPLETE', counts: { left: 4_000 } });
  });
});
