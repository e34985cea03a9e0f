import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Duration, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { FailurePath } from './failure-path';
import { REJECTED } from '../../core/approval';
import { RestoreError } from '../../core/contract';
import { at, invoke, publish } from '../../private/workflow-tasks';
import type { RestoreApproval, RestoreApprovalStage } from '../restore-approval';

export interface ApprovalStatesProps {
  readonly controlPlane: lambda.IFunction;
  readonly approval: RestoreApproval;
  readonly stage: RestoreApprovalStage;
  readonly failures: FailurePath;
  readonly next: sfn.IChainable;
}

/** How long an execution waits for an answer where nothing is said. */
export const DEFAULT_APPROVAL_TIMEOUT = Duration.days(1);

/** Asks the topic, and waits for somebody to answer with the token in the message. Whatever is no approval ends the restore. */
export function askForApproval(scope: Construct, { controlPlane, approval, stage, failures, next }: ApprovalStatesProps): sfn.State {
  const of = stage === 'RESTORE' ? 'Restore' : 'Move';
  const timeout = approval.timeout ?? DEFAULT_APPROVAL_TIMEOUT;
  const describe = failures.orFail(invoke(scope, `Describe${of}Approval`, controlPlane, '$.approval', {
    operation: 'approval', execution: at('$'), options: { stage, region: Stack.of(scope).region, timeout: timeout.toHumanString() },
  }));
  const ask = publish(scope, `WaitFor${of}Approval`, approval.topic.topicRef.topicArn, {
    Subject: at('$.approval.subject'),
    Message: sfn.JsonPath.format('{}{}{}', at('$.approval.beforeToken'), sfn.JsonPath.taskToken, at('$.approval.afterToken')),
  }, timeout);
  ask.addCatch(failures.named(`${of}ApprovalTimedOut`, RestoreError.APPROVAL_TIMED_OUT,
    `nobody approved the ${of.toLowerCase()} of the execution {} within ${timeout.toHumanString()}`, '$.execution.name'), { errors: ['States.Timeout'], resultPath: '$.failure' });
  ask.addCatch(failures.renamed(`${of}Rejected`, RestoreError.RESTORE_REJECTED), { errors: [REJECTED], resultPath: '$.failure' });
  ask.addCatch(failures.renamed(`${of}ApprovalFailed`, RestoreError.APPROVAL_FAILED), { resultPath: '$.failure' });
  describe.next(ask).next(next);
  return describe;
}
