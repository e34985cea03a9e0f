import * as backup from 'aws-cdk-lib/aws-backup';
import type { IBackupVaultRef } from 'aws-cdk-lib/aws-backup';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';
import type { FileSystemReference, IFileSystemRef } from 'aws-cdk-lib/aws-efs';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import { RemovalPolicy, Resource, Validations } from 'aws-cdk-lib/core';
import type { Size } from 'aws-cdk-lib/core';
import type { Construct, IDependable } from 'constructs';
import { AutomaticBackups } from './automatic-backup-choice';
import { checkProps } from './check-props';
import { EfsFileSystemBackupGrants } from './efs-file-system-backup-grants';
import { EfsFileSystemPolicy } from './efs-file-system-policy';
import { FinalBackup } from './final-backup';
import type { FinalBackupOptions } from './final-backup';
import { describeProblem } from '../core/problem';
import { EfsBackup } from '../efs-backup';
import { EfsOnDemandBackup } from '../on-demand/efs-on-demand-backup';
import type { EfsOnDemandBackupOptions } from '../on-demand/efs-on-demand-backup';
import type { EfsBackupPlan } from '../plan/efs-backup-plan';
import { throwProblems } from '../private/validation-error';
import { warn, WarningId } from '../private/warnings';
import { EfsRestoreWorkflow } from '../restore/efs-restore-workflow';
import type { EfsRestoreWorkflowOptions } from '../restore/efs-restore-workflow-props';

/** Properties of `BackedUpFileSystem`. */
export interface BackedUpFileSystemProps {
  /** The VPC of the mount targets. */
  readonly vpc: ec2.IVpc;

  /**
   * The subnets of the mount targets, at most one in each Availability Zone.
   *
   * @default - one private subnet per Availability Zone
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * Makes a One Zone file system, in this Availability Zone of the VPC: cheaper, and lost if that zone is lost. It has one mount
   * target, in a private subnet of the zone, so that `vpcSubnets` cannot be set. Changing it replaces the file system.
   *
   * @default - a Regional file system, which several Availability Zones hold
   * @see https://docs.aws.amazon.com/efs/latest/ug/availability-durability.html
   */
  readonly availabilityZone?: string;

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
   * When files move on to the storage class Archive: later than `lifecyclePolicy`, and with elastic throughput only.
   *
   * @default - never
   * @see https://docs.aws.amazon.com/efs/latest/ug/API_LifecyclePolicy.html
   */
  readonly transitionToArchivePolicy?: efs.LifecyclePolicy;

  /**
   * Whether files move back to primary storage when they are read.
   *
   * @default - they stay in Infrequent Access or Archive
   * @see https://docs.aws.amazon.com/efs/latest/ug/lifecycle-management-efs.html
   */
  readonly outOfInfrequentAccessPolicy?: efs.OutOfInfrequentAccessPolicy;

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
   * The throughput to provision, at least 1 MiB a second. Set it with `ThroughputMode.PROVISIONED`, and with no other mode.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/efs/latest/ug/API_CreateFileSystem.html
   */
  readonly provisionedThroughputPerSecond?: Size;

  /**
   * The file system that this one is replicated to. It is no backup: what is deleted here is deleted there. The destination is
   * read-only as long as it is replicated to, so it cannot be restored into.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/efs/latest/ug/efs-replication.html
   */
  readonly replicationConfiguration?: efs.ReplicationConfiguration;

  /**
   * Whether the file system may become the destination of a replication, which overwrites what is in it.
   *
   * @default ReplicationOverwriteProtection.ENABLED
   * @see https://docs.aws.amazon.com/efs/latest/ug/API_UpdateFileSystemProtection.html
   */
  readonly replicationOverwriteProtection?: efs.ReplicationOverwriteProtection;

  /**
   * The file system policy, which says who may mount the file system and how. A policy that shuts out AWS Backup is refused.
   *
   * @default EfsFileSystemPolicy.anyClientOverTls() - as without any policy, but clients without TLS (plain `mount -t nfs4`) do not get in
   * @see https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
   */
  readonly fileSystemPolicy?: EfsFileSystemPolicy;

  /**
   * The plan that backs up the file system, in the same account and Region.
   *
   * @default - the plan of an `EfsBackup` of its own: daily at 05:00 UTC, kept for 35 days in a vault that denies deletion
   */
  readonly backupPlan?: EfsBackupPlan;

