import { Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/**
 * The id of every warning of this library. They are part of its contract: users acknowledge warnings by id, so an id is
 * never renamed. The README lists them with what they mean.
 */
export enum WarningId {
  /** More items than the documentation of AWS agrees on. */
  MANY_RESTORE_ITEMS = 'cdk-efs-backup:manyRestoreItems',
  /** A rule runs at other times than one may think. */
  SCHEDULE = 'cdk-efs-backup:schedule',
  /** The start window of a rule is still open when it runs again. */
  START_WINDOW = 'cdk-efs-backup:startWindow',
  /** Rules of one plan take backups from each other. */
  OVERLAPPING_RULES = 'cdk-efs-backup:overlappingRules',
  /** Two plans want the same file system at the same time. */
  OVERLAPPING_PLANS = 'cdk-efs-backup:overlappingPlans',
  /** A plan and the automatic backups of Amazon EFS want the same file system at the same time. */
  OVERLAPPING_AUTOMATIC_BACKUPS = 'cdk-efs-backup:overlappingAutomaticBackups',
  /** Recovery points leave warm storage so soon that later backups are full. */
  WARM_STORAGE = 'cdk-efs-backup:warmStorage',
  /** The expected data does not fit the completion window of a rule. */
  COMPLETION_WINDOW = 'cdk-efs-backup:completionWindow',
  /** A backup of the expected data comes near to the longest one that there may be. */
  LONG_BACKUP = 'cdk-efs-backup:longBackup',
  /** A plan and Amazon EFS itself both back up a file system. */
  AUTOMATIC_BACKUPS_BESIDE_PLAN = 'cdk-efs-backup:automaticBackupsBesidePlan',
  /** A file system policy of the user's lets clients write, but none of them mount. */
  POLICY_WITHOUT_MOUNT = 'cdk-efs-backup:policyWithoutMount',
  /** A topic whose policy this app cannot change. */
  NOTIFICATION_TOPIC_POLICY = 'cdk-efs-backup:notificationTopicPolicy',
}

/** Adds a warning that users can acknowledge with `Validations.of(scope).acknowledge(...)`. */
export function warn(scope: IConstruct, id: WarningId, message: string): void {
  Validations.of(scope).addWarning(id, message);
}
