import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeployedTemplate, ResolvedResource } from './deployed-template';
import { ExecutionHistory } from './execution-history';
import type { StateEvent, StateListener } from './execution-history';
import { interpretedDefinition } from './interpreted-definition';
import type { Clock } from './interpreted-definition';
import { ExecutionAbortedError, ExecutionError, ExecutionTimeoutError, Interpreter } from './libraries';
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
  /** What TimeoutSeconds becomes, in milliseconds: tasks take real time, so these do by default too. @default - a thousand each */
  readonly timeout?: (seconds: number) => number;
  /** Is told what happens, as it happens. */
  readonly listener?: StateListener;
}

export interface Execution {
  readonly arn: string;
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT';
  /** Of an execution that succeeded. */
  readonly output?: unknown;
  /** Of an execution that failed. */
  readonly error?: string;
  readonly cause?: string;
  /** The names of the states in the order in which they were entered. */
  readonly visited: readonly string[];
  /** How many events the history of such an execution has in Step Functions, estimated; 25,000 are allowed. */
  readonly historyEvents: number;
}

/** What is the same in all parts of one execution. */
interface Frame {
  readonly history: ExecutionHistory;
  readonly stop: AbortSignal;
  readonly context: Readonly<Record<string, unknown>>;
  readonly item?: number;
}

const REAL_SECONDS = (seconds: number): number => seconds * 1000;

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
    const history = new ExecutionHistory(this.options.listener);
    const stop = new AbortController();
    const machine = this.options.arn.split(':').pop()!;
    const arn = `${this.options.arn.replace(':stateMachine:', ':execution:')}:${name}`;
    const json: unknown = JSON.parse(JSON.stringify(input));
    const context = {
      Execution: { Id: arn, Name: name, Input: json, StartTime: new Date().toISOString() },
      StateMachine: { Id: this.options.arn, Name: machine },
    };
    const ended = (rest: Pick<Execution, 'status' | 'output' | 'error' | 'cause'>): Execution =>
      ({ arn, ...rest, visited: history.visited, historyEvents: history.eventCount });
    this.options.executions?.begin({ arn, name, stateMachineArn: this.options.arn, startDate: context.Execution.StartTime });
    try {
      const output = await this.run(this.definition, json, { history, stop: stop.signal, context });
      limitSize(output, 'The last state returned an output'); // the output of every other one is the input of the next
      return ended({ status: 'SUCCEEDED', output });
    } catch (error) {
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
    let entered = { EnteredTime: '', RetryCount: 0 };
    const observe = (event: StateEvent | undefined): void => {
      if (event?.kind === 'entered') {
        entered = { EnteredTime: new Date().toISOString(), RetryCount: 0 };
      } else if (event?.kind === 'retried') {
        entered = { ...entered, RetryCount: entered.RetryCount + 1 };
      }
    };
    const handlers = Object.fromEntries(Object.entries(definition.States).map(([name, state]) => [name, async (processed: unknown) => {
      frame.history.attempted(state);
      return untilStopped(frame.stop, workOf(state, processed, {
        name,
        context: { ...frame.context, get State() { return { Name: name, ...entered }; } },
        task: (task) => this.tasks.get(task)!,
        wait: (seconds) => this.wait(seconds, frame.stop),
        run: (inner, value, item, stop) => this.run(inner, value, {
          ...frame,
          stop: AbortSignal.any([frame.stop, stop]),
          ...(item === undefined ? {} : { item: item.Index, context: { ...frame.context, Map: { Item: item } } }),
        }),
        iterated: (items) => frame.history.iterated(items),
      })).catch((error: unknown) => {
        throw this.failure(name, error);
      });
    }]));
    const interpreter = new Interpreter(interpretedDefinition(definition, this.clock), { validationOptions: { noValidate: true } });
    const { result, eventLogs, abort } = interpreter.run(input as never, {
      overrides: { taskResourceLocalHandlers: handlers as never },
      context: frame.context,
    });
    frame.stop.addEventListener('abort', abort, { once: true });
    const watch = (async () => {
      for await (const event of eventLogs) {
        observe(frame.history.record(event, definition.States, frame.item));
      }
    })();
    try {
      return await result;
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
