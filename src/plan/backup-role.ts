import type { IBackupVaultRef, ILogicallyAirGappedBackupVaultRef } from 'aws-cdk-lib/aws-backup';
import * as iam from 'aws-cdk-lib/aws-iam';
import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import type { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { airGappedVaultArn } from './air-gapped-vault-arn';
import type { BoundDestination } from './copy-destination';
import { ServiceRole } from '../private/service-role';
import { EfsBackupVault } from '../vault/efs-backup-vault';
import { EfsLogicallyAirGappedVault } from '../vault/efs-logically-air-gapped-vault';
import { useOfVaultKey } from '../vault/vault-key-use';

export interface BackupRoleProps {
  readonly removalPolicy: RemovalPolicy;
}

/**
 * The role that AWS Backup assumes to back up file systems: what `AWSBackupServiceRolePolicyForBackup` holds for Amazon EFS
 * (EFSPermissions, GetResourcesPermissions, BackupVaultPermissions), narrowed to this account and Region and to the vaults in use.
 *
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/security-iam-awsmanpol.html
 */
export class BackupRole extends Construct {
  public readonly role: iam.IRole;
  private readonly serviceRole: ServiceRole;
  private copies = false;

  constructor(scope: Construct, id: string, props: BackupRoleProps) {
    super(scope, id);
    this.serviceRole = new ServiceRole(this, 'ServiceRole', {
      assumedBy: new iam.ServicePrincipal('backup.amazonaws.com'),
      description: 'Lets AWS Backup back up Amazon EFS file systems and let their recovery points expire',
      removalPolicy: props.removalPolicy,
    });
    this.role = this.serviceRole.role;

    const stack = Stack.of(this);
    this.serviceRole.addWildcardStatements(
      'AWS Backup finds the file systems by tag, so they are not known at synth; limited to this account and Region',
      new iam.PolicyStatement({
        actions: ['elasticfilesystem:Backup', 'elasticfilesystem:DescribeTags'],
        resources: [stack.formatArn({ service: 'elasticfilesystem', resource: 'file-system', resourceName: '*' })],
      }),
    );
    this.serviceRole.addWildcardStatements(
      'recovery points get their ARN when they are made, in another Region if they are copied there; limited to this account',
      new iam.PolicyStatement({
        actions: ['backup:TagResource'],
        resources: [stack.formatArn({ service: 'backup', region: '*', resource: 'recovery-point', resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME })],
      }),
    );
    this.serviceRole.addUnscopedStatements('tag:GetResources knows no resource-level permissions', 'tag:GetResources');
  }

  /** Lets AWS Backup write recovery points to a vault. Naming one twice changes nothing: a policy document drops equal statements. */
  public allowVault(vault: IBackupVaultRef): void {
    this.allowVaultArn(vault.backupVaultRef.backupVaultArn);
    this.allowKeyOf(vault);
  }

  /** Lets AWS Backup write recovery points to a logically air-gapped vault. */
  public allowAirGappedVault(vault: ILogicallyAirGappedBackupVaultRef): void {
    this.allowVaultArn(airGappedVaultArn(this, vault));
    this.allowKeyOf(vault);
  }

  /** Lets AWS Backup copy recovery points to another vault. */
  public allowCopies({ arn, vault }: BoundDestination): void {
    this.allowVaultArn(arn);
    this.allowKeyOf(vault);
    if (!this.copies) {
      this.copies = true;
      this.serviceRole.addUnscopedStatements(
        "backup:CopyFromBackupVault is granted as in AWS's own policy AWSBackupServiceRolePolicyForBackup; the vaults copied into are named",
        'backup:CopyFromBackupVault',
      );
    }
  }

  private allowVaultArn(backupVaultArn: string): void {
    this.serviceRole.addStatements(new iam.PolicyStatement({
      actions: ['backup:DescribeBackupVault', 'backup:CopyIntoBackupVault'],
      resources: [backupVaultArn],
    }));
  }

  /** The key of a vault, for keys whose policy leaves it to IAM who may use them. */
  private allowKeyOf(vault: IBackupVaultRef | ILogicallyAirGappedBackupVaultRef | undefined): void {
    if (!(vault instanceof EfsBackupVault || vault instanceof EfsLogicallyAirGappedVault)) {
      return; // of others the key is not known
    }
    const { statements, wildcardReason } = useOfVaultKey(vault, this);
    if (wildcardReason === undefined) {
      this.serviceRole.addStatements(...statements);
    } else {
      this.serviceRole.addWildcardStatements(wildcardReason, ...statements);
    }
  }
}
