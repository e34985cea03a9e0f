import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { BackupClient } from '@aws-sdk/client-backup';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as sns from 'aws-cdk-lib/aws-sns';
import { App, Stack } from 'aws-cdk-lib/core';
import { AwsModel, controlPlane } from './aws-model';
import { PRICES } from './rates';
import type { Tree } from './tree';
import { WorkerModel } from './worker-model';
import { DeployedTemplate } from '../../rehearsal/run/deployed-template';
import type { StateEvent } from '../../rehearsal/run/execution-history';
import { RunningExecutions } from '../../rehearsal/run/running-executions';
import { SimulatedTime } from '../../rehearsal/run/simulated-time';
import { StateMachine } from '../../rehearsal/run/state-machine';
import type { Execution } from '../../rehearsal/run/state-machine';
import type { InvokedFunction } from '../../rehearsal/run/task-resource';
import { BackedUpFileSystem, CleanupMode } from '../../src';
import { EnvironmentVariable } from '../../src/core/contract';
import { formatRecoveryDirectoryName, RootEntryKind } from '../../src/core/recovery-directory';

export interface Scenario {
  readonly machine: 'restore' | 'cleanup';
  readonly tree: Tree;
  readonly workers: 1 | 8;
  /** Together with the workers one of RATES. @default - that of the constructs */
  readonly operationsPerSecond?: number;
  /** The input of the execution. */
  readonly input: object;
  /** How many recovery directories of that kind lie at the root before it starts. */
  readonly directories?: number;
  readonly texts?: 'TYPICAL' | 'LONGEST';
}

/** An invocation of a function: when it began, in seconds from the beginning, and what it costs. */
export interface Call {
  readonly at: number;
  readonly seconds: number;
  readonly dollars: number;
}

/** What a simulated execution took. */
export interface Outcome {
  readonly execution: Execution;
  readonly seconds: number;
  /** When a state was entered first, in seconds from the beginning. */
  readonly begunAt: (state: string) => number;
  /** Of all functions, in the order in which they were made. */
  readonly calls: readonly Call[];
  /** States that were entered, and attempts after the first: what AWS Step Functions bills. */
  readonly transitions: number;
  readonly entered: (state: string) => number;
  readonly worker: WorkerModel;
  readonly polls: number;
  readonly lambdaDollars: number;
  readonly transitionDollars: number;
  /** What Elastic throughput costs; Bursting costs nothing. */
  readonly writeDollars: number;
  /** The largest input or output of a state, in bytes, and which state that was. */
  readonly largest: { readonly bytes: number; readonly state: string };
}

const gigabytes = (megabytes: number): number => megabytes / 1024;
const WORKER_MEGABYTES = 1_769;
const CONTROL_PLANE_MEGABYTES = 512;
const OLD_MILLISECONDS = 30 * 86_400_000;
type Rate = Pick<Scenario, 'workers' | 'operationsPerSecond'>;
/** Of each a stack is synthesized; without a rate it is what the constructs have by themselves. */
const RATES: readonly Rate[] = [
  { workers: 1 }, { workers: 8 }, { workers: 1, operationsPerSecond: 60 }, { workers: 8, operationsPerSecond: 80 },
];
const stackOf = ({ workers, operationsPerSecond = 0 }: Rate): string => `Workers${workers}Rate${operationsPerSecond}`;

/** The synthesized workflows, for executions in simulated time. */
export class Simulation {
  private readonly assembly = fs.mkdtempSync(path.join(os.tmpdir(), 'scale-test-'));

  constructor() {
    const app = new App({ outdir: this.assembly });
    for (const rate of RATES) {
      const stack = new Stack(app, stackOf(rate));
      const data = new BackedUpFileSystem(stack, 'Data', { vpc: new ec2.Vpc(stack, 'Vpc', { natGateways: 0, maxAzs: 2 }) });
      const restore = data.addRestoreWorkflow('Restore', { ...rate, notificationTopic: new sns.Topic(stack, 'Topic') });
      restore.addCleanup('Cleanup', { ...rate, mode: CleanupMode.DELETE });
    }
    app.synth();
  }

