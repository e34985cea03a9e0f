import type { InterpreterDefinition } from './libraries';
import type { Condition, Definition, Retrier, State } from './state-machine-definition';

/** How real seconds become milliseconds of the rehearsal. */
export interface Clock {
  /** Wait states and the intervals of retries. */
  readonly wait: (seconds: number) => number;
  /** TimeoutSeconds of tasks and of the state machine. */
  readonly timeout: (seconds: number) => number;
}

/** The longest timer of Node.js, 24 days; a longer one ends at once. */
const LONGEST_TIMER_MILLISECONDS = 2 ** 31 - 1;

/** The fields that the interpreter executes as Step Functions does. */
const KEPT_FIELDS = ['InputPath', 'OutputPath', 'Catch', 'Next', 'End', 'TimeoutSecondsPath'] as const;

/**
 * The definition as aws-local-stepfunctions 3.0.0 executes it correctly. The library keeps what it is good at: the order of the
 * states, Choice, Retry, Catch, InputPath, ResultPath, OutputPath and timeouts. Every state that does something becomes a Task,
 * which `work` of the state machine serves, because the library (each one tried):
 *
 * - deletes the backslashes from what intrinsic functions return, and counts parentheses within texts;
 * - has no `$$.State`, overwrites `$$.Execution.Input` and `StartTime`, and knows `$$.Map.Item` in an ItemSelector only;
 * - fails for a path such as `$.list[*].name` that matches nothing, where Step Functions gives an empty list;
 * - takes the input for the Result of a Pass state that is false, 0, null or '';
 * - reads the CausePath and ErrorPath of a Fail state as paths only, never as intrinsic functions, and invents an Error where there is none;
 * - overrides the time of a Wait state by its name only, whatever SecondsPath says;
 * - may lose the events of the last states inside of a Map or Parallel state.
 *
 * Other differences are dealt with by rewriting the field; each says so below.
 */
export function interpretedDefinition(definition: Definition, clock: Clock): InterpreterDefinition {
  const states = Object.entries(definition.States).map(([name, state]) => [name, interpretedState(state, clock)]);
  return {
    StartAt: definition.StartAt,
    States: Object.fromEntries(states),
    ...(definition.TimeoutSeconds === undefined ? {} : { TimeoutSeconds: timerSeconds(clock.timeout(definition.TimeoutSeconds)) }),
  };
}

function interpretedState(state: State, clock: Clock): unknown {
  switch (state.Type) {
    case 'Choice':
      return { ...state, Choices: state.Choices!.map((rule) => ({ ...interpretedCondition(rule), Next: rule.Next })) };
    case 'Succeed':
      return state;
    case 'Fail':
      return { Type: 'Task', Resource: '', End: true, TimeoutSeconds: timerSeconds(LONGEST_TIMER_MILLISECONDS) };
  }
  const kept = Object.fromEntries(KEPT_FIELDS.filter((field) => field in state).map((field) => [field, state[field]]));
  // `$` replaces all of the input, as no ResultPath does; the library would make a field named '$'
  const resultPath = state.ResultPath === undefined || state.ResultPath === '$' ? {} : { ResultPath: state.ResultPath };
  const caught = state.Catch?.map(({ ResultPath, ...catcher }) => (ResultPath === undefined || ResultPath === '$' ? catcher : { ...catcher, ResultPath }));
  return {
    ...kept,
    ...resultPath,
    ...(caught === undefined ? {} : { Catch: caught }),
    ...(state.Retry === undefined ? {} : { Retry: state.Retry.map((retrier) => interpretedRetrier(retrier, clock)) }),
    Type: 'Task',
    Resource: '',
    // the library ends a task without TimeoutSeconds after 60 s; Step Functions' default is 99,999,999 s
    ...('TimeoutSecondsPath' in state ? {} : {
      TimeoutSeconds: timerSeconds(state.TimeoutSeconds === undefined ? LONGEST_TIMER_MILLISECONDS : clock.timeout(state.TimeoutSeconds)),
    }),
  };
}

/** The library multiplies by 1000 and passes it to setTimeout, where more than 24 days become one millisecond. */
function timerSeconds(milliseconds: number): number {
  return Math.min(milliseconds, LONGEST_TIMER_MILLISECONDS) / 1000;
}

/** The attempts stay; their intervals shrink. The library adds BackoffRate, MaxDelaySeconds and JitterStrategy to that, correctly. */
function interpretedRetrier(retrier: Retrier, clock: Clock): Retrier {
  return {
    ...retrier,
    IntervalSeconds: clock.wait(retrier.IntervalSeconds ?? 1) / 1000,
    ...(retrier.MaxDelaySeconds === undefined ? {} : { MaxDelaySeconds: clock.wait(retrier.MaxDelaySeconds) / 1000 }),
  };
}

function interpretedCondition(condition: Condition): Condition {
  const { And, Or, Not, Variable } = condition;
  if (And !== undefined || Or !== undefined || Not !== undefined) {
    return {
      ...(And === undefined ? {} : { And: And.map(interpretedCondition) }),
      ...(Or === undefined ? {} : { Or: Or.map(interpretedCondition) }),
      ...(Not === undefined ? {} : { Not: interpretedCondition(Not) }),
    };
  }
  const { Next, ...test } = condition;
  const operator = Object.keys(test).find((key) => key !== 'Variable')!;
  if (operator.startsWith('Is') && test[operator] === false) {
    return { Not: { ...test, [operator]: true } }; // the library takes `IsPresent: false` for a rule that never holds
  }
  // the library compares by JavaScript's rules, where '10' > 9; in Step Functions values of another type never match
  if (/^Numeric(Less|Greater)/.test(operator)) {
    return { And: [{ Variable, IsNumeric: true }, test] };
  }
  if (/^(String(Less|Greater|Matches)|Timestamp)/.test(operator)) {
    return { And: [{ Variable, IsString: true }, test] };
  }
  return test;
}