  /**
   * What the automatic backups of Amazon EFS have to do with the plan. Whichever it is, it is written to the template.
   *
   * @default AutomaticBackups.LEFT_TO_PLAN
   * @see https://docs.aws.amazon.com/efs/latest/ug/automatic-backups.html
   */
  readonly automaticBackups?: AutomaticBackups;

  /**
   * What happens to the file system when it leaves the stack. The vault with its recovery points has a removal policy of its own
   * (`EfsBackupProps.removalPolicy`) and stays by default.
   *
   * `RETAIN_ON_UPDATE_OR_DELETE` is `RETAIN`, except that a file system of a deployment that fails and is rolled back is deleted.
   * `SNAPSHOT` is refused: Amazon EFS has no snapshots, and CloudFormation takes none of it.
   *
   * @default RemovalPolicy.RETAIN
   * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Makes a backup into `backupVault` before the file system is deleted, with the role of the plan; see `FinalBackup` for how long that
   * may take. The vault must outlive the file system. `{}` takes the defaults.
   *
   * @default - no backup is made when the file system is deleted; those of the plan stay
   */
  readonly finalBackup?: FinalBackupOptions;
}

/** The vault of the automatic backups, the same in every account and Region ("Automatic backups", Amazon EFS User Guide). */
const AUTOMATIC_BACKUP_VAULT = 'aws/efs/automatic-backup-vault';

/**
 * An Amazon EFS file system that is encrypted and backed up from its first day: a backup plan selects it by its tag.
 *
 * Pass `fileSystem` to constructs of aws-cdk-lib, and the construct itself wherever an `IFileSystemRef` is accepted.
 */
export class BackedUpFileSystem extends Resource implements IFileSystemRef, ec2.IConnectable {
  /** The file system itself. */
  public readonly fileSystem: efs.FileSystem;

  /** The vault that the plan writes to, unless one of its rules names another; without a plan, that of the automatic backups. */
  public readonly backupVault: IBackupVaultRef;

  /** Who may reach the mount targets, by port 2049. */
  public readonly connections: ec2.Connections;

  /** What to depend on to be made once the file system can be mounted. */
  public readonly mountTargetsAvailable: IDependable;

  /** What others may do with the backups of this file system. */
  public readonly grants: EfsFileSystemBackupGrants;

  private readonly plan?: EfsBackupPlan;
  private readonly vpc: ec2.IVpc;
  private readonly vpcSubnets?: ec2.SubnetSelection;

