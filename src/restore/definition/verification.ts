import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { eachDirectory, untilDone } from './each-directory';
import type { FailurePath } from './failure-path';
import { RestoreError } from '../../core/contract';
import { at, invoke } from '../../private/workflow-tasks';

export interface VerificationProps {
  readonly worker: lambda.IFunction;
  readonly operationsPerSecond: number;
  readonly failures: FailurePath;
  readonly next: sfn.IChainable;
}

/** Verifies all that was restored before anything is done with any of it. */
export function verification(scope: Construct, { worker, operationsPerSecond, failures, next }: VerificationProps): sfn.State {
  const answer = 'verification';
  const each = failures.mountedOrFail(eachDirectory(scope, 'VerifyEach', {
    answer,
    resultPath: '$.verifications',
    more: {
      'items.$': '$$.Map.Item.Value.items',
      'only.$': '$$.Map.Item.Value.only',
      'expectations.$': '$$.Map.Item.Value.expectations',
      'bytes.$': '$.prepared.bytesPerAnswer',
      'close.$': '$.prepared.closes',
    },
    states: (done) => untilDone(scope, 'ChooseWhetherVerified', answer, invoke(scope, 'VerifyRecoveryDirectory', worker, `$.${answer}`, {
      operation: 'verify',
      directory: at('$.directory'),
      items: at('$.items'),
      only: at('$.only'),
      close: at('$.close'),
      expectations: at('$.expectations'),
      operationsPerSecond,
      mostBytes: sfn.JsonPath.numberAt('$.bytes'),
      previous: at(`$.${answer}`),
    }), done),
  }));
  const judge = new sfn.Pass(scope, 'JudgeVerification', {
    parameters: { 'failed.$': "$.verifications[?(@.verdict=='FAILED')].verdict" },
    resultPath: '$.judgement',
  });
  each.next(judge).next(new sfn.Choice(scope, 'ChooseByVerification')
    .when(sfn.Condition.isPresent('$.judgement.failed[0]'),
      failures.named('VerificationFailed', RestoreError.VERIFICATION_FAILED, '{}', 'States.JsonToString($.verifications[*].findings[*])'))
    .otherwise(sfn.Chain.start(next)));
  return each;
}
