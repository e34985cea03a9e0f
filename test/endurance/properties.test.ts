import * as fc from 'fast-check';
import { arbitraryTree } from './arbitrary-tree';
import { forecast, placesOf } from './forecast';
import { MARK } from './grow';
import { call, following, moving, NAME, perform, undoing, withRoot } from './perform';
import { longestOf, roundsOf, SEED } from './rounds';
import { stateOf } from './state';
import { ConflictPolicy } from '../../src/core/restore-request';
import { timeFor } from '../helpers/fault';
import { build, clear, contents, describeTree, file, fingerprint, useTempDirectory } from '../helpers/temp-tree';
import type { Tree } from '../helpers/temp-tree';

const top = useTempDirectory();
const SHARE = 4;
const policies = fc.constantFrom(...Object.values(ConflictPolicy));
/** How much time each call has: what a call takes is asked for a few times. */
const times = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 });

/** Time enough for a bit each time, over and over. */
function timesOf(asks: readonly number[]): () => ReturnType<typeof timeFor> {
  let turn = 0;
  return () => timeFor(asks[turn++ % asks.length]); // eslint-disable-line no-plusplus
}

const start = () => ({ ...stateOf(top(), { touched: false }), records: undefined, places: placesOf(describeTree(top())) });
const ours = (content: string) => !/recoveryDirectory|"(restored|directory|end)":/.test(content);
const kept = () => contents(top()).filter(ours);
/** A live tree where nothing is in the way would be rare. */
const place = (live: Tree, restored: Tree) => {
  clear(top());
  build(top(), { ...live, [NAME]: restored });
};

interface Given { live: Tree; restored: Tree; policy: ConflictPolicy; asks: number[]; calls: number }
const given: fc.Arbitrary<Given> = fc.record({
  live: fc.oneof({ weight: 4, arbitrary: arbitraryTree('', 'l') }, { weight: 1, arbitrary: fc.constant({}) }),
  restored: arbitraryTree(NAME, 'r'),
  policy: policies,
  asks: times,
  calls: fc.integer({ min: 1, max: 6 }),
});

/** Meets every fate, however few the rounds are: one file has no place yet, the places of two others are taken by an older and by a newer one. */
const FATES: [Given][] = Object.values(ConflictPolicy).flatMap((policy) => {
  const files = (label: string, day: (name: string) => number, names: string[]): Tree => (
    Object.fromEntries(names.map((name) => [name, file(`${label}${MARK}${name}`, { mtime: Date.UTC(2026, 0, day(name)) })])));
  const restored = files('r', () => 2, ['a', 'b', 'c']);
  const taken = files('l', (name) => (name === 'b' ? 1 : 3), ['b', 'c']);
  return [taken, {}].map((live) => [{ live, restored, policy, asks: [1], calls: 1 }] as [Given]);
});

async function check(property: (given: Given) => Promise<void>): Promise<void> {
  await fc.assert(fc.asyncProperty(given, property), { numRuns: FATES.length + roundsOf(SHARE), examples: FATES, seed: SEED });
}

test('every entry meets the one fate that the trees before it tell; a dry run says so, and taken back all is as it was', async () => {
  const met = new Map<string, number>();
  await check(async ({ live, restored, policy, asks }) => {
    place(live, restored);
    const [before, prints, begin] = [describeTree(top()), fingerprint(top()), start()];
    const { counts, plan, places } = forecast(before, policy);
    const conflict = policy === ConflictPolicy.FAIL && counts.failed > 0;

    const dryRun = await withRoot(top(), (root) => perform(root, moving(policy, true), timesOf(asks)));
    expect([dryRun.outcome, dryRun.counts]).toEqual([conflict ? 'CONFLICT' : 'PLANNED', counts]);
    Object.values(plan).forEach(({ samples }) => samples.sort());
    expect(dryRun.plan).toEqual(plan);
    expect(fingerprint(top())).toEqual(prints);

    const answer = await withRoot(top(), (root) => perform(root, moving(policy), timesOf(asks)));
    expect([answer.outcome, answer.counts]).toEqual([conflict ? 'CONFLICT' : 'MOVED', counts]);
    expect(placesOf(describeTree(top()))).toMatchObject(places);
    expect(Object.keys(placesOf(describeTree(top()))).filter((path) => !path.startsWith('aside/')).sort()).toEqual(Object.keys(places).filter((path) => !path.startsWith('aside/')).sort());
    expect(kept()).toEqual(expect.arrayContaining([...new Set(Object.values(before).filter(({ type }) => type !== 'directory').map(({ type, content }) => `${type} ${content}`))]));

    const undone = await withRoot(top(), (root) => perform(root, undoing, timesOf(asks)));
    expect(undone.counts).toEqual({
      movedBack: conflict ? 0 : counts.moved + counts.replaced + counts.keptBoth, putBack: conflict ? 0 : counts.replaced, left: 0,
    });
    expect(start()).toEqual(begin);
    Object.entries(counts).filter(([, count]) => count > 0).forEach(([fate]) => met.set(`${policy} ${fate}`, (met.get(`${policy} ${fate}`) ?? 0) + 1));
  });
  const { FAIL, SKIP, REPLACE, REPLACE_IF_OLDER, KEEP_BOTH } = ConflictPolicy;
  const expected = [`${FAIL} moved`, `${FAIL} failed`, `${SKIP} skipped`, `${REPLACE} replaced`, `${REPLACE_IF_OLDER} replaced`, `${REPLACE_IF_OLDER} skipped`, `${KEEP_BOTH} keptBoth`];
  expect([...met.keys()]).toEqual(expect.arrayContaining(expected));
}, longestOf(SHARE));

test('after some calls, and no more, nothing is lost and nothing is double; taken back, all is as it was', async () => {
  let unfinished = 0;
  await check(async ({ live, restored, policy, asks, calls }) => {
    place(live, restored);
    const [begin, content] = [start(), kept()];
    await withRoot(top(), async (root) => {
      const time = timesOf(asks);
      let answer = await call(root, moving(policy), time());
      for (let count = 1; count < calls && !answer.done; count += 1) {
        answer = await call(root, following(moving(policy), answer), time());
      }
      unfinished += answer.done ? 0 : 1;
    });
    expect(kept()).toEqual(content);
    expect((await withRoot(top(), (root) => perform(root, undoing, timesOf(asks)))).counts.left).toBe(0);
    expect(start()).toEqual(begin);
  });
  expect(unfinished).toBeGreaterThan(0);
}, longestOf(SHARE));
