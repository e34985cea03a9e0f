import * as fc from 'fast-check';
import { ARN, OPTIONS, TOKEN, words } from './restore-requests';
import { checkRestoreRequest } from '../../src/core/check-restore-request';
import type { RestoreRequestOptions } from '../../src/core/check-restore-request';
import { AfterRestore, ConflictPolicy, RecoveryDirectoryDisposal } from '../../src/core/restore-request';
import type { RestoreRequest } from '../../src/core/restore-request';

const { MOVE_INTO_PLACE, KEEP } = AfterRestore;
const itemsOf = (count: number) => Array.from({ length: count }, (_, index) => `/${index}`);

test.each<[string, RestoreRequest]>([
  ['items', { items: ['/a', '/b'] }],
  ['everything', { fullRestore: true }],
  ['items, and no full restore', { items: ['/a'], fullRestore: false }],
  ['items seen from an access point', { items: ['/a'], itemsSeenFrom: 'fsap-0123456789abcdef0' }],
  ['items seen from a client', { items: ['/mnt/efs/a'], itemsSeenFrom: '/srv/projects' }],
  ['a vault', { items: ['/a'], backupVaultName: 'Other' }],
  ['a recovery point', { items: ['/a'], recoveryPointArn: ARN }],
  ['an instant', { items: ['/a'], recoveryPointCreatedBefore: '2026-11-23T03:00:00Z' }],
  ['a move', { items: ['/a'], afterRestore: MOVE_INTO_PLACE, conflictPolicy: ConflictPolicy.KEEP_BOTH, recoveryDirectory: RecoveryDirectoryDisposal.KEEP }],
  ['a dry run', { items: ['/a'], afterRestore: MOVE_INTO_PLACE, dryRun: true }],
  ['a new file system', { items: ['/a'], newFileSystem: {} }],
  ['a new file system that is kept', { fullRestore: true, newFileSystem: { encrypted: false }, afterRestore: KEEP }],
  ['items for ten jobs', { items: itemsOf(50) }],
  ['expectations', { items: ['/a'], expectations: [{ path: '/a', atLeastFiles: 1 }], allowConcurrentRestores: true }],
  ['expectations of each of many items', { items: itemsOf(6), expectations: [{ path: '/5/a' }, { path: '/0' }] }],
  ['an expectation of anything, with one job', { items: itemsOf(5), expectations: [{ path: '/' }] }],
  ['tokens', { items: [TOKEN], recoveryPointArn: TOKEN, afterRestore: TOKEN as AfterRestore, conflictPolicy: TOKEN as ConflictPolicy }],
  ['tokens everywhere', {
    items: TOKEN as unknown as string[],
    itemsSeenFrom: TOKEN,
    fullRestore: TOKEN as unknown as boolean,
    backupVaultName: TOKEN,
    recoveryPointCreatedBefore: TOKEN,
    newFileSystem: TOKEN as never,
    dryRun: TOKEN as unknown as boolean,
    afterRestore: TOKEN as AfterRestore,
  }],
])('accepts %s', (_name, request) => {
  expect(words(request)).toEqual([]);
});

const KEYS = 'items, itemsSeenFrom, fullRestore, backupVaultName, recoveryPointArn, recoveryPointCreatedBefore, newFileSystem, afterRestore, conflictPolicy, '
  + 'mergedDirectories, recoveryDirectory, dryRun, expectations, allowConcurrentRestores';
const ASK = 'name the files and directories to restore, or do a full restore: "fullRestore": true';
const SEEN_FROM = "'itemsSeenFrom' must be the id of an access point, or the mount point of one of the workflow's 'clientMounts'";
const SEEN_FROM_ONE_OF = 'write for example "fsap-0123456789abcdef0", or one of \'/mnt/efs\', \'/srv/projects\'; or leave it out and write the paths from the root of the file system';

