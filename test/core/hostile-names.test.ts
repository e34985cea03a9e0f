import * as fc from 'fast-check';
import { describeApproval } from '../../src/core/approval';
import { CleanupMode } from '../../src/core/cleanup';
import { chooseDirectories } from '../../src/core/cleanup-choice';
import { reportCleanup } from '../../src/core/cleanup-report';
import { RefusalReason } from '../../src/core/deletion-guard';
import { joinDeletions } from '../../src/core/deletion-outcome';
import { describeProblems } from '../../src/core/problem';
import { RootEntryKind } from '../../src/core/recovery-directory';
import { inOneLine, messageOf } from '../../src/core/report-words';
import { reportRestore } from '../../src/core/restore-report';
import type { RestoreExecution } from '../../src/core/restore-report';
import { completeRestoreRequest } from '../../src/core/restore-request';

const DIRECTORY = 'aws-backup-restore_2026-11-23T09-30-12-345678901Z';
const EVIL = ['\n', '\r', '\t', '\u001b[2K', '\u0000', '\u007f', '\u0085', '\u202e', '\u2066', '\u200f', '\u061c', '\u2028', '\u2029', '\ufeff', '\u{e0041}', '\u00ad'];
/** A name that somebody chose who wants to write something else into a report. */
const name = fc.array(fc.oneof(fc.constantFrom(...EVIL), fc.string()), { minLength: 1, maxLength: 6 }).map((parts) => `/${parts.join('')}`);

/** All texts of a value, and its keys. */
const textsOf = (value: unknown): string[] => typeof value === 'string' ? [value]
  : typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, inner]) => [key, ...textsOf(inner)]) : [];
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
function expectPlain(value: unknown): void {
  expect(textsOf(value).filter((text) => HIDDEN.test(text))).toEqual([]);
}

const asThrown = (errorMessage: string): string => JSON.stringify({ errorMessage });
const causes = (text: string): string[] => [text, asThrown(text), JSON.stringify({ Error: text, Cause: asThrown(text) })];

/** An execution in which every text that others choose is one of these. */
function executionOf(names: readonly string[], failed: boolean, cause: string): RestoreExecution {
  const [one, two] = [names[0], names[names.length - 1]];
  const counts = { moved: 1, replaced: 1, keptBoth: 1, skipped: 1, failed: 0 };
  const fate = { files: 1, bytes: 1, samples: [...names] };
  const plan = { moved: fate, replaced: fate, keptBoth: fate, skipped: fate, failed: fate };
  const move = { operation: 'move', done: true, outcome: 'MOVED', counts, notes: names.map((path) => ({ path, note: path })), keptAside: one, plan, resume: null } as const;
  return {
    input: { [two]: one },
    execution: { id: `arn:execution:${one}`, name: one, startTime: '2026-11-23T09:30:12.000Z' },
    prepared: {
      request: completeRestoreRequest({ items: [...names] }), recoveryPoint: { arn: 'arn', created: 'then' }, jobs: [{ items: [...names] }], warnings: [two],
    },
    progress: { restores: [{ items: [...names], restoreJobId: 'j', directory: DIRECTORY, lostAndFound: [...names] }] },
    verifications: [{
      operation: 'verify',
      done: true,
      verdict: 'PASSED',
      findings: [...names],
      counts: { files: 1, directories: 1, symbolicLinks: 0, others: 0, bytes: 1 },
      comparison: { missing: 1, changed: 1, same: 1, extra: 1, samples: { missing: [one], changed: [two], extra: [one] } },
      lostAndFound: [one],
      resume: null,
    }],
    plans: [move],
    moves: [move],
    deletions: [joinDeletions(DIRECTORY, [{
      outcome: 'REFUSED', deletedEntries: 0, refusals: [{ reason: RefusalReason.IN_USE, detail: one }], notes: [{ path: one, note: two }], postponed: { reason: one, detail: two },
    }])],
    ...(failed ? { failure: { Error: one, Cause: cause }, hookFailure: { Error: two, Cause: cause } } : {}),
  };
}

const names = fc.array(name, { minLength: 1, maxLength: 4 });
const cause = name.chain((text) => fc.constantFrom(...causes(text)));

test('a report of a restore has no control or bidirectional character, whatever the names', () => {
  fc.assert(fc.property(names, fc.boolean(), cause, (given, failed, why) => expectPlain(reportRestore(executionOf(given, failed, why)))));
});

