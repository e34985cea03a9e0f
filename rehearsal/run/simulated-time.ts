import { setImmediate as nextTurn } from 'node:timers/promises';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** So many turns of the event loop without anybody going to sleep mean that all who could go on wait for time to pass. */
const QUIET_TURNS = 60;

/** Time that stands still while anybody has something to do, and jumps to the next who wakes when all sleep: days pass in a second. */
export class SimulatedTime {
  private readonly sleepers: Sleeper[] = [];
  private quiet = 0;
  private running = false;

  /** In milliseconds since 1970-01-01T00:00:00Z. */
  constructor(public now: number) {}

  public async sleep(milliseconds: number): Promise<void> {
    await new Promise<void>((wake) => {
      this.sleepers.push({ until: this.now + milliseconds, wake });
      this.quiet = 0;
      void this.run();
    });
  }

  private async run(): Promise<void> {
    if (this.running) {
      return;
    }
    this.running = true;
    while (this.sleepers.length > 0) {
      for (this.quiet = 0; this.quiet < QUIET_TURNS; this.quiet += 1) {
        await nextTurn();
      }
      this.now = Math.min(...this.sleepers.map(({ until }) => until));
      const due = this.sleepers.filter(({ until }) => until <= this.now);
      due.forEach((sleeper) => {
        this.sleepers.splice(this.sleepers.indexOf(sleeper), 1);
        sleeper.wake();
      });
    }
    this.running = false;
  }
}
