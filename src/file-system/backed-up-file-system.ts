import type { IBackupVaultRef } from 'aws-cdk-lib/aws-backup';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';
import type { FileSystemReference, IFileSystemRef } from 'aws-cdk-lib/aws-efs';
import type { PolicyDocument } from 'aws-cdk-lib/aws-iam';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import { RemovalPolicy, Resource, Validations } from 'aws-cdk-lib/core';
import type { Size } from 'aws-cdk-lib/core';
import type { Construct, IDependable } from 'constructs';
import { mountableOverTls } from './file-system-policy';
import type { Problem } from '../core/problem';
import { EfsBackup } from '../efs-backup';
import type { EfsBackupPlan } from '../plan/efs-backup-plan';
import { describeEnvironment, environmentsDiffer } from '../private/environment';
import { throwProblems } from '../private/validation-error';
import { EfsRestoreWorkflow } from '../restore/efs-restore-workflow';
import type { EfsRestoreWorkflowOptions } from '../restore/efs-restore-workflow';

/** Properties of `BackedUpFileSystem`. */
export interface BackedUpFileSystemProps {
  /** The VPC of the mount targets. */
  readonly vpc: ec2.IVpc;

  /**
   * The subnets of the mount targets.
   *
   * @default - one private subnet per Availability Zone
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * The security group of the mount targets.
   *
   * @default - a new one, which lets nobody in until `connections` allows it
   */
  readonly securityGroup?: ec2.ISecurityGroup;

  /**
   * The KMS key that encrypts the file system. Its recovery points are encrypted with the key of their vault instead. Changing it
   * replaces the file system.
   *
   * @default - the key that AWS manages for Amazon EFS, `aws/elasticfilesystem`
   * @see https://docs.aws.amazon.com/efs/latest/ug/encryption-at-rest.html
   */
  readonly kmsKey?: IKeyRef;

  /**
   * The tag `Name` of the file system.
   *
   * @default - the path of the file system in the construct tree
   */
  readonly fileSystemName?: string;

  /**
   * When files move to the storage class Infrequent Access.
   *
   * @default - never
   * @see https://docs.aws.amazon.com/efs/latest/ug/lifecycle-management-efs.html
   */
  readonly lifecyclePolicy?: efs.LifecyclePolicy;

  /**
   * The performance mode. Changing it replaces the file system.
   *
   * @default PerformanceMode.GENERAL_PURPOSE
   * @see https://docs.aws.amazon.com/efs/latest/ug/performance.html#performancemodes
   */
  readonly performanceMode?: efs.PerformanceMode;

  /**
   * The throughput mode.
   *
   * @default ThroughputMode.BURSTING
   * @see https://docs.aws.amazon.com/efs/latest/ug/performance.html#throughput-modes
   */
  readonly throughputMode?: efs.ThroughputMode;

  /**
   * The throughput to provision. Set it with `ThroughputMode.PROVISIONED`, and with no other mode.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/efs/latest/ug/API_CreateFileSystem.html
   */
  readonly provisionedThroughputPerSecond?: Size;

  /**
   * The file system policy, which says who may mount the file system and how.
   *
   * @default - every client that reaches a mount target over TLS may mount, write and act as root, as without any policy; clients
   * without TLS (plain `mount -t nfs4`) may not
   * @see https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
   */
  readonly fileSystemPolicy?: PolicyDocument;

  /**
   * The plan that backs up the file system, in the same account and Region.
   *
   * @default - the plan of an `EfsBackup` of its own: daily at 05:00 UTC, kept for 35 days in a vault that denies deletion
   */
  readonly backupPlan?: EfsBackupPlan;

  /**
   * Whether Amazon EFS also backs up the file system by itself, daily into the vault `aws/efs/automatic-backup-vault`. This is
   * written out either way, since One Zone file systems have it on by default. Together with a plan it makes two
   * separate chains of backups, each paid for, and AWS Backup runs one job at a time for a file system.
   *
   * @default false
   * @see https://docs.aws.amazon.com/efs/latest/ug/automatic-backups.html
   */
  readonly enableAutomaticBackups?: boolean;

  /**
   * What happens to the file system when it leaves the stack. The vault with its recovery points has a removal policy of its own
   * (`EfsBackupProps.removalPolicy`) and stays by default.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * An Amazon EFS file system that is encrypted and backed up from its first day: a backup plan selects it by its tag.
 *
 * Pass `fileSystem` to constructs of aws-cdk-lib, and the construct itself wherever an `IFileSystemRef` is accepted.
 */
export class BackedUpFileSystem extends Resource implements IFileSystemRef, ec2.IConnectable {
  /** The file system itself. */
  public readonly fileSystem: efs.FileSystem;

  /** The plan that backs up the file system. */
  public readonly backupPlan: EfsBackupPlan;

  /** The vault that the plan writes to, unless one of its rules names another. */
  public readonly backupVault: IBackupVaultRef;

