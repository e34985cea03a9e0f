import { parseCron } from './cron-expression';
import type { CronExpression } from './cron-expression';
import { CronError } from './cron-field';
import type { Problem } from './problem';
import { checkTimeZone, isUtc, LocalDay } from './time-zone';

/** When a backup rule runs. */
export interface Schedule {
  /** `cron(…)`. */
  readonly expression: string;
  /** A zone of the IANA database. */
  readonly timeZone: string;
}

/** The schedule of a rule that names none (`ScheduleExpression`, BackupRuleInput, AWS Backup API reference). */
export const DEFAULT_SCHEDULE: Schedule = { expression: 'cron(0 5 ? * * *)', timeZone: 'UTC' };

/** What AWS Backup itself runs for file systems with automatic backups ("Automatic backups", Amazon EFS User Guide). */
export const AUTOMATIC_SCHEDULE: Schedule = DEFAULT_SCHEDULE;

const DAY = 86_400_000;

const two = (number: number) => String(number).padStart(2, '0');

/** The days on which an expression matches, from a year and month on, in order. */
function* matchingDays(cron: CronExpression, from: { readonly year: number; readonly month: number }): Generator<[number, number, number]> {
  for (const year of cron.years.filter((candidate) => candidate >= from.year)) {
    for (const month of cron.months.filter((candidate) => year > from.year || candidate >= from.month)) {
      for (const day of cron.daysOf(year, month)) {
        yield [year, month, day];
      }
    }
  }
}

interface MatchingDay {
  readonly label: string;
  readonly clocks: LocalDay;
}

/** The days of a schedule that are not over before one instant and do not begin after another, on the clocks of its zone. */
function* daysBetween(cron: CronExpression, zone: string, after: number, until: number): Generator<MatchingDay> {
  const dayBefore = new Date(after - DAY); // local days begin up to a day before those of UTC
  for (const [year, month, day] of matchingDays(cron, { year: dayBefore.getUTCFullYear(), month: dayBefore.getUTCMonth() + 1 })) {
    const midnight = Date.UTC(year, month - 1, day);
    if (midnight - DAY > until) {
      return;
    }
    if (midnight + 2 * DAY > after) {
      yield { label: `${year}-${two(month)}-${two(day)}`, clocks: new LocalDay(zone, year, month, day) };
    }
  }
}

function runs(schedule: Schedule, after: number, until: number, count: number): number[] {
  const cron = parseCron(schedule.expression);
  const found: number[] = [];
  for (const { clocks } of daysBetween(cron, schedule.timeZone, after, until)) {
    if (found.length >= count) {
      break;
    }
    found.push(...cron.hours.flatMap((hour) => clocks.instantsOf(hour, cron.minute)).filter((instant) => instant > after && instant <= until));
  }
  return found.sort((a, b) => a - b).slice(0, count);
}

/**
 * The next instants at which a schedule runs: fewer than asked for if its years end before. A local time that the clocks skip is
 * no run, one that they show twice is two, since the expression is evaluated on the clocks of the zone.
 *
 * @param after the runs are later than this instant, in milliseconds since 1970 in UTC.
 */
export function nextRuns(schedule: Schedule, after: number, count: number): number[] {
  return runs(schedule, after, Infinity, count);
}

/** The runs of a schedule after one instant and up to another. */
export function runsBetween(schedule: Schedule, after: number, until: number): number[] {
  return runs(schedule, after, until, Infinity);
}

/** `rate(…)` as the cron expression that comes nearest to it. */
function cronForRate(rate: string): string {
  const [, text, unit] = /^rate\(\s*(\d+)\s+(minute|hour|day)s?\s*\)$/.exec(rate) ?? [];
  const every = unit === 'day' ? Number(text) * 24 : unit === 'hour' ? Number(text) : Number(text) / 60;
  if (text === undefined || every === 24) {
    return 'cron(0 5 * * ? *)';
  }
  if (every <= 1) {
    return 'cron(0 * * * ? *)';
  }
  return every < 24 ? `cron(0 0/${Math.ceil(every)} * * ? *)` : every === 168 ? 'cron(0 5 ? * SUN *)' : `cron(0 5 1/${Math.min(31, Math.ceil(every / 24))} * ? *)`;
}

