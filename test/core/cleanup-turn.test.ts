import * as fc from 'fast-check';
import { LONGEST_RUN_MILLISECONDS, MOST_RUNNING_EXECUTIONS, takeTurn } from '../../src/core/cleanup-turn';
import type { TurnFacts } from '../../src/core/cleanup-turn';

const NOW = Date.parse('2026-11-26T12:00:00.000Z');
const at = (minute: number) => `2026-11-26T11:${String(minute).padStart(2, '0')}:00.000Z`;
const none = { ids: [], starts: [] };
const list = (...running: Array<readonly [string, string]>) => ({ ids: running.map(([id]) => id), starts: running.map(([, start]) => start) });
const facts = (more: Partial<TurnFacts> = {}): TurnFacts =>
  ({ execution: { id: 'b', startTime: at(5) }, cleanups: list(['b', at(5)]), restores: [], runningRestoreJobs: [], now: NOW, ...more });

test('alone it is its turn, also where the list does not show it yet', () => {
  expect(takeTurn(facts())).toEqual({ decision: 'GO' });
  expect(takeTurn(facts({ cleanups: none }))).toEqual({ decision: 'GO' });
});

test.each([
  ['an older one', [['b', at(5)], ['a', at(4)]], 'YIELD'],
  ['a younger one', [['c', at(6)], ['b', at(5)]], 'GO'],
  ['one of the same moment whose ARN comes first', [['b', at(5)], ['a', at(5)]], 'YIELD'],
  ['one of the same moment whose ARN comes later', [['c', at(5)], ['b', at(5)]], 'GO'],
  ['an older one, itself not shown yet', [['a', at(4)]], 'YIELD'],
  ['one whose time cannot be read', [['c', 'whenever']], 'YIELD'],
] as Array<[string, Array<[string, string]>, string]>)('beside %s', (_, running, decision) => {
  expect(takeTurn(facts({ cleanups: list(...running) })).decision).toBe(decision);
});

test('of executions that see each other, exactly one has its turn', () => {
  const run = fc.record({ id: fc.string({ minLength: 1, maxLength: 3 }), minute: fc.integer({ min: 0, max: 3 }) });
  fc.assert(fc.property(fc.uniqueArray(run, { minLength: 1, maxLength: 8, selector: ({ id }) => id }), (runs) => {
    const cleanups = list(...runs.map(({ id, minute }) => [id, at(minute)] as const));
    const going = runs.filter(({ id, minute }) => takeTurn(facts({ execution: { id, startTime: at(minute) }, cleanups })).decision === 'GO');
    expect(going).toHaveLength(1);
  }));
});

test('it waits for restore workflows and for restore jobs, whoever started them', () => {
  expect(takeTurn(facts({ restores: [none, list(['r', at(9)])] }))).toEqual({ decision: 'WAIT', reason: 'RESTORE_RUNNING', detail: 'a restore is running: r' });
  expect(takeTurn(facts({ runningRestoreJobs: ['j'] }))).toEqual({ decision: 'WAIT', reason: 'RESTORE_RUNNING', detail: 'a restore is running: restore job j' });
});

test('it does not wait where an older cleanup waits already', () => {
  expect(takeTurn(facts({ cleanups: list(['b', at(5)], ['a', at(4)]), runningRestoreJobs: ['j'] }))).toMatchObject({ decision: 'YIELD', reason: 'CLEANUP_RUNNING' });
});

test('a full page may hide an older one', () => {
  const many = Array.from({ length: MOST_RUNNING_EXECUTIONS }, (_, index) => [`c${index}`, at(20)] as const);
  expect(takeTurn(facts({ cleanups: list(...many) })).decision).toBe('YIELD');
  expect(takeTurn(facts({ cleanups: list(...many.slice(1)) })).decision).toBe('GO');
});

test('it ends when its time is up, and not before', () => {
  expect(takeTurn(facts({ since: NOW - LONGEST_RUN_MILLISECONDS })).reason).toBe('TIME_IS_UP');
  expect(takeTurn(facts({ since: NOW - LONGEST_RUN_MILLISECONDS + 1 })).decision).toBe('GO');
});
