import { Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/**
 * The id of every warning of this library. They are part of its contract: users acknowledge warnings by id, so an id is
 * never renamed. The README lists them with what they mean.
 */
export enum WarningId {
  /** More items than the documentation of AWS agrees on. */
  MANY_RESTORE_ITEMS = 'cdk-efs-backup:manyRestoreItems',
  /** A plan and Amazon EFS itself both back up a file system. */
  AUTOMATIC_BACKUPS_BESIDE_PLAN = 'cdk-efs-backup:automaticBackupsBesidePlan',
  /** A file system policy of the user's lets clients write, but none of them mount. */
  POLICY_WITHOUT_MOUNT = 'cdk-efs-backup:policyWithoutMount',
}

/** Adds a warning that users can acknowledge with `Validations.of(scope).acknowledge(...)`. */
export function warn(scope: IConstruct, id: WarningId, message: string): void {
  Validations.of(scope).addWarning(id, message);
}