test.each<[string, unknown, string]>([
  ['nothing asked', {}, `'items' must be given; ${ASK}`],
  ['no full restore', { fullRestore: false }, `'items' must be given; ${ASK}`],
  ['both', { items: ['/a'], fullRestore: true }, "'items' must not be given together with 'fullRestore'; keep one of the two"],
  ['a text for true', { fullRestore: 'true' }, "'fullRestore' must be true or false, got \"true\"; write true or false without quotes"],
  ['null for true', { items: ['/a'], fullRestore: null }, "'fullRestore' must be true or false, got null; write true or false without quotes"],
  ['a word for true', { items: ['/a'], allowConcurrentRestores: 'yes' }, '\'allowConcurrentRestores\' must be true or false, got "yes"; write true or false without quotes'],
  ['a number for true', { items: ['/a'], afterRestore: MOVE_INTO_PLACE, dryRun: 1 }, "'dryRun' must be true or false, got 1; write true or false without quotes"],
  ['a bad path', { items: ['a'] }, '\'items[0]\' must begin with "/", got "a"; write "/a"'],
  ['a bad path seen from a client', { items: ['a'], itemsSeenFrom: '/mnt/efs' }, '\'items[0]\' must begin with "/", got "a"; write "/a"'],
  ['a path on a client', { items: ['/srv/projects/a'] },
    '\'items[0]\' must be the path on the file system, not on a client that mounts \'/projects\' at \'/srv/projects\', got "/srv/projects/a"; write "/projects/a"'],
  ['null for items', { items: null }, `'items' must be a list of one path or more, got null; ${ASK}`],
  ['seen from nowhere', { items: ['/a'], itemsSeenFrom: '/mnt' }, `${SEEN_FROM}, got "/mnt"; ${SEEN_FROM_ONE_OF}`],
  ['seen from no access point', { items: ['/a'], itemsSeenFrom: 'fsap-1' }, `${SEEN_FROM}, got "fsap-1"; ${SEEN_FROM_ONE_OF}`],
  ['seen from, and everything', { fullRestore: true, itemsSeenFrom: '/mnt/efs' }, "'itemsSeenFrom' goes only with 'items', got \"/mnt/efs\"; leave it out"],
  ['no name of a vault', { items: ['/a'], backupVaultName: '' }, "'backupVaultName' must be the name of a backup vault, got \"\"; write the name, not the ARN, or leave it out for the workflow's own"],
  ['null for a vault', { items: ['/a'], backupVaultName: null }, "'backupVaultName' must be the name of a backup vault, got null; write the name, not the ARN, or leave it out for the workflow's own"],
  ['a bad ARN', { items: ['/a'], recoveryPointArn: null }, `'recoveryPointArn' must be the ARN of a recovery point, got null; write an ARN such as ${ARN}`],
  ['two recovery points', { items: ['/a'], recoveryPointArn: ARN, recoveryPointCreatedBefore: '2026-11-23T03:00:00Z' },
    "'recoveryPointCreatedBefore' must not be given together with 'recoveryPointArn'; keep one of the two"],
  ['a local time', { items: ['/a'], recoveryPointCreatedBefore: '2026-11-23T03:00:00' },
    '\'recoveryPointCreatedBefore\' must be a real instant in ISO 8601 with an offset from UTC, got "2026-11-23T03:00:00"; write for example "2026-11-23T03:00:00Z"'],
  ['another choice', { items: ['/a'], afterRestore: 'move' }, '\'afterRestore\' must be one of KEEP, VERIFY, MOVE_INTO_PLACE, got "move"; write one of them, in capitals'],
  ['a policy without a move', { items: ['/a'], conflictPolicy: 'REPLACE' },
    "'conflictPolicy' goes only with 'afterRestore' MOVE_INTO_PLACE, got \"REPLACE\"; set 'afterRestore' to MOVE_INTO_PLACE, or leave 'conflictPolicy' out"],
  ['a dry run without a move', { items: ['/a'], dryRun: true },
    "'dryRun' goes only with 'afterRestore' MOVE_INTO_PLACE, got true; set 'afterRestore' to MOVE_INTO_PLACE, or leave 'dryRun' out"],
  ['a new file system that is no object', { items: ['/a'], newFileSystem: true }, "'newFileSystem' must be an object, got true; write {} for a new file system like the one that was backed up"],
  ['a part of a new file system', { items: ['/a'], newFileSystem: { encrypted: 'no' } }, '\'newFileSystem.encrypted\' must be true or false, got "no"; write true or false without quotes'],
  ['a new file system that nobody mounted', { items: ['/a'], newFileSystem: {}, afterRestore: 'VERIFY' },
    "'afterRestore' must be KEEP with 'newFileSystem', because the workflow has not mounted that, got \"VERIFY\"; write KEEP, or restore into the file system that was backed up"],
  ['expectations of a new file system', { items: ['/a'], newFileSystem: {}, expectations: [{ path: '/a' }] },
    "'expectations' does not go with 'afterRestore' KEEP, because nothing is looked at; use VERIFY, or leave it out"],
  ['a new file system by several jobs', { items: itemsOf(6), newFileSystem: {} },
    "'items' must have at most 5 items with 'newFileSystem', so that one restore job makes one file system, got 6; restore common parent directories, or do a full restore"],
  ['an expectation that no job has', { items: itemsOf(6), expectations: [{ path: '/5' }, { path: '/' }] },
    "'expectations[1].path' must lie at or below one of the items where there are more than 5, since they are restored by several jobs, got \"/\"; expect something of each item"],
  ['more than ten jobs', { items: itemsOf(51) },
    "'items' must have at most 50 items, 5 for each of 10 restore jobs, got 51; restore common parent directories, start several restores, or let a job take more: 'itemsPerRestoreJob' of the workflow"],
  ['an unknown key', { items: ['/a'], itemsToRestore: [] }, `'itemsToRestore' is not a key of a restore request; the keys are ${KEYS}`],
  ['a key in other letters', { items: ['/a'], FullRestore: false }, "'FullRestore' is not a key of a restore request; write 'fullRestore'"],
  ['a key of all objects', JSON.parse('{"items":["/a"],"__proto__":{"fullRestore":true}}'), expect.stringMatching(/^'__proto__' is not a key of a restore request; the keys are/)],
  ['another key of all objects', JSON.parse('{"items":["/a"],"constructor":1}'), expect.stringMatching(/^'constructor' is not a key/)],
])('one problem, in exactly these words: %s', (_name, input, expected) => {
  expect(words(input)).toEqual([expected]);
});

