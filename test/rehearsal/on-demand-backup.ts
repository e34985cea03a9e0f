import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { BackupClient } from '@aws-sdk/client-backup';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import { DefinitionCoverage } from './definition-coverage';
import type { ElasticFileSystem } from '../../rehearsal/aws/elastic-file-system';
import type { FaultRule } from '../../rehearsal/aws/faults';
import { AwsService } from '../../rehearsal/aws/service';
import { DeployedTemplate } from '../../rehearsal/run/deployed-template';
import type { StateEvent } from '../../rehearsal/run/execution-history';
import { StateMachine } from '../../rehearsal/run/state-machine';
import type { Execution } from '../../rehearsal/run/state-machine';
import { TaskError } from '../../rehearsal/run/task-error';
import { WorkflowHook, EfsOnDemandBackup, EfsBackupVault } from '../../src';

/** Who takes the steps around the backup. */
export enum Steps { NONE = 'no steps', FUNCTIONS = 'functions', STATE_MACHINES = 'state machines' }

const HOME = 'eu-central-1:111122223333';
const functionArn = (name: string) => `arn:aws:lambda:${HOME}:function:${name}`;
const machineArn = (name: string) => `arn:aws:states:${HOME}:stateMachine:${name}`;

/** A call of a step of the user's. */
export interface StepCall {
  readonly phase: 'BEFORE_BACKUP' | 'AFTER_BACKUP';
  readonly attempt: number;
  readonly input: unknown;
  readonly paused: unknown;
  readonly outcome?: { readonly status: string; readonly sentence: string };
  readonly fileSystemId: string;
  readonly fileSystemArn: string;
}

export interface OnDemandOptions {
  readonly faults?: readonly FaultRule[];
  readonly percentPerPoll?: number;
  /** The step of this phase fails. */
  readonly failing?: StepCall['phase'];
}

/** An on-demand backup whose synthesized definition is executed. */
export class OnDemandBench {
  public readonly coverage: DefinitionCoverage;
  private readonly temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'on-demand-test-'));
  private readonly assembly = path.join(this.temporary, 'assembly');
  private count = 0;

  constructor(steps: Steps) {
    const app = new App({ outdir: this.assembly });
    const stack = new Stack(app, 'OnDemand', { env: { account: '111122223333', region: 'eu-central-1' } });
    const hook = (name: string) => steps === Steps.NONE ? undefined
      : steps === Steps.FUNCTIONS ? WorkflowHook.invokeFunction(lambda.Function.fromFunctionArn(stack, name, functionArn(name)))
        : WorkflowHook.startStateMachine(sfn.StateMachine.fromStateMachineArn(stack, name, machineArn(name)));
    new EfsOnDemandBackup(stack, 'Backup', {
      fileSystem: new efs.CfnFileSystem(stack, 'Data', { encrypted: true }),
      backupVault: new EfsBackupVault(stack, 'Vault'),
      backupTimeout: Duration.hours(2),
      otherJobTimeout: Duration.hours(1),
      before: hook('pause'),
      after: hook('resume'),
    });
    app.synth();
    this.coverage = DefinitionCoverage.ofTemplate(this.assembly, 'OnDemand.template.json', /./);
  }

  public async start(options: OnDemandOptions = {}): Promise<OnDemandScene> {
    const base = path.join(this.temporary, String(this.count += 1));
    const [root, workingDirectory] = ['file-system', 'aws'].map((name) => path.join(base, name));
    fs.mkdirSync(root, { recursive: true });
    fs.mkdirSync(workingDirectory);
    fs.writeFileSync(path.join(root, 'file'), 'content');
    const template = DeployedTemplate.fromAssembly(this.assembly, { accountId: '111122223333', region: 'eu-central-1' });
    const aws = await AwsService.start({ ...options, workingDirectory, region: 'eu-central-1', account: '111122223333' });
    return new OnDemandScene(template, aws, root, this.coverage, options.failing);
  }

  public close(): void {
    fs.rmSync(this.temporary, { recursive: true, force: true });
  }
}

/** One file system, and what became of it. */
export class OnDemandScene {
  /** The calls of the steps around the backup, in their order. */
  public readonly calls: StepCall[] = [];
  public readonly listeners: Array<(event: StateEvent) => void> = [];
  public readonly fileSystem: ElasticFileSystem;
  public readonly vaultName: string;
  private readonly machine: StateMachine;
  private readonly client: BackupClient;

  constructor(template: DeployedTemplate, public readonly aws: AwsService, root: string, coverage: DefinitionCoverage, failing?: StepCall['phase']) {
    this.fileSystem = aws.createFileSystem(root, { fileSystemId: template.physical(template.resources('AWS::EFS::FileSystem')[0].logicalId).ref });
    this.vaultName = template.physical(template.resources('AWS::Backup::BackupVault')[0].logicalId).ref;
    aws.vaults.create(this.vaultName);
    this.client = new BackupClient({
      endpoint: aws.endpoint, region: 'eu-central-1', credentials: { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' }, maxAttempts: 1,
    });
    const step = (event: unknown) => {
      const call = event as StepCall;
      this.calls.push(call);
      if (call.phase === failing) {
        throw new TaskError('StepFailed', 'no way');
      }
      return { writers: `${call.phase} ${call.attempt}` };
    };
    this.machine = StateMachine.fromTemplate(template, template.resources('AWS::StepFunctions::StateMachine')[0].logicalId, {
      functions: ['pause', 'resume'].map((functionName) => ({ functionName, arn: functionArn(functionName), invoke: async (event) => step(event) })),
      stateMachines: ['pause', 'resume'].map((name) => ({
        arn: machineArn(name),
        execute: async (event) => {
          try {
            return { status: 'SUCCEEDED', output: step(event) };
          } catch (error) {
            return { status: 'FAILED', error: (error as Error).name, cause: (error as Error).message };
          }
        },
      })),
      clients: { backup: this.client },
      wait: () => 1,
      listener: (event) => {
        coverage.observe(event);
        this.listeners.forEach((listener) => listener(event));
      },
    });
  }

  /** What the steps were told, shortly. */
  public get told(): string[] {
    return this.calls.map(({ phase, attempt, outcome }) => [phase, attempt, ...outcome === undefined ? [] : [outcome.status]].join(' '));
  }

  /** Does something as soon as a state is entered, so many times. */
  public when(state: string, action: () => unknown, times = 1): void {
    let left = times;
    this.listeners.push((event) => {
      if (event.state === state && event.kind === 'entered' && left > 0) {
        left -= 1;
        action();
      }
    });
  }

  public requestsOf(operation: string): Array<Record<string, unknown>> {
    return this.aws.requests.filter((request) => request.operation === operation).map(({ input }) => input);
  }

  public async backUp(input: unknown = {}): Promise<Execution> {
    return this.machine.execute(input);
  }

  public async close(): Promise<void> {
    this.client.destroy();
    await this.aws.close();
  }
}
