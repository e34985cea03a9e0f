import * as fc from 'fast-check';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { move } from '../../../lambda/worker/move';
import { ConflictPolicy } from '../../../src/core/restore-request';
import type { MoveAnswer, MoveResume } from '../../../src/core/worker';
import { runs } from '../../helpers/effort';
import { endlessTime, timeFor } from '../../helpers/fault';
import { build, clear, describeTree, file, fingerprint, recoveryName, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const { FAIL, SKIP, REPLACE, REPLACE_IF_OLDER, KEEP_BOTH } = ConflictPolicy;
const POLICIES = [FAIL, SKIP, REPLACE, REPLACE_IF_OLDER, KEEP_BOTH];
const [OLD, NEW] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 5, 1)];
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());

const planning = (conflictPolicy: ConflictPolicy, resume: MoveResume | null = null, time = endlessTime): Promise<MoveAnswer> =>
  move(root, { operation: 'move', directory: name, conflictPolicy, dryRun: true, previous: { resume } }, new Deadline(time));
const none = { files: 0, bytes: 0, samples: [] };

test('what each policy would do, with files, bytes and samples', async () => {
  const restored: Tree = { d: { taken: file('12345', { mtime: NEW }), free: '123' }, whole: { a: '1', sub: { b: '22' } }, file: { c: '4444' }, link: symbolicLink('x') };
  build(top(), { d: { taken: file('x', { mtime: OLD }), own: 'y' }, file: 'z', [name]: { ...restored, 'aws-backup-lost+found': { f: 'ours' } } });
  const before = fingerprint(top());
  const moved = { files: 3, bytes: 6, samples: ['/d/free', '/link', '/whole'] };
  const skippedAtRoot = { files: 1, bytes: 4, samples: ['/aws-backup-lost+found'] };
  const both = { files: 2, bytes: 9, samples: ['/d/taken', '/file'] };
  const all = { failed: none, keptBoth: none, moved, replaced: none, skipped: { ...none, ...skippedAtRoot } };
  expect((await planning(REPLACE)).plan).toEqual({ ...all, replaced: both });
  expect((await planning(KEEP_BOTH)).plan).toEqual({ ...all, keptBoth: both });
  expect((await planning(SKIP)).plan).toEqual({ ...all, skipped: { files: 3, bytes: 13, samples: ['/aws-backup-lost+found', '/d/taken', '/file'] } });
  expect((await planning(REPLACE_IF_OLDER)).plan).toEqual({
    ...all, replaced: { files: 1, bytes: 5, samples: ['/d/taken'] }, skipped: { files: 2, bytes: 8, samples: ['/aws-backup-lost+found', '/file'] },
  });
  expect(await planning(FAIL)).toMatchObject({ outcome: 'CONFLICT', plan: { ...all, failed: both }, counts: { moved: 3, failed: 2, skipped: 1 } });
  expect(fingerprint(top())).toEqual(before);
});

test('samples are bounded', async () => {
  build(top(), { [name]: { d: Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`${index}`, ''])) }, d: {} });
  const { plan, counts } = await planning(SKIP);
  expect([counts.moved, plan!.moved.files, plan!.moved.samples.length]).toEqual([300, 300, 100]);
  clear(top());
  build(top(), { [name]: Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`${'n'.repeat(230)}${index}`, ''])) });
  const { samples } = (await planning(SKIP)).plan!.moved;
  expect(Buffer.byteLength(samples.join(''))).toBeLessThanOrEqual(10_000);
  expect(samples.length).toBeGreaterThan(30);
});

test('a plan says what the move then does, changes nothing, and comes to the same wherever it is interrupted', async () => {
  const leaf = fc.tuple(fc.string({ maxLength: 3 }), fc.constantFrom(OLD, NEW)).map(([content, mtime]) => file(content, { mtime }));
  const { tree } = fc.letrec<{ tree: Tree; node: Tree[string] }>((tie) => ({
    tree: fc.dictionary(fc.constantFrom('a', 'b', 'c', '\xff'), tie('node'), { maxKeys: 4 }),
    node: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('tree')),
  }));
  let interrupted = 0;
  await fc.assert(fc.asyncProperty(tree, tree, fc.constantFrom(...POLICIES), fc.nat(6), async (live, restored, policy, asks) => {
    clear(top());
    build(top(), { ...live, [name]: restored });
    const before = fingerprint(top());
    const plan = await planning(policy);
    let answer = await planning(policy, null, timeFor(asks));
    for (let round = 0; !answer.done; round += 1) {
      interrupted += 1;
      expect(round).toBeLessThan(100);
      answer = await planning(policy, JSON.parse(JSON.stringify(answer.resume)), timeFor(asks));
    }
    expect(answer).toEqual(plan);
    expect(fingerprint(top())).toEqual(before);
    const files = Object.entries(describeTree(top())).filter(([path, { type }]) => path.startsWith(name) && type === 'file');
    const bytes = files.reduce((sum, [, { content }]) => sum + content.length, 0);
    expect(Object.values(plan.plan!).reduce((sum, fate) => sum + fate.files, 0)).toBe(files.length);
    expect(Object.values(plan.plan!).reduce((sum, fate) => sum + fate.bytes, 0)).toBe(bytes);
    const real = await move(root, { operation: 'move', directory: name, conflictPolicy: policy }, new Deadline(endlessTime));
    expect(real.counts).toEqual(plan.counts);
    expect(real.outcome).toBe(plan.outcome === 'PLANNED' ? 'MOVED' : 'CONFLICT');
  }), { numRuns: runs(200) });
  expect(interrupted).toBeGreaterThan(runs(50));
});
