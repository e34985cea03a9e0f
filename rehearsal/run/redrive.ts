import type { StateEvent } from './execution-history';
import type { Definition } from './state-machine-definition';
import { NotRehearsedError } from './task-error';

/** "The execution event history count is less than 24,999" ("Restarting state machine executions with redrive", Step Functions Developer Guide). */
const MOST_EVENTS = 24_999;

/** ExecutionNotRedrivable (RedriveExecution, AWS Step Functions API reference); the 14 days in which it must come pass nowhere here. */
export function checkRedrivable(last: { readonly status: string; readonly historyEvents: number } | undefined): void {
  if (last === undefined || last.status === 'SUCCEEDED' || last.historyEvents >= MOST_EVENTS) {
    const why = last === undefined ? 'is RUNNING' : last.status === 'SUCCEEDED' ? 'is SUCCEEDED' : `has ${last.historyEvents} events in its history`;
    throw new Error(`ExecutionNotRedrivable: the execution ${why}`);
  }
}

interface Step {
  readonly state: string;
  /** Before InputPath. */
  readonly input: unknown;
}

/**
 * Where an execution stands, or one iteration of a Map state or one branch of a Parallel state: what a redrive goes on from. "Redrive
 * behavior of individual states" (Step Functions Developer Guide): a Task state is scheduled again, its time-out and its retries begin
 * anew; a Choice state is evaluated again; a Fail state is entered again, and fails again; of an inline Map state and of a Parallel
 * state only what failed or was aborted is redriven, unless the error was States.DataLimitExceeded, which reruns all of it.
 */
export class Standing {
  /** Of a part that was successful. */
  public result?: { readonly output: unknown };
  /** Where a redrive goes on. */
  public from?: Step;
  private current?: Step;
  private parts = new Map<number, Standing>();
  private keepsParts = false;

  /** Something happened to a state. */
  public observe(event: StateEvent | undefined): void {
    if (event?.kind === 'entered') {
      this.current = { state: event.state, input: event.input };
    }
  }

  /** A state begins its work, for the first time or again: the answer gives each of its iterations or branches its standing. */
  public attempt(): (part: number) => Standing {
    if (!this.keepsParts) {
      this.parts = new Map(); // a state that is retried begins from the start
    }
    this.keepsParts = false;
    const { parts } = this;
    return (part) => {
      const standing = parts.get(part) ?? new Standing();
      parts.set(part, standing);
      return standing;
    };
  }

  /** From here on it goes on where it stopped. */
  public redrive({ States, StartAt }: Definition, error: string | undefined): void {
    if (this.result !== undefined) {
      return;
    }
    const { Type, ItemProcessor, Iterator, Branches } = States[this.current?.state ?? StartAt];
    if (Type === 'Pass') {
      throw new NotRehearsedError(`the state '${this.current?.state}' (Pass) is where the execution stopped: with which output AWS leaves it on redrive is not documented`);
    }
    this.from = this.current;
    this.keepsParts = error !== 'States.DataLimitExceeded';
    this.parts.forEach((part, index) => part.redrive((ItemProcessor ?? Iterator ?? Branches?.[index])!, error));
  }
}
