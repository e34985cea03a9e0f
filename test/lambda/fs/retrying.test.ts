import timers from 'node:timers/promises';
import { retrying } from '../../../lambda/fs/retrying';
import { errno } from '../../helpers/fault';

let waits: unknown[];
beforeEach(() => {
  waits = [];
  jest.spyOn(timers, 'setTimeout').mockImplementation((async (milliseconds: number) => void waits.push(milliseconds)) as never);
});
afterEach(() => jest.restoreAllMocks());

/** Fails so many times, then answers. */
function failingFor(times: number, error: unknown) {
  const action = {
    tries: 0,
    run: async () => {
      action.tries += 1;
      if (action.tries <= times) {
        throw error;
      }
      return 'done';
    },
  };
  return action;
}

test.each([[0, []], [1, [50]], [2, [50, 200]], [3, [50, 200, 800]]])('what is busy %i times is done in the end, after longer and longer waits', async (times, expected) => {
  for (const code of ['EBUSY', 'ESTALE', 'EAGAIN']) {
    waits = [];
    const action = failingFor(times, errno(code));
    expect(await retrying(action.run)).toBe('done');
    expect([code, action.tries, waits]).toEqual([code, times + 1, expected]);
  }
});

test('what is busy for good says so after the fourth time', async () => {
  const action = failingFor(99, errno('EBUSY'));
  await expect(retrying(action.run)).rejects.toMatchObject({ code: 'EBUSY' });
  expect([action.tries, waits]).toEqual([4, [50, 200, 800]]);
});

test.each(['ENOENT', 'EACCES', 'EIO', 'ENOTEMPTY'])('%s is an answer, and nothing is tried again', async (code) => {
  const action = failingFor(1, errno(code));
  await expect(retrying(action.run)).rejects.toMatchObject({ code });
  expect([action.tries, waits]).toEqual([1, []]);
});

test('a bug is no reason to wait, also when it comes second', async () => {
  const action = failingFor(1, new TypeError('a bug'));
  await expect(retrying(action.run)).rejects.toThrow('a bug');
  expect([action.tries, waits]).toEqual([1, []]);
  const errors = [errno('EBUSY'), new TypeError('a bug')];
  await expect(retrying(async () => { throw errors.shift(); })).rejects.toThrow('a bug');
  expect([errors, waits]).toEqual([[], [50]]);
});
