import * as fc from 'fast-check';
import { RateLimit } from '../../../lambda/runtime/rate-limit';
import { DEFAULT_OPERATIONS_PER_SECOND } from '../../../src/core/operations-per-second';

/** A clock that stands still until all wait, and then goes on to whoever is next. */
class Clock {
  public time = 1_000;
  private sleepers: Array<{ readonly at: number; wake(): void }> = [];

  public readonly now = (): number => this.time;
  public readonly wait = async (milliseconds: number): Promise<void> => new Promise((wake) => {
    this.sleepers.push({ at: this.time + milliseconds, wake });
  });

  public async run(action: () => Promise<unknown>): Promise<void> {
    let running = true;
    const end = action().finally(() => {
      running = false;
    });
    while (running) {
      await new Promise(setImmediate);
      const next = this.sleepers.sort((a, b) => a.at - b.at).shift();
      if (next) {
        this.time = next.at;
        next.wake();
      }
    }
    await end;
  }
}

/** Burst, and what a wait that is too short for a timer is put off by. */
const AHEAD_MILLISECONDS = 100 + 5;

test('a burst of a tenth of a second goes through at once, then the rate holds exactly', async () => {
  const clock = new Clock();
  const limit = new RateLimit(1_000, clock.now, clock.wait);
  await clock.run(async () => {
    for (let operation = 0; operation < 100; operation += 1) {
      await limit.take();
    }
    expect(clock.time).toBe(1_000);
    for (let operation = 0; operation < 9_900; operation += 1) {
      await limit.take();
    }
  });
  expect(Math.abs(clock.time - 1_000 - (10_000 - AHEAD_MILLISECONDS + 5))).toBeLessThanOrEqual(6);
});

test('the default is half of what a file system takes', async () => {
  const clock = new Clock();
  const limit = new RateLimit(undefined, clock.now, clock.wait);
  await clock.run(async () => {
    for (let batch = 0; batch < 1_000; batch += 1) {
      await limit.take(35);
    }
  });
  expect(DEFAULT_OPERATIONS_PER_SECOND).toBe(3_500);
  expect(Math.abs(clock.time - 1_000 - 9_900)).toBeLessThanOrEqual(11);
});

test('a pause earns no more than the burst', async () => {
  const clock = new Clock();
  const limit = new RateLimit(1_000, clock.now, clock.wait);
  await clock.run(async () => limit.take(100));
  clock.time += 3_600_000;
  const began = clock.time;
  await clock.run(async () => limit.take(300));
  expect(clock.time - began).toBe(200);
});

test('a wait of at most 5 ms is saved up, a longer one is waited for whole', async () => {
  const waits: number[] = [];
  const limit = new RateLimit(1_000, () => 0, async (milliseconds) => waits.push(milliseconds));
  for (const operations of [100, 1, 4, 1]) {
    await limit.take(operations);
  }
  expect(waits).toEqual([6]);
});

test('by the clock of the system, whoever asks for too much waits', async () => {
  const limit = new RateLimit(1_000);
  const began = performance.now();
  await limit.take(150);
  expect(performance.now() - began).toBeGreaterThanOrEqual(45);
});

test('many at once share one rate, in the order in which they came', async () => {
  const clock = new Clock();
  const limit = new RateLimit(100, clock.now, clock.wait);
  const granted: number[] = [];
  await clock.run(async () => Promise.all(Array.from({ length: 500 }, async (_, index) => {
    await limit.take();
    granted.push(index);
  })));
  expect(granted).toEqual([...granted].sort((a, b) => a - b));
  expect(clock.time - 1_000).toBe(4_900);
});

test('whoever asks when, and for how much: in no window more than burst and rate', async () => {
  const request = fc.record({ after: fc.integer({ min: 0, max: 400 }), operations: fc.integer({ min: 1, max: 20 }) });
  const clients = fc.array(fc.array(request, { maxLength: 15 }), { minLength: 1, maxLength: 6 });
  await fc.assert(fc.asyncProperty(fc.integer({ min: 200, max: 5_000 }), clients, async (perSecond, all) => {
    const clock = new Clock();
    const limit = new RateLimit(perSecond, clock.now, clock.wait);
    const granted: Array<{ at: number; operations: number }> = [];
    await clock.run(async () => Promise.all(all.map(async (requests) => {
      for (const { after, operations } of requests) {
        await (after > 0 ? clock.wait(after) : undefined);
        await limit.take(operations);
        granted.push({ at: clock.time, operations });
      }
    })));
    for (let from = 0; from < granted.length; from += 1) {
      let sum = 0;
      for (let to = from; to < granted.length; to += 1) {
        sum += granted[to].operations;
        expect(sum).toBeLessThanOrEqual(perSecond * (granted[to].at - granted[from].at + AHEAD_MILLISECONDS) / 1000 + 1e-6);
      }
    }
  }), { numRuns: 50 });
});
