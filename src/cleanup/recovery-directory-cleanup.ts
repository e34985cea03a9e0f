import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IAccessPointRef, IFileSystemRef } from 'aws-cdk-lib/aws-efs';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import type { ITopicRef } from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Duration, Resource, TimeZone } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { checkCleanupProps } from './check-cleanup-props';
import { CleanupControlPlane } from './cleanup-control-plane';
import { CleanupDefinition } from './cleanup-definition';
import { CleanupRole } from './cleanup-role';
import { CleanupTriggers } from './cleanup-triggers';
import { RecoveryDirectoryCleanupGrants } from './recovery-directory-cleanup-grants';
import { CleanupMode, ENTRIES_PER_WORKER, UnprovenDirectories } from '../core/cleanup';
import type { CleanupSettings } from '../core/cleanup';
import { CleanupMetric } from '../core/cleanup-metrics';
import { METRIC_NAMESPACE, MetricDimension } from '../core/embedded-metrics';
import { DEFAULT_OPERATIONS_PER_SECOND } from '../core/operations-per-second';
import { encryptedLogGroup } from '../private/encrypted-log-group';
import { throwProblems } from '../private/validation-error';
import type { EfsRestoreWorkflow } from '../restore/efs-restore-workflow';
import { FileSystemWorker } from '../restore/file-system-worker';

/** What a cleanup may be told by everyone who makes one. */
export interface RecoveryDirectoryCleanupOptions {
  /**
   * What happens to recovery directories whose time is over. Before any is touched the file-system worker checks every guard:
   * the exact name, a real directory at the root, no access point in it, no restore job running, nothing written since the restore.
   * No guard sees who only reads in one: before you choose DELETE, name what somebody needs in `keep`, or run with QUARANTINE for a while.
   *
   * @default CleanupMode.REPORT_ONLY
   */
  readonly mode?: CleanupMode;

  /**
   * How old a recovery directory must be, by the instant in its name, before it is deleted or put into quarantine. 1 hour or more.
   *
   * @default Duration.days(7)
   */
  readonly deleteAfter?: Duration;

  /**
   * So many of the newest recovery directories stay, however old they are; those of failed restores do not count, and do not stay.
   *
   * @default 0
   */
  readonly keepLatest?: number;

  /**
   * Recovery directories that stay, however old they are: their exact names. Together at most 3 KiB.
   *
   * @default - none
   */
  readonly keep?: string[];

  /**
   * What happens to recovery directories of which nobody can prove that a restore made them: those of restores that no workflow of this
   * library has started, where AWS Backup has no record of exactly one job that fits.
   *
   * @default UnprovenDirectories.REPORT
   */
  readonly unprovenDirectories?: UnprovenDirectories;

  /**
   * When the cleanup runs, whatever else starts it.
   *
   * @default - every day at 04:00 UTC
   */
  readonly schedule?: scheduler.ScheduleExpression;

  /**
   * Whether a restore job of this file system that ends, well or not, starts the cleanup too: what it left is reported at once,
   * and what earlier ones left is dealt with. AWS Backup sends its events every five minutes.
   *
   * @default true
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html
   */
  readonly onRestoreJobs?: boolean;

  /**
   * How many workers delete one large directory together, from 1 to 8. One is as fast as the file system where there are many
   * directories in it; the entries of one directory are removed one after the other by each client of NFS, so more workers help
   * where a directory holds very many. Each is a function in the VPC at the same time.
   *
   * @default 1
   */
  readonly workers?: number;

  /**
   * How many calls a second all workers together make to the file system at most. Your applications share what the file system
   * takes: with bursting throughput and no burst credits left, that may be as little as 256 a second. A whole number, 10 or
   * more for each worker.
   *
   * @default 3500 - half of what a file system with bursting throughput, or a One Zone file system, takes at best
   * @see https://docs.aws.amazon.com/efs/latest/ug/performance.html
   */
  readonly operationsPerSecond?: number;

  /**
   * The topic that is told what a cleanup did: the report as JSON. It is told nothing where there is no recovery directory.
   *
   * @default - nobody is told; the report is the output of the execution, and a line in the log of the function
   */
  readonly notificationTopic?: ITopicRef;

  /**
   * The KMS key that encrypts the log groups. Its key policy is extended where it can be.
   *
   * @default - CloudWatch Logs encrypts with a key of its own
   */
  readonly encryptionKey?: IKeyRef;

