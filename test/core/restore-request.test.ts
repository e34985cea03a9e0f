import * as fc from 'fast-check';
import { describeProblem } from '../../src/core/problem';
import {
  AfterRestore, checkRestoreRequest, completeRestoreRequest, ConflictPolicy, mergeRestoreRequest, RecoveryDirectoryDisposal, warnAboutRestoreRequest,
} from '../../src/core/restore-request';
import type { RestoreRequest, RestoreRequestOptions } from '../../src/core/restore-request';

const ARN = 'arn:aws:backup:eu-central-1:111122223333:recovery-point:1EB3B5E7-9EB0-435A-A80B-108B488B0D45';
const TOKEN = '${Token[TOKEN.1]}';
const OPTIONS: RestoreRequestOptions = {
  mounts: [{ mountPoint: '/mnt/efs' }],
  home: { partition: 'aws', region: 'eu-central-1', account: '111122223333' },
  isUnresolved: (value) => typeof value === 'string' && value.includes(TOKEN),
  partial: false,
};
const words = (input: unknown, options: Partial<RestoreRequestOptions> = {}) =>
  checkRestoreRequest(input, { ...OPTIONS, ...options }).map(describeProblem);
const { MOVE_INTO_PLACE, KEEP, VERIFY } = AfterRestore;

test.each<[string, RestoreRequest]>([
  ['items', { items: ['/a', '/b'] }],
  ['everything', { fullRestore: true }],
  ['items, and no full restore', { items: ['/a'], fullRestore: false }],
  ['a recovery point', { items: ['/a'], recoveryPointArn: ARN }],
  ['an instant', { items: ['/a'], recoveryPointCreatedBefore: '2026-11-23T03:00:00Z' }],
  ['a move', { items: ['/a'], afterRestore: MOVE_INTO_PLACE, conflictPolicy: ConflictPolicy.KEEP_BOTH, recoveryDirectory: RecoveryDirectoryDisposal.KEEP }],
  ['expectations', { items: ['/a'], expectations: [{ path: '/a', atLeastFiles: 1 }], allowConcurrentRestores: true }],
  ['tokens', { items: [TOKEN], recoveryPointArn: TOKEN, afterRestore: TOKEN as AfterRestore, conflictPolicy: TOKEN as ConflictPolicy }],
  ['tokens everywhere', { items: TOKEN as unknown as string[], fullRestore: TOKEN as unknown as boolean, recoveryPointCreatedBefore: TOKEN }],
])('accepts %s', (_name, request) => {
  expect(words(request)).toEqual([]);
});

