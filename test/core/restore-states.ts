import type { DeletionOutcome } from '../../src/core/deletion-outcome';
import type { FinishedRestore, RestoreExecution } from '../../src/core/restore-report';
import { AfterRestore, ConflictPolicy, MergedDirectories, RecoveryDirectoryDisposal } from '../../src/core/restore-request';
import type { CompleteRestoreRequest } from '../../src/core/restore-request';
import type { MoveAnswer, VerifyAnswer } from '../../src/core/worker';

/** The states of executions, as far as they came. */

export const DIRECTORY = 'aws-backup-restore_2026-07-27T05-06-24-914181044Z';
export const SECOND = 'aws-backup-restore_2026-07-27T05-08-24-914181044Z';
export const ARN = 'arn:aws:backup:eu-central-1:111122223333:recovery-point:1EB3B5E7';
export const CREATED = '2026-07-26T05:00:00.000Z';
export const REQUEST: CompleteRestoreRequest = {
  items: ['/a'],
  fullRestore: false,
  afterRestore: AfterRestore.KEEP,
  conflictPolicy: ConflictPolicy.FAIL,
  mergedDirectories: MergedDirectories.KEEP_LIVE,
  recoveryDirectory: RecoveryDirectoryDisposal.DELETE_WHEN_EMPTY,
  dryRun: false,
};

const execution = { id: 'arn:execution', name: 'restore-1', startTime: '2026-07-27T04:00:00Z' };
const begun = { progress: { restores: [] }, verifications: [], plans: [], moves: [], deletions: [] };
export const STARTED: RestoreExecution = { input: { items: ['/a'] }, execution, ...begun };
export const PREPARED: RestoreExecution = {
  ...STARTED, prepared: { request: REQUEST, recoveryPoint: { arn: ARN, created: CREATED }, jobs: [{ items: ['/a'] }], warnings: ['careful'] },
};
export const RESTORING: RestoreExecution = { ...PREPARED, job: { RestoreJobId: 'job-1' } };

const finished = (restoreJobId: string, directory: string, items: string[]): FinishedRestore => ({ items, restoreJobId, directory, lostAndFound: ['aws-backup-lost+found'] });
const ONE = finished('job-1', DIRECTORY, ['/a']);
export const FOUND: RestoreExecution = { ...RESTORING, progress: { restores: [ONE] } };

/** Of two jobs. */
const BOTH = [ONE, finished('job-2', SECOND, ['/b', '/c'])];
export const PREPARED_TWO: RestoreExecution = {
  ...PREPARED, prepared: { ...PREPARED.prepared!, request: { ...REQUEST, items: ['/a', '/b', '/c'] }, jobs: [{ items: ['/a'] }, { items: ['/b', '/c'] }] },
};
export const FOUND_TWO: RestoreExecution = { ...PREPARED_TWO, job: { RestoreJobId: 'job-2' }, progress: { restores: BOTH } };

/** What the request says, in an execution that was prepared. */
export const asking = (request: Partial<CompleteRestoreRequest>, of = PREPARED): Pick<RestoreExecution, 'prepared'> =>
  ({ prepared: { ...of.prepared!, request: { ...of.prepared!.request, ...request } } });

export const verified = (counts: Partial<VerifyAnswer['counts']> = {}, more: Partial<VerifyAnswer> = {}): VerifyAnswer => ({
  operation: 'verify',
  done: true,
  verdict: 'PASSED',
  findings: [],
  counts: { files: 2, directories: 1, symbolicLinks: 0, others: 0, bytes: 30, ...counts },
  lostAndFound: [],
  resume: null,
  ...more,
});

export const moved = (counts: Partial<MoveAnswer['counts']> = {}, more: Partial<MoveAnswer> = {}): MoveAnswer => ({
  operation: 'move', done: true, outcome: 'MOVED', counts: { moved: 1, replaced: 0, keptBoth: 0, skipped: 0, failed: 0, ...counts }, notes: [], resume: null, ...more,
});

const fate = { files: 1, bytes: 2, samples: ['/a'] };
const none = { files: 0, bytes: 0, samples: [] };
export const planned = (counts: Partial<MoveAnswer['counts']> = {}, more: Partial<MoveAnswer> = {}): MoveAnswer =>
  moved(counts, { outcome: 'PLANNED', plan: { moved: fate, replaced: counts.replaced ? fate : none, keptBoth: fate, skipped: fate, failed: fate }, ...more });

export const deleted = (outcome: DeletionOutcome['outcome'], refusals: DeletionOutcome['refusals'] = [], directory = DIRECTORY): DeletionOutcome =>
  ({ directory, outcome, deletedEntries: 3, refusals, notes: [] });
