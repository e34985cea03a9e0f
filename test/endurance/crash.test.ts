import * as fs from 'node:fs';
import { grow } from './grow';
import { call, cutting, deleting, following, moving, NAME, perform, releasing, undoing, withRoot, WORK } from './perform';
import type { AnswerTo, Event } from './perform';
import type { Random } from './random';
import { testRounds } from './rounds';
import { stateOf } from './state';
import { ConflictPolicy } from '../../src/core/restore-request';
import { crashingAt, endlessTime, timeFor } from '../helpers/fault';
import { build, clear, describeTree, openDescriptors, useTempDirectory } from '../helpers/temp-tree';
import type { Tree } from '../helpers/temp-tree';

const top = useTempDirectory();
const POLICIES = Object.values(ConflictPolicy);
/** Calls between two crashes of one round; the rounds begin at different ones. */
const STRIDE = 7;
const MOST_CRASHES = 200;

/** What is live and what was restored; the same trees whenever it is asked. */
function trees(random: Random, free = false): Tree {
  const grown = (label: string, at: string, entries: number) => grow(random.fork(label), { label, at, entries, temptations: ['a', '..', `/${WORK}`] });
  return { ...(free ? { z: grown('l', 'z', 4) } : grown('l', '', 9)), [NAME]: grown('r', NAME, 12) };
}

function plant(tree: Tree): void {
  clear(top());
  build(top(), tree);
}

/** True if a move wrote down that it came to its end: the next one is another one, and counts what it does itself. */
function hasEnded(): boolean {
  const journal = `${top()}/${WORK}/${NAME}/journal`;
  return fs.existsSync(journal) && fs.readdirSync(journal).filter((file) => !file.endsWith('.trial')).some((file) => fs.readFileSync(`${journal}/${file}`, 'utf8').includes('{"end":true}\n'));
}

interface Survivor<E extends Event> {
  readonly answer: AnswerTo<E>;
  readonly crashes: number;
  /** True if a move was killed after its end, and before its answer. */
  readonly unheard: boolean;
}

/** Runs an operation that is killed again and again, each time after some more calls, until one comes through. */
async function killed<E extends Event>(random: Random, event: E, first: number): Promise<Survivor<E>> {
  let answer: AnswerTo<E> | undefined;
  let next = event;
  let crashes = 0;
  let unheard = false;
  for (let calls = first; ; calls += crashes < 3 ? random.below(40) : 10 + crashes) { // each call reads what all those before have left
    const descriptors = openDescriptors(top());
    const time = random.chance(0.3) ? timeFor(1 + random.below(8)) : endlessTime;
    const crashed = await withRoot(top(), (root) => crashingAt(calls, async () => {
      answer = undefined;
      answer = await call(root, next, time);
    }));
    expect(openDescriptors(top())).toEqual(descriptors);
    crashes += crashed ? 1 : 0;
    expect(crashes).toBeLessThan(MOST_CRASHES);
    if (!crashed && answer!.done) {
      return { answer: answer!, crashes, unheard };
    }
    unheard ||= crashed && hasEnded();
    next = crashed ? next : following(event, answer!); // whoever got no answer asks the same again
  }
}

/** For each of many calls to crash at: the number of calls, until the operation comes through. */
async function eachCrash(random: Random, round: (first: number) => Promise<number>, stride = STRIDE): Promise<void> {
  for (let first = random.below(stride); await round(first) > 0; first += stride);
}
/** A deletion makes more calls before it begins than others do in all. */
const STRIDE_OF_DELETIONS = 17;

const run = async <E extends Event>(event: E) => withRoot(top(), (root) => perform(root, event));