test.each<[string, unknown, string]>([
  ['nothing asked', {}, "'items' must be given; name the files and directories to restore, or do a full restore: \"fullRestore\": true"],
  ['no full restore', { fullRestore: false }, "'items' must be given; name the files and directories to restore, or do a full restore: \"fullRestore\": true"],
  ['both', { items: ['/a'], fullRestore: true }, "'items' must not be given together with 'fullRestore'; keep one of the two"],
  ['a text for true', { fullRestore: 'true' }, "'fullRestore' must be true or false, got \"true\"; write true or false without quotes"],
  ['null for true', { items: ['/a'], fullRestore: null }, "'fullRestore' must be true or false, got null; write true or false without quotes"],
  ['a bad path', { items: ['a'] }, '\'items[0]\' must begin with "/", got "a"; write "/a"'],
  ['null for items', { items: null }, "'items' must be a list of one path or more, got null; name the files and directories to restore, or do a full restore: \"fullRestore\": true"],
  ['a bad ARN', { items: ['/a'], recoveryPointArn: null }, `'recoveryPointArn' must be the ARN of a recovery point, got null; write an ARN such as ${ARN}`],
  ['two recovery points', { items: ['/a'], recoveryPointArn: ARN, recoveryPointCreatedBefore: '2026-11-23T03:00:00Z' },
    "'recoveryPointCreatedBefore' must not be given together with 'recoveryPointArn'; keep one of the two"],
  ['a local time', { items: ['/a'], recoveryPointCreatedBefore: '2026-11-23T03:00:00' },
    '\'recoveryPointCreatedBefore\' must be a real instant in ISO 8601 with an offset from UTC, got "2026-11-23T03:00:00"; write for example "2026-11-23T03:00:00Z"'],
  ['another choice', { items: ['/a'], afterRestore: 'move' }, '\'afterRestore\' must be one of KEEP, VERIFY, MOVE_INTO_PLACE, got "move"; write one of them, in capitals'],
  ['a policy without a move', { items: ['/a'], conflictPolicy: 'REPLACE' },
    "'conflictPolicy' goes only with 'afterRestore' MOVE_INTO_PLACE, got \"REPLACE\"; set 'afterRestore' to MOVE_INTO_PLACE, or leave 'conflictPolicy' out"],
  ['an unknown key', { items: ['/a'], itemsToRestore: [] },
    "'itemsToRestore' is not a key of a restore request; the keys are items, fullRestore, recoveryPointArn, recoveryPointCreatedBefore, afterRestore, conflictPolicy, recoveryDirectory, expectations, allowConcurrentRestores"],
  ['a key in other letters', { items: ['/a'], FullRestore: false }, "'FullRestore' is not a key of a restore request; write 'fullRestore'"],
  ['a key of all objects', JSON.parse('{"items":["/a"],"__proto__":{"fullRestore":true}}'), expect.stringMatching(/^'__proto__' is not a key of a restore request; the keys are/)],
  ['another key of all objects', JSON.parse('{"items":["/a"],"constructor":1}'), expect.stringMatching(/^'constructor' is not a key/)],
])('one problem, in exactly these words: %s', (_name, input, expected) => {
  expect(words(input)).toEqual([expected]);
});

test.each([undefined, null, 'text', 7, true, [], [{ items: ['/a'] }]])('%j is no request', (input) => {
  expect(words(input)).toEqual([expect.stringMatching(/^'request' must be a JSON object.*; write for example \{"items":\["\/projects\/report\.txt"\],"afterRestore":"MOVE_INTO_PLACE"\}$/)]);
});

describe('the instant', () => {
  const accepted = (instant: unknown) => words({ items: ['/a'], recoveryPointCreatedBefore: instant }).length === 0;

  test.each(['2026-11-23T03:00:00Z', '2026-11-23T03:00Z', '2026-11-23T03:00:00.5Z', '2026-11-23T03:00:00.123456789Z', '2026-11-23T03:00:00+05:30', '2026-11-23T23:59:59-12:00', '2024-02-29T00:00:00Z', '2026-01-01T00:00+14:00'])('%s', (instant) => {
    expect(accepted(instant)).toBe(true);
  });

  test.each([
    '2026-11-23', '2026-11-23T03:00:00', '2026-11-23 03:00:00Z', '2026-02-31T00:00:00Z', '2026-02-29T00:00:00Z', '2026-04-31T00:00:00Z', '2026-13-01T00:00:00Z', '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z', '2026-01-01T00:00:60Z', '2026-01-01T00:00:00+99:99', '2026-11-23T03:00:00Z\n', ' 2026-11-23T03:00:00Z', '2026-11-23t03:00:00z', '+002026-11-23T03:00:00Z',
    '２026-11-23T03:00:00Z', '2026-11-23T03:00:00.1234567890Z', 'now', '', 1_795_400_000_000, null, ['2026-11-23T03:00:00Z'], new Date(0),
  ])('%j is refused', (instant) => {
    expect(accepted(instant)).toBe(false);
  });
});

test('all problems of one request at once', () => {
  const subjects = checkRestoreRequest({
    items: ['a', '/b*'], fullRestore: 1, recoveryPointArn: 'x', recoveryPointCreatedBefore: 'y', afterRestore: 'z', conflictPolicy: 'p', recoveryDirectory: 'd', extra: 1,
  }, OPTIONS).map(({ subject }) => subject);
  expect([...new Set(subjects)]).toEqual(['extra', 'fullRestore', 'items[0]', 'items[1]', 'recoveryPointArn', 'recoveryPointCreatedBefore', 'afterRestore', 'conflictPolicy', 'recoveryDirectory']);
});

