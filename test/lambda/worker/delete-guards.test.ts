import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { deleteRecoveryDirectory } from '../../../lambda/worker/delete';
import { writeRecord } from '../../../lambda/worker/records';
import { RefusalReason } from '../../../src/core/deletion-guard';
import { RecoveryDirectoryDisposal } from '../../../src/core/restore-request';
import type { DeleteAnswer, DeleteEvent } from '../../../src/core/worker';
import { endlessTime } from '../../helpers/fault';
import { build, directory, fifo, file, untouched, outline, recoveryName, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());

/** A fresh recovery directory: its retention is over at once, and nothing in it was written later. */
const fresh = () => recoveryName(Date.now() - 1000);
const permitted = (name: string): DeleteEvent => ({
  operation: 'delete', directory: name, accessPointRoots: [], runningRestoreJobs: [], restoredSince: '1970-01-01T00:00:00Z', retentionSeconds: 0, disposal: RecoveryDirectoryDisposal.DELETE,
});
const run = (event: DeleteEvent): Promise<DeleteAnswer> => deleteRecoveryDirectory(root, event, new Deadline(endlessTime));

/** Runs a deletion that must be refused, for these reasons, without touching anything. */
async function refused(event: DeleteEvent, ...reasons: RefusalReason[]): Promise<DeleteAnswer> {
  const before = untouched(top());
  const answer = await run(event);
  expect(answer).toMatchObject({ outcome: 'REFUSED', done: true, deletedEntries: 0 });
  expect(answer.refusals.map(({ reason }) => reason)).toEqual(reasons);
  expect(untouched(top())).toEqual(before);
  return answer;
}

const moveOnRecord = async (name: string) => writeRecord(root, name, fs.lstatSync(`${top()}/${name}`, { bigint: true }).ino, 'moved');
const content = { 'projects': { 'report.txt': 'restored' }, 'a.txt': 'restored' };

test('what no guard refuses is deleted, and nothing beside it', async () => {
  const name = fresh();
  build(top(), { [name]: content, live: { 'report.txt': 'live' } });
  expect(await run(permitted(name))).toEqual({ operation: 'delete', done: true, outcome: 'DELETED', deletedEntries: 4, refusals: [], notes: [] });
  expect(outline(top())).toEqual({ 'live': 'directory', 'live/report.txt': 'file live' });
});

describe('NAME', () => {
  const stamp = fresh().slice('aws-backup-restore_'.length);
  test.each([
    'projects', 'aws-backup-restore_', `aws-backup-restore_${stamp}x`, `aws-backup-restore_${stamp} `, `aws-backup-restore_${stamp}\n`, ` aws-backup-restore_${stamp}`,
    `AWS-backup-restore_${stamp}`, `aws-backup-restore-${stamp}`, `aws-backup-restore_${stamp}.old`, 'aws-backup-restore_2025-02-30T10-00-00Z',
    'aws-backup-restore_2025-02-28T25-00-00Z', 'aws-backup-restore_2025-02-28T10:00:00Z', 'aws-backup-restore_2025-02-28T10-00-00',
  ])('%j is refused', async (name) => {
    build(top(), { [name]: content });
    await refused(permitted(name), RefusalReason.NAME);
  });

  test.each(['', '.', '..', '/', '/etc', `../${'x'}`, `sub/aws-backup-restore_${stamp}`, `aws-backup-restore_${stamp}/`, `/aws-backup-restore_${stamp}`, `aws-backup-restore_${stamp}/projects`,
    `aws-backup-restore_${stamp}\0`])('the path %j is refused', async (name) => {
    build(top(), { sub: { [`aws-backup-restore_${stamp}`]: content }, [`aws-backup-restore_${stamp}`]: content });
    await refused(permitted(name), RefusalReason.NAME);
  });
});

test.each(['aws-backup-lost+found', 'aws-backup-lost+found_2025-01-01T00-00-00Z'])('LOST_AND_FOUND: %s', async (name) => {
  build(top(), { [name]: content });
  await refused(permitted(name), RefusalReason.LOST_AND_FOUND);
});

