import { BackupClient } from '@aws-sdk/client-backup';
import type { RecoveryPoint } from './aws/backup-vaults';
import type { ElasticFileSystem } from './aws/elastic-file-system';
import { AwsService } from './aws/service';
import type { AwsServiceOptions } from './aws/service';
import { DeployedTemplate } from './run/deployed-template';
import { LambdaFunction } from './run/lambda-function';
import { StateMachine } from './run/state-machine';
import type { Execution, StateMachineOptions } from './run/state-machine';
import type { Publication, TaskServices } from './run/task-resource';
import { EnvironmentVariable } from '../src/core/contract';

export interface RehearsalOptions extends Pick<AwsServiceOptions, 'faults' | 'now' | 'percentPerPoll' | 'absentItems' | 'restored' | 'workingDirectory'> {
  /** The cloud assembly of a stack with one file system, one vault and one restore workflow. */
  readonly assembly: string;
  /** The directory that plays the file system. */
  readonly fileSystemRoot: string;
  readonly replicationDestination?: boolean;
  /** The access policy of the vault, as JSON. @default - none */
  readonly vaultAccessPolicy?: string;
  /** Variables of the worker that differ from the template's; REHEARSAL_LOOKS_AT_CLOCK lets it run out of time. */
  readonly workerEnvironment?: Record<string, string>;
  /** Variables of the control plane that differ from the template's; REHEARSAL_SECONDS_AHEAD puts its clock forward. */
  readonly controlPlaneEnvironment?: Record<string, string>;
  /** The Node.js that runs the bundles. @default - the one that runs this process */
  readonly node?: string;
  /** Answers whoever asks for an approval; without an answer the execution waits until its patience ends. */
  readonly answer?: StateMachineOptions['answer'];
  /** The functions and state machines of the user's that the workflow calls. */
  readonly hooks?: Pick<TaskServices, 'functions' | 'stateMachines'>;
  /** Is shown what the topics are told before they are; an error that it throws is how they refuse it. */
  readonly publish?: StateMachineOptions['publish'];
  readonly wait?: StateMachineOptions['wait'];
  readonly timeout?: StateMachineOptions['timeout'];
  readonly listener?: StateMachineOptions['listener'];
}

/** A synthesized stack at work: its bundles, its state machine, a directory for its file system, and AWS on loopback. */
export class Rehearsal {
  public static async start(options: RehearsalOptions): Promise<Rehearsal> {
    const template = DeployedTemplate.fromAssembly(options.assembly);
    const aws = await AwsService.start({
      region: template.place.region,
      account: template.place.accountId,
      partition: template.place.partition,
      ...options,
    });
    return new Rehearsal(template, aws, options);
  }

  public readonly fileSystem: ElasticFileSystem;
  public readonly worker: LambdaFunction;
  public readonly controlPlane: LambdaFunction;
  /** What the topic was told. */
  public readonly published: Publication[] = [];

  private readonly machine: StateMachine;
  private readonly vaultName: string;
  private readonly backupClient: BackupClient;

  private constructor(public readonly template: DeployedTemplate, public readonly aws: AwsService, options: RehearsalOptions) {
    this.fileSystem = aws.createFileSystem(options.fileSystemRoot, {
      fileSystemId: template.physical(this.only('AWS::EFS::FileSystem')).ref,
      ...(options.replicationDestination ? { replicationOverwriteProtection: 'REPLICATING' as const } : {}),
    });
    this.vaultName = template.physical(this.only('AWS::Backup::BackupVault')).ref;
    aws.vaults.create(this.vaultName, options.vaultAccessPolicy);
    const fn = (variable: EnvironmentVariable, overrides: Record<string, string> = {}) => LambdaFunction.fromTemplate(template,
      this.only('AWS::Lambda::Function', ({ Environment }) => variable in ((Environment as { Variables?: object } | undefined)?.Variables ?? {})),
      { node: options.node, endpointUrl: aws.endpoint, overrides });
    // a plain directory stands for the mounted file system: the one thing about the worker that differs from Lambda
    this.worker = fn(EnvironmentVariable.MOUNT_PATH, {
      [EnvironmentVariable.MOUNT_PATH]: options.fileSystemRoot,
      [EnvironmentVariable.MOUNT_CHECK]: 'DIRECTORY',
      ...options.workerEnvironment,
    });
    this.controlPlane = fn(EnvironmentVariable.BACKUP_VAULT_NAME, options.controlPlaneEnvironment);
    this.backupClient = new BackupClient({
      endpoint: aws.endpoint,
      region: template.place.region,
      credentials: { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' },
      maxAttempts: 1, // Step Functions retries as the definition says
    });
    const ours = this.only('AWS::StepFunctions::StateMachine', ({ RoleArn, DefinitionString }) => RoleArn !== undefined && JSON.stringify(DefinitionString).includes('PrepareRestore'));
    this.machine = StateMachine.fromTemplate(template, ours, {
      functions: [this.worker, this.controlPlane, ...options.hooks?.functions ?? []],
      stateMachines: options.hooks?.stateMachines,
      answer: options.answer ?? (() => undefined),
      clients: { backup: this.backupClient },
      publish: async (publication) => {
        await options.publish?.(publication);
        this.published.push(publication);
      },
      wait: options.wait ?? ((seconds) => seconds / 1000),
      timeout: options.timeout,
      listener: options.listener,
    });
  }

  /** A backup job of the plan. */
  public async backUp(): Promise<RecoveryPoint> {
    return this.aws.backUp(this.fileSystem, this.vaultName);
  }

  /** A restore job that somebody has started by hand, of the latest recovery point; it does not come to an end. */
  public startOtherRestore(): void {
    const recoveryPoint = this.aws.vaults.vault(this.vaultName).recoveryPoints.at(-1)!;
    const Metadata = { 'file-system-id': this.fileSystem.fileSystemId, 'newFileSystem': 'false' };
    this.aws.restoreJobs.start({ RecoveryPointArn: recoveryPoint.recoveryPointArn, Metadata, IamRoleArn: 'arn:aws:iam::111122223333:role/by-hand' });
  }

  /** Executes the restore workflow with this input. */
  public async restore(input: unknown, name?: string): Promise<Execution> {
    return this.machine.execute(input, name);
  }

  /** Stops the execution of this name, as StopExecution does. */
  public stop(name: string): void {
    this.machine.stop(name);
  }

  /** Goes on with the execution of this name where it ended, as RedriveExecution does. */
  public async redrive(name: string): Promise<Execution> {
    return this.machine.redrive(name);
  }

  public async close(): Promise<void> {
    await Promise.all([this.worker.close(), this.controlPlane.close()]);
    this.backupClient.destroy();
    await this.aws.close();
  }

  private only(type: string, filter: (properties: Readonly<Record<string, unknown>>) => boolean = () => true): string {
    const found = this.template.resources(type).filter(({ properties }) => filter(properties));
    if (found.length !== 1) {
      throw new Error(`the rehearsal needs a stack with exactly one such ${type}, this one has ${found.length}`);
    }
    return found[0].logicalId;
  }
}
