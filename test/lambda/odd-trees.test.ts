import * as fs from 'node:fs';
import * as os from 'node:os';
import { Directory } from '../../lambda/fs/directory';
import { Deadline } from '../../lambda/runtime/deadline';
import { deleteRecoveryDirectory } from '../../lambda/worker/delete';
import { move } from '../../lambda/worker/move';
import { release } from '../../lambda/worker/release';
import { survey } from '../../lambda/worker/survey';
import { undo } from '../../lambda/worker/undo';
import { verify } from '../../lambda/worker/verify';
import { ConflictPolicy, RecoveryDirectoryDisposal } from '../../src/core/restore-request';
import type { Shard } from '../../src/core/shard';
import type { DeleteAnswer, DeleteEvent, MoveAnswer, ReleaseAnswer, SurveyAnswer, SurveyedContent, UndoAnswer, VerifyAnswer } from '../../src/core/worker';
import { large } from '../helpers/effort';
import { endlessTime, failing } from '../helpers/fault';
import { buildDeep, buildOddTree, copyTree, keptOf, lookDeep, mount, ODD_NAMES, unmount } from '../helpers/odd-tree';
import { build, bytes, clear, contents, describeTree, directory, file, fingerprint, hardLink, openDescriptors, outline, recoveryName, runsAsRoot, symbolicLink, untouched, useTempDirectory } from '../helpers/temp-tree';
import type { Tree } from '../helpers/temp-tree';

const { FAIL, SKIP, REPLACE, REPLACE_IF_OLDER, KEEP_BOTH } = ConflictPolicy;
// before the directory goes: what lies outside must be untouched after every test, and nothing left open
afterEach(async () => {
  await root.close();
  expect(fingerprint(`${temporary()}/outside`)).toEqual(sentinel);
  expect(openDescriptors(temporary())).toEqual([]);
});
const temporary = useTempDirectory();
const top = () => `${temporary()}/efs`;
const restored = () => `${top()}/${name}`;
let root: Directory;
let name: string;
let sentinel: Record<string, string>;
beforeEach(async () => {
  build(temporary(), { efs: {}, outside: { f: 'sentinel', d: { f: 'sentinel' }, l: symbolicLink('d'), ÿ: '' } });
  build(top(), { shared: { f: 'shared' } });
  root = await Directory.open(top());
  name = recoveryName(Date.now() - 1000);
  sentinel = fingerprint(`${temporary()}/outside`);
});

const deadline = () => new Deadline(endlessTime);
const FAST = 1e9;
const looking = async (): Promise<SurveyedContent | undefined> => (await survey(root, { operation: 'survey', contents: true, operationsPerSecond: FAST }, deadline())).entries.find((entry) => entry.name === name)?.content;
const cutting = (shards: number): Promise<SurveyAnswer> => survey(root, { operation: 'survey', cut: { directory: name, shards }, operationsPerSecond: FAST }, deadline());
const verifying = (compare?: 'SHA256' | 'SIZE_AND_TIME'): Promise<VerifyAnswer> => verify(root, { operation: 'verify', directory: name, items: null, compare, operationsPerSecond: FAST }, deadline());
const moving = (conflictPolicy: ConflictPolicy): Promise<MoveAnswer> => move(root, { operation: 'move', directory: name, conflictPolicy, items: null, operationsPerSecond: FAST }, deadline());
const undoing = (): Promise<UndoAnswer> => undo(root, { operation: 'undo', directory: name, operationsPerSecond: FAST }, deadline());
const deleting = (more: Partial<DeleteEvent> = {}): Promise<DeleteAnswer> => deleteRecoveryDirectory(root, {
  operation: 'delete', directory: name, accessPointRoots: [], runningRestoreJobs: [], restoredSince: '1970-01-01T00:00:00Z', retentionSeconds: 0, disposal: RecoveryDirectoryDisposal.DELETE, operationsPerSecond: FAST, ...more,
}, deadline());
const quarantining = (more: Partial<DeleteEvent> = {}): Promise<DeleteAnswer> => deleting({ mode: 'QUARANTINE', ...more });
const releasing = (): Promise<ReleaseAnswer> => release(root, { operation: 'release', directory: name });