  /** Who may reach the mount targets, by port 2049. */
  public readonly connections: ec2.Connections;

  /** What to depend on to be made once the file system can be mounted. */
  public readonly mountTargetsAvailable: IDependable;

  private readonly vpc: ec2.IVpc;
  private readonly vpcSubnets?: ec2.SubnetSelection;

  constructor(scope: Construct, id: string, props: BackedUpFileSystemProps) {
    super(scope, id);
    this.vpc = props.vpc;
    this.vpcSubnets = props.vpcSubnets;
    throwProblems(this, [...checkThroughput(props), ...this.checkPlan(props.backupPlan)]);

    this.backupPlan = props.backupPlan ?? new EfsBackup(this, 'Backup').plan;
    this.backupVault = this.backupPlan.backupVault;
    this.fileSystem = new efs.FileSystem(this, 'FileSystem', {
      vpc: props.vpc,
      vpcSubnets: props.vpcSubnets,
      securityGroup: props.securityGroup,
      kmsKey: props.kmsKey,
      fileSystemName: props.fileSystemName,
      lifecyclePolicy: props.lifecyclePolicy,
      performanceMode: props.performanceMode,
      throughputMode: props.throughputMode,
      provisionedThroughputPerSecond: props.provisionedThroughputPerSecond,
      encrypted: true,
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
      fileSystemPolicy: props.fileSystemPolicy ?? mountableOverTls(),
      allowAnonymousAccess: true, // the L2 adds no statement of its own to the policy
    });
    this.connections = this.fileSystem.connections;
    this.mountTargetsAvailable = this.fileSystem.mountTargetsAvailable;
    this.backupPlan._tag(this.fileSystem, this);

    const resource = this.fileSystem.node.defaultChild as efs.CfnFileSystem;
    // the L2 writes nothing for false, which leaves One Zone file systems with their default: on
    resource.backupPolicy = { status: props.enableAutomaticBackups ? 'ENABLED' : 'DISABLED' };
    acknowledgeSelectionByTag(resource, this.backupPlan);
  }

  /** The reference by which other constructs take this file system. */
  public get fileSystemRef(): FileSystemReference {
    return this.fileSystem.fileSystemRef;
  }

  /**
   * Adds a workflow that restores files, directories or everything into this file system, from the vault of its plan.
   *
   * @param id the id of the workflow, within this file system.
   * @param options what differs from the defaults.
   */
  public addRestoreWorkflow(id: string, options: EfsRestoreWorkflowOptions = {}): EfsRestoreWorkflow {
    return new EfsRestoreWorkflow(this, id, {
      ...options,
      vpcSubnets: options.vpcSubnets ?? this.vpcSubnets, // where the mount targets are
      fileSystem: this,
      backupVault: this.backupVault,
      vpc: this.vpc,
      fileSystemSecurityGroups: this.connections.securityGroups,
    });
  }

  private checkPlan(plan: EfsBackupPlan | undefined): Problem[] {
    if (plan === undefined || !environmentsDiffer(plan.env, this.env)) {
      return [];
    }
    return [{
      subject: 'backupPlan',
      rule: `must be in the account and Region of the file system (${describeEnvironment(this.env)})`,
      value: describeEnvironment(plan.env),
      remedy: 'use a plan in the same account and Region, or leave it out',
    }];
  }
}

function checkThroughput(props: BackedUpFileSystemProps): Problem[] {
  const problems: Problem[] = [];
  const provisioned = props.throughputMode === efs.ThroughputMode.PROVISIONED;
  if (provisioned !== (props.provisionedThroughputPerSecond !== undefined)) {
    problems.push({
      subject: 'provisionedThroughputPerSecond',
      rule: provisioned ? "must be set with 'throughputMode' PROVISIONED" : "must not be set without 'throughputMode' PROVISIONED",
      remedy: provisioned ? 'name the throughput, or use another mode' : 'set the mode, or leave it out',
    });
  }
  if (props.throughputMode === efs.ThroughputMode.ELASTIC && props.performanceMode === efs.PerformanceMode.MAX_IO) {
    problems.push({
      subject: 'performanceMode',
      rule: 'must be generalPurpose with elastic throughput',
      value: props.performanceMode,
      remedy: "leave out 'performanceMode'",
    });
  }
  return problems;
}

/** The rule of cdk-nag knows selections by ID in the same stack only, so it reports each file system that is selected by tag. */
function acknowledgeSelectionByTag(fileSystem: efs.CfnFileSystem, plan: EfsBackupPlan): void {
  const reason = `backed up by the plan ${plan.node.path}, which selects it by its tag '${plan.backupTag.key}'`;
  for (const pack of ['HIPAA.Security', 'NIST.800.53.R4', 'NIST.800.53.R5']) {
    Validations.of(fileSystem).acknowledge({ id: `${pack}-EFSInBackupPlan`, reason });
  }
}
