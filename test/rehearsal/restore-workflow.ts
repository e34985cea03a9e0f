import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as backup from 'aws-cdk-lib/aws-backup';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import { DefinitionCoverage } from './definition-coverage';
import { QuickStart } from '../../examples/quick-start';
import { takeInventory } from '../../rehearsal/demo/inventory';
import type { Inventory } from '../../rehearsal/demo/inventory';
import { Rehearsal } from '../../rehearsal/rehearsal';
import type { RehearsalOptions } from '../../rehearsal/rehearsal';
import type { StateEvent } from '../../rehearsal/run/execution-history';
import type { Execution } from '../../rehearsal/run/state-machine';
import { TaskError } from '../../rehearsal/run/task-error';
import { RootEntryKind, classifyRootEntry } from '../../src/core/recovery-directory';
import type { RestoreReport } from '../../src/core/restore-report';
import { BackedUpFileSystem } from '../../src/file-system';
import { WorkflowHook } from '../../src/hook';
import { RestoreApprovalStage } from '../../src/restore';

const HOME = 'us-east-1:111122223333';
/** A vault that is not in the stack. */
export const COPIES = 'copies';
const APPROVAL_TIMEOUT = Duration.days(2);

/** Everything that a workflow can be told to do besides. */
export class Guarded extends Stack {
  constructor(app: App, id: string) {
    super(app, id);
    const fn = (name: string) => WorkflowHook.invokeFunction(
      lambda.Function.fromFunctionArn(this, name, `arn:aws:lambda:${HOME}:function:${name}`), { timeout: Duration.minutes(5) });
    const machine = (name: string) => WorkflowHook.startStateMachine(
      sfn.StateMachine.fromStateMachineArn(this, name, `arn:aws:states:${HOME}:stateMachine:${name}`));
    new BackedUpFileSystem(this, 'Data', { vpc: new ec2.Vpc(this, 'Vpc', { natGateways: 0, maxAzs: 2 }) }).addRestoreWorkflow('Restore', {
      itemsPerRestoreJob: 2,
      allowNewFileSystems: true,
      moreBackupVaults: [backup.BackupVault.fromBackupVaultName(this, 'Copies', COPIES)],
      clientMounts: [{ mountPoint: '/srv/a', rootDirectory: '/a' }],
      approval: { topic: new sns.Topic(this, 'Approvers'), timeout: APPROVAL_TIMEOUT, stages: [RestoreApprovalStage.BEFORE_RESTORE, RestoreApprovalStage.BEFORE_MOVE] },
      hooks: { beforeRestore: fn('beforeRestore'), afterRestore: machine('afterRestore'), beforeMove: machine('beforeMove'), afterMove: fn('afterMove') },
      notificationTopic: new sns.Topic(this, 'Restores'),
      workers: 2,
    });
  }
}

const STACKS = { QuickStart, Guarded };

/** What the user's functions and state machines are called with, and what they answer; what it throws is how they fail. */
export type HookAnswer = (input: any) => unknown;

function hooksOf(answer: HookAnswer): NonNullable<RehearsalOptions['hooks']> {
  return {
    functions: ['beforeRestore', 'afterMove'].map((name) => ({
      arn: `arn:aws:lambda:${HOME}:function:${name}`,
      functionName: name,
      invoke: async (input: unknown) => {
        try {
          return await answer(input) ?? null;
        } catch (error) {
          throw new TaskError((error as Error).name, JSON.stringify({ errorType: (error as Error).name, errorMessage: (error as Error).message }));
        }
      },
    })),
    stateMachines: ['afterRestore', 'beforeMove'].map((name) => ({
      arn: `arn:aws:states:${HOME}:stateMachine:${name}`,
      execute: async (input: unknown) => {
        try {
          return { status: 'SUCCEEDED' as const, output: await answer(input) ?? null };
        } catch (error) {
          return { status: 'FAILED' as const, error: (error as Error).name, cause: (error as Error).message };
        }
      },
    })),
  };
}

export interface SceneOptions extends Partial<RehearsalOptions> {
  readonly skipBackup?: boolean;
  readonly hook?: HookAnswer;
}

/** A file system with a backup, whose synthesized workflow is executed by the tests of one file. */
export class WorkflowBench {
  /** What of the definition the executions of all scenes executed. */
  public readonly coverage: DefinitionCoverage;

