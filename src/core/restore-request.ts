import type { RestoreExpectation } from './expectation';
import type { NewFileSystem } from './new-file-system';

/** What happens to the data once AWS Backup has put it into the recovery directory. */
export enum AfterRestore {
  /** Nothing: the recovery directory is found and reported. */
  KEEP = 'KEEP',
  /** The recovery directory is verified and stays where it is. */
  VERIFY = 'VERIFY',
  /** The recovery directory is verified, moved into place and cleaned up. */
  MOVE_INTO_PLACE = 'MOVE_INTO_PLACE',
}

/** What happens to a restored entry whose place is taken by another one. Nothing that is live is ever lost. */
export enum ConflictPolicy {
  /** Nothing at all is moved if any entry is in conflict. */
  FAIL = 'FAIL',
  /** The live entry stays; the restored one stays in the recovery directory. */
  SKIP = 'SKIP',
  /** The live entry is replaced where it is the older of the two (by modification time), and kept aside; else as SKIP. */
  REPLACE_IF_OLDER = 'REPLACE_IF_OLDER',
  /** The live entry is replaced, and kept aside under `.cdk-efs-backup` at the root of the file system. */
  REPLACE = 'REPLACE',
  /** The live entry stays; the restored one is put beside it under a name that tells when it was restored. */
  KEEP_BOTH = 'KEEP_BOTH',
  /**
   * Each requested item takes its place as a whole, also where both are directories: nothing is merged. What was there is kept aside
   * as with REPLACE, in one rename. Of a full restore, whatever lies at the root is such an item.
   */
  SWAP = 'SWAP',
}

/** Whose owner and mode a directory has that both sides have, after its restored entries were moved into it. */
export enum MergedDirectories {
  /** The live directory keeps its own; where the backup has others, the report says so. */
  KEEP_LIVE = 'KEEP_LIVE',
  /** The live directory gets those of the backup. */
  TAKE_RESTORED = 'TAKE_RESTORED',
}

/** What becomes of the recovery directory after its content was moved into place. */
export enum RecoveryDirectoryDisposal {
  /** It is deleted if everything in it was moved; where entries were skipped it is kept and reported. */
  DELETE_WHEN_EMPTY = 'DELETE_WHEN_EMPTY',
  /** It is deleted with whatever was not moved. */
  DELETE = 'DELETE',
  /** It is kept. */
  KEEP = 'KEEP',
}

/** A restore, as an operator asks for it: the input of the restore workflow. */
export interface RestoreRequest {
  /**
   * The files and directories to restore, each as an absolute path from the root of the file system.
   *
   * @default - give either `items` or `fullRestore`
   */
  readonly items?: string[];
  /**
   * What the paths of `items` begin at, where that is not the root of the file system: the id of an access point (`fsap-…`), whose
   * root directory they lie below, or the mount point of one of the workflow's `clientMounts`, such as `/srv/projects`.
   *
   * @default - the root of the file system
   */
  readonly itemsSeenFrom?: string;
  /**
   * Restore everything in the recovery point.
   *
   * @default false
   */
  readonly fullRestore?: boolean;
  /**
   * The vault to restore from: that of the workflow, or one of its `moreBackupVaults`.
   *
   * @default - the vault of the workflow
   */
  readonly backupVaultName?: string;
  /**
   * The ARN of the recovery point to restore from.
   *
   * @default - the latest completed recovery point of the file system in the vault
   */
  readonly recoveryPointArn?: string;
  /**
   * Restore from the latest recovery point that was created before this instant (ISO 8601 with an offset, such as
   * `2026-11-23T03:00:00Z`).
   *
   * @default - no bound
   */
  readonly recoveryPointCreatedBefore?: string;
  /**
   * Restore into a new file system instead of the one that was backed up; only with `AfterRestore.KEEP`, since the workflow has not
   * mounted it, and only where `allowNewFileSystems` of the workflow says so.
   *
   * @default - the file system that was backed up
   */
  readonly newFileSystem?: NewFileSystem;
  /**
   * What happens after the restore.
   *
   * @default AfterRestore.VERIFY, with `newFileSystem` AfterRestore.KEEP
   */
  readonly afterRestore?: AfterRestore;
  /**
   * What happens to a restored entry whose place is taken; only with `AfterRestore.MOVE_INTO_PLACE`.
   *
   * @default ConflictPolicy.FAIL
   */
  readonly conflictPolicy?: ConflictPolicy;
  /**
   * Whose owner and mode a directory has that is restored and live; only with `AfterRestore.MOVE_INTO_PLACE`.
   *
   * @default MergedDirectories.KEEP_LIVE
   */
  readonly mergedDirectories?: MergedDirectories;
  /**
   * What becomes of the recovery directory; only with `AfterRestore.MOVE_INTO_PLACE`.
   *
   * @default RecoveryDirectoryDisposal.DELETE_WHEN_EMPTY
   */
  readonly recoveryDirectory?: RecoveryDirectoryDisposal;
  /**
   * Report what would be moved, and move nothing; only with `AfterRestore.MOVE_INTO_PLACE`. The recovery directory stays.
   *
   * @default false
   */
  readonly dryRun?: boolean;
  /**
   * What must be true of what was restored, beside the items being there, before anything is moved: up to 100, and not with `AfterRestore.KEEP`.
   *
   * @default - nothing else is expected
   */
  readonly expectations?: RestoreExpectation[];
  /**
   * Restore although another restore job of this file system is pending or running. Two recovery directories may then be hard to tell apart.
   *
   * @default false
   */
  readonly allowConcurrentRestores?: boolean;
}

