import type { IBackupVaultRef } from 'aws-cdk-lib/aws-backup';
import type { IFileSystemRef } from 'aws-cdk-lib/aws-efs';
import type { IRoleRef } from 'aws-cdk-lib/aws-iam';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Duration, RemovalPolicy, Resource, Stack } from 'aws-cdk-lib/core';
import type { ResourceEnvironment } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { EfsOnDemandBackupGrants } from './efs-on-demand-backup-grants';
import { OnDemandBackupDefinition } from './on-demand-backup-definition';
import { backupRole, stateMachineRole } from './on-demand-backup-roles';
import { checkOnDemandTimes } from '../core/on-demand-backup';
import type { Problem } from '../core/problem';
import type { WorkflowHook } from '../hook/workflow-hook';
import { describeEnvironment, environmentOf, environmentsDiffer } from '../private/environment';
import { startExecutionCommand } from '../private/start-execution-command';
import { throwProblems } from '../private/validation-error';
import { workflowStateMachine } from '../private/workflow-state-machine';

/** What an on-demand backup may be told by everyone who makes one. */
export interface EfsOnDemandBackupOptions {
  /**
   * When the recovery point is deleted, after it was made: at least 90 days after `moveToColdStorageAfter`.
   *
   * @default Duration.days(35)
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html
   */
  readonly deleteAfter?: Duration;

  /**
   * When the recovery point moves to cold storage, where it then stays for 90 days at least.
   *
   * @default - never
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html
   */
  readonly moveToColdStorageAfter?: Duration;

  /**
   * How long the backup job may take to begin, which it cannot while another backup or copy job of the file system runs. From an hour
   * to a day, and known at synth.
   *
   * @default Duration.hours(1)
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartBackupJob.html
   */
  readonly startWindow?: Duration;

  /**
   * How long the backup job may take. Then AWS Backup ends it. From an hour more than `startWindow` to 30 days, and known at synth. AWS
   * Backup backs up 2,000 files or 400 MB a second: 100 million files take about 14 hours, the first time.
   *
   * @default Duration.days(7)
   * @see https://docs.aws.amazon.com/efs/latest/ug/awsbackup.html
   */
  readonly backupTimeout?: Duration;

  /**
   * How long to wait for other backup jobs of the file system to end: AWS Backup runs one at a time. From 10 minutes to 30 days, and
   * known at synth. The step `before` is not called as long as this is waited for.
   *
   * @default Duration.hours(12)
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html
   */
  readonly otherJobTimeout?: Duration;

  /**
   * A step of yours before the backup job is started, such as one that pauses what writes to the file system. It is given
   * `{ phase: 'BEFORE_BACKUP', fileSystemId, fileSystemArn, executionId, attempt, input, paused }`.
   *
   * @default - none
   */
  readonly before?: WorkflowHook;

  /**
   * A step of yours after the backup job has ended, well or not, such as one that lets the writers go on. It is called whenever `before`
   * was called, also if that failed.
   *
   * @default - none
   */
  readonly after?: WorkflowHook;

  /**
   * The role that AWS Backup assumes to make the recovery point and, later, to let it expire.
   *
   * @default - a role that may back up this file system into this vault and nothing else; it stays when the stack goes
   */
  readonly backupRole?: IRoleRef;

  /**
   * What happens to the role that this construct makes when it leaves the stack. AWS Backup needs it as long as there are recovery
   * points: without it they no longer expire, and go on costing.
   *
   * @default RemovalPolicy.RETAIN
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-iam.html
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * The KMS key that encrypts the log group. Its key policy is extended where it can be.
   *
   * @default - CloudWatch Logs encrypts with a key of its own
   */
  readonly encryptionKey?: IKeyRef;

  /**
   * How long the logs are kept.
   *
   * @default RetentionDays.ONE_YEAR
   */
  readonly logRetention?: RetentionDays;
}

/** Properties of `EfsOnDemandBackup`. */
export interface EfsOnDemandBackupProps extends EfsOnDemandBackupOptions {
  /** The file system, in the account and Region of the stack. */
  readonly fileSystem: IFileSystemRef;

  /** The vault for the recovery point, in the account and Region of the stack: a backup vault, neither that of the automatic backups nor an air-gapped one. */
  readonly backupVault: IBackupVaultRef;
}

/** "Reserved" ("Automatic backups", Amazon EFS User Guide): a backup into it is refused for lack of privileges. */
const AUTOMATIC_BACKUP_VAULT = 'aws/efs/automatic-backup-vault';

/**
 * Backs up a file system when you say so, such as before a deployment: waits until no other backup job of it runs, calls your step that
 * pauses the writers, starts the backup job once and watches it, calls your step that lets them go on, and answers with the recovery
 * point. No Lambda function is made for it.
 */
export class EfsOnDemandBackup extends Resource {
  /**
   * The state machine. Its input is up to you, and handed to your steps; its output is `{ recoveryPointArn, backupJobId, attempts,
   * backupJob }`; of a failed execution the cause says what happened.
   */
  public readonly stateMachine: sfn.StateMachine;

  /** The role that AWS Backup assumes to make the recovery point and to let it expire. */
  public readonly backupRole: IRoleRef;

