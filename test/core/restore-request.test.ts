import * as fc from 'fast-check';
import { ARN, requests, words } from './restore-requests';
import {
  AfterRestore, completeRestoreRequest, ConflictPolicy, MergedDirectories, mergeRestoreRequest, RecoveryDirectoryDisposal,
} from '../../src/core/restore-request';
import type { RestoreRequest } from '../../src/core/restore-request';

const { MOVE_INTO_PLACE, KEEP, VERIFY } = AfterRestore;

describe('the defaults of a workflow', () => {
  const NEWER = '2026-11-23T03:00:00Z';
  const { DELETE } = RecoveryDirectoryDisposal;
  const MOVE = { afterRestore: MOVE_INTO_PLACE, conflictPolicy: ConflictPolicy.REPLACE, recoveryDirectory: DELETE, dryRun: true };
  const SEEN = { items: ['/a'], itemsSeenFrom: '/srv/projects' };
  test.each<[string, RestoreRequest, RestoreRequest, RestoreRequest]>([
    ['fill in what is left out', MOVE, { items: ['/a'] }, { ...MOVE, items: ['/a'] }],
    ['give way to the request', MOVE, { items: ['/a'], dryRun: false }, { ...MOVE, items: ['/a'], dryRun: false }],
    ['of a dry run give way to the real one', MOVE, { items: ['/a'], dryRun: false }, { ...MOVE, items: ['/a'], dryRun: false }],
    ['of a full restore give way to items', { fullRestore: true }, { items: ['/a'] }, { items: ['/a'] }],
    ['of items give way to a full restore', { items: ['/a'] }, { fullRestore: true }, { fullRestore: true }],
    ['of items stay where no full restore is asked for', { items: ['/a'] }, { fullRestore: false }, { items: ['/a'], fullRestore: false }],
    ['of items seen from a client give way to items seen from the root', SEEN, { items: ['/b'] }, { items: ['/b'] }],
    ['of items seen from a client give way to a full restore', SEEN, { fullRestore: true }, { fullRestore: true }],
    ['of items seen from a client stay where no full restore is asked for', SEEN, { fullRestore: false }, { ...SEEN, fullRestore: false }],
    ['of items are no others because they are seen from elsewhere', SEEN, { itemsSeenFrom: '/srv' }, { itemsSeenFrom: '/srv' }],
    ['of items from the root are not seen from elsewhere', { items: ['/a'] }, { itemsSeenFrom: '/srv' }, { itemsSeenFrom: '/srv' }],
    ['of a disposal were said for another policy', MOVE, { conflictPolicy: ConflictPolicy.SKIP },
      { afterRestore: MOVE_INTO_PLACE, conflictPolicy: ConflictPolicy.SKIP, dryRun: true }],
    ['of a recovery point give way to another vault', { recoveryPointArn: ARN }, { backupVaultName: 'B' }, { backupVaultName: 'B' }],
    ['of a vault give way to a recovery point', { backupVaultName: 'A' }, { recoveryPointArn: ARN }, { recoveryPointArn: ARN }],
    ['of an instant give way to a recovery point', { recoveryPointCreatedBefore: NEWER }, { recoveryPointArn: ARN }, { recoveryPointArn: ARN }],
    ['of a recovery point give way to an instant', { recoveryPointArn: ARN }, { recoveryPointCreatedBefore: NEWER }, { recoveryPointCreatedBefore: NEWER }],
    ['of a vault give way to another one', { backupVaultName: 'A' }, { items: ['/a'], backupVaultName: 'B' }, { items: ['/a'], backupVaultName: 'B' }],
    ['of a move go where nothing is moved', MOVE, { afterRestore: KEEP }, { afterRestore: KEEP }],
    ['of a policy go where nobody asks for a move', { conflictPolicy: ConflictPolicy.REPLACE, afterRestore: VERIFY }, { items: ['/a'] }, { items: ['/a'], afterRestore: VERIFY }],
    ['of a policy alone wait for a move', { conflictPolicy: ConflictPolicy.REPLACE }, { items: ['/a'] }, { items: ['/a'] }],
    ['of a policy alone serve a move', { conflictPolicy: ConflictPolicy.REPLACE }, { afterRestore: MOVE_INTO_PLACE }, { afterRestore: MOVE_INTO_PLACE, conflictPolicy: ConflictPolicy.REPLACE }],
    ['of expectations go with a new file system, where nothing is looked at', { expectations: [{ path: '/a' }] }, { items: ['/a'], newFileSystem: {} }, { items: ['/a'], newFileSystem: {} }],
  ])('%s', (_name, defaults, request, expected) => {
    expect(mergeRestoreRequest(defaults, request)).toEqual(expected);
  });

  test('hide no contradiction of the request itself', () => {
    const request = { items: ['/a'], fullRestore: true, recoveryPointArn: ARN, recoveryPointCreatedBefore: NEWER, conflictPolicy: ConflictPolicy.SKIP };
    expect(mergeRestoreRequest({}, request)).toEqual(request);
    expect(words(mergeRestoreRequest({}, request))).toHaveLength(3);
  });

  test('that are good never make a good request bad', () => {
    const good = (partial: boolean, given: fc.Arbitrary<RestoreRequest>) => given.filter((request) => words(request, { partial }).length === 0);
    // defaults that keep, or restore elsewhere, say what a request for more has to say, too
    const simple = requests.map(({ expectations, ...rest }) => rest as RestoreRequest);
    const here = simple.map(({ newFileSystem, ...rest }) => rest as RestoreRequest);
    fc.assert(fc.property(good(true, here), good(false, simple), (defaults, request) => {
      expect(words(mergeRestoreRequest(defaults, request))).toEqual([]);
    }));
  });

  test.each([VERIFY, MOVE_INTO_PLACE])('of %s give way to a new file system, which can only be kept', (afterRestore) => {
    expect(words({ items: ['/a'], newFileSystem: {} })).toEqual([]);
    expect(words(mergeRestoreRequest({ afterRestore }, { items: ['/a'], newFileSystem: {} }))).toEqual([]);
  });

  test('change neither the defaults nor the request, and keep a hostile key for the check', () => {
    const request = Object.freeze(JSON.parse('{"items":["/a"],"__proto__":{"fullRestore":true}}'));
    const merged = mergeRestoreRequest(Object.freeze({ fullRestore: true }), request);
    expect(merged.fullRestore).toBeUndefined();
    expect(words(merged)).toEqual([expect.stringContaining("'__proto__'")]);
  });

  test('of expectations give way to a request that keeps, and not to others', () => {
    const defaults = { expectations: [{ path: '/a' }], afterRestore: VERIFY };
    expect(mergeRestoreRequest(defaults, { items: ['/a'], afterRestore: KEEP }).expectations).toBeUndefined();
    expect(mergeRestoreRequest(defaults, { items: ['/a'] }).expectations).toEqual([{ path: '/a' }]);
    expect(mergeRestoreRequest(defaults, { items: ['/a'], expectations: [] }).expectations).toEqual([]);
  });
});

