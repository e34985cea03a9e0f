import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { writeRecord } from '../../../lambda/worker/records';
import { survey } from '../../../lambda/worker/survey';
import { PathRange } from '../../../src/core/shard';
import type { Shard } from '../../../src/core/shard';
import type { SurveyAnswer, SurveyEvent } from '../../../src/core/worker';
import { endlessTime, failing, timeFor } from '../../helpers/fault';
import { build, bytes, describeTree, openDescriptors, recoveryName, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());

const run = (cut: SurveyEvent['cut'], previous?: SurveyEvent['previous'], time = endlessTime): Promise<SurveyAnswer> =>
  survey(root, { operation: 'survey', cut, previous }, new Deadline(time));
const many = (length: number, prefix: string, node: () => string | Tree): Tree => Object.fromEntries(Array.from({ length }, (_, index) => [`${prefix}${index}`, node()]));

/** How many entries each shard has; every entry must be in exactly one. */
function sizes(shards: readonly Shard[], paths = Object.keys(describeTree(`${top()}/${name}`))): number[] {
  const ranges = shards.map((shard) => new PathRange(shard));
  const counts = ranges.map(() => 0);
  const notInOne = paths.filter((path) => {
    const owners = ranges.map((range, index) => (range.includes(path) ? index : -1)).filter((index) => index >= 0);
    counts[owners[0]] += 1;
    return owners.length !== 1;
  });
  expect(notInOne).toEqual([]);
  return counts;
}

function expectAboutEqual(counts: readonly number[]): void {
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  counts.forEach((count) => {
    expect(count).toBeGreaterThanOrEqual(mean / 2);
    expect(count).toBeLessThanOrEqual(mean * 2);
  });
}

test.each([1, 2, 7, 20])('%i shards of many directories are about equal, and cover every entry once', async (shards) => {
  build(top(), { [name]: many(50, 'd', () => many(40, 'f', () => '')) });
  const answer = await run({ directory: name, shards });
  expect(answer).toMatchObject({ done: true, names: [name] });
  expect(answer.entries[0]).not.toHaveProperty('content');
  expect(answer.shards).toHaveLength(shards);
  expectAboutEqual(sizes(answer.shards!));
});

test('shards of one flat directory, too', async () => {
  build(top(), { [name]: many(4_000, 'f', () => '') });
  const paths = Object.keys(describeTree(`${top()}/${name}`));
  for (const shards of [1, 2, 16, 100]) {
    const answer = await run({ directory: name, shards });
    expect(answer.shards).toHaveLength(shards);
    expectAboutEqual(sizes(answer.shards!, paths));
  }
});

test('small trees have fewer shards; an empty one has one', async () => {
  build(top(), { [name]: {} });
  expect((await run({ directory: name, shards: 16 })).shards).toEqual([{}]);
  build(`${top()}/${name}`, { 'a': { b: '' }, 'c\n': symbolicLink('/'), '\xff': '' });
  const { shards } = await run({ directory: name, shards: 16 });
  expect(shards!.length).toBeLessThanOrEqual(4);
  expect(Math.max(...sizes(shards!))).toBe(1);
});

test('a hundred shards of long names have room in a state', async () => {
  const long = (index: number) => `${index}${'\xff'.repeat(250)}`;
  build(top(), { [name]: Object.fromEntries(Array.from({ length: 20 }, (_, one) => [long(one), { [long(one)]: { [long(one)]: Object.fromEntries(Array.from({ length: 30 }, (__, two) => [long(two), ''])) } }])) });
  const answer = await run({ directory: name, shards: 100 });
  expect(answer.shards!.length).toBeGreaterThan(20);
  expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(200 * 1024);
  sizes(answer.shards!);
  const stopped = await run({ directory: name, shards: 100 }, undefined, timeFor(40));
  expect(stopped.done).toBe(false);
  expect(Buffer.byteLength(JSON.stringify(stopped))).toBeLessThan(200 * 1024);
});

test('wherever time runs out, every entry is in one shard, and they are about equal', async () => {
  build(top(), { [name]: { ...many(10, 'd', () => many(10, 'f', () => '')), big: many(2_500, 'f', () => '') } });
  for (const asks of [1, 2, 3, 10]) {
    let answer = await run({ directory: name, shards: 8 }, undefined, timeFor(asks));
    let calls = 1;
    for (; !answer.done; calls += 1) {
      expect(calls).toBeLessThan(100);
      expect(answer.shards).toBeUndefined();
      answer = await run({ directory: name, shards: 8 }, JSON.parse(JSON.stringify({ resume: answer.resume })), timeFor(asks));
    }
    expect(calls).toBeGreaterThan(1);
    expect(answer.shards).toHaveLength(8);
    expectAboutEqual(sizes(answer.shards!));
  }
  expect(openDescriptors(top())).toHaveLength(1);
});

test('what cannot be read is in a shard like everything else', async () => {
  build(top(), { [name]: { a: many(10, 'f', () => ''), b: many(10, 'f', () => '') } });
  const answer = await failing('EACCES', ({ operation, paths }) => operation === 'open' && paths[0].endsWith('/a'), () => run({ directory: name, shards: 4 }));
  expect(answer.done).toBe(true);
  sizes(answer.shards!);
});

test('a quarantined directory is cut by its old name', async () => {
  const quarantined = `cdk-efs-backup-quarantine_${name}`;
  build(top(), { [quarantined]: many(100, 'f', () => '') });
  await writeRecord(root, name, fs.lstatSync(`${top()}/${quarantined}`, { bigint: true }), 'quarantined');
  const answer = await run({ directory: name, shards: 4 });
  expect(answer.shards).toHaveLength(4);
});

describe('refused', () => {
  test.each([0, 101, 1.5, -1, NaN, '4', null, undefined])('%p shards', async (shards) => {
    build(top(), { [name]: {} });
    await expect(run({ directory: name, shards: shards as never })).rejects.toMatchObject({
      name: 'InvalidWorkerEvent', message: expect.stringMatching(/^'cut\.shards' must be a whole number from 1 to 100, got .*; write for example 16$/),
    });
  });

  test.each(['projects', 'aws-backup-lost+found', 'aws-backup-restore_mine', '', '..', `${name}/d`, recoveryName(0), null, undefined])('the directory %p', async (directory) => {
    build(top(), { [name]: { d: {} }, 'projects': {}, 'aws-backup-lost+found': {}, 'aws-backup-restore_mine': {} });
    await expect(run({ directory: directory as never, shards: 4 })).rejects.toMatchObject({
      name: 'InvalidWorkerEvent', message: expect.stringMatching(/^'cut\.directory' must be the name of a recovery directory at the root of the file system, got .*; write one of the names/),
    });
  });

  test('a symbolic link', async () => {
    build(top(), { projects: {}, [name]: symbolicLink('projects') });
    await expect(run({ directory: name, shards: 4 })).rejects.toMatchObject({ name: 'InvalidWorkerEvent' });
    fs.unlinkSync(bytes(`${top()}/${name}`));
  });
});
