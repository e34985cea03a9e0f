import { Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/**
 * The id of every warning of this library. They are part of its contract: users acknowledge warnings by id, so an id is
 * never renamed. The README lists them with what they mean.
 */
export enum WarningId {
  /** More items than the documentation of AWS agrees on. */
  MANY_RESTORE_ITEMS = 'cdk-efs-backup:manyRestoreItems',
  /** A topic whose policy this app cannot change. */
  NOTIFICATION_TOPIC_POLICY = 'cdk-efs-backup:notificationTopicPolicy',
}

/** Adds a warning that users can acknowledge with `Validations.of(scope).acknowledge(...)`. */
export function warn(scope: IConstruct, id: WarningId, message: string): void {
  Validations.of(scope).addWarning(id, message);
}
