import type { IBackupVaultRef } from 'aws-cdk-lib/aws-backup';
import type { IRoleRef } from 'aws-cdk-lib/aws-iam';
import type { RemovalPolicy, TimeZone } from 'aws-cdk-lib/core';
import type { EfsCopyAction } from './copy-destination';
import type { EfsExpectedData } from './efs-backup-estimate';
import type { EfsBackupRule } from './efs-backup-rule';
import type { EfsBackupTag } from './efs-backup-tag';

/** What all plans take, those with ready-made rules too. */
export interface EfsBackupPlanOptions {
  /**
   * Display name of the backup plan: 1 to 50 letters, digits, hyphens, underscores and dots, unique in its account and Region.
   *
   * @default - a name made of the stack name and the path of the construct
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupPlanInput.html
   */
  readonly backupPlanName?: string;

  /**
   * The vault that the rules write to, unless a rule names its own.
   *
   * @default - an `EfsBackupVault` of its own
   */
  readonly backupVault?: IBackupVaultRef;

  /**
   * The tag of the file systems that this plan backs up, beside those of `addSelection`. Name one to let others opt in by tagging
   * their file systems; every plan with the same tag then backs them up.
   *
   * @default - key `efs-backup-plan` and a value that only this plan has
   */
  readonly backupTag?: EfsBackupTag;

  /**
   * The role that AWS Backup assumes for the selections of this plan. Keep it as long as there are recovery points: without it they no
   * longer expire. Nothing is added to it.
   *
   * @default - a role with the permissions that backups of Amazon EFS need and no others, for the vaults in use
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html
   */
  readonly role?: IRoleRef;

  /**
   * How much the largest file system of the plan is expected to hold. The plan then estimates how long backups and restores take
   * (`estimate`), and warns if a completion window is too short.
   *
   * @default - unknown
   */
  readonly expectedData?: EfsExpectedData;

  /**
   * What happens to the role of the plan, and to its own vault, when they leave the stack. AWS Backup uses the role as long as
   * there are recovery points: without it they no longer expire, and go on costing.
   *
   * @default RemovalPolicy.RETAIN
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-iam.html
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** Properties of `EfsBackupPlan`. */
export interface EfsBackupPlanProps extends EfsBackupPlanOptions {
  /**
   * When to back up, and for how long to keep the recovery points: up to 10 rules.
   *
   * @default - one rule: daily at 05:00 UTC, kept for 35 days
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
   */
  readonly backupPlanRules?: EfsBackupRule[];
}

/** What plans with ready-made rules take. */
export interface EfsBackupPresetOptions extends EfsBackupPlanOptions {
  /**
   * The time zone of 05:00, when all rules run: of rules that run at the same time, AWS Backup takes the one with the longest retention.
   *
   * @default TimeZone.ETC_UTC
   */
  readonly scheduleExpressionTimezone?: TimeZone;

  /**
   * Where all recovery points are copied to, whichever rule made them: up to 5 vaults.
   *
   * @default - nowhere
   */
  readonly copyActions?: EfsCopyAction[];
}
