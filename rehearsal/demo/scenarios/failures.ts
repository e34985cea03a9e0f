import * as fs from 'node:fs';
import * as path from 'node:path';
import { RestoreError } from '../../../src/core/contract';
import { AUTOMATIC_BACKUP_VAULT_POLICY } from '../../aws/vault-access-policy';
import { LOST_FILE, LOST_TREE } from '../projects';
import { LOST, restoreScenario } from '../restore-scenario';
import type { RestoreScenarioProps } from '../restore-scenario';

const CONFLICT = 'written anew from memory\n';

/** Each step of the workflow that fails where AWS, the file system or the request is to blame. */
const FAILURES: ReadonlyArray<RestoreScenarioProps & { readonly error: RestoreError }> = [
  {
    name: 'request',
    what: 'the operator writes paths that AWS Backup would not find',
    error: RestoreError.INVALID_RESTORE_REQUEST,
    request: { ...LOST, items: ['/mnt/efs/projects/alpha/report.txt', 'projects/beta', '/projects//beta', '/projects/gamma/../beta'] },
    report: { cause: /items\[0\].*items\[1\].*items\[2\].*items\[3\]/s, restores: [], sentence: /No restore job was started, and nothing was changed/ },
    faults: ({ starts }) => (starts.requests === 0 ? [] : ['AWS Backup was called']),
  },
  { name: 'recovery-point', what: 'there is no backup yet', error: RestoreError.RECOVERY_POINT_NOT_USABLE, skipBackup: true, report: { restores: [] } },
  {
    name: 'target',
    what: 'the file system is the destination of a replication',
    error: RestoreError.FILE_SYSTEM_NOT_WRITABLE,
    options: { replicationDestination: true },
    report: { restores: [] },
  },
  {
    name: 'vault',
    what: 'the access policy of the vault denies restores',
    error: RestoreError.RESTORE_DENIED_BY_VAULT,
    options: { vaultAccessPolicy: AUTOMATIC_BACKUP_VAULT_POLICY },
    report: { restores: [] },
  },
  {
    name: 'concurrent',
    what: 'somebody has started another restore by hand',
    error: RestoreError.ANOTHER_RESTORE_RUNNING,
    begin: ({ rehearsal }) => rehearsal.startOtherRestore(),
    report: { cause: /allowConcurrentRestores/, restores: [] },
  },
  {
    name: 'mount',
    what: 'the function does not see the file system',
    error: RestoreError.FILE_SYSTEM_NOT_MOUNTED,
    options: { workerEnvironment: { MOUNT_CHECK: '' } },
    report: { cause: /nothing was read or changed/, restores: [] },
  },
  {
    name: 'work-directory',
    what: 'something of somebody else\'s has the name under which the library keeps its records',
    error: RestoreError.WORK_DIRECTORY_NOT_OURS,
    prepare: (root) => {
      fs.mkdirSync(path.join(root, '.cdk-efs-backup'));
      fs.writeFileSync(path.join(root, '.cdk-efs-backup', 'file'), 'of somebody else\n');
    },
    report: { cause: /rename it/, restores: [] },
  },
  {
    name: 'start',
    what: 'AWS Backup refuses to start the restore job',
    error: RestoreError.RESTORE_JOB_NOT_STARTED,
    options: { faults: [{ operation: 'StartRestoreJob', fault: 'ACCESS_DENIED', times: Infinity }] },
    report: { cause: /Insufficient privileges/, restores: [] },
    faults: ({ starts }) => (starts.requests === 1 && starts.jobs === 0 ? [] : [`a refusal was asked for again: ${JSON.stringify(starts)}`]),
  },
  {
    name: 'restore',
    what: 'the restore job fails half-way',
    error: RestoreError.RESTORE_JOB_FAILED,
    options: { faults: [{ restoreJob: 'FAILED', statusMessage: 'The file system is full' }] },
    report: { cause: /The file system is full/, restores: [{ restoreJobId: /./, items: LOST.items }] },
  },
  {
    name: 'timeout',
    what: 'the restore job does not come to an end',
    error: RestoreError.RESTORE_JOB_TIMED_OUT,
    options: { faults: [{ restoreJob: 'STUCK' }], wait: (seconds) => seconds / 500 },
    report: { cause: /was still running after/, restores: [{ restoreJobId: /./ }] },
    faults: (_, { historyEvents }) => (historyEvents < 15_000 ? [] : [`waiting took ${historyEvents} events of the history`]),
  },
  {
    name: 'find',
    what: 'the job completes, and no recovery directory appears',
    error: RestoreError.RECOVERY_DIRECTORY_NOT_FOUND,
    options: { faults: [{ restoreJob: 'DIRECTORY_NEVER' }] },
    report: { restores: [{ restoreJobId: /./ }] },
  },
  {
    name: 'ambiguous',
    what: 'the job completes, and two recovery directories appear',
    error: RestoreError.RECOVERY_DIRECTORY_AMBIGUOUS,
    options: { faults: [{ restoreJob: 'TWO_DIRECTORIES' }] },
    report: { restores: [{ restoreJobId: /./ }] },
  },
  {
    name: 'verify',
    what: 'an item is not in what was restored',
    error: RestoreError.VERIFICATION_FAILED,
    options: { faults: [{ restoreJob: 'ITEM_MISSING', item: LOST_TREE }] },
    report: { cause: /\/projects\/beta/, restores: [{ verification: { verdict: 'FAILED' } }], totals: { files: 1, moved: 0 } },
  },
  {
    name: 'move',
    what: 'somebody wrote a new file at the place of the lost one',
    error: RestoreError.MOVE_CONFLICT,
    prepare: (root) => fs.writeFileSync(path.join(root, LOST_FILE), CONFLICT),
    report: { cause: /\/projects\/alpha\/report\.txt/, restores: [{ move: { outcome: 'CONFLICT' } }], totals: { moved: 0, failed: 1 } },
  },
];

export const failures = FAILURES.map(restoreScenario);
