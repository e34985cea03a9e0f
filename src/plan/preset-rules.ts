import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { EfsBackupRule } from './efs-backup-rule';
import type { EfsBackupRuleProps } from './efs-backup-rule';
import { throwProblems } from '../private/validation-error';

/** Daily, weekly, monthly and yearly backups, each kept longer than the one before. */
export function grandfatherFatherSonRules(props: EfsBackupRuleProps): EfsBackupRule[] {
  return [EfsBackupRule.daily(props), EfsBackupRule.weekly(props), EfsBackupRule.monthly(props), EfsBackupRule.yearly(props)];
}

/** Daily backups, and monthly ones that are kept for years. The longest retention is 36,500 days, so 99 whole years. */
export function complianceRules(scope: Construct, years: number, props: EfsBackupRuleProps): EfsBackupRule[] {
  throwProblems(scope, Number.isInteger(years) && years >= 1 && years <= 99 ? [] : [{
    subject: 'years', rule: 'must be a whole number from 1 to 99', value: years, remedy: 'use a number of years that AWS Backup can keep recovery points for',
  }]);
  const deleteAfter = Duration.days(Math.ceil(years * 365.25)); // never less than the years, wherever the leap days lie
  return [EfsBackupRule.daily(props), EfsBackupRule.monthly({ ...props, deleteAfter })];
}
