import * as fs from 'node:fs';
import * as path from 'node:path';
import { LOST_FILE, LOST_TREE } from './projects';
import { RestoreError } from '../../src/core/contract';
import { AUTOMATIC_BACKUP_VAULT_POLICY } from '../aws/vault-access-policy';
import type { RehearsalOptions } from '../rehearsal';

/** One way in which a restore fails, and how it is brought about. */
export interface Failure {
  readonly what: string;
  readonly error: RestoreError;
  readonly options?: Partial<RehearsalOptions>;
  /** The items of the request, where they are what is wrong. */
  readonly items?: string[];
  readonly skipBackup?: boolean;
  /** Another restore job runs already. */
  readonly startOtherRestore?: boolean;
  /** Done to the file system just before the restore. */
  readonly prepare?: (root: string) => void;
}

/** Each step of the workflow that can fail, under the name that the demo takes. */
export const FAILURES: Readonly<Record<string, Failure>> = {
  'request': {
    what: 'the operator writes paths that AWS Backup would not find',
    error: RestoreError.INVALID_RESTORE_REQUEST,
    items: ['/mnt/efs/projects/alpha/report.txt', 'projects/beta', '/projects/*.txt', '/projects/gamma/../beta'],
  },
  'recovery-point': { what: 'there is no backup yet', error: RestoreError.RECOVERY_POINT_NOT_USABLE, skipBackup: true },
  'target': { what: 'the file system is the destination of a replication', error: RestoreError.FILE_SYSTEM_NOT_WRITABLE, options: { replicationDestination: true } },
  'vault': {
    what: 'the access policy of the vault denies restores',
    error: RestoreError.RESTORE_DENIED_BY_VAULT,
    options: { vaultAccessPolicy: AUTOMATIC_BACKUP_VAULT_POLICY },
  },
  'concurrent': { what: 'somebody has started another restore by hand', error: RestoreError.ANOTHER_RESTORE_RUNNING, startOtherRestore: true },
  'mount': {
    what: 'the function does not see the file system',
    error: RestoreError.FILE_SYSTEM_NOT_MOUNTED,
    options: { workerEnvironment: { MOUNT_CHECK: '' } },
  },
  'start': {
    what: 'AWS Backup refuses to start the restore job',
    error: RestoreError.RESTORE_JOB_NOT_STARTED,
    options: { faults: [{ operation: 'StartRestoreJob', fault: 'ACCESS_DENIED', times: Infinity }] },
  },
  'restore': { what: 'the restore job fails half-way', error: RestoreError.RESTORE_JOB_FAILED, options: { faults: [{ restoreJob: 'FAILED' }] } },
  'timeout': { what: 'the restore job does not come to an end', error: RestoreError.RESTORE_JOB_TIMED_OUT, options: { faults: [{ restoreJob: 'STUCK' }] } },
  'find': { what: 'the job completes, and no recovery directory appears', error: RestoreError.RECOVERY_DIRECTORY_NOT_FOUND, options: { faults: [{ restoreJob: 'DIRECTORY_NEVER' }] } },
  'ambiguous': { what: 'the job completes, and two recovery directories appear', error: RestoreError.RECOVERY_DIRECTORY_AMBIGUOUS, options: { faults: [{ restoreJob: 'TWO_DIRECTORIES' }] } },
  'verify': { what: 'an item is not in what was restored', error: RestoreError.VERIFICATION_FAILED, options: { faults: [{ restoreJob: 'ITEM_MISSING', item: LOST_TREE }] } },
  'move': {
    what: 'somebody wrote a new file at the place of the lost one',
    error: RestoreError.MOVE_CONFLICT,
    prepare: (root) => fs.writeFileSync(path.join(root, LOST_FILE), 'written anew from memory\n'),
  },
};
