import * as fc from 'fast-check';
import {
  ARN, asking, CREATED, deleted, DIRECTORY, FOUND, FOUND_TWO, moved, planned, PREPARED, PREPARED_TWO, RESTORING, SECOND, STARTED, verified,
} from './restore-states';
import { RestoreError } from '../../src/core/contract';
import { RefusalReason } from '../../src/core/deletion-guard';
import type { DeletionOutcome } from '../../src/core/deletion-outcome';
import { reportRestore, totalsOf } from '../../src/core/restore-report';
import type { RestoreExecution } from '../../src/core/restore-report';
import { RESTORE_REPORT_SCHEMA } from '../../src/core/restore-report-schema';
import { AfterRestore } from '../../src/core/restore-request';
import type { MoveAnswer, VerifyAnswer } from '../../src/core/worker';
import { violations } from '../helpers/json-schema';

/** Every report of these tests fits its schema. */
const report = (state: RestoreExecution) => {
  const reported = reportRestore(state);
  expect(violations(RESTORE_REPORT_SCHEMA, JSON.parse(JSON.stringify(reported.report)))).toEqual([]);
  return reported;
};
const sentence = (state: RestoreExecution) => report(state).report.sentence;

const MOVING = { ...asking({ afterRestore: AfterRestore.MOVE_INTO_PLACE }), verifications: [verified()] };
const DRY = { ...MOVING, ...asking({ afterRestore: AfterRestore.MOVE_INTO_PLACE, dryRun: true }) };
const FROM = `Restored 1 item from the recovery point of ${CREATED}`;
const VERIFIED = 'verified 2 files and 1 directory (30 bytes)';
const KEPT = `and kept the recovery directory '/${DIRECTORY}'.`;
const IN_USE = { reason: RefusalReason.IN_USE, detail: "'/x' was written" };

