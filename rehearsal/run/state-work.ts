import { findPath, queryPath } from './json-path';
import { evaluateField, evaluateTemplate } from './payload-template';
import type { Definition, State } from './state-machine-definition';
import { TaskError, TerminalError } from './task-error';
import type { Task } from './task-resource';

/** Input or output of a task, a state or an execution: 256 KiB ("Step Functions service quotas", Step Functions Developer Guide). */
const DATA_BYTES = 256 * 1024;

/** An inline Map runs up to 40 iterations at once ("Map state in Inline mode", Step Functions Developer Guide). */
const MAP_CONCURRENCY = 40;

/** `$$.Map.Item`. */
export interface MapItem {
  readonly Index: number;
  readonly Value: unknown;
}

/** The surroundings of a state at work. */
export interface Work {
  readonly name: string;
  /** The context object, `$$`. */
  readonly context: Readonly<Record<string, unknown>>;
  readonly task: (state: string) => Task;
  readonly wait: (seconds: number) => Promise<void>;
  /** Runs the states inside of a Map or Parallel state. */
  readonly run: (definition: Definition, input: unknown, item: MapItem | undefined, stop: AbortSignal, part: number) => Promise<unknown>;
  readonly iterated: (items: number) => void;
}

/** Does the work of a state; the answer is the result before ResultPath and OutputPath. */
export async function workOf(state: State, input: unknown, work: Work): Promise<unknown> {
  limitSize(input, `The state '${work.name}' was entered with input`);
  const { context } = work;
  const parameters = state.Parameters === undefined ? input : evaluateTemplate(state.Parameters, input, context);
  limitSize(parameters, `The state '${work.name}' has parameters`);
  const select = (result: unknown): unknown => {
    limitSize(result, `The state/task '${work.name}' returned a result`);
    return state.ResultSelector === undefined ? result : evaluateTemplate(state.ResultSelector, result, context);
  };
  switch (state.Type) {
    case 'Task':
      return select(await work.task(work.name)(parameters));
    case 'Pass':
      return 'Result' in state ? state.Result : parameters;
    case 'Wait':
      await work.wait(secondsOf(state, input, context));
      return input;
    case 'Fail':
      throw failureOf(state, input, context);
    case 'Map':
      return select(await iterate(state, input, work));
    case 'Parallel':
      return select(await branch(state.Branches!, parameters, work));
    default:
      throw new Error(`a ${state.Type} state has no work of its own`);
  }
}

/** States.DataLimitExceeded is for the parameters, the result and the output of a state. */
export function limitSize(value: unknown, subject: string): void {
  const size = Buffer.byteLength(JSON.stringify(value ?? null));
  if (size > DATA_BYTES) {
    throw new TerminalError('States.DataLimitExceeded', `${subject} with a size of ${size} bytes, exceeding the maximum number of bytes service limit.`);
  }
}

function secondsOf(state: State, input: unknown, context: unknown): number {
  if (state.Seconds !== undefined) {
    return state.Seconds;
  }
  const [field, path] = state.SecondsPath !== undefined ? ['SecondsPath', state.SecondsPath] : ['TimestampPath', state.TimestampPath];
  const value = state.Timestamp ?? queryPath(path!, input, context, field);
  const seconds = field === 'SecondsPath' && typeof value === 'number' ? value : (Date.parse(String(value)) - Date.now()) / 1000;
  if (Number.isNaN(seconds) || (field === 'SecondsPath' && !(Number.isInteger(value) && seconds >= 0))) {
    throw new TerminalError('States.Runtime', `The ${field} parameter cannot be parsed as a ${field === 'SecondsPath' ? 'positive integer' : 'timestamp'}: ${JSON.stringify(value)}`);
  }
  return Math.max(0, seconds);
}

/** The failure of a Fail state. Nothing catches it there; around it a Map or Parallel state may. */
function failureOf(state: State, input: unknown, context: unknown): TaskError {
  const text = (path: string | undefined, field: string): string | undefined =>
    (path === undefined ? undefined : String(evaluateField(path, input, context, field)));
  return new TaskError(state.Error ?? text(state.ErrorPath, 'ErrorPath') ?? '', state.Cause ?? text(state.CausePath, 'CausePath') ?? '');
}

async function iterate(state: State, input: unknown, work: Work): Promise<unknown[]> {
  const items = queryPath(state.ItemsPath ?? '$', input, work.context, 'ItemsPath');
  if (!Array.isArray(items)) {
    throw new TerminalError('States.Runtime', `Reference path "${state.ItemsPath ?? '$'}" must point to array.`);
  }
  work.iterated(items.length);
  const { MaxConcurrencyPath } = state;
  const concurrency = state.MaxConcurrency ?? (MaxConcurrencyPath === undefined ? 0 : Number(findPath(MaxConcurrencyPath, input, work.context)));
  const selector = state.ItemSelector ?? state.Parameters;
  return all(items.map((value, index) => (stop) => {
    const item: MapItem = { Index: index, Value: value };
    const selected = selector === undefined ? value : evaluateTemplate(selector, input, { ...work.context, Map: { Item: item } });
    return work.run(state.ItemProcessor ?? state.Iterator!, selected, item, stop, index);
  }), concurrency || MAP_CONCURRENCY);
}

async function branch(branches: readonly Definition[], parameters: unknown, work: Work): Promise<unknown[]> {
  return all(branches.map((one, index) => (stop) => work.run(one, parameters, undefined, stop, index)), branches.length);
}

/** Runs all of them, a bounded number at once; the first failure stops the others. */
async function all(runs: ReadonlyArray<(stop: AbortSignal) => Promise<unknown>>, concurrency: number): Promise<unknown[]> {
  const stop = new AbortController();
  const results: unknown[] = new Array(runs.length).fill(null);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < runs.length && !stop.signal.aborted) {
      const index = next++;
      results[index] = await runs[index](stop.signal);
    }
  };
  const lanes = Array.from({ length: Math.min(concurrency, runs.length) }, lane);
  try {
    await Promise.all(lanes);
    return results;
  } finally {
    stop.abort();
    await Promise.allSettled(lanes); // a redrive must know where each of them stopped
  }
}