test('a report of a restore says what its input was, in one line, where it was never checked', () => {
  const { report } = reportRestore({ ...executionOf(['/a\n'], true, 'x'), prepared: undefined, progress: { restores: [] } });
  expect(report.request).toEqual({ '/a\\u{a}': '/a\\u{a}' });
});

test('a request to approve has no line but its own, whatever the names', () => {
  fc.assert(fc.property(names, fc.constantFrom<'RESTORE' | 'MOVE'>('RESTORE', 'MOVE'), (given, stage) => {
    const plainly = given.map((_, index) => `/${index}`);
    const message = (of: string[]) => describeApproval(executionOf(of, false, ''), { stage, region: 'eu-central-1', timeout: '1 day' });
    const { subject, beforeToken, afterToken } = message(given);
    const lines = [subject, ...beforeToken.split('\n'), ...afterToken.split('\n')];
    expectPlain(lines);
    const plain = message(plainly);
    expect(lines).toHaveLength([plain.subject, ...plain.beforeToken.split('\n'), ...plain.afterToken.split('\n')].length);
  }));
});

test('a report of a cleanup has no control or bidirectional character, whatever the names', () => {
  const numbers = { deleteAfterSeconds: 1, keepLatest: 0, workers: 1, operationsPerSecond: 100, entriesPerWorker: 1 };
  const settings = { ...numbers, mode: CleanupMode.DELETE, keep: [] };
  fc.assert(fc.property(names, fc.boolean(), cause, (given, failed, why) => {
    const counts = { files: 1, directories: 0, symbolicLinks: 0, others: 0, bytes: 1 };
    const entries = [
      {
        name: DIRECTORY,
        kind: RootEntryKind.RECOVERY_DIRECTORY,
        ageSeconds: 1000,
        content: { counts, inUse: true, inUsePath: given[0], unreadable: [] },
      },
      ...given.map((each) => ({ name: `aws-backup-lost+found${each}`, kind: RootEntryKind.LOST_AND_FOUND })),
      ...given.map((each) => ({ name: `aws-backup-${each}`, kind: RootEntryKind.LOOKALIKE })),
    ];
    const told = { refusals: [{ reason: RefusalReason.NAME, detail: given[0] }], notes: [{ path: given[0], note: given[0] }] };
    const outcome = (kind: 'INCOMPLETE' | 'REFUSED') => joinDeletions(DIRECTORY, [{ outcome: kind, deletedEntries: 0, ...told }]);
    expectPlain(reportCleanup({
      input: given,
      execution: { id: given[0], name: given[0], startTime: '' },
      prepared: { mode: CleanupMode.DELETE, trigger: { kind: 'RESTORE_JOB', restoreJobId: given[0], state: given[0] } },
      choice: chooseDirectories({ entries }, settings, CleanupMode.DELETE),
      cleaned: [outcome('INCOMPLETE'), outcome('REFUSED')],
      ...(failed ? { failure: { Error: given[0], Cause: why } } : {}),
    }, 'fs-1'));
    const facts = { decision: 'YIELD', reason: 'CLEANUP_RUNNING', detail: given[0] } as never;
    expectPlain(reportCleanup({ input: {}, execution: { id: '', name: '', startTime: '' }, facts, cleaned: [] }, 'fs-1'));
  }));
});

test('a problem is one line, whatever the input', () => {
  fc.assert(fc.property(names, (given) => {
    const problems = given.map((each) => ({ subject: each, rule: `must not lie in '${each}'`, value: each, remedy: `write '${each}'` }));
    const lines = describeProblems(problems).split('\n');
    expectPlain(lines);
    expect(lines).toHaveLength(given.length === 1 ? 1 : given.length + 1);
  }));
});

test('the message of an error is one line', () => {
  expect(messageOf(JSON.stringify({ errorMessage: '2 problems:\n1. a\n2. b\u001b[31m' }))).toBe('2 problems: 1. a 2. b\\u{1b}[31m');
  fc.assert(fc.property(cause, (why) => expectPlain(messageOf(why))));
});

test('what is written out hardly grows: the state of an execution has room for it', () => {
  const many = Array.from({ length: 20 }, () => `/${'\n\u202e'.repeat(100)}`);
  const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
  const state = executionOf(many, false, '');
  const { progress: { restores }, verifications, plans, moves, deletions } = state;
  expect(bytes(reportRestore(state).report.restores)).toBeLessThan(bytes([restores, verifications, plans, moves, deletions]) * 1.2);
});

test('what is written out reads as it was', () => {
  expect(inOneLine('/a b/ü/文.txt')).toBe('/a b/ü/文.txt');
});
