import type { CfnBackupPlan } from 'aws-cdk-lib/aws-backup';
import { Stack } from 'aws-cdk-lib/core';
import { checkFeatures, checkLifecycle } from '../core/backup-rule';
import type { Problem } from '../core/problem';

/** What is looked at of a plan as it is in the template. */
interface PlanTemplate {
  readonly BackupPlanRule?: ReadonlyArray<{
    readonly EnableContinuousBackup?: boolean;
    readonly IndexActions?: readonly unknown[];
    readonly ScanActions?: readonly unknown[];
    readonly Lifecycle?: { readonly OptInToArchiveForSupportedResources?: boolean };
  }>;
  readonly ScanSettings?: readonly unknown[];
}

/**
 * What AWS Backup does not do for Amazon EFS and our props do not offer, but somebody wrote into the resource itself, with an override or
 * an aspect. A plan of this library selects Amazon EFS only, so nothing would ever come of it.
 */
export function checkOverrides(plan: CfnBackupPlan): Problem[] {
  const rendered: { Resources: Record<string, { Properties: { BackupPlan: PlanTemplate } }> } = Stack.of(plan).resolve(plan._toCloudFormation());
  return Object.values(rendered.Resources).flatMap(({ Properties: { BackupPlan: template } }) => [
    ...(template.BackupPlanRule ?? []).flatMap((rule, index) => [
      ...checkFeatures(`BackupPlanRule[${index}]`, {
        enableContinuousBackup: rule.EnableContinuousBackup, indexActions: rule.IndexActions?.length, scanActions: rule.ScanActions?.length,
      }),
      ...checkLifecycle(`BackupPlanRule[${index}]`, { archiveOptIn: rule.Lifecycle?.OptInToArchiveForSupportedResources }),
    ]),
    ...checkFeatures('BackupPlan', { scanActions: template.ScanSettings?.length }),
  ]);
}
