import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_OPERATIONS_PER_SECOND } from '../../src/core/operations-per-second';

/** Shorter waits are saved up: a timer is no more exact than this. */
const SHORTEST_WAIT_MILLISECONDS = 5;
/** How much of a second may be used at once after a pause. */
const BURST_SECONDS = 0.1;

/** A token bucket: lets so many operations a second through, with a short burst. */
export class RateLimit {
  private readonly perSecond: number;
  /** When the bucket is full again if nothing is taken. */
  private fullAt = 0;

  /** Null is as good as missing: events are JSON. */
  constructor(
    perSecond?: number | null,
    private readonly now: () => number = () => performance.now(),
    private readonly wait: (milliseconds: number) => Promise<unknown> = sleep,
  ) {
    this.perSecond = perSecond ?? DEFAULT_OPERATIONS_PER_SECOND;
  }

  /** Waits until so many operations may be made. */
  public async take(operations = 1): Promise<void> {
    const now = this.now();
    this.fullAt = Math.max(this.fullAt, now) + (operations / this.perSecond) * 1000;
    const early = this.fullAt - now - BURST_SECONDS * 1000;
    if (early > SHORTEST_WAIT_MILLISECONDS) {
      await this.wait(early);
    }
  }
}
