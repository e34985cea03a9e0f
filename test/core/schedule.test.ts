import { Cron } from 'croner';
import fc from 'fast-check';
import { describeProblems } from '../../src/core/problem';
import { checkSchedule, nextRuns, runsBetween, scheduleNotes } from '../../src/core/schedule';
import { checkTimeZone } from '../../src/core/time-zone';

const at = (text: string) => Date.parse(text);
const iso = (instants: number[]) => instants.map((instant) => new Date(instant).toISOString().replace(':00.000Z', 'Z'));
const next = (expression: string, after: string, count: number, timeZone = 'UTC') => iso(nextRuns({ expression, timeZone }, at(after), count));

describe('the next runs', () => {
  test('are later than the instant, in order', () => {
    expect(next('cron(0 5 * * ? *)', '2027-02-27T05:00:00Z', 3)).toEqual(['2027-02-28T05:00Z', '2027-03-01T05:00Z', '2027-03-02T05:00Z']);
    expect(next('cron(0 5 * * ? *)', '2027-02-27T04:59:59.999Z', 1)).toEqual(['2027-02-27T05:00Z']);
    expect(next('cron(0 5 * * ? *)', '2027-02-27T05:00:00Z', 0)).toEqual([]);
  });

  test('follow the clocks of the zone', () => {
    // Berlin is an hour ahead in winter, two in summer
    expect(next('cron(0 5 ? * SUN *)', '2027-03-20T12:00:00Z', 2, 'Europe/Berlin')).toEqual(['2027-03-21T04:00Z', '2027-03-28T03:00Z']);
    // the date line: a Sunday in Auckland begins on Saturday in UTC, one in Los Angeles ends on Monday
    expect(next('cron(30 0 ? * SUN *)', '2027-06-01T00:00:00Z', 1, 'Pacific/Auckland')).toEqual(['2027-06-05T12:30Z']);
    expect(next('cron(30 23 ? * SUN *)', '2027-06-01T00:00:00Z', 1, 'America/Los_Angeles')).toEqual(['2027-06-07T06:30Z']);
  });

  test('are none where the clocks skip the time, and two where they show it twice', () => {
    expect(next('cron(30 2 * * ? *)', '2027-03-27T00:00:00Z', 2, 'Europe/Berlin')).toEqual(['2027-03-27T01:30Z', '2027-03-29T00:30Z']);
    expect(next('cron(30 2 * * ? *)', '2027-10-30T12:00:00Z', 3, 'Europe/Berlin')).toEqual(['2027-10-31T00:30Z', '2027-10-31T01:30Z', '2027-11-01T01:30Z']);
    // half an hour only
    expect(next('cron(45 1 * * ? *)', '2027-04-03T00:00:00Z', 2, 'Australia/Lord_Howe')).toEqual(['2027-04-03T14:45Z', '2027-04-03T15:15Z']);
  });

  test('end with the years of the expression', () => {
    expect(next('cron(0 0 29 2 ? 2026-2032)', '2026-01-01T00:00:00Z', 9)).toEqual(['2028-02-29T00:00Z', '2032-02-29T00:00Z']);
  });

  const field = (min: number, max: number) => fc.oneof(
    fc.constant('*'),
    fc.integer({ min, max }).map(String),
    fc.tuple(fc.integer({ min, max }), fc.integer({ min, max })).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 4 }).map((values) => values.join(',')),
    fc.tuple(fc.integer({ min, max }), fc.integer({ min: 1, max: max - min })).map(([from, step]) => `${from}/${step}`),
  );
  const dayOfMonth = fc.oneof(field(1, 28), fc.constantFrom('L', 'LW', '1W', '15W', '28W'));
  const dayOfWeek = fc.oneof(
    fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 }).map((values) => values.join(',')),
    fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 5 })).map(([day, nth]) => `${day}#${nth}`),
    fc.integer({ min: 1, max: 7 }).map((day) => `${day}L`),
    fc.constantFrom('SUN', 'MON', 'TUE-FRI'),
  );
  const days = fc.oneof(dayOfMonth.map((day) => [day, '?']), dayOfWeek.map((day) => ['?', day]));

  /** The same in the words of croner, which counts the days of the week from 0, writes the last Friday as 5#L and 5/2 as 5-23/2. */
  const steps = (text: string, max: number) => text.replace(/^(\d+)\//, `$1-${max}/`);
  const translate = (minute: number, hour: string, [month, week]: string[], months: string) =>
    `0 ${minute} ${steps(hour, 23)} ${month === '?' ? '*' : steps(month, 31)} ${steps(months, 12)} ${week === '?' ? '*' : week.replace(/^(\d)L$/, '$1#L').replace(/(?<!#)\b\d/g, (day) => String(Number(day) - 1))}`;

  test('are those that another implementation finds', () => {
    fc.assert(fc.property(
      fc.integer({ min: 0, max: 59 }), field(0, 23), days, field(1, 12), fc.integer({ min: at('2020-01-01'), max: at('2060-01-01') }),
      (minute, hour, [month, week], months, after) => {
        const cron = new Cron(translate(minute, hour, [month, week], months), { timezone: 'UTC', domAndDow: true } as any);
        const expected = cron.nextRuns(5, new Date(after)).map(Number).filter((run) => run < at('2200-01-01')); // the last year of AWS is 2199
        expect(nextRuns({ expression: `cron(${minute} ${hour} ${month} ${months} ${week} *)`, timeZone: 'UTC' }, after, 5)).toEqual(expected);
      },
    ), { numRuns: 500 });
  });

  test('show the time of the expression on the clocks of any zone', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Chatham', 'America/St_Johns', 'Africa/Casablanca', 'Australia/Lord_Howe'];
    fc.assert(fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 59 }), field(0, 23), fc.integer({ min: at('2024-01-01'), max: at('2037-01-01') }), (zone, minute, hour, after) => {
      const expression = `cron(${minute} ${hour} * * ? *)`;
      const found = nextRuns({ expression, timeZone: zone }, after, 60);
      expect(found).toHaveLength(60);
      const clock = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' });
      const hours = new Set(found.map((run) => clock.format(run)).map((text) => {
        expect(text.slice(3)).toBe(String(minute).padStart(2, '0'));
        return Number(text.slice(0, 2));
      }));
      // every minute of these days that shows the time is a run: nothing is left out
      const shown = new Set<number>();
      for (let instant = Math.ceil((after + 1) / 900_000) * 900_000; instant < after + 86_400_000; instant += 900_000) {
        shown.add(instant);
      }
      const wanted = [...shown].map((base) => base + (minute % 15) * 60_000).filter((instant) => {
        const text = clock.format(instant);
        return instant > after && Number(text.slice(3)) === minute && hours.has(Number(text.slice(0, 2))) && instant <= found[59];
      });
      expect(found).toEqual(expect.arrayContaining(wanted));
      expect([...found].sort((a, b) => a - b)).toEqual(found);
    }), { numRuns: 60 });
  });
});

