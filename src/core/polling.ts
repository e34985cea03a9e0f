/** How a restore job is watched: often while it may be a matter of minutes, rarely once it is a matter of days. */
export interface PollingPlan {
  /** Polls up to this number are `seconds` apart; the last pace has no end of its own. */
  readonly paces: ReadonlyArray<{ readonly upTo: number; readonly seconds: number }>;
  /** After this many polls the patience is over. */
  readonly most: number;
}

const BRIEF = { polls: 12, seconds: 10 };
const LONGER = { polls: 40, seconds: 60 };
/**
 * A poll makes 13 events in the history of an execution (Wait 2, Task 5, Pass 2, two Choices 4), and a history has at most
 * 25,000 ("Quotas", AWS Step Functions Developer Guide): this many slow polls leave half of it to everything else.
 */
const MOST_SLOW_POLLS = 900;
const SHORTEST_SLOW_PACE = 300;

/** Spreads the polls of a restore job over the time that it may take. */
export function planPolling(timeoutSeconds: number): PollingPlan {
  const slowSpan = Math.max(0, timeoutSeconds - BRIEF.polls * BRIEF.seconds - (LONGER.polls - BRIEF.polls) * LONGER.seconds);
  const seconds = Math.max(SHORTEST_SLOW_PACE, Math.ceil(slowSpan / MOST_SLOW_POLLS));
  return {
    paces: [
      { upTo: BRIEF.polls, seconds: BRIEF.seconds },
      { upTo: LONGER.polls, seconds: LONGER.seconds },
      { upTo: Number.MAX_SAFE_INTEGER, seconds },
    ],
    most: LONGER.polls + Math.ceil(slowSpan / seconds),
  };
}