async function deletingByShards(shards: readonly Shard[]): Promise<number> {
  let deleted = 0;
  for (const [index, shard] of shards.entries()) {
    const answer = await deleting({ shard });
    expect(answer).toMatchObject({ outcome: index === shards.length - 1 ? 'DELETED' : 'SHARD_DELETED', notes: [] });
    deleted += answer.deletedEntries;
  }
  return deleted;
}

const RESERVED = /^(\.cdk-efs-backup|aws-backup-|shared)/;
/** What is in place: everything at the root but the recovery directory and our records. */
const live = () => Object.fromEntries(Object.entries(keptOf(top())).filter(([path]) => !RESERVED.test(path)));
const isDirectory = (text: string) => text.startsWith('directory');
const filesOf = (kept: Record<string, string>) => Object.fromEntries(Object.entries(kept).filter(([, text]) => !isDirectory(text)));
/** Without the number of the names and the inode number: what another copy has in common. */
const alike = (kept: Record<string, string>) => Object.fromEntries(Object.entries(kept).map(([path, text]) => [path, isDirectory(text) ? 'directory' : text.replace(/ \d+ (\d+ \d+ \d+) \d+ /, ' $1 ')]));

describe('everything that a file system can hold', () => {
  beforeEach(() => {
    fs.mkdirSync(restored());
    buildOddTree(restored(), `${temporary()}/outside`, `${top()}/shared`);
  });

  test('survey, cut, verify and quarantine look at it, and leave it as it is', async () => {
    const before = fingerprint(restored());
    const types = Object.values(describeTree(restored())).map(({ type }) => type);
    const count = (type: string) => types.filter((each) => each === type).length;
    const bytesOf = Object.values(describeTree(restored())).reduce((sum, { type, stats }) => sum + (type === 'file' ? Number(stats.size) : 0), 0);
    const counts = { files: count('file'), directories: count('directory'), symbolicLinks: count('symbolicLink'), others: 2, bytes: bytesOf };
    expect(count('other')).toBe(2);
    expect(await looking()).toMatchObject({ counts, inUse: false, unreadable: [] });
    const { shards } = await cutting(7);
    expect(shards).toHaveLength(7);
    expect(await verifying()).toMatchObject({ verdict: 'PASSED', findings: [], counts });
    expect(await quarantining()).toMatchObject({ outcome: 'QUARANTINED' });
    expect(fingerprint(`${top()}/cdk-efs-backup-quarantine_${name}`)).toEqual(before);
    expect(await releasing()).toMatchObject({ outcome: 'RELEASED' });
    expect(fingerprint(restored())).toEqual(before);
  });

  test('verify compares it with a copy at its place: all of it is the same, and no pipe is waited for', async () => {
    copyTree(restored(), top());
    const same = Object.keys(describeTree(restored())).length;
    expect(await verifying('SHA256')).toMatchObject({ verdict: 'PASSED', comparison: { missing: 0, changed: 0, same, extra: 1 } }); // 'shared'
    fs.writeFileSync(bytes(`${top()}/names/\xff\xfe`), 'y');
    fs.unlinkSync(`${top()}/links/loop`);
    fs.symlinkSync('fro', `${top()}/links/loop`);
    fs.unlinkSync(`${top()}/special/fifo`);
    expect((await verifying('SHA256')).comparison).toMatchObject({ missing: 1, changed: 2, same: same - 3, samples: { missing: ['/special/fifo'], changed: ['/links/loop', '/names/\ufffd\ufffd'] } });
  });

  test('a move to where nothing is keeps all of it, sparse files included, and can be taken back', async () => {
    const before = keptOf(restored());
    expect(await moving(FAIL)).toMatchObject({ outcome: 'MOVED', notes: [], counts: { moved: Object.keys(before).filter((path) => !path.includes('/')).length } });
    expect(live()).toEqual(before);
    expect(fs.statSync(`${top()}/special/sparse`).blocks).toBeLessThan(64);
    expect(fs.readdirSync(restored())).toEqual([]);
    expect(await undoing()).toMatchObject({ outcome: 'UNDONE', counts: { left: 0 } });
    expect(keptOf(restored())).toEqual(before);
    expect(live()).toEqual({});
  });

  test('so does a move into directories that are there, each entry by itself', async () => {
    const before = keptOf(restored());
    const directories = Object.keys(before).filter((path) => isDirectory(before[path]));
    directories.forEach((path) => fs.mkdirSync(bytes(`${top()}/${path}`)));
    expect(await moving(FAIL)).toMatchObject({ outcome: 'MOVED', notes: [], counts: { moved: Object.keys(before).length - directories.length } });
    expect(filesOf(live())).toEqual(filesOf(before));
    expect(filesOf(keptOf(restored()))).toEqual({});
    expect(await undoing()).toMatchObject({ outcome: 'UNDONE', counts: { left: 0 } });
    expect(keptOf(restored())).toEqual(before);
    expect(filesOf(live())).toEqual({});
  });

  test.each([[FAIL, 'CONFLICT'], [SKIP, 'MOVED'], [REPLACE_IF_OLDER, 'MOVED']])('%s moves nothing where a copy has every place', async (policy, outcome) => {
    copyTree(restored(), top());
    const before = [fingerprint(restored()), live()];
    const { counts, ...answer } = await moving(policy);
    expect(answer).toMatchObject({ outcome });
    expect(counts[policy === FAIL ? 'failed' : 'skipped']).toBe(Object.keys(filesOf(before[1])).length);
    expect([fingerprint(restored()), live()]).toEqual(before);
    expect((await undoing()).counts).toEqual({ movedBack: 0, putBack: 0, left: 0 });
    expect([keptOf(restored()), live()]).toEqual([keptOf(restored()), before[1]]);
  });

  test('REPLACE puts it in the place of a copy, keeps that aside, and takes both back', async () => {
    copyTree(restored(), top());
    const [ours, theirs] = [keptOf(restored()), live()];
    const files = Object.keys(filesOf(ours)).length;
    expect(await moving(REPLACE)).toMatchObject({ outcome: 'MOVED', counts: { replaced: files, failed: 0 } });
    expect(filesOf(live())).toEqual(filesOf(ours));
    expect(filesOf(keptOf(`${top()}/.cdk-efs-backup/${name}/replaced/1`))).toEqual(filesOf(theirs));
    expect(await undoing()).toMatchObject({ outcome: 'UNDONE', counts: { movedBack: files, putBack: files, left: 0 } });
    expect([keptOf(restored()), live()]).toEqual([ours, theirs]);
  });

  test('KEEP_BOTH gives every name a second one, the longest ones included, and takes that back', async () => {
    copyTree(restored(), top());
    const [ours, theirs] = [keptOf(restored()), live()];
    const files = Object.keys(filesOf(ours)).length;
    expect(await moving(KEEP_BOTH)).toMatchObject({ outcome: 'MOVED', counts: { keptBoth: files, failed: 0 } });
    expect(live()).toMatchObject(theirs);
    expect(Object.keys(filesOf(live()))).toHaveLength(2 * files);
    expect(Object.values(filesOf(live())).sort()).toEqual([...Object.values(filesOf(ours)), ...Object.values(filesOf(theirs))].sort());
    expect(filesOf(keptOf(restored()))).toEqual({});
    expect(await undoing()).toMatchObject({ outcome: 'UNDONE', counts: { movedBack: files, left: 0 } });
    expect([keptOf(restored()), live()]).toEqual([ours, theirs]);
  });

  test.each([1, 5])('it is deleted by %i', async (workers) => {
    copyTree(restored(), top());
    const before = live();
    const entries = Object.keys(describeTree(restored())).length + 1;
    expect(await deletingByShards((await cutting(workers)).shards!)).toBe(entries);
    expect(fs.readdirSync(top()).filter((each) => RESERVED.test(each))).toEqual(['shared']);
    expect(live()).toEqual(before);
    expect(outline(`${top()}/shared`)).toEqual({ f: 'file shared' });
    expect(fs.statSync(`${top()}/shared/f`).nlink).toBe(1);
  });

  test('only what is like a copy in everything is a copy', () => {
    copyTree(restored(), top());
    expect(alike(live())).toEqual(alike(keptOf(restored())));
    expect(Object.keys(describeTree(restored())).length).toBeGreaterThan(3 * ODD_NAMES.length + 30);
  });
});

