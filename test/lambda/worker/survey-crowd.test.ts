import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { deleteRecoveryDirectory } from '../../../lambda/worker/delete';
import { find } from '../../../lambda/worker/find';
import { writeRecord } from '../../../lambda/worker/records';
import { survey } from '../../../lambda/worker/survey';
import { Few } from '../../../lambda/worker/survey/few';
import { verify } from '../../../lambda/worker/verify';
import { RecoveryDirectoryDisposal } from '../../../src/core/restore-request';
import type { SurveyAnswer } from '../../../src/core/worker';
import { endlessTime } from '../../helpers/fault';
import { recoveryName, useTempDirectory } from '../../helpers/temp-tree';

/** What whoever may write to the root of the file system may make there, in any number. */
const NOW = Math.floor(Date.now() / 1000) * 1000;
const DAY = 86_400_000;
const MALLORY = 1000;
const top = useTempDirectory();
const deadline = new Deadline(endlessTime);
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());

const surveyed = (contents = false): Promise<SurveyAnswer> => survey(root, { operation: 'survey', contents }, deadline);
function make(names: readonly string[], uid = process.getuid!()): void {
  names.forEach((name) => {
    fs.mkdirSync(`${top()}/${name}`);
    fs.chownSync(`${top()}/${name}`, uid, uid);
  });
}
const series = (count: number, from: number) => Array.from({ length: count }, (_, index) => recoveryName(from + index * 1000));
const inodeOf = (name: string) => fs.statSync(`${top()}/${name}`, { bigint: true }).ino;

/** Only root can give directories to others, and only then there are others. */
const asRoot = process.getuid!() === 0 ? describe : () => undefined;

asRoot('directories of others', () => {
  test('take the place of none of root\'s, are told with their owner and number, and are not looked into', async () => {
    const genuine = series(3, NOW - 30 * DAY);
    make(series(400, NOW - 90 * DAY), MALLORY);
    make(genuine);
    const { entries, names, foreign, omitted } = await surveyed(true);
    const roots = entries.filter(({ uid }) => uid === 0);
    expect(roots.map(({ name, content }) => [name, content?.counts.files])).toEqual(genuine.map((name) => [name, 0]));
    const others = entries.filter(({ uid }) => uid === MALLORY);
    expect([others.length, others.filter(({ content }) => content).length, foreign, omitted]).toEqual([10, 0, 400, undefined]);
    expect(names).toEqual(expect.arrayContaining(genuine));
    expect(names.length).toBe(43);
  });

  test('are recovery directories where a workflow of ours has found them after its job', async () => {
    const [recorded, forged] = series(2, NOW - 30 * DAY);
    make([recorded, forged], MALLORY);
    await writeRecord(root, recorded, inodeOf(recorded), 'found');
    await writeRecord(root, forged, inodeOf(recorded), 'found'); // of another directory that had this name
    const { entries, foreign } = await surveyed(true);
    const told = entries.map(({ name, onRecord, content }) => [name, onRecord, content !== undefined]);
    expect(told).toEqual([[recorded, true, true], [forged, undefined, false]]);
    expect(foreign).toBe(1);
  });
});

describe('names from the future', () => {
  test.each([0, MALLORY])('crowd no recent directory out of the names, whosever they are (%i)', async (uid) => {
    if (process.getuid!() !== 0 && uid !== 0) {
      return;
    }
    const recent = series(5, NOW - 60_000);
    make(recent);
    make(series(400, Date.UTC(2099, 0, 1)), uid || process.getuid!());
    const { names, future } = await surveyed();
    expect([names.filter((name) => recent.includes(name)), names.length, future]).toEqual([recent, 15, 400]);
    const created = new Date(NOW - 30_000).toISOString();
    const own = recoveryName(NOW + 30_000);
    make([own]);
    expect(await find(root, { operation: 'find', before: names, job: { CreationDate: created, CompletionDate: created } })).toMatchObject({ directory: own });
  });
});

describe('the directory of a job', () => {
  const job = { CreationDate: new Date(NOW).toISOString(), CompletionDate: new Date(NOW + 1000).toISOString() };
  const found = () => find(root, { operation: 'find', before: [], job });
  const [own, ...planted] = series(150, NOW - 1000);

  asRoot('among others\' of such names', () => {
    test('is root\'s own, however many there are', async () => {
      make(planted, MALLORY);
      make([own]);
      expect(await found()).toMatchObject({ directory: own });
    });

    test('is the only one, where none is root\'s: the owner that AWS Backup gives is not documented', async () => {
      make([own], MALLORY);
      expect(await found()).toMatchObject({ directory: own });
      make(planted.slice(0, 1), MALLORY);
      await expect(found()).rejects.toMatchObject({ name: 'RecoveryDirectoryAmbiguous' });
    });

    test('is none that was there before the job began, whatever its name', async () => {
      const later = { CreationDate: new Date(NOW + 3_600_000).toISOString(), CompletionDate: new Date(NOW + 3_601_000).toISOString() };
      make([recoveryName(NOW + 3_600_000)], MALLORY);
      await expect(find(root, { operation: 'find', before: [], job: later })).rejects.toMatchObject({ name: 'RecoveryDirectoryNotFound' });
    });
  });

  test('two of root\'s are one too many', async () => {
    make([own, planted[0]]);
    await expect(found()).rejects.toMatchObject({ name: 'RecoveryDirectoryAmbiguous' });
  });
});

