import * as fs from 'node:fs';
import * as fc from 'fast-check';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { verify } from '../../../lambda/worker/verify';
import type { VerifyAnswer, VerifyResume } from '../../../src/core/worker';
import { endlessTime, timeFor, withoutEntryTypes } from '../../helpers/fault';
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

describe('items', () => {
  test.each([[['/projects/report.txt']], [['/projects', '/link']], [['/empty']], [['/projects/Straße/x']], [['/p']]])('%j were restored', async (items) => {
    build(top(), { [name]: TREE });
    expect(await run(items)).toMatchObject({ verdict: 'PASSED', findings: [] });
  });

  test.each<[string, string]>([
    ['a missing one', '/projects/none'], ['another case', '/projects/Report.txt'], ['another case of a directory', '/Projects/report.txt'],
    ['one that is reached through a symbolic link only', '/link/report.txt'], ['one below a file', '/projects/report.txt/x'],
    ['one of the live tree', '/live'],
  ])('%s is a finding', async (_, item) => {
    build(top(), { [name]: TREE, live: {} });
    const answer = await run(['/projects', item]);
    expect(answer).toMatchObject({ done: true, verdict: 'FAILED' });
    expect(answer.findings).toEqual([expect.stringContaining(`the item '${item}' was not restored`)]);
  });

  test('the live tree is no substitute, not even through a link', async () => {
    build(top(), { [name]: { projects: symbolicLink('../live') }, live: { 'report.txt': 'live' } });
    expect((await run(['/projects/report.txt'])).verdict).toBe('FAILED');
  });

  test('every missing item is told', async () => {
    build(top(), { [name]: TREE });
    expect((await run(['/x', '/projects', '/y'])).findings).toHaveLength(2);
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

test('wherever time runs out, going on gives the same answer as one go', async () => {
  const names = fc.constantFrom('a', 'b', 'c', '\xff', 'Z', 'new\nline');
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.dictionary(names, fc.oneof({ maxDepth: 4 }, fc.string({ maxLength: 5 }).map((text) => text.replace(/[^a-z]/g, 'x')), fc.constant(symbolicLink('a')), tie('tree')), { noNullPrototype: true }),
  }));
  let interrupted = 0;
  await fc.assert(fc.asyncProperty(tree, fc.integer({ min: 2, max: 6 }), async (random, asks) => {
    build(top(), { [name]: random });
    const whole = await run(null);
    let answer = await run(null, null, timeFor(asks));
    while (!answer.done) {
      interrupted += 1;
      expect(answer).toMatchObject({ verdict: 'UNDECIDED', findings: [] });
      const depth = Buffer.from(answer.resume!.cursor ?? '', 'base64').toString('latin1').split('/').length;
      // through JSON, as Step Functions hands it on; the way back to the cursor takes time, too
      answer = await run(null, JSON.parse(JSON.stringify(answer.resume)), timeFor(asks + depth));
    }
    expect(answer).toEqual(whole);
    fs.rmSync(`${top()}/${name}`, { recursive: true });
  }), { numRuns: 150 });
  expect(interrupted).toBeGreaterThan(20);
});
