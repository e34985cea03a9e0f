import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { deleteRecoveryDirectory } from '../../../lambda/worker/delete';
import { move } from '../../../lambda/worker/move';
import { writeRecord } from '../../../lambda/worker/records';
import { release } from '../../../lambda/worker/release';
import { survey } from '../../../lambda/worker/survey';
import { undo } from '../../../lambda/worker/undo';
import { verify } from '../../../lambda/worker/verify';
import { RefusalReason } from '../../../src/core/deletion-guard';
import { ConflictPolicy, RecoveryDirectoryDisposal } from '../../../src/core/restore-request';
import type { DeleteAnswer, DeleteEvent, ReleaseAnswer } from '../../../src/core/worker';
import { crashPoints } from '../../helpers/effort';
import { crashingAt, endlessTime, failing, intercept, timeFor } from '../../helpers/fault';
import { build, clear, directory, fifo, file, fingerprint, inUse, openDescriptors, outline, recoveryName, symbolicLink, untouched, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const HOUR = 3_600_000;
const top = useTempDirectory();
let root: Directory;
let name: string;
let quarantined: string;
beforeEach(async () => {
  root = await Directory.open(top());
  called(recoveryName(Date.now() - 1000));
});
afterEach(() => root.close());

function called(recoveryDirectory: string): void {
  name = recoveryDirectory;
  quarantined = `cdk-efs-backup-quarantine_${recoveryDirectory}`;
}

const run = (more: Partial<DeleteEvent>, time = endlessTime): Promise<DeleteAnswer> => deleteRecoveryDirectory(root, {
  operation: 'delete', directory: name, accessPointRoots: [], runningRestoreJobs: [], restoredSince: '1970-01-01T00:00:00Z', retentionSeconds: 0, disposal: RecoveryDirectoryDisposal.DELETE, ...more,
}, new Deadline(time));
const quarantine = (more: Partial<DeleteEvent> = {}, time = endlessTime): Promise<DeleteAnswer> => run({ mode: 'QUARANTINE', ...more }, time);
/** As if we had put it there. */
const onRecord = () => writeRecord(root, name, fs.lstatSync(`${top()}/${quarantined}`, { bigint: true }).ino, 'quarantined');
const releasing = (recoveryDirectory = name): Promise<ReleaseAnswer> => release(root, { operation: 'release', directory: recoveryDirectory });
const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
/** What is at the root, but for our records. */
const names = () => fs.readdirSync(top()).filter((each) => each !== '.cdk-efs-backup').sort();
const at = (path: string) => (path === '' ? untouched(top()) : fingerprint(`${top()}/${path}`));

const CONTENT: Tree = { a: { 'f': file('x', { mtime: 1000, mode: 0o600 }), 'g\n': '' }, b: directory({}, { mode: 0o1777 }), l: symbolicLink('..'), p: fifo };

describe('QUARANTINE', () => {
  test('renames, and touches nothing in it; again, it says the same', async () => {
    build(top(), { [name]: CONTENT, live: {} });
    const before = at(name);
    const { ino } = fs.lstatSync(`${top()}/${name}`);
    expect(await quarantine()).toEqual({ operation: 'delete', done: true, outcome: 'QUARANTINED', deletedEntries: 0, refusals: [], notes: [] });
    expect(names()).toEqual([quarantined, 'live']);
    expect(at(quarantined)).toEqual(before);
    expect(fs.lstatSync(`${top()}/${quarantined}`).ino).toBe(ino);
    const all = at('');
    expect(await quarantine()).toMatchObject({ outcome: 'QUARANTINED', done: true });
    expect(at('')).toEqual(all);
  });

  test.each<[RefusalReason, Tree[string], Partial<DeleteEvent>]>([
    [RefusalReason.IN_USE, { a: '' }, { graceSeconds: 0 }], [RefusalReason.NOT_EMPTY, { a: '' }, { disposal: RecoveryDirectoryDisposal.DELETE_WHEN_EMPTY }],
    [RefusalReason.RETENTION, {}, { retentionSeconds: 3600 }], [RefusalReason.RETENTION, {}, { retentionSeconds: undefined }],
    [RefusalReason.FACTS_MISSING, {}, { accessPointRoots: undefined }],
    [RefusalReason.FACTS_MISSING, {}, { runningRestoreJobs: undefined }], [RefusalReason.RESTORE_JOB_RUNNING, {}, { runningRestoreJobs: ['job'] }],
    [RefusalReason.NOT_A_DIRECTORY, symbolicLink('live'), {}], [RefusalReason.NOT_A_DIRECTORY, file('x'), {}], [RefusalReason.LOST_AND_FOUND, {}, { directory: 'aws-backup-lost+found' }],
    [RefusalReason.NAME, {}, { directory: 'live' }], [RefusalReason.NAME, {}, { directory: '../live' }],
  ])('%s holds', async (reason, node, more) => {
    build(top(), { 'live': { f: 'live' }, 'aws-backup-lost+found': {}, [name]: node });
    const before = at('');
    expect(await quarantine(more)).toMatchObject({ outcome: 'REFUSED', refusals: [{ reason }] });
    expect(at('')).toEqual(before);
  });

  test.each(['', '/a/b'])('ACCESS_POINT holds: at it%s', async (below) => {
    build(top(), { [name]: CONTENT });
    expect(await quarantine({ accessPointRoots: [`/${name}${below}`] })).toMatchObject({ outcome: 'REFUSED', refusals: [{ reason: RefusalReason.ACCESS_POINT }] });
    expect(names()).toEqual([name]);
  });

  test('UNREADABLE holds', async () => {
    build(top(), { [name]: CONTENT });
    const answer = await failing('EIO', ({ operation, paths }) => operation === 'opendir' && paths[0].endsWith('/a'), () => quarantine());
    expect(answer).toMatchObject({ outcome: 'REFUSED', refusals: [{ reason: RefusalReason.UNREADABLE }] });
    expect(names()).toEqual([name]);
  });

  test.each<[string, Tree[string]]>([['a directory', { f: '' }], ['an empty directory', {}], ['a file', file('x')], ['a symbolic link', symbolicLink('live')], ['a dangling link', symbolicLink('nowhere')]])('%s of the name in quarantine is never replaced', async (_, node) => {
    build(top(), { live: {}, [name]: CONTENT, [quarantined]: node });
    const before = at('');
    expect(await quarantine()).toMatchObject({ outcome: 'REFUSED', refusals: [{ reason: RefusalReason.NAME, detail: expect.stringContaining(quarantined) }] });
    expect(at('')).toEqual(before);
  });

  test('with little time it looks through all of it first, and then renames', async () => {
    build(top(), { [name]: Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`d${index}`, { f: '' }])) });
    let answer = await quarantine({}, timeFor(3));
    expect(answer).toMatchObject({ outcome: 'UNDECIDED', done: false });
    expect(names()).toEqual([name]);
    for (let calls = 0; !answer.done; calls += 1) {
      expect(calls).toBeLessThan(50);
      answer = await quarantine({ previous: JSON.parse(JSON.stringify(answer)) }, timeFor(3));
    }
    expect(answer.outcome).toBe('QUARANTINED');
    expect(names()).toEqual([quarantined]);
  });

  test('what is gone is gone', async () => {
    expect(await quarantine()).toMatchObject({ outcome: 'ALREADY_GONE' });
    expect(names()).toEqual([]);
  });

  test.each(['quarantine', 'QUARANTINED', 'KEEP', '', 0, true, {}])('%p is no mode: nobody who asked for less gets it deleted', async (mode) => {
    build(top(), { [name]: CONTENT });
    await expect(run({ mode: mode as never })).rejects.toMatchObject({ name: 'InvalidWorkerEvent', message: expect.stringContaining('mode') });
    expect(names()).toEqual([name]);
  });
});

