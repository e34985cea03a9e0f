import type { Turn } from './cleanup-turn';

/**
 * The history of an execution has at most 25,000 events ("Quotas", AWS Step Functions Developer Guide), and one that exceeds them ends
 * without a report. A restore job of a week and what comes after it take 15,000 at most, each further job its fast polls and the states
 * around it (docs/scale.md): the others are for deleting.
 */
const EVENTS = 10_000;
const EVENTS_PER_FURTHER_JOB = 600;
/** The call of a worker, the facts before it, and the choices around them. */
const EVENTS_PER_CALL = 14;
/** A call that is not the last one of its worker uses up its invocation. */
const SECONDS_PER_CALL = 890;

/** What bounds the deletion of a restore. */
export interface DeletionTime {
  /** When it began, ISO 8601. */
  readonly since: string;
  /** How many workers delete at once. */
  readonly workers: number;
  /** How many restore jobs the execution has run. */
  readonly jobs: number;
}

/** How long a restore workflow deletes what it has moved. */
export const longestDeletionSeconds = ({ workers, jobs }: Omit<DeletionTime, 'since'>): number =>
  Math.floor(((EVENTS - EVENTS_PER_FURTHER_JOB * (jobs - 1)) / EVENTS_PER_CALL / workers) * SECONDS_PER_CALL);

/** Decides whether the workers of a restore may go on to delete. What they leave is for a cleanup: the data is in place. */
export function takeTimeForDeletion({ since, ...of }: DeletionTime, now: number): Turn {
  const most = longestDeletionSeconds(of);
  return now - Date.parse(since) < most * 1000 ? { decision: 'GO' }
    : { decision: 'YIELD', reason: 'TIME_IS_UP', detail: `this restore has deleted for ${Math.floor(most / 3600)} hours; a cleanup goes on where it stopped` };
}
