import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { App } from 'aws-cdk-lib/core';
import { Coverage, definitionIn } from './coverage';
import { QuickStart } from '../../examples/quick-start';
import { Rehearsal } from '../../rehearsal/rehearsal';
import type { RehearsalOptions } from '../../rehearsal/rehearsal';
import type { StateEvent } from '../../rehearsal/run/execution-history';
import type { Execution } from '../../rehearsal/run/state-machine';
import type { Definition } from '../../rehearsal/run/state-machine-definition';
import { RootEntryKind, classifyRootEntry } from '../../src/core/recovery-directory';
import type { RestoreReport } from '../../src/core/restore-report';

/** A file system with a backup, whose synthesized workflow is executed by the tests. */
export class WorkflowBench {
  /** What of the definition the executions of all scenes executed. */
  public readonly coverage = new Coverage();

  private readonly temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'workflow-test-'));
  private readonly assembly = path.join(this.temporary, 'assembly');
  private count = 0;

  constructor() {
    const app = new App({ outdir: this.assembly });
    new QuickStart(app, 'QuickStart');
    app.synth();
  }

  /** A rehearsal on a new file system that holds these files (path → content) and was backed up. */
  public async start(files: Record<string, string>, options: Partial<RehearsalOptions> & { skipBackup?: boolean } = {}): Promise<Scene> {
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
      ...options,
      listener: (event) => {
        this.coverage.observe(event);
        scene.listeners.forEach((listener) => listener(event));
      },
    }));
    scene.write(files);
    if (!options.skipBackup) {
      await scene.rehearsal.backUp();
    }
    return scene;
  }

  public definition(): Definition {
    return definitionIn(path.join(this.assembly, 'QuickStart.template.json'));
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
    this.when(state, () => {
      // a warm environment may answer before the kill comes, a new one cannot
      this.rehearsal[fn].processIds.forEach((pid) => process.kill(pid, 'SIGKILL'));
      this.rehearsal[fn].killDuringNextInvocation({ afterMilliseconds: 0, errorName });
    }, ['entered', 'retried']);
  }

  /** Executes the workflow, and answers with how it ended and what it reported. */
  public async restore(request: unknown): Promise<{ execution: Execution; report: RestoreReport }> {
    const execution = await this.rehearsal.restore(request);
    const message = this.rehearsal.published[0]?.Message;
    return { execution, report: (execution.output ?? (message === undefined ? undefined : JSON.parse(message))) as RestoreReport };
  }

  public async close(): Promise<void> {
    await this.rehearsal.close();
  }
}
