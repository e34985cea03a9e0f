import type { BackupVaultReference, IBackupVaultRef } from 'aws-cdk-lib/aws-backup';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IRoleRef } from 'aws-cdk-lib/aws-iam';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import { ArnFormat, Duration, Resource, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { AUTOMATIC_BACKUP_VAULT, CustomResourceKind } from '../core/custom-resource';
import type { AutomaticBackupVaultAccessProperties } from '../core/custom-resource';
import type { Problem } from '../core/problem';
import { CustomResourceProvider } from '../private/custom-resource-provider';
import { throwProblems } from '../private/validation-error';

/** Properties of `AutomaticBackupVaultAccess`. */
export interface AutomaticBackupVaultAccessProps {
  /**
   * The only roles that may restore and copy from the vault; everyone else stays denied. Such a role still needs the permissions
   * themselves. For an `EfsRestoreWorkflow` it is the role of its state machine.
   *
   * @default - everyone who has the permissions
   */
  readonly roles?: IRoleRef[];

  /**
   * The KMS key that encrypts the logs of the function behind this construct.
   *
   * @default - CloudWatch Logs encrypts them with a key of its own
   */
  readonly logEncryptionKey?: IKeyRef;
}

/** A role ARN has up to 2,048 characters, and a vault access policy has a limit that is not documented: enough for every use that we know. */
const MOST_ROLES = 10;

/**
 * Opens `aws/efs/automatic-backup-vault`, the vault of the automatic backups of Amazon EFS, for restores and copies. Its access policy
 * comes with a denial of `backup:StartRestoreJob` and `backup:StartCopyJob` for everyone; this takes the two out of the denial, or
 * limits them to everyone but some roles, and leaves the other denials (deletion of recovery points and of the vault, changes of lifecycles) as they are.
 * It allows nothing: AWS Backup refuses an `Allow` for everyone. When it is removed, the former policy is put back, whatever was
 * changed in the meantime.
 *
 * Use it once per account and Region: of two, the first one that is removed closes the vault. Amazon EFS makes the vault with the first file
 * system whose automatic backups are on; without it the deployment fails after two minutes with the reason.
 *
 * It is a reference to the vault itself: pass it wherever an `IBackupVaultRef` is taken, such as `EfsRestoreWorkflow`. The vault takes neither
 * recovery points of other plans nor copies.
 *
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-efs.html
 */
export class AutomaticBackupVaultAccess extends Resource implements IBackupVaultRef {
  /** Name of the vault of the automatic backups. `backup.BackupVault.fromBackupVaultName` takes it, to refer to the vault without opening it. */
  public static readonly BACKUP_VAULT_NAME = AUTOMATIC_BACKUP_VAULT;

  /** Name of the vault: `aws/efs/automatic-backup-vault`. */
  public readonly backupVaultName: string = AUTOMATIC_BACKUP_VAULT;

  /** ARN of the vault. */
  public readonly backupVaultArn: string;

  constructor(scope: Construct, id: string, props: AutomaticBackupVaultAccessProps = {}) {
    super(scope, id);
    const roles = props.roles ?? [];
    throwProblems(this, checkRoles(props.roles));
    this.backupVaultArn = Stack.of(this).formatArn({
      service: 'backup', resource: 'backup-vault', resourceName: AUTOMATIC_BACKUP_VAULT, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const provider = CustomResourceProvider.of(this, {
      kind: CustomResourceKind.AUTOMATIC_BACKUP_VAULT_ACCESS,
      description: 'Opens and closes the vault of the automatic backups of Amazon EFS while a stack is deployed',
      queryInterval: Duration.seconds(10),
      encryptionKey: props.logEncryptionKey,
    });
    provider.role.addStatements(new iam.PolicyStatement({
      actions: ['backup:DescribeBackupVault', 'backup:GetBackupVaultAccessPolicy', 'backup:PutBackupVaultAccessPolicy'],
      resources: [this.backupVaultArn],
    }));
    const properties: AutomaticBackupVaultAccessProperties = { RoleArns: roles.map((role) => role.roleRef.roleArn) };
    provider.resource(this, 'Resource', properties);
  }

  /** The reference by which other constructs take the vault. */
  public get backupVaultRef(): BackupVaultReference {
    return { backupVaultName: this.backupVaultName, backupVaultArn: this.backupVaultArn };
  }
}

function checkRoles(roles: IRoleRef[] | undefined): Problem[] {
  if (roles === undefined || (roles.length >= 1 && roles.length <= MOST_ROLES)) {
    return [];
  }
  return [{ subject: 'roles', rule: `must hold 1 to ${MOST_ROLES} roles`, value: roles.length, remedy: "name the roles that may restore, or leave out 'roles' to let everyone who has the permissions" }];
}
