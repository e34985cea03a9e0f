import * as fs from 'node:fs';
import * as fc from 'fast-check';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { verify } from '../../../lambda/worker/verify';
import { isReservedRootName } from '../../../src/core/reserved-root-name';
import type { Comparison, VerifyAnswer, VerifyEvent } from '../../../src/core/worker';
import { runs } from '../../helpers/effort';
import { endlessTime, failing, intercept, timeFor } from '../../helpers/fault';
import { build, bytes, clear, describeTree, directory, fifo, file, fingerprint, openDescriptors, recoveryName, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';
import type { Described, Node, Tree } from '../../helpers/temp-tree';

const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const DAY = Date.UTC(2026, 0, 1);
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(async () => {
  jest.restoreAllMocks();
  await root.close();
});

const run = (event: Partial<VerifyEvent> = {}, time = endlessTime): Promise<VerifyAnswer> =>
  verify(root, { operation: 'verify', directory: name, items: null, compare: 'SIZE_AND_TIME', ...event }, new Deadline(time));
const compared = async (event: Partial<VerifyEvent> = {}): Promise<Comparison> => (await run(event)).comparison!;

/** The answer in pieces: with time for so many questions a call, handed on as Step Functions does. */
async function inPieces(asks: number, event: Partial<VerifyEvent> = {}): Promise<{ answer: VerifyAnswer; calls: number }> {
  let answer = await run(event, timeFor(asks));
  let calls = 1;
  for (; !answer.done; calls += 1) {
    if (calls > 1_000) {
      throw new Error('it comes to no end');
    }
    answer = await run({ ...event, previous: { resume: JSON.parse(JSON.stringify(answer.resume)) } }, timeFor(asks));
  }
  return { answer, calls };
}

const counts = ({ samples, ...rest }: Comparison) => rest;
const at = (day: number, content = 'same') => file(content, { mtime: DAY + day * 86_400_000 });

test('each fate, with samples', async () => {
  build(top(), {
    [name]: { projects: { same: at(1), size: at(1, 'longer'), time: at(1), type: at(1), gone: at(1), below: { deep: { f: at(1) } }, kept: { x: at(1) } }, link: symbolicLink('a'), moved: symbolicLink('a') },
    projects: { same: at(1), size: at(1), time: at(2), type: {}, kept: { x: at(1), y: at(1) }, new: { inner: 'not told' } },
    link: symbolicLink('a'),
    moved: symbolicLink('b'),
    other: { inner: {} },
  });
  expect(await compared()).toEqual({
    same: 5, // projects, same, kept, x, link
    changed: 4,
    missing: 4,
    extra: 3,
    samples: {
      changed: ['/moved', '/projects/size', '/projects/time', '/projects/type'],
      missing: ['/projects/below', '/projects/below/deep', '/projects/below/deep/f', '/projects/gone'],
      extra: ['/other', '/projects/kept/y', '/projects/new'],
    },
  });
});

test('nobody asks: nothing is compared, nor even looked at', async () => {
  build(top(), { [name]: { live: { f: '' } }, live: { f: '' } });
  const { calls, stop } = intercept(() => undefined);
  const answer = await run({ compare: undefined });
  stop();
  expect(answer).not.toHaveProperty('comparison');
  expect(answer.counts).toMatchObject({ files: 1 });
  expect(calls.filter(({ paths }) => paths[0].startsWith(`${top()}/live`))).toEqual([]);
});

test('null in place of what nobody asks for', async () => {
  build(top(), { [name]: { f: '' } });
  expect(await run({ compare: null, expectations: null, previous: { resume: null }, operationsPerSecond: null } as never)).toMatchObject({ verdict: 'PASSED', counts: { files: 1 } });
});

test('a comparison that nobody knows is refused', async () => {
  await expect(run({ compare: 'MD5' as never })).rejects.toMatchObject({ name: 'InvalidWorkerEvent', message: "'compare' must be one of SIZE_AND_TIME, SHA256, got \"MD5\"; leave it out to compare nothing" });
});

test('a restore may keep times less exactly than the file system', async () => {
  build(top(), { [name]: { a: '1', b: '1', c: '1' }, a: '1', b: '1', c: '1' });
  const set = (path: string, seconds: string) => jest.requireActual<typeof import('node:child_process')>('node:child_process').execFileSync('touch', ['-d', `@${seconds}`, `${top()}/${path}`]);
  set('a', '1700000000.123456789');
  set(`${name}/a`, '1700000000');
  set('b', '1700000000.123456789');
  set(`${name}/b`, '1700000000.123');
  set('c', '1700000000.123456789');
  set(`${name}/c`, '1700000000.124');
  expect((await compared()).samples.changed).toEqual(['/c']);
});

test('contents, where they are asked for', async () => {
  build(top(), { [name]: { a: at(1, 'abc'), b: at(1, 'abc'), c: at(1, ''), d: at(2, 'x') }, a: at(1, 'abc'), b: at(1, 'abd'), c: at(1, ''), d: at(1, 'x') });
  expect(await compared()).toMatchObject({ same: 3, changed: 1 });
  expect(await compared({ compare: 'SHA256' })).toMatchObject({ same: 2, changed: 2, samples: { changed: ['/b', '/d'] } });
});

test('few contents are read at once', async () => {
  const files = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`f${index}`, at(1, `content ${index}`)]));
  build(top(), { [name]: { a: files, b: files }, a: files, b: files });
  let most = 0;
  const real = Directory.prototype.hash;
  let now = 0;
  const spy = jest.spyOn(Directory.prototype, 'hash').mockImplementation(async function (this: Directory, ...given) {
    now += 1;
    most = Math.max(most, now);
    try {
      return await real.apply(this, given);
    } finally {
      now -= 1;
    }
  });
  expect(await compared({ compare: 'SHA256' })).toMatchObject({ same: 122, changed: 0 });
  expect(spy).toHaveBeenCalledTimes(240);
  spy.mockRestore();
  expect(most).toBeLessThanOrEqual(16); // eight pairs
  expect(most).toBeGreaterThan(2);
});

