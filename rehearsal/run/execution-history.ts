import type { State, StateType } from './state-machine-definition';

/** What happened to a state, in the order in which it happened. */
export interface StateEvent {
  /** `failed` is one failed attempt; `retried`, `caught` or the end of the execution follows. */
  readonly kind: 'entered' | 'left' | 'failed' | 'retried' | 'caught';
  readonly state: string;
  readonly type: StateType;
  readonly input: unknown;
  /** Of `left`. */
  readonly output?: unknown;
  /** Of `failed`. */
  readonly error?: string;
  /** Of `failed`. */
  readonly cause?: string;
  /** Of `retried`: 1 for the first one. */
  readonly attempt?: number;
  /** Of `caught`: the state that goes on. */
  readonly next?: string;
  /** Inside of a Map state: the index of the item. */
  readonly item?: number;
}

export type StateListener = (event: StateEvent) => void;

/** An event of aws-local-stepfunctions, as far as it is read here. */
export interface InterpreterEvent {
  readonly type: string;
  readonly state?: { readonly name: string; readonly input: unknown; readonly output?: unknown };
  readonly Error?: string;
  readonly Cause?: unknown;
  readonly retry?: { readonly attempt: number };
  readonly catch?: { readonly catcher: { readonly Next: string } };
}

const KINDS: Readonly<Record<string, StateEvent['kind']>> = {
  StateEntered: 'entered', StateExited: 'left', StateFailed: 'failed', StateRetried: 'retried', StateCaught: 'caught',
};

/**
 * Events in the history of a Standard workflow ("HistoryEvent", Step Functions API reference): entered and exited for every state;
 * scheduled, started and succeeded or failed for each attempt of a task; started and succeeded for Map and Parallel.
 */
const EVENTS_PER_ATTEMPT: Readonly<Partial<Record<StateType, number>>> = { Task: 3, Map: 2, Parallel: 2 };
/** TaskSubmitted: what waits for a job, or for a task token, has been handed over before it ends. */
const IS_SUBMITTED = /\.(?:sync(?::2)?|waitForTaskToken)$/;

/** Collects what happened during one execution. */
export class ExecutionHistory {
  public readonly visited: string[] = [];
  /** The estimated number of history events; a Standard execution may have 25,000. */
  public eventCount = 2; // ExecutionStarted, and how it ended

  constructor(private readonly listener: StateListener = () => { /* nobody listens */ }) { }

  /** A state that began to do its work, for the first time or again. */
  public attempted(state: State): void {
    this.eventCount += (EVENTS_PER_ATTEMPT[state.Type] ?? 0) + (IS_SUBMITTED.test(state.Resource ?? '') ? 1 : 0);
  }

  /** Iterations of a Map state: MapIterationStarted and MapIterationSucceeded of each. */
  public iterated(items: number): void {
    this.eventCount += 2 * items;
  }

  public record(event: InterpreterEvent, states: Readonly<Record<string, State>>, item: number | undefined): StateEvent | undefined {
    const kind = KINDS[event.type];
    if (kind === undefined || event.state === undefined) {
      return undefined;
    }
    const { name, input, output } = event.state;
    const recorded: StateEvent = {
      kind,
      state: name,
      type: states[name].Type,
      input,
      ...(kind === 'left' ? { output } : {}),
      ...(kind === 'failed' ? { error: event.Error, cause: String(event.Cause) } : {}),
      ...(kind === 'retried' ? { attempt: event.retry!.attempt } : {}),
      ...(kind === 'caught' ? { next: event.catch!.catcher.Next } : {}),
      ...(item === undefined ? {} : { item }),
    };
    if (kind === 'entered') {
      this.visited.push(name);
      this.eventCount += states[name].Type === 'Fail' ? 1 : 2;
    }
    this.listener(recorded);
    return recorded;
  }
}
