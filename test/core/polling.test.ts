import * as fc from 'fast-check';
import { MOST_RESTORE_JOBS } from '../../src/core/item-path';
import { MOST_SLOW_POLLS, planPolling } from '../../src/core/polling';

const MINUTE = 60;
const DAY = 86_400;
/** What the construct lets through. */
const timeouts = fc.integer({ min: 10 * MINUTE, max: 300 * DAY });

/** Events of the history that a poll makes: Wait 2, Task 5, Pass 2, two Choices 4. */
const EVENTS_PER_POLL = 13;
const MOST_EVENTS = 25_000;

/** Plays the state machine: describe, count, give up at `most`, else wait in the first pace that the count is below. */
function play(timeoutSeconds: number, mostSlowPolls?: number): { polls: number; waited: number; waits: number[] } {
  const { paces, most } = planPolling(timeoutSeconds, mostSlowPolls);
  const waits: number[] = [];
  let polls = 1;
  for (; polls < most; polls += 1) {
    waits.push((paces.find(({ upTo }) => polls < upTo) ?? paces[paces.length - 1]).seconds);
  }
  return { polls, waits, waited: waits.reduce((sum, seconds) => sum + seconds, 0) };
}

test('waits at least as long as the restore may take, and hardly longer', () => {
  fc.assert(fc.property(timeouts, (timeout) => {
    const { waited, waits } = play(timeout);
    expect(waited).toBeGreaterThanOrEqual(timeout);
    expect(waited - timeout).toBeLessThan(waits[waits.length - 1]);
  }));
});

test.each([10 * MINUTE, 10 * MINUTE + 1, 1789, 1790, 1791, 1800, 3600, DAY, 7 * DAY, 300 * DAY])('%d seconds: exactly covered', (timeout) => {
  const { waited, waits } = play(timeout);
  expect(waited).toBeGreaterThanOrEqual(timeout);
  expect(waited - timeout).toBeLessThan(waits[waits.length - 1]);
});

test('stays below the limit of the history of an execution, with half of it to spare', () => {
  fc.assert(fc.property(timeouts, (timeout) => {
    expect(play(timeout).polls * EVENTS_PER_POLL).toBeLessThan(MOST_EVENTS / 2);
  }));
});

test('several jobs of one execution share its history, and each is waited for as long', () => {
  fc.assert(fc.property(timeouts, fc.integer({ min: 1, max: MOST_RESTORE_JOBS }), (timeout, jobs) => {
    const { polls, waited } = play(timeout, Math.floor(MOST_SLOW_POLLS / jobs));
    expect(waited).toBeGreaterThanOrEqual(timeout);
    expect(jobs * polls * EVENTS_PER_POLL).toBeLessThan(0.75 * MOST_EVENTS);
  }));
});

test('begins often and becomes rarer, never the other way round', () => {
  fc.assert(fc.property(timeouts, (timeout) => {
    const { waits } = play(timeout);
    expect(waits.slice(0, 11)).toEqual(Array.from({ length: 11 }, () => 10));
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
  }), { numRuns: 50 });
});

test('waits longer where more time is given', () => {
  fc.assert(fc.property(timeouts, timeouts, (one, other) => {
    const [less, more] = [one, other].sort((a, b) => a - b);
    expect(play(less).waited).toBeLessThanOrEqual(play(more).waited);
  }), { numRuns: 50 });
});

test('seven days: every 10 seconds, every minute, then every 12 minutes', () => {
  expect(planPolling(7 * DAY)).toEqual({
    paces: [{ upTo: 12, seconds: 10 }, { upTo: 40, seconds: 60 }, { upTo: Number.MAX_SAFE_INTEGER, seconds: 671 }],
    most: 939,
  });
});

test('whole seconds only, since a Wait knows nothing else', () => {
  fc.assert(fc.property(timeouts, (timeout) => planPolling(timeout).paces.every(({ seconds }) => Number.isInteger(seconds) && seconds > 0)));
});
