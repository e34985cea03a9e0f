import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as sns from 'aws-cdk-lib/aws-sns';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';
import { DefinitionCoverage } from './definition-coverage';
import { CleanupRehearsal } from '../../rehearsal/cleanup-rehearsal';
import type { CleanupRehearsalOptions } from '../../rehearsal/cleanup-rehearsal';
import type { StateEvent } from '../../rehearsal/run/execution-history';
import type { Execution } from '../../rehearsal/run/state-machine';
import { BackedUpFileSystem, CleanupMode, RecoveryDirectoryCleanup, UnprovenDirectories } from '../../src';
import type { CleanupSettings } from '../../src/core/cleanup';
import type { CleanupReport } from '../../src/core/cleanup-report';
import { CLEANUP_REPORT_SCHEMA } from '../../src/core/cleanup-report-schema';
import { parseRecoveryDirectoryName, classifyRootEntry, formatRecoveryDirectoryName, RootEntryKind } from '../../src/core/recovery-directory';
import { violations } from '../helpers/json-schema';

const DELETE_AFTER = Duration.hours(25);

/** FULL: every state that there can be. LEAST: one worker, no topic, no restore workflow. */
export type Variant = 'FULL' | 'LEAST';

/** A file system with recovery directories, whose synthesized cleanup is executed by the tests. */
export class CleanupBench {
  public readonly coverage: DefinitionCoverage;

  private readonly temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'cleanup-test-'));
  private readonly assembly = path.join(this.temporary, 'assembly');
  private count = 0;

  constructor(variant: Variant) {
    const app = new App({ outdir: this.assembly, context: flags });
    const stack = new Stack(app, 'Stack');
    const vpc = new ec2.Vpc(stack, 'Vpc', { natGateways: 0, maxAzs: 2 });
    const data = new BackedUpFileSystem(stack, 'Data', { vpc });
    new RecoveryDirectoryCleanup(stack, 'Cleanup', {
      fileSystem: data,
      vpc,
      mode: CleanupMode.DELETE,
      deleteAfter: DELETE_AFTER,
      unprovenDirectories: UnprovenDirectories.CLEAN_UP, // no restore job made what the tests make
      ...(variant === 'FULL' ? {
        workers: 3, notificationTopic: new sns.Topic(stack, 'Topic'), restoreWorkflows: [data.addRestoreWorkflow('Restore')],
      } : {}),
    });
    app.synth();
    this.shortenRetention();
    this.coverage = DefinitionCoverage.ofTemplate(this.assembly, 'Stack.template.json', /^Cleanup/);
  }

  /** A rehearsal on a new file system. */
  public async start(options: Partial<CleanupRehearsalOptions> & { settings?: Partial<CleanupSettings> } = {}): Promise<CleanupScene> {
    const base = path.join(this.temporary, String(this.count += 1));
    const [root, workingDirectory] = ['file-system', 'aws'].map((name) => path.join(base, name));
    fs.mkdirSync(root, { recursive: true });
    fs.mkdirSync(workingDirectory);
    const scene: CleanupScene = new CleanupScene(root, await CleanupRehearsal.start({
      assembly: this.assembly,
      fileSystemRoot: root,
      workingDirectory,
      wait: () => 1,
      ...options,
      settings: { deleteAfterSeconds: 0, ...options.settings },
      listener: (event) => {
        this.coverage.observe(event);
        scene.listeners.forEach((listener) => listener(event));
      },
    }));
    return scene;
  }

  public close(): void {
    fs.rmSync(this.temporary, { recursive: true, force: true });
  }

  /** Nobody can make an entry whose ctime is a day ago, and what was written later than the restore is in use: so nothing is kept for a day here. */
  private shortenRetention(): void {
    const template = path.join(this.assembly, 'Stack.template.json');
    const text = fs.readFileSync(template, 'utf8');
    const own = `\\"retentionSeconds\\":${DELETE_AFTER.toSeconds()}`;
    if (!text.includes(own)) {
      throw new Error('the definition has no retention');
    }
    fs.writeFileSync(template, text.replaceAll(own, '\\"retentionSeconds\\":0'));
  }
}

