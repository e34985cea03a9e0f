import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IFileSystemRef } from 'aws-cdk-lib/aws-efs';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Duration, Resource, Stack, Token } from 'aws-cdk-lib/core';
import type { ResourceEnvironment } from 'aws-cdk-lib/core';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { Construct } from 'constructs';
import { checkApproval, checkHooks, checkItemsPerRestoreJob, checkSettings, checkTimeout, checkWorkers, hasTokens } from './check-workflow';
import { ControlPlane } from './control-plane';
import { RestoreDefinition } from './definition/restore-definition';
import { EfsRestoreWorkflowGrants } from './efs-restore-workflow-grants';
import type { EfsRestoreWorkflowProps } from './efs-restore-workflow-props';
import { FileSystemWorker, WORKER_MOUNT_PATH } from './file-system-worker';
import { isReplicationDestination } from './replication-destination';
import { restoreRole, stateMachineRole } from './restore-roles';
import { RecoveryDirectoryCleanup } from '../cleanup/recovery-directory-cleanup';
import type { RecoveryDirectoryCleanupOptions } from '../cleanup/recovery-directory-cleanup';
import { checkOffered, checkRestoreRequest } from '../core/check-restore-request';
import { METRIC_NAMESPACE, MetricDimension } from '../core/embedded-metrics';
import { checkClientMounts, UNDISPUTED_ITEMS, warnAboutItemsPerRestoreJob } from '../core/item-path';
import type { ClientMount } from '../core/item-path';
import { checkOperationsPerSecond, DEFAULT_OPERATIONS_PER_SECOND } from '../core/operations-per-second';
import { describeProblem } from '../core/problem';
import type { Problem } from '../core/problem';
import { RestoreMetric } from '../core/restore-metrics';
import { mergeRestoreRequest } from '../core/restore-request';
import type { RestoreRequest } from '../core/restore-request';
import { replicationDestinationProblem } from '../core/restore-target';
import { checkRuntime } from '../private/check-runtime';
import { describeEnvironment, environmentOf, environmentsDiffer } from '../private/environment';
import { shellWord } from '../private/shell-word';
import { startExecutionCommand } from '../private/start-execution-command';
import { throwProblems } from '../private/validation-error';
import { warn, WarningId } from '../private/warnings';
import { workflowStateMachine } from '../private/workflow-state-machine';

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
  private readonly requestDefaults: RestoreRequest;
  private readonly itemsPerRestoreJob: number;
  private readonly fileSystem: IFileSystemRef;
  private readonly vpc: ec2.IVpc;
  private readonly worker: FileSystemWorker;
  private readonly backupVaultNames: string[];
  private readonly allowsNewFileSystems: boolean;

  constructor(scope: Construct, id: string, props: EfsRestoreWorkflowProps) {
    super(scope, id);
    this.clientMounts = props.clientMounts ?? [{ mountPoint: WORKER_MOUNT_PATH }];
    this.requestDefaults = props.requestDefaults ?? {};
    const { itemsPerRestoreJob = UNDISPUTED_ITEMS } = props;
    const itemProblems = checkItemsPerRestoreJob(itemsPerRestoreJob);
    this.itemsPerRestoreJob = itemProblems.length === 0 ? itemsPerRestoreJob : UNDISPUTED_ITEMS; // the default items are checked with it
    this.fileSystem = props.fileSystem;
    this.vpc = props.vpc;
    const backupVaults = [props.backupVault, ...props.moreBackupVaults ?? []];
    this.backupVaultNames = backupVaults.map(({ backupVaultRef }) => backupVaultRef.backupVaultName);
    this.allowsNewFileSystems = props.allowNewFileSystems ?? false;
    const hooks = props.hooks ?? {};
    throwProblems(this, [
      ...checkClientMounts('clientMounts', this.clientMounts, Token.isUnresolved),
      ...this.problemsOf(this.requestDefaults, true).map((problem) => ({ ...problem, subject: `requestDefaults.${problem.subject}` })),
      ...checkSettings(this.clientMounts, this.requestDefaults, this.backupVaultNames),
      ...this.checkEnvironment('fileSystem', environmentOf(props.fileSystem)),
      ...this.checkEnvironment('backupVault', props.backupVault.env),
      ...(props.moreBackupVaults ?? []).flatMap((vault, index) => this.checkEnvironment(`moreBackupVaults[${index}]`, vault.env)),
      ...checkTimeout(props.restoreTimeout),
      ...itemProblems,
      ...checkApproval(props.approval),
      ...checkHooks(hooks),
      ...checkWorkers(props.workers, props.operationsPerSecond),
      ...(Token.isUnresolved(props.operationsPerSecond) ? [] : checkOperationsPerSecond(props.operationsPerSecond)),
      ...checkRuntime(props.runtime),
    ]);
    const warning = warnAboutItemsPerRestoreJob('itemsPerRestoreJob', this.itemsPerRestoreJob);
    if (warning !== undefined) {
      warn(this, WarningId.MANY_RESTORE_ITEMS, warning);
    }
    this.node.addValidation({
      validate: () => isReplicationDestination(props.fileSystem) ? [describeProblem(replicationDestinationProblem(props.fileSystem.node.path))] : [],
    });

    const common = {
      fileSystem: props.fileSystem,
      runtime: props.runtime ?? lambda.Runtime.NODEJS_24_X,
      logRetention: props.logRetention ?? logs.RetentionDays.ONE_YEAR,
      encryptionKey: props.encryptionKey,
    };
    const worker = this.worker = new FileSystemWorker(this, 'Worker', {
      ...common,
      vpc: props.vpc,
      vpcSubnets: props.vpcSubnets,
      fileSystemSecurityGroups: props.fileSystemSecurityGroups ?? securityGroupsOf(props.fileSystem),
    });
    this.connections = worker.connections;
    const controlPlane = new ControlPlane(this, 'ControlPlane', {
      ...common,
      backupVaults,
      clientMounts: this.clientMounts,
      requestDefaults: this.requestDefaults,
    });
    this.restoreRole = props.restoreRole ?? restoreRole(this, props.fileSystem, this.allowsNewFileSystems);
    const role = stateMachineRole(this, {
      functions: [worker.function, controlPlane.function],
      backupVaults,
      restoreRole: this.restoreRole,
      topics: [...new Set([props.notificationTopic, props.approval?.topic])].flatMap((topic) => topic ?? []),
      hooks: [hooks.beforeRestore, hooks.afterRestore, hooks.beforeMove, hooks.afterMove].flatMap((hook) => hook ?? []),
    });
    const definition = new RestoreDefinition(this, 'Definition', {
      worker: worker.function,
      controlPlane: controlPlane.function,
      fileSystemId: this.fileSystem.fileSystemRef.fileSystemId,
      fileSystemArn: this.fileSystem.fileSystemRef.fileSystemArn,
      restoreRoleArn: this.restoreRole.roleArn,
      callerRoleArn: role.roleArn,
      restoreTimeout: props.restoreTimeout ?? Duration.days(7),
      itemsPerRestoreJob: this.itemsPerRestoreJob,
      allowsNewFileSystems: this.allowsNewFileSystems,
      operationsPerSecond: props.operationsPerSecond ?? DEFAULT_OPERATIONS_PER_SECOND,
      workers: props.workers ?? 1,
      approval: props.approval,
      hooks,
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
    const merged = mergeRestoreRequest(this.requestDefaults, request);
    throwProblems(this, [...this.problemsOf(merged, false), ...this.checkOffered(merged)]);
    const input = shellWord(hasTokens(request) ? Stack.of(this).toJsonString(request) : JSON.stringify(request));
    return `${startExecutionCommand(this, this.stateMachine)} --input ${input}`;
  }

  /** The command that lists the recovery points of the file system in the vault of the workflow, the latest first. */
  public listRecoveryPointsCommand(): string {
    return `aws backup list-recovery-points-by-backup-vault --region ${Stack.of(this).region} --backup-vault-name ${this.backupVaultNames[0]}`
      + ` --by-resource-arn ${this.fileSystem.fileSystemRef.fileSystemArn}`
      + " --query 'reverse(sort_by(RecoveryPoints,&CreationDate))[].[CreationDate,Status,RecoveryPointArn]' --output text";
  }

  /** The command that lists the latest restores, how each ended, and the ARN to ask for its report with. */
  public listExecutionsCommand(): string {
    return `aws stepfunctions list-executions --region ${Stack.of(this).region} --state-machine-arn ${this.stateMachine.stateMachineArn} --max-items 10`
      + " --query 'executions[].[startDate,status,executionArn]' --output text";
  }

  /** The command that writes the report of a restore: the sentence, whether it succeeded or failed. */
  public describeExecutionCommand(): string {
    return `aws stepfunctions describe-execution --region ${Stack.of(this).region} --execution-arn EXECUTION_ARN --query '[status,output,error,cause]'`;
  }

  /** Where the console shows the restores. */
  public get consoleUrl(): string {
    const { region } = Stack.of(this);
    const partition = Token.isUnresolved(region) ? Stack.of(this).partition : RegionInfo.get(region).partition;
    const domain = partition === 'aws-cn' ? 'console.amazonaws.cn' : partition === 'aws-us-gov' ? 'console.amazonaws-us-gov.com' : 'console.aws.amazon.com';
    return `https://${region}.${domain}/states/home?region=${region}#/statemachines/view/${this.stateMachine.stateMachineArn}`;
  }

  /** A metric of the restores of this file system; see `RestoreMetric` for what there is. */
  public metric(metricName: RestoreMetric, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    const dimensionsMap = { [MetricDimension.FILE_SYSTEM_ID]: this.fileSystem.fileSystemRef.fileSystemId };
    return new cloudwatch.Metric({ namespace: METRIC_NAMESPACE, metricName, dimensionsMap, statistic: cloudwatch.Stats.SUM, ...options });
  }

  /** How many restores failed: what an alarm wants to know. */
  public metricFailed(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(RestoreMetric.FAILED, options);
  }

  /** How many restores succeeded. */
  public metricSucceeded(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(RestoreMetric.SUCCEEDED, options);
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
      itemsPerRestoreJob: this.itemsPerRestoreJob,
    });
  }

  /** What this workflow cannot do for a request, as far as names are known. */
  private checkOffered(request: RestoreRequest): Problem[] {
    const areKnown = ![request.backupVaultName, ...this.backupVaultNames].some((name) => Token.isUnresolved(name));
    return checkOffered(areKnown ? request : { ...request, backupVaultName: undefined }, {
      backupVaultNames: this.backupVaultNames, allowsNewFileSystems: this.allowsNewFileSystems,
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
}

function securityGroupsOf(fileSystem: IFileSystemRef): ec2.ISecurityGroup[] {
  const connections = (fileSystem as Partial<ec2.IConnectable> & IFileSystemRef).connections;
  return connections?.securityGroups ?? [];
}
