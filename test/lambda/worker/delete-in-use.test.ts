import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { deleteRecoveryDirectory } from '../../../lambda/worker/delete';
import { writeRecord } from '../../../lambda/worker/records';
import { RefusalReason } from '../../../src/core/deletion-guard';
import { RecoveryDirectoryDisposal } from '../../../src/core/restore-request';
import type { DeleteAnswer, DeleteEvent } from '../../../src/core/worker';
import { endlessTime, intercept, timeFor } from '../../helpers/fault';
import { build, directory, file, hardLink, inUse, outline, recoveryName, symbolicLink, untouched, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const HOUR = 3_600_000;
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());

const permitted = (name: string): DeleteEvent => ({
  operation: 'delete', directory: name, accessPointRoots: [], runningRestoreJobs: [], restoredSince: '1970-01-01T00:00:00Z', retentionSeconds: 0, disposal: RecoveryDirectoryDisposal.DELETE,
});
const run = (event: DeleteEvent, time = endlessTime): Promise<DeleteAnswer> => deleteRecoveryDirectory(root, event, new Deadline(time));
const inodeOf = (name: string) => fs.lstatSync(`${top()}/${name}`, { bigint: true }).ino;

async function refused(event: DeleteEvent, reason: RefusalReason, path: string): Promise<void> {
  const before = untouched(top());
  const answer = await run(event);
  expect(answer).toMatchObject({ outcome: 'REFUSED', deletedEntries: 0, refusals: [{ reason, detail: expect.stringContaining(`'${path}'`) }] });
  expect(untouched(top())).toEqual(before);
}

const setTime = (path: string, time: number) => fs.lutimesSync(`${top()}/${path}`, time / 1000, time / 1000);
const setRecordTime = (name: string, record: string, time: number) => setTime(`.cdk-efs-backup/${name}/${record}.json`, time);

describe('IN_USE by the last change', () => {
  /** Writes these paths after the restore: those before are within the grace period, those from `first` on are not. */
  async function written(tree: Tree, ...paths: string[]): Promise<DeleteEvent> {
    const instant = Date.now() - HOUR;
    const name = recoveryName(instant);
    build(top(), { [name]: tree });
    const graceSeconds = await inUse(instant, () => paths.forEach((path) => setTime(`${name}/${path}`, Date.now())));
    return { ...permitted(name), graceSeconds };
  }

  test.each<[string, Tree]>([
    ['projects/report.txt', { projects: { 'report.txt': 'new', 'a.txt': 'a' } }], ['link', { link: symbolicLink('nowhere') }], ['a/b/c', { a: { b: { c: {} } } }],
  ])('%s was written after the restore', async (path, tree) => {
    const event = await written(tree, path);
    await refused(event, RefusalReason.IN_USE, `/${event.directory}/${path}`);
    expect(await run({ ...event, graceSeconds: 2 * HOUR })).toMatchObject({ outcome: 'DELETED' });
  });

  test('the recovery directory itself was written after the restore', async () => {
    const event = await written({ a: 'a' }, '');
    await refused(event, RefusalReason.IN_USE, `/${event.directory}`);
  });

  test('the last of many', async () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`f${String(index).padStart(3, '0')}`, '']));
    const event = await written(many, 'f099');
    await refused(event, RefusalReason.IN_USE, `/${event.directory}/f099`);
  });

  test.each<[string, unknown]>([['null', null], ['a text', 'x'], ['less than nothing', -5]])('%s is no grace period: the default of 300 seconds holds', async (_, graceSeconds) => {
    for (const [seconds, outcome] of [[290, 'DELETED'], [310, 'REFUSED']] as const) {
      const name = recoveryName(Date.now() - seconds * 1000);
      build(top(), { [name]: { f: '' } });
      expect(await run({ ...permitted(name), graceSeconds: graceSeconds as number })).toMatchObject({ outcome });
    }
  });

  test.each([['a photo of 2098', Date.UTC(2098, 0, 1)], ['a file of an hour from now', Date.now() + HOUR]])('%s was restored as it was: that is no use', async (_, mtime) => {
    const name = recoveryName(Date.now() - 1000);
    build(top(), { [name]: { photo: file('', { mtime }), album: directory({ g: '' }, { mtime }) } });
    expect(await run(permitted(name))).toMatchObject({ outcome: 'DELETED' });
  });

  test('but the last change of such a file is', async () => {
    const instant = Date.now() - HOUR;
    const name = recoveryName(instant);
    build(top(), { [name]: { photo: file('', { mtime: Date.UTC(2098, 0, 1) }) } });
    const graceSeconds = await inUse(instant, () => fs.chmodSync(`${top()}/${name}/photo`, 0o600));
    await refused({ ...permitted(name), graceSeconds }, RefusalReason.IN_USE, `/${name}/photo`);
  });
});