test('the runs between two instants include the last one, and not the first', () => {
  const daily = { expression: 'cron(0 5 * * ? *)', timeZone: 'UTC' };
  expect(iso(runsBetween(daily, at('2027-01-01T05:00:00Z'), at('2027-01-03T05:00:00Z')))).toEqual(['2027-01-02T05:00Z', '2027-01-03T05:00Z']);
  expect(runsBetween(daily, at('2027-01-01T00:00:00Z'), at('2028-01-01T00:00:00Z'))).toHaveLength(365);
});

test('the runs between two instants are found on days that begin before those of UTC, and after them', () => {
  const just = (timeZone: string, run: string) => runsBetween({ expression: 'cron(30 0 * * ? *)', timeZone }, at(run) - 1, at(run));
  expect(just('Asia/Tokyo', '2027-01-02T15:30:00Z')).toHaveLength(1); // 3 January there
  expect(just('America/Los_Angeles', '2027-01-03T08:30:00Z')).toHaveLength(1);
});

describe('a schedule', () => {
  test.each<[string, string]>([
    ['rate(12 hours)', 'write cron(0 0/12 * * ? *)'],
    ['rate(1 hour)', 'write cron(0 * * * ? *)'],
    ['rate(30 minutes)', 'write cron(0 * * * ? *)'],
    ['rate(1 day)', 'write cron(0 5 * * ? *)'],
    ['rate(7 days)', 'write cron(0 5 ? * SUN *)'],
    ['rate(3 days)', 'write cron(0 5 1/3 * ? *)'],
    ['rate(soon)', 'write cron(0 5 * * ? *)'],
  ])('of %s fails, with the cron expression to write', (expression, remedy) => {
    const words = describeProblems(checkSchedule('rule', expression, undefined));
    expect(words).toContain("'rule.scheduleExpression' must be a cron expression: backup plans have no rate()");
    expect(words).toContain(remedy);
    expect(checkSchedule('rule', remedy.replace('write ', ''), undefined)).toEqual([]);
  });

  test('that never comes fails', () => {
    expect(describeProblems(checkSchedule('rule', 'cron(0 5 30 2 ? *)', undefined))).toContain('must match a day that exists');
    expect(checkSchedule('rule', 'cron(0 5 29 2 ? 2028)', undefined)).toEqual([]);
  });

  test('is not checked where it is unknown, and both parts are', () => {
    expect(checkSchedule('rule', undefined, undefined)).toEqual([]);
    expect(checkSchedule('rule', 'cron()', 'Mars/Base').map(({ subject }) => subject)).toEqual(['rule.scheduleExpressionTimezone', 'rule.scheduleExpression']);
  });
});

