import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeployedTemplate, ResolvedResource } from './deployed-template';
import { Entrances } from './entrances';
import { ExecutionHistory } from './execution-history';
import type { StateEvent, StateListener } from './execution-history';
import { interpretedDefinition } from './interpreted-definition';
import type { Clock } from './interpreted-definition';
import { ExecutionAbortedError, ExecutionError, ExecutionTimeoutError, Interpreter } from './libraries';
import { checkRedrivable, Standing } from './redrive';
import { allStates, readDefinition } from './state-machine-definition';
import type { Definition } from './state-machine-definition';
import { limitSize, workOf } from './state-work';
import { NotRehearsedError, TaskError } from './task-error';
import { taskFor } from './task-resource';
import type { Task, TaskServices } from './task-resource';

export interface StateMachineOptions extends TaskServices {
  readonly arn: string;
  /** The definition, its intrinsic functions of CloudFormation resolved. */
  readonly definition: string;
  /** What real seconds of a Wait state or of a retry's interval become, in milliseconds; should be linear. @default - a thousand each */
  readonly wait?: (seconds: number) => number;
  /** Waits in place of `wait` in Wait states, for example in simulated time. The intervals of retries stay with `wait`. */
  readonly sleep?: (seconds: number) => Promise<void>;
  /** What the context object gives as the time, in milliseconds since 1970-01-01T00:00:00Z, for example simulated time. @default - Date.now */
  readonly now?: () => number;
  /** What TimeoutSeconds becomes, in milliseconds: tasks take real time, so these do by default too. @default - a thousand each */
  readonly timeout?: (seconds: number) => number;
  /** Is told what happens, as it happens. */
  readonly listener?: StateListener;
}

export interface Execution {
  readonly arn: string;
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  /** Of an execution that succeeded. */
  readonly output?: unknown;
  /** Of an execution that failed. */
  readonly error?: string;
  readonly cause?: string;
  /** The names of the states in the order in which they were entered, after a redrive also those before it. */
  readonly visited: readonly string[];
  /** How many events the history of such an execution has in Step Functions, estimated; 25,000 are allowed. */
  readonly historyEvents: number;
  readonly redriveCount: number;
}

/** An execution from its start on, through all of its redrives. */
interface Attempted {
  readonly arn: string;
  readonly name: string;
  readonly input: unknown;
  readonly startTime: string;
  readonly history: ExecutionHistory;
  readonly standing: Standing;
  stop: AbortController;
  redriveCount: number;
  last?: Execution;
}

/** What is the same in all parts of one execution. */
interface Frame {
  readonly history: ExecutionHistory;
  readonly stop: AbortSignal;
  readonly context: Readonly<Record<string, unknown>>;
  readonly standing: Standing;
  readonly item?: number;
}

const REAL_SECONDS = (seconds: number): number => seconds * 1000;

/** Why an execution was aborted, if it was. */
const STOPPED = 'StopExecution';

/** A synthesized state machine (Standard, JSONPath) that runs in this process; aws-local-stepfunctions interprets it. */
export class StateMachine {
  /** The state machine of the template with this logical id. */
  public static fromTemplate(template: DeployedTemplate, logicalId: string, options: Omit<StateMachineOptions, 'arn' | 'definition'>): StateMachine {
    const definition = definitionOf(template.resource(logicalId));
    return new StateMachine({ ...options, arn: template.physical(logicalId).ref, definition });
  }

  private readonly definition: Definition;
  private readonly tasks = new Map<string, Task>();
  private readonly clock: Clock;
  private readonly attempted = new Map<string, Attempted>();

  constructor(private readonly options: StateMachineOptions) {
    this.definition = readDefinition(options.definition);
    this.clock = { wait: options.wait ?? REAL_SECONDS, timeout: options.timeout ?? REAL_SECONDS };
    for (const [name, state] of allStates(this.definition)) {
      if (state.Type === 'Task') {
        this.tasks.set(name, taskFor(name, state.Resource!, options));
      }
    }
  }

