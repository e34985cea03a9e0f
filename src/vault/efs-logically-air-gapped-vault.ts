import * as backup from 'aws-cdk-lib/aws-backup';
import type {
  BackupVaultReference, IBackupVaultRef, ILogicallyAirGappedBackupVaultRef, LogicallyAirGappedBackupVaultReference,
} from 'aws-cdk-lib/aws-backup';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import type { IApprovalTeamRef } from 'aws-cdk-lib/aws-mpa';
import { Names, RemovalPolicy, Resource } from 'aws-cdk-lib/core';
import type { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { BackupPeers } from './backup-peers';
import type { BackupVaultOptions } from './backup-vault-options';
import { DeletionGuard } from './deletion-guard';
import { accessStatements, allowCopyStatement, checkStatement, checkVaultOptions, exemptionsOf, onTheVault } from './vault-access';
import { vaultAttributes } from './vault-attributes';
import { bindNotifications } from './vault-notifications';
import { LONGEST_BACKUP_VAULT_NAME } from '../core/backup-vault-name';
import type { Problem } from '../core/problem';
import { checkRetention, checkRetentionLimits, SHORTEST_AIR_GAPPED_RETENTION_DAYS } from '../core/vault-lock';
import type { Retention, RetentionLimits } from '../core/vault-lock';
import { knownDays } from '../private/known-days';
import { throwProblems } from '../private/validation-error';

/** Properties of `EfsLogicallyAirGappedVault`. */
export interface EfsLogicallyAirGappedVaultProps extends BackupVaultOptions {
  /**
   * The shortest retention of its recovery points: backup and copy jobs with a shorter one fail. 7 to 36,500 whole days. Changing it
   * replaces the vault.
   *
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateLogicallyAirGappedBackupVault.html
   */
  readonly minRetention: Duration;

  /**
   * The longest retention of its recovery points: backup and copy jobs with a longer one fail. Up to 36,500 whole days, and not shorter
   * than `minRetention`. Nobody deletes a recovery point, or the vault that holds it, before its retention ends. Changing it replaces
   * the vault.
   *
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateLogicallyAirGappedBackupVault.html
   */
  readonly maxRetention: Duration;

  /**
   * A customer managed key, best one of an account that is there for recovery only. Its policy must let AWS Backup use it for the roles
   * that create the vault, copy into it and restore from it. Changing it replaces the vault.
   *
   * @default - a key that AWS owns, as AWS Backup recommends: nobody can delete it
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/logicallyairgappedvault.html#lag-encryption-key-types
   */
  readonly encryptionKey?: IKeyRef;

  /**
   * The team that approves, when the account of the vault is lost, that another account gets at the recovery points. A team that is set
   * cannot be changed later through CloudFormation.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/multipartyapproval.html
   */
  readonly approvalTeam?: IApprovalTeamRef;
}

/**
 * A logically air-gapped vault: its recovery points lie in an account of AWS Backup, locked in compliance mode from the first moment,
 * and can be shared with accounts that restore from them. It takes copies, and rules write into it directly.
 *
 * AWS does not offer it in the Regions of China and in AWS GovCloud (US).
 *
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/logicallyairgappedvault.html
 */
export class EfsLogicallyAirGappedVault extends Resource implements IBackupVaultRef, ILogicallyAirGappedBackupVaultRef {
  /** Name of the backup vault. */
  public readonly backupVaultName: string;

  /** ARN of the backup vault: what `TargetLogicallyAirGappedBackupVaultArn` of a backup rule takes. */
  public readonly backupVaultArn: string;

  /** The customer managed key; undefined if it is one that AWS owns. */
  public readonly encryptionKey?: IKeyRef;

  private readonly accessPolicy: iam.PolicyDocument;
  private readonly limits: RetentionLimits;
  private sources = 0;

  constructor(scope: Construct, id: string, props: EfsLogicallyAirGappedVaultProps) {
    super(scope, id);
    this.limits = { minRetentionDays: knownDays(props.minRetention), maxRetentionDays: knownDays(props.maxRetention) };
    throwProblems(this, [...checkVaultOptions(this, props), ...checkRetentionLimits('', this.limits, SHORTEST_AIR_GAPPED_RETENTION_DAYS)]);

    const vaultName = props.backupVaultName ?? Names.uniqueResourceName(this, { maxLength: LONGEST_BACKUP_VAULT_NAME, separator: '-' });
    this.encryptionKey = props.encryptionKey;
    this.accessPolicy = new iam.PolicyDocument({ statements: accessStatements(DeletionGuard.standard(), exemptionsOf(this, props), props) });
    const resource = new backup.CfnLogicallyAirGappedBackupVault(this, 'Resource', {
      backupVaultName: vaultName,
      minRetentionDays: props.minRetention.toDays(),
      maxRetentionDays: props.maxRetention.toDays(),
      encryptionKeyArn: props.encryptionKey?.keyRef.keyArn,
      accessPolicy: this.accessPolicy,
      notifications: bindNotifications(this, vaultName, props),
      mpaApprovalTeamArn: props.approvalTeam?.approvalTeamRef.approvalTeamArn,
    });
    resource.applyRemovalPolicy(props.removalPolicy ?? RemovalPolicy.RETAIN);
    const { backupVaultName, backupVaultArn } = vaultAttributes(this, vaultName, {
      backupVaultName: resource.ref, backupVaultArn: resource.attrBackupVaultArn,
    });
    this.backupVaultName = backupVaultName;
    this.backupVaultArn = backupVaultArn;
    (props.copySources ?? []).forEach((peers) => this.allowCopyFrom(peers));
  }

  /** The reference by which other constructs take this vault as a target of copies. */
  public get backupVaultRef(): BackupVaultReference {
    return { backupVaultName: this.backupVaultName, backupVaultArn: this.backupVaultArn };
  }

  /** The reference by which other constructs take this vault as an air-gapped one. */
  public get logicallyAirGappedBackupVaultRef(): LogicallyAirGappedBackupVaultReference {
    return { backupVaultName: this.backupVaultName };
  }

  /**
   * Lets other accounts copy recovery points into the vault. A customer managed key is shared by its owner.
   *
   * @param peers the accounts.
   */
  public allowCopyFrom(peers: BackupPeers): void {
    throwProblems(this, peers._check('peers'));
    this.sources += 1;
    this.accessPolicy.addStatements(allowCopyStatement(`AllowCopiesInto${this.sources}`, peers));
  }

  /**
   * Adds a statement to the access policy of the vault.
   *
   * @param statement actions of AWS Backup without wildcards; a statement without resources is about the vault.
   */
  public addToAccessPolicy(statement: iam.PolicyStatement): void {
    throwProblems(this, checkStatement(this, 'statement', statement));
    this.accessPolicy.addStatements(onTheVault(statement));
  }

  /**
   * What the vault, which is always locked, does not take.
   *
   * @internal
   */
  public _checkRetention(subject: string, retention: Retention): Problem[] {
    return checkRetention(subject, this.node.path, this.limits, retention);
  }
}