  /** What others may do with the on-demand backup. */
  public readonly grants: EfsOnDemandBackupGrants;

  constructor(scope: Construct, id: string, props: EfsOnDemandBackupProps) {
    super(scope, id);
    const deleteAfter = props.deleteAfter ?? Duration.days(35);
    const times = {
      startWindow: props.startWindow ?? Duration.hours(1),
      backupTimeout: props.backupTimeout ?? Duration.days(7),
      otherJobTimeout: props.otherJobTimeout ?? Duration.hours(12),
    };
    throwProblems(this, [
      ...this.checkEnvironment('fileSystem', environmentOf(props.fileSystem)),
      ...this.checkEnvironment('backupVault', props.backupVault.env),
      ...checkVault(props.backupVault),
      ...checkTimes({ ...times, deleteAfter, moveToColdStorageAfter: props.moveToColdStorageAfter }),
      ...props.before?._check('before') ?? [],
      ...props.after?._check('after') ?? [],
    ]);

    this.backupRole = props.backupRole ?? backupRole(this, {
      fileSystem: props.fileSystem, backupVault: props.backupVault, removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
    });
    const { fileSystemId, fileSystemArn } = props.fileSystem.fileSystemRef;
    const definition = new OnDemandBackupDefinition(this, 'Definition', {
      ...times,
      fileSystemId,
      fileSystemArn,
      backupVaultName: props.backupVault.backupVaultRef.backupVaultName,
      backupRoleArn: this.backupRole.roleRef.roleArn,
      lifecycle: {
        DeleteAfterDays: deleteAfter.toDays(),
        ...(props.moveToColdStorageAfter === undefined ? {} : { MoveToColdStorageAfterDays: props.moveToColdStorageAfter.toDays() }),
      },
      before: props.before,
      after: props.after,
    });
    this.stateMachine = workflowStateMachine(this, {
      comment: 'Backs up an EFS file system on demand: wait for other jobs, pause the writers, back up, let them go on',
      start: definition.start,
      role: stateMachineRole(this, {
        backupVault: props.backupVault,
        backupRole: this.backupRole,
        hooks: [props.before, props.after].filter((hook) => hook !== undefined),
      }),
      logRetention: props.logRetention ?? RetentionDays.ONE_YEAR,
      encryptionKey: props.encryptionKey,
    });
    this.grants = EfsOnDemandBackupGrants.fromEfsOnDemandBackup(this);
  }

  /** The command that starts a backup and does not wait for it: for a stack output, a runbook or a ticket. */
  public startExecutionCommand(): string {
    return startExecutionCommand(this, this.stateMachine);
  }

  /**
   * The command that makes a backup and waits for it, for a POSIX shell with the AWS CLI: prints how it ended, and ends with a status
   * that tells, so that `<command> && cdk deploy` deploys on top of a recovery point or not at all.
   */
  public backUpAndWaitCommand(): string {
    const describe = `aws stepfunctions describe-execution --region ${Stack.of(this).region} --execution-arn "$execution"`;
    return [
      `( execution=$(${startExecutionCommand(this, this.stateMachine)} --query executionArn --output text)`,
      `&& while status=$(${describe} --query status --output text) && [ "$status" = RUNNING ]; do sleep 30; done`,
      `&& ${describe} --query '[status,error,cause,output]' && [ "$status" = SUCCEEDED ] )`,
    ].join(' ');
  }

  private checkEnvironment(subject: string, env: ResourceEnvironment): Problem[] {
    return environmentsDiffer(env, this.env) ? [{
      subject,
      rule: `must be in the account and Region of the backup (${describeEnvironment(this.env)})`,
      value: describeEnvironment(env),
      remedy: 'make the on-demand backup in a stack of that account and Region',
    }] : [];
  }
}

function checkVault({ backupVaultRef: { backupVaultName } }: IBackupVaultRef): Problem[] {
  return backupVaultName !== AUTOMATIC_BACKUP_VAULT ? [] : [{
    subject: 'backupVault',
    rule: 'must not be the vault of the automatic backups: it takes no others',
    value: backupVaultName,
    remedy: 'use an EfsBackupVault',
  }];
}

type Times = Record<'startWindow' | 'backupTimeout' | 'otherJobTimeout' | 'deleteAfter', Duration> & { readonly moveToColdStorageAfter?: Duration };

function checkTimes(times: Times): Problem[] {
  const unknown = Object.entries(times).filter(([, duration]) => duration?.isUnresolved() ?? false);
  if (unknown.length > 0) {
    return unknown.map(([subject]) => ({ subject, rule: 'must be known at synth, because it is written into the state machine', remedy: 'write a Duration without tokens' }));
  }
  const minutes = (duration: Duration) => duration.toMinutes({ integral: false });
  return checkOnDemandTimes({
    startWindowMinutes: minutes(times.startWindow),
    backupMinutes: minutes(times.backupTimeout),
    otherJobMinutes: minutes(times.otherJobTimeout),
    deleteAfterDays: times.deleteAfter.toDays({ integral: false }),
    moveToColdStorageAfterDays: times.moveToColdStorageAfter?.toDays({ integral: false }),
  });
}
