import { isDeepStrictEqual } from 'node:util';
import type { Aws, Protected } from '../../lambda/control-plane/aws';
import type { RestoreJobsAws } from '../../lambda/control-plane/restore-jobs';

export const TARGET: Protected = {
  fileSystemId: 'fs-0123456789abcdef0',
  fileSystemArn: 'arn:aws:elasticfilesystem:eu-central-1:111122223333:file-system/fs-0123456789abcdef0',
  backupVaultName: 'Vault',
  moreBackupVaultNames: ['Other'],
};

/** Metadata of a restore into the file system of these tests. */
export const INTO = { 'file-system-id': TARGET.fileSystemId, 'newFileSystem': 'false' };

export const recoveryPointArn = (id: string): string => `arn:aws:backup:eu-central-1:111122223333:recovery-point:${id}`;

/** An error as a client of AWS throws it: its name is what the code goes by. */
export function awsError(name: string): Error {
  return Object.assign(new Error(`${name} of the fake`), { name });
}

type Operation = keyof Aws;

/**
 * AWS as far as a test says what it answers: a call that was not announced, with exactly these parameters and in this order,
 * throws. Call `assertDone` at the end, so that a call that was never made does not go unnoticed.
 */
export class FakeAws {
  public readonly aws: Aws;
  private readonly expected: Array<{ operation: Operation; input: object; answer: object }> = [];

  constructor() {
    this.aws = new Proxy({}, {
      get: (_target, operation) => {
        if (typeof operation !== 'string') {
          throw new Error(`the fake was asked for ${String(operation)}`);
        }
        return async (input: object) => this.call(operation, input);
      },
    }) as Aws;
  }

  /** The next call, and its answer; an Error is thrown. */
  public on<Name extends Operation>(operation: Name, input: Parameters<Aws[Name]>[0], answer: Partial<Awaited<ReturnType<Aws[Name]>>> | Error): this {
    this.expected.push({ operation, input, answer });
    return this;
  }

  /** No restore job of anybody, however often it is asked for. */
  public get withoutRestoreJobs(): RestoreJobsAws {
    const never = async (): Promise<never> => { throw new Error('there is no job to ask about'); };
    const none = async () => ({ RestoreJobs: [], $metadata: {} });
    return { listRestoreJobs: none, listRestoreJobsByProtectedResource: none, describeRestoreJob: never, getRestoreJobMetadata: never };
  }

  /** The lists of jobs that are pending or running: those of the file system's recovery points, and those of the account. */
  public onRunning(ofSource: object | Error = {}, ofAccount: object = {}): this {
    for (const ByStatus of ['PENDING', 'RUNNING'] as const) {
      const first = ByStatus === 'PENDING';
      this.on('listRestoreJobsByProtectedResource', { ResourceArn: TARGET.fileSystemArn, ByStatus }, first || ofSource instanceof Error ? ofSource : {});
      this.on('listRestoreJobs', { ByResourceType: 'EFS', ByStatus }, first ? ofAccount : {});
    }
    return this;
  }

  /** What the metadata of a job say. */
  public onMetadata(RestoreJobId: string, Metadata: Record<string, string> | Error): this {
    return this.on('getRestoreJobMetadata', { RestoreJobId }, Metadata instanceof Error ? Metadata : { Metadata });
  }

  public assertDone(): void {
    if (this.expected.length > 0) {
      throw new Error(`never called: ${this.expected.map(({ operation }) => operation).join(', ')}`);
    }
  }

  private call(operation: string, input: object): object {
    const next = this.expected.shift();
    // what is undefined is not sent
    const sent = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
    if (next === undefined || next.operation !== operation || !isDeepStrictEqual(sent, next.input)) {
      throw new Error(`the fake was not told of ${operation}(${JSON.stringify(sent)}), but of ${next ? `${next.operation}(${JSON.stringify(next.input)})` : 'nothing more'}`);
    }
    if (next.answer instanceof Error) {
      throw next.answer;
    }
    return next.answer;
  }
}
