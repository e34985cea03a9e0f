import * as backup from 'aws-cdk-lib/aws-backup';
import type { BackupVaultReference, IBackupVaultRef } from 'aws-cdk-lib/aws-backup';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import { Names, RemovalPolicy, Resource } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { BackupPeers } from './backup-peers';
import type { BackupVaultOptions } from './backup-vault-options';
import { DeletionGuard } from './deletion-guard';
import { EfsBackupVaultGrants } from './efs-backup-vault-grants';
import { checkRecoveryPointDeletion, RecoveryPointDeletion } from './recovery-point-deletion';
import { accessStatements, allowCopyStatement, checkStatement, checkVaultOptions, exemptionsOf, onTheVault } from './vault-access';
import { vaultAttributes } from './vault-attributes';
import { VaultEncryption } from './vault-encryption';
import type { BoundEncryption } from './vault-encryption';
import type { VaultLock } from './vault-lock';
import { bindNotifications } from './vault-notifications';
import { LONGEST_BACKUP_VAULT_NAME } from '../core/backup-vault-name';
import type { Problem } from '../core/problem';
import { checkRetention } from '../core/vault-lock';
import type { Retention } from '../core/vault-lock';
import { throwProblems } from '../private/validation-error';

/** Properties of `EfsBackupVault`. */
export interface EfsBackupVaultProps extends BackupVaultOptions {
  /**
   * The key that encrypts the recovery points in the vault. Choose once: changing it replaces the vault.
   *
   * @default VaultEncryption.awsManagedKey()
   */
  readonly encryption?: VaultEncryption;

  /**
   * What the access policy denies, so that recovery points are not deleted by hand.
   *
   * @default DeletionGuard.standard()
   */
  readonly deletionGuard?: DeletionGuard;

  /**
   * AWS Backup Vault Lock. Every rule and every copy action of a plan that targets the vault is checked against its limits.
   *
   * @default - none: the access policy alone guards the recovery points
   */
  readonly lock?: VaultLock;

  /**
   * Whether all recovery points of the vault are deleted before the vault is, so that an environment that is thrown away can be
   * destroyed at all. Only with `removalPolicy` `DESTROY`, and not for a locked vault. It empties the vault also when a change
   * of the name or the key replaces it. A role of this library is exempt from the denial of deletions then; it serves
   * this purpose alone.
   *
   * Recovery points under a legal hold, and those that are still written after 50 minutes, fail the deletion of the stack with the reason.
   *
   * @default false
   */
  readonly autoDeleteRecoveryPoints?: boolean;
}

/**
 * A backup vault that denies the deletion of its recovery points, and the lifting of that denial, to everyone but the roles
 * that are exempt. AWS Backup itself still deletes recovery points at the end of their lifecycle.
 *
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html
 */
export class EfsBackupVault extends Resource implements IBackupVaultRef {
  /** The backup vault itself. */
  public readonly backupVault: backup.BackupVault;

  /** Name of the backup vault. */
  public readonly backupVaultName: string;

  /** ARN of the backup vault. */
  public readonly backupVaultArn: string;

  /** The KMS key that encrypts the recovery points; undefined if it is the key that AWS manages, `aws/backup`. */
  public readonly encryptionKey?: IKeyRef;

  /** The lock of the vault, if it has one. */
  public readonly lock?: VaultLock;

  /**
   * ARNs of the roles that the deletion guard lets through, the deployment role included: what the parameter `principalArnList` of the
   * AWS Backup Audit Manager control BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED takes, five at most.
   *
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/controls-and-remediation.html
   */
  public readonly guardExemptRoleArns: string[];

  /** What others may do with the vault. */
  public readonly grants: EfsBackupVaultGrants;

  /**
   * The alias of a key that was made for the vault, by which other Regions and accounts know it.
   *
   * @internal
   */
  public readonly _keyAlias?: string;

  private readonly exemptRoleArns: readonly string[];
  private readonly encryption: BoundEncryption;
  private sources = 0;

