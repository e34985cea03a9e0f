import * as backup from 'aws-cdk-lib/aws-backup';
import type { BackupVaultReference, IBackupVaultRef } from 'aws-cdk-lib/aws-backup';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IRoleRef } from 'aws-cdk-lib/aws-iam';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import { Aws, Names, RemovalPolicy, Resource, Stack, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { deletionGuard } from './deletion-guard';
import { checkRecoveryPointDeletion, RecoveryPointDeletion } from './recovery-point-deletion';
import type { Problem } from '../core/problem';
import { throwProblems } from '../private/validation-error';

/** Properties of `EfsBackupVault`. */
export interface EfsBackupVaultProps {
  /**
   * Name of the backup vault: 2 to 50 letters, digits, hyphens and underscores, unique in its account and Region.
   * Changing it replaces the vault.
   *
   * A vault that was retained keeps its name: to deploy the same stack again after it was destroyed, choose another name or
   * import the vault into the stack.
   *
   * @default - a name made of the stack name and the path of the construct
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupVault.html
   */
  readonly backupVaultName?: string;

  /**
   * The KMS key that encrypts the recovery points in the vault. Recovery points of Amazon EFS are encrypted with the key of
   * their vault, whatever key the file system has. Changing it replaces the vault.
   *
   * @default - the key that AWS manages for AWS Backup, `aws/backup`
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html
   */
  readonly encryptionKey?: IKeyRef;

  /**
   * Roles that may delete recovery points of the vault, shorten their lifecycle, change the access policy and delete the vault.
   * Everyone else is denied, administrators and the root user of the account included; only `deploymentRole` may also change the
   * access policy and delete an empty vault. Such a role still needs the permissions
   * themselves.
   *
   * @default - no role is exempt
   */
  readonly deletionExemptRoles?: IRoleRef[];

  /**
   * The role that CloudFormation deploys this stack with. It may change the access policy of the vault and delete an empty vault,
   * but no recovery point. Set it if the stack is not deployed with the role that its synthesizer names, for example with the
   * credentials of the caller, with a service role of your own or through a stack set: otherwise no later deployment can
   * change the vault.
   *
   * @default - the role that the synthesizer of the stack names, usually `cdk-<qualifier>-cfn-exec-role-<account>-<region>`
   * @see https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html
   */
  readonly deploymentRole?: IRoleRef;

  /**
   * What happens to the vault when it leaves the stack. AWS Backup deletes no vault that holds recovery points, so `DESTROY`
   * works for an empty vault only.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

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

/** `BackupVaultName` (CreateBackupVault, AWS Backup API reference). */
const BACKUP_VAULT_NAME = /^[a-zA-Z0-9\-_]{2,50}$/;

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

  constructor(scope: Construct, id: string, props: EfsBackupVaultProps = {}) {
    super(scope, id);
    const deploymentRoleArn = props.deploymentRole?.roleRef.roleArn ?? this.synthesizerRoleArn();
    throwProblems(this, [...checkName(props.backupVaultName), ...checkDeploymentRole(deploymentRoleArn), ...checkRecoveryPointDeletion(props)]);

    // the L2's own name leaves out the stack name, so two copies of one app in an account would collide
    const backupVaultName = props.backupVaultName ?? Names.uniqueResourceName(this, { maxLength: 50, separator: '-' });
    const deletion = props.autoDeleteRecoveryPoints ? new RecoveryPointDeletion(this, 'RecoveryPointDeletion', { backupVaultName }) : undefined;
    this.backupVault = new backup.BackupVault(this, 'BackupVault', {
      backupVaultName,
      encryptionKey: props.encryptionKey,
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
      accessPolicy: new iam.PolicyDocument({
        statements: deletionGuard({
          exemptRoleArns: (props.deletionExemptRoles ?? []).map((role) => role.roleRef.roleArn),
          deploymentRoleArn: deploymentRoleArn!,
          emptyingRoleArn: deletion?.role.roleArn,
        }),
      }),
    });
    deletion?.attachTo(this.backupVault);
    this.backupVaultName = this.backupVault.backupVaultName;
    this.backupVaultArn = this.backupVault.backupVaultArn;
    this.encryptionKey = props.encryptionKey;
  }

  /** The reference by which other constructs take this vault. */
  public get backupVaultRef(): BackupVaultReference {
    return this.backupVault.backupVaultRef;
  }

  /** The role that CloudFormation runs the change set of this stack with, as far as the synthesizer knows it. */
  private synthesizerRoleArn(): string | undefined {
    let stack = Stack.of(this);
    while (stack.nestedStackParent !== undefined) {
      stack = stack.nestedStackParent; // a nested stack is deployed by its parent
    }
    // the placeholders are the cloud assembly's, which only the CDK command line replaces
    return stack.synthesizer.cloudFormationExecutionRole
      ?.replaceAll('${AWS::Partition}', Aws.PARTITION)
      .replaceAll('${AWS::AccountId}', stack.account)
      .replaceAll('${AWS::Region}', stack.region);
  }
}

function checkName(name: string | undefined): Problem[] {
  if (name === undefined || Token.isUnresolved(name) || BACKUP_VAULT_NAME.test(name)) {
    return [];
  }
  return [{
    subject: 'backupVaultName',
    rule: 'must be 2 to 50 letters, digits, hyphens or underscores',
    value: name,
    remedy: 'choose another name, or leave it out',
  }];
}

function checkDeploymentRole(roleArn: string | undefined): Problem[] {
  if (roleArn !== undefined) {
    return [];
  }
  return [{
    subject: 'deploymentRole',
    rule: 'must be set, because the synthesizer of this stack names no role that CloudFormation deploys with',
    remedy: 'pass the role that you deploy this stack with; without it, no later deployment could change the vault',
  }];
}