test('IN_USE by ctime alone: a file whose mode was changed, or that was moved in with its old times', async () => {
  const instant = Date.now() - HOUR;
  const name = recoveryName(instant);
  build(top(), { [name]: { sub: { old: file('', { mtime: 1000 }) } } });
  const graceSeconds = await inUse(instant, () => fs.chmodSync(`${top()}/${name}/sub/old`, 0o600));
  await refused({ ...permitted(name), graceSeconds }, RefusalReason.IN_USE, `/${name}/sub/old`);
});

describe('after a move', () => {
  test('what the move itself changed is no use', async () => {
    const name = recoveryName(Date.now() - HOUR);
    // ctime: now, an hour after the restore; a move takes entries from directories, and names from files that have several
    build(top(), { [name]: { sub: { deep: {}, left: file('', { mtime: 1000 }) } }, moved: hardLink(`${name}/sub/left`) });
    await refused(permitted(name), RefusalReason.IN_USE, `/${name}`);
    await writeRecord(root, name, inodeOf(name), 'moved');
    expect(await run(permitted(name))).toMatchObject({ outcome: 'DELETED' });
  });

  test('a file that was moved in with its old times is in use all the same', async () => {
    const name = recoveryName(Date.now() - HOUR);
    build(top(), { [name]: { sub: { theirs: file('', { mtime: 1000 }) } } });
    await writeRecord(root, name, inodeOf(name), 'moved');
    await refused(permitted(name), RefusalReason.IN_USE, `/${name}/sub/theirs`);
  });

  test('a file that was written between the restore and the move is in use all the same', async () => {
    const name = recoveryName(Date.now() - HOUR);
    build(top(), { [name]: { sub: { edited: file('work', { mtime: Date.now() - HOUR / 2 }) } } });
    await writeRecord(root, name, inodeOf(name), 'moved');
    await refused(permitted(name), RefusalReason.IN_USE, `/${name}/sub/edited`);
  });

  test.each(['file', 'directory'])('a %s that was written after the move is in use', async (kind) => {
    const name = recoveryName(Date.now() - 2 * HOUR);
    build(top(), { [name]: { sub: { late: kind === 'file' ? hardLinked : {} } } });
    await writeRecord(root, name, inodeOf(name), 'moved');
    setRecordTime(name, 'moved', Date.now() - HOUR);
    const { mtimeMs } = fs.statSync(`${top()}/.cdk-efs-backup/${name}/moved.json`);
    if (kind === 'file') {
      fs.linkSync(`${top()}/${name}/sub/late`, `${top()}/other`); // its ctime is excused as long as that of directories
    }
    const graceSeconds = await inUse(mtimeMs, () => setTime(`${name}/sub/late`, 1000));
    await refused({ ...permitted(name), graceSeconds }, RefusalReason.IN_USE, `/${name}/sub/late`);
  });
});

const hardLinked = file('', { mtime: 1000 });

describe('after a deletion was begun', () => {
  const begun = async (tree: Tree) => {
    const name = recoveryName(Date.now() - 1000);
    build(top(), { [name]: tree });
    await writeRecord(root, name, inodeOf(name), 'deleting');
    return name;
  };

  test('the other name of a file that was deleted, and its directory, are not in use', async () => {
    const name = recoveryName(Date.now() - HOUR);
    build(top(), { [name]: { a: { f: file('', { mtime: 1000 }) } } });
    await refused(permitted(name), RefusalReason.IN_USE, `/${name}`);
    await writeRecord(root, name, inodeOf(name), 'deleting');
    await refused(permitted(name), RefusalReason.IN_USE, `/${name}/a/f`);
    await writeRecord(root, name, inodeOf(name), 'linked', { inodes: [String(inodeOf(`${name}/a/f`))] });
    expect(await run(permitted(name))).toMatchObject({ outcome: 'DELETED' });
  });

  test.each<[string, (path: string) => void]>([
    ['written', (path) => fs.writeFileSync(path, 'work')], ['moved in with its old times', (path) => fs.chmodSync(path, 0o600)],
  ])('a file that was %s since is in use', async (_, use) => {
    const instant = Date.now() - HOUR;
    const name = recoveryName(instant);
    build(top(), { [name]: { a: { f: file('', { mtime: 1000 }) } } });
    await writeRecord(root, name, inodeOf(name), 'deleting');
    const graceSeconds = await inUse(instant, () => use(`${top()}/${name}/a/f`));
    await refused({ ...permitted(name), graceSeconds }, RefusalReason.IN_USE, `/${name}/a/f`);
  });

  test('a directory that was made, or changed, long after the deletion is in use', async () => {
    const name = recoveryName(Date.now() - 2 * HOUR);
    build(top(), { [name]: { a: {} } });
    await writeRecord(root, name, inodeOf(name), 'deleting');
    setRecordTime(name, 'deleting', Date.now() - HOUR);
    const { mtimeMs } = fs.statSync(`${top()}/.cdk-efs-backup/${name}/deleting.json`);
    const graceSeconds = await inUse(mtimeMs + 900_000, () => setTime(`${name}/a`, Date.now()));
    await refused({ ...permitted(name), graceSeconds }, RefusalReason.IN_USE, `/${name}/a`);
  });

  test('what was changed long after the deletion is in use, whatever its mtime', async () => {
    const name = recoveryName(Date.now() - 3 * HOUR);
    build(top(), { [name]: { a: { f: file('', { mtime: 1000 }) } } }); // ctime: now
    await writeRecord(root, name, inodeOf(name), 'deleting');
    setRecordTime(name, 'deleting', Date.now() - 2 * HOUR);
    await refused(permitted(name), RefusalReason.IN_USE, `/${name}`);
  });

  test('the leftovers of a deletion are still leftovers', async () => {
    const name = await begun({ a: { f: 'left' } });
    await refused({ ...permitted(name), disposal: RecoveryDirectoryDisposal.DELETE_WHEN_EMPTY }, RefusalReason.NOT_EMPTY, `/${name}/a/f`);
  });
});