/** What AWS Backup would refuse, or never run, in a schedule. What is unknown is not checked. */
export function checkSchedule(subject: string, expression: string | undefined, timeZone: string | undefined): Problem[] {
  const zoneProblems = timeZone === undefined ? [] : checkTimeZone(`${subject}.scheduleExpressionTimezone`, timeZone);
  if (expression === undefined) {
    return zoneProblems;
  }
  const problem = (rule: string, remedy: string): Problem[] => [...zoneProblems, { subject: `${subject}.scheduleExpression`, rule, value: expression, remedy }];
  if (/^rate\(/.test(expression)) {
    return problem('must be a cron expression: backup plans have no rate()', `write ${cronForRate(expression)}`);
  }
  try {
    const { done } = matchingDays(parseCron(expression), { year: 1970, month: 1 }).next();
    return done ? problem('must match a day that exists', 'correct the day, the month or the year') : zoneProblems;
  } catch (error) {
    if (error instanceof CronError) {
      return problem(error.rule, error.remedy);
    }
    throw error;
  }
}

/**
 * Hours with a step begin anew at midnight, since ranges are evaluated from 00:00 to 23:59 ("Backup plan options and configuration",
 * AWS Backup Developer Guide): `13/12` is no run every 12 hours, but one a day at 13.
 */
function stepNotes(expression: string): string[] {
  const [, hour] = /^cron\(\s*\S+\s+(\S+)/.exec(expression) ?? [];
  const [, first, step] = /^(\d+)\/(\d+)$/.exec(hour ?? '') ?? [];
  if (step === undefined) {
    return [];
  }
  const { hours } = parseCron(expression);
  const night = hours[0] + 24 - hours[hours.length - 1];
  const [from, by] = [Number(first), Number(step)];
  return night <= by ? [] : [
    `hours '${hour}' are not every ${by} hours: steps begin anew at midnight, so it runs at ${hours.map((value) => `${two(value)}h`).join(', ')}`
    + `${from % by === from ? '' : `; '${from % by}/${by}' also runs before ${two(from)}h`}`,
  ];
}

/** The year that is looked at, so that what is told does not depend on the day of the synth. */
export const SAMPLE_YEAR = { from: Date.UTC(2027, 0, 1), until: Date.UTC(2028, 0, 1) } as const;

const SAMPLES = new Map<string, readonly number[]>();

/** The runs of a schedule in the sample year. An app has many plans and few schedules, so they are computed once. */
export function sampleRuns(schedule: Schedule): readonly number[] {
  const key = `${schedule.timeZone} ${schedule.expression}`;
  const known = SAMPLES.get(key) ?? runsBetween(schedule, SAMPLE_YEAR.from - 1, SAMPLE_YEAR.until);
  SAMPLES.set(key, known);
  return known;
}

/** Local times of a schedule that the clocks skip or show twice in the sample year. A rule that runs every hour loses none of them. */
function clockNotes({ expression, timeZone }: Schedule): string[] {
  const cron = parseCron(expression);
  const notes: string[] = [];
  if (cron.hours.length === 24 || isUtc(timeZone)) {
    return notes;
  }
  for (const { label, clocks } of daysBetween(cron, timeZone, SAMPLE_YEAR.from, SAMPLE_YEAR.until)) {
    for (const hour of clocks.changes ? cron.hours : []) {
      const shown = clocks.instantsOf(hour, cron.minute).length;
      const time = `${label} ${two(hour)}:${two(cron.minute)}`;
      if (shown !== 1) {
        notes.push(`the clocks of ${timeZone} ${shown === 0 ? 'skip' : 'show'} ${time}${shown === 0 ? '' : ' twice'}, so that run may be ${shown === 0 ? 'left out' : 'doubled'}`);
      }
    }
  }
  return notes;
}

/** What is surprising in a schedule that AWS Backup accepts. */
export function scheduleNotes(schedule: Schedule): string[] {
  return [...stepNotes(schedule.expression), ...clockNotes(schedule)];
}
