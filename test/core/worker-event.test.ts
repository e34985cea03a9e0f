import * as fc from 'fast-check';
import { describeProblem } from '../../src/core/problem';
import { checkWorkerEvent } from '../../src/core/worker-event';

const words = (event: unknown) => checkWorkerEvent(event).map(describeProblem);
const DIRECTORY = 'aws-backup-restore_2026-07-27T05-06-24-914181044Z';
const MOVE = { operation: 'move', conflictPolicy: 'SKIP' };
const CUT = { directory: DIRECTORY, shards: 16 };
const SHARD = { from: 'YQ==', to: 'Yg==' };

test.each<[string, Record<string, unknown>]>([
  ['survey', { contents: true, cut: CUT, operationsPerSecond: 10 }], ['survey', { contents: false, cut: { ...CUT, shards: 1 } }], ['survey', { cut: { ...CUT, shards: 100 } }],
  ['find', {}], ['release', {}], ['undo', { operationsPerSecond: 3_500 }],
  ['verify', { expectations: [{ path: '/a' }], compare: 'SHA256' }], ['verify', { compare: 'SIZE_AND_TIME', expectations: [] }], ['verify', { mostBytes: 1_000 }],
  ['move', { conflictPolicy: 'FAIL' }], ['move', { conflictPolicy: 'KEEP_BOTH', dryRun: true, mostBytes: 25_000 }], ['move', { conflictPolicy: 'REPLACE', dryRun: false }],
  ['delete', { mode: 'DELETE', guardsOff: ['IN_USE', 'UNPROVEN'], shard: SHARD, restoredSince: '2026-11-23T09:29:00.000Z' }], ['delete', { mode: 'QUARANTINE', guardsOff: [] }],
])('%s with %j is right', (operation, more) => {
  expect(words({ operation, ...more })).toEqual([]);
});

test.each([undefined, null])('%p is as good as missing, since state machines cannot leave a key out', (missing) => {
  for (const operation of ['survey', 'find', 'verify', 'undo', 'delete', 'release']) {
    const keys = ['contents', 'cut', 'expectations', 'compare', 'mode', 'shard', 'guardsOff', 'operationsPerSecond', 'conflictPolicy', 'dryRun'];
    expect(words({ operation, ...Object.fromEntries(keys.map((key) => [key, missing])) })).toEqual([]);
  }
  expect(words({ ...MOVE, dryRun: missing, operationsPerSecond: missing, mostBytes: missing })).toEqual([]);
  expect(words({ operation: 'verify', mostBytes: missing })).toEqual([]);
});

const POLICY = "'conflictPolicy' must be one of FAIL, SKIP, REPLACE_IF_OLDER, REPLACE, KEEP_BOTH, SWAP";
const SHARDS = "'cut.shards' must be a whole number from 1 to 100";
const CUT_DIRECTORY = "'cut.directory' must be the name of a recovery directory at the root of the file system";
const MOST_BYTES = "'mostBytes' must be a whole number, 1000 or more";
const GUARDS = '\'guardsOff\' must be a list that holds nothing but "IN_USE" and "UNPROVEN"';

