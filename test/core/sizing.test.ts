import fc from 'fast-check';
import { describeDuration, estimateBackup, estimateRestore } from '../../src/core/sizing';

const TB = 1e12;

test.each([
  ['bytes', { bytes: 4 * TB, files: 1_000 }, 10_000, 20_000, 'BYTES'],
  ['files', { bytes: 1_000, files: 100_000_000 }, 50_000, 66_667, 'FILES'], // the restore of 100 million files: 18.5 hours
  ['nothing', { bytes: 0, files: 0 }, 0, 0, 'BYTES'],
])('estimates by the slower of both: %s', (_name, data, backup, restore, limitedBy) => {
  expect(estimateBackup(data)).toEqual({ seconds: backup, limitedBy });
  expect(estimateRestore(data)).toEqual({ seconds: restore, limitedBy });
});

test('more data never takes less time, and a restore never less than a backup', () => {
  const amount = fc.integer({ min: 0, max: 1e15 });
  fc.assert(fc.property(amount, amount, amount, amount, (bytes, files, moreBytes, moreFiles) => {
    const less = estimateBackup({ bytes, files }).seconds;
    expect(estimateBackup({ bytes: bytes + moreBytes, files: files + moreFiles }).seconds).toBeGreaterThanOrEqual(less);
    expect(estimateRestore({ bytes, files }).seconds).toBeGreaterThanOrEqual(less);
  }));
});

test.each([
  [0, '0 seconds'],
  [1, '1 second'],
  [59, '59 seconds'],
  [60, '1 minute'],
  [3_599, '59 minutes 59 seconds'],
  [3_600, '1 hour'],
  [66_667, '18 hours 31 minutes'],
  [86_400, '1 day'],
  [90_000, '1 day 1 hour'],
  [86_399, '24 hours'],
  [2_592_000, '30 days'],
])('says %i seconds as %s', (seconds, words) => {
  expect(describeDuration(seconds)).toBe(words);
});
