import type { ITopicRef } from 'aws-cdk-lib/aws-sns';
import type { Duration } from 'aws-cdk-lib/core';

/** When a person is asked. */
export enum RestoreApprovalStage {
  /** Before the first restore job is started. */
  BEFORE_RESTORE = 'RESTORE',
  /** After what was restored was verified, before anything is moved into place; the message tells what would be moved. */
  BEFORE_MOVE = 'MOVE',
}

/** Lets a restore wait until a person approves it. */
export interface RestoreApproval {
  /**
   * The topic of those who may approve. The message tells what will be done, and the commands that approve and reject it; who runs
   * them needs `grants.approve`.
   */
  readonly topic: ITopicRef;

  /**
   * When to ask.
   *
   * @default - before anything is moved into place
   */
  readonly stages?: RestoreApprovalStage[];

  /**
   * How long to wait for an answer: from 1 minute to 300 days. Without one the restore fails with `ApprovalTimedOut`, nothing is
   * moved, and nothing is deleted.
   *
   * @default Duration.days(1)
   */
  readonly timeout?: Duration;
}
