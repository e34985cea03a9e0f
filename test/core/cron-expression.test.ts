import { parseCron } from '../../src/core/cron-expression';
import { CronError } from '../../src/core/cron-field';

const days = (dayOfMonth: string, dayOfWeek: string, year: number, month: number) => parseCron(`cron(0 5 ${dayOfMonth} * ${dayOfWeek} *)`).daysOf(year, month);

test('understands values, names, ranges, lists and steps of every field', () => {
  expect(parseCron('cron(30 1-3,8,20/2 ? JAN-MAR,12 2-6 2027-2029/2)')).toMatchObject({
    minute: 30, hours: [1, 2, 3, 8, 20, 22], months: [1, 2, 3, 12], years: [2027, 2029],
  });
  expect(parseCron('cron(0 0/6 * * ? *)').hours).toEqual([0, 6, 12, 18]);
  expect(parseCron('cron(0 */8 * * ? *)').hours).toEqual([0, 8, 16]);
  expect(parseCron('cron( 0  5 * * ? * )').years).toHaveLength(230);
});

// January 2027 begins on a Friday; January 2028 on a Saturday; the last day of January 2027 is a Sunday, of February 2027 too
const CALENDAR: Array<[string, string, number[], number?, number?]> = [
  ['1,15,31', '?', [1, 15], 2027, 4], // a month of 30 days
  ['L', '?', [31]],
  ['L', '?', [29], 2028, 2],
  ['L', '?', [28], 2027, 2],
  ['LW', '?', [29]],
  ['1W', '?', [3], 2028, 1], // a Saturday: back would leave the month
  ['31W', '?', [29]], // a Sunday: on would leave the month
  ['3W', '?', [4]], // a Sunday
  ['9W', '?', [8]], // a Saturday
  ['6W', '?', [6]],
  ['31W', '?', [], 2027, 4],
  ['1/10', '?', [1, 11, 21, 31]],
  ['?', 'FRI', [1, 8, 15, 22, 29]],
  ['?', '6', [1, 8, 15, 22, 29]],
  ['?', 'SUN-TUE', [3, 4, 5, 10, 11, 12, 17, 18, 19, 24, 25, 26, 31]],
  ['?', 'L', [2, 9, 16, 23, 30]],
  ['?', '6L', [29]],
  ['?', 'FRIL', [29]],
  ['?', '3#2', [12]],
  ['?', 'TUE#2', [12]],
  ['?', '6#5', [29]],
  ['?', '5#5', []], // four Thursdays
];
test.each(CALENDAR.map(([dayOfMonth, dayOfWeek, expected, year = 2027, month = 1]) => [dayOfMonth, dayOfWeek, year, month, expected] as const))(
  "'%s %s' in %i-%i is %j", (dayOfMonth, dayOfWeek, year, month, expected) => {
    expect(days(dayOfMonth, dayOfWeek, year, month)).toEqual(expected);
  },
);

test.each<[string, RegExp]>([
  ['0 5 * * ? *', /six fields/],
  ['cron(0 5 * * *)', /six fields/],
  ['cron(0 5 * * ? * *)', /six fields/],
  ['cron(0 5 * * ? *', /six fields/],
  ['cron(0 5 * * * *)', /'\?' as exactly one/],
  ['cron(0 5 ? * ? *)', /'\?' as exactly one/],
  ['cron(0 5 1 * MON *)', /'\?' as exactly one/],
  ['cron(? 5 * * ? *)', /numbers from 0 to 59 as its minute/],
  ['cron(60 5 * * ? *)', /numbers from 0 to 59 as its minute/],
  ['cron(0 24 * * ? *)', /numbers from 0 to 23 as its hour/],
  ['cron(0 5 0 * ? *)', /numbers from 1 to 31 as its day of month/],
  ['cron(0 5 32 * ? *)', /numbers from 1 to 31 as its day of month/],
  ['cron(0 5 * 13 ? *)', /numbers from 1 to 12, or JAN to DEC as its month/],
  ['cron(0 5 * JANUARY ? *)', /JAN to DEC/],
  ['cron(0 5 ? * 0 *)', /numbers from 1 to 7, or SUN to SAT as its day of week/],
  ['cron(0 5 ? * 8 *)', /SUN to SAT/],
  ['cron(0 5 * * ? 1969)', /numbers from 1970 to 2199 as its year/],
  ['cron(0 5 * * ? 2200)', /numbers from 1970 to 2199 as its year/],
  ['cron(0 22-2 * * ? *)', /ranges that rise/],
  ['cron(0 5-4 * * ? *)', /ranges that rise/],
  ['cron(0 1-2-3 * * ? *)', /ranges that rise/],
  ['cron(0 0/0 * * ? *)', /steps from 1 to 24/],
  ['cron(0 0/25 * * ? *)', /steps from 1 to 24/],
  ['cron(0 5 ? * 2/2 *)', /values, ranges as its day of week/],
  ['cron(0 5, * * ? *)', /as its hour/],
  ['cron(0 5 1,L * ? *)', /'L' alone as its day of month/],
  ['cron(0 5 1W,5 * ? *)', /'W' alone as its day of month/],
  ['cron(0 5 L-3 * ? *)', /'L' alone as its day of month/],
  ['cron(0 5 ? * 2L,3 *)', /'L' alone as its day of week/],
  ['cron(0 5 ? * 3#6 *)', /around '#'/],
  ['cron(0 5 ? * 3#1,6#3 *)', /around '#'/],
  ['cron(* 5 * * ? *)', /hourly at most/],
  ['cron(0,30 5 * * ? *)', /hourly at most/],
  ['cron(0/30 5 * * ? *)', /hourly at most/],
])('fails on %s', (expression, rule) => {
  expect(() => parseCron(expression)).toThrow(CronError);
  expect(() => parseCron(expression)).toThrow(rule);
});
