import type { BackupVault } from 'aws-cdk-lib/aws-backup';
import * as iam from 'aws-cdk-lib/aws-iam';
import { ArnFormat, Duration, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { AUTO_DELETE_TAG, CustomResourceKind } from '../core/custom-resource';
import type { RecoveryPointsProperties } from '../core/custom-resource';
import type { Problem } from '../core/problem';
import { CustomResourceProvider } from '../private/custom-resource-provider';

/** What is known of a vault whose recovery points may be deleted with it. */
export interface RecoveryPointDeletionFacts {
  readonly autoDeleteRecoveryPoints?: boolean;
  readonly removalPolicy?: RemovalPolicy;
  /** Whether the vault has a Vault Lock. */
  readonly locked?: boolean;
}

/** Everything that speaks against the deletion of the recovery points with their vault. */
export function checkRecoveryPointDeletion({ autoDeleteRecoveryPoints, removalPolicy, locked }: RecoveryPointDeletionFacts): Problem[] {
  if (!autoDeleteRecoveryPoints) {
    return [];
  }
  const subject = 'autoDeleteRecoveryPoints';
  const problems: Problem[] = [];
  if (removalPolicy !== RemovalPolicy.DESTROY) {
    problems.push({
      subject,
      rule: "must not be set without 'removalPolicy' RemovalPolicy.DESTROY: a vault that stays keeps its recovery points",
      value: removalPolicy ?? 'no removalPolicy',
      remedy: "set 'removalPolicy' to RemovalPolicy.DESTROY for an environment that is thrown away, or leave out 'autoDeleteRecoveryPoints'",
    });
  }
  if (locked) {
    problems.push({
      subject,
      rule: 'must not be set for a locked vault: AWS Backup Vault Lock refuses every deletion',
      remedy: "leave out 'autoDeleteRecoveryPoints', or the lock",
    });
  }
  return problems;
}

export interface RecoveryPointDeletionProps {
  /** The name that the vault is given; no reference to the vault, whose access policy names the role of the function. */
  readonly backupVaultName: string;
}

/**
 * Empties a vault before it is deleted. In two steps, since the access policy of the vault names the role, and the resource is made
 * after the vault: `role` first, `attachTo` once there is a vault.
 */
export class RecoveryPointDeletion extends Construct {
  /** The role that deletes; the deletion guard of the vault must let it through. */
  public readonly role: iam.IRole;
  private readonly provider: CustomResourceProvider;

  constructor(scope: Construct, id: string, props: RecoveryPointDeletionProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const { partition, account } = stack;
    this.provider = CustomResourceProvider.of(this, {
      kind: CustomResourceKind.RECOVERY_POINTS,
      description: 'Deletes the recovery points of backup vaults that are deleted with their stack',
      queryInterval: Duration.seconds(30),
    });
    this.role = this.provider.role.role;
    const arnOf = (resource: string, resourceName: string) => stack.formatArn({ service: 'backup', resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
    this.provider.allow({ actions: ['backup:DescribeBackupVault', 'backup:ListRecoveryPointsByBackupVault', 'backup:ListTags'] },
      arnOf('backup-vault', props.backupVaultName), arnOf('backup-vault', '*'));
    this.provider.role.addWildcardStatements(
      'recovery points come and go with every backup, and their ARNs do not tell their vault; the function touches only vaults that are tagged for it',
      new iam.PolicyStatement({ actions: ['backup:DeleteRecoveryPoint'], resources: [arnOf('recovery-point', '*')] }),
    );
    // without it, recovery points are not deleted but EXPIRED ("Deleting backups", troubleshooting, AWS Backup Developer Guide)
    this.provider.role.addStatements(new iam.PolicyStatement({
      actions: ['iam:CreateServiceLinkedRole'],
      resources: [`arn:${partition}:iam::${account}:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup`],
      conditions: { StringEquals: { 'iam:AWSServiceName': 'backup.amazonaws.com' } },
    }));
  }

  /** Lets the vault be emptied before it is deleted, and says so on the vault itself. */
  public attachTo(vault: BackupVault): void {
    Tags.of(vault).add(AUTO_DELETE_TAG, 'true', { includeResourceTypes: ['AWS::Backup::BackupVault'] });
    const properties: RecoveryPointsProperties = { BackupVaultName: vault.backupVaultName };
    this.provider.resource(this, 'Resource', properties);
  }
}
