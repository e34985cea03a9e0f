import * as fc from 'fast-check';
import { RestoreError } from '../../src/core/contract';
import { RefusalReason } from '../../src/core/deletion-guard';
import { reportRestore } from '../../src/core/restore-report';
import type { RestoreExecution } from '../../src/core/restore-report';
import { AfterRestore, ConflictPolicy, RecoveryDirectoryDisposal } from '../../src/core/restore-request';
import type { CompleteRestoreRequest } from '../../src/core/restore-request';
import type { DeleteAnswer, MoveAnswer, VerifyAnswer } from '../../src/core/worker';

const DIRECTORY = 'aws-backup-restore_2026-07-27T05-06-24-914181044Z';
const ARN = 'arn:aws:backup:eu-central-1:111122223333:recovery-point:1EB3B5E7';
const CREATED = '2026-07-26T05:00:00.000Z';
const REQUEST: CompleteRestoreRequest = {
  items: ['/a'], fullRestore: false, afterRestore: AfterRestore.KEEP, conflictPolicy: ConflictPolicy.FAIL, recoveryDirectory: RecoveryDirectoryDisposal.DELETE_WHEN_EMPTY,
};

const STARTED: RestoreExecution = {
  input: { items: ['/a'] }, execution: { id: 'arn:execution', name: 'restore-1', startTime: '2026-07-27T04:00:00Z' }, verification: {}, move: {}, deletion: {},
};
const PREPARED: RestoreExecution = { ...STARTED, prepared: { request: REQUEST, recoveryPoint: { arn: ARN, created: CREATED }, warnings: ['careful'] } };
const FOUND: RestoreExecution = { ...PREPARED, job: { RestoreJobId: 'job-1' }, found: { operation: 'find', done: true, directory: DIRECTORY, lostAndFound: ['aws-backup-lost+found'] } };

const verified = (counts: Partial<VerifyAnswer['counts']> = {}): VerifyAnswer => ({
  operation: 'verify', done: true, verdict: 'PASSED', findings: [], counts: { files: 2, directories: 1, symbolicLinks: 0, others: 0, bytes: 30, ...counts }, lostAndFound: [], resume: null,
});
const moved = (counts: Partial<MoveAnswer['counts']> = {}, more: Partial<MoveAnswer> = {}): MoveAnswer => ({
  operation: 'move', done: true, outcome: 'MOVED', counts: { moved: 1, replaced: 0, keptBoth: 0, skipped: 0, failed: 0, ...counts }, notes: [], resume: null, ...more,
});
const deleted = (outcome: DeleteAnswer['outcome'], refusals: DeleteAnswer['refusals'] = []): DeleteAnswer => ({ operation: 'delete', done: true, outcome, deletedEntries: 3, refusals, notes: [] });
const MOVING = { prepared: { ...PREPARED.prepared!, request: { ...REQUEST, afterRestore: AfterRestore.MOVE_INTO_PLACE } }, verification: verified() };

const sentence = (state: RestoreExecution) => reportRestore(state).report.sentence;
const FROM = `Restored 1 item from the recovery point of ${CREATED}`;
const VERIFIED = 'verified 2 files and 1 directory (30 bytes)';
const KEPT = `and kept the recovery directory '/${DIRECTORY}'.`;

describe('a restore that went well, in exactly these words', () => {
  const everything = { prepared: { ...PREPARED.prepared!, request: { ...REQUEST, items: undefined } } };
  test.each<[string, Partial<RestoreExecution>, string]>([
    ['kept', {}, `${FROM}, ${KEPT}`],
    ['several items', { prepared: { ...PREPARED.prepared!, request: { ...REQUEST, items: ['/a', '/b'] } } }, `Restored 2 items from the recovery point of ${CREATED}, ${KEPT}`],
    ['everything', everything, `Restored everything from the recovery point of ${CREATED}, ${KEPT}`],
    ['verified', { verification: verified() }, `${FROM}, ${VERIFIED}, ${KEPT}`],
    ['verified one file', { verification: verified({ files: 1, directories: 0, bytes: 1 }) }, `${FROM}, verified 1 file and 0 directories (1 byte), ${KEPT}`],
    ['moved, kept as asked', { ...MOVING, move: moved() }, `${FROM}, ${VERIFIED}, moved 1 entry into place, ${KEPT}`],
    ['moved and deleted', { ...MOVING, move: moved({ moved: 5 }), deletion: deleted('DELETED') },
      `${FROM}, ${VERIFIED}, moved 5 entries into place, and deleted the recovery directory '/${DIRECTORY}'.`],
    ['deleted by the attempt before', { ...MOVING, move: moved(), deletion: deleted('ALREADY_GONE') },
      `${FROM}, ${VERIFIED}, moved 1 entry into place, and deleted the recovery directory '/${DIRECTORY}'.`],
    ['all fates', { ...MOVING, move: moved({ moved: 0, replaced: 2, keptBoth: 3, skipped: 4 }, { keptAside: '/.cdk-efs-backup/aside' }) },
      `${FROM}, ${VERIFIED}, moved 0 entries into place, replaced 2 (the former ones are in '/.cdk-efs-backup/aside'), put 3 beside what has their place, skipped 4, ${KEPT}`],
    ['replaced, and nobody knows where to', { ...MOVING, move: moved({ replaced: 1 }) }, `${FROM}, ${VERIFIED}, moved 1 entry into place, replaced 1, ${KEPT}`],
    ['refused to delete', { ...MOVING, move: moved(), deletion: deleted('REFUSED', [{ reason: RefusalReason.IN_USE, detail: "'/x' was written" }, { reason: RefusalReason.NOT_EMPTY, detail: "'/y' was not moved" }]) },
      `${FROM}, ${VERIFIED}, moved 1 entry into place, and kept the recovery directory '/${DIRECTORY}' (IN_USE: '/x' was written; NOT_EMPTY: '/y' was not moved).`],
    ['could not delete', { ...MOVING, move: moved(), deletion: deleted('INCOMPLETE') },
      `${FROM}, ${VERIFIED}, moved 1 entry into place, and could not delete the whole recovery directory '/${DIRECTORY}': clean it up by hand.`],
  ])('%s', (_name, state, expected) => {
    expect(sentence({ ...FOUND, ...state })).toBe(expected);
    expect(reportRestore({ ...FOUND, ...state }).subject).toBe('EFS restore succeeded');
  });
});