test('whatever there is at the root, and however long, an answer without contents has less than 104 KiB', async () => {
  const long = (prefix: string, end: string) => Array.from({ length: 30 }, (_, index) => `${prefix}${String(index).padStart(2, '0')}`.padEnd(255, end));
  const genuine = series(700, NOW - 90 * DAY).map((name) => name.replace('-000Z', '-000000000Z'));
  make([...genuine.map((name) => `cdk-efs-backup-quarantine_${name}`), ...long('aws-backup-mine', 'n'), ...long('aws-backup-lost+found', '\x01'), ...series(30, NOW + 90 * DAY)]);
  make([...series(100, NOW - 60 * DAY), ...series(30, NOW + 60 * DAY)], process.getuid!() === 0 ? MALLORY : process.getuid!());
  for (const name of genuine) { // each was refused before
    await writeRecord(root, name, inodeOf(`cdk-efs-backup-quarantine_${name}`), 'refused');
  }
  const answer = await surveyed();
  expect(answer.entries.filter(({ refusedAt }) => refusedAt !== undefined)).toHaveLength(250);
  expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(104 * 1024);
});

test('of any number of lookalikes and of lost+found the first twenty are kept', async () => {
  const numbered = (prefix: string) => Array.from({ length: 600 }, (_, index) => `${prefix}${String(index).padStart(4, '0')}`);
  make([...numbered('aws-backup-mine'), ...numbered('aws-backup-lost+found-')]);
  const first = [...numbered('aws-backup-mine').slice(0, 20), ...numbered('aws-backup-lost+found-').slice(0, 20)].sort();
  const { entries, names } = await surveyed();
  expect([entries.map(({ name }) => name), names]).toEqual([first, first]);
  const own = recoveryName(NOW);
  make([own]);
  const { lostAndFound } = await verify(root, { operation: 'verify', directory: own, items: null }, deadline);
  expect(lostAndFound).toEqual(numbered('aws-backup-lost+found-').slice(0, 20));
});

test('the first so many are kept, whatever the order in which they come', () => {
  const few = new Few<number>(5, (a, b) => a - b);
  [9, 3, 7, 1, 8, 2, 7, 0, 5].forEach((number) => few.add(number));
  expect([few.all, few.count]).toEqual([[0, 1, 2, 3, 5], 9]);
});

describe('a deletion that was refused', () => {
  const own = recoveryName(NOW - 30 * DAY);
  const remove = (retentionSeconds: number, graceSeconds = 1e9) => deleteRecoveryDirectory(root, {
    operation: 'delete', directory: own, accessPointRoots: [], runningRestoreJobs: [], retentionSeconds, graceSeconds, disposal: RecoveryDirectoryDisposal.DELETE, restoredSince: new Date(NOW - 31 * DAY).toISOString(),
  }, deadline);
  const refusedAt = async () => (await surveyed()).entries.find(({ name }) => name.endsWith(own))?.refusedAt;

  test('is told by the survey, also in quarantine, and holds for that very directory', async () => {
    make([own]);
    expect(await refusedAt()).toBeUndefined();
    const before = Date.now();
    expect(await remove(0, 0)).toMatchObject({ outcome: 'REFUSED', refusals: [{ reason: 'IN_USE' }] });
    expect(Date.parse((await refusedAt())!)).toBeGreaterThanOrEqual(before - 1_000);
    fs.renameSync(`${top()}/${own}`, `${top()}/cdk-efs-backup-quarantine_${own}`);
    expect(await refusedAt()).toBeDefined();
    fs.renameSync(`${top()}/cdk-efs-backup-quarantine_${own}`, `${top()}/elsewhere`);
    make([own]);
    expect(await refusedAt()).toBeUndefined();
  });

  test('only for now is not: it has its turn again', async () => {
    make([own]);
    expect(await remove(1e9)).toMatchObject({ outcome: 'REFUSED', refusals: [{ reason: 'RETENTION' }] });
    expect(fs.readdirSync(top())).toEqual([own]);
  });

  test('leaves nothing behind once it is not', async () => {
    make([own]);
    await remove(0, 0);
    expect(await refusedAt()).toBeDefined();
    expect(await remove(0)).toMatchObject({ outcome: 'DELETED' });
    expect(fs.readdirSync(top())).toEqual([]);
  });

  test('is a refusal all the same where that cannot be written down', async () => {
    make([own]);
    fs.writeFileSync(`${top()}/.cdk-efs-backup`, '');
    expect(await remove(0, 0)).toMatchObject({ outcome: 'REFUSED' });
  });
});