test('hard links between a directory that is moved whole and its neighbour: the move is taken back all the same', async () => {
  build(top(), { [name]: { a: { f: 'x' }, g: 'other' } });
  build(top(), { [`${name}/h`]: hardLink(`${name}/a/f`) });
  const before = keptOf(restored());
  expect(await moving(FAIL)).toMatchObject({ outcome: 'MOVED', counts: { moved: 3 } });
  expect(await undoing()).toMatchObject({ outcome: 'UNDONE', counts: { movedBack: 3, left: 0 } });
  expect(keptOf(restored())).toEqual(before);
});

test('what nobody may read: root goes on, anybody else says so and does the rest', async () => {
  build(top(), { [name]: { closed: directory({ f: 'x' }, { mode: 0 }), file: file('x', { mode: 0, mtime: 1000 }), open: { f: 'x' } }, file: file('x', { mode: 0, mtime: 1000 }) });
  expect((await looking())?.unreadable).toEqual(runsAsRoot ? [] : [{ path: `/${name}/closed`, note: 'EACCES' }]);
  const unread = [expect.stringMatching(/closed' could not be read completely: EACCES/), expect.stringMatching(/^'\/file' could not be read completely: EACCES/)];
  expect(await verifying('SHA256')).toMatchObject(runsAsRoot ? { verdict: 'PASSED', comparison: { same: 1 } } : { verdict: 'FAILED', findings: unread });
  expect((await cutting(3)).shards!.length).toBeGreaterThan(1);
  expect(await quarantining()).toMatchObject(runsAsRoot ? { outcome: 'QUARANTINED' } : { outcome: 'REFUSED', refusals: [{ reason: 'UNREADABLE' }] });
  await releasing();
  // a directory that may not be written cannot be moved to another one: its '..' changes
  expect(await moving(SKIP)).toMatchObject(runsAsRoot ? { outcome: 'MOVED', counts: { moved: 2, skipped: 1 } } : { outcome: 'INCOMPLETE', counts: { moved: 1, skipped: 1, failed: 1 } });
  expect(await undoing()).toMatchObject({ outcome: 'UNDONE', counts: { movedBack: runsAsRoot ? 2 : 1 } });
  expect(await deleting()).toMatchObject(runsAsRoot ? { outcome: 'DELETED', deletedEntries: 6 } : { outcome: 'REFUSED', refusals: [{ reason: 'UNREADABLE' }] });
});

describe('paths that are longer than the longest one', () => {
  const all = (levels: number, content: string) => Array.from({ length: levels }, () => content);
  const prepare = (levels: number) => {
    fs.mkdirSync(restored());
    buildDeep(restored(), levels, 'restored');
  };

  test('1,000 levels (500 in npm test): looked at, quarantined, moved whole, taken back, deleted', async () => {
    const LEVELS = large(1_000, 500);
    prepare(LEVELS);
    const counts = { files: LEVELS, directories: LEVELS, bytes: 8 * LEVELS };
    expect(await looking()).toMatchObject({ counts, unreadable: [] });
    expect(await verifying('SIZE_AND_TIME')).toMatchObject({ verdict: 'PASSED', counts, comparison: { missing: 2 * LEVELS } });
    expect(await quarantining()).toMatchObject({ outcome: 'QUARANTINED' });
    expect(await releasing()).toMatchObject({ outcome: 'RELEASED' });
    expect(await moving(FAIL)).toMatchObject({ outcome: 'MOVED', counts: { moved: 1 } });
    expect([lookDeep(restored()), lookDeep(top())]).toEqual([[], all(LEVELS, 'restored')]);
    expect(await undoing()).toMatchObject({ outcome: 'UNDONE' });
    expect([lookDeep(restored()), lookDeep(top())]).toEqual([all(LEVELS, 'restored'), []]);
    expect(await deletingByShards((await cutting(3)).shards!)).toBe(2 * LEVELS + 1);
    expect(fs.readdirSync(top())).toEqual(['shared']);
  });

  test('300 levels: moved into as many that are there, and taken back', async () => {
    const LEVELS = 300;
    prepare(LEVELS);
    buildDeep(top(), LEVELS, 'live');
    expect(await moving(REPLACE)).toMatchObject({ outcome: 'MOVED', counts: { replaced: LEVELS, failed: 0 } });
    expect([lookDeep(restored()), lookDeep(top())]).toEqual([Array.from({ length: LEVELS }), all(LEVELS, 'restored')]);
    expect(lookDeep(`${top()}/.cdk-efs-backup/${name}/replaced/1`)).toEqual(all(LEVELS, 'live'));
    expect(await undoing()).toMatchObject({ outcome: 'UNDONE', counts: { movedBack: LEVELS, putBack: LEVELS } });
    expect([lookDeep(restored()), lookDeep(top())]).toEqual([all(LEVELS, 'restored'), all(LEVELS, 'live')]);
    expect(await deleting()).toMatchObject({ outcome: 'DELETED', deletedEntries: 2 * LEVELS + 1 });
    expect(lookDeep(top())).toEqual(all(LEVELS, 'live'));
  });
});

test('100,000 names in one directory (20,000 in npm test)', async () => {
  const NAMES = large(100_000, 20_000);
  build(top(), { [name]: { flat: {} } });
  for (let index = 0; index < NAMES; index += 1) {
    fs.closeSync(fs.openSync(`${restored()}/flat/${index}`, 'w'));
  }
  const namesIn = (place: string) => fs.readdirSync(place).reduce((sum, each) => sum + Number(each), 0);
  const SUM = NAMES * (NAMES - 1) / 2;
  const counts = { files: NAMES, directories: 1 };
  expect(await looking()).toMatchObject({ counts });
  expect(await verifying()).toMatchObject({ verdict: 'PASSED', counts });
  expect(await moving(FAIL)).toMatchObject({ outcome: 'MOVED' });
  expect(namesIn(`${top()}/flat`)).toBe(SUM);
  expect(await undoing()).toMatchObject({ outcome: 'UNDONE' });
  expect(await quarantining()).toMatchObject({ outcome: 'QUARANTINED' });
  expect(await releasing()).toMatchObject({ outcome: 'RELEASED' });
  expect(namesIn(`${restored()}/flat`)).toBe(SUM);
  const { shards } = await cutting(2);
  expect(await deletingByShards(shards!)).toBe(NAMES + 2);
  expect(fs.readdirSync(top())).toEqual(['shared']);
});

const canMount = (() => {
  const place = fs.mkdtempSync(`${os.tmpdir()}/efs-mount-`);
  const mounted = mount(place);
  (mounted ? unmount : () => undefined)(place);
  fs.rmdirSync(place);
  return mounted;
})();
const HOW = canMount ? 'a file system that was mounted' : 'MADE UP: nothing may be mounted here';

/** Makes a directory lie on another device while an action runs. */
async function elsewhere<T>(place: string, action: () => Promise<T>): Promise<T> {
  if (canMount) {
    mount(place);
    build(place, { f: 'elsewhere', d: { f: 'elsewhere' } });
    return action().finally(() => unmount(place));
  }
  const real = Directory.prototype.stat;
  const spy = jest.spyOn(Directory.prototype, 'stat').mockImplementation(async function (this: Directory) {
    const stats = await real.call(this);
    return `${top()}${this.path}`.startsWith(place) ? Object.assign(Object.create(Object.getPrototypeOf(stats)), stats, { dev: stats.dev + 1n }) : stats;
  });
  build(place, { f: 'elsewhere', d: { f: 'elsewhere' } });
  const isMount = (path: string) => path === place || path.startsWith(`${place}/`);
  return failing('EXDEV', ({ operation, paths }) => ['rename', 'link'].includes(operation) && paths.some(isMount), action).finally(() => spy.mockRestore());
}

describe('what is no recovery directory, though it is named so', () => {
  /** Every operation says no in its way, and touches nothing. */
  async function refused(reason: string): Promise<void> {
    const before = fingerprint(top());
    const { entries } = await survey(root, { operation: 'survey', contents: true }, deadline());
    expect(entries).toMatchObject([{ name, kind: 'RECOVERY_DIRECTORY' }]);
    expect(entries[0].content).toBeUndefined();
    await expect(cutting(2)).rejects.toMatchObject({ name: 'InvalidWorkerEvent' });
    expect(await verifying('SHA256')).toMatchObject({ verdict: 'FAILED', findings: [expect.stringContaining('is not there')], counts: { files: 0 } });
    for (const policy of Object.values(ConflictPolicy)) {
      expect(await moving(policy)).toMatchObject({ outcome: 'INCOMPLETE', counts: { moved: 0, replaced: 0, keptBoth: 0, failed: 1 } });
    }
    expect(await undoing()).toMatchObject({ outcome: 'NOTHING_TO_UNDO' });
    for (const more of [{}, { shard: { from: 'YQ==' } }, { mode: 'QUARANTINE' }] as const) {
      expect(await deleting(more)).toMatchObject({ outcome: 'REFUSED', deletedEntries: 0, refusals: [{ reason }] });
    }
    expect(await releasing()).toMatchObject({ outcome: 'NOT_QUARANTINED' });
    expect(fingerprint(top())).toEqual(before);
  }

  test.each<[string, () => Tree[string]]>([
    ['a symbolic link to a directory outside', () => symbolicLink('../outside')], ['one to a directory beside it', () => symbolicLink('shared')], ['one to the root', () => symbolicLink('.')],
    ['a dangling one', () => symbolicLink('nowhere')], ['a loop', () => symbolicLink(name)], ['a file', () => file('x')],
  ])('%s', async (_, node) => {
    build(top(), { [name]: node() });
    await refused('NOT_A_DIRECTORY');
  });

  test(`a directory on another device (${HOW})`, async () => {
    build(top(), { [name]: {} });
    await elsewhere(restored(), () => refused('NOT_A_DIRECTORY'));
  });

  test(`one in quarantine on another device (${HOW})`, async () => {
    const quarantined = `cdk-efs-backup-quarantine_${name}`;
    build(top(), { [quarantined]: {} });
    await elsewhere(`${top()}/${quarantined}`, async () => {
      expect(await releasing()).toMatchObject({ outcome: 'NOT_QUARANTINED' });
      expect(await deleting()).toMatchObject({ outcome: 'REFUSED', refusals: [{ reason: 'NOT_A_DIRECTORY' }] });
      expect(outline(`${top()}/${quarantined}`)).toMatchObject({ 'd/f': 'file elsewhere' });
    });
  });
});

test('the root of an access point may be looked at and moved from, but neither deleted nor renamed', async () => {
  build(top(), { [name]: { a: { f: 'x' } } });
  const accessPointRoots = [`/${name}`];
  expect(await looking()).toMatchObject({ counts: { files: 1 } });
  const before = untouched(top());
  for (const more of [{}, { shard: { to: 'YQ==' } }, { mode: 'QUARANTINE' }] as const) {
    expect(await deleting({ accessPointRoots, ...more })).toMatchObject({ outcome: 'REFUSED', refusals: [{ reason: 'ACCESS_POINT' }] });
  }
  expect(untouched(top())).toEqual(before);
  expect(await moving(FAIL)).toMatchObject({ outcome: 'MOVED' });
  expect(await undoing()).toMatchObject({ outcome: 'UNDONE' });
  expect(contents(restored())).toEqual(['file x']);
});

test(`another device within (${HOW}): nothing of it is deleted or moved, the rest may be`, async () => {
  build(top(), { [name]: { a: { mounted: {}, g: 'x' }, h: 'x' }, a: { mounted: {} } });
  const place = `${restored()}/a/mounted`;
  const there = { 'd': 'directory', 'd/f': 'file elsewhere', 'f': 'file elsewhere' };
  await elsewhere(place, async () => {
    expect(await deleting()).toMatchObject({ outcome: 'REFUSED', refusals: [{ reason: 'UNREADABLE', detail: expect.stringContaining('another device') }] });
    expect(Object.keys(outline(restored()))).toHaveLength(7);
    expect(await moving(FAIL)).toMatchObject({ outcome: 'INCOMPLETE', counts: { moved: 2, failed: 2 }, notes: [{ path: '/a/mounted/d', note: 'EXDEV' }, { path: '/a/mounted/f', note: 'EXDEV' }] });
    expect(outline(place)).toEqual(there);
    expect(await undoing()).toMatchObject({ outcome: 'UNDONE', counts: { movedBack: 2 } });
    expect(await deleting({ guardsOff: ['IN_USE' as never] })).toMatchObject({ outcome: 'REFUSED', deletedEntries: 0, refusals: [{ reason: 'UNREADABLE' }] });
    expect(outline(place)).toEqual(there);
  });
  clear(top());
  build(top(), { shared: {} });
});
