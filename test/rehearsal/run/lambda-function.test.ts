import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Code, Function as CdkFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { bundle, NODE_24, removeTemporaryDirectories, synthesize } from './fixture';
import { DeployedTemplate } from '../../../rehearsal/run/deployed-template';
import { LambdaFunction } from '../../../rehearsal/run/lambda-function';
import type { LambdaFunctionOptions } from '../../../rehearsal/run/lambda-function';
import type { TaskError } from '../../../rehearsal/run/task-error';

const running: LambdaFunction[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((started) => started.close()));
});
afterAll(removeTemporaryDirectories);

const SOURCE = `
  let invocations = 0;
  class DirectoryGoneError extends Error { constructor(m) { super(m); this.name = 'DirectoryGoneError'; } }
  exports.handler = async (event, context) => {
    invocations += 1;
    console.log('invocation', invocations);
    console.error('to stderr');
    switch (event.do) {
      case 'environment': return process.env;
      case 'context': return { ...context, remaining: context.getRemainingTimeInMillis(), cwd: process.cwd(), version: process.version };
      case 'throw': throw new DirectoryGoneError('no such directory');
      case 'throw text': throw 'just text';
      case 'exit': process.exit(7);
      case 'unhandled': Promise.reject(new Error('nobody waits')); return new Promise(() => {});
      case 'uncaught': setTimeout(() => { throw new DirectoryGoneError('later'); }, 0); return new Promise(() => {});
      case 'hang': console.log('hanging'); return new Promise(() => setInterval(() => {}, 1000));
      case 'meet': await (await fetch(event.url)).text(); return process.pid;
      case 'large': return 'x'.repeat(event.size);
      case 'talk': console.log('y'.repeat(300000) + 'end of talk'); return null;
      case 'nothing': return undefined;
      default: return { event, invocations, pid: process.pid };
    }
  };`;

type Adjust = (resource: CfnFunction) => void;

function lambda(options: LambdaFunctionOptions = {}, source = SOURCE, adjust: Adjust = () => { /* as it is */ }): LambdaFunction {
  let id = '';
  const directory = synthesize((stack) => {
    const resource = new CdkFunction(stack, 'Worker', {
      functionName: 'worker',
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromAsset(bundle(source)),
      timeout: Duration.seconds(30),
      memorySize: 256,
      environment: { MOUNT: '/mnt/efs', STACK: stack.stackName },
    }).node.defaultChild as CfnFunction;
    adjust(resource);
    id = Stack.of(resource).getLogicalId(resource);
  });
  const created = LambdaFunction.fromTemplate(DeployedTemplate.fromAssembly(directory), id, options);
  running.push(created);
  return created;
}

async function failureOf(promise: Promise<unknown>): Promise<TaskError> {
  return promise.then((value) => { throw new Error(`no failure but ${JSON.stringify(value)}`); }, (error: TaskError) => error);
}

function causeOf(error: TaskError): { errorType: string; errorMessage: string; trace?: string[] } {
  return JSON.parse(error.causeText);
}

test.each([['this Node.js', process.execPath], ['Node.js 24', NODE_24]])('runs on %s with Lambda\'s environment and nothing of ours', async (_, node) => {
  process.env.REHEARSAL_SECRET = 'of the parent';
  const worker = lambda({ node, endpointUrl: 'http://127.0.0.1:1', overrides: { MOUNT: '/somewhere' } });
  const environment = await worker.invoke({ do: 'environment' }) as Record<string, string>;
  delete process.env.REHEARSAL_SECRET;
  expect(environment).toEqual({
    TZ: ':UTC',
    MOUNT: '/somewhere',
    STACK: 'Demo',
    AWS_REGION: 'eu-central-1',
    AWS_LAMBDA_FUNCTION_NAME: 'worker',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    LAMBDA_TASK_ROOT: expect.stringContaining('asset.'),
    AWS_ACCESS_KEY_ID: expect.any(String),
    AWS_SECRET_ACCESS_KEY: expect.any(String),
    AWS_SESSION_TOKEN: expect.any(String),
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
  });
  const context = await worker.invoke({ do: 'context' }) as Record<string, unknown>;
  expect(context).toMatchObject({ functionName: 'worker', functionVersion: '$LATEST', memoryLimitInMB: '256', cwd: environment.LAMBDA_TASK_ROOT });
  expect(context.invokedFunctionArn).toBe(worker.arn);
  expect(context.remaining).toBeGreaterThan(0);
  expect(context.remaining).toBeLessThanOrEqual(30_000);
  expect(String(context.version).startsWith(node === NODE_24 ? 'v24.' : process.version)).toBe(true);
});

