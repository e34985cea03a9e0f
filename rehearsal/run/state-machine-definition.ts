import { validateDefinition } from './libraries';
import { NotRehearsedError } from './task-error';

/** A choice rule, or a condition inside one. */
export interface Condition {
  readonly Variable?: string;
  readonly And?: readonly Condition[];
  readonly Or?: readonly Condition[];
  readonly Not?: Condition;
  readonly Next?: string;
  readonly [operator: string]: unknown;
}

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxDelaySeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly JitterStrategy?: string;
}

export type StateType = 'Task' | 'Pass' | 'Wait' | 'Choice' | 'Map' | 'Parallel' | 'Succeed' | 'Fail';

/** A state in JSONPath, as far as it is executed here (Amazon States Language, states-language.net/spec.html). */
export interface State {
  readonly Type: StateType;
  readonly Resource?: string;
  readonly Parameters?: unknown;
  readonly Result?: unknown;
  readonly InputPath?: string | null;
  readonly OutputPath?: string | null;
  readonly ResultSelector?: unknown;
  readonly ResultPath?: string | null;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: ReadonlyArray<{ readonly ErrorEquals: readonly string[]; readonly ResultPath?: string | null; readonly Next: string }>;
  readonly Next?: string;
  readonly End?: boolean;
  readonly TimeoutSeconds?: number;
  readonly TimeoutSecondsPath?: string;
  readonly Seconds?: number;
  readonly SecondsPath?: string;
  readonly Timestamp?: string;
  readonly TimestampPath?: string;
  readonly Choices?: readonly Condition[];
  readonly Default?: string;
  readonly Error?: string;
  readonly ErrorPath?: string;
  readonly Cause?: string;
  readonly CausePath?: string;
  readonly ItemsPath?: string;
  readonly ItemSelector?: unknown;
  readonly MaxConcurrency?: number;
  readonly MaxConcurrencyPath?: string;
  readonly ItemProcessor?: Definition;
  readonly Iterator?: Definition;
  readonly Branches?: readonly Definition[];
}

export interface Definition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
  readonly TimeoutSeconds?: number;
}

/** Fields that change what a state does and that nothing here executes; the interpreter would silently ignore most of them. */
const UNSUPPORTED_FIELDS = [
  'Assign', 'Arguments', 'Output', 'Items', 'Condition', 'ItemReader', 'ItemBatcher', 'ResultWriter', 'ToleratedFailureCount',
  'ToleratedFailureCountPath', 'ToleratedFailurePercentage', 'ToleratedFailurePercentagePath', 'HeartbeatSeconds', 'HeartbeatSecondsPath',
];

/** Every state, those of Map and Parallel states included. */
export function* allStates(definition: Definition): Generator<[string, State]> {
  for (const [name, state] of Object.entries(definition.States)) {
    yield [name, state];
    for (const inner of [state.ItemProcessor, state.Iterator, ...state.Branches ?? []]) {
      if (inner !== undefined) {
        yield* allStates(inner);
      }
    }
  }
}

/** The texts that were read: the validator compiles its schemas each time, which was a quarter of the time of test/rehearsal/guarded-restore.test.ts. */
const read = new Map<string, Definition>();

/** Reads a definition and refuses what is no valid Amazon States Language, and what would not be executed as Step Functions does. */
export function readDefinition(text: string): Definition {
  const known = read.get(text) ?? readAnew(text);
  read.set(text, known);
  return known;
}

function readAnew(text: string): Definition {
  const definition = JSON.parse(text) as Definition & { readonly QueryLanguage?: string };
  const { isValid, errorsText } = validateDefinition(definition, { checkPaths: true, checkArn: true });
  if (!isValid) {
    throw new Error(`the definition of the state machine is not valid: ${errorsText('\n')}`);
  }
  refuseJsonata('the state machine', definition.QueryLanguage);
  for (const [name, state] of allStates(definition)) {
    refuseJsonata(`the state '${name}'`, (state as { readonly QueryLanguage?: string }).QueryLanguage);
    for (const field of UNSUPPORTED_FIELDS) {
      if (field in state) {
        throw new NotRehearsedError(`the state '${name}' (${state.Type}) uses '${field}', which is not executed here`);
      }
    }
    const processor = state.ItemProcessor as { readonly ProcessorConfig?: { readonly Mode?: string } } | undefined;
    const mode = processor?.ProcessorConfig?.Mode ?? 'INLINE';
    if (mode !== 'INLINE') {
      throw new NotRehearsedError(`the state '${name}' (Map) has the mode '${mode}', only INLINE is executed here`);
    }
  }
  return definition;
}

function refuseJsonata(subject: string, queryLanguage = 'JSONPath'): void {
  if (queryLanguage !== 'JSONPath') {
    throw new NotRehearsedError(`${subject} has the query language '${queryLanguage}', only JSONPath is executed here`);
  }
}
