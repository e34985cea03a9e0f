import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { verify } from '../../../lambda/worker/verify';
import type { VerifyAnswer, VerifyResume } from '../../../src/core/worker';
import { endlessTime, failing, timeFor, withoutEntryTypes } from '../../helpers/fault';
import { build, fifo, fingerprint, hardLink, openDescriptors, recoveryName, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());

const run = (items: string[] | null, resume: VerifyResume | null = null, time = endlessTime): Promise<VerifyAnswer> =>
  verify(root, { operation: 'verify', directory: name, items, previous: { resume } }, new Deadline(time));

const TREE: Tree = { projects: { 'report.txt': '12345', 'b.txt': '123', 'Stra\xc3\x9fe': { x: '1' } }, link: symbolicLink('projects'), p: fifo, empty: {} };

test('counts each type, and the bytes of the files', async () => {
  build(top(), { [name]: TREE, live: { other: 'not counted' } });
  expect(await run(null)).toEqual({
    operation: 'verify',
    done: true,
    verdict: 'PASSED',
    findings: [],
    lostAndFound: [],
    resume: null,
    counts: { files: 3, directories: 3, symbolicLinks: 1, others: 1, bytes: 9 },
  });
  expect((await withoutEntryTypes(() => run(null))).counts).toEqual({ files: 3, directories: 3, symbolicLinks: 1, others: 1, bytes: 9 });
});

test('more files than are looked at at once', async () => {
  build(top(), { [name]: Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`f${index}`, 'x'.repeat(index)])) });
  expect((await run(null)).counts).toMatchObject({ files: 100, bytes: 4950 });
});

test('each name of a file counts', async () => {
  build(top(), { [name]: { a: '1234' } });
  build(`${top()}/${name}`, { b: hardLink('a') });
  expect((await run(null)).counts).toMatchObject({ files: 2, bytes: 8 });
});

/** With what else is in the tree, so that all of it was asked for. */
function withOthers(items: readonly string[]): string[] {
  const all = ['/projects/report.txt', '/projects/b.txt', '/projects/Straße/x', '/link', '/p', '/empty'];
  return [...items, ...all.filter((path) => !items.some((item) => path === item || path.startsWith(`${item}/`) || item.startsWith(`${path}/`)))];
}

describe('items', () => {
  test.each([[['/projects/report.txt']], [['/projects', '/link']], [['/empty']], [['/projects/Straße/x']], [['/p']]])('%j were restored', async (items) => {
    build(top(), { [name]: TREE });
    expect(await run(withOthers(items))).toMatchObject({ verdict: 'PASSED', findings: [], counts: { files: 3, directories: 3, symbolicLinks: 1, others: 1, bytes: 9 } });
  });

  test.each<[string, string]>([
    ['a missing one', '/projects/none'], ['another case', '/projects/Report.txt'], ['another case of a directory', '/Projects/report.txt'],
    ['one that is reached through a symbolic link only', '/link/report.txt'], ['one below a file', '/projects/report.txt/x'],
    ['one of the live tree', '/live'],
  ])('%s is a finding', async (_, item) => {
    build(top(), { [name]: TREE, live: {} });
    const answer = await run(withOthers(['/projects', item]));
    expect(answer).toMatchObject({ done: true, verdict: 'FAILED' });
    expect(answer.findings[0]).toContain(`the item '${item}' was not restored`);
  });

  test('the live tree is no substitute, not even through a link', async () => {
    build(top(), { [name]: { projects: symbolicLink('../live') }, live: { 'report.txt': 'live' } });
    expect((await run(['/projects/report.txt'])).verdict).toBe('FAILED');
  });

  test('more missing ones than an answer has room for', async () => {
    build(top(), { [name]: TREE });
    const { findings } = await run(Array.from({ length: 30 }, (_, index) => `/x${index}`));
    expect(findings).toHaveLength(20);
    expect(findings[19]).toBe(`${30 + 4 - 19} more findings`); // and the four at its top, which were not asked for
  });

  test('one that cannot be read is a finding', async () => {
    build(top(), { [name]: TREE });
    const answer = await failing('EIO', ({ operation, paths }) => operation === 'lstat' && paths[0].endsWith('projects/b.txt'), () => run(['/projects/b.txt']));
    expect(answer).toMatchObject({ verdict: 'FAILED', findings: expect.arrayContaining(["the item '/projects/b.txt' could not be read: EIO"]) });
  });

  test('every missing item is told', async () => {
    build(top(), { [name]: TREE });
    expect((await run(withOthers(['/x', '/projects', '/y']))).findings).toHaveLength(2);
  });

  test.each<[string, string[], string[]]>([
    ['at the top', ['/projects'], ['empty', 'link', 'p']],
    ['beside an item', ['/projects/report.txt', '/link', '/p', '/empty'], ['projects/Straße', 'projects/b.txt']],
    ['beside the way to one', ['/projects/Straße/x', '/projects/report.txt', '/link', '/p', '/empty'], ['projects/b.txt']],
  ])('what was not asked for is a finding, %s: it may be the directory of another restore', async (_, items, foreign) => {
    build(top(), { [name]: TREE });
    const { verdict, findings } = await run(items);
    expect(verdict).toBe('FAILED');
    expect(findings.sort()).toEqual(foreign.map((path) => `'/${name}/${path}' was not asked for: is this the directory of another restore?`).sort());
  });

  test('of a million entries that were not asked for, some are told', async () => {
    build(top(), { [name]: { a: '', ...Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`x${index}`, ''])) } });
    expect((await run(['/a'])).findings).toHaveLength(20);
  });
});