describe('a restore that went well, in exactly these words', () => {
  test.each<[string, Partial<RestoreExecution>, string]>([
    ['kept', {}, `${FROM}, ${KEPT}`],
    ['several items', asking({ items: ['/a', '/b'] }), `Restored 2 items from the recovery point of ${CREATED}, ${KEPT}`],
    ['everything', asking({ items: undefined }), `Restored everything from the recovery point of ${CREATED}, ${KEPT}`],
    ['verified', { verifications: [verified()] }, `${FROM}, ${VERIFIED}, ${KEPT}`],
    ['verified one file', { verifications: [verified({ files: 1, directories: 0, bytes: 1 })] }, `${FROM}, verified 1 file and 0 directories (1 byte), ${KEPT}`],
    ['moved, kept as asked', { ...MOVING, moves: [moved()] }, `${FROM}, ${VERIFIED}, moved 1 entry into place, ${KEPT}`],
    ['moved as planned', { ...MOVING, plans: [planned({ moved: 9 })], moves: [moved()] }, `${FROM}, ${VERIFIED}, moved 1 entry into place, ${KEPT}`],
    ['moved and deleted', { ...MOVING, moves: [moved({ moved: 5 })], deletions: [deleted('DELETED')] },
      `${FROM}, ${VERIFIED}, moved 5 entries into place, and deleted the recovery directory '/${DIRECTORY}'.`],
    ['deleted by the attempt before', { ...MOVING, moves: [moved()], deletions: [deleted('ALREADY_GONE')] },
      `${FROM}, ${VERIFIED}, moved 1 entry into place, and deleted the recovery directory '/${DIRECTORY}'.`],
    ['all fates', { ...MOVING, moves: [moved({ moved: 0, replaced: 2, keptBoth: 3, skipped: 4 }, { keptAside: '/.cdk-efs-backup/aside' })] },
      `${FROM}, ${VERIFIED}, moved 0 entries into place, replaced 2 (the former ones are in '/.cdk-efs-backup/aside'), put 3 beside what has their place, skipped 4, ${KEPT}`],
    ['replaced, and nobody knows where to', { ...MOVING, moves: [moved({ replaced: 1 })] }, `${FROM}, ${VERIFIED}, moved 1 entry into place, replaced 1, ${KEPT}`],
    ['refused to delete', { ...MOVING, moves: [moved()], deletions: [deleted('REFUSED', [IN_USE, { reason: RefusalReason.NOT_EMPTY, detail: "'/y' was not moved" }])] },
      `${FROM}, ${VERIFIED}, moved 1 entry into place, and kept the recovery directory '/${DIRECTORY}' (IN_USE: '/x' was written; NOT_EMPTY: '/y' was not moved).`],
    ['left to a cleanup', { ...MOVING, moves: [moved()], deletions: [{ ...deleted('POSTPONED'), postponed: { reason: 'TIME_IS_UP', detail: 'it is late' } }] },
      `${FROM}, ${VERIFIED}, moved 1 entry into place, and left the rest of the recovery directory '/${DIRECTORY}' to a cleanup (it is late).`],
    ['could not delete', { ...MOVING, moves: [moved()], deletions: [deleted('INCOMPLETE')] },
      `${FROM}, ${VERIFIED}, moved 1 entry into place, and could not delete the whole recovery directory '/${DIRECTORY}': clean it up by hand.`],
    ['a dry run', { ...DRY, plans: [planned({ moved: 2, replaced: 1, keptBoth: 3, skipped: 4 })] },
      `${FROM}, ${VERIFIED}, would move 2 entries into place, replace 1, put 3 beside what has their place, skip 4, ${KEPT}`],
    ['a dry run that finds conflicts', { ...DRY, plans: [planned({ failed: 2 }, { outcome: 'CONFLICT' })] },
      `${FROM}, ${VERIFIED}, would move nothing, since 2 entries are in conflict, ${KEPT}`],
  ])('%s', (_name, state, expected) => {
    expect(sentence({ ...FOUND, ...state })).toBe(expected);
    expect(reportRestore({ ...FOUND, ...state }).subject).toBe('EFS restore succeeded');
  });

  const FROM_TWO = `Restored 3 items from the recovery point of ${CREATED} by 2 restore jobs`;
  const TWO = { ...FOUND_TWO, verifications: [verified(), verified({ files: 1, directories: 0, bytes: 1 })], moves: [moved({}, { keptAside: '/x/1' }), moved({ replaced: 1 }, { keptAside: '/x/2' })] };
  test.each<[string, DeletionOutcome[], string]>([
    ['both deleted', [deleted('DELETED'), deleted('ALREADY_GONE', [], SECOND)], `deleted the recovery directories '/${DIRECTORY}', '/${SECOND}'`],
    ['one refused', [deleted('DELETED'), deleted('REFUSED', [IN_USE], SECOND)], `deleted the recovery directory '/${DIRECTORY}', kept the recovery directory '/${SECOND}' (IN_USE: '/x' was written)`],
    ['one left', [deleted('INCOMPLETE'), deleted('DELETED', [], SECOND)],
      `deleted the recovery directory '/${SECOND}', could not delete the whole recovery directory '/${DIRECTORY}': clean it up by hand`],
    ['both kept', [], `kept the recovery directory '/${DIRECTORY}', kept the recovery directory '/${SECOND}'`],
  ])('several jobs, %s', (_name, deletions, words) => {
    expect(sentence({ ...TWO, deletions })).toBe(
      `${FROM_TWO}, verified 3 files and 1 directory (31 bytes), moved 2 entries into place, replaced 1 (the former ones are in '/x/1', '/x/2'), and ${words}.`);
  });

  test('into a new file system', () => {
    const newFileSystemArn = 'arn:aws:elasticfilesystem:eu-central-1:111122223333:file-system/fs-1';
    const restores = [{ items: null, restoreJobId: 'job-1', newFileSystemArn, lostAndFound: [] }];
    const { report: told } = report({ ...RESTORING, ...asking({ items: undefined, newFileSystem: {} }), progress: { restores } });
    expect(told.sentence).toBe(`Restored everything from the recovery point of ${CREATED} into the new file system ${newFileSystemArn}, which has no mount targets yet.`);
    expect(JSON.parse(JSON.stringify(told.restores))).toEqual(restores);
  });
});

