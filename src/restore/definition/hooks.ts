import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { FailurePath } from './failure-path';
import { RestoreError } from '../../core/contract';
import type { WorkflowHook } from '../../hook/workflow-hook';
import { at } from '../../private/workflow-tasks';

/** What is done between two hooks. */
export interface HookedPhase {
  /** As it is named in states. */
  readonly name: 'Restore' | 'Move';
  readonly before?: WorkflowHook;
  readonly after?: WorkflowHook;
  readonly fileSystemId: string;
  readonly fileSystemArn: string;
}

type Outcome = Record<string, string>;

/** Runs the hook before a phase, if there is one. */
export function runBefore(scope: Construct, phase: HookedPhase, failures: FailurePath, next: sfn.State): sfn.State {
  return phase.before ? run(scope, phase, 'Before', phase.before, failures, next) : next;
}

/** Runs the hook after a phase that went well, if there is one. */
export function runAfter(scope: Construct, phase: HookedPhase, failures: FailurePath, next: sfn.State): sfn.State {
  return phase.after ? run(scope, phase, 'After', phase.after, failures, next) : next;
}

/** The failures of a phase whose end a hook wants to hear of, however it ends. If that hook fails too, the report says so. */
export function throughAfter(scope: Construct, phase: HookedPhase, failures: FailurePath): FailurePath {
  if (!phase.after) {
    return failures;
  }
  const id = `AfterFailed${phase.name}`;
  const outcome = { 'status': 'FAILED', 'error.$': '$.failure.Error', 'sentence.$': 'States.JsonToString($.failure)' };
  const state = phase.after._state(scope, id, { resultPath: sfn.JsonPath.DISCARD, payload: payloadOf('After', phase, outcome) });
  state.addCatch(failures.next, { resultPath: '$.hookFailure' });
  state.next(failures.next);
  return new FailurePath(scope, state, phase.name);
}

function run(scope: Construct, phase: HookedPhase, when: 'Before' | 'After', hook: WorkflowHook, failures: FailurePath, next: sfn.State): sfn.State {
  const id = `${when}${phase.name}`;
  const outcome = when === 'After' ? { status: 'SUCCEEDED', sentence: phase.name === 'Restore' ? 'restored into recovery directories' : 'moved into place' } : undefined;
  // nobody reads what the hook after a phase answers
  const resultPath = when === 'Before' ? placeOf(phase) : sfn.JsonPath.DISCARD;
  const state = hook._state(scope, id, { resultPath, payload: payloadOf(when, phase, outcome) });
  state.addCatch(failures.renamed(`${id}HookFailed`, RestoreError.HOOK_FAILED), { resultPath: '$.failure' });
  state.next(next);
  return state;
}

/** Where the answer goes; `Begin` has put an empty one there, for the hook after a phase whose hook before it never answered. */
const placeOf = ({ name }: HookedPhase): string => `$.hooks.before${name}`;

function payloadOf(when: 'Before' | 'After', phase: HookedPhase, outcome?: Outcome): Record<string, unknown> {
  return {
    phase: `${when}_${phase.name}`.toUpperCase(),
    fileSystemId: phase.fileSystemId,
    fileSystemArn: phase.fileSystemArn,
    executionId: at('$.execution.id'),
    input: at('$.input'),
    restores: at('$.progress.restores'),
    ...(when === 'After' ? { paused: at(`${placeOf(phase)}.answer`), outcome } : {}),
  };
}