describe('a quarantined directory is deleted by its old name', () => {
  const inQuarantine = async (content: Tree = CONTENT) => {
    build(top(), { [name]: content, live: { f: 'live' } });
    expect(await quarantine()).toMatchObject({ outcome: 'QUARANTINED' });
  };

  test('and nothing else is', async () => {
    await inQuarantine();
    expect(await run({})).toMatchObject({ outcome: 'DELETED', deletedEntries: 7 });
    expect(outline(top())).toEqual({ 'live': 'directory', 'live/f': 'file live' });
    expect(await run({})).toMatchObject({ outcome: 'ALREADY_GONE' });
  });

  test.each<[RefusalReason, Partial<DeleteEvent>]>([
    [RefusalReason.RETENTION, { retentionSeconds: 3600 }], [RefusalReason.RETENTION, { retentionSeconds: undefined }],
    [RefusalReason.FACTS_MISSING, { accessPointRoots: undefined }],
    [RefusalReason.RESTORE_JOB_RUNNING, { runningRestoreJobs: ['job'] }], [RefusalReason.NOT_EMPTY, { disposal: RecoveryDirectoryDisposal.DELETE_WHEN_EMPTY }],
  ])('%s holds', async (reason, more) => {
    await inQuarantine();
    const before = at('');
    expect(await run(more)).toMatchObject({ outcome: 'REFUSED', refusals: [{ reason }] });
    expect(at('')).toEqual(before);
  });

  test.each([() => name, () => `${name}/a`, () => quarantined, () => `${quarantined}/`, () => `${quarantined}/a/b`])('ACCESS_POINT holds for both names %#', async (place) => {
    await inQuarantine();
    expect(await run({ accessPointRoots: [`/${place()}`] })).toMatchObject({ outcome: 'REFUSED', refusals: [{ reason: RefusalReason.ACCESS_POINT }] });
    expect(await run({ accessPointRoots: ['/', '/live', `/${quarantined}x`] })).toMatchObject({ outcome: 'DELETED' });
  });

  test('IN_USE holds: what was written in quarantine', async () => {
    const instant = Date.now() - HOUR;
    called(recoveryName(instant));
    build(top(), { [name]: CONTENT });
    expect(await quarantine({ graceSeconds: 2 * HOUR })).toMatchObject({ outcome: 'QUARANTINED' });
    const graceSeconds = await inUse(instant, () => fs.chmodSync(`${top()}/${quarantined}/a/f`, 0o644));
    expect(await run({ graceSeconds })).toMatchObject({ outcome: 'REFUSED', refusals: [{ reason: RefusalReason.IN_USE, detail: expect.stringContaining(`/${quarantined}/a/f`) }] });
  });

  test('by its name in quarantine it is not', async () => {
    await inQuarantine();
    expect(await run({ directory: quarantined })).toMatchObject({ outcome: 'REFUSED', refusals: [{ reason: RefusalReason.NAME }] });
    expect(await releasing(quarantined)).toMatchObject({ outcome: 'NOT_QUARANTINED' });
    expect(names()).toEqual([quarantined, 'live']);
  });

  test.each<[string, Tree[string]]>([['a symbolic link', symbolicLink('live')], ['a file', file('x')], ['a pipe', fifo]])('%s of that name is no directory', async (_, node) => {
    build(top(), { live: { f: 'live' }, [quarantined]: node });
    const before = at('');
    expect(await run({})).toMatchObject({ outcome: 'REFUSED', refusals: [{ reason: RefusalReason.NOT_A_DIRECTORY }] });
    expect(await quarantine()).toMatchObject({ outcome: 'REFUSED', refusals: [{ reason: RefusalReason.NOT_A_DIRECTORY }] });
    expect(await releasing()).toMatchObject({ outcome: 'NOT_QUARANTINED' });
    expect(at('')).toEqual(before);
  });

  test('its record of a move goes with it', async () => {
    build(top(), { [name]: CONTENT });
    await writeRecord(root, name, fs.lstatSync(`${top()}/${name}`, { bigint: true }).ino, 'moved');
    expect(await quarantine({ retentionSeconds: undefined })).toMatchObject({ outcome: 'QUARANTINED' });
    expect(await run({ retentionSeconds: undefined })).toMatchObject({ outcome: 'DELETED' });
  });

  test('where both names are taken, the plain one is meant, and the other one stays', async () => {
    await inQuarantine();
    const other = at(quarantined);
    build(top(), { [name]: { new: '' } });
    expect(await releasing()).toMatchObject({ outcome: 'NAME_TAKEN' });
    expect(await run({})).toMatchObject({ outcome: 'DELETED', deletedEntries: 2 });
    expect(names()).toEqual([quarantined, 'live']);
    expect(at(quarantined)).toEqual(other);
    expect(await releasing()).toMatchObject({ outcome: 'RELEASED' });
    expect(at(name)).toEqual(other);
  });
});

