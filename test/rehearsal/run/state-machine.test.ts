import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BackupClient } from '@aws-sdk/client-backup';
import { EFSClient } from '@aws-sdk/client-efs';
import { Code, Function as CdkFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { CfnStateMachine, DefinitionBody, Errors, JsonPath, Pass, StateMachine as CdkStateMachine, TaskInput } from 'aws-cdk-lib/aws-stepfunctions';
import { CallAwsService, LambdaInvoke, SnsPublish } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { CfnElement } from 'aws-cdk-lib/core';
import { CfnResource, Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { bundle, NODE_24, removeTemporaryDirectories, synthesize } from './fixture';
import { DeployedTemplate } from '../../../rehearsal/run/deployed-template';
import { LambdaFunction } from '../../../rehearsal/run/lambda-function';
import { StateMachine } from '../../../rehearsal/run/state-machine';
import type { Publication } from '../../../rehearsal/run/task-resource';

interface Answer { readonly status: number; readonly headers?: Record<string, string>; readonly body: unknown }

/** A service that answers from a list and keeps what it was asked. */
class Service {
  public readonly requests: Array<{ method: string; url: string; body: unknown }> = [];
  private readonly server: Server;

  constructor(private readonly answers: Answer[]) {
    this.server = createServer((request, response) => {
      void this.read(request).then((body) => {
        this.requests.push({ method: request.method!, url: request.url!, body });
        const next = this.answers.shift() ?? { status: 599, body: { message: 'nothing more was expected' } };
        response.writeHead(next.status, { 'content-type': 'application/json', ...next.headers }).end(JSON.stringify(next.body));
      });
    });
  }

  public async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async read(request: IncomingMessage): Promise<unknown> {
    let text = '';
    for await (const chunk of request) {
      text += String(chunk);
    }
    return text === '' ? undefined : JSON.parse(text);
  }
}

const closing: Array<{ close(): Promise<void> }> = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((open) => open.close()));
});
afterAll(removeTemporaryDirectories);

const CLIENT = { region: 'eu-central-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, maxAttempts: 1 };

async function clients(...answers: Answer[]): Promise<{ service: Service; clients: { backup: BackupClient; efs: EFSClient } }> {
  const service = new Service(answers);
  closing.push(service);
  const endpoint = await service.listen();
  return { service, clients: { backup: new BackupClient({ ...CLIENT, endpoint }), efs: new EFSClient({ ...CLIENT, endpoint }) } };
}

function single(resource: string, parameters: object, more: object = {}): string {
  return JSON.stringify({ StartAt: 'Call', States: { Call: { Type: 'Task', Resource: resource, Parameters: parameters, End: true, ...more } } });
}

const ARN = 'arn:aws:states:eu-central-1:111122223333:stateMachine:m';

test.each([['this Node.js', process.execPath], ['Node.js 24', NODE_24]])('a synthesized state machine runs: functions on %s, AWS Backup, Amazon SNS', async (_, node) => {
  const ids: Record<string, string> = {};
  const idOf = (element: IConstruct): string => Stack.of(element).getLogicalId(element.node.defaultChild as CfnElement);
  const directory = synthesize((stack) => {
    const handler = new CdkFunction(stack, 'Handler', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromAsset(bundle(`exports.handler = async ({ path }) => {
        if (path === '/gone') throw Object.assign(new Error('no "' + path + '"'), { name: 'PathGoneError' });
        return { path, length: path.length };
      };`)),
    });
    const topic = new Topic(stack, 'Topic');
    const describe = new CallAwsService(stack, 'Describe', {
      service: 'backup',
      action: 'describeRestoreJob',
      iamResources: ['*'],
      parameters: { RestoreJobId: JsonPath.format('job-{}', JsonPath.stringAt('$.checked.length')) },
      resultSelector: { 'Status.$': '$.Status', 'Created.$': '$.CreationDate' },
      resultPath: '$.job',
    });
    const tell = new SnsPublish(stack, 'Tell', { topic, message: TaskInput.fromJsonPathAt('$'), resultPath: JsonPath.DISCARD });
    const failed = new Pass(stack, 'Failed', { parameters: { 'cause.$': 'States.StringToJson($.error.Cause)', 'name.$': '$.error.Error' } });
    const check = new LambdaInvoke(stack, 'Check', {
      lambdaFunction: handler,
      payload: TaskInput.fromObject({ path: JsonPath.stringAt('$.path') }),
      resultSelector: { 'length.$': '$.Payload.length' },
      resultPath: '$.checked',
      retryOnServiceExceptions: true,
    }).addCatch(failed, { errors: [Errors.ALL], resultPath: '$.error' });
    const definitionBody = DefinitionBody.fromChainable(check.next(describe).next(tell));
    const state = new CdkStateMachine(stack, 'Machine', { stateMachineName: 'restore', definitionBody });
    Object.assign(ids, { handler: idOf(handler), topic: idOf(topic), machine: idOf(state) });
  });
  const { service, clients: sdk } = await clients({ status: 200, body: { RestoreJobId: 'job-4', Status: 'COMPLETED', CreationDate: 1_795_000_000.5 } });
  const template = DeployedTemplate.fromAssembly(directory, { partition: 'aws-us-gov', region: 'us-gov-west-1' });
  const handler = LambdaFunction.fromTemplate(template, ids.handler, { node });
  closing.push(handler);
  const published: Publication[] = [];
  const publish = (message: Publication): void => { published.push(message); };
  const machine = StateMachine.fromTemplate(template, ids.machine, { functions: [handler], clients: sdk, publish });

  const good = await machine.execute({ path: '/a"b' }, 'first');
  const output = { path: '/a"b', checked: { length: 4 }, job: { Status: 'COMPLETED', Created: '2026-11-18T11:06:40.500Z' } };
  expect(good).toEqual({
    arn: 'arn:aws-us-gov:states:us-gov-west-1:111122223333:execution:restore:first',
    status: 'SUCCEEDED',
    output,
    visited: ['Check', 'Describe', 'Tell'],
    historyEvents: 2 + 3 * 5,
    redriveCount: 0,
  });
  expect(service.requests).toEqual([{ method: 'GET', url: '/restore-jobs/job-4', body: undefined }]);
  expect(published).toEqual([{ TopicArn: template.physical(ids.topic).ref, Message: JSON.stringify(output) }]);

  const gone = await machine.execute({ path: '/gone' });
  expect(gone).toMatchObject({ status: 'SUCCEEDED', visited: ['Check', 'Failed'] });
  expect(gone.output).toMatchObject({ name: 'PathGoneError', cause: { errorType: 'PathGoneError', errorMessage: 'no "/gone"' } });
});