  public close(): void {
    fs.rmSync(this.assembly, { recursive: true, force: true });
  }

  public async run(scenario: Scenario): Promise<Outcome> {
    const { machine, tree, input, directories = 0, texts = 'LONGEST' } = scenario;
    const template = DeployedTemplate.fromAssembly(this.assembly, {}, stackOf(scenario));
    const begun = Date.now();
    const time = new SimulatedTime(begun);
    const functions = template.resources('AWS::Lambda::Function').map(({ logicalId, properties }) => ({
      arn: String(template.physical(logicalId).attributes.Arn),
      variables: (properties.Environment as { Variables?: Record<string, string> } | undefined)?.Variables ?? {},
    }));
    const worker = new WorkerModel({ time, texts, arn: functions.find(({ variables }) => EnvironmentVariable.MOUNT_PATH in variables)!.arn });
    const aws = new AwsModel(time, worker, tree);
    const calls: Call[] = [];
    const timed = (fn: InvokedFunction, megabytes: number): InvokedFunction => ({
      arn: fn.arn,
      functionName: fn.functionName,
      invoke: async (event) => {
        const at = time.now;
        try {
          return await fn.invoke(event);
        } finally {
          const seconds = (time.now - at) / 1000;
          calls.push({ at: (at - begun) / 1000, seconds, dollars: seconds * gigabytes(megabytes) * PRICES.gigabyteSecond + PRICES.request });
        }
      },
    });
    const isOurs = (variables: Record<string, string>) => [EnvironmentVariable.BACKUP_VAULT_NAME, EnvironmentVariable.CLEANUP_SETTINGS]
      .some((name) => name in variables);
    const planes = functions.filter(({ variables }) => isOurs(variables))
      .map(({ arn, variables }) => timed(controlPlane(arn, variables, aws, time), CONTROL_PLANE_MEGABYTES));
    for (let index = 0; index < directories; index += 1) {
      worker.add(formatRecoveryDirectoryName(RootEntryKind.RECOVERY_DIRECTORY, begun - OLD_MILLISECONDS + index * 1000, '123456789'), tree);
    }
    const entered = new Map<string, { readonly first: number; readonly times: number }>();
    const largest = { bytes: 0, state: '' };
    let transitions = 0;
    const listener = (event: StateEvent): void => {
      const { first, times } = entered.get(event.state) ?? { first: time.now, times: 0 };
      entered.set(event.state, { first, times: times + (event.kind === 'entered' ? 1 : 0) });
      transitions += event.kind === 'entered' || event.kind === 'retried' ? 1 : 0;
      const bytes = Buffer.byteLength(JSON.stringify((event.kind === 'left' ? event.output : event.input) ?? null));
      if (bytes > largest.bytes) {
        Object.assign(largest, { bytes, state: event.state });
      }
    };
    const machines = template.resources('AWS::StepFunctions::StateMachine').map(({ logicalId }) => logicalId);
    const id = machines.find((own) => /Cleanup/.test(own) === (machine === 'cleanup'))!;
    const stateMachine = StateMachine.fromTemplate(template, id, {
      functions: [timed(worker, WORKER_MEGABYTES), ...planes],
      clients: { backup: aws.client as unknown as BackupClient },
      executions: new RunningExecutions(),
      publish: () => undefined,
      sleep: (seconds) => time.sleep(seconds * 1000),
      now: () => time.now,
      listener,
    });
    const execution = await stateMachine.execute(input);
    return {
      execution,
      worker,
      transitions,
      largest,
      polls: aws.polls,
      seconds: (time.now - begun) / 1000,
      calls,
      begunAt: (state) => ((entered.get(state)?.first ?? begun) - begun) / 1000,
      entered: (state) => entered.get(state)?.times ?? 0,
      lambdaDollars: calls.reduce((sum, { dollars }) => sum + dollars, 0),
      transitionDollars: transitions * PRICES.transition,
      writeDollars: worker.writes * PRICES.leastBytes / 2 ** 30 * PRICES.gigabyteWritten,
    };
  }
}
