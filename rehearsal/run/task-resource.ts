import { randomUUID } from 'node:crypto';
import type { ListExecutionsParameters, RunningExecutions } from './running-executions';
import { sdkCall, toTaskError } from './sdk-integration';
import type { SdkClients } from './sdk-integration';
import type { Execution } from './state-machine';
import { NotRehearsedError, TaskError } from './task-error';

/** A Lambda function as a task sees it. */
export interface InvokedFunction {
  readonly arn: string;
  readonly functionName: string;
  invoke(event: unknown): Promise<unknown>;
}

/** What sns:publish was called with; the Message is text, as subscribers get it. */
export interface Publication {
  readonly TopicArn: string;
  readonly Message: string;
  readonly Subject?: string;
  readonly [parameter: string]: unknown;
}

/** Another state machine as a task sees it. */
export interface StartedStateMachine {
  readonly arn: string;
  execute(input: unknown, name?: string): Promise<Pick<Execution, 'status' | 'output' | 'error' | 'cause'>>;
}

/** What a person answers with a task token: SendTaskSuccess, SendTaskFailure, or nothing at all. */
export type TokenAnswer = { readonly output: unknown } | { readonly error: string; readonly cause?: string } | undefined;

/** Everything that the tasks of a state machine may call. */
export interface TaskServices {
  readonly functions?: readonly InvokedFunction[];
  readonly stateMachines?: readonly StartedStateMachine[];
  readonly clients?: SdkClients;
  /** Takes the messages of sns:publish. An error that it throws fails the task as an error of Amazon SNS. */
  readonly publish?: (publication: Publication) => void | Promise<void>;
  /** What is running of all state machines: answers sfn:listExecutions. */
  readonly executions?: RunningExecutions;
  /** Answers a message that waits for a task token. */
  readonly answer?: (publication: Publication) => TokenAnswer | Promise<TokenAnswer>;
}

/** Does what the Resource of a Task state says, with the Parameters of the state. */
export type Task = (parameters: unknown) => Promise<unknown>;

const LAMBDA_FUNCTION = /^arn:[^:]+:lambda:[^:]*:[^:]*:function:/;
const INTEGRATION = /^arn:[^:]+:states:::(?:aws-sdk:)?([\w-]+):([\w.:]+)$/;

/** The task for a Resource; throws when nobody serves it, because an execution that goes on without it would prove nothing. */
export function taskFor(state: string, resource: string, services: TaskServices): Task {
  if (LAMBDA_FUNCTION.test(resource)) {
    const target = findFunction(state, resource, services);
    return (parameters) => target.invoke(parameters);
  }
  const [, service, operation] = INTEGRATION.exec(resource) ?? [];
  if (service === 'lambda' && operation === 'invoke' && !resource.includes(':aws-sdk:')) {
    return lambdaInvoke(state, services);
  }
  if (service === 'states' && operation === 'startExecution.sync:2') {
    return runJob(state, services);
  }
  if (service === 'sns' && operation === 'publish' && services.publish !== undefined) {
    // the optimized integration calls itself SNS, the SDK integration Sns
    return snsPublish(resource.includes(':aws-sdk:') ? 'Sns' : 'SNS', services.publish);
  }
  if (service === 'sfn' && operation === 'listExecutions' && services.executions !== undefined) {
    const { executions } = services;
    return async (parameters) => executions.list(parameters as ListExecutionsParameters);
  }
  if (service === 'sns' && operation === 'publish.waitForTaskToken' && services.answer !== undefined && services.publish !== undefined) {
    return waitForAnswer(snsPublish(resource.includes(':aws-sdk:') ? 'Sns' : 'SNS', services.publish), services.answer);
  }
  const call = resource.includes(':aws-sdk:') ? sdkCall(service, operation, services.clients ?? {}) : undefined;
  if (call === undefined) {
    throw new NotRehearsedError(`the state '${state}' calls '${resource}', which nothing serves here`);
  }
  return async (parameters) => withoutUndefined(await call(parameters as Record<string, unknown>));
}

function findFunction(state: string, name: string, { functions = [] }: TaskServices): InvokedFunction {
  // an alias or a version is appended to the ARN
  const found = functions.find((candidate) => name === candidate.arn || name === candidate.functionName || name.startsWith(`${candidate.arn}:`));
  if (found === undefined) {
    throw new NotRehearsedError(`the state '${state}' invokes the function '${name}', which nothing serves here`);
  }
  return found;
}

/** "Invoke AWS Lambda with Step Functions": the answer of the function lies under Payload. */
function lambdaInvoke(state: string, services: TaskServices): Task {
  return async (parameters) => {
    const { FunctionName, Payload, InvocationType = 'RequestResponse' } = parameters as { FunctionName: string; Payload?: unknown; InvocationType?: string };
    if (InvocationType !== 'RequestResponse') {
      throw new NotRehearsedError(`the state '${state}' invokes a function with the InvocationType '${InvocationType}', only RequestResponse is executed here`);
    }
    const answer = await findFunction(state, FunctionName, services).invoke(Payload ?? {});
    return { ExecutedVersion: '$LATEST', Payload: answer, SdkHttpMetadata: { HttpStatusCode: 200 }, SdkResponseMetadata: { RequestId: randomUUID() }, StatusCode: 200 };
  };
}

/** "Start a new state machine from a running execution": waits for the end, whose output lies under Output as JSON. */
function runJob(state: string, { stateMachines = [] }: TaskServices): Task {
  return async (parameters) => {
    const { StateMachineArn, Input, Name } = parameters as { StateMachineArn: string; Input?: unknown; Name?: string };
    const machine = stateMachines.find(({ arn }) => arn === StateMachineArn);
    if (machine === undefined) {
      throw new NotRehearsedError(`the state '${state}' starts the state machine '${StateMachineArn}', which nothing serves here`);
    }
    const { status, output, error, cause } = await machine.execute(Input, Name);
    const described = { ExecutionArn: `${StateMachineArn.replace(':stateMachine:', ':execution:')}:${Name ?? randomUUID()}`, Name, StateMachineArn, Status: status };
    if (status !== 'SUCCEEDED') {
      throw new TaskError('States.TaskFailed', JSON.stringify({ ...described, Error: error, Cause: cause }));
    }
    return { ...described, Output: output };
  };
}

/** "Wait for a Callback with Task Token": without an answer the task runs into its timeout. */
function waitForAnswer(publish: Task, answer: NonNullable<TaskServices['answer']>): Task {
  return async (parameters) => {
    await publish(parameters);
    const given = await answer(parameters as Publication);
    if (given === undefined) {
      return new Promise(() => undefined);
    }
    if ('error' in given) {
      throw new TaskError(given.error, given.cause ?? '');
    }
    return given.output;
  };
}

function snsPublish(prefix: string, publish: NonNullable<TaskServices['publish']>): Task {
  return async (parameters) => {
    const { Message, ...rest } = parameters as { TopicArn: string; Message: unknown };
    try {
      await publish({ ...rest, Message: typeof Message === 'string' ? Message : JSON.stringify(Message) });
    } catch (error) {
      throw toTaskError(prefix, Object.assign(error as Error, { $metadata: { httpStatusCode: 500 } }));
    }
    return { MessageId: randomUUID(), SdkHttpMetadata: { HttpStatusCode: 200 }, SdkResponseMetadata: { RequestId: randomUUID() } };
  };
}

function withoutUndefined(value: unknown): unknown {
  return value === undefined ? null : value;
}
