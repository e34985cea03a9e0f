import { RefusalReason } from '../../src/core/deletion-guard';
import { joinDeletions } from '../../src/core/deletion-outcome';
import type { LastDeleteAnswer } from '../../src/core/deletion-outcome';

const answer = (outcome: LastDeleteAnswer['outcome'], deletedEntries = 0, more: Partial<LastDeleteAnswer> = {}): LastDeleteAnswer => ({ outcome, deletedEntries, refusals: [], notes: [], ...more });
const outcomeOf = (...answers: LastDeleteAnswer[]) => joinDeletions('d', answers).outcome;

test.each([
  ['DELETED', [answer('SHARD_DELETED', 1), answer('DELETED', 2)]],
  ['DELETED', [answer('SHARD_DELETED', 1), answer('ALREADY_GONE')]],
  ['ALREADY_GONE', [answer('ALREADY_GONE'), answer('ALREADY_GONE')]],
  ['QUARANTINED', [answer('QUARANTINED')]],
  ['REFUSED', [answer('SHARD_DELETED', 5), answer('REFUSED')]],
  ['POSTPONED', [answer('DELETED', 5), answer('UNDECIDED')]],
  ['INCOMPLETE', [answer('REFUSED'), answer('INCOMPLETE'), answer('DELETED')]],
  ['INCOMPLETE', [answer('SHARD_DELETED', 1), answer('SHARD_DELETED', 1)]],
  ['INCOMPLETE', []],
])('%s of %j', (outcome, answers) => {
  expect(outcomeOf(...answers)).toBe(outcome);
});

test('says how many entries went, why not, and no reason twice', () => {
  const refusals = [{ reason: RefusalReason.IN_USE, detail: 'a' }];
  expect(joinDeletions('d', [answer('REFUSED', 2, { refusals }), answer('REFUSED', 3, { refusals })])).toEqual({ directory: 'd', outcome: 'REFUSED', deletedEntries: 5, refusals, notes: [] });
  expect(joinDeletions('d', [answer('UNDECIDED', 0, { postponed: { reason: 'TIME_IS_UP', detail: 'x' } })]).postponed).toEqual({ reason: 'TIME_IS_UP', detail: 'x' });
});

test('a directory that its workers left says so', () => {
  expect(joinDeletions('d', [answer('SHARD_DELETED')]).notes).toEqual([{ path: '/d', note: expect.stringContaining('still there') }]);
});

test('one of the longest has less than a kilobyte, whatever its texts are made of', () => {
  for (const letter of ['ü', '\u0001', '"', '😀']) {
    const long = letter.repeat(5_000);
    const worst = answer('INCOMPLETE', 1e9, {
      refusals: Object.values(RefusalReason).map((reason) => ({ reason, detail: long })),
      notes: Array.from({ length: 20 }, () => ({ path: long, note: long })),
      postponed: { reason: 'RESTORE_RUNNING', detail: long },
    });
    const joined = joinDeletions('aws-backup-failed-restore_2026-11-23T09-30-12-345678901Z', Array.from({ length: 8 }, () => worst));
    expect(Buffer.byteLength(JSON.stringify(joined))).toBeLessThan(1_400);
    expect(joined.notes[0].path.length).toBeGreaterThan(10);
  }
});
