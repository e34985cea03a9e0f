import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/** A place in the state, whatever type it has. */
export const at = (path: string): string => sfn.JsonPath.stringAt(path);

/** What Lambda answers when it cannot mount the file system for a function (Invoke, AWS Lambda API reference). */
export const MOUNT_ERRORS = ['Lambda.EFSMountTimeoutException', 'Lambda.EFSMountConnectivityException', 'Lambda.EFSMountFailureException'];

/**
 * What Lambda itself may answer and take back a moment later: its service errors, and the mounts of EFS that were not there in
 * time ("Handling errors in Step Functions workflows"; Invoke, AWS Lambda API reference).
 */
const LAMBDA_ERRORS = [
  'Lambda.ServiceException', 'Lambda.AWSLambdaException', 'Lambda.SdkClientException', 'Lambda.ClientExecutionTimeoutException', 'Lambda.TooManyRequestsException',
  'Lambda.EFSIOException',
  ...MOUNT_ERRORS,
];
/** A function that was killed in the middle of its work. Every operation of ours may be begun again. */
export const KILLED = ['Sandbox.Timedout', 'Lambda.Unknown', 'Runtime.ExitError', 'States.Timeout'];
/** What AWS Backup may answer and take back a moment later: throttling and errors of the service. */
const BACKUP_ERRORS = [
  'Backup.ThrottlingException', 'Backup.ServiceUnavailableException', 'Backup.DependencyFailureException', 'Backup.BackupException', 'Backup.SdkClientException',
];
/** What Amazon SNS may answer and take back a moment later (Publish, Amazon SNS API reference). */
const SNS_ERRORS = ['Sns.ThrottledException', 'Sns.KmsThrottlingException', 'Sns.InternalErrorException', 'Sns.SnsException', 'Sns.SdkClientException'];

/** What Step Functions itself may answer and take back a moment later: throttling ("Common Errors", AWS Step Functions API Reference) and errors of the service. */
const STEP_FUNCTIONS_ERRORS = ['Sfn.ThrottlingException', 'Sfn.SfnException', 'Sfn.SdkClientException'];

/** With these Step Functions has refused to start an execution: it can be asked again, and nothing is started twice (names: TESTING.md). */
export const START_EXECUTION_ERRORS = ['StepFunctions.ThrottlingException', 'StepFunctions.ExecutionLimitExceededException'];

/** A service may need a while; that not all callers come back at once is up to the jitter. */
export const back = (seconds: number, maxAttempts: number, longest: Duration): sfn.RetryProps =>
  ({ interval: Duration.seconds(seconds), backoffRate: 2, maxAttempts, maxDelay: longest, jitterStrategy: sfn.JitterType.FULL });

/** Invokes a function of ours, or of the user's; its answer goes to a place in the state. One that was killed in one of these ways is called again. */
export function invoke(
  scope: Construct, id: string, fn: lambda.IFunction, resultPath: string, payload: Record<string, unknown>,
  more: Partial<tasks.LambdaInvokeProps> = {}, killed: readonly string[] = KILLED,
): tasks.LambdaInvoke {
  const task = new tasks.LambdaInvoke(scope, id, {
    ...more,
    lambdaFunction: fn,
    payload: sfn.TaskInput.fromObject(payload),
    payloadResponseOnly: true,
    retryOnServiceExceptions: false, // ours is longer
    resultPath,
  });
  task.addRetry({ errors: LAMBDA_ERRORS, ...back(2, 6, Duration.minutes(1)) });
  task.addRetry({ errors: [...killed], interval: Duration.seconds(10), backoffRate: 2, maxAttempts: 3 });
  return task;
}

/** Calls AWS Backup; its answer goes to a place in the state. */
export function callBackup(
  scope: Construct, id: string, action: string, resultPath: string, parameters: Record<string, unknown>,
  more: Partial<tasks.CallAwsServiceProps> = {},
): tasks.CallAwsService {
  const task = new tasks.CallAwsService(scope, id, {
    ...more,
    service: 'backup',
    action,
    parameters,
    iamResources: ['*'], // not used: the role of the state machine is closed to grants, its own statements say more
    resultPath,
  });
  task.addRetry({ errors: BACKUP_ERRORS, ...back(5, 8, Duration.minutes(2)) });
  return task;
}

/** Lists the running executions of a state machine, the latest first, at most so many: their ARNs and times, apart. */
export function listRunningExecutions(scope: Construct, id: string, stateMachineArn: string, most: number, resultPath: string): tasks.CallAwsService {
  const task = new tasks.CallAwsService(scope, id, {
    service: 'sfn',
    action: 'listExecutions',
    parameters: { StateMachineArn: stateMachineArn, StatusFilter: 'RUNNING', MaxResults: most },
    iamResources: ['*'], // not used, as above
    resultSelector: { 'ids.$': '$.Executions[*].ExecutionArn', 'starts.$': '$.Executions[*].StartDate' },
    resultPath,
  });
  task.addRetry({ errors: STEP_FUNCTIONS_ERRORS, ...back(2, 6, Duration.minutes(1)) });
  return task;
}

/** Publishes to a topic; the state stays as it is. With a timeout, waits so long for somebody to answer with the token in the message. */
export function publish(
  scope: Construct, id: string, topicArn: string, message: { readonly Subject: string; readonly Message: string }, timeout?: Duration,
): tasks.CallAwsService {
  const task = new tasks.CallAwsService(scope, id, {
    service: 'sns',
    action: 'publish',
    parameters: { TopicArn: topicArn, ...message },
    iamResources: [topicArn], // not used, as above
    resultPath: sfn.JsonPath.DISCARD,
    ...(timeout === undefined ? {} : { integrationPattern: sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN, taskTimeout: sfn.Timeout.duration(timeout) }),
  });
  task.addRetry({ errors: SNS_ERRORS, ...back(2, 4, Duration.minutes(1)) });
  return task;
}
