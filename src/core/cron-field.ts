/** One of the fields of a cron expression that hold numbers, and names for them. */
export interface CronField {
  /** As a message calls it. */
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** The names of the values, from `min` on. */
  readonly names?: readonly string[];
  /** Whether steps (`/`) are among its wildcards. */
  readonly steps: boolean;
}

/** What a part of an expression breaks, so that it reads on from its field, and the way out. */
export class CronError extends Error {
  constructor(public readonly rule: string, public readonly remedy: string) {
    super(rule);
  }
}

/** The fields and their values ("Cron expressions reference", Amazon EventBridge User Guide, which AWS Backup refers to). */
export const CRON_FIELDS = {
  minute: { name: 'minute', min: 0, max: 59, steps: true },
  hour: { name: 'hour', min: 0, max: 23, steps: true },
  dayOfMonth: { name: 'day of month', min: 1, max: 31, steps: true },
  month: { name: 'month', min: 1, max: 12, steps: true, names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'] },
  dayOfWeek: { name: 'day of week', min: 1, max: 7, steps: false, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] },
  year: { name: 'year', min: 1970, max: 2199, steps: true },
} as const satisfies Record<string, CronField>;

/** One value of a field, as a number or by its name. */
export function cronValue(text: string, field: CronField): number {
  const named = field.names?.indexOf(text.toUpperCase()) ?? -1;
  const value = named >= 0 ? field.min + named : /^\d{1,4}$/.test(text) ? Number(text) : NaN;
  if (!(value >= field.min && value <= field.max)) {
    const names = field.names === undefined ? '' : `, or ${field.names[0]} to ${field.names[field.names.length - 1]}`;
    throw new CronError(`must have numbers from ${field.min} to ${field.max}${names} as its ${field.name}`, `correct '${text}'`);
  }
  return value;
}

/** `5`, `1-5`, `*`, and each with a step: `0/6`, `1-5/2`. */
function cronItem(text: string, field: CronField): number[] {
  const [, range, step] = /^([^/]+)(?:\/(\d+))?$/.exec(text) ?? [];
  if (range === undefined || (step !== undefined && !field.steps)) {
    throw new CronError(`must have values, ranges${field.steps ? ' and steps' : ''} as its ${field.name}`, `correct '${text}'`);
  }
  const [first, last, more] = range === '*' ? [`${field.min}`, `${field.max}`] : range.split('-');
  const from = cronValue(first, field);
  const to = last !== undefined ? cronValue(last, field) : step === undefined ? from : field.max;
  if (more !== undefined || to < from) {
    throw new CronError(`must have ranges that rise as its ${field.name}`, `list the values instead of '${range}'`);
  }
  const by = step === undefined ? 1 : Number(step);
  if (by < 1 || by > field.max - field.min + 1) {
    throw new CronError(`must have steps from 1 to ${field.max - field.min + 1} as its ${field.name}`, `correct '${text}'`);
  }
  return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, index) => from + index * by);
}

/** The values that a field names, rising, each once. */
export function cronValues(text: string, field: CronField): number[] {
  const values = text.split(',').flatMap((item) => cronItem(item, field));
  return [...new Set(values)].sort((a, b) => a - b);
}