test('consecutive invocations share a warm environment, a busy one gets company, close ends all', async () => {
  const worker = lambda();
  const first = await worker.invoke({ a: new Date(0), b: undefined, c: [undefined] }) as { pid: number; event: unknown };
  expect(first).toMatchObject({ event: { a: '1970-01-01T00:00:00.000Z', c: [null] }, invocations: 1 });
  expect(Object.keys(first.event as object)).toEqual(['a', 'c']);
  expect(await worker.invoke({})).toMatchObject({ invocations: 2, pid: first.pid });
  expect(await worker.invoke({ do: 'nothing' })).toBeNull();

  // both must be running at once before either may end
  const arrived: Array<() => void> = [];
  const server = createServer((_request, response) => {
    arrived.push(() => response.end());
    if (arrived.length === 2) {
      arrived.forEach((release) => release());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const processIds = await Promise.all([worker.invoke({ do: 'meet', url }), worker.invoke({ do: 'meet', url })]);
  expect(new Set(processIds).size).toBe(2);
  expect(processIds).toContain(first.pid);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));

  expect([...worker.processIds].sort()).toEqual([...processIds].sort());
  await worker.close();
  expect(worker.processIds).toEqual([]);
  for (const pid of processIds as number[]) {
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  }
});

test('an invocation beyond the reserved concurrency is refused', async () => {
  const worker = lambda({}, SOURCE, (resource) => { resource.reservedConcurrentExecutions = 1; });
  const first = worker.invoke({ do: 'talk' });
  expect((await failureOf(worker.invoke({}))).name).toBe('Lambda.TooManyRequestsException');
  await first;
  await worker.invoke({});
});

test('an error reaches the caller as Step Functions shows it, and the environment stays warm', async () => {
  const worker = lambda();
  const error = await failureOf(worker.invoke({ do: 'throw' }));
  expect(error.name).toBe('DirectoryGoneError');
  expect(causeOf(error)).toEqual({ errorType: 'DirectoryGoneError', errorMessage: 'no such directory', trace: expect.any(Array) });
  expect(causeOf(error).trace![0]).toContain('no such directory');
  const text = await failureOf(worker.invoke({ do: 'throw text' }));
  expect(causeOf(text)).toEqual({ errorType: 'string', errorMessage: 'just text', trace: [] });
  expect(await worker.invoke({})).toMatchObject({ invocations: 3 });
});

test('the console of all invocations is readable when they have ended', async () => {
  const worker = lambda();
  await worker.invoke({ do: 'talk' });
  expect(worker.output).toMatch(/^invocation 1\n/m);
  expect(worker.output).toContain('to stderr\n');
  expect(worker.output.endsWith('end of talk\n') || worker.output.includes('end of talk\nto stderr')).toBe(true);
  expect(worker.output).not.toContain('\u0000');
  await failureOf(worker.invoke({ do: 'throw' }));
  expect(worker.output).toContain('invocation 2');
});

test('a function that takes too long is killed, and the next invocation starts anew', async () => {
  const worker = lambda({ timeoutSeconds: 1 });
  const before = await worker.invoke({}) as { pid: number };
  const error = await failureOf(worker.invoke({ do: 'hang' }));
  expect(error.name).toBe('Sandbox.Timedout');
  expect(causeOf(error).errorMessage).toMatch(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/);
  expect(() => process.kill(before.pid, 0)).toThrow('ESRCH');
  expect(worker.output).toContain('hanging');
  expect(await worker.invoke({})).toMatchObject({ invocations: 1 });
});

test.each([
  ['exit', 'Runtime.ExitError', /Runtime exited with error: exit status 7$/],
  ['unhandled', 'Runtime.UnhandledPromiseRejection', /nobody waits/],
  ['uncaught', 'DirectoryGoneError', /^later$/],
])('an environment that ends by %s fails the invocation, not the next one', async (how, name, message) => {
  const worker = lambda();
  const error = await failureOf(worker.invoke({ do: how }));
  expect(error.name).toBe(name);
  expect(causeOf(error)).toMatchObject({ errorType: name, errorMessage: expect.stringMatching(message) });
  expect(worker.output).toContain('invocation 1');
  expect(await worker.invoke({})).toMatchObject({ invocations: 1 });
});

test('an environment is killed in the middle of an invocation on request, once', async () => {
  const worker = lambda();
  worker.killDuringNextInvocation({ onOutput: /hanging/ });
  const killed = await failureOf(worker.invoke({ do: 'hang' }));
  expect(killed.name).toBe('Runtime.ExitError');
  expect(causeOf(killed).errorMessage).toContain('signal: killed');
  expect(await worker.invoke({})).toMatchObject({ invocations: 1 });

  worker.killDuringNextInvocation({ afterMilliseconds: 1, errorName: 'Lambda.Unknown' });
  expect((await failureOf(worker.invoke({ do: 'hang' }))).name).toBe('Lambda.Unknown');
  expect(() => worker.killDuringNextInvocation({})).toThrow('exactly one');
});

test('more than 6 MB are refused in both directions', async () => {
  const worker = lambda();
  expect((await failureOf(worker.invoke({ do: 'large', size: 6 * 1024 * 1024 }))).name).toBe('Function.ResponseSizeTooLarge');
  expect(await worker.invoke({ do: 'large', size: 6 * 1024 * 1024 - 2 })).toHaveLength(6 * 1024 * 1024 - 2);
  expect((await failureOf(worker.invoke({ text: 'x'.repeat(6 * 1024 * 1024) }))).name).toBe('Lambda.RequestTooLargeException');
});

test('a bundle that cannot be loaded fails its invocations by name', async () => {
  expect((await failureOf(lambda({}, 'require("absent");').invoke({}))).name).toBe('Runtime.ImportModuleError');
  expect((await failureOf(lambda({}, 'exports.other = 1;').invoke({}))).name).toBe('Runtime.HandlerNotFound');
});
