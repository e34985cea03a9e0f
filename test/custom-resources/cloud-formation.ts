import * as path from 'node:path';

/** What the handlers of a custom resource are called with: by the framework of aws-cdk-lib itself, the one that is deployed. */
export type Invoke = (event: any) => Promise<unknown>;

interface Response {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason: string;
  readonly PhysicalResourceId: string;
}

const RUNTIME = path.join(path.dirname(require.resolve('aws-cdk-lib/package.json')), 'custom-resources/lib/provider-framework/runtime');
const MOST_POLLS = 400;

/** Stands for CloudFormation, as far as one custom resource sees it; between it and the handler is the provider framework. */
export class CloudFormation {
  /** The physical id that it knows; undefined before anything was made. */
  public physicalId?: string;
  public polls = 0;
  /** Runs before each call of isComplete. */
  public beforePoll?: (poll: number) => unknown;
  private properties: object = {};
  private count = 0;

  constructor(private readonly invoke: Invoke, private readonly stackId = 'arn:aws:cloudformation:us-east-1:111122223333:stack/Stack/1') {}

  /** Creates the resource; if that fails, it is rolled back: it gets a deletion, with whatever id it has. */
  public async create(properties: object): Promise<Response> {
    const response = await this.request('Create', properties);
    this.physicalId = response.PhysicalResourceId;
    this.properties = properties;
    if (response.Status === 'FAILED') {
      expect((await this.request('Delete', properties)).Status).toBe('SUCCESS');
    }
    return response;
  }

  /** Updates the resource; another physical id replaces it, so that the former one is deleted with its former properties. */
  public async update(properties: object): Promise<Response> {
    const [formerId, former] = [this.physicalId!, this.properties];
    const response = await this.request('Update', properties);
    if (response.Status === 'SUCCESS') {
      this.physicalId = response.PhysicalResourceId;
      this.properties = properties;
      if (response.PhysicalResourceId !== formerId) {
        expect((await this.request('Delete', former, formerId)).Status).toBe('SUCCESS');
      }
    }
    return response;
  }

  public async delete(): Promise<Response> {
    return this.request('Delete', this.properties);
  }

  /** A request, under one id however often it is delivered. */
  public async request(type: 'Create' | 'Update' | 'Delete', properties: object, physicalId = this.physicalId, requestId = `request-${this.count += 1}`): Promise<Response> {
    let waiting: unknown;
    const responses: Response[] = [];
    const framework = this.framework({
      invokeFunction: async ({ Payload }: { Payload: string }) => {
        try {
          return { Payload: Buffer.from(JSON.stringify(await this.invoke(JSON.parse(Payload)) ?? null)) };
        } catch (error) { // as the runtime of Lambda tells it
          const { name, message, stack = '' } = error as Error;
          return { FunctionError: 'Unhandled', Payload: Buffer.from(JSON.stringify({ errorType: name, errorMessage: message, trace: stack.split('\n') })) };
        }
      },
      startExecution: async ({ input }: { input: string }) => {
        waiting = JSON.parse(input);
      },
      httpRequest: async (_options: unknown, body: string) => {
        // "The total size of the response body can't exceed 4096 bytes" ("Custom resource response objects", AWS CloudFormation User Guide)
        expect(Buffer.byteLength(body)).toBeLessThanOrEqual(4096);
        responses.push(JSON.parse(body));
      },
    });
    await framework.onEvent({
      RequestType: type,
      StackId: this.stackId,
      LogicalResourceId: 'Resource',
      RequestId: requestId,
      ResponseURL: 'https://example.com/response',
      ServiceToken: 'token',
      ResourceProperties: { ServiceToken: 'token', ...properties },
      ...(type === 'Create' ? {} : { PhysicalResourceId: physicalId }),
    });
    // the state machine of the framework repeats isComplete for as long as it throws
    for (let poll = 0; waiting !== undefined && responses.length === 0; poll += 1) {
      expect(poll).toBeLessThan(MOST_POLLS);
      this.polls += 1;
      await this.beforePoll?.(poll);
      await framework.isComplete(waiting).catch((error: Error) => expect(JSON.parse(error.message)).toHaveProperty('RequestId', requestId));
    }
    expect(responses).toHaveLength(1);
    expect(Buffer.byteLength(responses[0].PhysicalResourceId)).toBeLessThanOrEqual(1024);
    return responses[0];
  }

  private framework(outbound: object): Record<'onEvent' | 'isComplete', (event: unknown) => Promise<void>> {
    Object.assign(process.env, { USER_ON_EVENT_FUNCTION_ARN: 'arn:aws:lambda:us-east-1:111122223333:function:ours', USER_IS_COMPLETE_FUNCTION_ARN: 'arn:aws:lambda:us-east-1:111122223333:function:ours', WAITER_STATE_MACHINE_ARN: 'arn' });
    let framework: any;
    jest.isolateModules(() => {
      jest.doMock(path.join(RUNTIME, 'outbound.js'), () => outbound);
      framework = jest.requireActual(path.join(RUNTIME, 'framework.js'));
    });
    return framework;
  }
}

/** What the framework writes to the console is for the log of its function. */
export const quietly = (): void => {
  beforeEach(() => {
    jest.spyOn(console, 'log').mockImplementation(() => undefined);
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
};
