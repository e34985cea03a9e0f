import * as fc from 'fast-check';
import { cutAnswer } from '../../../lambda/worker/cut-answer';
import type { MoveAnswer, MovePlan, VerifyAnswer } from '../../../src/core/worker';

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
const texts = fc.array(fc.oneof(fc.string({ maxLength: 60 }), fc.string({ unit: 'binary', maxLength: 20 })), { maxLength: 20 });

const verifyAnswers: fc.Arbitrary<VerifyAnswer> = fc.record({ findings: texts, lostAndFound: texts }).map(({ findings, lostAndFound }) => ({
  operation: 'verify', done: true, verdict: 'FAILED', findings, counts: { files: 1, directories: 2, symbolicLinks: 3, others: 4, bytes: 5 }, lostAndFound, resume: null,
}));
const fates = fc.record({ files: fc.nat(), bytes: fc.nat(), samples: texts });
const plans: fc.Arbitrary<MovePlan> = fc.record({ moved: fates, replaced: fates, keptBoth: fates, skipped: fates, failed: fates });
const moveAnswers: fc.Arbitrary<MoveAnswer> = fc.record({ notes: texts, plan: fc.option(plans, { nil: undefined }) }).map(({ notes, plan }) => ({
  operation: 'move',
  done: true,
  outcome: plan ? 'PLANNED' : 'INCOMPLETE',
  counts: { moved: 1, replaced: 2, keptBoth: 3, skipped: 4, failed: 5 },
  notes: notes.map((note) => ({ path: `/${note}`, note })),
  ...(plan ? { plan } : {}),
  resume: null,
}));
const answers: fc.Arbitrary<VerifyAnswer | MoveAnswer> = fc.oneof(verifyAnswers, moveAnswers);

/** The lists of an answer, and the answer without them. */
function takeApart(answer: VerifyAnswer | MoveAnswer): { lists: unknown[][]; rest: unknown } {
  if (answer.operation === 'verify') {
    return { lists: [answer.findings, answer.lostAndFound], rest: { ...answer, findings: [], lostAndFound: [] } };
  }
  const entries = Object.entries(answer.plan ?? {});
  const rest = { ...answer, notes: [], plan: entries.map(([fate, { samples: _samples, ...planned }]) => [fate, planned]) };
  return { lists: [answer.notes, ...entries.map(([, { samples }]) => samples)], rest };
}

test('is no longer than that, or has nothing left to cut; all but its lists is as it was, and those are beginnings of what they were', () => {
  fc.assert(fc.property(answers, fc.integer({ min: 100, max: 4_000 }), (answer, mostBytes) => {
    const cut = cutAnswer(answer, mostBytes);
    const [before, after] = [takeApart(answer), takeApart(cut)];
    expect(bytesOf(cut) <= mostBytes || after.lists.every(({ length }) => length <= 1)).toBe(true);
    expect(after.rest).toEqual(before.rest);
    after.lists.forEach((list, index) => expect(list).toEqual(before.lists[index].slice(0, list.length)));
    // something is told of everything that there was something to tell of
    expect(after.lists.map(({ length }) => length > 0)).toEqual(before.lists.map(({ length }) => length > 0));
  }), { numRuns: 500 });
});

test('cuts no more than it must: what is short enough is as it was, and one element more would be too long', () => {
  fc.assert(fc.property(answers, fc.integer({ min: 100, max: 4_000 }), (answer, mostBytes) => {
    const cut = cutAnswer(answer, mostBytes);
    const [before, after] = [takeApart(answer).lists, takeApart(cut).lists];
    const lost = after.map((list, index) => before[index].slice(list.length)).filter(({ length }) => length > 0);
    expect(lost.length === 0).toBe(bytesOf(answer) <= mostBytes || before.every(({ length }) => length <= 1));
    // the one that was cut last is not known: one of those that were cut at all
    const shortest = Math.max(...lost.map(([first]) => bytesOf(first) + 1));
    expect(lost.length === 0 || bytesOf(cut) + shortest > mostBytes).toBe(true);
  }));
});

test('cuts the longest list first, and leaves what it was given as it was', () => {
  const findings = ['a', 'b', 'c'];
  const lostAndFound = ['x'.repeat(400), 'y'.repeat(400), 'z'.repeat(400)];
  const answer: VerifyAnswer = Object.freeze({
    operation: 'verify',
    done: true,
    verdict: 'FAILED',
    findings: Object.freeze(findings) as string[],
    counts: { files: 1, directories: 0, symbolicLinks: 0, others: 0, bytes: 0 },
    lostAndFound: Object.freeze(lostAndFound) as string[],
    resume: null,
  });
  expect(cutAnswer(answer, 1_200)).toEqual({ ...answer, lostAndFound: lostAndFound.slice(0, 2) });
  expect(cutAnswer(answer, 700)).toEqual({ ...answer, lostAndFound: lostAndFound.slice(0, 1) });
  expect(cutAnswer(answer, 1)).toEqual({ ...answer, findings: ['a'], lostAndFound: lostAndFound.slice(0, 1) });
});
