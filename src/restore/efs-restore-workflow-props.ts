import type { IBackupVaultRef } from 'aws-cdk-lib/aws-backup';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IFileSystemRef } from 'aws-cdk-lib/aws-efs';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { ITopicRef } from 'aws-cdk-lib/aws-sns';
import type { Duration } from 'aws-cdk-lib/core';
import type { RestoreApproval } from './restore-approval';
import type { RestoreHooks } from './restore-hooks';
import type { ClientMount } from '../core/item-path';
import type { RestoreRequest } from '../core/restore-request';

/** What a restore workflow may be told by everyone who makes one. */
export interface EfsRestoreWorkflowOptions {
  /**
   * The subnets of the file-system worker. It needs a mount target in each of their Availability Zones and nothing else: no NAT,
   * no endpoints.
   *
   * @default - the VPC's private subnets, or whichever it has
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * The role that AWS Backup assumes to restore.
   *
   * @default - a role that may restore into this file system and nothing else
   */
  readonly restoreRole?: iam.IRole;

  /**
   * How long a restore job may run before the workflow gives it up. AWS Backup cannot stop a restore job, so it then still runs.
   * AWS Backup restores 1,500 files or 200 MB a second: 100 million files take about 19 hours. From 10 minutes to 300 days.
   *
   * @default Duration.days(7)
   * @see https://docs.aws.amazon.com/efs/latest/ug/awsbackup.html
   */
  readonly restoreTimeout?: Duration;

  /**
   * How many items one restore job takes. A request with more is split into several jobs, one after the other, up to 10; they are
   * verified and moved into place as one.
   *
   * @default 5 - what all of AWS's documents agree on
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-efs.html
   */
  readonly itemsPerRestoreJob?: number;

  /**
   * Further vaults in the same account and Region that a request may restore from, by `backupVaultName`: for example the
   * destination of copies from another account, or the vault of the automatic backups.
   *
   * @default - only `backupVault`
   */
  readonly moreBackupVaults?: IBackupVaultRef[];

  /**
   * Lets requests restore into a new file system, which AWS Backup makes: the restore role then may make file systems and, where a
   * restore fails, delete them.
   *
   * @default false
   */
  readonly allowNewFileSystems?: boolean;

  /**
   * Lets each restore wait until a person approves it.
   *
   * @default - nobody is asked
   */
  readonly approval?: RestoreApproval;

  /**
   * Steps of yours before and after the restore and the move.
   *
   * @default - none
   */
  readonly hooks?: RestoreHooks;

  /**
   * What an execution leaves out is taken from this request. Together with `clientMounts` it has at most 3 KiB as JSON.
   *
   * @default - an execution says everything itself
   */
  readonly requestDefaults?: RestoreRequest;

  /**
   * Where clients mount the file system. A requested item below one of these mount points is refused with the path to write
   * instead, since AWS Backup wants the path on the file system.
   *
   * @default - the root of the file system at `/mnt/efs`
   */
  readonly clientMounts?: ClientMount[];

  /**
   * How many calls a second the file-system worker makes to the file system at most, while it verifies, moves and deletes; what
   * clients already have in their caches does not count. Your applications share what the file system takes: with bursting
   * throughput and no burst credits left, that may be as little as 256 a second. A whole number, 10 or more.
   *
   * @default 3500 - half of what a file system with bursting throughput, or a One Zone file system, takes at best
   * @see https://docs.aws.amazon.com/efs/latest/ug/performance.html
   */
  readonly operationsPerSecond?: number;

  /**
   * How many workers delete one recovery directory together, from 1 to 8. One is as fast as the file system where there are many
   * directories in it; the entries of one directory are removed one after the other by each client of NFS, so more workers help
   * where a directory holds very many. Each is a function in the VPC at the same time. Moving needs one: it renames, whatever the size.
   *
   * @default 1
   */
  readonly workers?: number;

  /**
   * The topic that is told how each restore ended, well or not: the report as JSON.
   *
   * @default - nobody is told; the report is the output of an execution that succeeds, and of the state `ReportFailure` of one that fails
   */
  readonly notificationTopic?: ITopicRef;

  /**
   * The KMS key that encrypts the log groups. Its key policy is extended where it can be.
   *
   * @default - CloudWatch Logs encrypts with a key of its own
   */
  readonly encryptionKey?: IKeyRef;

  /**
   * How long the logs of the workflow and its functions are kept.
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

/** Properties of `EfsRestoreWorkflow`. */
export interface EfsRestoreWorkflowProps extends EfsRestoreWorkflowOptions {
  /** The file system that is restored into, in the account and Region of the stack. Its recovery points are what is restored. */
  readonly fileSystem: IFileSystemRef;

  /** The vault that holds the recovery points of the file system. */
  readonly backupVault: IBackupVaultRef;

  /** The VPC in which the file system has its mount targets. */
  readonly vpc: ec2.IVpc;

  /**
   * The security groups of the mount targets: each lets the file-system worker in by port 2049.
   *
   * @default - those of the file system if it knows its `connections`; else let `connections` of this construct in yourself
   */
  readonly fileSystemSecurityGroups?: ec2.ISecurityGroup[];
}
