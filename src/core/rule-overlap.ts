/** A rule as far as its place among others goes. */
export interface ScheduledRule {
  readonly name: string;
  /** The instants at which it runs in the year that is looked at, rising. */
  readonly runs: readonly number[];
  /** How long AWS Backup may wait with the start of a job. */
  readonly startWindowMinutes: number;
  /** How long its recovery points are kept; `Infinity` if they are never deleted, undefined if that is unknown. */
  readonly retentionDays?: number;
  /** The vaults that its recovery points end up in: the target, and those that are copied into. */
  readonly vaults: readonly string[];
}

const MINUTE = 60_000;

/** The runs of a rule whose start window overlaps one of another rule, and which of them begin at the same instant. */
export function overlaps(rule: ScheduledRule, other: ScheduledRule): { readonly all: number; readonly sameInstant: number } {
  let [all, sameInstant, from] = [0, 0, 0];
  for (const run of rule.runs) {
    while (from < other.runs.length && other.runs[from] + other.startWindowMinutes * MINUTE <= run) {
      from += 1; // over before this run, and before every later one
    }
    let overlapping = false;
    let same = false;
    for (let index = from; index < other.runs.length && other.runs[index] < run + rule.startWindowMinutes * MINUTE; index += 1) {
      overlapping = true;
      same ||= other.runs[index] === run;
    }
    all += overlapping ? 1 : 0;
    sameInstant += same ? 1 : 0;
  }
  return { all, sameInstant };
}

/** A rule whose start window is still open when it runs the next time. */
export function ownOverlap(rule: ScheduledRule): string[] {
  const gaps = rule.runs.slice(1).map((run, index) => (run - rule.runs[index]) / MINUTE);
  const shortest = gaps.reduce((least, gap) => Math.min(least, gap), Infinity);
  return rule.startWindowMinutes <= shortest ? [] : [
    `rule '${rule.name}' may run again ${shortest} minutes after a run, while the start window of that run is open for ${rule.startWindowMinutes} minutes; `
    + 'AWS Backup runs one job at a time for a file system, so use a start window of '
    + `${shortest} minutes or less, or run less often`,
  ];
}

/**
 * What two rules of one plan take from each other. "If you have a backup plan with multiple rules and the time frames of the two rules
 * overlap, AWS Backup optimizes the backup and takes a backup for the rule with the longer retention time. The optimization takes into
 * account the full start window" ("Backup plan options and configuration", AWS Backup Developer Guide).
 *
 * Rules that run at the same instant are what this is made for: the weekly backup stands for the daily one of its day. Nothing is lost,
 * as long as it ends up in all the vaults that the other would have. Rules whose windows overlap although they run at different times
 * lose backups that somebody planned.
 */
export function planOverlap(one: ScheduledRule, two: ScheduledRule): string[] {
  if (one.retentionDays === undefined || two.retentionDays === undefined) {
    return [];
  }
  const [longer, shorter] = one.retentionDays >= two.retentionDays ? [one, two] : [two, one];
  const found = overlaps(shorter, longer);
  const missed = shorter.vaults.some((vault) => !longer.vaults.includes(vault));
  const lost = missed ? found.all : found.all - found.sameInstant;
  if (lost === 0) {
    return [];
  }
  const why = missed && found.sameInstant > 0 ? `, which does not write to all the vaults of '${shorter.name}'` : '';
  return [
    `rule '${shorter.name}' is left out for ${lost} of its ${shorter.runs.length} runs a year: their start windows overlap those of rule '${longer.name}'${why}, `
    + 'and AWS Backup backs up for the rule with the longer retention; '
    + (missed && found.sameInstant > 0 ? 'write both to the same vaults' : 'run both at the same time, or apart by more than their start windows'),
  ];
}

/** Jobs of two plans that may want the same file system at the same time. */
export function jobCollisions(rule: ScheduledRule, other: ScheduledRule): number {
  return overlaps(rule, other).all;
}
