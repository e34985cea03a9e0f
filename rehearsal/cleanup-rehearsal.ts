import { BackupClient } from '@aws-sdk/client-backup';
import type { ElasticFileSystem } from './aws/elastic-file-system';
import { AwsService } from './aws/service';
import type { AwsServiceOptions } from './aws/service';
import { DeployedTemplate } from './run/deployed-template';
import { LambdaFunction } from './run/lambda-function';
import { RunningExecutions } from './run/running-executions';
import { StateMachine } from './run/state-machine';
import type { Execution, StateMachineOptions } from './run/state-machine';
import type { Publication } from './run/task-resource';
import { EnvironmentVariable } from '../src/core/contract';

export interface CleanupRehearsalOptions extends Pick<AwsServiceOptions, 'faults' | 'percentPerPoll' | 'workingDirectory'> {
  /** The cloud assembly of a stack with one file system, one vault, one cleanup and at most one restore workflow. */
  readonly assembly: string;
  /** The directory that plays the file system. */
  readonly fileSystemRoot: string;
  /** Variables of the workers that differ from the template's. */
  readonly workerEnvironment?: Record<string, string>;
  /** Settings of the cleanup that differ from the template's. */
  readonly settings?: object;
  readonly publish?: StateMachineOptions['publish'];
  readonly wait?: StateMachineOptions['wait'];
  readonly listener?: StateMachineOptions['listener'];
}

const MACHINE = 'AWS::StepFunctions::StateMachine';

/** A synthesized stack with a cleanup at work: its bundles, its state machines, a directory for its file system, and AWS on loopback. */
export class CleanupRehearsal {
  public static async start(options: CleanupRehearsalOptions): Promise<CleanupRehearsal> {
    const template = DeployedTemplate.fromAssembly(options.assembly);
    const { region, accountId: account, partition } = template.place;
    return new CleanupRehearsal(template, await AwsService.start({ region, account, partition, ...options }), options);
  }

  public readonly fileSystem: ElasticFileSystem;
  /** Those that have the file system, by logical id; a cleanup may share the one of the restore workflow. */
  public readonly worker: LambdaFunction;
  public readonly controlPlane: LambdaFunction;
  /** What the topics were told. */
  public readonly published: Publication[] = [];
  public readonly executions = new RunningExecutions();

  private readonly functions: LambdaFunction[];
  private readonly cleanupMachine: StateMachine;
  private readonly restoreMachine?: StateMachine;
  private readonly vaultName: string;
  private readonly backupClient: BackupClient;

  private constructor(public readonly template: DeployedTemplate, public readonly aws: AwsService, options: CleanupRehearsalOptions) {
    this.fileSystem = aws.createFileSystem(options.fileSystemRoot, { fileSystemId: template.physical(this.ids('AWS::EFS::FileSystem')[0]).ref });
    this.vaultName = template.physical(this.ids('AWS::Backup::BackupVault')[0]).ref;
    aws.vaults.create(this.vaultName);
    const mounted = { [EnvironmentVariable.MOUNT_PATH]: options.fileSystemRoot, [EnvironmentVariable.MOUNT_CHECK]: 'DIRECTORY', ...options.workerEnvironment };
    const variables = (id: string): Record<string, string> =>
      (template.resource(id).properties.Environment as { Variables?: Record<string, string> } | undefined)?.Variables ?? {};
    const overrides = (id: string): Record<string, string> => {
      const { MOUNT_PATH: mountPath, CLEANUP_SETTINGS: settings } = variables(id);
      const changed = () => ({ CLEANUP_SETTINGS: JSON.stringify({ ...JSON.parse(settings), ...options.settings }) });
      return { ...(mountPath === undefined ? {} : mounted), ...(settings === undefined ? {} : changed()) };
    };
    const ours = this.ids('AWS::Lambda::Function').filter((id) => /ControlPlane|Worker/.test(id));
    const byId = new Map(ours.map((id) => [id, LambdaFunction.fromTemplate(template, id, { endpointUrl: aws.endpoint, overrides: overrides(id) })]));
    this.functions = [...byId.values()];
    this.controlPlane = byId.get(ours.find((id) => EnvironmentVariable.CLEANUP_SETTINGS in variables(id))!)!;
    const workers = ours.filter((id) => EnvironmentVariable.MOUNT_PATH in variables(id));
    this.worker = byId.get(workers.find((id) => /Cleanup/.test(id)) ?? workers[0])!;
    this.backupClient = new BackupClient({
      endpoint: aws.endpoint, region: template.place.region, credentials: { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' }, maxAttempts: 1,
    });
    const machines = this.ids(MACHINE).map((id) => [id, StateMachine.fromTemplate(template, id, {
      functions: this.functions,
      clients: { backup: this.backupClient },
      executions: this.executions,
      publish: options.publish ?? ((publication) => { this.published.push(publication); }),
      wait: options.wait ?? ((seconds) => seconds / 1000),
      // the names of their states overlap: whoever listens wants to hear of the cleanup
      listener: /Cleanup/.test(id) ? options.listener : undefined,
    })] as const);
    this.cleanupMachine = machines.find(([id]) => /Cleanup/.test(id))![1];
    this.restoreMachine = machines.find(([id]) => !/Cleanup/.test(id))?.[1];
  }

  /** A backup job. */
  public async backUp(): Promise<void> {
    await this.aws.backUp(this.fileSystem, this.vaultName);
  }

  /** Executes the cleanup with this input. */
  public async cleanUp(input: unknown = {}, name?: string): Promise<Execution> {
    return this.cleanupMachine.execute(input, name);
  }

  /** Executes the restore workflow with this input. */
  public async restore(input: unknown): Promise<Execution> {
    return this.restoreMachine!.execute(input);
  }

  /** The lines of JSON that the control plane wrote to its log. */
  public get logged(): Array<Record<string, any>> {
    return this.controlPlane.output.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, any>);
  }

  public async close(): Promise<void> {
    await Promise.all(this.functions.map((fn) => fn.close()));
    this.backupClient.destroy();
    await this.aws.close();
  }

  private ids(type: string): string[] {
    return this.template.resources(type).map(({ logicalId }) => logicalId);
  }
}
