import { promises as fs } from 'node:fs';
import { errnoOf, errnoOrThrow, isErrno } from '../../../lambda/fs/errno';

const caught = async (action: () => Promise<unknown>): Promise<unknown> => action().then(() => { throw new Error('did not fail'); }, (error) => error);

test('tells the errno of an error of the file system', async () => {
  const error = await caught(() => fs.lstat('/nowhere/at/all'));
  expect(errnoOf(error)).toBe('ENOENT');
  expect(isErrno(error, 'EEXIST', 'ENOENT')).toBe(true);
  expect(isErrno(error, 'EEXIST')).toBe(false);
  expect(errnoOrThrow(error)).toBe('ENOENT');
});

test("Node's own errors, and all others, are none", async () => {
  for (const error of [await caught(() => fs.lstat('a\0b')), new TypeError('x'), undefined, null, 'ENOENT', { code: 5 }, { code: ['ENOENT'] }, { code: 'ERR_DIR_CLOSED' }]) {
    expect(errnoOf(error)).toBeUndefined();
    expect(isErrno(error, 'ENOENT')).toBe(false);
    expect(() => errnoOrThrow(error)).toThrow();
  }
});

test('ESTALE, which Node has no name for', () => {
  const error = Object.assign(new Error('Unknown system error -116'), { errno: -116, code: 'Unknown system error -116', syscall: 'opendir' });
  expect(errnoOf(error)).toBe('ESTALE');
});