test('contents that cannot be read within a call, not even alone, are taken as equal, and the rest is compared', async () => {
  const files: Tree = { a: at(1, 'abc'), huge: at(1, 'abc'), z: at(1, 'abc') };
  build(top(), { [name]: files, ...files, z: at(1, 'abd') });
  const real = Directory.prototype.hash;
  const spy = jest.spyOn(Directory.prototype, 'hash').mockImplementation(async function (this: Directory, own, mustStop) {
    return own === 'huge' ? undefined : real.call(this, own, mustStop);
  });
  const { answer, calls } = await inPieces(1_000, { compare: 'SHA256' });
  spy.mockRestore();
  expect(counts(answer.comparison!)).toEqual({ same: 2, changed: 1, missing: 0, extra: 0 });
  expect(calls).toBeGreaterThan(2);
});

test('what a move leaves alone is not compared', async () => {
  const old = recoveryName(Date.UTC(2025, 0, 1));
  build(top(), { [name]: { [old]: { f: '' }, '.cdk-efs-backup': { f: '' }, 'aws-backup-lost+found': '', 'd': { [old]: {} } }, 'd': { [old]: {} }, '.cdk-efs-backup': {}, 'aws-backup-lost+found': {} });
  expect(counts(await compared())).toEqual({ same: 2, changed: 0, missing: 0, extra: 0 });
});

describe('symbolic links are never followed', () => {
  test.each<[string, Tree, Tree, Partial<Comparison>]>([
    ['a live one in place of a directory', { d: { f: 'x' } }, { d: symbolicLink('real'), real: { f: 'x' } }, { changed: 1, missing: 1, same: 0, extra: 1 }],
    ['a live one to the root', { d: { etc: {} } }, { d: symbolicLink('/') }, { changed: 1, missing: 1, same: 0, extra: 0 }],
    ['a restored one to the root', { d: symbolicLink('/') }, { d: symbolicLink('/') }, { same: 1, changed: 0, missing: 0, extra: 0 }],
    ['a restored one in place of a directory', { d: symbolicLink('.') }, { d: { f: '' } }, { changed: 1, same: 0, missing: 0, extra: 0 }],
    ['loops', { a: symbolicLink('b'), b: symbolicLink('a') }, { a: symbolicLink('a'), b: symbolicLink('a') }, { same: 1, changed: 1, missing: 0, extra: 0 }],
    ['dangling ones', { a: symbolicLink('none'), b: symbolicLink('none') }, { a: symbolicLink('none') }, { same: 1, changed: 0, missing: 1, extra: 0 }],
    ['others', { p: fifo, q: fifo }, { p: fifo, q: '' }, { same: 1, changed: 1, missing: 0, extra: 0 }],
  ])('%s', async (_, restored, live, expected) => {
    build(top(), { [name]: restored, ...live });
    expect(counts(await compared())).toEqual(expected);
    expect(counts(await compared({ compare: 'SHA256' }))).toEqual(expected);
  });

  test('nor one that is swapped in while it is compared', async () => {
    build(top(), { [name]: { d: { f: 'x' } }, d: { f: 'x' }, secret: { f: 'x', g: '' } });
    let swapped = false;
    const { stop } = intercept(({ operation, paths }) => {
      if (!swapped && operation === 'open' && paths[0] === `${top()}/d`) {
        swapped = true;
        fs.renameSync(`${top()}/d`, `${top()}/away`);
        fs.symlinkSync('secret', `${top()}/d`);
      }
    });
    const { samples, missing } = await compared();
    stop();
    expect(swapped).toBe(true);
    expect([missing, samples.missing]).toEqual([1, ['/d/f']]);
  });
});