  constructor(scope: Construct, id: string, props: EfsBackupVaultProps = {}) {
    super(scope, id);
    const encryption = props.encryption ?? VaultEncryption.awsManagedKey();
    throwProblems(this, [
      ...checkVaultOptions(this, props),
      ...encryption._check(this),
      ...(props.lock?._check() ?? []),
      ...checkRecoveryPointDeletion({ ...props, locked: props.lock !== undefined }),
    ]);

    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    // the L2's own name leaves out the stack name, so two copies of one app in an account would collide
    const vaultName = props.backupVaultName ?? Names.uniqueResourceName(this, { maxLength: LONGEST_BACKUP_VAULT_NAME, separator: '-' });
    const deletion = props.autoDeleteRecoveryPoints ? new RecoveryPointDeletion(this, 'RecoveryPointDeletion', { backupVaultName: vaultName }) : undefined;
    const exemptions = { ...exemptionsOf(this, props), emptyingRoleArn: deletion?.role.roleArn };
    this.encryption = encryption._bind(this, { ...exemptions, vaultName, removalPolicy });
    this.encryptionKey = this.encryption.key;
    this._keyAlias = this.encryption.alias;
    this.lock = props.lock;
    this.exemptRoleArns = exemptions.exemptRoleArns;
    this.guardExemptRoleArns = [...exemptions.exemptRoleArns, exemptions.deploymentRoleArn];

    this.backupVault = new backup.BackupVault(this, 'BackupVault', {
      backupVaultName: vaultName,
      encryptionKey: this.encryptionKey,
      removalPolicy,
      accessPolicy: new iam.PolicyDocument({ statements: accessStatements(props.deletionGuard ?? DeletionGuard.standard(), exemptions, props) }),
    });
    deletion?.attachTo(this.backupVault);
    const resource = this.backupVault.node.defaultChild as backup.CfnBackupVault;
    resource.lockConfiguration = props.lock?._bind();
    // not the L2's: it would ask for events that AWS no longer delivers, and let AWS Backup publish for anybody's vault
    resource.notifications = bindNotifications(this, vaultName, props);
    const { backupVaultName, backupVaultArn } = vaultAttributes(this, vaultName, this.backupVault);
    this.backupVaultName = backupVaultName;
    this.backupVaultArn = backupVaultArn;
    this.grants = EfsBackupVaultGrants.fromEfsBackupVault(this);
    (props.copySources ?? []).forEach((peers) => this.allowCopyFrom(peers));
  }

  /** The reference by which other constructs take this vault. */
  public get backupVaultRef(): BackupVaultReference {
    return { backupVaultName: this.backupVaultName, backupVaultArn: this.backupVaultArn };
  }

  /**
   * Lets other accounts copy recovery points into the vault, and use a key that was made for it. The key of yours is shared by you.
   *
   * @param peers the accounts.
   */
  public allowCopyFrom(peers: BackupPeers): void {
    throwProblems(this, peers._check('peers'));
    this.sources += 1;
    this.backupVault.addToAccessPolicy(allowCopyStatement(`AllowCopiesInto${this.sources}`, peers));
    this.encryption.shareWith?.(peers);
  }

  /**
   * Adds a statement to the access policy of the vault.
   *
   * @param statement actions of AWS Backup without wildcards; a statement without resources is about the vault.
   */
  public addToAccessPolicy(statement: iam.PolicyStatement): void {
    throwProblems(this, checkStatement(this, 'statement', statement));
    this.backupVault.addToAccessPolicy(onTheVault(statement));
  }

  /**
   * What the lock of the vault does not take.
   *
   * @internal
   */
  public _checkRetention(subject: string, retention: Retention): Problem[] {
    return this.lock === undefined ? [] : checkRetention(subject, this.node.path, this.lock._limits, retention);
  }

  /**
   * Whether a role may delete recovery points, as far as the access policy is asked.
   *
   * @internal
   */
  public _isExempt(roleArn: string): boolean {
    return this.exemptRoleArns.includes(roleArn);
  }
}