describe('what is left out of a good request', () => {
  const FILLED = { fullRestore: false, afterRestore: 'VERIFY', conflictPolicy: 'FAIL', mergedDirectories: 'KEEP_LIVE', recoveryDirectory: 'DELETE_WHEN_EMPTY', dryRun: false };

  test('is filled in', () => {
    expect(completeRestoreRequest({ items: ['/a'] })).toEqual({ ...FILLED, items: ['/a'] });
    const { KEEP: KEEP_DIRECTORY } = RecoveryDirectoryDisposal;
    const move = { afterRestore: MOVE_INTO_PLACE, conflictPolicy: ConflictPolicy.SKIP, recoveryDirectory: KEEP_DIRECTORY, dryRun: true };
    const given = { ...move, mergedDirectories: MergedDirectories.TAKE_RESTORED, fullRestore: true };
    expect(completeRestoreRequest(given)).toEqual(given);
  });

  test('is KEEP with a new file system, which nobody has mounted', () => {
    expect(completeRestoreRequest({ items: ['/a'], newFileSystem: {} })).toEqual({ ...FILLED, items: ['/a'], newFileSystem: {}, afterRestore: 'KEEP' });
  });

  test('changes nothing that is there, and is complete the second time', () => {
    fc.assert(fc.property(requests, (request) => {
      const complete = completeRestoreRequest(request);
      expect(complete).toMatchObject(request);
      expect(completeRestoreRequest(complete)).toEqual(complete);
    }));
  });
});