test.each<[Record<string, unknown>, string]>([
  [{ operation: 'survey', contents: 'yes' }, "'contents' must be true or false, got \"yes\"; leave it out for false"],
  [{ operation: 'survey', cut: { ...CUT, shards: 0 } }, `${SHARDS}, got 0; write for example 16`],
  [{ operation: 'survey', cut: { ...CUT, shards: 101 } }, `${SHARDS}, got 101; write for example 16`],
  [{ operation: 'survey', cut: { ...CUT, shards: 1.5 } }, `${SHARDS}, got 1.5; write for example 16`],
  [{ operation: 'survey', cut: { ...CUT, shards: '16' } }, `${SHARDS}, got "16"; write for example 16`],
  [{ operation: 'survey', cut: { directory: DIRECTORY } }, `${SHARDS}, got null; write for example 16`],
  [{ operation: 'survey', cut: { ...CUT, directory: 'projects' } }, `${CUT_DIRECTORY}, got "projects"; write one of the names that a survey answers with`],
  [{ operation: 'survey', cut: { shards: 16 } }, `${CUT_DIRECTORY}, got null; write one of the names that a survey answers with`],
  [{ operation: 'survey', cut: { ...CUT, directory: [DIRECTORY] } }, `${CUT_DIRECTORY}, got ["${DIRECTORY}"]; write one of the names that a survey answers with`],
  [{ operation: 'verify', expectations: {} }, expect.stringMatching(/^'expectations' must be a list, got {}; /) as unknown as string],
  [{ operation: 'verify', compare: 'sha256' }, "'compare' must be one of SIZE_AND_TIME, SHA256, got \"sha256\"; leave it out to compare nothing"],
  [{ operation: 'move', conflictPolicy: 'replace' }, `${POLICY}, got "replace"; FAIL moves nothing where anything is in the way`],
  [{ operation: 'move', conflictPolicy: null }, `${POLICY}, got null; FAIL moves nothing where anything is in the way`],
  [{ operation: 'move' }, `${POLICY}, got null; FAIL moves nothing where anything is in the way`],
  [{ operation: 'verify', mostBytes: 999 }, `${MOST_BYTES}, got 999; leave it out for the whole answer`],
  [{ ...MOVE, mostBytes: 1_000.5 }, `${MOST_BYTES}, got 1000.5; leave it out for the whole answer`],
  [{ ...MOVE, mostBytes: '2500' }, `${MOST_BYTES}, got "2500"; leave it out for the whole answer`],
  [{ ...MOVE, dryRun: 1 }, "'dryRun' must be true or false, got 1; leave it out for false"],
  [{ operation: 'delete', mode: 'QUARANTINED' }, "'mode' must be one of DELETE, QUARANTINE, got \"QUARANTINED\"; leave it out for DELETE"],
  [{ operation: 'delete', shard: 'YQ==' }, "'shard' must be one that a survey with `cut` answered with, got \"YQ==\"; leave it out to delete the whole"],
  [{ operation: 'delete', guardsOff: 'IN_USE' }, `${GUARDS}, got "IN_USE"; leave it out: no other guard can be turned off`],
  [{ operation: 'delete', guardsOff: ['IN_USE', 'RETENTION'] }, `${GUARDS}, got ["IN_USE","RETENTION"]; leave it out: no other guard can be turned off`],
  [{ operation: 'move', conflictPolicy: 'SWAP' }, "'items' must be given with SWAP, which swaps each of them as a whole, got null; write the items of the request, or null for a full restore"],
  [{ operation: 'move', conflictPolicy: 'SKIP', items: '/a' }, "'items' must be a list of paths, got \"/a\"; write the items of the request, or null for a full restore"],
  [{ operation: 'move', conflictPolicy: 'SKIP', items: ['/a'], only: 'yes' }, "'only' must be true or false, got \"yes\"; leave it out for false"],
  [{ operation: 'move', conflictPolicy: 'SKIP', disposal: 'keep' }, "'disposal' must be one of DELETE_WHEN_EMPTY, DELETE, KEEP, got \"keep\"; leave it out where nothing is to be done with it"],
  [{ operation: 'verify', directory: 'x', items: null, close: 1 }, "'close' must be true or false, got 1; leave it out for false"],
  ...['yesterday', 0, '2026-11-23', '2026-13-23T09:29:00Z', ['2026-11-23T09:29:00Z']].map((restoredSince): [Record<string, unknown>, string] => [
    { operation: 'delete', restoredSince },
    `'restoredSince' must be an instant as ISO 8601, got ${JSON.stringify(restoredSince)}; write the CreationDate of the restore job, or leave it out where none is known`,
  ]),
])('one problem, in exactly these words: %j', (event, expected) => {
  expect(words(event)).toEqual([expected]);
});

test.each(['survey', 'verify', 'undo', 'delete'])('%s takes no rate that is none', (operation) => {
  expect(words({ operation, operationsPerSecond: 0 })).toEqual([expect.stringMatching(/^'operationsPerSecond' must be a whole number, 10 or more, got 0; /)]);
  expect(words({ ...MOVE, operationsPerSecond: 0 })).toHaveLength(1);
});

test.each([undefined, null, 'survey', {}, { operation: null }, { operation: ['survey'] }, { operation: 'purge' }, { operation: 'constructor' }, []])('%j names no operation', (event) => {
  const { operation = null } = (event ?? {}) as { operation?: unknown };
  expect(words(event)).toEqual([`'operation' must be one of survey, find, verify, move, undo, delete, release, got ${JSON.stringify(operation)}; docs/worker.md has an example of each`]);
});

test('all problems at once', () => {
  expect(checkWorkerEvent({ operation: 'survey', contents: 0, cut: {}, operationsPerSecond: -1 }).map(({ subject }) => subject))
    .toEqual(['contents', 'cut.shards', 'cut.directory', 'operationsPerSecond']);
  expect(checkWorkerEvent({ operation: 'delete', mode: 0, shard: 0, guardsOff: 0, operationsPerSecond: '9' }).map(({ subject }) => subject))
    .toEqual(['mode', 'shard', 'guardsOff', 'operationsPerSecond']);
});

test('whatever comes in, the check answers', () => {
  const operations = fc.constantFrom('survey', 'find', 'verify', 'move', 'undo', 'delete', 'release');
  const keys = fc.constantFrom('contents', 'cut', 'expectations', 'compare', 'conflictPolicy', 'dryRun', 'mostBytes', 'mode', 'shard', 'guardsOff', 'operationsPerSecond');
  fc.assert(fc.property(operations, fc.dictionary(keys, fc.anything()), (operation, more) => {
    for (const text of words({ ...more, operation })) {
      expect(text).toMatch(/^'.*' must .+; .+$/s);
    }
  }));
});
