import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Stack } from 'aws-cdk-lib/core';
import { callBackup, invoke, publish } from '../../src/private/workflow-tasks';
import { definitionOf, makeStack } from '../restore/fixture';

/** The only state of a machine. */
function stateOf(make: (stack: Stack) => sfn.State & sfn.IChainable) {
  const stack = makeStack();
  new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(make(stack)) });
  return definitionOf(stack).States.Task;
}

const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:worker';
const retriedBy = (state: ReturnType<typeof stateOf>) => state.Retry!.flatMap(({ ErrorEquals }) => ErrorEquals);

describe('a call of a function', () => {
  const state = stateOf((stack) => invoke(stack, 'Task', lambda.Function.fromFunctionArn(stack, 'Function', FUNCTION), '$.answer', { operation: 'survey' }));

  test('has its payload, and its answer has its place', () => {
    expect(state).toMatchObject({ Resource: FUNCTION, Parameters: { operation: 'survey' }, ResultPath: '$.answer' });
  });

  test('is repeated when Lambda is busy, and when the mount is not there yet', () => {
    expect(state.Retry![0]).toEqual({
      ErrorEquals: expect.arrayContaining([
        'Lambda.TooManyRequestsException', 'Lambda.ServiceException', 'Lambda.EFSMountTimeoutException', 'Lambda.EFSMountConnectivityException',
      ]),
      IntervalSeconds: 2,
      BackoffRate: 2,
      MaxAttempts: 6,
      MaxDelaySeconds: 60,
      JitterStrategy: 'FULL',
    });
  });

  test('is repeated a few times when it was killed, since every operation may be begun again', () => {
    expect(state.Retry![1]).toEqual({
      ErrorEquals: ['Sandbox.Timedout', 'Lambda.Unknown', 'Runtime.ExitError', 'States.Timeout'], IntervalSeconds: 10, BackoffRate: 2, MaxAttempts: 3,
    });
  });

  test('is repeated by no other rule', () => {
    expect(state.Retry).toHaveLength(2);
  });
});

test('a call of AWS Backup is repeated when the service is busy, not when it refuses', () => {
  const state = stateOf((stack) => callBackup(stack, 'Task', 'describeRestoreJob', '$.job', { RestoreJobId: 'id' }));
  expect(state).toMatchObject({ Resource: 'arn:aws:states:::aws-sdk:backup:describeRestoreJob', Parameters: { RestoreJobId: 'id' }, ResultPath: '$.job' });
  expect(state.Retry).toEqual([{
    ErrorEquals: expect.arrayContaining(['Backup.ThrottlingException', 'Backup.ServiceUnavailableException', 'Backup.SdkClientException']),
    IntervalSeconds: 5,
    BackoffRate: 2,
    MaxAttempts: 8,
    MaxDelaySeconds: 120,
    JitterStrategy: 'FULL',
  }]);
  // the errors of StartRestoreJob and DescribeRestoreJob that a repetition does not change (AWS Backup API reference)
  const refusals = ['InvalidParameterValueException', 'InvalidRequestException', 'MissingParameterValueException', 'ResourceNotFoundException'];
  expect(retriedBy(state).filter((error) => refusals.includes(error.replace('Backup.', '')))).toEqual([]);
});

test('a publication is repeated when the service is busy, and leaves the state as it is', () => {
  const state = stateOf((stack) => publish(stack, 'Task', 'arn:aws:sns:eu-west-1:123456789012:topic', { Subject: 'subject', Message: 'message' }));
  expect(state).toMatchObject({
    Parameters: { TopicArn: 'arn:aws:sns:eu-west-1:123456789012:topic', Subject: 'subject', Message: 'message' }, ResultPath: null,
  });
  expect(retriedBy(state)).toEqual(expect.arrayContaining(['Sns.ThrottledException', 'Sns.KmsThrottlingException', 'Sns.InternalErrorException']));
});
