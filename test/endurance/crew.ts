import { AsyncLocalStorage } from 'node:async_hooks';
import { call, deleting, following, withRoot } from './perform';
import type { Random } from './random';
import { errnoOrThrow } from '../../lambda/fs/errno';
import type { Shard } from '../../src/core/shard';
import type { DeleteAnswer } from '../../src/core/worker';
import { Crash, endlessTime, intercept, timeFor } from '../helpers/fault';

const MOST_ATTEMPTS = 200;
const MOST_TURNS = 4;

export interface CrewHabits {
  /** How likely a call of the worker is never answered, and how likely one of its calls to the file system has to wait. */
  readonly killed: number;
  readonly slow: number;
  /** How likely a call has time for a part only. */
  readonly hurried: number;
}

/** What a worker answered in the end, and whether it ever died on the way. */
export interface Share {
  readonly answer: DeleteAnswer;
  readonly interrupted: boolean;
}

interface Life { calls: number; readonly end: number }

/** Workers that delete one directory together: each with a root of its own, in an order that nobody knows, some of them killed. */
export class Crew {
  private readonly life = new AsyncLocalStorage<Life>();

  constructor(private readonly root: string, private readonly random: Random, private readonly habits: CrewHabits) {}

  /** All at once. */
  public async work(shards: readonly Shard[]): Promise<Share[]> {
    const { stop } = intercept(() => this.pass());
    try {
      const ends = await Promise.allSettled(shards.map((shard) => this.delete(shard)));
      return ends.map((end) => {
        if (end.status === 'rejected') {
          throw end.reason;
        }
        return end.value;
      });
    } finally {
      stop();
      this.life.disable(); // else each promise of this process, in every later test file, is followed: that takes twice as long
    }
  }

  private pass(): Promise<void> | undefined {
    const life = this.life.getStore();
    if (!life) {
      return undefined;
    }
    life.calls += 1;
    if (life.calls > life.end) {
      throw new Crash('killed');
    }
    return this.random.chance(this.habits.slow) ? this.turns(1 + this.random.below(MOST_TURNS)) : undefined;
  }

  private async turns(count: number): Promise<void> {
    for (let turn = 0; turn < count; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private async delete(shard: Shard): Promise<Share> {
    const { random, habits } = this;
    await this.turns(random.pick([0, 0, random.below(200)])); // some come late
    const first = deleting({ shard });
    let event = first;
    let interrupted = false;
    for (let attempt = 1; attempt < MOST_ATTEMPTS; attempt += 1) {
      const life = { calls: 0, end: attempt < MOST_ATTEMPTS / 2 && random.chance(habits.killed) ? random.below(120) : Infinity };
      const time = random.chance(habits.hurried) ? timeFor(1 + random.below(60)) : endlessTime;
      try {
        const answer = await this.life.run(life, () => withRoot(this.root, (root) => call(root, event, time)));
        if (answer.done) {
          return { answer, interrupted };
        }
        event = following(first, answer);
      } catch (error) {
        if (!(error instanceof Crash)) {
          errnoOrThrow(error); // another one took what was just there: the state machine calls again
        }
        interrupted = true;
      }
    }
    throw new Error(`a worker is not done after ${MOST_ATTEMPTS} calls`);
  }
}
