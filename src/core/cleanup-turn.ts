/** The running executions of a state machine, as ListExecutions tells them: the latest first, ids and times apart. */
export interface RunningExecutions {
  /** The ARNs. */
  readonly ids: readonly string[];
  /** ISO 8601. */
  readonly starts: readonly string[];
}

/** So many are asked for: more of them is a case for a person, and they must fit into the state several times. */
export const MOST_RUNNING_EXECUTIONS = 50;

/** What is known when a cleanup asks whether it is its turn. */
export interface TurnFacts {
  readonly execution: { readonly id: string; readonly startTime: string };
  /** Executions of this very state machine; its own one is among them, unless the list is not up to date yet. */
  readonly cleanups: RunningExecutions;
  /** Executions of the restore workflows of the same file system. */
  readonly restores: readonly RunningExecutions[];
  /** Restore jobs of the file system that are pending or running, whoever started them. */
  readonly runningRestoreJobs: readonly string[];
  /** When it was its turn first, in milliseconds since 1970-01-01T00:00:00Z; undefined before that. */
  readonly since?: number;
  /** Now, in milliseconds since 1970-01-01T00:00:00Z. */
  readonly now: number;
}

/** GO: it is. WAIT: it will be once a restore is over. YIELD: another cleanup does the work, or the next one will. */
export interface Turn {
  readonly decision: 'GO' | 'WAIT' | 'YIELD';
  readonly reason?: 'RESTORE_RUNNING' | 'CLEANUP_RUNNING' | 'TIME_IS_UP';
  readonly detail?: string;
}

/**
 * A run begins no call of a worker after this: what is left is for the next one. It bounds the events of the history (cleanup.ts
 * has the arithmetic), however large a directory is.
 */
export const LONGEST_RUN_MILLISECONDS = 10 * 3600 * 1000;

/**
 * Decides whether an execution may work on the file system. There is no lock that a crash could leave behind: an execution that
 * ended, however it did, is not in the lists any more. Of several cleanups the oldest has its turn, of two that started in the
 * same moment the one whose ARN comes first, so all of them come to the same answer.
 *
 * ListExecutions is eventually consistent (AWS Step Functions API Reference): two that started at once may not see each other
 * at first. So this is asked again before each call that deletes, and where both still go on, the worker's own guards hold:
 * several workers may delete the same directory at once.
 */
export function takeTurn(facts: TurnFacts): Turn {
  const { execution, cleanups, restores, runningRestoreJobs, since, now } = facts;
  if (since !== undefined && now - since >= LONGEST_RUN_MILLISECONDS) {
    return { decision: 'YIELD', reason: 'TIME_IS_UP', detail: 'this run has worked for 10 hours; the next one goes on where it stopped' };
  }
  if (cleanups.ids.length >= MOST_RUNNING_EXECUTIONS) {
    return { decision: 'YIELD', reason: 'CLEANUP_RUNNING', detail: `${cleanups.ids.length} or more cleanups are running` };
  }
  const older = olderThan(execution, cleanups);
  if (older !== undefined) {
    return { decision: 'YIELD', reason: 'CLEANUP_RUNNING', detail: `an older cleanup is running: ${older}` };
  }
  const restoring = [...restores.flatMap(({ ids }) => ids), ...runningRestoreJobs.map((job) => `restore job ${job}`)];
  return restoring.length === 0 ? { decision: 'GO' }
    : { decision: 'WAIT', reason: 'RESTORE_RUNNING', detail: `a restore is running: ${restoring.slice(0, 3).join(', ')}` };
}

/** The execution that comes before all others and before this one, if there is any. */
function olderThan(own: TurnFacts['execution'], { ids, starts }: RunningExecutions): string | undefined {
  const all = ids.map((id, index) => ({ id, start: Date.parse(starts[index]) }));
  const mine = all.find(({ id }) => id === own.id)?.start ?? Date.parse(own.startTime);
  // a time that cannot be read counts as earlier than every other: in doubt, the other one goes first
  const first = (a: { id: string; start: number }, b: { id: string; start: number }) =>
    (Number.isNaN(a.start) ? -Infinity : a.start) - (Number.isNaN(b.start) ? -Infinity : b.start) || (a.id < b.id ? -1 : 1);
  return all.filter((other) => other.id !== own.id && first(other, { id: own.id, start: mine }) < 0).sort(first)[0]?.id;
}
