import * as iam from 'aws-cdk-lib/aws-iam';
import type { IRoleRef } from 'aws-cdk-lib/aws-iam';
import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { EfsBackupVault } from './efs-backup-vault';
import { useOfVaultKey } from './vault-key-use';
import { throwProblems } from '../private/validation-error';

/** What others may do with a vault. The access policy of the vault denies its deletions all the same. */
export class EfsBackupVaultGrants {
  /**
   * The grants of a vault.
   *
   * @param vault the vault.
   */
  public static fromEfsBackupVault(vault: EfsBackupVault): EfsBackupVaultGrants {
    return new EfsBackupVaultGrants(vault);
  }

  private constructor(private readonly vault: EfsBackupVault) {}

  /**
   * Grants looking at the vault and its recovery points: which there are, what they are of, how they would be restored. The ARN of a
   * recovery point does not tell its vault, so its details are granted for every recovery point of the account and Region.
   *
   * @param grantee who looks.
   */
  public read(grantee: iam.IGrantable): iam.Grant {
    return this.onVault(grantee, 'backup:DescribeBackupVault', 'backup:ListRecoveryPointsByBackupVault')
      .combine(this.grant(grantee, [this.vault.backupVaultArn, this.recoveryPoints()], 'backup:DescribeRecoveryPoint', 'backup:GetRecoveryPointRestoreMetadata', 'backup:ListTags'));
  }

  /**
   * Grants starting backup jobs into the vault, with one role, and following them.
   *
   * @param grantee who starts them.
   * @param role the role that AWS Backup assumes for them, such as `EfsBackupPlan.role`; the grantee may pass it to AWS Backup only.
   */
  public startBackupJobs(grantee: iam.IGrantable, role: IRoleRef): iam.Grant {
    return this.onVault(grantee, 'backup:StartBackupJob')
      .combine(this.grant(grantee, ['*'], 'backup:DescribeBackupJob')) // backup jobs have no resource-level permissions
      .combine(iam.Grant.addToPrincipal({
        grantee,
        actions: ['iam:PassRole'],
        resourceArns: [role.roleRef.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'backup.amazonaws.com' } },
      }));
  }

  /**
   * Grants copying recovery points into the vault: for a role that AWS Backup assumes for copy jobs. It may use the key of the vault
   * through AWS Backup. Roles of other accounts also need `allowCopyFrom`.
   *
   * @param grantee the role.
   */
  public copyInto(grantee: iam.IGrantable): iam.Grant {
    const granted = this.onVault(grantee, 'backup:DescribeBackupVault', 'backup:CopyIntoBackupVault');
    const { statements } = useOfVaultKey(this.vault, Construct.isConstruct(grantee) ? grantee : this.vault);
    return statements.reduce((all, { actions, resources, conditions }) =>
      all.combine(iam.Grant.addToPrincipal({ grantee, actions, resourceArns: resources, conditions })), granted);
  }

  /**
   * Grants deleting recovery points and changing their lifecycle, which fails for every role that the vault does not exempt. The ARN
   * of a recovery point does not tell its vault, so this holds for every recovery point of the account and Region that no vault denies.
   *
   * @param role one of `deletionExemptRoles` of the vault.
   */
  public deleteRecoveryPoints(role: iam.IRole): iam.Grant {
    if (!this.vault._isExempt(role.roleArn)) {
      throwProblems(this.vault, [{
        subject: 'role',
        rule: "must be one of 'deletionExemptRoles': the access policy of the vault denies deletion to all others",
        value: role.node.path,
        remedy: "add it to 'deletionExemptRoles' where the vault is made, or do not let it delete",
      }]);
    }
    return this.grant(role, [this.recoveryPoints()], 'backup:DeleteRecoveryPoint', 'backup:UpdateRecoveryPointLifecycle');
  }

  private onVault(grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
    return this.grant(grantee, [this.vault.backupVaultArn], ...actions);
  }

  private grant(grantee: iam.IGrantable, resourceArns: string[], ...actions: string[]): iam.Grant {
    return iam.Grant.addToPrincipal({ grantee, actions, resourceArns });
  }

  private recoveryPoints(): string {
    return Stack.of(this.vault).formatArn({ service: 'backup', resource: 'recovery-point', resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  }
}
