import * as fc from 'fast-check';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { move } from '../../../lambda/worker/move';
import { ConflictPolicy } from '../../../src/core/restore-request';
import type { MoveAnswer } from '../../../src/core/worker';
import { runs } from '../../helpers/effort';
import { endlessTime } from '../../helpers/fault';
import { build, clear, describeTree, file, fingerprint, recoveryName, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';
import type { Described, Node, Tree } from '../../helpers/temp-tree';

const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const ASIDE = `.cdk-efs-backup/${name}/replaced/1/`;
const POLICIES = Object.values(ConflictPolicy);
const top = useTempDirectory();

let serial = 0;
const leaf = fc.oneof(
  fc.integer({ min: 1, max: 5 }).map((day): Node => file(`content ${serial += 1}`, { mtime: Date.UTC(2026, 0, day) })),
  fc.constantFrom('a', '..', '/', '../b', 'nowhere').map((target): Node => symbolicLink(target)),
);
const names = fc.constantFrom('a', 'b', 'c', '.d', '\xff', 'E\n');
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.dictionary(names, fc.oneof({ maxDepth: 4, depthSize: 'small' }, { weight: 3, arbitrary: leaf as fc.Arbitrary<Node> }, { weight: 3, arbitrary: tie('tree') as fc.Arbitrary<Node> }), { noNullPrototype: true }),
}));

type Found = Record<string, Described>;
const isDirectory = (found: Described | undefined) => found?.type === 'directory';
const below = (all: Found, prefix: string): Found =>
  Object.fromEntries(Object.entries(all).filter(([path]) => path.startsWith(prefix)).map(([path, found]) => [path.slice(prefix.length), found]));
const isLive = (path: string) => !path.startsWith(name) && !path.startsWith('.cdk-efs-backup');
/** Everything that is no directory, by what it is, wherever it lies; our own records left out. */
const bag = (all: Found) => Object.entries(all).filter(([path, found]) => !isDirectory(found) && !/^\.cdk-efs-backup\/[^/]*\/(moved\.json|deleting\.json|journal\/.*)$/.test(path))
  .map(([, { stats, content }]) => `${stats.ino} ${stats.mode} ${stats.mtimeNs} ${stats.nlink} ${content}`).sort();

/** The entries whose fate a move decides: those that meet no directory of both sides on the way, and are none of both. */
function units(restored: Found, live: Found, policy: ConflictPolicy): { free: string[]; taken: string[] } {
  const merged = (path: string) => policy !== ConflictPolicy.SWAP && isDirectory(restored[path]) && isDirectory(live[path]);
  const parents = (path: string) => path.split('/').slice(0, -1).map((_, index, all) => all.slice(0, index + 1).join('/'));
  const decided = Object.keys(restored).filter((path) => !merged(path) && parents(path).every(merged));
  return { free: decided.filter((path) => live[path] === undefined), taken: decided.filter((path) => live[path] !== undefined) };
}

async function moved(policy: ConflictPolicy): Promise<MoveAnswer> {
  const root = await Directory.open(top());
  try {
    return await move(root, { operation: 'move', directory: name, conflictPolicy: policy, items: null }, new Deadline(endlessTime));
  } finally {
    await root.close();
  }
}

/** Few random trees meet under each policy. */
const MEETING = POLICIES.flatMap((policy): Array<[Tree, Tree, ConflictPolicy]> => [
  [{ a: 'live' }, { a: 'restored' }, policy],
  [{ b: { c: 'live' } }, { b: { c: 'restored' } }, policy],
]);

test('every entry meets one fate, nothing is lost, and nothing live changes but by the policy', async () => {
  const met = new Map<string, number>();
  await fc.assert(fc.asyncProperty(tree, tree, fc.constantFrom(...POLICIES), async (live, restored, policy) => {
    clear(top());
    build(top(), { ...live, [name]: restored });
    const [before, untouched] = [describeTree(top()), fingerprint(top())];
    const liveBefore = Object.fromEntries(Object.entries(before).filter(([path]) => isLive(path)));
    const restoredBefore = below(before, `${name}/`);
    const { free, taken } = units(restoredBefore, liveBefore, policy);

    const { outcome, counts, keptAside } = await moved(policy);
    const after = describeTree(top());
    const liveAfter = Object.fromEntries(Object.entries(after).filter(([path]) => isLive(path)));
    const restoredAfter = below(after, `${name}/`);
    const aside = below(after, ASIDE);
    met.set(`${policy} ${outcome} ${taken.length > 0}`, (met.get(`${policy} ${outcome} ${taken.length > 0}`) ?? 0) + 1);

    // nothing is lost, copied or changed
    expect(bag(after)).toEqual(bag(before));
    // every entry meets one fate
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(free.length + taken.length);
    if (policy === ConflictPolicy.FAIL && taken.length > 0) {
      expect([outcome, counts.failed, counts.moved]).toEqual(['CONFLICT', taken.length, free.length]);
      expect(fingerprint(top())).toEqual(untouched);
      return;
    }
    expect([outcome, counts.failed, counts.moved]).toEqual(['MOVED', 0, free.length]);
    for (const path of free) {
      expect(liveAfter[path].stats.ino).toBe(restoredBefore[path].stats.ino);
      expect(restoredAfter[path]).toBeUndefined();
    }
    const replaced = new Set<string>();
    for (const path of taken) {
      const [own, there] = [restoredBefore[path], liveBefore[path]];
      const older = !isDirectory(own) && !isDirectory(there) && there.stats.mtimeNs < own.stats.mtimeNs;
      if (policy === ConflictPolicy.REPLACE || policy === ConflictPolicy.SWAP || (policy === ConflictPolicy.REPLACE_IF_OLDER && older)) {
        replaced.add(path);
        expect(liveAfter[path].stats.ino).toBe(own.stats.ino);
        expect(aside[path].stats.ino).toBe(there.stats.ino);
      } else if (policy === ConflictPolicy.KEEP_BOTH) {
        expect(liveAfter[`${path}.restored-2026-11-23T03-00-00-000Z`].stats.ino).toBe(own.stats.ino);
      } else {
        expect(restoredAfter[path].stats.ino).toBe(own.stats.ino);
      }
    }
    expect([counts.replaced, keptAside !== undefined]).toEqual([replaced.size, replaced.size > 0]);
    // all that is live and was not replaced is where it was, as it was
    for (const [path, { type, stats }] of Object.entries(liveBefore)) {
      if (![...replaced].some((each) => path === each || path.startsWith(`${each}/`))) {
        const now = liveAfter[path];
        expect([path, now.type, now.stats.ino, now.stats.mode, now.stats.uid]).toEqual([path, type, stats.ino, stats.mode, stats.uid]);
      }
    }
  }), { numRuns: MEETING.length + runs(200), examples: MEETING });
  // the trees did meet
  for (const policy of POLICIES) {
    expect(met.get(`${policy} ${policy === ConflictPolicy.FAIL ? 'CONFLICT' : 'MOVED'} true`) ?? 0).toBeGreaterThan(runs(3));
  }
});