describe('NOT_A_DIRECTORY', () => {
  test('a symbolic link that is named like a recovery directory, to a directory of the same file system', async () => {
    const name = fresh();
    build(top(), { live: content, [name]: symbolicLink('live') });
    await refused(permitted(name), RefusalReason.NOT_A_DIRECTORY);
  });

  test('a symbolic link to another recovery directory, and one to the root', async () => {
    const [name, other] = [recoveryName(Date.now() - 1000), recoveryName(Date.now() - 2000)];
    build(top(), { [other]: content, [name]: symbolicLink(other) });
    await refused(permitted(name), RefusalReason.NOT_A_DIRECTORY);
    fs.unlinkSync(`${top()}/${name}`);
    fs.symlinkSync('.', `${top()}/${name}`);
    await refused(permitted(name), RefusalReason.NOT_A_DIRECTORY);
  });

  test.each([['a dangling link', symbolicLink('nowhere')], ['a file', file('x')], ['a pipe', fifo]])('%s', async (_, node) => {
    const name = fresh();
    build(top(), { [name]: node });
    await refused(permitted(name), RefusalReason.NOT_A_DIRECTORY);
  });

  test('a directory on another device', async () => {
    const name = fresh();
    build(top(), { [name]: {} });
    // the device number is all that is made up: mounting another file system takes rights that a test should not have
    const real = Directory.prototype.stat;
    const spy = jest.spyOn(Directory.prototype, 'stat').mockImplementation(async function (this: Directory) {
      const stats = await real.call(this);
      return this.path === '/' ? stats : Object.assign(Object.create(Object.getPrototypeOf(stats)), stats, { dev: stats.dev + 1n });
    });
    try {
      await refused(permitted(name), RefusalReason.NOT_A_DIRECTORY);
    } finally {
      spy.mockRestore();
    }
  });
});

describe('ACCESS_POINT', () => {
  test.each<[string, (name: string) => string[]]>([
    ['at it', (name) => [`/${name}`]], ['at it, with a slash at the end', (name) => [`/${name}/`]], ['within it', (name) => [`/${name}/projects`]],
    ['deep within it, where nothing is yet', (name) => [`/${name}/a/b/c`]], ['among others', (name) => ['/', '/live', `/${name}/projects`, '/other']],
  ])('%s', async (_, roots) => {
    const name = fresh();
    build(top(), { [name]: content });
    await refused({ ...permitted(name), accessPointRoots: roots(name) }, RefusalReason.ACCESS_POINT);
  });

  test('one at the root, beside it, or with a name that begins like its name, is no reason', async () => {
    const name = fresh();
    build(top(), { [name]: content });
    expect(await run({ ...permitted(name), accessPointRoots: ['/', '/live', `/${name}x`, `/live/${name}`] })).toMatchObject({ outcome: 'DELETED' });
    expect(outline(top())).toEqual({});
  });
});

test('RESTORE_JOB_RUNNING', async () => {
  const name = fresh();
  build(top(), { [name]: content });
  const answer = await refused({ ...permitted(name), runningRestoreJobs: ['job-1', 'job-2'] }, RefusalReason.RESTORE_JOB_RUNNING);
  expect(answer.refusals[0].detail).toContain('job-1, job-2');
});

describe('FACTS_MISSING', () => {
  test.each<[string, Record<string, unknown>]>([
    ['no access points', { accessPointRoots: undefined }], ['no restore jobs', { runningRestoreJobs: undefined }],
    ['null for access points', { accessPointRoots: null }], ['null for restore jobs', { runningRestoreJobs: null }],
    ['a text for access points', { accessPointRoots: '' }], ['an object for restore jobs', { runningRestoreJobs: {} }],
  ])('%s', async (_, facts) => {
    const name = fresh();
    build(top(), { [name]: content });
    await refused({ ...permitted(name), ...facts }, RefusalReason.FACTS_MISSING);
  });
});

describe('RETENTION', () => {
  const old = { retentionSeconds: 7 * 24 * 3600, graceSeconds: 30 * 24 * 3600 };

  test('younger than the retention', async () => {
    const name = recoveryName(Date.now() - 7 * DAY + HOUR);
    build(top(), { [name]: content });
    await refused({ ...permitted(name), ...old }, RefusalReason.RETENTION);
  });

  test('older than the retention', async () => {
    const name = recoveryName(Date.now() - 7 * DAY - HOUR);
    build(top(), { [name]: content });
    expect(await run({ ...permitted(name), ...old })).toMatchObject({ outcome: 'DELETED' });
    expect(outline(top())).toEqual({});
  });

  test('of a time that is still to come', async () => {
    const name = recoveryName(Date.now() + HOUR);
    build(top(), { [name]: content });
    await refused(permitted(name), RefusalReason.RETENTION);
  });

  test.each<[string, unknown]>([['nothing', undefined], ['null', null], ['a text', '0'], ['less than nothing', -1]])('%s is no retention: without a record of a move all is kept', async (_, retentionSeconds) => {
    const name = fresh();
    build(top(), { [name]: content });
    await refused({ ...permitted(name), retentionSeconds: retentionSeconds as number }, RefusalReason.RETENTION);
  });

  test('a move on record goes before the retention', async () => {
    const name = fresh();
    build(top(), { [name]: content });
    await moveOnRecord(name);
    expect(await run({ ...permitted(name), retentionSeconds: undefined })).toMatchObject({ outcome: 'DELETED' });
    expect(outline(top())).toEqual({});
  });
});