test('items that are too many for AWS Backup', () => {
  const items = Array.from({ length: 2_000 }, (_item, index) => `/${String(index).padStart(100, '0')}`);
  expect(words({ items })).toEqual([expect.stringMatching(/^'items' must fit into 200000 bytes of restore metadata, the limit of AWS Backup, got "\d{6} bytes"; restore common parent directories instead/)]);
  expect(words({ items: items.slice(0, 1_800) })).toEqual([]);
});

describe('the defaults of a workflow', () => {
  test('need not be whole', () => {
    expect(words({}, { partial: true })).toEqual([]);
    expect(words({ conflictPolicy: 'REPLACE' }, { partial: true })).toEqual([]);
    expect(words({ conflictPolicy: 'replace' }, { partial: true })).toHaveLength(1);
  });

  const NEWER = '2026-11-23T03:00:00Z';
  const MOVE = { afterRestore: MOVE_INTO_PLACE, conflictPolicy: ConflictPolicy.REPLACE, recoveryDirectory: RecoveryDirectoryDisposal.DELETE };
  test.each<[string, RestoreRequest, RestoreRequest, RestoreRequest]>([
    ['fill in what is left out', MOVE, { items: ['/a'] }, { ...MOVE, items: ['/a'] }],
    ['give way to the request', MOVE, { items: ['/a'], conflictPolicy: ConflictPolicy.SKIP }, { ...MOVE, items: ['/a'], conflictPolicy: ConflictPolicy.SKIP }],
    ['of a full restore give way to items', { fullRestore: true }, { items: ['/a'] }, { items: ['/a'] }],
    ['of items give way to a full restore', { items: ['/a'] }, { fullRestore: true }, { fullRestore: true }],
    ['of items stay where no full restore is asked for', { items: ['/a'] }, { fullRestore: false }, { items: ['/a'], fullRestore: false }],
    ['of an instant give way to a recovery point', { recoveryPointCreatedBefore: NEWER }, { recoveryPointArn: ARN }, { recoveryPointArn: ARN }],
    ['of a recovery point give way to an instant', { recoveryPointArn: ARN }, { recoveryPointCreatedBefore: NEWER }, { recoveryPointCreatedBefore: NEWER }],
    ['of a move go where nothing is moved', MOVE, { afterRestore: KEEP }, { afterRestore: KEEP }],
    ['of a policy go where nobody asks for a move', { conflictPolicy: ConflictPolicy.REPLACE, afterRestore: VERIFY }, { items: ['/a'] }, { items: ['/a'], afterRestore: VERIFY }],
    ['of a policy alone wait for a move', { conflictPolicy: ConflictPolicy.REPLACE }, { items: ['/a'] }, { items: ['/a'] }],
    ['of a policy alone serve a move', { conflictPolicy: ConflictPolicy.REPLACE }, { afterRestore: MOVE_INTO_PLACE }, { afterRestore: MOVE_INTO_PLACE, conflictPolicy: ConflictPolicy.REPLACE }],
  ])('%s', (_name, defaults, request, expected) => {
    expect(mergeRestoreRequest(defaults, request)).toEqual(expected);
  });

  test('hide no contradiction of the request itself', () => {
    const request = { items: ['/a'], fullRestore: true, recoveryPointArn: ARN, recoveryPointCreatedBefore: NEWER, conflictPolicy: ConflictPolicy.SKIP };
    expect(mergeRestoreRequest({}, request)).toEqual(request);
    expect(words(mergeRestoreRequest({}, request))).toHaveLength(3);
  });

  test('that are good never make a good request bad', () => {
    const requests = fc.record({
      items: fc.constant(['/a']),
      fullRestore: fc.boolean(),
      recoveryPointArn: fc.constant(ARN),
      recoveryPointCreatedBefore: fc.constant(NEWER),
      afterRestore: fc.constantFrom(...Object.values(AfterRestore)),
      conflictPolicy: fc.constantFrom(...Object.values(ConflictPolicy)),
      recoveryDirectory: fc.constantFrom(...Object.values(RecoveryDirectoryDisposal)),
    }, { requiredKeys: [] }) as fc.Arbitrary<RestoreRequest>;
    const good = (partial: boolean) => requests.filter((request) => words(request, { partial }).length === 0);
    fc.assert(fc.property(good(true), good(false), (defaults, request) => {
      expect(words(mergeRestoreRequest(defaults, request))).toEqual([]);
    }));
  });

  test('change neither the defaults nor the request, and keep a hostile key for the check', () => {
    const request = Object.freeze(JSON.parse('{"items":["/a"],"__proto__":{"fullRestore":true}}'));
    const merged = mergeRestoreRequest(Object.freeze({ fullRestore: true }), request);
    expect(merged.fullRestore).toBeUndefined();
    expect(words(merged)).toEqual([expect.stringContaining("'__proto__'")]);
  });
});