describe('a restore that failed, in exactly these words', () => {
  const failed = (state: RestoreExecution, error: string, cause?: string) => sentence({ ...state, failure: { Error: error, Cause: cause } });
  const thrown = (errorMessage: string) => JSON.stringify({ errorType: 'Error', errorMessage, trace: ['a', 'b'] });
  const says = (error: string) => `docs/runbook.md of cdk-efs-backup says under ${error} what to do.`;

  test('before the job was started', () => {
    expect(failed(STARTED, RestoreError.INVALID_RESTORE_REQUEST, thrown("'items' must be given"))).toBe(
      `The restore failed with InvalidRestoreRequest: 'items' must be given. No restore job was started, and nothing was changed. ${says('InvalidRestoreRequest')}`);
  });

  test('by the job', () => {
    expect(failed(RESTORING, RestoreError.RESTORE_JOB_FAILED, 'AWS Backup says: {"Status":"FAILED"}')).toBe(
      `The restore failed with RestoreJobFailed: AWS Backup says: {"Status":"FAILED"}. The restore job is job-1; nothing was deleted. ${says('RestoreJobFailed')}`);
  });

  test('by the second job, after the first one', () => {
    const one = { ...FOUND_TWO, progress: { restores: FOUND.progress.restores } };
    expect(failed(one, RestoreError.RESTORE_JOB_FAILED, 'no')).toBe(
      `The restore failed with RestoreJobFailed: no. What was restored is in '/${DIRECTORY}'; nothing of it was deleted. The restore job is job-2; nothing was deleted. ${says('RestoreJobFailed')}`);
  });

  test('before the second job was started', () => {
    expect(failed({ ...PREPARED_TWO, job: { RestoreJobId: 'job-1' }, progress: { restores: FOUND.progress.restores } }, RestoreError.RESTORE_JOB_NOT_STARTED, 'no')).toBe(
      `The restore failed with RestoreJobNotStarted: no. What was restored is in '/${DIRECTORY}'; nothing of it was deleted. Perhaps a restore job was started, and only the answer was lost: look before you start another one. ${says('RestoreJobNotStarted')}`);
  });

  test('after the directories were found', () => {
    const verifications = [verified({}, { verdict: 'FAILED', findings: ['/a is missing'] }), verified()];
    expect(failed({ ...FOUND_TWO, verifications }, RestoreError.VERIFICATION_FAILED, '["/a is missing"]')).toBe(
      `The restore failed with VerificationFailed: ["/a is missing"]. What was restored is in '/${DIRECTORY}', '/${SECOND}'; nothing of it was deleted. ${says('VerificationFailed')}`);
  });

  test('by an answer of a person', () => {
    const cause = JSON.stringify({ Error: 'Rejected', Cause: 'not on a Friday' });
    expect(failed({ ...FOUND, ...MOVING, plans: [planned()] }, RestoreError.RESTORE_REJECTED, cause)).toBe(
      `The restore failed with RestoreRejected: Rejected: not on a Friday. What was restored is in '/${DIRECTORY}'; nothing of it was deleted. ${says('RestoreRejected')}`);
  });

  test.each<[string, Partial<RestoreExecution>]>([
    ['that was planned', { plans: [planned({}, { outcome: 'CONFLICT' })] }], ['when it came to moving', { moving: true, moves: [moved({}, { outcome: 'CONFLICT' })] }],
  ])('by a conflict %s: nothing was moved', (_name, state) => {
    expect(failed({ ...FOUND, ...MOVING, ...state }, RestoreError.MOVE_CONFLICT, 'in the way')).toBe(
      `The restore failed with MoveConflict: in the way. What was restored is in '/${DIRECTORY}'; nothing of it was deleted. ${says('MoveConflict')}`);
  });

  test.each<[string, MoveAnswer[]]>([
    ['with an answer', [moved({}, { outcome: 'INCOMPLETE' })]], ['without one', []], ['with a conflict in another directory', [moved(), moved({}, { outcome: 'CONFLICT' })]],
  ])('while it was moved, %s: a part may be in place', (_name, moves) => {
    expect(failed({ ...FOUND, ...MOVING, moving: true, moves }, RestoreError.MOVE_INCOMPLETE, 'no space left')).toBe(
      `The restore failed with MoveIncomplete: no space left. What was restored and not yet moved into place is in '/${DIRECTORY}'; nothing of it was deleted. ${says('MoveIncomplete')}`);
  });

  test('and by the hook that was to follow', () => {
    const hookFailure = { Error: 'Sandbox.Timedout', Cause: '{"errorMessage":"too slow"}' };
    expect(failed({ ...STARTED, hookFailure }, RestoreError.HOOK_FAILED, 'no')).toBe('The restore failed with HookFailed: no. No restore job was started, and nothing was changed. '
      + `The hook that was to follow failed as well (Sandbox.Timedout: too slow): what it would have done is to be done by hand. ${says('HookFailed')}`);
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
    const { report: told } = report({ ...STARTED, failure: { Error: 'E', Cause: 'x'.repeat(300_000) } });
    expect(told.cause).toHaveLength(8_000);
    expect(told.sentence.length).toBeLessThan(8_200);
  });
});