/** How much later than the restore an entry may be written before its directory counts as in use (lambda/worker/use.ts). */
const GRACE_MILLISECONDS = 300_000;
/** The clock of a file system goes in steps. */
const CLOCK_STEP_MILLISECONDS = 20;
/** The age of a directory that somebody can begin to work in, in seconds: within the grace period when it is made, beyond it two seconds later. */
export const NEARLY_GRACE = 298;

/** One file system with its cleanup. */
export class CleanupScene {
  public readonly listeners: Array<(event: StateEvent) => void> = [];

  constructor(public readonly root: string, public readonly rehearsal: CleanupRehearsal) {}

  /** Makes a recovery directory that is so many seconds old, with so many files in it; the answer is its name. */
  public make(ageSeconds: number, files = 3, kind: Parameters<typeof formatRecoveryDirectoryName>[0] = RootEntryKind.RECOVERY_DIRECTORY): string {
    const name = formatRecoveryDirectoryName(kind, Date.now() - ageSeconds * 1000, '123456789');
    for (let index = 0; index < files; index += 1) {
      this.write(`${name}/directory-${index % 10}/${index}.txt`, 'content');
    }
    fs.mkdirSync(this.at(name), { recursive: true });
    return name;
  }

  public write(own: string, content: string): void {
    fs.mkdirSync(path.dirname(this.at(own)), { recursive: true });
    fs.writeFileSync(this.at(own), content);
  }

  /** Somebody works in a recovery directory, which must be nearly as old as the grace period: nobody can make an entry whose ctime lies in the future. */
  public use(name: string): void {
    const { instant } = parseRecoveryDirectoryName(name)!;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.max(0, instant + GRACE_MILLISECONDS + CLOCK_STEP_MILLISECONDS - Date.now()));
    this.write(`${name}/work in progress`, 'mine');
  }

  public at(own: string): string {
    return path.join(this.root, own);
  }

  /** What AWS Backup, or the library, has left at the root, but for the records. */
  public get left(): string[] {
    return fs.readdirSync(this.root).filter((name) => classifyRootEntry(name) !== RootEntryKind.OTHER).sort();
  }

  /** Does something as soon as a state is entered. */
  public when(state: string, action: (event: StateEvent) => unknown, kinds: StateEvent['kind'][] = ['entered']): void {
    this.listeners.push((event) => {
      if (event.state === state && kinds.includes(event.kind)) {
        action(event);
      }
    });
  }

  /** As `when`, but the first time only. */
  public once(state: string, action: () => unknown): void {
    let done = false;
    this.when(state, () => {
      if (!done) {
        done = true;
        action();
      }
    });
  }

  /** The function of a state loses its execution environment in every attempt. */
  public killIn(state: string, fn: 'worker' | 'controlPlane', errorName?: string): void {
    this.when(state, () => this.rehearsal[fn].killDuringNextInvocation({ atOnce: true, errorName }), ['entered', 'retried']);
  }

  /** Executes the cleanup, and answers with how it ended and what it reported. */
  public async cleanUp(input: unknown = {}, name?: string): Promise<{ execution: Execution; report: CleanupReport }> {
    const execution = await this.rehearsal.cleanUp(input, name);
    const lines = this.rehearsal.logged.filter(({ message, report }) => message === 'report' && report.execution.id === execution.arn);
    const report = (execution.output ?? lines[lines.length - 1]?.report) as CleanupReport;
    if (report !== undefined && (report.outcome as string) !== 'IGNORED') {
      expect(violations(CLEANUP_REPORT_SCHEMA, JSON.parse(JSON.stringify(report)))).toEqual([]);
    }
    return { execution, report };
  }

  public async close(): Promise<void> {
    await this.rehearsal.close();
  }
}