test('what is left out of a good request', () => {
  expect(completeRestoreRequest({ items: ['/a'] })).toEqual({ items: ['/a'], fullRestore: false, afterRestore: 'VERIFY', conflictPolicy: 'FAIL', recoveryDirectory: 'DELETE_WHEN_EMPTY' });
  const { KEEP: KEEP_DIRECTORY } = RecoveryDirectoryDisposal;
  const given = { fullRestore: true, afterRestore: MOVE_INTO_PLACE, conflictPolicy: ConflictPolicy.SKIP, recoveryDirectory: KEEP_DIRECTORY };
  expect(completeRestoreRequest(given)).toEqual(given);
});

test('six items are worth a warning, five are not', () => {
  expect(warnAboutRestoreRequest({ items: ['/1', '/2', '/3', '/4', '/5'] })).toEqual([]);
  expect(warnAboutRestoreRequest({ items: ['/1', '/2', '/3', '/4', '/5', '/6'] })).toEqual([expect.stringMatching(/^'items' has 6 items, and AWS's documents disagree/)]);
  expect(warnAboutRestoreRequest({ fullRestore: true })).toEqual([]);
});

test('whatever comes in, the check answers', () => {
  const keys = fc.constantFrom('items', 'fullRestore', 'recoveryPointArn', 'recoveryPointCreatedBefore', 'afterRestore', 'conflictPolicy', 'recoveryDirectory', '__proto__', 'toString');
  fc.assert(fc.property(fc.oneof(fc.anything(), fc.dictionary(keys, fc.anything())), fc.boolean(), (input, partial) => {
    for (const text of words(input, { partial })) {
      expect(text).toMatch(/^'.*' (must|is|goes) .+; .+$/);
    }
  }), { numRuns: 1_000 });
});

describe('expectations', () => {
  test('are checked one by one, and do not go with KEEP', () => {
    expect(words({ items: ['/a'], afterRestore: KEEP, expectations: [{ path: 'a' }, { path: '/a', atLeastFiles: -1 }] })).toEqual([
      expect.stringMatching(/^'expectations\[0\].path' must be an absolute path/),
      expect.stringMatching(/^'expectations\[1\].atLeastFiles' must be a whole number, 0 or more, got -1/),
      "'expectations' does not go with 'afterRestore' KEEP, because nothing is looked at; use VERIFY, or leave it out",
    ]);
    expect(words({ items: ['/a'], expectations: 'all' })).toEqual([expect.stringMatching(/^'expectations' must be a list/)]);
    expect(words({ items: ['/a'], expectations: TOKEN })).toEqual([]);
  });

  test('of the defaults give way to a request that keeps, and not to others', () => {
    const defaults = { expectations: [{ path: '/a' }], afterRestore: VERIFY };
    expect(mergeRestoreRequest(defaults, { items: ['/a'], afterRestore: KEEP }).expectations).toBeUndefined();
    expect(mergeRestoreRequest(defaults, { items: ['/a'] }).expectations).toEqual([{ path: '/a' }]);
    expect(mergeRestoreRequest(defaults, { items: ['/a'], expectations: [] }).expectations).toEqual([]);
  });
});

test('allowConcurrentRestores is true or false', () => {
  expect(words({ items: ['/a'], allowConcurrentRestores: 'yes' })).toEqual(['\'allowConcurrentRestores\' must be true or false, got "yes"; write true or false without quotes']);
});
