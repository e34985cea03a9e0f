import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join, relative, resolve } from 'node:path';
import { fastify } from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AwsError, notRehearsed } from './aws-error';
import { backupJobOperations } from './backup-job-operations';
import { BackupJobs } from './backup-jobs';
import { backupOperations } from './backup-operations';
import { BackupVaults } from './backup-vaults';
import type { RecoveryPoint } from './backup-vaults';
import { efsOperations } from './efs-operations';
import { ElasticFileSystem } from './elastic-file-system';
import type { ElasticFileSystemOptions } from './elastic-file-system';
import { errorOf, Faults } from './faults';
import type { FaultRule } from './faults';
import type { Home } from './identifiers';
import { bodyOf, inputOf } from './operation';
import type { Input, Operation, RequestParts, ServiceName } from './operation';
import { RestoreJobs } from './restore-jobs';
import type { RestoreJobsOptions } from './restore-jobs';
import { settingsOperations } from './settings-operations';
import { checkCopier } from './tree-copy';

export interface AwsServiceOptions extends Partial<Home>, Partial<Pick<RestoreJobsOptions, 'now' | 'percentPerPoll' | 'absentItems' | 'restored'>> {
  /** An existing directory in which the snapshots are kept; it stays when the service is closed. */
  readonly workingDirectory: string;
  readonly faults?: readonly FaultRule[];
  /** The most that one page of a list holds; default 100, as documented for DescribeAccessPoints. */
  readonly pageSize?: number;
}

/** What may be decided about a file system. */
export type FileSystemOptions = Partial<Pick<ElasticFileSystemOptions, 'fileSystemId' | 'replicationOverwriteProtection'>>;

/** A request that came in, and how it was answered. */
export interface RecordedRequest {
  /** The operation; of a request that is none that we know, its method and path. */
  readonly operation: string;
  readonly input: Input;
  statusCode?: number;
  /** The code of the error, if it was answered with one. */
  error?: string;
}

function partsOf({ params, query, body }: FastifyRequest): RequestParts {
  return { path: params as RequestParts['path'], query: query as RequestParts['query'], body };
}

/** An ARN is longer than the router's default for the parts of a path (100 characters). */
const LONGEST_PATH_PARAMETER = 2048;

/**
 * Stands for AWS Backup and Amazon EFS: a loopback HTTP service that speaks the wire protocol of the operations that our
 * workflows call, for the unmodified AWS SDKs. Signatures are accepted unchecked.
 */
export class AwsService {
  static async start(options: AwsServiceOptions): Promise<AwsService> {
    await checkCopier();
    const service = new AwsService(options, await mkdtemp(join(options.workingDirectory, 'aws-')));
    await service.server.listen({ host: '127.0.0.1', port: 0 });
    return service;
  }

  readonly home: Home;
  readonly fileSystems = new Map<string, ElasticFileSystem>();
  readonly vaults: BackupVaults;
  readonly backupJobs: BackupJobs;
  readonly restoreJobs: RestoreJobs;
  /** The service opt-in of the Region; may be changed. Which keys there are differs between Regions. */
  readonly optIns = new Map([['DynamoDB', false], ['EBS', true], ['EFS', true]]);
  readonly faults: Faults;
  readonly requests: RecordedRequest[] = [];
  private readonly now: () => Date;
  private readonly server: FastifyInstance;

  private constructor(options: AwsServiceOptions, private readonly workingDirectory: string) {
    const { partition = 'aws', region = 'us-east-1', account = '111122223333', now = () => new Date(), pageSize = 100 } = options;
    const { percentPerPoll = 42, absentItems = 'FAIL_JOB' } = options;
    this.home = { partition, region, account };
    this.now = now;
    this.faults = new Faults(options.faults);
    this.vaults = new BackupVaults({ home: this.home, now, workingDirectory });
    this.backupJobs = new BackupJobs({ fileSystems: this.fileSystems, vaults: this.vaults, faults: this.faults, now, percentPerPoll });
    this.restoreJobs = new RestoreJobs({
      vaults: this.vaults,
      faults: this.faults,
      now,
      percentPerPoll,
      absentItems,
      restored: options.restored,
      createFileSystem: (token) => this.createRestoredFileSystem(token),
    });
    this.server = fastify({
      forceCloseConnections: true, // the SDK keeps its connections open
      exposeHeadRoutes: false, // only what is listed
      routerOptions: { ignoreTrailingSlash: true, maxParamLength: LONGEST_PATH_PARAMETER },
    });
    const { home, fileSystems, vaults, backupJobs, restoreJobs, optIns } = this;
    backupJobOperations({ home, vaults, backupJobs, pageSize }).forEach((operation) => this.serve(operation));
    backupOperations({ home, fileSystems, vaults, restoreJobs, pageSize }).forEach((operation) => this.serve(operation));
    settingsOperations({ vaults, optIns }).forEach((operation) => this.serve(operation));
    efsOperations({ fileSystems, pageSize }).forEach((operation) => this.serve(operation));
    this.server.setNotFoundHandler(async (request, reply) => {
      const name = `${request.method} ${request.url.split('?')[0]}`;
      const record = this.record(name, request.body ? { body: request.body } : {});
      return this.answerError(reply, record, notRehearsed(`the operation ${name}`));
    });
    // bodies that cannot be read: the operation was never reached
    this.server.setErrorHandler(async (error: Error, request, reply) =>
      this.answerError(reply, this.record(`${request.method} ${request.url}`, {}), new AwsError('SerializationException', error.message)));
  }