test('names of any bytes', async () => {
  const names = ['new\nline', '\xff\xfe', 'x'.repeat(255), '\xc3\x9f', ' ', '-rf', 'a\\b'];
  const tree = (): Tree => Object.fromEntries(names.map((each) => [each, directory({ [each]: at(1) })]));
  build(top(), { [name]: tree(), ...tree() });
  expect(counts(await compared({ compare: 'SHA256' }))).toEqual({ same: 14, changed: 0, missing: 0, extra: 0 });
  clear(`${top()}/${names[1]}`);
  fs.rmdirSync(bytes(`${top()}/${names[1]}`));
  expect(await compared()).toMatchObject({ same: 12, missing: 2, samples: { missing: ['/\ufffd\ufffd', '/\ufffd\ufffd/\ufffd\ufffd'] } });
});

test('long samples are few, and cut', async () => {
  const long = 'x'.repeat(250);
  build(top(), { [name]: { [long]: { [long]: { [long]: Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`${index}${long}`, ''])) } } } });
  const { missing, samples } = await compared();
  expect(missing).toBe(63);
  expect(samples.missing).toHaveLength(20);
  expect(Buffer.byteLength(JSON.stringify(samples))).toBeLessThan(20_000);
});

describe('large directories', () => {
  const LARGE = 3_000;
  const many = (length: number, node: (index: number) => Node = () => at(1), prefix = 'f'): Tree => Object.fromEntries(Array.from({ length }, (_, index) => [`${prefix}${index}`, node(index)]));

  test('are compared batch by batch, and in pieces come to the same', async () => {
    build(top(), { [name]: { big: many(LARGE) }, big: { ...many(LARGE - 100, (index) => at(index % 10 === 0 ? 2 : 1)), extra: '', too: '' } });
    const whole = await run();
    expect(counts(whole.comparison!)).toEqual({ same: 2_611, changed: 290, missing: 100, extra: 2 });
    expect(whole.comparison!.samples.extra).toEqual(['/big/extra', '/big/too']);
    for (const asks of [1, 2, 3]) {
      const { answer, calls } = await inPieces(asks);
      expect(answer).toEqual(whole);
      expect(calls).toBeGreaterThan(1);
    }
  });

  test('names that the listing showed absent are not asked for', async () => {
    build(top(), { [name]: { d: many(50) }, d: { f0: '' } });
    const { calls, stop } = intercept(() => undefined);
    expect(await compared()).toMatchObject({ missing: 49 });
    stop();
    expect(calls.filter(({ operation, paths }) => operation === 'lstat' && paths[0].startsWith(`${top()}/d/`)).map(({ paths }) => paths[0])).toEqual([`${top()}/d/f0`]);
  });

  test('a live directory with more names than are kept in memory', async () => {
    build(top(), { [name]: { d: many(1_200) } });
    fs.mkdirSync(`${top()}/d`);
    const [one, another] = [`${top()}/d/f7`, `${top()}/d/f1100`];
    [one, another].forEach((path) => fs.writeFileSync(path, 'same'));
    for (let index = 0; index < 10_050; index += 1) {
      fs.linkSync(one, `${top()}/d/l${index}`);
    }
    const whole = await run();
    expect(counts(whole.comparison!)).toEqual({ same: 1, changed: 2, missing: 1_198, extra: 10_050 });
    expect(whole.comparison!.samples.extra).toHaveLength(20);
    const { answer } = await inPieces(1);
    expect(answer).toEqual(whole);
  }, 60_000);
});

test('a live directory that cannot be read is told, the rest is compared', async () => {
  build(top(), { [name]: { a: { f: '' }, b: at(1) }, a: { f: '' }, b: at(1) });
  const answer = await failing('EACCES', ({ operation, paths }) => operation === 'open' && paths[0] === `${top()}/a`, () => run());
  expect(answer).toMatchObject({ verdict: 'FAILED', findings: ["'/a' could not be read completely: EACCES: what was restored there was not compared"] });
  expect(counts(answer.comparison!)).toEqual({ same: 2, changed: 0, missing: 0, extra: 0 });
});

