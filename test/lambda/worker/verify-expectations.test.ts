import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { verify } from '../../../lambda/worker/verify';
import type { RestoreExpectation } from '../../../src/core/expectation';
import type { VerifyAnswer, VerifyResume } from '../../../src/core/worker';
import { endlessTime, failing, timeFor } from '../../helpers/fault';
import { build, fifo, file, openDescriptors, recoveryName, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const RESTORED = Date.UTC(2026, 10, 23, 3);
const name = recoveryName(RESTORED);
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(async () => {
  jest.restoreAllMocks();
  await root.close();
});

const run = (expectations: readonly RestoreExpectation[], resume: VerifyResume | null = null, time = endlessTime): Promise<VerifyAnswer> =>
  verify(root, { operation: 'verify', directory: name, items: null, expectations, previous: { resume } }, new Deadline(time));
const findings = async (...expectations: RestoreExpectation[]) => (await run(expectations)).findings;
const sha256 = (content: string) => createHash('sha256').update(content).digest('hex');
const before = (seconds: number, content = '') => file(content, { mtime: RESTORED - seconds * 1000 });

const TREE: Tree = {
  projects: { alpha: { a: before(100), b: before(50), deep: { c: before(10) } }, alphabet: { d: before(0) }, link: symbolicLink('alpha'), sentinel: before(20, 'sentinel'), p: fifo, empty: {} },
  top: before(1000, 'x'),
};
beforeEach(() => build(top(), { [name]: TREE, live: { f: 'live' } }));

test('all that is met', async () => {
  expect(await run([
    { path: '/' },
    { path: '/', atLeastFiles: 6, newestFileWithinSeconds: 0 },
    { path: '/projects', atLeastFiles: 5 },
    { path: '/projects/alpha', atLeastFiles: 3, newestFileWithinSeconds: 10 },
    { path: '/projects/alpha/a', atLeastFiles: 1, newestFileWithinSeconds: 100 },
    { path: '/projects/link' },
    { path: '/projects/p', atLeastFiles: 0 },
    { path: '/projects/empty' },
    { path: '/top', atLeastFiles: 1, newestFileWithinSeconds: 1000, sha256: sha256('x') },
    { path: '/projects/sentinel', sha256: sha256('sentinel').toUpperCase() },
  ])).toMatchObject({ verdict: 'PASSED', findings: [], counts: { files: 6 } });
});

test.each<[RestoreExpectation, string]>([
  [{ path: '/none' }, "'/none' is expected and was not restored"],
  [{ path: '/none', atLeastFiles: 3, newestFileWithinSeconds: 1, sha256: sha256('') }, "'/none' is expected and was not restored"],
  [{ path: '/live' }, "'/live' is expected and was not restored"],
  [{ path: '/projects/link/a' }, "'/projects/link/a' is expected and was not restored"],
  [{ path: '/projects/Alpha' }, "'/projects/Alpha' is expected and was not restored"],
  [{ path: '/', atLeastFiles: 7 }, "'/' is expected to hold at least 7 files and holds 6"],
  [{ path: '/projects/alpha', atLeastFiles: 4 }, "'/projects/alpha' is expected to hold at least 4 files and holds 3"],
  [{ path: '/projects/link', atLeastFiles: 1 }, "'/projects/link' is expected to hold at least 1 files and holds 0"],
  [{ path: '/projects/alpha', newestFileWithinSeconds: 9 }, "the newest file at '/projects/alpha' is expected to be written at most 9 seconds before the restore at 2026-11-23T03:00:00.000Z, and was written at 2026-11-23T02:59:50.000Z"],
  [{ path: '/projects/empty', newestFileWithinSeconds: 9 }, "'/projects/empty' is expected to hold a file and holds none, so its newest file cannot be told"],
  [{ path: '/top', sha256: sha256('y') }, `'/top' is expected to have the SHA-256 ${sha256('y')} and has ${sha256('x')}`],
  [{ path: '/projects', sha256: sha256('y') }, "the SHA-256 of '/projects' cannot be told: it is no regular file"],
  [{ path: '/projects/p', sha256: sha256('') }, "the SHA-256 of '/projects/p' cannot be told: it is no regular file"],
  [{ path: '/', sha256: sha256('') }, "the SHA-256 of '/' cannot be told: it is no regular file"],
])('%j is not met', async (expectation, finding) => {
  expect(await run([{ path: '/projects' }, expectation])).toMatchObject({ done: true, verdict: 'FAILED', findings: [finding] });
});

test('names of any bytes', async () => {
  build(`${top()}/${name}`, { 'Stra\xc3\x9fe': { 'new\nline': 'x' }, [`${'x'.repeat(255)}`]: 'y' });
  expect(await findings({ path: '/Straße/new\nline', sha256: sha256('x') }, { path: '/Straße', atLeastFiles: 1 }, { path: `/${'x'.repeat(255)}`, atLeastFiles: 1, sha256: sha256('y') })).toEqual([]);
  expect(await findings({ path: '/Straße/new\nline', sha256: sha256('y') }, { path: '/Straße', atLeastFiles: 2 }, { path: `/${'x'.repeat(255)}`, atLeastFiles: 2 })).toHaveLength(3);
});

test('what is wrong with expectations is told at once, before anything is looked at', async () => {
  await expect(run([{ path: 'x', atLeastFiles: -1 }, { path: '/', sha256: 'f' }])).rejects.toMatchObject({
    name: 'InvalidWorkerEvent', message: expect.stringMatching(/^3 problems:\n1\. 'expectations\[0\]\.path'.*\n2\. 'expectations\[0\]\.atLeastFiles'.*\n3\. 'expectations\[1\]\.sha256'/),
  });
});

test('a content that cannot be read is a finding', async () => {
  const answer = await failing('EIO', ({ operation, paths }) => operation === 'open' && paths[0].endsWith('/top'), () => run([{ path: '/top', sha256: sha256('x') }]));
  expect(answer.findings).toEqual(["the SHA-256 of '/top' cannot be told: EIO"]);
});

describe('in pieces', () => {
  const EXPECTATIONS: RestoreExpectation[] = [
    { path: '/projects', atLeastFiles: 9, newestFileWithinSeconds: 3 }, { path: '/top', sha256: sha256('y') }, { path: '/projects/sentinel', sha256: sha256('sentinel') },
    { path: '/projects/alpha/a', sha256: sha256('z') }, { path: '/projects/alpha', atLeastFiles: 4, newestFileWithinSeconds: 1 },
  ];

  test('wherever time runs out, the answer is that of one go, and nothing stays open', async () => {
    const whole = await run(EXPECTATIONS);
    expect(whole.findings).toHaveLength(5);
    const calls: number[] = [];
    for (const asks of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
      let answer = await run(EXPECTATIONS, null, timeFor(asks));
      calls.push(1);
      while (!answer.done) {
        expect(answer).toMatchObject({ verdict: 'UNDECIDED', findings: [] });
        answer = await run(EXPECTATIONS, JSON.parse(JSON.stringify(answer.resume)), timeFor(asks));
        calls[calls.length - 1] += 1;
        expect(calls[calls.length - 1]).toBeLessThan(20);
      }
      expect(answer).toEqual(whole);
      expect(openDescriptors(top())).toHaveLength(1);
    }
    expect(calls[0]).toBeGreaterThan(3);
  });

  test('no content is read twice, nor is the tree walked again for the rest', async () => {
    const hash = jest.spyOn(Directory.prototype, 'hash');
    const first = await run(EXPECTATIONS, null, timeFor(6));
    expect(first).toMatchObject({ done: false, resume: { walked: true } });
    const batches = jest.spyOn(Directory.prototype, 'batches');
    expect((await run(EXPECTATIONS, first.resume)).done).toBe(true);
    expect(batches).toHaveBeenCalledTimes(1); // the root, for lost+found
    expect(hash.mock.calls.map(([own]) => own)).toEqual(['top', 'sentinel', 'a']);
  });

  test('a content that is not read within a whole call is a finding, and the next one is read', async () => {
    const real = Directory.prototype.hash;
    jest.spyOn(Directory.prototype, 'hash').mockImplementation(async function (this: Directory, own, mustStop) {
      return own === 'sentinel' ? undefined : real.call(this, own, mustStop);
    });
    const first = await run(EXPECTATIONS);
    expect(first.done).toBe(false); // it had a share of the call only
    const second = await run(EXPECTATIONS, first.resume);
    expect(second.findings).toContain("the SHA-256 of '/projects/sentinel' cannot be told: it cannot be read in the time of one call");
    expect(second.findings).toHaveLength(6);
  });
});

describe('the digest of a file', () => {
  const MEBIBYTE = 1024 * 1024;

  test('is that of its content, read piece by piece', async () => {
    for (const size of [0, 1, MEBIBYTE - 1, MEBIBYTE, MEBIBYTE + 1, 20 * MEBIBYTE]) {
      const content = Buffer.alloc(size, 'efs');
      fs.writeFileSync(`${top()}/content`, content);
      expect(await root.hash('content')).toBe(createHash('sha256').update(content).digest('hex'));
    }
  });

  test('stops when time is over, and closes the file', async () => {
    fs.writeFileSync(`${top()}/content`, Buffer.alloc(20 * MEBIBYTE));
    let asked = 0;
    expect(await root.hash('content', () => (asked += 1) === 2)).toBeUndefined();
    expect(asked).toBe(2);
    expect(openDescriptors(top())).toHaveLength(1);
  });

  test('follows no symbolic link and waits for no other end of a FIFO', async () => {
    build(top(), { link: symbolicLink('live/f'), p: fifo });
    await expect(root.hash('link')).rejects.toMatchObject({ code: 'ELOOP' });
    await expect(root.hash('live')).rejects.toMatchObject({ code: 'EISDIR' });
    expect(await root.hash('p')).toBe(sha256(''));
  });
});
