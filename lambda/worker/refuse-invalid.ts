import { RestoreError } from '../../src/core/contract';
import { describeProblems } from '../../src/core/problem';
import type { Problem } from '../../src/core/problem';
import type { WorkerEvent } from '../../src/core/worker';
import { checkWorkerEvent } from '../../src/core/worker-event';
import { NamedError } from '../runtime/named-error';

/** Refuses an event that says what the worker does not know: a word that is misspelt must not pass for the dangerous one. */
export function refuseInvalid(event: WorkerEvent): void {
  refuse(checkWorkerEvent(event));
}

/** Nothing is read or changed any more if there are problems. */
export function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) {
    throw new NamedError(RestoreError.INVALID_WORKER_EVENT, describeProblems(problems));
  }
}
