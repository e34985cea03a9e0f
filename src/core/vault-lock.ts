import { LONGEST_RETENTION_DAYS } from './backup-rule';
import type { Problem } from './problem';

/** How long a vault lets recovery points be kept; what is unknown at synth is left out and not checked. */
export interface RetentionLimits {
  readonly minRetentionDays?: number;
  readonly maxRetentionDays?: number;
}

/** The shortest minimum retention of a vault lock (`MinRetentionDays`, PutBackupVaultLockConfiguration, AWS Backup API reference). */
export const SHORTEST_LOCKED_RETENTION_DAYS = 1;

/** The shortest minimum retention of a logically air-gapped vault (`MinRetentionDays`, CreateLogicallyAirGappedBackupVault). */
export const SHORTEST_AIR_GAPPED_RETENTION_DAYS = 7;

/** "AWS Backup enforces a 72-hour cooling-off period" (`ChangeableForDays`, PutBackupVaultLockConfiguration). */
const SHORTEST_COOLING_OFF_DAYS = 3;

/** The longest cooling-off period, 100 years (`ChangeableForDays`, PutBackupVaultLockConfiguration). */
const LONGEST_COOLING_OFF_DAYS = 36_500;

function checkDays(subject: string, days: number | undefined, shortest: number, longest: number): Problem[] {
  if (days === undefined || (Number.isInteger(days) && days >= shortest && days <= longest)) {
    return [];
  }
  return [{ subject, rule: `must be a whole number of days from ${shortest} to ${longest}`, value: `${days} days`, remedy: 'use Duration.days(...)' }];
}

/**
 * What AWS Backup refuses as limits of a vault.
 *
 * @param prefix what stands before the names of the props, such as `lock.`.
 * @param shortest the shortest retention that the kind of vault takes as its minimum.
 */
export function checkRetentionLimits(prefix: string, limits: RetentionLimits, shortest: number): Problem[] {
  const { minRetentionDays: min, maxRetentionDays: max } = limits;
  const problems = [
    ...checkDays(`${prefix}minRetention`, min, shortest, LONGEST_RETENTION_DAYS),
    ...checkDays(`${prefix}maxRetention`, max, shortest, LONGEST_RETENTION_DAYS),
  ];
  if (problems.length === 0 && min !== undefined && max !== undefined && max < min) {
    problems.push({
      subject: `${prefix}maxRetention`,
      rule: `must not be shorter than 'minRetention' (${min} days), else no backup fits`,
      value: `${max} days`,
      remedy: `use ${min} days or more, or a shorter 'minRetention'`,
    });
  }
  return problems;
}

/** What AWS Backup refuses as the time in which a lock in compliance mode can still be taken back. */
export function checkCoolingOff(subject: string, days: number | undefined): Problem[] {
  return checkDays(subject, days, SHORTEST_COOLING_OFF_DAYS, LONGEST_COOLING_OFF_DAYS);
}

/** How long a backup is kept; `undefined` if that is not known at synth. */
export type Retention = number | 'for ever' | undefined;

/**
 * A lifecycle that the target vault does not take: AWS Backup accepts such a plan, and every one of its jobs fails
 * (`MinRetentionDays` and `MaxRetentionDays`, PutBackupVaultLockConfiguration; for air-gapped vaults "Create a logically air-gapped
 * vault", AWS Backup Developer Guide).
 *
 * @param subject the part of the plan that names the retention.
 * @param vault how the message calls the vault.
 */
export function checkRetention(subject: string, vault: string, limits: RetentionLimits, retention: Retention): Problem[] {
  const { minRetentionDays: min, maxRetentionDays: max } = limits;
  if (retention === undefined) {
    return [];
  }
  const value = retention === 'for ever' ? retention : `${retention} days`;
  if (retention !== 'for ever' && min !== undefined && retention < min) {
    return [{
      subject,
      rule: `must not be shorter than the minimum retention of the vault ${vault} (${min} days), else every job into it fails`,
      value,
      remedy: `keep the backups for ${min} days or more, or use another vault`,
    }];
  }
  if (max !== undefined && (retention === 'for ever' || retention > max)) {
    return [{
      subject,
      rule: `must not be longer than the maximum retention of the vault ${vault} (${max} days), else every job into it fails`,
      value,
      remedy: `keep the backups for ${max} days or less, or use another vault`,
    }];
  }
  return [];
}
