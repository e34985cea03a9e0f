import type { Problem } from './problem';

const MINUTE = 60_000;
const DAY = 86_400_000;
const FORMATS = new Map<string, Intl.DateTimeFormat>();

/** Making a formatter costs a hundred times as much as using it. */
function formatOf(zone: string): Intl.DateTimeFormat {
  let format = FORMATS.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    });
    FORMATS.set(zone, format);
  }
  return format;
}

/** Whether the clocks of a zone never change, whatever Intl says. */
export const isUtc = (zone: string) => zone === 'UTC' || zone === 'Etc/UTC';

/** How many milliseconds the clocks of a zone are ahead of UTC at an instant. */
function offsetAt(zone: string, instant: number): number {
  if (isUtc(zone)) {
    return 0;
  }
  const parts = Object.fromEntries(formatOf(zone).formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const local = Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
  return local - Math.floor(instant / 1000) * 1000;
}

/** The times of one day, told by the clocks of a zone, as instants. */
export class LocalDay {
  private readonly midnight: number;
  private readonly offsets: number[];

  /** @param month counts from 1. */
  constructor(private readonly zone: string, year: number, month: number, day: number) {
    this.midnight = Date.UTC(year, month - 1, day);
    // no zone is more than a day from UTC, and none changes its clocks twice within these three days
    this.offsets = [...new Set([offsetAt(zone, this.midnight - DAY), offsetAt(zone, this.midnight + 2 * DAY)])];
  }

  /** Whether the clocks may change on this day, or on one beside it. */
  public get changes(): boolean {
    return this.offsets.length > 1;
  }

  /** The instants at which the clocks show a time: none if they skip it, two if they are put back and show it again. */
  public instantsOf(hour: number, minute: number): number[] {
    const local = this.midnight + (hour * 60 + minute) * MINUTE;
    const instants = this.offsets.map((offset) => local - offset);
    return this.changes ? instants.filter((instant) => instant + offsetAt(this.zone, instant) === local).sort((a, b) => a - b) : instants;
  }
}

/** A time zone must be one of the IANA database, spelled as there. */
export function checkTimeZone(subject: string, zone: string): Problem[] {
  let canonical: string | undefined;
  try {
    canonical = /^[A-Za-z][\w+-]*(?:\/[\w+-]+)*$/.test(zone) ? formatOf(zone).resolvedOptions().timeZone : undefined;
  } catch {
    canonical = undefined; // RangeError: not known
  }
  if (canonical !== undefined && (canonical === zone || canonical.toLowerCase() !== zone.toLowerCase())) {
    return []; // the name itself, or another one for the same zone
  }
  return [{
    subject,
    rule: 'must be a time zone of the IANA database',
    value: zone,
    remedy: canonical === undefined ? 'use a name such as Europe/Berlin, or UTC' : `spell it ${canonical}`,
  }];
}