  /** What to give to an SDK client as `endpoint`, or to a process as AWS_ENDPOINT_URL. */
  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  /** Declares a directory to be an EFS file system. */
  createFileSystem(root: string, options: FileSystemOptions = {}): ElasticFileSystem {
    if (!relative(resolve(root), resolve(this.workingDirectory)).startsWith('..')) {
      throw new Error(`the working directory '${this.workingDirectory}' lies in the file system '${root}': its snapshots would hold themselves`);
    }
    const fileSystem = new ElasticFileSystem({ ...options, root, home: this.home, ordinal: this.fileSystems.size, creationTime: this.now() });
    this.fileSystems.set(fileSystem.fileSystemId, fileSystem);
    return fileSystem;
  }

  /** Makes the file system of a restore; a token that was used before is one that exists (CreateFileSystem, Amazon EFS API reference). */
  private createRestoredFileSystem(creationToken: string): ElasticFileSystem {
    const root = join(this.workingDirectory, 'restored', createHash('sha256').update(creationToken).digest('hex'));
    mkdirSync(root, { recursive: true });
    const fileSystem = new ElasticFileSystem({ root, home: this.home, ordinal: this.fileSystems.size, creationTime: this.now() });
    this.fileSystems.set(fileSystem.fileSystemId, fileSystem);
    return fileSystem;
  }

  /** Plays a backup job that completes at once; makes the vault if it is not there. */
  async backUp(fileSystem: ElasticFileSystem, backupVaultName = 'Default'): Promise<RecoveryPoint> {
    return this.vaults.backUp(fileSystem, backupVaultName);
  }

  /** Lets the directories appear that the fault DIRECTORY_LATE withholds. */
  async deliverDirectories(): Promise<void> {
    await this.restoreJobs.deliverDirectories();
  }

  async close(): Promise<void> {
    await this.server.close();
  }

  private serve(operation: Operation): void {
    this.server.route({
      method: operation.method,
      url: operation.path,
      handler: async (request, reply) => this.handle(operation, request, reply),
    });
  }

  private async handle(operation: Operation, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const record = this.record(operation.name, {});
    try {
      Object.assign(record.input, inputOf(operation, partsOf(request)));
      const fault = this.faults.nextOfOperation(operation.name);
      if (fault !== undefined && fault !== 'ANSWER_LOST') {
        throw errorOf(fault, operation.service);
      }
      const output = await operation.answer(record.input);
      if (fault !== undefined) {
        throw errorOf(fault, operation.service);
      }
      record.statusCode = 200;
      return await reply.code(200).header('x-amzn-requestid', randomUUID()).type('application/json').send(bodyOf(output));
    } catch (error) {
      return this.answerError(reply, record, error, operation.service);
    }
  }

  private record(operation: string, input: Input): RecordedRequest {
    const record: RecordedRequest = { operation, input };
    this.requests.push(record);
    return record;
  }

  /** An error in the form of the service: the type in a header, as the SDKs look for it; errors of EFS carry it in ErrorCode, too. */
  private async answerError(reply: FastifyReply, record: RecordedRequest, error: unknown, service?: ServiceName): Promise<FastifyReply> {
    // an error that is not AWS's is one of the rehearsal itself; 501, because SDKs do not try that again
    const { code, message, statusCode } = error instanceof AwsError ? error : new AwsError('RehearsalFailed', String(error), 501);
    record.statusCode = statusCode;
    record.error = code;
    const body = service === 'elasticfilesystem' ? { ErrorCode: code, Message: message } : { Message: message };
    reply.code(statusCode).type('application/json').headers({ 'x-amzn-requestid': randomUUID(), 'x-amzn-errortype': code });
    return reply.send(bodyOf(body));
  }
}
