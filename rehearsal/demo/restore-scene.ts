import * as path from 'node:path';
import type { Check } from './check';
import { Scene } from './scene';
import type { RestoreReport } from '../../src/core/restore-report';
import type { Rehearsal } from '../rehearsal';
import type { Execution } from '../run/state-machine';

/** A file system that a user damaged, and its restore workflow. */
export class RestoreScene extends Scene {
  public rehearsal!: Rehearsal;
  public check!: Check;

  constructor(public readonly root: string, public readonly say: (line: string) => void) {
    super();
  }

  public at(own: string): string {
    return path.join(this.root, own);
  }

  public async restore(request: object, name: string): Promise<Execution> {
    this.say(`Restoring: ${JSON.stringify(request)}`);
    return this.rehearsal.restore(request, name);
  }

  /** What the execution answered, or what the topic was told of it. */
  public reportOf({ arn, output }: Execution): RestoreReport {
    const told = this.rehearsal.published.filter(({ Message }) => Message.startsWith('{')).map(({ Message }) => JSON.parse(Message) as RestoreReport);
    return (output as RestoreReport | undefined) ?? told.filter(({ execution }) => execution.id === arn).pop()!;
  }

  /** How often AWS Backup was asked to start a job, and how many it started. */
  public get starts(): { readonly requests: number; readonly tokens: number; readonly jobs: number } {
    const { requests: all, restoreJobs } = this.rehearsal.aws;
    const requests = all.filter(({ operation }) => operation === 'StartRestoreJob');
    const tokens = new Set(requests.map(({ input }) => input.IdempotencyToken));
    return { requests: requests.length, tokens: tokens.size, jobs: restoreJobs.byId.size };
  }

  /** The worker loses its execution environment so soon after its next call began. */
  public killWorker(afterMilliseconds: number): void {
    this.rehearsal.worker.killDuringNextInvocation({ afterMilliseconds });
  }
}
