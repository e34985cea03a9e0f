import { CleanupMode } from '../../src/core/cleanup';
import { chooseDirectories, KeepReason } from '../../src/core/cleanup-choice';
import { cleanupMetrics } from '../../src/core/cleanup-metrics';
import { reportCleanup } from '../../src/core/cleanup-report';
import type { CleanupExecution } from '../../src/core/cleanup-report';
import { CLEANUP_REPORT_SCHEMA } from '../../src/core/cleanup-report-schema';
import { RefusalReason } from '../../src/core/deletion-guard';
import { joinDeletions } from '../../src/core/deletion-outcome';
import { formatRecoveryDirectoryName, RootEntryKind } from '../../src/core/recovery-directory';
import { violations } from '../helpers/json-schema';

const NOW = Date.parse('2026-11-26T12:00:00.000Z');
const nameOf = (days: number) => formatRecoveryDirectoryName(RootEntryKind.RECOVERY_DIRECTORY, NOW - days * 86_400_000, '1');
const NUMBERS = { deleteAfterSeconds: 7 * 86_400, keepLatest: 0, workers: 1, operationsPerSecond: 3500, entriesPerWorker: 100 };
const SETTINGS = { ...NUMBERS, mode: CleanupMode.DELETE, keep: [] };
const counts = { files: 2, directories: 0, symbolicLinks: 0, others: 0, bytes: 1 };
const choiceOf = (days: number[], mode = CleanupMode.DELETE, inUsePath?: string) => chooseDirectories({
  entries: days.map((day) => ({
    name: nameOf(day),
    kind: RootEntryKind.RECOVERY_DIRECTORY,
    ageSeconds: day * 86_400,
    content: { counts, inUse: inUsePath !== undefined, inUsePath, unreadable: [] },
  })),
}, SETTINGS, mode);
const EXECUTION = { id: 'arn', name: 'name', startTime: '2026-11-26T12:00:00.000Z' };
const stateOf = (more: Partial<CleanupExecution> = {}): CleanupExecution => ({
  input: {}, execution: EXECUTION, prepared: { mode: CleanupMode.DELETE, trigger: { kind: 'SCHEDULE' } }, facts: { decision: 'GO' }, cleaned: [], ...more,
});
const report = (more: Partial<CleanupExecution>) => {
  const reported = reportCleanup(stateOf(more), 'fs-1');
  expect(violations(CLEANUP_REPORT_SCHEMA, JSON.parse(JSON.stringify(reported.report)))).toEqual([]);
  return reported;
};
const answer = { outcome: 'DELETED' as const, deletedEntries: 3, refusals: [], notes: [] };

test('each directory has its fate', () => {
  const refused = { ...answer, outcome: 'REFUSED' as const, deletedEntries: 0, refusals: [{ reason: RefusalReason.IN_USE, detail: 'x' }] };
  const reported = report({ choice: choiceOf([10, 9, 8, 1]), cleaned: [joinDeletions(nameOf(10), [answer]), joinDeletions(nameOf(9), [refused])] });
  expect(reported.report.directories.map(({ fate, kept }) => [fate, kept])).toEqual([['DELETED', undefined], ['REFUSED', undefined], ['POSTPONED', undefined], ['KEPT', KeepReason.YOUNG]]);
  expect(reported.report.sentence).toBe('Found 4 recovery directories with 4 bytes, deleted 1 (3 entries), and refused to delete 1 (IN_USE).');
  expect(reported).toMatchObject({ tell: true, subject: 'EFS cleanup of fs-1 succeeded', report: { totals: { deleted: 1, refused: 1, quarantined: 0, deletedEntries: 3 } } });
});

test('REPORT_ONLY says what would be done', () => {
  const prepared = { mode: CleanupMode.REPORT_ONLY, trigger: { kind: 'SCHEDULE' as const } };
  expect(report({ prepared, choice: choiceOf([9], CleanupMode.REPORT_ONLY) }).report.sentence).toBe('Found 1 recovery directory with 1 byte, and would delete or quarantine 1 if the mode were not REPORT_ONLY.');
});

test('a directory that could not be dealt with fails the run, with all that was done', () => {
  const notes = [{ path: '/x', note: 'EACCES' }];
  const { report: failed, subject } = report({ choice: choiceOf([10, 9]), cleaned: [joinDeletions(nameOf(10), [answer]), joinDeletions(nameOf(9), [{ ...answer, outcome: 'INCOMPLETE', notes }])] });
  expect(failed).toMatchObject({ outcome: 'FAILED', error: 'CleanupIncomplete', cause: `'/${nameOf(9)}' could not be deleted as a whole (/x: EACCES)` });
  expect(failed.sentence).toMatch(/^Found 2 .* deleted 1 .*The cleanup failed with CleanupIncomplete: .*docs\/runbook\.md of cdk-efs-backup says under CleanupIncomplete what to do\.$/);
  expect(subject).toBe('EFS cleanup of fs-1 failed: CleanupIncomplete');
});