  /**
   * How long the logs of the cleanup and its functions are kept.
   *
   * @default RetentionDays.ONE_YEAR
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * The runtime of the functions: `nodejs22.x` or a later one of Node.js.
   *
   * @default Runtime.NODEJS_24_X
   */
  readonly runtime?: lambda.Runtime;
}

/** Properties of `RecoveryDirectoryCleanup`. */
export interface RecoveryDirectoryCleanupProps extends RecoveryDirectoryCleanupOptions {
  /** The file system that is cleaned up, in the account and Region of the stack. */
  readonly fileSystem: IFileSystemRef;

  /** The VPC in which the file system has its mount targets. */
  readonly vpc: ec2.IVpc;

  /**
   * The subnets of the file-system worker. It needs a mount target in each of their Availability Zones and nothing else: no NAT,
   * no endpoints.
   *
   * @default - the VPC's private subnets, or whichever it has
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * The security groups of the mount targets: each lets the file-system worker in by port 2049.
   *
   * @default - those of the file system if it knows its `connections`; else let `connections` of this construct in yourself
   */
  readonly fileSystemSecurityGroups?: ec2.ISecurityGroup[];

  /**
   * An access point of yours for the file-system worker, of this file system: rooted at `/`, with the POSIX user 0:0. For
   * organizations that let no template make one like that (docs/cleanup.md says which ways there are).
   *
   * @default - one is made
   * @see https://docs.aws.amazon.com/controltower/latest/controlreference/elasticfilesystem-rules.html
   */
  readonly accessPoint?: IAccessPointRef;

  /**
   * Security groups of yours for the file-system worker.
   *
   * @default - one is made that lets nothing out but to the mount targets
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * The workflows that restore into this file system, at most two: the cleanup waits for their executions. It waits for every
   * restore job of AWS Backup in any case, and a workflow moves and verifies when its job has ended.
   *
   * @default - none
   */
  readonly restoreWorkflows?: EfsRestoreWorkflow[];

  /**
   * The worker of a restore workflow, to be shared.
   *
   * @internal
   */
  readonly _worker?: FileSystemWorker;
}

/** When `addPilingUpAlarm` raises its alarm. */
export interface PilingUpAlarmOptions {
  /**
   * So many recovery directories are too many.
   *
   * @default 5
   */
  readonly threshold?: number;

  /**
   * For so many days on end, from 1 to 7.
   *
   * @default 3
   */
  readonly days?: number;

  /**
   * Who is told.
   *
   * @default - nobody; use `addAlarmAction` of the alarm
   */
  readonly alarmActions?: cloudwatch.IAlarmAction[];
}

/**
 * Reports, puts into quarantine or deletes the directories that restores of AWS Backup leave at the root of a file system
 * (`aws-backup-restore_…`, `aws-backup-failed-restore_…`), on a schedule and whenever a restore job has ended. It deletes nothing
 * else, and nothing that anybody works in. It waits for restores, and of several cleanups that run at once one does the work.
 */
export class RecoveryDirectoryCleanup extends Resource implements ec2.IConnectable {
  /** The state machine. Its input is `{}`, or `{"mode":"REPORT_ONLY"}` to see what it would do; its output is the report. */
  public readonly stateMachine: sfn.StateMachine;

  /** Whom the file-system worker may reach: it needs the mount targets, by port 2049. */
  public readonly connections: ec2.Connections;

  /** What others may do with the cleanup. */
  public readonly grants: RecoveryDirectoryCleanupGrants;

  private readonly fileSystemId: string;

