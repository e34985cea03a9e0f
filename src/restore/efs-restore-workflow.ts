import type { IBackupVaultRef } from 'aws-cdk-lib/aws-backup';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IFileSystemRef } from 'aws-cdk-lib/aws-efs';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { ITopicRef } from 'aws-cdk-lib/aws-sns';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Duration, Resource, Stack, Token } from 'aws-cdk-lib/core';
import type { ResourceEnvironment } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { ControlPlane } from './control-plane';
import { EfsRestoreWorkflowGrants } from './efs-restore-workflow-grants';
import { FileSystemWorker, WORKER_MOUNT_PATH } from './file-system-worker';
import { isReplicationDestination } from './replication-destination';
import { RestoreDefinition } from './restore-definition';
import { restoreRole, stateMachineRole } from './restore-roles';
import { RecoveryDirectoryCleanup } from '../cleanup/recovery-directory-cleanup';
import type { RecoveryDirectoryCleanupOptions } from '../cleanup/recovery-directory-cleanup';
import { checkClientMounts } from '../core/item-path';
import type { ClientMount } from '../core/item-path';
import { checkOperationsPerSecond, DEFAULT_OPERATIONS_PER_SECOND } from '../core/operations-per-second';
import { describeProblem } from '../core/problem';
import type { Problem } from '../core/problem';
import { checkRestoreRequest, mergeRestoreRequest, warnAboutRestoreRequest } from '../core/restore-request';
import type { RestoreRequest } from '../core/restore-request';
import { replicationDestinationProblem } from '../core/restore-target';
import { checkRuntime } from '../private/check-runtime';
import { describeEnvironment, environmentOf, environmentsDiffer } from '../private/environment';
import { shellWord } from '../private/shell-word';
import { startExecutionCommand } from '../private/start-execution-command';
import { throwProblems } from '../private/validation-error';
import { warn, WarningId } from '../private/warnings';
import { workflowStateMachine } from '../private/workflow-state-machine';

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

/**
 * Restores files, directories or everything from a recovery point into the file system it was made of: checks the request before
 * AWS Backup is called, starts the restore job once and watches it, finds and verifies the recovery directory, moves its content
 * into place and cleans up. Nothing live is overwritten, and nothing restored is deleted when something fails.
 */
export class EfsRestoreWorkflow extends Resource implements ec2.IConnectable {
  /** The state machine. Its input is a `RestoreRequest` as JSON, its output the report; of a failed execution the cause says what happened. */
  public readonly stateMachine: sfn.StateMachine;

  /** The role that AWS Backup assumes to restore. */
  public readonly restoreRole: iam.IRole;

  /** Whom the file-system worker may reach: it needs the mount targets, by port 2049. */
  public readonly connections: ec2.Connections;

  /** What others may do with the workflow. */
  public readonly grants: EfsRestoreWorkflowGrants;

  private readonly clientMounts: ClientMount[];
  private readonly fileSystem: IFileSystemRef;
  private readonly vpc: ec2.IVpc;
  private readonly worker: FileSystemWorker;
  private readonly requestDefaults: RestoreRequest;

  constructor(scope: Construct, id: string, props: EfsRestoreWorkflowProps) {
    super(scope, id);
    this.clientMounts = props.clientMounts ?? [{ mountPoint: WORKER_MOUNT_PATH }];
    this.requestDefaults = props.requestDefaults ?? {};
    throwProblems(this, [
      ...checkClientMounts('clientMounts', this.clientMounts, Token.isUnresolved),
      ...this.problemsOf(this.requestDefaults, true).map((problem) => ({ ...problem, subject: `requestDefaults.${problem.subject}` })),
      ...checkSettings(this.clientMounts, this.requestDefaults),
      ...this.checkEnvironment('fileSystem', environmentOf(props.fileSystem)),
      ...this.checkEnvironment('backupVault', props.backupVault.env),
      ...checkTimeout(props.restoreTimeout),
      ...(Token.isUnresolved(props.operationsPerSecond) ? [] : checkOperationsPerSecond(props.operationsPerSecond)),
      ...checkRuntime(props.runtime),
    ]);
    this.warnAbout(this.requestDefaults);
    this.node.addValidation({
      validate: () => isReplicationDestination(props.fileSystem) ? [describeProblem(replicationDestinationProblem(props.fileSystem.node.path))] : [],
    });

    const common = {
      fileSystem: props.fileSystem,
      runtime: props.runtime ?? lambda.Runtime.NODEJS_24_X,
      logRetention: props.logRetention ?? logs.RetentionDays.ONE_YEAR,
      encryptionKey: props.encryptionKey,
    };
    this.fileSystem = props.fileSystem;
    this.vpc = props.vpc;
    const worker = this.worker = new FileSystemWorker(this, 'Worker', {
      ...common,
      vpc: props.vpc,
      vpcSubnets: props.vpcSubnets,
      fileSystemSecurityGroups: props.fileSystemSecurityGroups ?? securityGroupsOf(props.fileSystem),
    });
    this.connections = worker.connections;
    const controlPlane = new ControlPlane(this, 'ControlPlane', {
      ...common,
      backupVault: props.backupVault,
      clientMounts: this.clientMounts,
      requestDefaults: this.requestDefaults,
    });
    this.restoreRole = props.restoreRole ?? restoreRole(this, props.fileSystem);
    const role = stateMachineRole(this, {
      functions: [worker.function, controlPlane.function],
      backupVault: props.backupVault,
      restoreRole: this.restoreRole,
      topic: props.notificationTopic,
    });
    const definition = new RestoreDefinition(this, 'Definition', {
      worker: worker.function,
      controlPlane: controlPlane.function,
      restoreRoleArn: this.restoreRole.roleArn,
      callerRoleArn: role.roleArn,
      restoreTimeout: props.restoreTimeout ?? Duration.days(7),
      operationsPerSecond: props.operationsPerSecond ?? DEFAULT_OPERATIONS_PER_SECOND,
      topicArn: props.notificationTopic?.topicRef.topicArn,
    });
    this.stateMachine = workflowStateMachine(this, {
      comment: 'Restores into an EFS file system: check, restore, find, verify, move into place, clean up, report',
      start: definition.start,
      role,
      logRetention: common.logRetention,
      encryptionKey: props.encryptionKey,
    });
    this.grants = EfsRestoreWorkflowGrants.fromEfsRestoreWorkflow(this);
  }