test('a function as the Resource itself; crashes and timeouts keep their names', async () => {
  let id = '';
  const directory = synthesize((stack) => {
    const handler = new CdkFunction(stack, 'Handler', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromAsset(bundle('exports.handler = async (event) => event.hang ? (console.log("hanging"), new Promise(() => setInterval(() => {}, 1000))) : { got: event };')),
    });
    id = Stack.of(handler).getLogicalId(handler.node.defaultChild as CfnElement);
  });
  const handler = LambdaFunction.fromTemplate(DeployedTemplate.fromAssembly(directory), id, { timeoutSeconds: 1 });
  closing.push(handler);
  const catcher = (error: string): object => ({ ErrorEquals: [error], Next: error.replace('.', '') });
  const definition = JSON.stringify({
    StartAt: 'Call',
    States: {
      Call: { Type: 'Task', Resource: handler.arn, Catch: ['Sandbox.Timedout', 'Runtime.ExitError'].map(catcher), End: true },
      SandboxTimedout: { Type: 'Pass', End: true },
      RuntimeExitError: { Type: 'Pass', End: true },
    },
  });
  const machine = new StateMachine({ arn: ARN, definition, functions: [handler] });
  expect(await machine.execute({ a: 1 })).toMatchObject({ output: { got: { a: 1 } } });
  expect((await machine.execute({ hang: true })).visited).toEqual(['Call', 'SandboxTimedout']);
  handler.killDuringNextInvocation({ onOutput: /hanging/ });
  expect((await machine.execute({ hang: true })).visited).toEqual(['Call', 'RuntimeExitError']);
});

test('SDK integrations: parameters as they are, errors as Step Functions names them', async () => {
  const cases: Array<[string, string, object, Answer, string, RegExp]> = [
    ['backup', 'startRestoreJob', { RecoveryPointArn: 'arn:x', Metadata: { 'file-system-id': 'fs-1' }, IamRoleArn: 'r' },
      { status: 400, headers: { 'x-amzn-errortype': 'InvalidParameterValueException', 'x-amzn-requestid': 'r-1' }, body: { message: 'bad path' } },
      'Backup.InvalidParameterValueException', /^bad path \(Service: Backup, Status Code: 400, Request ID: r-1\)$/],
    ['backup', 'describeRestoreJob', { RestoreJobId: 'j' },
      { status: 429, headers: { 'x-amzn-errortype': 'ThrottlingException' }, body: { message: 'Rate exceeded' } }, 'Backup.ThrottlingException', /Rate exceeded/],
    ['efs', 'describeFileSystems', { FileSystemId: 'fs-0123456789abcdef0' },
      { status: 404, body: { ErrorCode: 'FileSystemNotFound', Message: 'gone' }, headers: { 'x-amzn-errortype': 'FileSystemNotFound' } },
      'Efs.FileSystemNotFoundException', /Status Code: 404/],
  ];
  for (const [service, operation, parameters, answer, error, cause] of cases) {
    const { clients: sdk, service: server } = await clients(answer);
    const machine = new StateMachine({ arn: ARN, definition: single(`arn:aws-cn:states:::aws-sdk:${service}:${operation}`, parameters), clients: sdk });
    const execution = await machine.execute();
    expect(execution).toMatchObject({ status: 'FAILED', error });
    expect(execution.cause).toMatch(cause);
    expect(server.requests).toHaveLength(1);
  }
});

