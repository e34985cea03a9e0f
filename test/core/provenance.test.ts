import { RefusalReason } from '../../src/core/deletion-guard';
import { proveRestored } from '../../src/core/provenance';
import type { ProvenanceFacts } from '../../src/core/provenance';

const CREATED = Date.UTC(2026, 10, 23, 3);
const MINUTE = 60_000;
const name = 'aws-backup-restore_2026-11-23T03-30-00Z';
const prove = (facts: Partial<ProvenanceFacts>) => {
  const { refusals, since } = proveRestored({ name, uid: 0, isRoots: true, acceptsUnproven: false, ...facts });
  return [refusals.map(({ reason }) => reason), since];
};
const found = { created: CREATED, uid: 0, older: false };

test('with a record: whom it belonged to, and nothing older than the job, a minute for the clocks', () => {
  expect(prove({ found })).toEqual([[], CREATED - MINUTE]);
  expect(prove({ found, uid: 5, isRoots: false })).toEqual([[RefusalReason.NOT_RESTORED], CREATED - MINUTE]);
});

test('where the service gives another owner, or times that are older than the job, that is what counts', () => {
  expect(prove({ found: { ...found, uid: 5 }, uid: 5, isRoots: false })).toEqual([[], CREATED - MINUTE]);
  expect(prove({ found: { ...found, uid: 5 } })[0]).toEqual([RefusalReason.NOT_RESTORED]);
  expect(prove({ found: { ...found, older: true } })).toEqual([[], undefined]);
});

test('without one: a restore job, and root', () => {
  const restoredSince = new Date(CREATED).toISOString();
  expect(prove({ restoredSince })).toEqual([[], CREATED - MINUTE]);
  expect(prove({ restoredSince, uid: 5, isRoots: false })).toEqual([[RefusalReason.NOT_RESTORED], CREATED - MINUTE]);
});

test.each([undefined, null, '', 'soon', 5, {}])('with neither (%j): only what the operator accepts, and never what is not root\'s', (restoredSince) => {
  expect(prove({ restoredSince })).toEqual([[RefusalReason.UNPROVEN], undefined]);
  expect(prove({ restoredSince, acceptsUnproven: true })).toEqual([[], undefined]);
  expect(prove({ restoredSince, acceptsUnproven: true, uid: 5, isRoots: false })).toEqual([[RefusalReason.NOT_RESTORED], undefined]);
});

test('what the operator accepts turns no other proof off', () => {
  expect(prove({ found, acceptsUnproven: true, uid: 5, isRoots: false })).toEqual([[RefusalReason.NOT_RESTORED], CREATED - MINUTE]);
});

test('tells what to do', () => {
  expect(proveRestored({ name, uid: 0, isRoots: true, acceptsUnproven: false }).refusals[0].detail).toContain('guardsOff: ["UNPROVEN"]');
});
