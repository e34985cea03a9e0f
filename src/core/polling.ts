/** How a job is watched: often while it may be a matter of minutes, rarely once it is a matter of days. */
export interface PollingPlan {
  /** After a poll, the next one is `seconds` away, in the first pace whose `upTo` is greater than the number of polls so far. */
  readonly paces: ReadonlyArray<{ readonly upTo: number; readonly seconds: number }>;
  /** After this many polls the patience is over. */
  readonly most: number;
}

const BRIEF = { upTo: 12, seconds: 10 };
const LONGER = { upTo: 40, seconds: 60 };
/** The first poll is made at once, so a pace up to 12 has 11 waits. */
const SECONDS_BEFORE_SLOW_PACE = (BRIEF.upTo - 1) * BRIEF.seconds + (LONGER.upTo - BRIEF.upTo) * LONGER.seconds;
/**
 * A poll makes 13 events in the history of an execution (Wait 2, Task 5, Pass 2, two Choices 4), and a history has at most
 * 25,000 ("Quotas", AWS Step Functions Developer Guide): this many slow polls leave half of it to everything else.
 */
export const MOST_SLOW_POLLS = 900;
const SHORTEST_SLOW_PACE = 300;

/** Spreads the polls of a job over the time that it may take. */
export function planPolling(timeoutSeconds: number, mostSlowPolls = MOST_SLOW_POLLS): PollingPlan {
  const slowSeconds = Math.max(SHORTEST_SLOW_PACE, Math.ceil((timeoutSeconds - SECONDS_BEFORE_SLOW_PACE) / mostSlowPolls));
  const paces = [BRIEF, LONGER, { upTo: Number.MAX_SAFE_INTEGER, seconds: slowSeconds }];
  let most = 1;
  let left = timeoutSeconds;
  for (const { upTo, seconds } of paces) {
    const waits = Math.min(upTo - most, Math.ceil(left / seconds));
    most += waits;
    left = Math.max(0, left - waits * seconds);
  }
  return { paces, most };
}
