import { setTimeout as wait } from 'node:timers/promises';
import * as fc from 'fast-check';
import { Slots } from '../../../lambda/fs/slots';
import { runs } from '../../helpers/effort';

test('the deepest of those that wait goes first, and of one depth the first that came', async () => {
  const slots = new Slots(1);
  await slots.acquire(0);
  const order: string[] = [];
  const waiting = [[1, 'a'], [7, 'b'], [1, 'c'], [0, 'd'], [7, 'e'], [3, 'f']].map(([depth, name]) => slots.run(depth as number, async () => {
    order.push(name as string);
  }));
  slots.release();
  await Promise.all(waiting);
  expect(order).toEqual(['b', 'e', 'f', 'a', 'c', 'd']);
});

test('one who comes later and is deeper goes before those who wait', async () => {
  const slots = new Slots(1);
  const order: number[] = [];
  const run = (depth: number, then?: () => void) => slots.run(depth, async () => {
    order.push(depth);
    await wait(1);
    then?.();
  });
  const late: Array<Promise<void>> = [];
  await Promise.all([run(0, () => late.push(run(5))), run(1), run(2)]);
  await Promise.all(late);
  expect(order).toEqual([0, 5, 2, 1]);
});

test('an action that throws gives its slot back', async () => {
  const slots = new Slots(2);
  for (let time = 0; time < 5; time += 1) {
    await expect(slots.run(time, async () => {
      throw new Error('failed');
    })).rejects.toThrow('failed');
    await expect(slots.run(time, () => {
      throw new Error('at once');
    })).rejects.toThrow('at once');
  }
  let running = 0;
  let most = 0;
  await Promise.all([0, 1, 2, 3].map((depth) => slots.run(depth, async () => {
    most = Math.max(most, running += 1);
    await wait(1);
    running -= 1;
  })));
  expect(most).toBe(2);
});

test('whatever the tasks: all run, never too many at once, none idles while one waits, none goes before a deeper one that waits', async () => {
  const task = fc.record({ depth: fc.nat({ max: 30 }), ticks: fc.nat({ max: 4 }), throws: fc.boolean(), later: fc.nat({ max: 3 }) });
  await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.array(task, { maxLength: 40 }), async (most, tasks) => {
    const slots = new Slots(most);
    const waiting = new Map<number, number>();
    let running = 0;
    let finished = 0;
    const tick = async (times: number) => {
      for (let time = 0; time < times; time += 1) {
        await new Promise(setImmediate);
      }
    };
    await Promise.all(tasks.map(async ({ depth, ticks, throws, later }, index) => {
      await tick(later);
      const waits = running >= most;
      waiting.set(index, depth);
      await slots.run(depth, async () => {
        waiting.delete(index);
        running += 1;
        expect(running).toBeLessThanOrEqual(most);
        if (waits && ticks > 0) {
          const earlier = [...waiting].filter(([other]) => other < index && tasks[other].later < later).map(([, other]) => other);
          expect(Math.max(0, ...earlier)).toBeLessThanOrEqual(depth);
        }
        await tick(ticks);
        running -= 1;
        finished += 1;
        if (throws) {
          throw new Error('failed');
        }
      }).catch((error: Error) => expect(error.message).toBe('failed'));
    }));
    expect([running, finished, waiting.size]).toEqual([0, tasks.length, 0]);
  }), { numRuns: runs(200) });
});