/** A request that was checked, its defaults filled in. */
export interface CompleteRestoreRequest extends RestoreRequest {
  readonly fullRestore: boolean;
  readonly afterRestore: AfterRestore;
  readonly conflictPolicy: ConflictPolicy;
  readonly mergedDirectories: MergedDirectories;
  readonly recoveryDirectory: RecoveryDirectoryDisposal;
  readonly dryRun: boolean;
}

/**
 * Takes what a request leaves out from the defaults of its workflow. What the request says displaces the default that it
 * contradicts: a request with items is no full restore, and so on.
 */
export function mergeRestoreRequest(defaults: RestoreRequest, request: RestoreRequest): RestoreRequest {
  const merged: { -readonly [Key in keyof RestoreRequest]: RestoreRequest[Key] } = { ...defaults, ...request };
  const displace = (displaced: keyof RestoreRequest) => {
    if (request[displaced] === undefined) {
      delete merged[displaced];
    }
  };
  if (request.items !== undefined) {
    displace('fullRestore');
    displace('itemsSeenFrom'); // where the default items are seen from says nothing about these
  }
  if (request.fullRestore !== undefined && request.fullRestore !== false) {
    displace('items');
    displace('itemsSeenFrom');
  }
  if (request.items === undefined && request.itemsSeenFrom !== undefined) {
    displace('items'); // the default ones are seen from elsewhere
  }
  if (request.conflictPolicy !== undefined) {
    displace('recoveryDirectory'); // what becomes of what is not moved was said for another policy
  }
  if (request.recoveryPointArn !== undefined) {
    displace('recoveryPointCreatedBefore');
    displace('backupVaultName');
  }
  if (request.backupVaultName !== undefined) {
    displace('recoveryPointArn');
  }
  if (request.recoveryPointCreatedBefore !== undefined) {
    displace('recoveryPointArn');
  }
  if (request.newFileSystem !== undefined) {
    displace('afterRestore');
  }
  if (request.afterRestore !== undefined && request.afterRestore !== AfterRestore.KEEP) {
    displace('newFileSystem');
  }
  if (request.expectations !== undefined && merged.afterRestore === AfterRestore.KEEP) {
    displace('afterRestore');
  }
  if (merged.afterRestore !== AfterRestore.MOVE_INTO_PLACE) {
    displace('conflictPolicy');
    displace('mergedDirectories');
    displace('recoveryDirectory');
    displace('dryRun');
  }
  if (defaultAfterRestore(merged) === AfterRestore.KEEP || merged.afterRestore === AfterRestore.KEEP) {
    displace('expectations');
  }
  return merged;
}

/** What happens after a restore where the request does not say. */
const defaultAfterRestore = ({ newFileSystem }: RestoreRequest): AfterRestore =>
  (newFileSystem === undefined ? AfterRestore.VERIFY : AfterRestore.KEEP);

/** Fills in the defaults of a request that has no problems. */
export function completeRestoreRequest(request: RestoreRequest): CompleteRestoreRequest {
  return {
    ...request,
    fullRestore: request.fullRestore ?? false,
    afterRestore: request.afterRestore ?? defaultAfterRestore(request),
    conflictPolicy: request.conflictPolicy ?? ConflictPolicy.FAIL,
    mergedDirectories: request.mergedDirectories ?? MergedDirectories.KEEP_LIVE,
    recoveryDirectory: request.recoveryDirectory ?? RecoveryDirectoryDisposal.DELETE_WHEN_EMPTY,
    dryRun: request.dryRun ?? false,
  };
}