describe('NOT_EMPTY', () => {
  const whenEmpty = (name: string) => ({ ...permitted(name), disposal: RecoveryDirectoryDisposal.DELETE_WHEN_EMPTY } as const);

  test.each<[string, Tree]>([['a/b/f', { a: { b: { f: 'left' } } }], ['link', { link: symbolicLink('nowhere'), sub: {} }], ['.hidden', { '.hidden': '' }]])('%s is left', async (path, tree) => {
    const name = recoveryName(Date.now() - 1000);
    build(top(), { [name]: tree });
    await refused(whenEmpty(name), RefusalReason.NOT_EMPTY, `/${name}/${path}`);
  });

  test('directories alone are nothing left', async () => {
    const name = recoveryName(Date.now() - 1000);
    build(top(), { [name]: { a: { b: {}, c: { d: {} } } } });
    expect(await run(whenEmpty(name))).toMatchObject({ outcome: 'DELETED', deletedEntries: 5 });
  });

  test.each([undefined, null, 'KEEP', 'delete'])('%p is no order to delete what is left', async (disposal) => {
    const name = recoveryName(Date.now() - 1000);
    build(top(), { [name]: { f: 'left' } });
    await refused({ ...permitted(name), disposal: disposal as never }, RefusalReason.NOT_EMPTY, `/${name}/f`);
  });

  test('a file that comes after the directory was looked through stays, with all that it lies in', async () => {
    const name = recoveryName(Date.now() - 1000);
    build(top(), { [name]: { a: { b: {} }, c: {} } });
    const { stop } = intercept(({ operation, paths }) => {
      if (operation === 'rename' && paths[1].endsWith('/deleting.json')) {
        fs.writeFileSync(`${top()}/${name}/a/new`, 'work');
      }
    });
    const answer = await run(whenEmpty(name)).finally(stop);
    expect(answer).toMatchObject({ outcome: 'INCOMPLETE', notes: [{ path: `/${name}/a`, note: expect.stringContaining('appeared') }] });
    expect(outline(`${top()}/${name}`)).toEqual({ 'a': 'directory', 'a/b': 'directory', 'a/new': 'file work' });
  });

  test('in-use and left are told together', async () => {
    const instant = Date.now() - HOUR;
    const name = recoveryName(instant);
    build(top(), { [name]: { a: { f: '' } } });
    const graceSeconds = await inUse(instant, () => setTime(`${name}/a/f`, Date.now()));
    const { refusals } = await run({ ...whenEmpty(name), graceSeconds });
    expect(refusals.map(({ reason }) => reason)).toEqual([RefusalReason.IN_USE, RefusalReason.NOT_EMPTY]);
  });
});

test('a deletion that ran out of time is not stopped by its own traces, and comes to its end', async () => {
  const instant = Date.now() - 1000;
  const name = recoveryName(instant);
  const linked: Tree = { a: { f: file('x', { mtime: 1000 }), g: file('', { mtime: 1000 }), h: file('', { mtime: 1000 }) }, b: {}, c: {} };
  build(top(), { [name]: linked });
  fs.linkSync(`${top()}/${name}/a/f`, `${top()}/${name}/b/f`);
  fs.linkSync(`${top()}/${name}/a/f`, `${top()}/${name}/c/f`);
  let answer = await run(permitted(name), timeFor(0));
  let rounds = 1;
  for (; answer.outcome === 'UNDECIDED' && rounds < 100; rounds += 1) {
    answer = await run({ ...permitted(name), previous: answer }, timeFor(0));
  }
  expect([answer.outcome, answer.deletedEntries]).toEqual(['DELETED', 9]);
  expect(rounds).toBeGreaterThan(1);
  expect(outline(top())).toEqual({});
});
