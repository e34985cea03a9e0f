/** The names that both sides share: what the constructs write is what the functions and the state machine read. */

/** Environment variables of the functions. */
export enum EnvironmentVariable {
  /** Where the file-system worker finds the root of the file system. */
  MOUNT_PATH = 'MOUNT_PATH',
  /**
   * How the worker makes sure that something is mounted there. Unset, as the constructs leave it: the mount path must be on
   * another device than its parent. `DIRECTORY` takes a plain directory for the file system: rehearsals and tests only.
   */
  MOUNT_CHECK = 'MOUNT_CHECK',
  /** The id of the protected file system. */
  FILE_SYSTEM_ID = 'FILE_SYSTEM_ID',
  /** The ARN of the protected file system. */
  FILE_SYSTEM_ARN = 'FILE_SYSTEM_ARN',
  /** The name of the vault that holds the recovery points. */
  BACKUP_VAULT_NAME = 'BACKUP_VAULT_NAME',
  /** The known mounts of clients, as JSON. */
  CLIENT_MOUNTS = 'CLIENT_MOUNTS',
  /** The names of further vaults that a request may name, as JSON. */
  MORE_BACKUP_VAULT_NAMES = 'MORE_BACKUP_VAULT_NAMES',
  /** What an execution leaves out is taken from this request, as JSON. */
  REQUEST_DEFAULTS = 'REQUEST_DEFAULTS',
  /** Which custom resource the function stands for. */
  CUSTOM_RESOURCE = 'CUSTOM_RESOURCE',
  /** What a cleanup keeps and what it does, as JSON. */
  CLEANUP_SETTINGS = 'CLEANUP_SETTINGS',
}

/**
 * The names of the errors that end a restore. They are the protocol between the functions, the state machine and the people
 * who run it: docs/runbook.md has a section for each.
 */
export enum RestoreError {
  /** The request breaks a rule; AWS Backup was not called. */
  INVALID_RESTORE_REQUEST = 'InvalidRestoreRequest',
  /** There is no recovery point that fits the request, or it cannot be restored from. */
  RECOVERY_POINT_NOT_USABLE = 'RecoveryPointNotUsable',
  /** The file system cannot be restored into: it is a replication destination, or not available. */
  FILE_SYSTEM_NOT_WRITABLE = 'FileSystemNotWritable',
  /** The access policy of the vault denies restoring from it, as that of the automatic backups of EFS does. */
  RESTORE_DENIED_BY_VAULT = 'RestoreDeniedByVault',
  /** Another restore job of this file system is pending or running, and the request does not allow that. */
  ANOTHER_RESTORE_RUNNING = 'AnotherRestoreRunning',
  /** At the root of the file system lies a `.cdk-efs-backup` that this library did not make. */
  WORK_DIRECTORY_NOT_OURS = 'WorkDirectoryNotOurs',
  /** A person said no. */
  RESTORE_REJECTED = 'RestoreRejected',
  /** The people who may approve could not be asked, or answered with an error that is no rejection. */
  APPROVAL_FAILED = 'ApprovalFailed',
  /** Nobody said yes in time. */
  APPROVAL_TIMED_OUT = 'ApprovalTimedOut',
  /** A hook of yours failed, or took too long. */
  HOOK_FAILED = 'HookFailed',
  /** AWS Backup refused to start the restore job. */
  RESTORE_JOB_NOT_STARTED = 'RestoreJobNotStarted',
  /** The restore job failed or was aborted. */
  RESTORE_JOB_FAILED = 'RestoreJobFailed',
  /** The restore job was still running when the workflow's patience ended. */
  RESTORE_JOB_TIMED_OUT = 'RestoreJobTimedOut',
  /** The restore job completed, but no new recovery directory fits it. */
  RECOVERY_DIRECTORY_NOT_FOUND = 'RecoveryDirectoryNotFound',
  /** The restore job completed, and more than one new recovery directory fits it. */
  RECOVERY_DIRECTORY_AMBIGUOUS = 'RecoveryDirectoryAmbiguous',
  /** What was restored is not what was asked for. */
  VERIFICATION_FAILED = 'VerificationFailed',
  /** Under the policy FAIL, entries are in the way; nothing was moved. */
  MOVE_CONFLICT = 'MoveConflict',
  /** Some entries could not be moved; the others are in place. */
  MOVE_INCOMPLETE = 'MoveIncomplete',
  /** The worker does not see a file system where it should be mounted. */
  FILE_SYSTEM_NOT_MOUNTED = 'FileSystemNotMounted',
  /** The worker was called with an event that it does not know. */
  INVALID_WORKER_EVENT = 'InvalidWorkerEvent',
}

/** The names of the errors that end an on-demand backup: docs/runbook.md has a section for each. */
export enum OnDemandBackupError {
  /** Other backup jobs of the file system were still running when the patience ended, or took turns with ours; none of ours was left. */
  OTHER_BACKUP_JOB_RUNNING = 'OtherBackupJobRunning',
  /** The user's step before the backup failed; no backup job was started. */
  BEFORE_BACKUP_FAILED = 'BeforeBackupFailed',
  /** AWS Backup refused to start the backup job. */
  BACKUP_JOB_NOT_STARTED = 'BackupJobNotStarted',
  /** The backup job failed, was aborted, or brought a part only. */
  BACKUP_JOB_FAILED = 'BackupJobFailed',
  /** The backup job did not begin, or did not complete, in its windows. */
  BACKUP_JOB_EXPIRED = 'BackupJobExpired',
  /** The backup job was still running when the workflow's patience ended. */
  BACKUP_JOB_TIMED_OUT = 'BackupJobTimedOut',
  /** The user's step after the backup failed, however the backup ended: the writers may still be paused. */
  AFTER_BACKUP_FAILED = 'AfterBackupFailed',
}

/** At the root of the file system, what this library itself writes there: what was kept aside, and the records of a move. */
export const WORK_DIRECTORY = '.cdk-efs-backup';
