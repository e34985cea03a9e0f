import { CleanupMode } from '../../src/core/cleanup';
import { checkRequestedMode, readCleanupTrigger } from '../../src/core/cleanup-trigger';

const event = (detail: unknown, more: object = {}) => ({ 'source': 'aws.backup', 'detail-type': 'Restore Job State Change', detail, ...more });
const ARN = 'arn:aws:elasticfilesystem:eu-central-1:111122223333:file-system/fs-1';

test.each([
  [{}, { kind: 'REQUEST' }],
  [{ mode: 'REPORT_ONLY' }, { kind: 'REQUEST', mode: 'REPORT_ONLY' }],
  [{ trigger: 'SCHEDULE' }, { kind: 'SCHEDULE' }],
  [event({ restoreJobId: 'j', status: 'COMPLETED', sourceResourceArn: ARN }), { kind: 'RESTORE_JOB', restoreJobId: 'j', state: 'COMPLETED', sourceResourceArn: ARN }],
  [event({ restoreJobId: 'j', state: 'FAILED' }), { kind: 'RESTORE_JOB', restoreJobId: 'j', state: 'FAILED' }],
  [event({ restoreJobId: 'j' }), { kind: 'RESTORE_JOB', restoreJobId: 'j', state: 'UNKNOWN' }],
  [event({ restoreJobId: 'j', status: 'FAILED', createdResourceArn: {} }), { kind: 'RESTORE_JOB', restoreJobId: 'j', state: 'FAILED' }],
])('reads %j', (input, trigger) => {
  expect(readCleanupTrigger(input)).toEqual({ trigger });
});

test.each([
  [null, ['input']], ['x', ['input']], [[], ['input']], [{ mode: 'PURGE' }, ['mode']], [{ mode: null }, ['mode']], [{ trigger: 'x' }, ['trigger']],
  [{ directories: [], dryRun: true }, ['directories', 'dryRun']], [event(undefined), ['input']], [event({ restoreJobId: 7 }), ['input']],
  [event({ restoreJobId: 'j' }, { source: 'mine' }), ['input']], [event({ restoreJobId: 'j' }, { 'detail-type': 'Copy Job State Change' }), ['input']],
])('refuses %j', (input, subjects) => {
  const read = readCleanupTrigger(input);
  expect('problems' in read && read.problems.map(({ subject }) => subject)).toEqual(subjects);
});

test('a request may do less than the construct, never more', () => {
  expect(checkRequestedMode(undefined, CleanupMode.REPORT_ONLY)).toEqual([]);
  expect(checkRequestedMode(CleanupMode.REPORT_ONLY, CleanupMode.DELETE)).toEqual([]);
  expect(checkRequestedMode(CleanupMode.DELETE, CleanupMode.QUARANTINE)).toHaveLength(1);
});
