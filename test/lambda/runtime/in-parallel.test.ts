import * as fc from 'fast-check';
import { inParallel } from '../../../lambda/runtime/in-parallel';

const tick = async (times: number): Promise<void> => {
  for (let time = 0; time < times; time += 1) {
    await new Promise(setImmediate);
  }
};
const items = fc.array(fc.record({ ticks: fc.nat({ max: 5 }), fails: fc.constant(false) }), { maxLength: 30 });

test('answers in the order of the items, with never more at once than allowed, and as many where there are enough', async () => {
  await fc.assert(fc.asyncProperty(items, fc.integer({ min: 1, max: 8 }), async (given, most) => {
    let running = 0;
    let highest = 0;
    const results = await inParallel(given.map((item, index) => ({ ...item, index })), most, async ({ ticks, index }) => {
      highest = Math.max(highest, running += 1);
      await tick(ticks);
      running -= 1;
      return `result ${index}`;
    });
    expect(results).toEqual(given.map((_, index) => `result ${index}`));
    expect(highest).toBe(Math.min(most, given.length));
  }));
});

test('the first error is thrown, no further one is begun, and nothing is in flight any more', async () => {
  const failing = fc.array(fc.record({ ticks: fc.nat({ max: 5 }), fails: fc.boolean() }), { minLength: 1, maxLength: 30 });
  const withFailure = failing.filter((given) => given.some(({ fails }) => fails));
  await fc.assert(fc.asyncProperty(withFailure, fc.integer({ min: 1, max: 8 }), async (given, most) => {
    let running = 0;
    let begun = 0;
    let begunAfter = 0;
    let known = false;
    const errors: Error[] = [];
    const all = inParallel(given, most, async ({ ticks, fails }) => {
      begun += 1;
      begunAfter += known ? 1 : 0;
      running += 1;
      await tick(ticks);
      running -= 1;
      if (fails) {
        const error = new Error(`failed as number ${errors.length}`);
        errors.push(error);
        setImmediate(() => {
          known = true;
        });
        throw error;
      }
    });
    const thrown = await all.catch((error: unknown) => error);
    expect(thrown).toBe(errors[0]);
    expect([running, begunAfter]).toEqual([0, 0]);
    const before = begun;
    await tick(10);
    expect(begun).toBe(before);
  }));
});

test('an error that is no object, or comes before the first wait, is one too', async () => {
  await expect(inParallel([1, 2], 2, async () => Promise.reject(undefined))).rejects.toBeUndefined();
  await expect(inParallel([1, 2], 2, () => {
    throw new TypeError('at once');
  })).rejects.toThrow(TypeError);
});