  /** Starts an execution and waits for its end. Throws only for what is not executed here; a failed execution is a result. */
  public async execute(input: unknown = {}, name: string = randomUUID()): Promise<Execution> {
    const arn = this.executionArn(name);
    const execution: Attempted = {
      arn,
      name,
      input: JSON.parse(JSON.stringify(input)),
      startTime: this.timestamp(),
      history: new ExecutionHistory(this.options.listener),
      standing: new Standing(),
      stop: new AbortController(),
      redriveCount: 0,
    };
    this.attempted.set(arn, execution);
    return this.attempt(execution);
  }

  /** StopExecution: what a task has begun is not called back. The name is that of a running execution. */
  public stop(name: string): void {
    this.attempted.get(this.executionArn(name))!.stop.abort(STOPPED);
  }

  /** RedriveExecution: goes on at the step that was not successful, and waits for the end. The name is that of an execution that ended. */
  public async redrive(name: string): Promise<Execution> {
    const execution = this.attempted.get(this.executionArn(name))!;
    checkRedrivable(execution.last);
    execution.redriveCount += 1;
    execution.stop = new AbortController();
    execution.history.eventCount += 2; // ExecutionRedriven, and how it ended then
    execution.standing.redrive(this.definition, execution.last!.error);
    return this.attempt(execution, this.timestamp());
  }

  private timestamp(): string {
    return new Date(this.options.now?.() ?? Date.now()).toISOString();
  }

  private executionArn(name: string): string {
    return `${this.options.arn.replace(':stateMachine:', ':execution:')}:${name}`;
  }

  private async attempt(execution: Attempted, redriveTime?: string): Promise<Execution> {
    const { arn, name, input, startTime, history, standing, stop, redriveCount } = execution;
    const redriven = redriveTime === undefined ? {} : { RedriveCount: redriveCount, RedriveTime: redriveTime };
    const context = {
      Execution: { Id: arn, Name: name, Input: input, StartTime: startTime, ...redriven },
      StateMachine: { Id: this.options.arn, Name: this.options.arn.split(':').pop()! },
    };
    const ended = (rest: Pick<Execution, 'status' | 'output' | 'error' | 'cause'>): Execution =>
      (execution.last = { arn, ...rest, visited: history.visited, historyEvents: history.eventCount, redriveCount });
    execution.last = undefined;
    this.options.executions?.begin({ arn, name, stateMachineArn: this.options.arn, startDate: startTime });
    try {
      const output = await this.run(this.definition, input, { history, stop: stop.signal, context, standing });
      limitSize(output, 'The last state returned an output'); // the output of every other one is the input of the next
      return ended({ status: 'SUCCEEDED', output });
    } catch (error) {
      if (stop.signal.reason === STOPPED) {
        return ended({ status: 'ABORTED' });
      }
      if (error instanceof ExecutionTimeoutError) {
        return ended({ status: 'TIMED_OUT', error: 'States.Timeout' });
      }
      if (error instanceof NotRehearsedError || !(error instanceof Error)) {
        throw error;
      }
      return ended({ status: 'FAILED', error: error.name || undefined, cause: error instanceof TaskError ? error.causeText : error.message });
    } finally {
      this.options.executions?.end(arn);
      stop.abort();
    }
  }

