import type { Scenario } from './simulation';
import { FLAT, WIDE } from './tree';
import { AfterRestore, ConflictPolicy, RecoveryDirectoryDisposal } from '../../src/core/restore-request';

const MOVE = { fullRestore: true, afterRestore: AfterRestore.MOVE_INTO_PLACE };
const LEAVE = { ...MOVE, conflictPolicy: ConflictPolicy.SKIP, recoveryDirectory: RecoveryDirectoryDisposal.DELETE };
const ITEMS = Array.from({ length: 50 }, (_, index) => `/projects/customer-${String(index).padStart(2, '0')}`);

/** As much as a thousandth of that. */
const SMALL = { ...WIDE, files: 1e5, directories: 1e3, bytes: 1e11 };

/** By their names in the table of docs/scale.md. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'everything is lost': { machine: 'restore', workers: 1, tree: { ...WIDE, missing: 'ALL' }, input: MOVE },
  'everything is lost, dry run': { machine: 'restore', workers: 1, tree: { ...WIDE, missing: 'ALL' }, input: { ...MOVE, dryRun: true } },
  'every file is lost, its directory is there': {
    machine: 'restore', workers: 1, tree: { ...WIDE, missing: 'FILES' }, input: { ...MOVE, conflictPolicy: ConflictPolicy.SKIP },
  },
  'nothing is lost, 1 worker deletes': { machine: 'restore', workers: 1, tree: WIDE, input: LEAVE },
  'nothing is lost, 8 workers delete': { machine: 'restore', workers: 8, tree: WIDE, input: LEAVE },
  'the same in one directory, 1 worker': { machine: 'restore', workers: 1, tree: FLAT, input: LEAVE },
  'the same in one directory, 8 workers': { machine: 'restore', workers: 8, tree: FLAT, input: LEAVE },
  'nothing is lost, 60 operations a second, 1 worker': { machine: 'restore', workers: 1, operationsPerSecond: 60, tree: WIDE, input: LEAVE },
  'nothing is lost, 80 operations a second, 8 workers': { machine: 'restore', workers: 8, operationsPerSecond: 80, tree: WIDE, input: LEAVE },
  'everything is lost, 5,000 directories are at the root': {
    machine: 'restore', workers: 1, tree: { ...WIDE, missing: 'ALL' }, directories: 5_000, input: MOVE,
  },
  '50 items in 10 restore jobs, 8 workers': {
    machine: 'restore', workers: 8, tree: { ...WIDE, missing: 'FILES', jobs: 10 }, input: { items: ITEMS, afterRestore: AfterRestore.MOVE_INTO_PLACE },
  },
  'cleanup of one directory, 1 worker': { machine: 'cleanup', workers: 1, tree: WIDE, directories: 1, input: {} },
  'cleanup of one directory, 8 workers': { machine: 'cleanup', workers: 8, tree: WIDE, directories: 1, input: {} },
  'cleanup of one flat directory, 8 workers': { machine: 'cleanup', workers: 8, tree: FLAT, directories: 1, input: {} },
  'cleanup of 100 of 5,000 directories, 1 worker': { machine: 'cleanup', workers: 1, tree: SMALL, directories: 5_000, input: {} },
  'cleanup of 66 of 5,000 directories, 8 workers': { machine: 'cleanup', workers: 8, tree: SMALL, directories: 5_000, input: {} },
  'cleanup of one directory, 60 operations a second, 1 worker': { machine: 'cleanup', workers: 1, operationsPerSecond: 60, tree: WIDE, directories: 1, input: {} },
};