test('a workflow without clients names none', () => {
  expect(words({ items: ['/a'], itemsSeenFrom: '/mnt' }, { mounts: [] })).toEqual([
    `${SEEN_FROM}, got "/mnt"; write for example "fsap-0123456789abcdef0"; or leave it out and write the paths from the root of the file system`,
  ]);
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
    items: ['a', '/b\n'],
    itemsSeenFrom: 's',
    fullRestore: 1,
    backupVaultName: 7,
    recoveryPointArn: 'x',
    recoveryPointCreatedBefore: 'y',
    newFileSystem: [],
    afterRestore: 'z',
    conflictPolicy: 'p',
    recoveryDirectory: 'd',
    dryRun: 'n',
    expectations: {},
    extra: 1,
  }, OPTIONS).map(({ subject }) => subject);
  expect([...new Set(subjects)].sort()).toEqual(['afterRestore', 'backupVaultName', 'conflictPolicy', 'dryRun', 'expectations', 'extra', 'fullRestore', 'itemsSeenFrom', 'items[0]', 'items[1]',
    'newFileSystem', 'recoveryDirectory', 'recoveryPointArn', 'recoveryPointCreatedBefore']);
});

test('items that are too many for AWS Backup', () => {
  const items = Array.from({ length: 2_000 }, (_item, index) => `/${String(index).padStart(100, '0')}`);
  const many = { itemsPerRestoreJob: 2_000 };
  expect(words({ items }, many)).toEqual([expect.stringMatching(/^'items' must fit into 200000 bytes of restore metadata, the limit of AWS Backup, got "\d{6} bytes"; restore common parent directories instead/)]);
  expect(words({ items: items.slice(0, 1_800) }, many)).toEqual([]);
});