describe('release', () => {
  test('gives the name back, and touches nothing in it', async () => {
    build(top(), { [name]: CONTENT });
    const before = at(name);
    await quarantine();
    expect(await releasing()).toEqual({ operation: 'release', done: true, outcome: 'RELEASED' });
    expect(names()).toEqual([name]);
    expect(at(name)).toEqual(before);
    expect(await releasing()).toEqual({ operation: 'release', done: true, outcome: 'NOT_QUARANTINED' });
  });

  test.each<[string, Tree[string]]>([['a directory', { f: '' }], ['an empty directory', {}], ['a file', file('x')], ['a dangling link', symbolicLink('nowhere')]])('NAME_TAKEN by %s', async (_, node) => {
    build(top(), { [quarantined]: CONTENT, [name]: node });
    await onRecord();
    const before = at('');
    expect(await releasing()).toEqual({ operation: 'release', done: true, outcome: 'NAME_TAKEN' });
    expect(at('')).toEqual(before);
  });

  test.each<[string, Tree[string]]>([['a directory', { f: '' }], ['a file', file('x')]])('NAME_TAKEN by %s that comes at the last moment', async (_, node) => {
    build(top(), { [quarantined]: CONTENT });
    await onRecord();
    const { stop } = intercept(({ operation, paths }) => {
      if (operation === 'rename' && paths[0].endsWith(`${quarantined}/`)) {
        build(top(), { [name]: node });
      }
    });
    expect(await releasing().finally(stop)).toMatchObject({ outcome: 'NAME_TAKEN' });
    expect(names()).toEqual([name, quarantined]);
  });

  test.each<[string, Tree[string]]>([['a directory', { f: '' }], ['a file', file('x')]])('and a quarantine is refused where %s comes at the last moment', async (_, node) => {
    build(top(), { [name]: CONTENT });
    const { stop } = intercept(({ operation, paths }) => {
      if (operation === 'rename' && paths[1].endsWith(`/${quarantined}`)) {
        build(top(), { [quarantined]: node });
      }
    });
    expect(await quarantine().finally(stop)).toMatchObject({ outcome: 'REFUSED', refusals: [{ reason: RefusalReason.NAME }] });
    expect(names()).toEqual([name, quarantined]);
  });

  test.each(['', '.', '..', 'live', 'aws-backup-lost+found', '../live', 'aws-backup-restore_mine'])('%j is nothing to release', async (directoryName) => {
    build(top(), { live: {}, [`cdk-efs-backup-quarantine_${directoryName.replace(/\//g, '_')}`]: { f: '' } });
    const before = at('');
    expect(await releasing(directoryName)).toMatchObject({ outcome: 'NOT_QUARANTINED' });
    expect(at('')).toEqual(before);
  });
});

