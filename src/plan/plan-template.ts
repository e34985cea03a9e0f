import type { CfnBackupPlan, IBackupVaultRef } from 'aws-cdk-lib/aws-backup';
import type { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { airGappedVaultArn } from './air-gapped-vault-arn';
import type { EfsBackupRule } from './efs-backup-rule';

interface Lifecycle {
  readonly deleteAfter?: Duration;
  readonly moveToColdStorageAfter?: Duration;
}

function lifecycle(props: Lifecycle): CfnBackupPlan.LifecycleResourceTypeProperty | undefined {
  const { deleteAfter, moveToColdStorageAfter } = props;
  return deleteAfter === undefined && moveToColdStorageAfter === undefined ? undefined : {
    deleteAfterDays: deleteAfter?.toDays(),
    moveToColdStorageAfterDays: moveToColdStorageAfter?.toDays(),
  };
}

/** A rule as CloudFormation takes it. What is not set is left out: some partitions know fewer properties. */
export function ruleTemplate(
  scope: Construct, ruleName: string, { props }: EfsBackupRule, planVault: IBackupVaultRef,
): CfnBackupPlan.BackupRuleResourceTypeProperty {
  const airGapped = props.logicallyAirGappedBackupVault;
  return {
    ruleName,
    targetBackupVault: (props.backupVault ?? planVault).backupVaultRef.backupVaultName,
    targetLogicallyAirGappedBackupVaultArn: airGapped && airGappedVaultArn(scope, airGapped),
    scheduleExpression: props.scheduleExpression?.expressionString,
    scheduleExpressionTimezone: props.scheduleExpressionTimezone?.timezoneName,
    startWindowMinutes: props.startWindow?.toMinutes(),
    completionWindowMinutes: props.completionWindow?.toMinutes(),
    lifecycle: lifecycle(props),
    copyActions: props.copyActions?.map(({ destination, ...copy }) => ({
      destinationBackupVaultArn: destination._bind(scope).arn, lifecycle: lifecycle(copy),
    })),
    recoveryPointTags: props.recoveryPointTags,
  };
}
