import type { DeployedTemplate } from './deployed-template';
import { ExecutionEnvironment } from './execution-environment';
import { TaskError } from './task-error';

export interface LambdaFunctionOptions {
  /** The Node.js binary that runs the function. @default - the one that runs this process */
  readonly node?: string;
  /** AWS_ENDPOINT_URL: where the AWS SDK of the function sends its requests. @default - not set */
  readonly endpointUrl?: string;
  /** Variables that differ from the template's, for instance the directory that plays the mount. */
  readonly overrides?: Readonly<Record<string, string>>;
  /** @default - the Timeout of the function */
  readonly timeoutSeconds?: number;
}

/** Kills the execution environment in the middle of an invocation. Exactly one of the first three says when. */
export interface Kill {
  /** Before the function gets to see the event. */
  readonly atOnce?: true;
  /** As soon as the output of the invocation matches. */
  readonly onOutput?: RegExp;
  /** So long after the invocation began. */
  readonly afterMilliseconds?: number;
  /** The name of the failure. @default 'Runtime.ExitError' */
  readonly errorName?: string;
}

/** Request and response of a synchronous invocation: 6 MB each ("Lambda quotas", Lambda Developer Guide). */
const PAYLOAD_BYTES = 6 * 1024 * 1024;

/** Lambda's defaults for Timeout and MemorySize (AWS::Lambda::Function, CloudFormation template reference). */
const DEFAULT_TIMEOUT_SECONDS = 3;
const DEFAULT_MEMORY_MB = 128;

interface Properties {
  readonly Handler?: string;
  readonly Timeout?: number;
  readonly MemorySize?: number;
  readonly ReservedConcurrentExecutions?: number;
  readonly Environment?: { readonly Variables?: Readonly<Record<string, string>> };
}

/**
 * A Lambda function of the template: the bundle that ships, in a child process with Lambda's environment. Consecutive
 * invocations share a warm environment; an invocation that finds all of them busy gets a new one.
 */
export class LambdaFunction {
  /** The function of the template with this logical id. */
  public static fromTemplate(template: DeployedTemplate, logicalId: string, options: LambdaFunctionOptions = {}): LambdaFunction {
    const resource = template.resource(logicalId);
    const { ref, attributes } = template.physical(logicalId);
    return new LambdaFunction(ref, String(attributes.Arn), template.place.region, template.asset(resource), resource.properties, options);
  }

  private readonly environments = new Set<ExecutionEnvironment>();
  private readonly idle: ExecutionEnvironment[] = [];
  private readonly watchers = new Map<ExecutionEnvironment, (text: string) => void>();
  private nextKill: Kill | undefined;
  private written = '';

  private constructor(
    public readonly functionName: string,
    public readonly arn: string,
    private readonly region: string,
    private readonly directory: string,
    private readonly properties: Properties,
    private readonly options: LambdaFunctionOptions,
  ) { }

  /** Everything that the function wrote to its console so far. */
  public get output(): string {
    return this.written;
  }

  /** The process ids of the execution environments that are alive. */
  public get processIds(): number[] {
    return [...this.environments].filter((environment) => environment.isAlive).map((environment) => environment.pid);
  }

  /** Invokes the function and waits for its answer (InvocationType RequestResponse). Failures are TaskErrors. */
  public async invoke(event: unknown): Promise<unknown> {
    const request = JSON.stringify(event ?? {});
    if (Buffer.byteLength(request) > PAYLOAD_BYTES) {
      throw new TaskError('Lambda.RequestTooLargeException', `Request must be smaller than ${PAYLOAD_BYTES} bytes for the InvokeFunction operation`);
    }
    const busy = this.environments.size - this.idle.length;
    if (busy >= (this.properties.ReservedConcurrentExecutions ?? Infinity)) {
      throw new TaskError('Lambda.TooManyRequestsException', 'Rate Exceeded. (Service: Lambda, Status Code: 429)');
    }
    const environment = this.environment();
    const disarm = this.arm(environment);
    try {
      const answer = await environment.invoke(request, this.timeoutSeconds);
      const size = Buffer.byteLength(JSON.stringify(answer));
      if (size > PAYLOAD_BYTES) {
        const errorType = 'Function.ResponseSizeTooLarge';
        const errorMessage = `Response payload size (${size} bytes) exceeded maximum allowed payload size (${PAYLOAD_BYTES} bytes).`;
        throw new TaskError(errorType, JSON.stringify({ errorType, errorMessage }));
      }
      return answer;
    } catch (error) {
      const { errorName, killed } = disarm();
      throw killed && error instanceof TaskError ? new TaskError(errorName, error.causeText) : error;
    } finally {
      disarm();
      if (environment.isAlive) {
        this.idle.push(environment);
      } else {
        this.environments.delete(environment);
      }
    }
  }

