import type { IBackupVaultRef } from 'aws-cdk-lib/aws-backup';
import { Stack, Token } from 'aws-cdk-lib/core';
import type { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { airGappedVaultArn } from './air-gapped-vault-arn';
import type { EfsBackupRule } from './efs-backup-rule';
import { DEFAULT_START_WINDOW_MINUTES } from '../core/backup-rule';
import type { BackupRule, Lifecycle } from '../core/backup-rule';
import type { ScheduledRule } from '../core/rule-overlap';
import { DEFAULT_SCHEDULE, sampleRuns } from '../core/schedule';
import type { Schedule } from '../core/schedule';

// fractions are kept, so that the rule reports them in its own words; what holds a token is unknown until deployment
const days = (duration?: Duration) => duration === undefined || duration.isUnresolved() ? undefined : duration.toDays({ integral: false });
const minutes = (duration?: Duration) => duration === undefined || duration.isUnresolved() ? undefined : duration.toMinutes({ integral: false });
const text = (value?: string) => value === undefined || Token.isUnresolved(value) ? undefined : value;

function lifecycle(props: { readonly deleteAfter?: Duration; readonly moveToColdStorageAfter?: Duration }): Lifecycle {
  return { deleteAfterDays: days(props.deleteAfter), moveToColdStorageAfterDays: days(props.moveToColdStorageAfter) };
}

/** What is known of a rule at synth, in the plain terms that `core/backup-rule.ts` checks. */
export function ruleFacts({ props, _unsupported: unsupported }: EfsBackupRule): BackupRule {
  return {
    ...lifecycle(props),
    ...unsupported,
    ruleName: text(props.ruleName),
    scheduleExpression: text(props.scheduleExpression?.expressionString),
    scheduleExpressionTimezone: text(props.scheduleExpressionTimezone?.timezoneName),
    startWindowMinutes: minutes(props.startWindow),
    // without a known start window, nothing can be said about the completion window
    completionWindowMinutes: props.startWindow?.isUnresolved() ? undefined : minutes(props.completionWindow),
    recoveryPointTags: props.recoveryPointTags && Object.keys(props.recoveryPointTags).length,
    copyActions: props.copyActions?.map(lifecycle),
  };
}

/** When a rule runs; undefined if that is not known at synth. */
export function scheduleOf({ props }: EfsBackupRule): Schedule | undefined {
  const expression = props.scheduleExpression?.expressionString ?? DEFAULT_SCHEDULE.expression;
  const timeZone = props.scheduleExpressionTimezone?.timezoneName ?? DEFAULT_SCHEDULE.timeZone;
  return Token.isUnresolved(expression) || Token.isUnresolved(timeZone) ? undefined : { expression, timeZone };
}

/** A rule among others, as `core/rule-overlap.ts` compares them; undefined if its times are not known at synth. */
export function scheduledRule(scope: Construct, name: string, rule: EfsBackupRule, planVault: IBackupVaultRef): ScheduledRule | undefined {
  const { props } = rule;
  const schedule = scheduleOf(rule);
  if (schedule === undefined || props.startWindow?.isUnresolved()) {
    return undefined;
  }
  const target = props.logicallyAirGappedBackupVault === undefined
    ? (props.backupVault ?? planVault).backupVaultRef.backupVaultName
    : airGappedVaultArn(scope, props.logicallyAirGappedBackupVault);
  const resolved = (value: string) => JSON.stringify(Stack.of(scope).resolve(value));
  return {
    name,
    runs: sampleRuns(schedule),
    startWindowMinutes: minutes(props.startWindow) ?? DEFAULT_START_WINDOW_MINUTES,
    retentionDays: props.deleteAfter === undefined ? Infinity : days(props.deleteAfter),
    vaults: [target, ...(props.copyActions ?? []).map(({ destination }) => destination._bind(scope).arn)].map(resolved),
  };
}