test('an empty full restore fails; one of a single empty directory, or of links alone, does not', async () => {
  build(top(), { [name]: {} });
  expect(await run(null)).toMatchObject({ verdict: 'FAILED', findings: ['the recovery directory is empty'] });
  for (const tree of [{ d: {} }, { l: symbolicLink('nowhere') }] as Tree[]) {
    fs.rmSync(`${top()}/${name}`, { recursive: true });
    build(top(), { [name]: tree });
    expect((await run(null)).verdict).toBe('PASSED');
  }
});

test('a recovery directory that is missing, or a symbolic link, is a finding', async () => {
  expect(await run(null)).toMatchObject({ verdict: 'FAILED', findings: [`the recovery directory '${name}' is not there`] });
  build(top(), { live: { f: '' }, [name]: symbolicLink('live') });
  expect(await run(null)).toMatchObject({ verdict: 'FAILED', counts: { files: 0 } });
});

test('nothing is changed and nothing stays open', async () => {
  build(top(), { [name]: TREE });
  const [before, descriptors] = [fingerprint(top()), openDescriptors(top())];
  await run(['/projects', '/none']);
  await run(null, null, timeFor(2));
  expect(fingerprint(top())).toEqual(before);
  expect(openDescriptors(top())).toEqual(descriptors);
});

test('lost+found at the root is told, and is no finding', async () => {
  build(top(), { [name]: { f: '' }, 'aws-backup-lost+found': {}, 'aws-backup-lost+found_2': {}, 'sub': { 'aws-backup-lost+found_3': {} } });
  expect(await run(null)).toMatchObject({ verdict: 'PASSED', lostAndFound: ['aws-backup-lost+found', 'aws-backup-lost+found_2'] });
});

test('a directory that cannot be read is a finding, its neighbours are counted', async () => {
  build(top(), { [name]: { a: { f: '1' }, b: { f: '12' } } });
  const answer = await failing('EACCES', ({ operation, paths }) => operation === 'open' && paths[0].endsWith('/a'), () => run(null));
  expect(answer).toMatchObject({ verdict: 'FAILED', findings: [`'/${name}/a' could not be read completely: EACCES`], counts: { files: 1, directories: 2, bytes: 2 } });
});

test('a file whose size cannot be told is counted, and is a finding', async () => {
  build(top(), { [name]: { a: '1', b: '12' } });
  const answer = await failing('EIO', ({ operation, paths }) => operation === 'lstat' && paths[0].endsWith('/a'), () => run(null));
  expect(answer).toMatchObject({ verdict: 'FAILED', findings: [`'/${name}/a' could not be read completely: EIO`], counts: { files: 2, bytes: 2 } });
});

test('what could not be read in an earlier call is told in the end', async () => {
  build(top(), { [name]: { a: { f: '' }, b: { f: '' }, c: {} } });
  const first = await failing('EACCES', ({ operation, paths }) => operation === 'open' && /\/[abc]$/.test(paths[0]), () => run(null, null, timeFor(1)));
  expect(first).toMatchObject({ done: false, findings: [], lostAndFound: [] });
  expect((await run(null, first.resume)).findings).toEqual(first.resume!.unreadable!.map(({ path }) => `'${path}' could not be read completely: EACCES`));
  expect(first.resume!.unreadable).toHaveLength(1);
});

test('a directory that was changed between two calls is a finding', async () => {
  const many = Object.fromEntries(Array.from({ length: 1_500 }, (_, index) => [`d${index}`, {}]));
  build(top(), { [name]: { many } });
  let answer = await run(null, null, timeFor(20));
  expect(answer.done).toBe(false);
  fs.writeFileSync(`${top()}/${name}/many/new`, '');
  answer = await run(null, answer.resume);
  expect(answer.done).toBe(true);
  expect(answer.findings).toEqual([`'/${name}/many' could not be read completely: it was changed meanwhile, so verify again`]);
});