  /** The next invocation loses its execution environment. */
  public killDuringNextInvocation(kill: Kill): void {
    if ([kill.atOnce, kill.onOutput, kill.afterMilliseconds].filter((when) => when !== undefined).length !== 1) {
      throw new Error("exactly one of 'atOnce', 'onOutput' and 'afterMilliseconds' must say when the invocation is killed");
    }
    this.nextKill = kill;
  }

  /** Ends all execution environments. */
  public async close(): Promise<void> {
    this.idle.length = 0;
    await Promise.all([...this.environments].map((environment) => environment.close()));
    this.environments.clear();
  }

  private get timeoutSeconds(): number {
    return this.options.timeoutSeconds ?? this.properties.Timeout ?? DEFAULT_TIMEOUT_SECONDS;
  }

  private environment(): ExecutionEnvironment {
    const memorySize = this.properties.MemorySize ?? DEFAULT_MEMORY_MB;
    for (let warm = this.idle.pop(); warm !== undefined; warm = this.idle.pop()) {
      if (warm.isAlive) {
        return warm;
      }
      this.environments.delete(warm); // it ended between two invocations
    }
    const environment: ExecutionEnvironment = new ExecutionEnvironment({
      node: this.options.node ?? process.execPath,
      directory: this.directory,
      handler: this.properties.Handler ?? 'index.handler',
      functionName: this.functionName,
      arn: this.arn,
      memorySize,
      variables: this.variables(memorySize),
      onOutput: (text) => {
        this.written += text;
        this.watchers.get(environment)?.(text);
      },
    });
    this.environments.add(environment);
    return environment;
  }

  /** The defined runtime environment variables (Lambda Developer Guide) that a function can rely on here; nothing of this process. */
  private variables(memorySize: number): Record<string, string> {
    return {
      TZ: ':UTC',
      ...this.properties.Environment?.Variables,
      AWS_REGION: this.region,
      AWS_LAMBDA_FUNCTION_NAME: this.functionName,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memorySize),
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      LAMBDA_TASK_ROOT: this.directory,
      AWS_ACCESS_KEY_ID: 'rehearsal',
      AWS_SECRET_ACCESS_KEY: 'rehearsal',
      AWS_SESSION_TOKEN: 'rehearsal',
      ...(this.options.endpointUrl === undefined ? {} : { AWS_ENDPOINT_URL: this.options.endpointUrl }),
      ...this.options.overrides,
    };
  }

  /** Prepares the kill of this invocation, if one was asked for; the answer says whether it happened, and ends the watch. */
  private arm(environment: ExecutionEnvironment): () => { readonly killed: boolean; readonly errorName: string } {
    const kill = this.nextKill;
    this.nextKill = undefined;
    let killed = false;
    const strike = (): void => {
      killed = true;
      environment.kill();
    };
    let seen = '';
    if (kill?.atOnce) {
      strike();
    }
    const timer = kill?.afterMilliseconds === undefined ? undefined : setTimeout(strike, kill.afterMilliseconds);
    if (kill?.onOutput !== undefined) {
      this.watchers.set(environment, (text) => {
        seen += text;
        if (kill.onOutput!.test(seen)) {
          strike();
        }
      });
    }
    return () => {
      clearTimeout(timer);
      this.watchers.delete(environment);
      return { killed, errorName: kill?.errorName ?? 'Runtime.ExitError' };
    };
  }
}