const asJson = (state: RestoreExecution) => JSON.parse(JSON.stringify(report(state).report));
const withoutLoop = (answer: VerifyAnswer | MoveAnswer) => {
  const { operation: _operation, done: _done, resume: _resume, ...rest } = answer;
  return rest;
};
const withoutDirectory = ({ directory: _directory, ...rest }: DeletionOutcome) => rest;

test('the whole report of a success', () => {
  const plan = planned({ moved: 7 });
  const deletions = [deleted('DELETED'), deleted('REFUSED', [IN_USE], SECOND)];
  const moves = [moved(), moved({ skipped: 1 })];
  expect(asJson({ ...FOUND_TWO, verifications: [verified(), verified()], plans: [plan, plan], moves, deletions })).toEqual({
    outcome: 'SUCCEEDED',
    sentence: expect.any(String),
    execution: STARTED.execution,
    request: PREPARED_TWO.prepared!.request,
    recoveryPoint: { arn: ARN, created: CREATED },
    restores: [
      {
        items: ['/a'],
        restoreJobId: 'job-1',
        recoveryDirectory: DIRECTORY,
        lostAndFound: ['aws-backup-lost+found'],
        verification: withoutLoop(verified()),
        plan: withoutLoop(plan),
        move: withoutLoop(moved()),
        cleanup: withoutDirectory(deletions[0]),
      },
      {
        items: ['/b', '/c'],
        restoreJobId: 'job-2',
        recoveryDirectory: SECOND,
        lostAndFound: ['aws-backup-lost+found'],
        verification: withoutLoop(verified()),
        plan: withoutLoop(plan),
        move: withoutLoop(moved({ skipped: 1 })),
        cleanup: withoutDirectory(deletions[1]),
      },
    ],
    totals: { files: 4, directories: 2, bytes: 60, moved: 2, replaced: 0, keptBoth: 0, skipped: 1, failed: 0 },
    warnings: ['careful'],
  });
});

const NOTHING = { files: 0, directories: 0, bytes: 0, moved: 0, replaced: 0, keptBoth: 0, skipped: 0, failed: 0 };

test('the whole report of a request that was refused', () => {
  expect(asJson({ ...STARTED, input: 'nonsense', failure: { Error: 'E', Cause: 'c' } })).toEqual({
    outcome: 'FAILED', sentence: expect.any(String), error: 'E', cause: 'c', execution: STARTED.execution, request: 'nonsense', restores: [], totals: NOTHING, warnings: [],
  });
});

test('the job that nobody knows the end of is in the report, with its items', () => {
  const failure = { Error: RestoreError.RESTORE_JOB_TIMED_OUT, Cause: 'c' };
  expect(asJson({ ...FOUND_TWO, progress: { restores: FOUND.progress.restores }, failure }).restores).toMatchObject([
    { restoreJobId: 'job-1', recoveryDirectory: DIRECTORY }, { items: ['/b', '/c'], restoreJobId: 'job-2', lostAndFound: [] },
  ]);
  const everything = { ...PREPARED.prepared!, jobs: [{ items: null }] };
  expect(asJson({ ...RESTORING, prepared: everything, failure }).restores).toEqual([{ items: null, restoreJobId: 'job-1', lostAndFound: [] }]);
});