  /** Interprets the states of a definition: all of the execution, one item of a Map state, or one branch of a Parallel state. */
  private async run(definition: Definition, input: unknown, frame: Frame): Promise<unknown> {
    const { standing } = frame;
    if (standing.result !== undefined) {
      return standing.result.output; // a redrive does not rerun what was successful
    }
    let entered = { EnteredTime: '', RetryCount: 0 };
    const observe = (event: StateEvent | undefined): void => {
      if (event?.kind === 'entered') {
        entered = { EnteredTime: this.timestamp(), RetryCount: 0 };
      } else if (event?.kind === 'retried') {
        entered = { ...entered, RetryCount: entered.RetryCount + 1 };
      }
    };
    const entrances = new Entrances();
    const handlers = Object.fromEntries(Object.entries(definition.States).map(([name, state]) => [name, async (processed: unknown) => {
      await entrances.until(name);
      frame.history.attempted(state);
      const parts = standing.attempt();
      return untilStopped(frame.stop, workOf(state, processed, {
        name,
        context: { ...frame.context, Task: { Token: randomUUID() }, get State() { return { Name: name, ...entered }; } },
        task: (task) => this.tasks.get(task)!,
        wait: (seconds) => this.wait(seconds, frame.stop),
        run: (inner, value, item, stop, part) => this.run(inner, value, {
          ...frame,
          standing: parts(part),
          stop: AbortSignal.any([frame.stop, stop]),
          ...(item === undefined ? {} : { item: item.Index, context: { ...frame.context, Map: { Item: item } } }),
        }),
        iterated: (items) => frame.history.iterated(items),
      })).catch((error: unknown) => {
        throw this.failure(name, error);
      });
    }]));
    const from = standing.from ?? { state: definition.StartAt, input };
    const interpreted = { ...interpretedDefinition(definition, this.clock), StartAt: from.state };
    const interpreter = new Interpreter(interpreted, { validationOptions: { noValidate: true } });
    const { result, eventLogs, abort } = interpreter.run(from.input as never, {
      overrides: { taskResourceLocalHandlers: handlers as never },
      context: frame.context,
    });
    frame.stop.addEventListener('abort', abort, { once: true });
    const watch = (async () => {
      for await (const event of eventLogs) {
        const recorded = frame.history.record(event, definition.States, frame.item);
        observe(recorded);
        standing.observe(recorded);
        if (recorded?.kind === 'entered' || recorded?.kind === 'retried') {
          entrances.tell(recorded.state);
        }
      }
    })();
    try {
      const output: unknown = await result;
      standing.result = { output };
      return output;
    } catch (error) {
      throw error instanceof ExecutionError ? error.cause : error;
    } finally {
      frame.stop.removeEventListener('abort', abort);
      await watch;
    }
  }

  /** A failure of a state as it is; anything else is a fault of the rehearsal, which no Catch may hide. */
  private failure(state: string, error: unknown): unknown {
    const ofInterpreter = typeof error === 'object' && error !== null && 'isCatchable' in error;
    if (error instanceof TaskError || ofInterpreter || error instanceof ExecutionAbortedError) {
      return error;
    }
    return new NotRehearsedError(`the state '${state}' failed outside of what it does: ${error instanceof Error ? error.stack : String(error)}`);
  }

  private async wait(seconds: number, stop: AbortSignal): Promise<void> {
    if (this.options.sleep !== undefined) {
      return this.options.sleep(seconds);
    }
    try {
      await sleep(this.clock.wait(seconds), undefined, { signal: stop });
    } catch (error) {
      if (!stop.aborted) {
        throw error;
      }
    }
  }
}

/** Gives up waiting when the execution is over, for the interpreter keeps a timer as long as a task is under way. */
async function untilStopped<T>(stop: AbortSignal, work: Promise<T>): Promise<T> {
  let giveUp: (() => void) | undefined;
  const stopped = new Promise<never>((_, reject) => {
    giveUp = () => reject(new ExecutionAbortedError());
    stop.addEventListener('abort', giveUp, { once: true });
    if (stop.aborted) {
      giveUp();
    }
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    stop.removeEventListener('abort', giveUp!);
  }
}

/** The definition of an AWS::StepFunctions::StateMachine, its DefinitionSubstitutions put in. */
function definitionOf({ logicalId, properties }: ResolvedResource): string {
  const { DefinitionString, Definition: object, DefinitionSubstitutions = {}, StateMachineType = 'STANDARD' } = properties as {
    readonly DefinitionString?: string;
    readonly Definition?: object;
    readonly DefinitionSubstitutions?: Readonly<Record<string, unknown>>;
    readonly StateMachineType?: string;
  };
  if (StateMachineType !== 'STANDARD') {
    throw new NotRehearsedError(`the state machine '${logicalId}' has the type '${StateMachineType}', only STANDARD is executed here`);
  }
  const text = DefinitionString ?? (object === undefined ? undefined : JSON.stringify(object));
  if (text === undefined) {
    throw new NotRehearsedError(`the state machine '${logicalId}' has its definition outside of the template, which is not read here`);
  }
  return text.replace(/\$\{(\w+)\}/g, (whole, name: string) => (name in DefinitionSubstitutions ? String(DefinitionSubstitutions[name]) : whole));
}
