import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { Tree as FsTree } from '../../../lambda/fs/tree';
import { Deadline } from '../../../lambda/runtime/deadline';
import { RateLimit } from '../../../lambda/runtime/rate-limit';
import { inspect } from '../../../lambda/worker/delete/inspect';
import { move } from '../../../lambda/worker/move';
import { survey } from '../../../lambda/worker/survey';
import { isUntouched } from '../../../lambda/worker/undo/is-untouched';
import { verify } from '../../../lambda/worker/verify';
import { ConflictPolicy } from '../../../src/core/restore-request';
import { PathRange } from '../../../src/core/shard';
import type { MoveAnswer, SurveyAnswer, VerifyAnswer } from '../../../src/core/worker';
import { timeFor } from '../../helpers/fault';
import { recoveryName, useTempDirectory } from '../../helpers/temp-tree';

/** A directory of many entries that somebody changes while an operation has stopped in the middle of it. */
const COUNT = 2_800;
/** Those that are taken out of it. */
const TAKEN = 500;
const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
  fs.mkdirSync(`${top()}/${name}/d`, { recursive: true });
  fs.mkdirSync(`${top()}/d`);
});
afterEach(() => root.close());

const make = (directory: string, names: readonly string[]) => names.forEach((file) => fs.writeFileSync(`${top()}/${directory}/${file}`, 'four'));
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `f${index}`);
/** In the order in which the file system lists them. */
const listed = (): string[] => {
  const names: string[] = [];
  const directory = fs.opendirSync(`${top()}/${name}/d`);
  for (let entry = directory.readSync(); entry; entry = directory.readSync()) {
    names.push(entry.name);
  }
  directory.closeSync();
  return names;
};
/** Takes out the entries that the call before saw first, so that all others are at another position. */
function takeFirst(count = TAKEN): string[] {
  const first = listed().slice(0, count);
  first.forEach((file) => fs.renameSync(`${top()}/${name}/d/${file}`, `${top()}/${file}`));
  return listed();
}

/** Calls until it is done, with so many looks at the clock in each; after `changes` of the calls the directory is changed. */
async function callUntilDone<Answer extends { readonly done: boolean }>(
  call: (previous: Answer | undefined, deadline: Deadline) => Promise<Answer>, changes = 1, asks = 2, asksOfFirst = asks,
) {
  let answer: Answer | undefined;
  for (let calls = 0; !answer?.done; calls += 1) {
    answer = await call(answer, new Deadline(timeFor(calls === 0 ? asksOfFirst : asks)));
    if (!answer.done && calls < changes) {
      takeFirst();
    }
    if (calls > 100) {
      throw new Error('it does not come to an end');
    }
  }
  return answer;
}