test('totals are sums over all answers; what is counted under a conflict was not moved', () => {
  const keys = ['moved', 'replaced', 'keptBoth', 'skipped'] as const;
  const fates = fc.record({ moved: fc.nat(1e6), replaced: fc.nat(1e6), keptBoth: fc.nat(1e6), skipped: fc.nat(1e6), failed: fc.nat(1e6) });
  const answer = fc.tuple(fates, fc.constantFrom('MOVED', 'INCOMPLETE', 'CONFLICT', 'PLANNED'))
    .map(([counts, outcome]) => ({ ...moved(counts), outcome }) as MoveAnswer);
  fc.assert(fc.property(fc.array(fc.nat(1e9), { maxLength: 10 }), fc.array(answer, { maxLength: 10 }), (bytes, moves) => {
    const totals = totalsOf(bytes.map((each) => verified({ bytes: each })), moves);
    expect(totals).toMatchObject({ files: 2 * bytes.length, directories: bytes.length, bytes: bytes.reduce((sum, each) => sum + each, 0) });
    for (const key of keys) {
      expect(totals[key]).toBe(moves.filter(({ outcome }) => outcome !== 'CONFLICT').reduce((sum, { counts }) => sum + counts[key], 0));
    }
    expect(totals.failed).toBe(moves.reduce((sum, { counts }) => sum + counts.failed, 0));
  }));
});

test('a move that was begun and never answered leaves its counts out', () => {
  const of = (state: Partial<RestoreExecution>) => report({ ...FOUND, ...MOVING, failure: { Error: 'Runtime.ExitError' }, ...state }).report.totals;
  expect(Object.keys(of({ moving: true }))).toEqual(['files', 'directories', 'bytes']);
  expect(of({}).moved).toBe(0);
  expect(of({ moving: true, moves: [moved({ moved: 3 })] }).moved).toBe(3);
});

test('what fails once all is in place says so', () => {
  const failed = { ...FOUND, ...MOVING, moving: true as const, failure: { Error: 'HookFailed', Cause: 'no' } };
  expect(sentence({ ...failed, moves: [moved()] })).toContain(`What was restored is in its place; what was not moved is still in '/${DIRECTORY}', and nothing of it was deleted.`);
  expect(sentence({ ...failed, moves: [moved({}, { outcome: 'INCOMPLETE' })] })).toContain('and not yet moved into place');
});

test('a plan counts in a dry run only: one that was made for an approval has moved nothing', () => {
  const of = (state: Partial<RestoreExecution>) => report({ ...FOUND, ...state, plans: [planned({ moved: 5 })] }).report.totals.moved;
  expect(of(DRY)).toBe(5);
  expect(of({ ...MOVING, failure: { Error: 'RestoreRejected' } })).toBe(0);
});

test('the subject of the message is one line of fewer than 100 characters of ASCII', () => {
  const subject = (error: string) => report({ ...STARTED, failure: { Error: error } }).subject;
  expect(subject('E'.repeat(200))).toHaveLength(99);
  expect(subject('RestoreJobFailed')).toBe('EFS restore failed: RestoreJobFailed');
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (error) => {
    expect(subject(error)).toMatch(/^EFS restore failed: [ -~]{0,79}$/);
  }));
});

