import { MOST_SLOW_LOOKS, patienceMinutes } from '../../src/core/on-demand-backup';
import { planPolling } from '../../src/core/polling';

const DAY = 24 * 60;
/** As Step Functions counts them, see core/polling.ts and core/on-demand-backup.ts. */
const EVENTS_PER_POLL = 13;
const EVENTS_PER_LOOK = 40;

test('waits longer than AWS Backup, whichever way it counts its windows', () => {
  expect(patienceMinutes({ startWindowMinutes: 60, backupMinutes: 7 * DAY })).toBeGreaterThan(60 + 7 * DAY);
});

test.each([[60, 120, 10], [60, 7 * DAY, 12 * 60], [DAY, 30 * DAY, 30 * DAY]])(
  'with windows of %d and %d minutes and %d minutes for other jobs, the history stays far below its limit',
  (startWindowMinutes, backupMinutes, otherJobMinutes) => {
    const polls = planPolling(patienceMinutes({ startWindowMinutes, backupMinutes }) * 60).most;
    const looks = planPolling(otherJobMinutes * 60, MOST_SLOW_LOOKS).most;
    expect(polls * EVENTS_PER_POLL + looks * EVENTS_PER_LOOK).toBeLessThan(20_000);
  },
);

test('waits for other jobs as long as it was told to', () => {
  const { paces, most } = planPolling(12 * 3600, MOST_SLOW_LOOKS);
  const waits = Array.from({ length: most - 1 }, (_, index) => paces.find(({ upTo }) => index + 1 < upTo)!.seconds);
  const waited = waits.reduce((sum, seconds) => sum + seconds, 0);
  expect(waited).toBeGreaterThanOrEqual(12 * 3600);
});