test('a live entry that cannot be read is told, the rest is compared', async () => {
  build(top(), { [name]: { a: at(1), b: at(1), c: at(1) }, a: at(1), b: at(1), c: at(1) });
  const answer = await failing('EIO', ({ operation, paths }) => ['lstat', 'open'].includes(operation) && [`${top()}/a`].includes(paths[0]), () => run());
  expect(answer).toMatchObject({ verdict: 'FAILED', findings: ["'/a' could not be read completely: EIO: not compared"], comparison: { same: 2, extra: 0 } });
  const content = await failing('EIO', ({ operation, paths }) => operation === 'open' && paths[0] === `${top()}/b`, () => run({ compare: 'SHA256' }));
  expect(content).toMatchObject({ verdict: 'FAILED', findings: ["'/b' could not be read completely: EIO: not compared"], comparison: { same: 2, extra: 0 } });
});

const leaf = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 2 }), fc.constantFrom('', 'a', 'b', 'cc')).map(([day, content]): Node => at(day, content)),
  fc.constantFrom('a', '..', '/', 'nowhere').map((target): Node => symbolicLink(target)),
);
const names = fc.constantFrom('a', 'b', 'c', '.d', '\xff', 'E\n', 'aws-backup-lost+found');
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.dictionary(names, fc.oneof({ maxDepth: 4, depthSize: 'small' }, { weight: 3, arbitrary: leaf as fc.Arbitrary<Node> }, { weight: 3, arbitrary: tie('tree') as fc.Arbitrary<Node> }), { noNullPrototype: true }),
}));

/** The same, computed in another way. */
function independently(compare: VerifyEvent['compare']) {
  const isLive = (path: string) => !isReservedRootName(path.split('/')[0]);
  const everything = describeTree(top());
  const restored = new Map(Object.entries(everything).filter(([path]) => path.startsWith(`${name}/`)).map(([path, found]): [string, Described] => [path.slice(name.length + 1), found]));
  const live = new Map(Object.entries(everything).filter(([path]) => isLive(path)));
  const both = (path: string) => path === '' || (restored.get(path)?.type === 'directory' && live.get(path)?.type === 'directory');
  const parentOf = (path: string) => path.split('/').slice(0, -1).join('/');
  const reachable = (path: string): boolean => path === '' || (both(parentOf(path)) && reachable(parentOf(path)));
  const fate = (path: string, own: Described) => {
    const there = reachable(path) ? live.get(path) : undefined;
    if (!there) {
      return 'missing';
    }
    const sameFile = own.type !== 'file' || (own.stats.size === there.stats.size && own.stats.mtimeNs === there.stats.mtimeNs && (compare === 'SIZE_AND_TIME' || own.content === there.content));
    return own.type === there.type && sameFile && (own.type !== 'symbolicLink' || own.content === there.content) ? 'same' : 'changed';
  };
  const fates = [...restored].filter(([path]) => isLive(path)).map(([path, own]) => fate(path, own));
  const count = (wanted: string) => fates.filter((each) => each === wanted).length;
  const all = [...restored.values()];
  const ofType = (wanted: string) => all.filter(({ type }) => type === wanted);
  return {
    comparison: { same: count('same'), changed: count('changed'), missing: count('missing'), extra: [...live.keys()].filter((path) => reachable(path) && !restored.has(path)).length },
    counts: {
      files: ofType('file').length,
      directories: ofType('directory').length,
      symbolicLinks: ofType('symbolicLink').length,
      others: ofType('other').length,
      bytes: ofType('file').reduce((sum, { stats }) => sum + Number(stats.size), 0),
    },
  };
}

test('counts and comparison of random trees are those of an independent computation, in one go and wherever time runs out', async () => {
  const met = { same: 0, changed: 0, missing: 0, extra: 0, calls: 0 };
  await fc.assert(fc.asyncProperty(tree, tree, fc.constantFrom('SIZE_AND_TIME' as const, 'SHA256' as const), fc.integer({ min: 1, max: 5 }), async (live, restored, compare, asks) => {
    clear(top());
    build(top(), { ...live, [name]: restored });
    const before = fingerprint(top());
    const expected = independently(compare);
    const event = { compare, expectations: [{ path: '/', atLeastFiles: expected.counts.files + 1 }] };
    const whole = await run(event);
    expect({ comparison: counts(whole.comparison!), counts: whole.counts }).toEqual(expected);
    const { answer, calls } = await inPieces(asks, event);
    expect(answer).toEqual(whole);
    met.calls += calls - 1;
    (['same', 'changed', 'missing', 'extra'] as const).forEach((key) => {
      met[key] += whole.comparison![key];
      expect(key === 'same' ? [] : whole.comparison!.samples[key].length).toEqual(key === 'same' ? [] : Math.min(20, whole.comparison![key]));
    });
    expect(fingerprint(top())).toEqual(before);
    expect(openDescriptors(top())).toHaveLength(1);
  }), { numRuns: runs(150) });
  // the trees did meet
  Object.values(met).forEach((count) => expect(count).toBeGreaterThan(runs(50)));
}, 60_000);