test('no sentence says undefined, null or NaN, however far an execution came, and every report fits its schema', () => {
  const record = (counts: string[]) => fc.record(Object.fromEntries(counts.map((key) => [key, fc.nat(3)])));
  const items = fc.option(fc.array(fc.constant('/a'), { minLength: 1, maxLength: 3 }), { nil: undefined });
  const upToTwo = <Value>(values: fc.Arbitrary<Value>): fc.Arbitrary<Value[]> =>
    fc.oneof(fc.constant<Value[]>([]), fc.array(values, { minLength: 2, maxLength: 2 }));
  const comparison = { missing: 1, changed: 0, same: 2, extra: 0, samples: { missing: ['/m'], changed: [], extra: [] } };
  const fates = record(['moved', 'replaced', 'keptBoth', 'skipped', 'failed']);
  const states = fc.record({
    request: fc.record({ items, afterRestore: fc.constantFrom(...Object.values(AfterRestore)) }),
    verifications: upToTwo(fc.tuple(record(['files', 'directories', 'symbolicLinks', 'others', 'bytes']), fc.constantFrom<Partial<VerifyAnswer>>({}, { comparison }, { verdict: 'FAILED', findings: ['f'] }))
      .map(([counts, more]) => verified(counts, more))),
    plans: upToTwo(fc.tuple(fates, fc.constantFrom('PLANNED' as const, 'CONFLICT' as const)).map(([counts, outcome]) => planned(counts, { outcome, notes: [{ path: '/a', note: 'n' }] }))),
    moves: upToTwo(fc.tuple(fates, fc.constantFrom('MOVED' as const, 'CONFLICT' as const, 'INCOMPLETE' as const), fc.option(fc.constant('/aside'), { nil: undefined }))
      .map(([counts, outcome, keptAside]) => moved(counts, { outcome, keptAside }))),
    deletions: upToTwo(fc.constantFrom('DELETED' as const, 'ALREADY_GONE' as const, 'REFUSED' as const, 'INCOMPLETE' as const)
      .map((outcome) => deleted(outcome, [{ reason: RefusalReason.IN_USE, detail: 'd' }]))),
    failure: fc.option(fc.record({ Error: fc.constantFrom(...Object.values(RestoreError), 'States.Timeout'), Cause: fc.constantFrom('c', '', '{"errorMessage":"m"}', '{"Error":"E"}') }), { nil: undefined }),
    moving: fc.constantFrom(undefined, true as const),
    two: fc.boolean(),
    reached: fc.nat(4),
  });
  fc.assert(fc.property(states, ({ request, two, reached, failure, ...answers }) => {
    const found = two ? FOUND_TWO : FOUND;
    const reachedState = failure === undefined ? found : [STARTED, PREPARED, RESTORING, { ...FOUND_TWO, progress: FOUND.progress }, found][reached];
    const asked = reachedState.prepared ? asking(request, reachedState) : {};
    const { report: told, subject } = report({ ...reachedState, ...asked, ...answers, failure });
    expect(told.sentence).not.toMatch(/undefined|null|NaN|\[object|\.\.|\(\)/);
    expect(told.sentence).toMatch(/^[A-Z].*\.$/);
    expect(subject).toBe(failure ? `EFS restore failed: ${failure.Error}` : 'EFS restore succeeded');
  }), { numRuns: 2_000 });
});

test('the schema knows every key of a report: one more, one less or another type is seen', () => {
  const whole = asJson({
    ...FOUND,
    verifications: [verified({}, { comparison: { missing: 1, changed: 0, same: 2, extra: 0, samples: { missing: [], changed: [], extra: [] } } })],
    plans: [planned()],
    moves: [moved({}, { keptAside: '/aside', notes: [{ path: '/a', note: 'n' }] })],
    deletions: [deleted('REFUSED', [IN_USE])],
  });
  /** All objects in it, the request aside. */
  const objects = (value: unknown): Array<Record<string, unknown>> => (typeof value !== 'object' || value === null ? []
    : [...(Array.isArray(value) ? [] : [value as Record<string, unknown>]), ...Object.values(value).flatMap(objects)]);
  const optional = ['moved', 'replaced', 'keptBoth', 'skipped', 'failed', 'recoveryPoint', 'recoveryDirectory', 'newFileSystemArn', 'verification', 'plan', 'move', 'cleanup', 'comparison', 'keptAside'];
  const { request, ...checked } = whole;
  for (const each of objects(checked)) {
    const wrong = (): number => violations(RESTORE_REPORT_SCHEMA, { ...checked, request }).length;
    expect(wrong()).toBe(0);
    each.more = 1;
    expect(wrong()).toBe(1);
    delete each.more;
    for (const [key, value] of Object.entries(each)) {
      delete each[key];
      expect([key, wrong() > 0]).toEqual([key, each === checked.totals ? !optional.includes(key) : !optional.slice(5).includes(key)]);
      each[key] = typeof value === 'string' ? 7 : 'x';
      expect([key, wrong() > 0]).toEqual([key, true]);
      each[key] = value;
    }
  }
});