  /**
   * The command that starts a restore, ready to paste: for a stack output, a runbook or a ticket. The request is checked here
   * already, in the words that the workflow would use.
   */
  public startExecutionCommand(request: RestoreRequest): string {
    throwProblems(this, this.problemsOf(mergeRestoreRequest(this.requestDefaults, request), false));
    this.warnAbout(request);
    const input = shellWord(hasTokens(request) ? Stack.of(this).toJsonString(request) : JSON.stringify(request));
    return `${startExecutionCommand(this, this.stateMachine)} --input ${input}`;
  }

  /**
   * Adds a cleanup of the recovery directories of the file system, by the same file-system worker. It waits for restores of this workflow.
   *
   * @param id the id of the cleanup, within this workflow.
   * @param options what differs from the defaults: it only reports, unless `mode` says more.
   */
  public addCleanup(id: string, options: RecoveryDirectoryCleanupOptions = {}): RecoveryDirectoryCleanup {
    const { fileSystem, vpc, worker } = this;
    return new RecoveryDirectoryCleanup(this, id, { ...options, fileSystem, vpc, restoreWorkflows: [this], _worker: worker });
  }

  private problemsOf(request: RestoreRequest, partial: boolean): Problem[] {
    const { account, region, partition } = Stack.of(this);
    const known = (value: string) => Token.isUnresolved(value) ? undefined : value;
    return checkRestoreRequest(request, {
      mounts: this.clientMounts,
      home: { account: known(account), region: known(region), partition: known(partition) },
      isUnresolved: Token.isUnresolved,
      partial,
    });
  }

  private checkEnvironment(subject: string, env: ResourceEnvironment): Problem[] {
    return environmentsDiffer(env, this.env) ? [{
      subject,
      rule: `must be in the account and Region of the workflow (${describeEnvironment(this.env)})`,
      value: describeEnvironment(env),
      remedy: 'make the workflow in a stack of that account and Region',
    }] : [];
  }

  private warnAbout(request: RestoreRequest): void {
    warnAboutRestoreRequest(request).forEach((message) => warn(this, WarningId.MANY_RESTORE_ITEMS, message));
  }
}

function checkTimeout(timeout: Duration | undefined): Problem[] {
  if (timeout === undefined) {
    return [];
  }
  const subject = 'restoreTimeout';
  if (timeout.isUnresolved()) {
    return [{ subject, rule: 'must be known at synth, because the pace of the polls follows from it', remedy: 'write a Duration without tokens' }];
  }
  const seconds = timeout.toSeconds({ integral: false });
  return seconds >= 600 && seconds <= 300 * 86_400 ? [] : [{
    subject,
    rule: 'must be between 10 minutes and 300 days, since an execution of Step Functions ends after a year',
    value: timeout.toHumanString(),
    remedy: 'choose a duration in between',
  }];
}

/** "Lambda quotas", AWS Lambda Developer Guide: 4 KB for all environment variables of a function. The rest is for names and ids. */
const MOST_BYTES_OF_SETTINGS = 3 * 1024;

function checkSettings(clientMounts: ClientMount[], requestDefaults: RestoreRequest): Problem[] {
  const bytes = Buffer.byteLength(JSON.stringify({ clientMounts, requestDefaults }));
  return bytes <= MOST_BYTES_OF_SETTINGS || hasTokens({ clientMounts, requestDefaults }) ? [] : [{
    subject: 'requestDefaults',
    rule: `must have, together with 'clientMounts', at most ${MOST_BYTES_OF_SETTINGS} bytes as JSON, since both become environment variables of a Lambda function`,
    value: bytes,
    remedy: 'leave the items to the executions, or name fewer mounts',
  }];
}

function securityGroupsOf(fileSystem: IFileSystemRef): ec2.ISecurityGroup[] {
  const connections = (fileSystem as Partial<ec2.IConnectable> & IFileSystemRef).connections;
  return connections?.securityGroups ?? [];
}

function hasTokens(value: unknown): boolean {
  return Token.isUnresolved(value) || (typeof value === 'object' && value !== null && Object.values(value).some(hasTokens));
}