describe('a restore that failed, in exactly these words', () => {
  const failed = (state: RestoreExecution, error: string, cause?: string) => sentence({ ...state, failure: { Error: error, Cause: cause } });
  const thrown = (errorMessage: string) => JSON.stringify({ errorType: 'Error', errorMessage, trace: ['a', 'b'] });

  test('before the job was started', () => {
    expect(failed(STARTED, RestoreError.INVALID_RESTORE_REQUEST, thrown("'items' must be given"))).toBe(
      "The restore failed with InvalidRestoreRequest: 'items' must be given. No restore job was started, and nothing was changed. docs/runbook.md of cdk-efs-backup says under InvalidRestoreRequest what to do.");
  });

  test('by the job', () => {
    expect(failed({ ...PREPARED, job: { RestoreJobId: 'job-1' } }, RestoreError.RESTORE_JOB_FAILED, 'AWS Backup says: {"Status":"FAILED"}')).toBe(
      'The restore failed with RestoreJobFailed: AWS Backup says: {"Status":"FAILED"}. The restore job is job-1; nothing was deleted. docs/runbook.md of cdk-efs-backup says under RestoreJobFailed what to do.');
  });

  test('after the directory was found', () => {
    expect(failed({ ...FOUND, ...MOVING, verification: { ...verified(), verdict: 'FAILED' } }, RestoreError.VERIFICATION_FAILED, '["/a is missing"]')).toBe(
      `The restore failed with VerificationFailed: ["/a is missing"]. What was restored is in '/${DIRECTORY}'; nothing of it was deleted. docs/runbook.md of cdk-efs-backup says under VerificationFailed what to do.`);
  });

  test('by a conflict: nothing was moved', () => {
    expect(failed({ ...FOUND, ...MOVING, move: moved({}, { outcome: 'CONFLICT' }) }, RestoreError.MOVE_CONFLICT, 'in the way')).toBe(
      `The restore failed with MoveConflict: in the way. What was restored is in '/${DIRECTORY}'; nothing of it was deleted. docs/runbook.md of cdk-efs-backup says under MoveConflict what to do.`);
  });

  test.each([['with an answer', moved({}, { outcome: 'INCOMPLETE' })], ['without one', {}]])('while it was moved, %s: a part may be in place', (_name, move) => {
    expect(failed({ ...FOUND, ...MOVING, move }, RestoreError.MOVE_INCOMPLETE, 'no space left')).toBe(
      `The restore failed with MoveIncomplete: no space left. What was restored and not yet moved into place is in '/${DIRECTORY}'; nothing of it was deleted. docs/runbook.md of cdk-efs-backup says under MoveIncomplete what to do.`);
  });

  test('by an error that is not ours', () => {
    expect(failed(STARTED, 'Lambda.TooManyRequestsException', 'Rate exceeded!')).toBe(
      'The restore failed with Lambda.TooManyRequestsException: Rate exceeded! No restore job was started, and nothing was changed. docs/runbook.md of cdk-efs-backup says what to do.');
  });

  test.each<[string, string | undefined, string]>([
    ['no cause', undefined, 'no cause was given.'], ['an empty one', '', 'no cause was given.'], ['an empty message', thrown(' '), 'no cause was given.'], ['null', 'null', 'null.'],
    ['a number', '7', '7.'], ['no message in it', '{"errorMessage":7}', '{"errorMessage":7}.'], ['a full stop', 'It broke.', 'It broke.'], ['a question', 'Why?', 'Why?'],
  ])('%s', (_name, cause, expected) => {
    expect(failed(STARTED, 'E', cause)).toContain(`The restore failed with E: ${expected} No restore job`);
  });

  test('a cause without end is cut, in the sentence and beside it', () => {
    const { report } = reportRestore({ ...STARTED, failure: { Error: 'E', Cause: 'x'.repeat(300_000) } });
    expect(report.cause).toHaveLength(8_000);
    expect(report.sentence.length).toBeLessThan(8_200);
  });
});

