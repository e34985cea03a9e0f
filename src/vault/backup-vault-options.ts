import type { IRoleRef, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ITopicRef } from 'aws-cdk-lib/aws-sns';
import type { RemovalPolicy } from 'aws-cdk-lib/core';
import type { BackupPeers } from './backup-peers';
import type { VaultEvent } from './vault-notifications';

/** What all vaults have in common. */
export interface BackupVaultOptions {
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
   * The break-glass roles: they may delete recovery points of the vault, shorten their lifecycle, change the access policy and delete
   * the vault, and delete or disable a key that was made for it. Everyone else is denied, administrators and the root user of the
   * account included; only `deploymentRole` may also change the access policy and delete an empty vault. Such a role still needs the
   * permissions themselves.
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
   * Accounts that may copy recovery points into the vault, beside its own. A key that was made for the vault is shared with them.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html
   */
  readonly copySources?: BackupPeers[];

  /**
   * Further statements of the access policy. AWS Backup takes only its own actions there, without wildcards, and grants other accounts
   * nothing but `backup:CopyIntoBackupVault`.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html
   */
  readonly accessPolicyStatements?: PolicyStatement[];

  /**
   * The standard topic that the vault reports to, in its account and Region. AWS Backup is allowed to publish there, for this vault
   * only, and to use the key of a topic that has one. The key that AWS manages for Amazon SNS, `alias/aws/sns`, cannot be shared with
   * AWS Backup: an encrypted topic needs a customer managed key.
   *
   * @default - the vault reports nothing
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-notifications.html
   */
  readonly notificationTopic?: ITopicRef;

  /**
   * What the vault reports.
   *
   * @default - the end of every backup, copy and restore job, and changes of recovery points
   */
  readonly notificationEvents?: VaultEvent[];

  /**
   * What happens to the vault, and to a key that was made for it, when they leave the stack. AWS Backup deletes no vault that holds
   * recovery points, so `DESTROY` works for an empty vault only.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}