test('ten jobs are enough for exactly ten times what one takes', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 250 }), (itemsPerRestoreJob, count) => {
    expect(words({ items: itemsOf(count) }, { itemsPerRestoreJob }).length === 0).toBe(count <= 10 * itemsPerRestoreJob);
  }));
});

describe('an expectation, where several jobs restore', () => {
  const names = fc.constantFrom('a', 'b', 'c');
  const some = fc.array(names, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join('/')}`);

  test('is refused exactly where none of the items holds it', () => {
    const items = fc.uniqueArray(some, { minLength: 2, maxLength: 4 }).filter((list) => words({ items: list }).length === 0);
    fc.assert(fc.property(items, some, (list, path) => {
      const held = list.some((item) => path === item || path.startsWith(`${item}/`));
      expect(words({ items: list, expectations: [{ path }] }, { itemsPerRestoreJob: 1 }).length === 0).toBe(held);
      expect(words({ items: list, expectations: [{ path }] })).toEqual([]);
    }));
  });

  test('waits for the translation where the items are seen from elsewhere', () => {
    expect(words({ items: ['/a', '/b'], itemsSeenFrom: '/srv/projects', expectations: [{ path: '/projects/a' }] }, { itemsPerRestoreJob: 1 })).toEqual([]);
  });
});

test('what a move leaves alone waits for the translation, too', () => {
  const request = { items: ['/.cdk-efs-backup/a'], afterRestore: MOVE_INTO_PLACE };
  expect(words(request)).toEqual([expect.stringMatching(/^'items\[0\]' must not lie in '\/\.cdk-efs-backup'/)]);
  expect(words({ ...request, itemsSeenFrom: '/srv/projects' })).toEqual([]);
});

test('the defaults of a workflow need not be whole', () => {
  const partial: Partial<RestoreRequestOptions> = { partial: true };
  expect(words({}, partial)).toEqual([]);
  expect(words({ conflictPolicy: 'REPLACE', dryRun: true }, partial)).toEqual([]);
  expect(words({ conflictPolicy: 'replace' }, partial)).toHaveLength(1);
});

test('whatever comes in, the check answers', () => {
  const keys = fc.constantFrom(...KEYS.split(', '), '__proto__', 'toString');
  fc.assert(fc.property(fc.oneof(fc.anything(), fc.dictionary(keys, fc.anything())), fc.boolean(), (input, partial) => {
    for (const text of words(input, { partial })) {
      expect(text).toMatch(/^'.*' (must|is|goes|does not go) .+; .+$/s);
    }
  }), { numRuns: 1_000 });
});

describe('expectations', () => {
  test('are checked one by one, and do not go with KEEP', () => {
    expect(words({ items: ['/a'], afterRestore: KEEP, expectations: [{ path: 'a' }, { path: '/a', atLeastFiles: -1 }] }).sort()).toEqual([
      "'expectations' does not go with 'afterRestore' KEEP, because nothing is looked at; use VERIFY, or leave it out",
      expect.stringMatching(/^'expectations\[0\].path' must be an absolute path/),
      expect.stringMatching(/^'expectations\[1\].atLeastFiles' must be a whole number, 0 or more, got -1/),
    ]);
    expect(words({ items: ['/a'], expectations: 'all' })).toEqual([expect.stringMatching(/^'expectations' must be a list/)]);
    expect(words({ items: ['/a'], expectations: TOKEN })).toEqual([]);
  });

  test('that are nonsense say so with several jobs, too', () => {
    expect(words({ items: itemsOf(6), expectations: [null, { path: 7 }] })).toEqual([
      expect.stringMatching(/^'expectations\[0\]' must be an object/), expect.stringMatching(/^'expectations\[1\].path' must be an absolute path/),
    ]);
  });
});