test('the whole report of a success', () => {
  const state = { ...FOUND, ...MOVING, move: moved(), deletion: deleted('DELETED') };
  const { operation: _o, done: _d, resume: _r, ...verification } = verified();
  const { operation: _p, done: _e, resume: _s, ...move } = moved();
  expect(reportRestore(state).report).toEqual({
    outcome: 'SUCCEEDED',
    sentence: expect.any(String),
    execution: STARTED.execution,
    request: MOVING.prepared.request,
    recoveryPoint: { arn: ARN, created: CREATED },
    restoreJobId: 'job-1',
    recoveryDirectory: DIRECTORY,
    lostAndFound: ['aws-backup-lost+found'],
    verification,
    move,
    cleanup: { outcome: 'DELETED', deletedEntries: 3, refusals: [], notes: [] },
    warnings: ['careful'],
  });
});

test('the whole report of a request that was refused', () => {
  expect(JSON.parse(JSON.stringify(reportRestore({ ...STARTED, input: 'nonsense', failure: { Error: 'E', Cause: 'c' } }).report))).toEqual({
    outcome: 'FAILED', sentence: expect.any(String), error: 'E', cause: 'c', execution: STARTED.execution, request: 'nonsense', lostAndFound: [], warnings: [],
  });
});

test('the subject of the message is one line of fewer than 100 characters of ASCII', () => {
  const subject = (error: string) => reportRestore({ ...STARTED, failure: { Error: error } }).subject;
  expect(subject('E'.repeat(200))).toHaveLength(99);
  expect(subject('RestoreJobFailed')).toBe('EFS restore failed: RestoreJobFailed');
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (error) => {
    expect(subject(error)).toMatch(/^EFS restore failed: [ -~]{0,79}$/);
  }));
});

test('no sentence says undefined, null or NaN, however far an execution came', () => {
  const count = fc.nat(3);
  const record = (counts: string[]) => fc.record(Object.fromEntries(counts.map((key) => [key, count])));
  const items = fc.option(fc.array(fc.constant('/a'), { minLength: 1, maxLength: 3 }), { nil: undefined });
  const states = fc.record({
    request: fc.record({ items, afterRestore: fc.constantFrom(...Object.values(AfterRestore)) }),
    verification: fc.option(record(['files', 'directories', 'symbolicLinks', 'others', 'bytes']).map((counts) => verified(counts))),
    move: fc.option(fc.tuple(record(['moved', 'replaced', 'keptBoth', 'skipped', 'failed']), fc.constantFrom('MOVED', 'CONFLICT', 'INCOMPLETE', 'UNDECIDED'), fc.option(fc.constant('/aside'), { nil: undefined }))
      .map(([counts, outcome, keptAside]) => moved(counts, { outcome: outcome as MoveAnswer['outcome'], keptAside }))),
    deletion: fc.option(fc.constantFrom('DELETED', 'ALREADY_GONE', 'REFUSED', 'INCOMPLETE', 'UNDECIDED').map((outcome) => deleted(outcome as DeleteAnswer['outcome'], [{ reason: RefusalReason.IN_USE, detail: 'd' }]))),
    failure: fc.option(fc.record({ Error: fc.constantFrom(...Object.values(RestoreError), 'States.Timeout'), Cause: fc.constantFrom('c', '', '{"errorMessage":"m"}') }), { nil: undefined }),
    reached: fc.nat(3),
  });
  fc.assert(fc.property(states, ({ request, verification, move, deletion, failure, reached }) => {
    const reachedState = failure === undefined ? FOUND : [STARTED, PREPARED, { ...PREPARED, job: { RestoreJobId: 'job-1' } }, FOUND][reached];
    const { report, subject } = reportRestore({
      ...reachedState,
      ...(reachedState.prepared ? { prepared: { ...reachedState.prepared, request: { ...REQUEST, ...request } } } : {}),
      verification: verification ?? {},
      move: move ?? {},
      deletion: deletion ?? {},
      failure,
    });
    expect(report.sentence).not.toMatch(/undefined|null|NaN|\[object|\.\.|\(\)/);
    expect(report.sentence).toMatch(/^[A-Z].*\.$/);
    expect(subject).toBe(failure ? `EFS restore failed: ${failure.Error}` : 'EFS restore succeeded');
  }), { numRuns: 2_000 });
});
