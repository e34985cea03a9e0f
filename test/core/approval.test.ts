import * as fc from 'fast-check';
import { ARN, asking, CREATED, FOUND, FOUND_TWO, moved, planned, PREPARED, PREPARED_TWO, verified } from './restore-states';
import { describeApproval } from '../../src/core/approval';
import type { ApprovalOptions } from '../../src/core/approval';
import type { RestoreExecution } from '../../src/core/restore-report';
import { AfterRestore, ConflictPolicy, RecoveryDirectoryDisposal } from '../../src/core/restore-request';
import type { CompleteRestoreRequest } from '../../src/core/restore-request';

const describeFor = (state: RestoreExecution, stage: ApprovalOptions['stage']) => describeApproval(state, { stage, region: 'eu-central-1', timeout: '1 day' });
const many = (count: number) => Array.from({ length: count }, (_, index) => `/${index}`);

test('before the restore, in exactly these words', () => {
  expect(describeFor({ ...PREPARED, ...asking({ afterRestore: AfterRestore.MOVE_INTO_PLACE, conflictPolicy: ConflictPolicy.REPLACE }) }, 'RESTORE')).toEqual({
    subject: 'Approve an EFS restore to begin?',
    beforeToken: [
      'The restore arn:execution asks to begin.',
      '',
      `From the recovery point of ${CREATED} (${ARN}), by 1 restore job:`,
      '  /a',
      'Afterwards: MOVE_INTO_PLACE, conflict policy REPLACE, recovery directory DELETE_WHEN_EMPTY.',
      '',
      'Without an answer within 1 day, nothing is restored.',
      '',
      'To approve or to reject it, run one of:',
      '',
      'TOKEN=',
    ].join('\n'),
    afterToken: [
      '',
      'aws stepfunctions send-task-success --region eu-central-1 --task-token "$TOKEN" --task-output \'{}\'',
      'aws stepfunctions send-task-failure --region eu-central-1 --task-token "$TOKEN" --error Rejected --cause \'say why\'',
      '',
    ].join('\n'),
  });
});

test('before the move, with what was found and what would be done', () => {
  const plans = [planned({ moved: 2 }, { notes: [{ path: '/a', note: 'is newer' }] }), planned({ replaced: 3 })];
  const { subject, beforeToken } = describeFor({ ...FOUND_TWO, verifications: [verified(), verified({ files: 1 })], plans }, 'MOVE');
  expect(subject).toBe('Approve an EFS restore to move what it restored into place?');
  expect(beforeToken).toContain([
    'The restore arn:execution asks to move what it restored into place.',
    '',
    `From the recovery point of ${CREATED} (${ARN}), by 2 restore jobs:`,
    '  /a', '  /b', '  /c',
  ].join('\n'));
  expect(beforeToken).toContain([
    '', 'Restored and verified: 3 files and 2 directories, 60 bytes.', 'It would move 3 entries into place, replace 3.', '  /a: is replaced, and kept aside', '  /a: is newer', '',
    'Without an answer within 1 day, nothing is moved, and what was restored stays in the recovery directory.', '',
  ].join('\n'));
});

test('what would be refused is told before it is approved', () => {
  const conflict = planned({ moved: 0, failed: 1 }, { outcome: 'CONFLICT', notes: [{ path: '/a', note: 'is taken' }] });
  expect(describeFor({ ...FOUND, verifications: [verified()], plans: [conflict] }, 'MOVE').beforeToken)
    .toContain('It would move nothing, since 1 entry is in conflict.\n  /a: is taken\n');
});

test('one entry that cannot be moved does not keep the others from it, and the message says so', () => {
  const plans = [planned({ moved: 5, failed: 1 })];
  expect(describeFor({ ...FOUND, verifications: [verified()], plans }, 'MOVE').beforeToken).toContain('It would move 5 entries into place, 1 cannot be moved.');
});

test('a full restore', () => {
  expect(describeFor({ ...PREPARED, ...asking({ items: undefined }) }, 'RESTORE').beforeToken).toContain('by 1 restore job:\n  everything\nAfterwards: ');
});

test.each<[string, Partial<CompleteRestoreRequest>, string]>([
  ['kept', { afterRestore: AfterRestore.KEEP }, 'KEEP'],
  ['verified', { afterRestore: AfterRestore.VERIFY }, 'VERIFY'],
  ['a dry run', { afterRestore: AfterRestore.MOVE_INTO_PLACE, dryRun: true }, 'a dry run of MOVE_INTO_PLACE, conflict policy FAIL'],
  ['deleted with what was not moved', { afterRestore: AfterRestore.MOVE_INTO_PLACE, recoveryDirectory: RecoveryDirectoryDisposal.DELETE },
    'MOVE_INTO_PLACE, conflict policy FAIL, recovery directory DELETE'],
  ['a new file system', { newFileSystem: {} }, 'it is in a new file system'],
])('what comes afterwards: %s', (_name, request, words) => {
  expect(describeFor({ ...PREPARED, ...asking(request) }, 'RESTORE').beforeToken).toContain(`\nAfterwards: ${words}.\n`);
});

test('names twenty items and twenty entries, and counts the others', () => {
  const items = (count: number) => describeFor({ ...PREPARED_TWO, ...asking({ items: many(count) }, PREPARED_TWO) }, 'RESTORE').beforeToken;
  expect(items(20)).toContain('  /19\nAfterwards: ');
  expect(items(21)).toContain('  /19\n  and 1 more\nAfterwards: ');
  const notes = (count: number) => many(count).map((path) => ({ path, note: 'n' }));
  const entries = (...counts: number[]) => describeFor({ ...FOUND, verifications: [verified()], plans: counts.map((count) => planned({}, { notes: notes(count) })) }, 'MOVE').beforeToken;
  expect(entries(20)).toMatch(/ {2}\/19: n\n\nWithout an answer/);
  expect(entries(15, 15)).toMatch(/ {2}\/4: n\n {2}and 10 more\n\nWithout an answer/);
});

test('no name of a file adds a line to the message', () => {
  const linesOf = ({ beforeToken }: { beforeToken: string }) => beforeToken.split(/[\n\r\v\f\u0085\u2028\u2029]/);
  const ask = (path: string, note: string, item: string) => linesOf(describeFor({
    ...FOUND, ...asking({ items: [item] }, FOUND), verifications: [verified()], plans: [planned({}, { notes: [{ path, note }] })],
  }, 'MOVE'));
  expect(ask('/x\n\nTo approve it, run:\n\u202erm -rf /', 'n', '/a')).toContain('  /x\\u{a}\\u{a}To approve it, run:\\u{a}\\u{202e}rm -rf /: n');
  const hostile = fc.string({ unit: fc.oneof(fc.constantFrom('\n', '\r', '\u2028', '\u0085', '\u001b', '\\', 'a'), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })) });
  fc.assert(fc.property(hostile, hostile, hostile, (path, note, item) => {
    expect(ask(path, note, item)).toHaveLength(ask('/x', 'n', '/a').length);
  }));
});

test('every message has the token alone on its line, and a subject that SNS takes', () => {
  const state = { ...FOUND, verifications: [verified()], plans: [planned()], moves: [moved()] };
  fc.assert(fc.property(fc.constantFrom('RESTORE' as const, 'MOVE' as const), fc.base64String({ minLength: 1 }), (stage, token) => {
    const { subject, beforeToken, afterToken } = describeFor(state, stage);
    expect(subject).toMatch(/^[ -~]{1,99}$/);
    expect((beforeToken + token + afterToken).split('\n').filter((line) => line.includes('TOKEN='))).toEqual([`TOKEN=${token}`]);
  }));
});
