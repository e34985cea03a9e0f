import type { BackupPlanRule, IBackupVaultRef, ILogicallyAirGappedBackupVaultRef } from 'aws-cdk-lib/aws-backup';
import * as events from 'aws-cdk-lib/aws-events';
import { Duration } from 'aws-cdk-lib/core';
import type { TimeZone } from 'aws-cdk-lib/core';
import { CopyDestination } from './copy-destination';
import type { EfsCopyAction } from './copy-destination';

/** Properties of `EfsBackupRule`. */
export interface EfsBackupRuleProps {
  /**
   * Display name of the rule: 1 to 50 letters, digits, hyphens, underscores and dots, other than those of the other rules of its plan.
   *
   * @default - `Rule1`, `Rule2`, by the place of the rule in its plan
   */
  readonly ruleName?: string;

  /**
   * When to back up: a cron expression that runs hourly at most. Its fields are read on the clocks of `scheduleExpressionTimezone`.
   *
   * @default - daily at 05:00
   * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html
   */
  readonly scheduleExpression?: events.Schedule;

  /**
   * The time zone of the schedule. On the days on which its clocks change, a run may be left out or doubled: the plan warns if it is one
   * of this rule.
   *
   * @default TimeZone.ETC_UTC
   */
  readonly scheduleExpressionTimezone?: TimeZone;

  /**
   * How long AWS Backup may wait with the start of a job, at least an hour. A job that has not started by then is expired: a file system
   * takes one job at a time.
   *
   * @default - 8 hours
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
   */
  readonly startWindow?: Duration;

  /**
   * How long a job may take, at least an hour more than `startWindow`. What is not done by then is gone on with by the next run.
   *
   * @default - 7 days
   * @see https://docs.aws.amazon.com/efs/latest/ug/awsbackup.html#backup-performance
   */
  readonly completionWindow?: Duration;

  /**
   * How long the recovery points are kept, up to 100 years; with cold storage, at least 90 days longer than `moveToColdStorageAfter`.
   *
   * @default - for ever
   */
  readonly deleteAfter?: Duration;

  /**
   * When the recovery points move to cold storage, which costs less to keep and more to restore. They stay there for at least 90 days.
   * Recovery points that move within 8 days make later backups full instead of incremental.
   *
   * @default - never
   */
  readonly moveToColdStorageAfter?: Duration;

  /**
   * The vault that this rule writes to.
   *
   * @default - the vault of the plan
   */
  readonly backupVault?: IBackupVaultRef;

  /**
   * A logically air-gapped vault, in the account and Region of the plan, that the recovery points are written to at once instead of
   * `backupVault`. AWS Backup still asks for the other vault, and makes copies from the air-gapped one.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/logicallyairgappedvault.html
   */
  readonly logicallyAirGappedBackupVault?: ILogicallyAirGappedBackupVaultRef;

  /**
   * Where the recovery points are copied to: up to 5 vaults.
   *
   * @default - nowhere
   */
  readonly copyActions?: EfsCopyAction[];

  /**
   * Tags of the recovery points, up to 10. They also get the tags of the file system; with more than 50 in all, the job fails.
   *
   * @default - those of the file system
   */
  readonly recoveryPointTags?: { [key: string]: string };
}

/**
 * What AWS Backup offers for other resource types, as far as a rule asks for it.
 *
 * @internal
 */
export interface UnsupportedFeatures {
  readonly enableContinuousBackup?: boolean;
  readonly indexActions?: number;
}

const at = (hour: string, more: events.CronOptions = {}) => events.Schedule.cron({ minute: '0', hour, ...more });

/**
 * When a plan backs up its file systems, for how long it keeps the recovery points, and where it copies them to.
 *
 * There are no props for continuous backup, backup indexes, malware scans and tiering: AWS Backup offers none of them for Amazon EFS.
 *
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
 */
export class EfsBackupRule {
  /**
   * Every hour, kept for 2 days, with a start window of one hour.
   *
   * @param props what differs.
   */
  public static hourly(props: EfsBackupRuleProps = {}): EfsBackupRule {
    return new EfsBackupRule({ ruleName: 'Hourly', scheduleExpression: at('*'), startWindow: Duration.hours(1), deleteAfter: Duration.days(2), ...props });
  }

  /**
   * Every day at 05:00, kept for 35 days.
   *
   * @param props what differs.
   */
  public static daily(props: EfsBackupRuleProps = {}): EfsBackupRule {
    return new EfsBackupRule({ ruleName: 'Daily', scheduleExpression: at('5'), deleteAfter: Duration.days(35), ...props });
  }

  /**
   * Every Sunday at 05:00, kept for 13 weeks: too short for cold storage, where 90 days are the least.
   *
   * @param props what differs.
   */
  public static weekly(props: EfsBackupRuleProps = {}): EfsBackupRule {
    return new EfsBackupRule({ ruleName: 'Weekly', scheduleExpression: at('5', { weekDay: 'SUN' }), deleteAfter: Duration.days(91), ...props });
  }

  /**
   * The first of every month at 05:00, kept for a year, in cold storage after 30 days.
   *
   * @param props what differs.
   */
  public static monthly(props: EfsBackupRuleProps = {}): EfsBackupRule {
    return new EfsBackupRule({
      ruleName: 'Monthly', scheduleExpression: at('5', { day: '1' }), deleteAfter: Duration.days(366), moveToColdStorageAfter: Duration.days(30), ...props,
    });
  }

  /**
   * The first of January at 05:00, kept for 7 years, in cold storage after 30 days.
   *
   * @param props what differs.
   */
  public static yearly(props: EfsBackupRuleProps = {}): EfsBackupRule {
    return new EfsBackupRule({
      ruleName: 'Yearly',
      scheduleExpression: at('5', { day: '1', month: 'JAN' }),
      deleteAfter: Duration.days(7 * 365 + 2),
      moveToColdStorageAfter: Duration.days(30),
      ...props,
    });
  }

  /**
   * A rule of aws-cdk-lib. What AWS Backup does not do for Amazon EFS, such as continuous backup, is refused by the plan.
   *
   * @param rule the rule.
   */
  public static fromBackupPlanRule(rule: BackupPlanRule): EfsBackupRule {
    const { enableContinuousBackup, indexActions, copyActions, ...same } = rule.props;
    return new EfsBackupRule({
      ...same,
      copyActions: copyActions?.map(({ destinationBackupVault, ...lifecycle }) => ({
        ...lifecycle, destination: CopyDestination.backupVault(destinationBackupVault),
      })),
    })._with({ enableContinuousBackup, indexActions: indexActions?.length });
  }

  /**
   * What the rule asks for beyond what AWS Backup does for Amazon EFS.
   *
   * @internal
   */
  public _unsupported: UnsupportedFeatures = {};

  /** @param props when, for how long, and where to. */
  constructor(
    /** What the rule was made of. */
    public readonly props: EfsBackupRuleProps = {},
  ) {}

  private _with(unsupported: UnsupportedFeatures): EfsBackupRule {
    this._unsupported = unsupported;
    return this;
  }
}