test('SDK integrations: what is sent, timestamps both ways, and no answer at all', async () => {
  const { clients: sdk, service } = await clients({ status: 200, body: { RestoreJobs: [{ RestoreJobId: 'j', CreationDate: 1_795_000_000 }] } });
  const definition = single('arn:aws:states:::aws-sdk:backup:listRestoreJobs', { 'ByCreatedAfter.$': '$.since', 'ByAccountId': '111122223333' });
  const machine = new StateMachine({ arn: ARN, definition, clients: sdk });
  expect((await machine.execute({ since: '2026-11-18T00:00:00Z' })).output).toEqual({ RestoreJobs: [{ RestoreJobId: 'j', CreationDate: '2026-11-18T11:06:40Z' }] });
  const url = new URL(service.requests[0].url, 'http://x');
  expect(Object.fromEntries(url.searchParams)).toEqual({ accountId: '111122223333', createdAfter: '2026-11-18T00:00:00Z' });
  await service.close();
  expect(await machine.execute({ since: '2026-11-18T00:00:00Z' })).toMatchObject({ status: 'FAILED', error: 'Backup.SdkClientException' });
});

test('Amazon SNS: both integrations, and its failures', async () => {
  const published: Publication[] = [];
  const topic = 'arn:aws:sns:eu-central-1:111122223333:t';
  const definition = (resource: string): string => single(`arn:aws:states:::${resource}`, { 'TopicArn': topic, 'Message.$': '$.m', 'Subject': 's' }, { ResultSelector: { 'id.$': '$.MessageId' } });
  const options = { arn: ARN, publish: (message: Publication) => { published.push(message); } };
  expect((await new StateMachine({ ...options, definition: definition('sns:publish') }).execute({ m: 'text' })).output).toEqual({ id: expect.any(String) });
  await new StateMachine({ ...options, definition: definition('aws-sdk:sns:publish') }).execute({ m: { a: 1 } });
  expect(published).toEqual([{ TopicArn: topic, Message: 'text', Subject: 's' }, { TopicArn: topic, Message: '{"a":1}', Subject: 's' }]);
  const failing = (): never => { throw Object.assign(new Error('no'), { name: 'AuthorizationError' }); };
  expect((await new StateMachine({ arn: ARN, publish: failing, definition: definition('sns:publish') }).execute({ m: '' })).error).toBe('SNS.AuthorizationErrorException');
});

test('what nobody serves is refused before anything runs', async () => {
  const { clients: sdk } = await clients();
  const make = (resource: string, options: object = {}): StateMachine => new StateMachine({ arn: ARN, definition: single(resource, {}), ...options });
  expect(() => make('arn:aws:states:::aws-sdk:backup:startRestoreJobs', { clients: sdk })).toThrow("'Call' calls 'arn:aws:states:::aws-sdk:backup:startRestoreJobs'");
  expect(() => make('arn:aws:states:::aws-sdk:efs:describeFileSystems', { clients: { backup: sdk.backup } })).toThrow('nothing serves');
  expect(() => make('arn:aws:states:::aws-sdk:backup:startRestoreJob.waitForTaskToken', { clients: sdk })).toThrow('waitForTaskToken');
  expect(() => make('arn:aws:states:::sns:publish')).toThrow('nothing serves');
  const invoke = new StateMachine({ arn: ARN, definition: single('arn:aws:states:::lambda:invoke', { FunctionName: 'absent' }, { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Call' }] }) });
  await expect(invoke.execute()).rejects.toThrow("invokes the function 'absent'");
});

test('DefinitionSubstitutions are put in; an express workflow is refused', async () => {
  const directory = synthesize((stack) => {
    const definitionString = JSON.stringify({ StartAt: 'P', States: { P: { Type: 'Pass', Result: '${Word}', End: true } } });
    const common = { roleArn: 'arn:aws:iam::111122223333:role/r', definitionString };
    new CfnStateMachine(stack, 'Standard', { ...common, definitionSubstitutions: { Word: stack.partition } });
    new CfnStateMachine(stack, 'Express', { ...common, stateMachineType: 'EXPRESS' });
    new CfnResource(stack, 'Absent', { type: 'AWS::StepFunctions::StateMachine', properties: { DefinitionS3Location: {} } });
  });
  const template = DeployedTemplate.fromAssembly(directory);
  expect((await StateMachine.fromTemplate(template, 'Standard', {}).execute()).output).toBe('aws');
  expect(() => StateMachine.fromTemplate(template, 'Express', {})).toThrow('EXPRESS');
  expect(() => StateMachine.fromTemplate(template, 'Absent', {})).toThrow('outside of the template');
});
