import { CRON_FIELDS, CronError, cronValue, cronValues } from './cron-field';

/** A cron expression that is understood: what of the calendar it matches, in the local time of its zone. */
export interface CronExpression {
  /** One: AWS Backup runs hourly at most. */
  readonly minute: number;
  readonly hours: readonly number[];
  readonly months: readonly number[];
  readonly years: readonly number[];
  /** The days of a month on which it runs, rising. The month counts from 1. */
  daysOf(year: number, month: number): number[];
}

type Days = CronExpression['daysOf'];

const SATURDAY = 7;

const daysIn = (year: number, month: number) => new Date(Date.UTC(year, month, 0)).getUTCDate();
/** 1 for Sunday to 7 for Saturday, as cron expressions of AWS count. */
const dayOfWeek = (year: number, month: number, day: number) => new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
const everyDay: Days = (year, month) => Array.from({ length: daysIn(year, month) }, (_, index) => index + 1);

/** The weekday, Monday to Friday, that is nearest to a day without leaving its month. */
function nearestWeekday(year: number, month: number, day: number): number {
  switch (dayOfWeek(year, month, day)) {
    case SATURDAY: return day === 1 ? day + 2 : day - 1;
    case 1: return day === daysIn(year, month) ? day - 2 : day + 1;
    default: return day;
  }
}

function standsAlone(text: string, wildcard: string, field: string): never {
  throw new CronError(`must have '${wildcard}' alone as its ${field}`, `use one rule for each part of '${text}'`);
}

/** The days that the field "day of month" matches: numbers, `L` (the last one), `15W` (the weekday nearest to the 15th), `LW`. */
function daysOfMonth(text: string): Days {
  const field = CRON_FIELDS.dayOfMonth;
  if (text === 'L' || text === 'LW') {
    return (year, month) => {
      const last = daysIn(year, month);
      return [text === 'L' ? last : nearestWeekday(year, month, last)];
    };
  }
  const weekday = /^(\d+)W$/.exec(text)?.[1];
  if (weekday !== undefined) {
    const day = cronValue(weekday, field);
    return (year, month) => day > daysIn(year, month) ? [] : [nearestWeekday(year, month, day)];
  }
  if (/[LW]/.test(text)) {
    standsAlone(text, /W/.test(text) ? 'W' : 'L', field.name);
  }
  const days = cronValues(text, field);
  return (year, month) => days.filter((day) => day <= daysIn(year, month));
}

/** The days that the field "day of week" matches: numbers and names, `L` (Saturday), `6L` (the last Friday), `3#2` (the second Tuesday). */
function daysOfWeek(text: string): Days {
  const field = CRON_FIELDS.dayOfWeek;
  const [, last] = /^(\d|[A-Z]{3})L$/.exec(text) ?? [];
  if (last !== undefined) {
    const wanted = cronValue(last, field);
    return (year, month) => everyDay(year, month).filter((day) => dayOfWeek(year, month, day) === wanted).slice(-1);
  }
  const [, which, nth] = /^([^#,]+)#([1-5])$/.exec(text) ?? [];
  if (which !== undefined) {
    const wanted = cronValue(which, field);
    return (year, month) => everyDay(year, month).filter((day) => dayOfWeek(year, month, day) === wanted).slice(Number(nth) - 1, Number(nth));
  }
  if (text.includes('#')) {
    throw new CronError("must have one day and a number from 1 to 5 around '#' as its day of week", "write the second Tuesday as '3#2'");
  }
  if (/(^|,)\w*L(,|$)/.test(text) && text !== 'L') {
    standsAlone(text, 'L', field.name);
  }
  const wanted = text === 'L' ? [SATURDAY] : cronValues(text, field);
  return (year, month) => everyDay(year, month).filter((day) => wanted.includes(dayOfWeek(year, month, day)));
}

function parseDays(month: string, week: string): Days {
  if ((month === '?') === (week === '?')) {
    throw new CronError(
      "must have '?' as exactly one of day of month and day of week",
      month === '?' ? "name the days in one of them, '*' for every day" : "put '?' in the one that does not matter, as in cron(0 5 ? * MON-FRI *)",
    );
  }
  return week === '?' ? daysOfMonth(month) : daysOfWeek(week);
}

/** Understands the six fields of `cron(…)`, or throws a `CronError`. */
export function parseCron(expression: string): CronExpression {
  const fields = /^cron\(([^()]*)\)$/.exec(expression)?.[1].trim().split(/\s+/);
  if (fields?.length !== 6) {
    throw new CronError(
      'must be a cron expression of six fields: minute, hour, day of month, month, day of week, year',
      'write, for every day at 05:00, cron(0 5 * * ? *)',
    );
  }
  const [minute, hour, dayOfMonth, month, weekDay, year] = fields;
  const minutes = cronValues(minute, CRON_FIELDS.minute);
  if (minutes.length > 1) {
    throw new CronError(
      'must be a cron expression that runs hourly at most, so with one number as its minute',
      "name the minute, as in Schedule.cron({ hour: '5', minute: '0' })",
    );
  }
  return {
    minute: minutes[0],
    hours: cronValues(hour, CRON_FIELDS.hour),
    daysOf: parseDays(dayOfMonth, weekDay),
    months: cronValues(month, CRON_FIELDS.month),
    years: cronValues(year, CRON_FIELDS.year),
  };
}