describe.each(POLICIES)('move, %s', (policy) => {
  testRounds('killed at any calls, it comes to the same end with the same counts, and is taken back', 0.02, async (random) => {
    const tree = trees(random, policy === ConflictPolicy.FAIL && random.chance(0.8));
    plant(tree);
    const whole = await run(moving(policy));
    const expected = stateOf(top());
    await eachCrash(random, async (first) => {
      plant(tree);
      const start = stateOf(top(), { touched: false });
      const { answer, crashes, unheard } = await killed(random, moving(policy), first);
      expect([first, stateOf(top())]).toEqual([first, expected]);
      expect([first, answer.outcome, unheard || answer.counts]).toEqual([first, whole.outcome, unheard || whole.counts]);
      const undone = await killed(random, undoing, random.below(150));
      expect([first, undone.answer.outcome, undone.answer.counts.left]).toEqual([first, expect.stringMatching(/^(UNDONE|NOTHING_TO_UNDO)$/), 0]);
      expect([first, stateOf(top(), { touched: false })]).toEqual([first, { ...start, records: expect.anything() }]);
      return crashes;
    });
  });

  testRounds('half done, it is taken back', 0.02, async (random) => {
    const tree = trees(random, policy === ConflictPolicy.FAIL);
    await eachCrash(random, async (first) => {
      plant(tree);
      const start = stateOf(top(), { touched: false });
      const crashed = await withRoot(top(), (root) => crashingAt(first, () => call(root, moving(policy))));
      await withRoot(top(), (root) => crashingAt(random.below(first + 1), () => call(root, moving(policy))));
      const { answer } = await killed(random, undoing, random.below(100));
      expect([first, answer.counts.left]).toEqual([first, 0]);
      expect([first, stateOf(top(), { touched: false })]).toEqual([first, { ...start, records: expect.anything() }]);
      return crashed ? 1 : 0;
    });
  });
});

/** All but the recovery directory. */
const liveOnly = (tree: Tree): Tree => Object.fromEntries(Object.entries(tree).filter(([path]) => path !== NAME));
/** Nothing but what was live is left, as it was: of the worker there is no trace. */
function expectGone(live: Record<string, string>, first: number): void {
  expect([first, stateOf(top()).tree]).toEqual([first, live]);
  expect([first, fs.readdirSync(top()).filter((path) => path === WORK)]).toEqual([first, []]);
}

testRounds('delete, killed at any calls, leaves nothing of the directory and everything else', 0.04, async (random) => {
  const tree = trees(random);
  plant(liveOnly(tree));
  const live = stateOf(top()).tree;
  await eachCrash(random, async (first) => {
    plant(tree);
    const { answer, crashes } = await killed(random, deleting(), first);
    expect(['DELETED', 'ALREADY_GONE']).toContain(answer.outcome);
    expectGone(live, first);
    return crashes;
  }, STRIDE_OF_DELETIONS);
});

testRounds('delete by two shards, each killed at any calls, the same', 0.04, async (random) => {
  const tree = trees(random);
  plant(liveOnly(tree));
  const live = stateOf(top()).tree;
  await eachCrash(random, async (first) => {
    plant(tree);
    const entries = Object.keys(describeTree(`${top()}/${NAME}`)).length;
    const { answer: { shards } } = await killed(random, cutting(2), random.below(60));
    let crashes = 0;
    let deleted = 0;
    const outcomes: string[] = [];
    for (const shard of random.shuffle(shards!)) {
      const { answer, crashes: more } = await killed(random, deleting({ shard }), first);
      outcomes.push(answer.outcome);
      crashes += more;
      deleted += answer.deletedEntries;
    }
    expect(deleted).toBeLessThanOrEqual(entries + 1);
    expect(['DELETED', 'ALREADY_GONE']).toContain(outcomes[outcomes.length - 1]);
    expectGone(live, first);
    return crashes;
  }, STRIDE_OF_DELETIONS);
});

testRounds('quarantine and release, killed at any calls, give back what was there; and then it can be deleted', 0.04, async (random) => {
  const tree = trees(random);
  plant(tree);
  const start = stateOf(top()).tree;
  plant(liveOnly(tree));
  const live = stateOf(top()).tree;
  await eachCrash(random, async (first) => {
    plant(tree);
    const quarantined = await killed(random, deleting({ mode: 'QUARANTINE' }), first);
    expect(quarantined.answer.outcome).toBe('QUARANTINED');
    expect(stateOf(top()).tree).not.toEqual(start);
    const released = await killed(random, releasing, random.below(first + 1));
    expect(['RELEASED', 'NOT_QUARANTINED']).toContain(released.answer.outcome); // the second one: what the killed call did
    expect(stateOf(top()).tree).toEqual(start);
    await killed(random, deleting({ mode: 'QUARANTINE' }), random.below(100));
    await killed(random, deleting(), first);
    expectGone(live, first);
    return quarantined.crashes;
  }, STRIDE_OF_DELETIONS);
});