  constructor(scope: Construct, id: string, props: RecoveryDirectoryCleanupProps) {
    super(scope, id);
    throwProblems(this, checkCleanupProps(this, props));
    this.fileSystemId = props.fileSystem.fileSystemRef.fileSystemId;
    const settings: CleanupSettings = {
      mode: props.mode ?? CleanupMode.REPORT_ONLY,
      deleteAfterSeconds: (props.deleteAfter ?? Duration.days(7)).toSeconds(),
      keepLatest: props.keepLatest ?? 0,
      keep: props.keep ?? [],
      workers: props.workers ?? 1,
      operationsPerSecond: props.operationsPerSecond ?? DEFAULT_OPERATIONS_PER_SECOND,
      entriesPerWorker: ENTRIES_PER_WORKER,
    };
    const common = {
      fileSystem: props.fileSystem,
      runtime: props.runtime ?? lambda.Runtime.NODEJS_24_X,
      logRetention: props.logRetention ?? logs.RetentionDays.ONE_YEAR,
      encryptionKey: props.encryptionKey,
    };
    const worker = props._worker ?? new FileSystemWorker(this, 'Worker', {
      ...common,
      vpc: props.vpc,
      vpcSubnets: props.vpcSubnets,
      fileSystemSecurityGroups: props.fileSystemSecurityGroups ?? (props.fileSystem as Partial<ec2.IConnectable>).connections?.securityGroups ?? [],
      accessPoint: props.accessPoint,
      securityGroups: props.securityGroups,
    });
    this.connections = worker.connections;
    const controlPlane = new CleanupControlPlane(this, 'ControlPlane', { ...common, settings });
    const restoreStateMachineArns = (props.restoreWorkflows ?? []).map(({ stateMachine }) => stateMachine.stateMachineArn);
    const role = new CleanupRole(this, 'Permissions', {
      functions: [worker.function, controlPlane.function], restoreStateMachineArns, topic: props.notificationTopic,
    });
    const definition = new CleanupDefinition(this, 'Definition', {
      worker: worker.function,
      controlPlane: controlPlane.function,
      settings,
      unprovenDirectories: props.unprovenDirectories ?? UnprovenDirectories.REPORT,
      restoreStateMachineArns,
      topicArn: props.notificationTopic?.topicRef.topicArn,
    });
    this.stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      comment: 'Cleans up the recovery directories of an EFS file system: wait for its turn, survey, choose, delete, report',
      definitionBody: sfn.DefinitionBody.fromChainable(definition.start),
      role: role.role,
      logs: {
        level: sfn.LogLevel.ALL,
        includeExecutionData: true,
        destination: encryptedLogGroup(this, 'LogGroup', { retention: common.logRetention, encryptionKey: props.encryptionKey, writers: ['delivery.logs.amazonaws.com'] }),
      },
      tracingEnabled: true,
    });
    const triggers = new CleanupTriggers(this, 'Triggers', {
      stateMachine: this.stateMachine,
      schedule: props.schedule ?? scheduler.ScheduleExpression.cron({ hour: '4', minute: '0', timeZone: TimeZone.ETC_UTC }),
      onRestoreJobs: props.onRestoreJobs ?? true,
    });
    triggers.node.addDependency(role.allowListing(this.stateMachine));
    this.grants = RecoveryDirectoryCleanupGrants.fromRecoveryDirectoryCleanup(this);
  }

  /**
   * A metric of the cleanup. It is written once a run, so take a period of a day, or of the schedule.
   *
   * @param metric what is measured.
   * @param options what differs from the maximum of a day.
   */
  public metric(metric: CleanupMetric, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: METRIC_NAMESPACE,
      metricName: metric,
      dimensionsMap: { [MetricDimension.FILE_SYSTEM_ID]: this.fileSystemId },
      statistic: cloudwatch.Stats.MAXIMUM,
      period: Duration.days(1),
      ...options,
    }).attachTo(this);
  }

  /**
   * Adds an alarm for recovery directories that pile up: too many of them, day after day, which nobody needs and which are paid for.
   *
   * @param id the id of the alarm, within this construct.
   * @param options when it is raised, and who is told.
   */
  public addPilingUpAlarm(id: string, options: PilingUpAlarmOptions = {}): cloudwatch.Alarm {
    const { threshold = 5, days = 3, alarmActions = [] } = options;
    // "Alarm evaluation", Amazon CloudWatch User Guide: an alarm with periods of an hour or more looks back seven days at most
    throwProblems(this, Number.isInteger(days) && days >= 1 && days <= 7 ? [] : [{
      subject: 'days', rule: 'must be a whole number from 1 to 7, since an alarm looks back no longer', value: days, remedy: 'leave it out for 3',
    }]);
    const alarm = this.metric(CleanupMetric.DIRECTORIES_FOUND).createAlarm(this, id, {
      alarmDescription: `${threshold} or more recovery directories are at the root of the file system, for ${days} days: see docs/runbook.md of cdk-efs-backup, "Recovery directories pile up"`,
      threshold,
      evaluationPeriods: days,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.MISSING,
    });
    alarm.addAlarmAction(...alarmActions);
    return alarm;
  }
}
