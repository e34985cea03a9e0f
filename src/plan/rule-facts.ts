import type { BackupPlanRule } from 'aws-cdk-lib/aws-backup';
import { Token } from 'aws-cdk-lib/core';
import type { Duration } from 'aws-cdk-lib/core';
import type { BackupRule, Lifecycle } from '../core/backup-rule';

// fractions are kept, so that the rule reports them in its own words; what holds a token is unknown until deployment
const days = (duration?: Duration) => duration === undefined || duration.isUnresolved() ? undefined : duration.toDays({ integral: false });
const minutes = (duration?: Duration) => duration === undefined || duration.isUnresolved() ? undefined : duration.toMinutes({ integral: false });
const text = (value?: string) => value === undefined || Token.isUnresolved(value) ? undefined : value;

function lifecycle(props: { readonly deleteAfter?: Duration; readonly moveToColdStorageAfter?: Duration }): Lifecycle {
  return { deleteAfterDays: days(props.deleteAfter), moveToColdStorageAfterDays: days(props.moveToColdStorageAfter) };
}

/** What is known of a rule at synth, in the plain terms that `core/backup-rule.ts` checks. */
export function ruleFacts({ props }: BackupPlanRule): BackupRule {
  return {
    ...lifecycle(props),
    ruleName: text(props.ruleName),
    scheduleExpression: text(props.scheduleExpression?.expressionString),
    startWindowMinutes: minutes(props.startWindow),
    // without a known start window, nothing can be said about the completion window
    completionWindowMinutes: props.startWindow?.isUnresolved() ? undefined : minutes(props.completionWindow),
    enableContinuousBackup: props.enableContinuousBackup,
    indexActions: props.indexActions?.length,
    recoveryPointTags: props.recoveryPointTags && Object.keys(props.recoveryPointTags).length,
    copyActions: props.copyActions?.map(lifecycle),
  };
}
