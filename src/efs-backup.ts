import type { IBackupVaultRef } from 'aws-cdk-lib/aws-backup';
import type { IFileSystemRef } from 'aws-cdk-lib/aws-efs';
import type { IRoleRef } from 'aws-cdk-lib/aws-iam';
import type { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { Problem } from './core/problem';
import { EfsBackupPlan } from './plan/efs-backup-plan';
import type { EfsBackupRule } from './plan/efs-backup-rule';
import type { EfsBackupTag } from './plan/efs-backup-tag';
import { FileSystemSelector } from './plan/file-system-selector';
import { throwProblems } from './private/validation-error';
import { EfsBackupVault } from './vault/efs-backup-vault';
import type { VaultEncryption } from './vault/vault-encryption';

/** Properties of `EfsBackup`. */
export interface EfsBackupProps {
  /**
   * The file systems to back up, selected by ARN: up to 500, in the account and Region of this construct.
   *
   * @default - none yet: add them with `addFileSystem`, or tag them with `plan.backupTag`
   */
  readonly fileSystems?: IFileSystemRef[];

  /**
   * When to back up, and for how long to keep the recovery points: up to 10 rules.
   *
   * @default - one rule: daily at 05:00 UTC, kept for 35 days
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
   */
  readonly backupPlanRules?: EfsBackupRule[];

  /**
   * The tag of further file systems that are backed up. Name one to let others opt in by tagging their file systems.
   *
   * @default - key `efs-backup-plan` and a value that only this plan has
   */
  readonly backupTag?: EfsBackupTag;

  /**
   * An existing vault for the recovery points. Cannot be combined with `encryption`, `deletionExemptRoles` and
   * `deploymentRole`, which are about the vault that this construct makes.
   *
   * @default - an `EfsBackupVault`, which denies the deletion of its recovery points
   */
  readonly backupVault?: IBackupVaultRef;

  /**
   * The key that encrypts the recovery points in the vault. Choose once: changing it replaces the vault.
   *
   * @default VaultEncryption.awsManagedKey()
   */
  readonly encryption?: VaultEncryption;

  /**
   * Roles that may delete recovery points of the vault and change its access policy.
   *
   * @default - no role is exempt
   */
  readonly deletionExemptRoles?: IRoleRef[];

  /**
   * The role that CloudFormation deploys this stack with, which may change the vault. See `EfsBackupVaultProps.deploymentRole`.
   *
   * @default - the role that the synthesizer of the stack names, usually `cdk-<qualifier>-cfn-exec-role-<account>-<region>`
   */
  readonly deploymentRole?: IRoleRef;

  /**
   * What happens to the vault and to the role of the plan when they leave the stack. AWS Backup deletes no vault that holds
   * recovery points, and needs the role to let them expire.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** Backs up Amazon EFS file systems: a vault that protects itself, a plan and its selections in one construct. */
export class EfsBackup extends Construct {
  /** The vault that holds the recovery points. */
  public readonly vault: IBackupVaultRef;

  /** The plan that makes them. */
  public readonly plan: EfsBackupPlan;

  private readonly fileSystems: IFileSystemRef[] = [];

  constructor(scope: Construct, id: string, props: EfsBackupProps = {}) {
    super(scope, id);
    const fileSystems = props.fileSystems ?? [];
    throwProblems(this, [...checkVault(props), ...this.checkFileSystems(fileSystems)]);

    this.vault = props.backupVault ?? new EfsBackupVault(this, 'Vault', {
      encryption: props.encryption,
      deletionExemptRoles: props.deletionExemptRoles,
      deploymentRole: props.deploymentRole,
      removalPolicy: props.removalPolicy,
    });
    this.plan = new EfsBackupPlan(this, 'Plan', {
      backupVault: this.vault,
      backupPlanRules: props.backupPlanRules,
      backupTag: props.backupTag,
      removalPolicy: props.removalPolicy,
    });
    fileSystems.forEach((fileSystem) => this.addFileSystem(fileSystem));
  }

  /**
   * Backs up one more file system, selected by ARN: up to 500 in all. A file system that the plan selects by its tag, such as a
   * `BackedUpFileSystem` of this plan, stays as it is, so that it is not backed up twice.
   *
   * @param fileSystem a file system in the account and Region of this construct.
   */
  public addFileSystem(fileSystem: IFileSystemRef): void {
    throwProblems(this, this.checkFileSystems([...this.fileSystems, fileSystem]));
    if (this.plan._selectsByTag(fileSystem)) {
      return;
    }
    this.fileSystems.push(fileSystem);
    if (this.fileSystems.length === 1) { // an empty selection would select everything in the account
      this.plan.addSelection('ByReference', { fileSystems: FileSystemSelector._fromList(this.fileSystems) });
    }
  }

  private checkFileSystems(fileSystems: IFileSystemRef[]): Problem[] {
    return fileSystems.length === 0 ? [] : FileSystemSelector._fromList(fileSystems)._check(this);
  }
}

function checkVault(props: EfsBackupProps): Problem[] {
  if (props.backupVault === undefined) {
    return [];
  }
  return (['encryption', 'deletionExemptRoles', 'deploymentRole'] as const)
    .filter((name) => props[name] !== undefined)
    .map((name) => ({
      subject: name,
      rule: "must not be combined with 'backupVault': it is about the vault that this construct makes",
      remedy: 'set it where that vault is made, or leave out \'backupVault\'',
    }));
}