test('what ended the execution is the failure, whatever else happened', () => {
  const failure = { Error: 'Lambda.Unknown', Cause: '{"errorMessage":"out of memory"}' };
  expect(report({ failure, prepared: undefined, facts: {} }).report).toEqual({
    outcome: 'FAILED',
    error: 'Lambda.Unknown',
    cause: 'out of memory',
    sentence: 'The cleanup failed with Lambda.Unknown: out of memory. docs/runbook.md of cdk-efs-backup says what to do.',
    fileSystemId: 'fs-1',
    execution: EXECUTION,
    directories: [],
    lostAndFound: [],
    lookalikes: [],
  });
});

test('giving way to another cleanup is not worth a message, giving way to a restore is, and nothing found is not', () => {
  const yieldTo = (reason: 'CLEANUP_RUNNING' | 'RESTORE_RUNNING') => report({ facts: { decision: 'YIELD', reason, detail: 'why' } });
  expect(yieldTo('CLEANUP_RUNNING')).toMatchObject({ tell: false, report: { outcome: 'YIELDED', sentence: 'The cleanup gave way: why.', yieldedTo: { detail: 'why' } } });
  expect(yieldTo('RESTORE_RUNNING').tell).toBe(true);
  expect(report({ choice: choiceOf([]) }).tell).toBe(false);
});

test('the largest report fits into a state of a state machine, as text within JSON too', () => {
  const days = Array.from({ length: 300 }, (_, index) => index + 8);
  const long = '\u0001"'.repeat(500);
  const choice = choiceOf(days);
  const worst = { outcome: 'INCOMPLETE' as const, deletedEntries: 1e12, refusals: Object.values(RefusalReason).map((reason) => ({ reason, detail: long })), notes: [{ path: long, note: long }, { path: `${long}2`, note: long }] };
  const state = stateOf({ choice, cleaned: choice.chosen.map(({ directory }) => joinDeletions(directory, [worst])) });
  expect(state.cleaned).toHaveLength(100);
  expect(Buffer.byteLength(JSON.stringify(state))).toBeLessThan(256 * 1024);
  expect(Buffer.byteLength(JSON.stringify({ Message: JSON.stringify(reportCleanup(state, 'fs-1').report) }))).toBeLessThan(256 * 1024);
});

describe('metrics', () => {
  test('are written where something was looked at, also when it is nothing', () => {
    expect(cleanupMetrics(report({ facts: { decision: 'YIELD', reason: 'CLEANUP_RUNNING', detail: 'x' } }).report, NOW)).toEqual([]);
    expect(cleanupMetrics(report({ choice: choiceOf([]) }).report, NOW))
      .toMatchObject([{ RecoveryDirectoriesFound: 0, OldestRecoveryDirectoryAge: 0 }]);
  });

  test('follow the specification: every metric and dimension that is declared has a value', () => {
    const refused = { ...answer, outcome: 'REFUSED' as const, refusals: [{ reason: RefusalReason.ACCESS_POINT, detail: 'x' }] };
    const cleaned = [10, 9].map((days) => joinDeletions(nameOf(days), [refused]));
    const documents = cleanupMetrics(report({ choice: choiceOf([10, 9]), cleaned }).report, NOW) as any[];
    expect(documents).toHaveLength(2);
    for (const document of documents) {
      const [{ Namespace, Dimensions: [dimensions], Metrics }] = document._aws.CloudWatchMetrics;
      expect([Namespace, document._aws.Timestamp]).toEqual(['CdkEfsBackup', NOW]);
      expect(dimensions.map((name: string) => typeof document[name])).toEqual(dimensions.map(() => 'string'));
      expect(Metrics.map(({ Name }: { Name: string }) => typeof document[Name])).toEqual(Metrics.map(() => 'number'));
    }
    expect(documents[1]).toMatchObject({ Reason: 'ACCESS_POINT', RecoveryDirectoriesRefused: 2 });
    expect(documents[0]._aws.CloudWatchMetrics[0].Metrics).toContainEqual({ Name: 'RecoveryDirectoryBytesFound', Unit: 'Bytes' });
  });
});