describe('the guard IN_USE and our own renames', () => {
  /** A directory whose entries are all older than its instant, which has passed. */
  async function settled(content: Tree): Promise<void> {
    const instant = Date.now() + 150;
    called(recoveryName(instant));
    build(top(), { [name]: content, elsewhere: { old: file('the only copy', { mtime: 1000 }) } });
    await wait(instant - Date.now() + 30);
  }
  /** The renames happen well after their records are written. */
  const slowly = async <T>(action: () => Promise<T>): Promise<T> => {
    const { stop } = intercept(async ({ operation, paths }) => (operation === 'rename' && !paths[0].includes('.cdk-efs-backup') ? void await wait(150) : undefined));
    return action().finally(stop);
  };
  const graceSeconds = 0.05;

  test('they do not trigger it, however short the grace is', async () => {
    await settled({ a: { f: file('', { mtime: 1000 }) } });
    expect(await slowly(() => quarantine({ graceSeconds }))).toMatchObject({ outcome: 'QUARANTINED' });
    expect(await quarantine({ graceSeconds })).toMatchObject({ outcome: 'QUARANTINED' });
    expect(await slowly(() => releasing())).toMatchObject({ outcome: 'RELEASED' });
    expect(await slowly(() => quarantine({ graceSeconds }))).toMatchObject({ outcome: 'QUARANTINED' });
    expect(await run({ graceSeconds })).toMatchObject({ outcome: 'DELETED' });
  });

  test.each<[string, () => void]>([
    ['moved into it', () => fs.renameSync(`${top()}/elsewhere/old`, `${top()}/${quarantined}/a/old`)], ['made in it', () => fs.mkdirSync(`${top()}/${quarantined}/a/new`)],
    ['deleted in it', () => fs.unlinkSync(`${top()}/${quarantined}/a/f`)], ['changed in it', () => fs.chmodSync(`${top()}/${quarantined}/a/f`, 0o600)],
  ])('and hide nothing: what was %s in quarantine is in use also after the release', async (_, work) => {
    await settled({ a: { f: file('', { mtime: 1000 }), g: '' } });
    await quarantine();
    await wait(100);
    work();
    await wait(30);
    expect(await run({ graceSeconds })).toMatchObject({ outcome: 'REFUSED', refusals: [{ reason: RefusalReason.IN_USE }] });
    await releasing();
    const before = at(name);
    expect(await run({ graceSeconds })).toMatchObject({ outcome: 'REFUSED', refusals: [{ reason: RefusalReason.IN_USE }] });
    expect(at(name)).toEqual(before);
  });
});