describe('a record is no proof', () => {
  /** Readable for us alone: others are not believed anyway. */
  const ours = (children: Parameters<typeof build>[1]) => directory(children, { mode: 0o700 });
  const record = (name: string, inode: bigint | string) => `${JSON.stringify({ recoveryDirectory: name, inode: String(inode) })}\n`;
  const prepared = (name: string, node: Parameters<typeof build>[1][string]) => {
    build(top(), { [name]: content, '.cdk-efs-backup': ours({ [name]: { 'moved.json': node } }) });
    return refused({ ...permitted(name), retentionSeconds: undefined }, RefusalReason.RETENTION);
  };

  test('of another directory that had the same name', async () => {
    const name = fresh();
    build(top(), { [name]: {} });
    await moveOnRecord(name);
    fs.mkdirSync(`${top()}/new`);
    fs.rmdirSync(`${top()}/${name}`);
    fs.renameSync(`${top()}/new`, `${top()}/${name}`);
    await refused({ ...permitted(name), retentionSeconds: undefined }, RefusalReason.RETENTION);
  });

  test('of another recovery directory', async () => {
    const name = fresh();
    build(top(), { [name]: content });
    const { ino } = fs.lstatSync(`${top()}/${name}`, { bigint: true });
    build(top(), { '.cdk-efs-backup': ours({ [name]: { 'moved.json': record(recoveryName(0), ino) } }) });
    await refused({ ...permitted(name), retentionSeconds: undefined }, RefusalReason.RETENTION);
  });

  test.each(['', 'null', '[]', '{}', '5', '"text"', '{"recoveryDirectory":', '\0\xff', '{"inode":"*"}'])('that is garbled: %j', async (text) => {
    await prepared(fresh(), text);
  });

  test('whose inode number is written as a number', async () => {
    const name = fresh();
    build(top(), { [name]: content });
    const { ino } = fs.lstatSync(`${top()}/${name}`);
    build(top(), { '.cdk-efs-backup': ours({ [name]: { 'moved.json': JSON.stringify({ recoveryDirectory: name, inode: ino }) } }) });
    await refused({ ...permitted(name), retentionSeconds: undefined }, RefusalReason.RETENTION);
  });

  test.each([['a directory', directory({})], ['a pipe', fifo], ['a dangling link', symbolicLink('nowhere')]])('that is %s', async (_, node) => {
    await prepared(fresh(), node);
  });

  test.each(['the record', 'its directory', 'the directory of all records'])('that is right but reached through a symbolic link: %s', async (which) => {
    const name = fresh();
    build(top(), { [name]: content });
    const right = record(name, fs.lstatSync(`${top()}/${name}`, { bigint: true }).ino);
    const places: Record<string, Parameters<typeof build>[1]> = {
      'the record': { 'right.json': right, '.cdk-efs-backup': ours({ [name]: { 'moved.json': symbolicLink('../../right.json') } }) },
      'its directory': { 'right': { 'moved.json': right }, '.cdk-efs-backup': ours({ [name]: symbolicLink('../right') }) },
      'the directory of all records': { 'right': { [name]: { 'moved.json': right } }, '.cdk-efs-backup': symbolicLink('right') },
    };
    build(top(), places[which]);
    expect(fs.readFileSync(`${top()}/.cdk-efs-backup/${name}/moved.json`, 'utf8')).toBe(right);
    const theirs = which === 'the directory of all records' ? [RefusalReason.RECORDS_NOT_OURS] : [];
    await refused({ ...permitted(name), retentionSeconds: undefined }, RefusalReason.RETENTION, ...theirs);
  });
});

describe('RECORDS_NOT_OURS', () => {
  test.each<[string, Parameters<typeof build>[1][string]]>([
    ['that others may look into', directory({}, { mode: 0o755 })], ['that is a symbolic link', symbolicLink('elsewhere')], ['that is a file', ''],
  ])('a directory of records %s', async (_, node) => {
    const name = fresh();
    build(top(), { [name]: content, 'elsewhere': {}, '.cdk-efs-backup': node });
    await refused(permitted(name), RefusalReason.RECORDS_NOT_OURS);
  });
});

test('all reasons are told at once', async () => {
  const name = fresh();
  build(top(), { [name]: symbolicLink('live'), live: content });
  await refused({ ...permitted(name), accessPointRoots: [`/${name}`], runningRestoreJobs: ['job'], retentionSeconds: undefined },
    RefusalReason.ACCESS_POINT, RefusalReason.RESTORE_JOB_RUNNING, RefusalReason.RETENTION, RefusalReason.NOT_A_DIRECTORY);
});