  constructor(scope: Construct, id: string, props: BackedUpFileSystemProps) {
    super(scope, id);
    const policy = props.fileSystemPolicy ?? EfsFileSystemPolicy.anyClientOverTls();
    const automaticBackups = props.automaticBackups ?? AutomaticBackups.LEFT_TO_PLAN;
    throwProblems(this, [...checkProps(this, props), ...policy._check(this)]);
    this.node.addValidation({ validate: () => policy._checkWhole(this).map(describeProblem) });

    this.vpc = props.vpc;
    this.vpcSubnets = props.availabilityZone === undefined ? props.vpcSubnets : { availabilityZones: [props.availabilityZone] };
    this.plan = automaticBackups === AutomaticBackups.INSTEAD_OF_PLAN ? undefined : props.backupPlan ?? new EfsBackup(this, 'Backup').plan;
    this.backupVault = this.plan?.backupVault ?? backup.BackupVault.fromBackupVaultName(this, 'AutomaticBackupVault', AUTOMATIC_BACKUP_VAULT);
    this.fileSystem = new efs.FileSystem(this, 'FileSystem', {
      vpc: props.vpc,
      vpcSubnets: this.vpcSubnets,
      oneZone: props.availabilityZone !== undefined,
      securityGroup: props.securityGroup,
      kmsKey: props.kmsKey,
      fileSystemName: props.fileSystemName,
      lifecyclePolicy: props.lifecyclePolicy,
      transitionToArchivePolicy: props.transitionToArchivePolicy,
      outOfInfrequentAccessPolicy: props.outOfInfrequentAccessPolicy,
      performanceMode: props.performanceMode,
      throughputMode: props.throughputMode,
      provisionedThroughputPerSecond: props.provisionedThroughputPerSecond,
      replicationConfiguration: props.replicationConfiguration,
      replicationOverwriteProtection: props.replicationOverwriteProtection,
      encrypted: true,
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
      fileSystemPolicy: policy.document,
      allowAnonymousAccess: true, // the L2 adds no statement of its own to the policy
    });
    this.connections = this.fileSystem.connections;
    this.mountTargetsAvailable = this.fileSystem.mountTargetsAvailable;
    this.grants = EfsFileSystemBackupGrants.fromFileSystem(this);
    this.plan?._tag(this.fileSystem, this);

    const resource = this.fileSystem.node.defaultChild as efs.CfnFileSystem;
    // the L2 writes nothing for false, which leaves One Zone file systems with their default: on
    resource.backupPolicy = { status: automaticBackups === AutomaticBackups.LEFT_TO_PLAN ? 'DISABLED' : 'ENABLED' };
    acknowledgeHowItIsBackedUp(resource, this.plan);
    if (props.finalBackup !== undefined) {
      new FinalBackup(this, 'FinalBackup', { ...props.finalBackup, fileSystem: this, backupVault: this.backupVault, role: this.backupPlan.role });
    }
    if (automaticBackups === AutomaticBackups.BESIDE_PLAN) {
      warn(this, WarningId.AUTOMATIC_BACKUPS_BESIDE_PLAN, `Amazon EFS backs up the file system by itself, beside the plan ${this.plan!.node.path}: two chains of backups, `
        + 'two bills, and jobs that collide, since AWS Backup runs one at a time for a file system; use AutomaticBackups.LEFT_TO_PLAN, or acknowledge why both are needed');
    }
    if (policy._lacksMount(this)) {
      warn(this, WarningId.POLICY_WITHOUT_MOUNT, "'fileSystemPolicy' lets clients write or act as root, but none of them mount: they need elasticfilesystem:ClientMount from an "
        + 'identity-based policy, and clients that do not sign with IAM cannot mount at all');
    }
  }

  /** The reference by which other constructs take this file system. */
  public get fileSystemRef(): FileSystemReference {
    return this.fileSystem.fileSystemRef;
  }

  /** The plan that backs up the file system. There is none with `AutomaticBackups.INSTEAD_OF_PLAN`; to ask for it is an error then. */
  public get backupPlan(): EfsBackupPlan {
    if (this.plan === undefined) {
      throwProblems(this, [{
        subject: 'backupPlan',
        rule: "must not be asked for: with 'automaticBackups' INSTEAD_OF_PLAN, Amazon EFS alone backs up the file system",
        remedy: 'use AutomaticBackups.LEFT_TO_PLAN or BESIDE_PLAN',
      }]);
    }
    return this.plan!;
  }

  /**
   * Adds an access point: a directory of the file system that clients see as their root, with a user that they act as.
   *
   * @param id the id of the access point, within the file system.
   * @param options the directory and the user.
   * @see https://docs.aws.amazon.com/efs/latest/ug/efs-access-points.html
   */
  public addAccessPoint(id: string, options: efs.AccessPointOptions = {}): efs.AccessPoint {
    return this.fileSystem.addAccessPoint(id, options);
  }

  /**
   * Adds a backup that is made when you say so, such as before a deployment, into the vault of the plan.
   *
   * @param id the id of the on-demand backup, within this file system.
   * @param options what differs from the defaults.
   */
  public addOnDemandBackup(id: string, options: EfsOnDemandBackupOptions = {}): EfsOnDemandBackup {
    return new EfsOnDemandBackup(this, id, { ...options, fileSystem: this, backupVault: this.backupVault });
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
}

/** The rule of cdk-nag knows selections by ID in the same stack only, so it reports each file system that is backed up in another way. */
function acknowledgeHowItIsBackedUp(fileSystem: efs.CfnFileSystem, plan: EfsBackupPlan | undefined): void {
  const reason = plan === undefined ? `backed up by Amazon EFS itself, into the vault ${AUTOMATIC_BACKUP_VAULT}`
    : `backed up by the plan ${plan.node.path}, which selects it by its tag '${plan.backupTag.key}'`;
  for (const pack of ['HIPAA.Security', 'NIST.800.53.R4', 'NIST.800.53.R5']) {
    Validations.of(fileSystem).acknowledge({ id: `${pack}-EFSInBackupPlan`, reason });
  }
}
