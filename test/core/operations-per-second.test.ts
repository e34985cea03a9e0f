import { checkOperationsPerSecond, DEFAULT_OPERATIONS_PER_SECOND } from '../../src/core/operations-per-second';

test.each([undefined, null, 10, 256, DEFAULT_OPERATIONS_PER_SECOND, 500_000])('%p is fine', (value) => {
  expect(checkOperationsPerSecond(value)).toEqual([]);
});

test.each([0, -1, 9, 10.5, NaN, Infinity, '3500', [], {}, true])('%p is not', (value) => {
  expect(checkOperationsPerSecond(value)).toMatchObject([{ subject: 'operationsPerSecond', rule: 'must be a whole number, 10 or more', value }]);
});

test('the default leaves half of what the slowest file systems take at best', () => {
  expect(DEFAULT_OPERATIONS_PER_SECOND).toBe(7_000 / 2);
});