describe('a restored directory that changes between two calls', () => {
  const moveAll = (conflictPolicy: ConflictPolicy, dryRun = false, changes = 1, asksOfFirst?: number) =>
    callUntilDone<MoveAnswer>((previous, deadline) =>
      move(root, { operation: 'move', directory: name, conflictPolicy, dryRun, previous: { resume: previous?.resume } }, deadline), changes, dryRun || conflictPolicy === ConflictPolicy.FAIL ? 2 : 1_300, asksOfFirst);

  test('a move leaves out none of its entries: those whose place is free are moved, the others are counted once', async () => {
    make(`${name}/d`, numbered(COUNT));
    const free = new Set(listed().slice(-900)); // the last ones that are listed
    make('d', numbered(COUNT).filter((file) => !free.has(file)));
    const { outcome, counts } = await moveAll(ConflictPolicy.SKIP, false, 1, 2);
    expect([outcome, counts]).toEqual(['MOVED', { moved: 900, replaced: 0, keptBoth: 0, skipped: COUNT - 900 - TAKEN, failed: 0 }]);
    expect(listed()).toHaveLength(COUNT - 900 - TAKEN);
  });

  test('a move that lists it again, because much of it was moved, counts what stays once', async () => {
    make(`${name}/d`, numbered(COUNT));
    const stay = new Set(listed().slice(0, 1_200));
    make('d', [...stay]);
    const { outcome, counts } = await moveAll(ConflictPolicy.SKIP, false, 0);
    expect([outcome, counts]).toEqual(['MOVED', { moved: COUNT - 1_200, replaced: 0, keptBoth: 0, skipped: 1_200, failed: 0 }]);
  });

  test('a plan sees all of its entries, and counts none of them twice', async () => {
    make(`${name}/d`, numbered(COUNT));
    make('d', [listed()[COUNT - 1]]); // the last one that is listed is in the way
    expect(await moveAll(ConflictPolicy.FAIL)).toMatchObject({ outcome: 'CONFLICT', counts: { moved: COUNT - TAKEN - 1, failed: 1 } });
    const { counts, plan } = await moveAll(ConflictPolicy.SKIP, true);
    expect(counts).toEqual({ moved: COUNT - 2 * TAKEN - 1, replaced: 0, keptBoth: 0, skipped: 1, failed: 0 });
    expect(plan!.moved).toMatchObject({ files: COUNT - 2 * TAKEN - 1, bytes: 4 * (COUNT - 2 * TAKEN - 1) });
  });

  test('a dry run counts none of the files twice that a directory has that would be moved whole', async () => {
    make(`${name}/d`, numbered(COUNT));
    fs.rmdirSync(`${top()}/d`);
    const { counts, plan } = await moveAll(ConflictPolicy.SKIP, true);
    expect([counts.moved, plan!.moved.files]).toEqual([1, COUNT - TAKEN]);
  });

  test('a verification tells it, and counts none of its entries twice', async () => {
    make(`${name}/d`, numbered(COUNT));
    make('d', [...numbered(200), 'extra']);
    const left = COUNT - TAKEN;
    const answer = await callUntilDone<VerifyAnswer>((previous, deadline) => verify(root, {
      operation: 'verify', directory: name, items: null, compare: 'SIZE_AND_TIME', expectations: [{ path: '/d', atLeastFiles: left + 1 }], previous: { resume: previous?.resume },
    }, deadline));
    expect(answer.verdict).toBe('FAILED');
    expect(answer.findings).toEqual([expect.stringContaining('changed meanwhile'), expect.stringContaining(`at least ${left + 1} files and holds ${left}`)]);
    expect(answer.counts).toEqual({ files: left, directories: 1, symbolicLinks: 0, others: 0, bytes: 4 * left });
    const both = listed().filter((file) => fs.existsSync(`${top()}/d/${file}`)).length;
    const { missing, changed, same, extra } = answer.comparison!;
    expect({ missing, there: changed + same - 1, extra }).toEqual({ missing: left - both, there: both, extra: 201 - both });
  });

  test('a survey tells it, and counts none of its entries twice', async () => {
    make(`${name}/d`, numbered(COUNT));
    const answer = await callUntilDone<SurveyAnswer>((previous, deadline) => survey(root, { operation: 'survey', contents: true, previous: { resume: previous?.resume } }, deadline));
    const { content } = answer.entries.find((entry) => entry.name === name)!;
    expect(content!.counts).toEqual({ files: COUNT - TAKEN, directories: 1, symbolicLinks: 0, others: 0, bytes: 4 * (COUNT - TAKEN) });
    expect(content!.unreadable).toEqual([{ path: `/${name}/d`, note: 'changed while it was looked through' }]);
  });

  test('a cut covers every path all the same', async () => {
    make(`${name}/d`, numbered(COUNT));
    const { shards } = await callUntilDone<SurveyAnswer>((previous, deadline) => survey(root, { operation: 'survey', cut: { directory: name, shards: 4 }, previous: { resume: previous?.resume } }, deadline));
    const ranges = shards!.map((shard) => new PathRange(shard));
    expect(listed().filter((file) => ranges.filter((range) => range.includes(`d/${file}`)).length !== 1)).toEqual([]);
  });

  test('the look before a deletion sees all of its entries, and counts none of them twice', async () => {
    make(`${name}/d`, numbered(COUNT));
    const recovery = await root.openDirectory(name);
    const later = Date.now() + 600_000;
    const until = { restoredUntil: later, directoriesUntil: later, topUntil: later, othersUntil: later, linkedUntil: later };
    const limits = { ...until, linked: new Set<string>() };
    let inspected = 0;
    let cursor: string | undefined;
    let calls = 0;
    do {
      const tree = new FsTree(recovery);
      const found = await inspect(tree, {
        top: recovery,
        device: (await root.stat()).dev,
        leftovers: false,
        limits,
        range: PathRange.ALL,
        mayVanish: false,
        cursor,
        deadline: new Deadline(timeFor(2)),
        rateLimit: new RateLimit(),
      }).finally(() => tree.close());
      inspected += found.inspected;
      cursor = found.cursor;
      calls += 1;
      if (calls === 1) {
        takeFirst();
      }
    } while (cursor !== undefined);
    await recovery.close();
    expect([inspected, calls > 1]).toEqual([COUNT - TAKEN + 2, true]);
  });

  test('the look before an undo takes it for written', async () => {
    make(`${name}/d`, numbered(COUNT));
    const recovery = await root.openDirectory(name);
    const mustStop = () => true;
    const instant = BigInt(Date.now() + 60_000) * 1_000_000n;
    const first = await isUntouched(root, recovery, 'd', instant, mustStop) as { cursor: string };
    takeFirst();
    expect(await isUntouched(root, recovery, 'd', instant, mustStop, first.cursor)).toBe(false);
    await recovery.close();
  });
});
