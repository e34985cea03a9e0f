import type { WorkflowHook } from '../hook/workflow-hook';

/**
 * Steps of yours in a restore: for example, to stop an application and start it again. Each is given
 * `{ phase, fileSystemId, fileSystemArn, executionId, input, restores }`: `phase` is `BEFORE_RESTORE`, `AFTER_RESTORE`, `BEFORE_MOVE` or `AFTER_MOVE`,
 * `input` the request, and `restores` the recovery directories that there are by then. A step after something is also given `paused`, what
 * the step before it answered, and `outcome`, `{ status, sentence }` with the status `SUCCEEDED` or `FAILED`; of a failure also its `error`, and the
 * sentence is then what Step Functions caught, as JSON.
 */
export interface RestoreHooks {
  /**
   * Runs before the first restore job is started. If it fails, nothing is restored.
   *
   * @default - none
   */
  readonly beforeRestore?: WorkflowHook;

  /**
   * Runs once all is in recovery directories, and also if that failed, or `beforeRestore` did.
   *
   * @default - none
   */
  readonly afterRestore?: WorkflowHook;

  /**
   * Runs before anything is moved into place. If it fails, nothing is moved.
   *
   * @default - none
   */
  readonly beforeMove?: WorkflowHook;

  /**
   * Runs after the move, and also if that failed, or `beforeMove` did. It does not run where nothing was to be moved, as in a dry run.
   *
   * @default - none
   */
  readonly afterMove?: WorkflowHook;
}
