import { Presets, SingleBar } from 'cli-progress';
import type { StateEvent } from '../run/execution-history';

/** Shows an execution as it goes: a line for each state that works, a bar for the restore job where the terminal is one. */
export class Progress {
  private bar: SingleBar | undefined;
  private percent = -1;
  private caught: string | undefined;

  public readonly listener = (event: StateEvent): void => {
    if (event.kind === 'caught') {
      this.caught = event.state;
    } else if (event.kind === 'left' && event.state === this.caught) {
      this.caught = undefined; // left through its catch: it has no output to tell of
    } else if (event.state === 'DescribeRestoreJob' && event.kind === 'left') {
      this.showJob((event.output as { restoreJob: { Status: string; PercentDone?: string } }).restoreJob);
    } else if (event.kind === 'left' && event.type === 'Task') {
      this.line(`  ✓ ${event.state}${summaryOf(event)}`);
    } else if (event.kind === 'failed') {
      this.line(`  ✗ ${event.state}: ${event.error}`);
    } else if (event.kind === 'retried') {
      this.line(`    retry ${event.attempt}`);
    }
  };

  private showJob({ Status, PercentDone }: { Status: string; PercentDone?: string }): void {
    const percent = Status === 'COMPLETED' ? 100 : Math.floor(Number.parseFloat(PercentDone ?? '0'));
    if (!process.stdout.isTTY) {
      if (percent !== this.percent || ['FAILED', 'ABORTED'].includes(Status)) {
        console.log(`    restore job ${Status}, ${percent} %`);
      }
    } else if (!this.bar) {
      this.bar = new SingleBar({ format: '    restore job {status} [{bar}] {percentage} %' }, Presets.shades_classic);
      this.bar.start(100, percent, { status: Status });
    } else {
      this.bar.update(percent, { status: Status });
    }
    this.percent = percent;
  }

  private line(text: string): void {
    this.bar?.stop();
    this.bar = undefined;
    console.log(text);
  }
}

/** What a step found out, in a few words. */
function summaryOf({ state, output }: StateEvent): string {
  const known = output as Record<string, any>;
  switch (state) {
    case 'PrepareRestore': return `: recovery point of ${known.prepared.recoveryPoint.created}`;
    case 'StartRestoreJob': return `: ${known.job.RestoreJobId}`;
    case 'FindRecoveryDirectory': return `: /${known.work.found.directory}`;
    case 'VerifyRecoveryDirectory': return `: ${known.verification.verdict}, ${JSON.stringify(known.verification.counts)}`;
    case 'PlanMove':
    case 'MoveIntoPlace': return `: ${known.move.outcome}, ${JSON.stringify(known.move.counts)}`;
    case 'DeleteShard': return `: ${known.deletion.outcome}, ${known.deletion.deletedEntries} entries`;
    default: return '';
  }
}
