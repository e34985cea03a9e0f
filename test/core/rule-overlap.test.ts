import fc from 'fast-check';
import { overlaps, ownOverlap, planOverlap } from '../../src/core/rule-overlap';
import type { ScheduledRule } from '../../src/core/rule-overlap';
import { runsBetween, SAMPLE_YEAR } from '../../src/core/schedule';

const rule = (name: string, expression: string, more: Partial<ScheduledRule> = {}): ScheduledRule => ({
  name,
  runs: runsBetween({ expression, timeZone: 'UTC' }, SAMPLE_YEAR.from - 1, SAMPLE_YEAR.until),
  startWindowMinutes: 480,
  retentionDays: 35,
  vaults: ['vault'],
  ...more,
});
const hourly = rule('Hourly', 'cron(0 * * * ? *)', { startWindowMinutes: 60, retentionDays: 2 });
const daily = rule('Daily', 'cron(0 5 * * ? *)');
const weekly = rule('Weekly', 'cron(0 5 ? * SUN *)', { retentionDays: 91 });
const monthly = rule('Monthly', 'cron(0 5 1 * ? *)', { retentionDays: 366 });
const forEver = rule('Forever', 'cron(0 5 1 1 ? *)', { retentionDays: Infinity });

describe('rules of one plan', () => {
  test.each([[daily, weekly], [daily, monthly], [weekly, monthly], [forEver, monthly], [forEver, daily]])(
    '$name and $name that run at the same time are what AWS Backup is made for', (one, two) => {
      expect(planOverlap(one, two)).toEqual([]);
      expect(planOverlap(two, one)).toEqual([]);
    },
  );

  test('that run within the start window of one that is kept longer are left out', () => {
    // 8 hours from 05:00; the hourly run at 05:00 has the daily backup, those at 06:00 to 12:00 have none
    expect(planOverlap(hourly, daily)).toEqual([expect.stringMatching(/^rule 'Hourly' is left out for 2555 of its 8761 runs a year: .* rule 'Daily'/)]);
    expect(planOverlap(daily, hourly)).toEqual(planOverlap(hourly, daily));
    expect(planOverlap(hourly, { ...daily, startWindowMinutes: 60 })).toEqual([]);
  });

  test('of which the shorter one runs first are left out too, since its start window is still open', () => {
    const later = rule('Later', 'cron(0 9 ? * SUN *)', { retentionDays: 91 });
    expect(planOverlap(daily, later)).toEqual([expect.stringContaining("rule 'Daily' is left out for 52 of its 365 runs")]);
    expect(planOverlap(daily, rule('Evening', 'cron(0 13 ? * SUN *)', { retentionDays: 91 }))).toEqual([]); // 13:00 is when the window closes
  });

  test('that write to other vaults lose what only the shorter one would write', () => {
    const copied = { ...daily, vaults: ['vault', 'far'] };
    expect(planOverlap(copied, weekly)).toEqual([expect.stringMatching(/'Daily' is left out for 52 .*which does not write to all the vaults of 'Daily'/)]);
    expect(planOverlap(copied, { ...weekly, vaults: ['far', 'vault', 'more'] })).toEqual([]);
  });

  test('of unknown retention are not compared', () => {
    expect(planOverlap({ ...hourly, retentionDays: undefined }, daily)).toEqual([]);
  });
});

test('a rule whose start window outlasts its interval is told', () => {
  expect(ownOverlap({ ...hourly, startWindowMinutes: 480 })).toEqual([expect.stringContaining('60 minutes after a run, while the start window of that run is open for 480 minutes')]);
  expect(ownOverlap(hourly)).toEqual([]);
  expect(ownOverlap(daily)).toEqual([]);
  expect(ownOverlap({ ...daily, runs: [] })).toEqual([]);
});

test('overlaps are those that comparing every run with every other finds', () => {
  const times = fc.uniqueArray(fc.integer({ min: 0, max: 500 }), { maxLength: 30 })
    .map((list) => list.sort((a, b) => a - b).map((minute) => minute * 60_000));
  const any = fc.record({ runs: times, startWindowMinutes: fc.integer({ min: 1, max: 60 }) }).map((facts) => ({ name: '', vaults: [], ...facts }));
  fc.assert(fc.property(any, any, (one, two) => {
    const within = (a: number, b: number, window: number) => a >= b && a < b + window * 60_000;
    const all = one.runs.filter((a) => two.runs.some((b) => within(a, b, two.startWindowMinutes) || within(b, a, one.startWindowMinutes))).length;
    expect(overlaps(one, two)).toEqual({ all, sameInstant: one.runs.filter((run) => two.runs.includes(run)).length });
  }));
});
