import { Deadline } from '../../../lambda/runtime/deadline';
import { requireEnvironment } from '../../../lambda/runtime/environment';
import { NamedError } from '../../../lambda/runtime/named-error';
import { EnvironmentVariable } from '../../../src/core/contract';

test('the deadline is reached while there is still time to answer', () => {
  let remaining = 10_001;
  const deadline = new Deadline({ getRemainingTimeInMillis: () => remaining });
  expect(deadline.reached).toBe(false);
  remaining = 10_000;
  expect(deadline.reached).toBe(true);
  remaining = -1;
  expect(deadline.reached).toBe(true);
});

test('the time kept free is a choice', () => {
  expect(new Deadline({ getRemainingTimeInMillis: () => 50 }, undefined, 50).reached).toBe(true);
  expect(new Deadline({ getRemainingTimeInMillis: () => 51 }, undefined, 50).reached).toBe(false);
});

test('the deadline is reached at once when somebody asks to stop, however much time is left', () => {
  const abort = new AbortController();
  const deadline = new Deadline({ getRemainingTimeInMillis: () => 900_000 }, abort.signal);
  expect(deadline.reached).toBe(false);
  abort.abort();
  expect(deadline.reached).toBe(true);
  expect(new Deadline({ getRemainingTimeInMillis: () => 0 }, new AbortController().signal).reached).toBe(true);
});

test('an environment variable that is missing, or empty, is named', () => {
  const before = process.env[EnvironmentVariable.MOUNT_PATH];
  try {
    for (const value of [undefined, '']) {
      delete process.env[EnvironmentVariable.MOUNT_PATH];
      if (value !== undefined) {
        process.env[EnvironmentVariable.MOUNT_PATH] = value;
      }
      expect(() => requireEnvironment(EnvironmentVariable.MOUNT_PATH)).toThrow('the environment variable MOUNT_PATH is not set');
    }
    process.env[EnvironmentVariable.MOUNT_PATH] = '/mnt/efs';
    expect(requireEnvironment(EnvironmentVariable.MOUNT_PATH)).toBe('/mnt/efs');
  } finally {
    delete process.env[EnvironmentVariable.MOUNT_PATH];
    if (before !== undefined) {
      process.env[EnvironmentVariable.MOUNT_PATH] = before;
    }
  }
});

test('a named error has the name that Step Functions matches', () => {
  const error = new NamedError('MoveConflict', 'text');
  expect(error).toBeInstanceOf(Error);
  expect([error.name, error.message]).toEqual(['MoveConflict', 'text']);
});