test('wherever a quarantine, or a release, is killed, the next call comes to its end', async () => {
  for (const [from, to, action, outcomes] of [[name, quarantined, () => quarantine(), ['QUARANTINED']], [quarantined, name, () => releasing(), ['RELEASED', 'NOT_QUARANTINED']]] as const) {
    for (const n of crashPoints()) {
      clear(top());
      build(top(), { [from]: CONTENT, live: { f: 'live' } });
      await (from === quarantined ? onRecord() : undefined);
      const before = at(from);
      const descriptors = openDescriptors(top());
      const crashed = await crashingAt(n, action);
      expect(openDescriptors(top())).toEqual(descriptors);
      expect([[from, 'live'].sort(), [to, 'live'].sort()]).toContainEqual(names());
      expect([n, outcomes]).toEqual([n, expect.arrayContaining([(await action()).outcome])]);
      expect(names()).toEqual([to, 'live'].sort());
      expect(at(to)).toEqual(before);
      expect(await run({})).toMatchObject({ outcome: 'DELETED' });
      expect(outline(top())).toEqual({ 'live': 'directory', 'live/f': 'file live' });
      if (!crashed) {
        expect(n).toBeGreaterThan(10);
        break;
      }
    }
  }
});

test('a quarantined directory is surveyed by its new name; verified, moved and taken back by its old one', async () => {
  build(top(), { [name]: { a: { f: file('x', { mtime: 1000 }) }, g: 'y' }, live: { f: 'live' } });
  await quarantine();
  const before = outline(`${top()}/${quarantined}`);
  const surveyed = await survey(root, { operation: 'survey', contents: true }, new Deadline(endlessTime));
  expect(surveyed.entries).toMatchObject([{ name: quarantined, kind: 'QUARANTINED', content: { counts: { files: 2, directories: 1 }, inUse: false, unreadable: [] } }]);
  expect(await verify(root, { operation: 'verify', directory: name, items: null, compare: 'SHA256' }, new Deadline(endlessTime)))
    .toMatchObject({ verdict: 'PASSED', counts: { files: 2 }, comparison: { missing: 3, extra: 1 } });
  expect(await move(root, { operation: 'move', directory: name, conflictPolicy: ConflictPolicy.FAIL }, new Deadline(endlessTime))).toMatchObject({ outcome: 'MOVED', counts: { moved: 2 } });
  expect(outline(`${top()}/${quarantined}`)).toEqual({});
  expect(await undo(root, { operation: 'undo', directory: name }, new Deadline(endlessTime))).toMatchObject({ outcome: 'UNDONE', counts: { movedBack: 2 }, notes: [] });
  expect(outline(`${top()}/${quarantined}`)).toEqual(before);
});