  private readonly temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'workflow-test-'));
  private readonly assembly = path.join(this.temporary, 'assembly');
  private readonly scenes: Scene[] = [];
  private count = 0;

  constructor(stack: keyof typeof STACKS) {
    const app = new App({ outdir: this.assembly });
    new STACKS[stack](app, stack);
    app.synth();
    this.coverage = DefinitionCoverage.ofTemplate(this.assembly, `${stack}.template.json`, /./);
  }

  /** A rehearsal on a new file system that holds these files (path → content) and was backed up. */
  public async start(files: Record<string, string>, options: SceneOptions = {}): Promise<Scene> {
    const base = path.join(this.temporary, String(this.count += 1));
    const [root, workingDirectory] = ['file-system', 'aws'].map((name) => path.join(base, name));
    fs.mkdirSync(root, { recursive: true });
    fs.mkdirSync(workingDirectory);
    const scene: Scene = new Scene(root, await Rehearsal.start({
      assembly: this.assembly,
      fileSystemRoot: root,
      workingDirectory,
      absentItems: 'SKIP',
      wait: () => 1,
      // nobody waits here for people as long as it takes; functions take real time
      timeout: (seconds) => (seconds === APPROVAL_TIMEOUT.toSeconds() ? 500 : seconds * 1000),
      hooks: hooksOf(options.hook ?? (() => undefined)),
      ...options,
      listener: (event) => {
        this.coverage.observe(event);
        scene.listeners.forEach((listener) => listener(event));
      },
    }));
    this.scenes.push(scene);
    scene.write(files);
    if (!options.skipBackup) {
      await scene.rehearsal.backUp();
    }
    return scene;
  }

  /** Ends the scenes of a test. */
  public async end(): Promise<void> {
    await Promise.all(this.scenes.splice(0).map((scene) => scene.close()));
  }

  public close(): void {
    fs.rmSync(this.temporary, { recursive: true, force: true });
  }
}

/** One file system with its workflow. */
export class Scene {
  public readonly listeners: Array<(event: StateEvent) => void> = [];

  constructor(public readonly root: string, public readonly rehearsal: Rehearsal) {}

  public at(own: string): string {
    return path.join(this.root, own);
  }

  public write(files: Record<string, string>): void {
    for (const [own, content] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(this.at(own)), { recursive: true });
      fs.writeFileSync(this.at(own), content);
    }
  }

  public read(own: string): string | undefined {
    return fs.existsSync(this.at(own)) ? fs.readFileSync(this.at(own), 'utf8') : undefined;
  }

  public remove(...paths: string[]): void {
    paths.forEach((own) => fs.rmSync(this.at(own), { recursive: true }));
  }

  /** Everything else, as it is. */
  public get live(): Inventory {
    const { left } = this;
    return new Map([...takeInventory(this.root)].filter(([own]) => !left.includes(own.split('/')[1])));
  }

  /** What AWS Backup, or the library, has left at the root. */
  public get left(): string[] {
    return fs.readdirSync(this.root).filter((name) => classifyRootEntry(name) !== RootEntryKind.OTHER || name.startsWith('.cdk-efs-backup'));
  }

  /** Does something as soon as a state is entered. */
  public when(state: string, action: () => unknown, kinds: StateEvent['kind'][] = ['entered']): void {
    this.listeners.push((event) => {
      if (event.state === state && kinds.includes(event.kind)) {
        action();
      }
    });
  }

  /** The function of a state loses its execution environment in every attempt. */
  public killIn(state: string, fn: 'worker' | 'controlPlane', errorName?: string): void {
    this.when(state, () => this.rehearsal[fn].killDuringNextInvocation({ atOnce: true, errorName }), ['entered', 'retried']);
  }

  /** Executes the workflow, and answers with how it ended and what it reported. */
  public async restore(request: unknown): Promise<{ execution: Execution; report: RestoreReport }> {
    const execution = await this.rehearsal.restore(request);
    const message = this.rehearsal.published.at(-1)?.Message; // before it there may be approvals
    return { execution, report: (execution.output ?? (message === undefined ? undefined : JSON.parse(message))) as RestoreReport };
  }

  public async close(): Promise<void> {
    await this.rehearsal.close();
  }
}