describe('a time zone', () => {
  test.each(['UTC', 'Etc/UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Asia/Calcutta', 'Asia/Kolkata', 'US/Eastern', 'Etc/GMT+5'])('%s is one', (zone) => {
    expect(checkTimeZone('zone', zone)).toEqual([]);
  });

  test.each([['Berlin', 'Europe/Berlin, or UTC'], ['+01:00', 'Europe/Berlin, or UTC'], ['', 'Europe/Berlin, or UTC'], ['europe/berlin', 'spell it Europe/Berlin']])('%j is none', (zone, remedy) => {
    expect(describeProblems(checkTimeZone('zone', zone))).toContain(remedy);
  });
});

describe('what is told of a schedule', () => {
  const notes = (expression: string, timeZone = 'UTC') => scheduleNotes({ expression, timeZone });

  test.each(['cron(0 0/12 * * ? *)', 'cron(0 5/6 * * ? *)', 'cron(0 1/12 * * ? *)', 'cron(0 5 * * ? *)', 'cron(0 0/5 * * ? *)', 'cron(0 1,13 * * ? *)'])('is nothing of %s', (expression) => {
    expect(notes(expression)).toEqual([]);
  });

  test('is that steps of hours begin anew at midnight', () => {
    expect(notes('cron(0 13/12 * * ? *)')).toEqual(["hours '13/12' are not every 12 hours: steps begin anew at midnight, so it runs at 13h; '1/12' also runs before 13h"]);
    expect(notes('cron(0 7/6 * * ? *)')).toEqual([expect.stringContaining('at 07h, 13h, 19h')]);
    expect(notes('cron(0 4/5 * * ? *)')).toEqual([expect.stringContaining("hours '4/5' are not every 5 hours")]);
  });

  test('is which run the clocks skip, and which they double', () => {
    expect(notes('cron(30 2 * * ? *)', 'Europe/Berlin')).toEqual([
      'the clocks of Europe/Berlin skip 2027-03-28 02:30, so that run may be left out',
      'the clocks of Europe/Berlin show 2027-10-31 02:30 twice, so that run may be doubled',
    ]);
    expect(notes('cron(30 2 ? * MON *)', 'Europe/Berlin')).toEqual([]);
    expect(notes('cron(30 5 * * ? *)', 'Europe/Berlin')).toEqual([]);
    expect(notes('cron(30 2 * * ? *)')).toEqual([]);
  });

  test('is nothing of a rule that runs every hour: it loses none', () => {
    expect(notes('cron(30 * * * ? *)', 'Europe/Berlin')).toEqual([]);
  });
});
