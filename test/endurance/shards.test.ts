import * as fs from 'node:fs';
import { Crew } from './crew';
import type { CrewHabits, Share } from './crew';
import { grow, NAMES } from './grow';
import { cutting, NAME, perform, withRoot, WORK } from './perform';
import type { Random } from './random';
import { testRounds } from './rounds';
import { remaining } from './territory';
import type { Shard } from '../../src/core/shard';
import { build, clear, describeTree, fingerprint, openDescriptors, useTempDirectory } from '../helpers/temp-tree';
import type { Described, Tree } from '../helpers/temp-tree';

const top = useTempDirectory();
const outcomesOf = (shares: readonly Share[]) => shares.map(({ answer }) => answer.outcome);

function plant(random: Random, restored: Tree): void {
  clear(top());
  build(top(), { live: { keep: grow(random, { label: 'l', at: 'live/keep', entries: 10 }) }, [NAME]: restored });
}
const flat = (random: Random, most: number): Tree => Object.fromEntries(Array.from({ length: random.below(most) }, () => [`${random.pick(NAMES)}${random.below(1e6)}`, '']));
const anyTree = (random: Random): Tree => ({
  ...grow(random, { label: 'r', at: NAME, entries: 40, depth: 5 }),
  ...(random.chance(0.3) ? { flat: flat(random, 80) } : {}),
});

const cut = async (shards: number) => (await withRoot(top(), (root) => perform(root, cutting(shards)))).shards!;

const anyHabits = (random: Random): CrewHabits => ({
  killed: random.pick([0, 0, 0.3]), slow: random.pick([0.02, 0.2, 0.6]), hurried: random.pick([0, 0.3]),
});

/** The recovery directory and what it holds; nothing if it is gone. */
const treeNow = (): Record<string, Described> =>
  Object.fromEntries(Object.entries(describeTree(top()))
    .filter(([path]) => path === NAME || path.startsWith(`${NAME}/`)).map(([path, found]) => [path.slice(NAME.length + 1), found]));

interface Work {
  readonly shares: Share[];
  readonly before: Readonly<Record<string, Described>>;
}

/** Deletes by a crew, and checks what must be true whatever the shards are. */
async function work(random: Random, shards: readonly Shard[], habits = anyHabits(random)): Promise<Work> {
  const before = treeNow();
  const live = fingerprint(`${top()}/live`);
  const shares = await new Crew(top(), random, habits).work(shards);
  expect(fingerprint(`${top()}/live`)).toEqual(live);
  expect(openDescriptors(top())).toEqual([]);
  const deleted = shares.reduce((sum, { answer }) => sum + answer.deletedEntries, 0);
  const gone = Object.keys(before).length - Object.keys(treeNow()).length;
  if (shares.some(({ interrupted }) => interrupted)) {
    expect(deleted).toBeLessThanOrEqual(gone); // what a killed call deleted is told by nobody
  } else {
    expect(deleted).toBe(gone); // each entry once
  }
  return { shares, before };
}

/** Two workers with the same part take each other for somebody else, and leave what they cannot tell from his: one after the other, they end it. */
async function finish(random: Random, shards: readonly Shard[], { shares, before }: Work): Promise<Work> {
  const isLeft = ({ answer }: Share) => ['INCOMPLETE', 'REFUSED'].includes(answer.outcome);
  let ended = shares;
  for (const shard of shares.some(isLeft) ? shards : []) {
    ended = [...ended.filter((share) => !isLeft(share)), ...(await work(random, [shard])).shares];
  }
  expect(ended.filter(isLeft)).toEqual([]);
  return { shares: ended, before };
}

function expectGone(shares: readonly Share[]): void {
  const outcomes = outcomesOf(shares);
  expect(outcomes.filter((outcome) => !['DELETED', 'ALREADY_GONE', 'SHARD_DELETED'].includes(outcome))).toEqual([]);
  expect(outcomes).toEqual(expect.arrayContaining([expect.stringMatching(/^(DELETED|ALREADY_GONE)$/)]));
  expect(fs.readdirSync(top())).toEqual(['live']);
}

testRounds('workers with the shards of a survey delete a directory together, the last one the directory itself', 0.5, async (random) => {
  plant(random, anyTree(random));
  expectGone((await work(random, random.shuffle(await cut(2 + random.below(6))))).shares);
});

testRounds('the same where shards are given twice', 0.3, async (random) => {
  plant(random, anyTree(random));
  const shards = await cut(1 + random.below(5));
  const given = random.shuffle([...shards, ...shards.filter(() => random.chance(0.5))]);
  expectGone((await finish(random, given, await work(random, given))).shares);
});

testRounds('one after the other, in any order: each leaves the rest to others, and one takes the directory itself', 0.3, async (random) => {
  plant(random, anyTree(random));
  const shards = random.shuffle(await cut(2 + random.below(6)));
  const shares: Share[] = [];
  for (const shard of shards) {
    shares.push(...(await work(random, [shard])).shares);
  }
  // a shard may be nothing but a directory, which whoever empties it removes: then the end comes before the last one
  expect(outcomesOf(shares).join(' ')).toMatch(/^(SHARD_DELETED )*(DELETED|ALREADY_GONE)( ALREADY_GONE)*$/);
  expect(fs.readdirSync(top())).toEqual(['live']);
});

testRounds('a huge flat directory by ranges of its names', 0.01, async (random) => {
  plant(random, { ...flat(random, 1), 'huge': Object.fromEntries(Array.from({ length: 2_500 }, (_, index) => [`f${index}`, ''])), 'small-1': flat(random, 10) });
  const shards = await cut(5);
  expect(shards).toHaveLength(5);
  expectGone((await work(random, shards, { killed: 0.2, slow: 0.02, hurried: 0 })).shares);
});

/** A bound that nobody cut: somewhere in the tree, beside it, or nowhere. */
function bound(random: Random, paths: readonly string[]): string | undefined {
  const path = paths.length > 0 ? random.pick(paths) : '';
  const made = random.pick([path, path, path.slice(0, random.below(path.length + 1)), `${path}${random.pick(['', '\x01', '/', '/m', '\xff', '-'])}`, random.pick(NAMES)]);
  return random.chance(0.15) ? undefined : Buffer.from(made, 'latin1').toString('base64');
}

let [partly, wholly] = [0, 0];
testRounds('of shards that somebody made up, no more is deleted than they cover, and no less', 0.6, async (random) => {
  plant(random, anyTree(random));
  const paths = Object.keys(describeTree(`${top()}/${NAME}`));
  const shards = Array.from({ length: 1 + random.below(4) }, (): Shard => ({ from: bound(random, paths), to: bound(random, paths) }));
  const { shares, before } = await finish(random, shards, await work(random, shards));
  const { '': _, ...entries } = before;
  const expected = remaining(entries, shards);
  if (fs.existsSync(`${top()}/${NAME}`)) {
    expect(Object.keys(describeTree(`${top()}/${NAME}`)).sort()).toEqual(expected);
    expect(new Set(outcomesOf(shares))).toEqual(new Set(['SHARD_DELETED']));
    expect(fs.existsSync(`${top()}/${WORK}`)).toBe(true); // other workers are still to come
    partly += 1;
  } else {
    expect(expected).toEqual([]);
    expectGone(shares);
    wholly += 1;
  }
}, (rounds) => {
  expect(partly).toBeGreaterThan(0);
  expect(partly + wholly).toBe(rounds);
});
