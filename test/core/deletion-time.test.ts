import * as fc from 'fast-check';
import { MOST_WORKERS } from '../../src/core/cleanup';
import { longestDeletionSeconds, takeTimeForDeletion } from '../../src/core/deletion-time';

const SINCE = '2026-11-27T03:00:00.000Z';
const after = (seconds: number, workers: number) => takeTimeForDeletion({ since: SINCE, workers, jobs: 1 }, Date.parse(SINCE) + seconds * 1000);

test('it is time until it is over, and says why it is', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: MOST_WORKERS }), fc.nat({ max: 20 * 86_400 }), (workers, seconds) => {
    expect(after(seconds, workers).decision).toBe(seconds < longestDeletionSeconds({ workers, jobs: 1 }) ? 'GO' : 'YIELD');
  }));
  expect(after(8 * 86_400, 1)).toEqual({ decision: 'YIELD', reason: 'TIME_IS_UP', detail: expect.stringContaining('176 hours') });
});

test('the calls that fit into it have no more events than there is room for', () => {
  for (let workers = 1; workers <= MOST_WORKERS; workers += 1) {
    expect(Math.floor(longestDeletionSeconds({ workers, jobs: 1 }) / 890) * workers * 14).toBeLessThanOrEqual(10_000);
    expect(longestDeletionSeconds({ workers, jobs: 1 })).toBeGreaterThan(20 * 3600);
  }
});

test('ten jobs leave room for less than half of it, and still for most of a day', () => {
  expect(longestDeletionSeconds({ workers: 1, jobs: 10 })).toBeLessThan(longestDeletionSeconds({ workers: 1, jobs: 1 }) / 2);
  expect(longestDeletionSeconds({ workers: MOST_WORKERS, jobs: 10 })).toBeGreaterThan(10 * 3600);
});

test('a time that cannot be read is over', () => {
  expect(takeTimeForDeletion({ since: 'soon', workers: 1, jobs: 1 }, Date.now()).decision).toBe('YIELD');
});
