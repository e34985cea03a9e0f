import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Duration } from 'aws-cdk-lib/core';
import type { Stack } from 'aws-cdk-lib/core';
import { callBackup, invoke, listRunningExecutions, publish } from '../../src/private/workflow-tasks';
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

test('a publication that waits for an answer has a token, and ends in time', () => {
  const state = stateOf((stack) =>
    publish(stack, 'Task', 'arn:aws:sns:eu-west-1:123456789012:topic', { Subject: 'subject', Message: sfn.JsonPath.taskToken }, Duration.hours(1)));
  expect(state).toMatchObject({
    Resource: 'arn:aws:states:::aws-sdk:sns:publish.waitForTaskToken', Parameters: { 'Message.$': '$$.Task.Token' }, TimeoutSeconds: 3600, ResultPath: null,
  });
});

test('what is asked of the caller of a function is in the state: a time-out, and where the answer goes', () => {
  const fn = (stack: Stack) => lambda.Function.fromFunctionArn(stack, 'Function', FUNCTION);
  const state = stateOf((stack) => invoke(stack, 'Task', fn(stack), '$.answer', {}, {
    taskTimeout: sfn.Timeout.duration(Duration.minutes(5)), resultSelector: { 'answer.$': '$' },
  }));
  expect(state).toMatchObject({ TimeoutSeconds: 300, ResultSelector: { 'answer.$': '$' }, ResultPath: '$.answer' });
});

test('listing executions tells their ARNs and times apart, and is repeated when the service is busy', () => {
  const state = stateOf((stack) => listRunningExecutions(stack, 'Task', 'arn:of:the:machine', 10, '$.running'));
  expect(state).toMatchObject({
    Resource: 'arn:aws:states:::aws-sdk:sfn:listExecutions',
    Parameters: { StateMachineArn: 'arn:of:the:machine', StatusFilter: 'RUNNING', MaxResults: 10 },
    ResultSelector: { 'ids.$': '$.Executions[*].ExecutionArn', 'starts.$': '$.Executions[*].StartDate' },
    Retry: [{ ErrorEquals: ['Sfn.ThrottlingException', 'Sfn.SfnException', 'Sfn.SdkClientException'], MaxAttempts: 6, MaxDelaySeconds: 60, JitterStrategy: 'FULL' }],
  });
});
