import type { IBackupVaultRef } from 'aws-cdk-lib/aws-backup';
import type { IFileSystemRef } from 'aws-cdk-lib/aws-efs';
import type { IRoleRef } from 'aws-cdk-lib/aws-iam';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import { ArnFormat, Duration, Resource, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { CustomResourceKind } from '../core/custom-resource';
import type { FinalBackupProperties } from '../core/custom-resource';
import type { Problem } from '../core/problem';
import { CustomResourceProvider } from '../private/custom-resource-provider';
import { checkHome } from '../private/environment';
import { throwProblems } from '../private/validation-error';

/** What happens to the file system if its final backup takes longer than CloudFormation waits. */
export enum UnfinishedFinalBackup {
  /** The deletion fails and the file system stays. The backup goes on; the next attempt makes another one, which has less to do. */
  FAIL = 'FAIL',
  /**
   * The deletion goes on. What becomes of a backup whose file system is deleted is not documented: expect to have none but the
   * earlier recovery points.
   */
  GO_ON = 'GO_ON',
}

/** Options of a final backup. */
export interface FinalBackupOptions {
  /**
   * How long the recovery point is kept: whole days.
   *
   * @default - for ever, until somebody deletes it
   */
  readonly deleteAfter?: Duration;

  /**
   * What happens if the backup is not complete after 50 minutes. CloudFormation waits for an hour at most. A first backup into a vault is a full
   * one, at 2,000 files or 400 MB a second at best; backups after that are incremental, so let a plan use the same vault.
   *
   * @default UnfinishedFinalBackup.FAIL
   * @see https://docs.aws.amazon.com/efs/latest/ug/awsbackup.html
   */
  readonly unfinished?: UnfinishedFinalBackup;

  /**
   * The KMS key that encrypts the logs of the function behind this construct.
   *
   * @default - CloudWatch Logs encrypts them with a key of its own
   */
  readonly logEncryptionKey?: IKeyRef;
}

/** Properties of `FinalBackup`. */
export interface FinalBackupProps extends FinalBackupOptions {
  /** The file system: of the account and Region of the stack. */
  readonly fileSystem: IFileSystemRef;

  /** The vault that the recovery point goes to. It must outlive the stack: a vault that is deleted with it takes the recovery point along, or fails to be deleted. */
  readonly backupVault: IBackupVaultRef;

  /**
   * The role that AWS Backup assumes to back up the file system and, later, to let the recovery point expire, so keep it:
   * `EfsBackupPlan.role` is retained by default and has what it takes for the vaults of its plan.
   */
  readonly role: IRoleRef;
}

/** Lifecycle.DeleteAfterDays: 1 to 36,500 (AWS Backup API reference). */
const LONGEST_RETENTION_DAYS = 36_500;

/**
 * Backs up a file system before it is deleted: what `RemovalPolicy.SNAPSHOT` does for other resources, and not for Amazon EFS.
 *
 * It does nothing until it is deleted itself, which is before the file system is: with the stack, with the file system, or when the file
 * system is replaced. It then starts an on-demand backup and waits until it is complete. The recovery point stays. If there is
 * no file system any more, there is nothing to do. A file system with `RemovalPolicy.RETAIN` is backed up, too, although it stays.
 *
 * A stack whose very creation fails and is rolled back makes the backup as well, since CloudFormation does not say why it deletes.
 * To delete a stack without it, retain this resource (`aws cloudformation delete-stack --retain-resources` once a deletion has failed).
 */
export class FinalBackup extends Resource {
  constructor(scope: Construct, id: string, props: FinalBackupProps) {
    super(scope, id);
    throwProblems(this, [
      ...checkHome(this, 'fileSystem', props.fileSystem, 'use this construct in a stack of its account and Region'),
      ...checkRetention(props.deleteAfter),
    ]);
    const { fileSystemId, fileSystemArn } = props.fileSystem.fileSystemRef;
    const { backupVaultName, backupVaultArn } = props.backupVault.backupVaultRef;
    const { roleArn } = props.role.roleRef;
    const stack = Stack.of(this);

    const provider = CustomResourceProvider.of(this, {
      kind: CustomResourceKind.FINAL_BACKUP,
      description: 'Backs up Amazon EFS file systems before they are deleted',
      queryInterval: Duration.seconds(30),
      encryptionKey: props.logEncryptionKey,
    });
    provider.allow({ actions: ['elasticfilesystem:DescribeFileSystems'] }, fileSystemArn, stack.formatArn({ service: 'elasticfilesystem', resource: 'file-system', resourceName: '*' }));
    provider.allow({ actions: ['backup:StartBackupJob'] }, backupVaultArn,
      stack.formatArn({ service: 'backup', resource: 'backup-vault', resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME }));
    provider.allow({ actions: ['iam:PassRole'], conditions: { StringEquals: { 'iam:PassedToService': 'backup.amazonaws.com' } } }, roleArn,
      stack.formatArn({ service: 'iam', region: '', resource: 'role', resourceName: '*' }));
    provider.role.addUnscopedStatements('AWS Backup knows no resource-level permissions for backup jobs', 'backup:DescribeBackupJob');
    const properties: FinalBackupProperties = {
      FileSystemId: fileSystemId,
      FileSystemArn: fileSystemArn,
      BackupVaultName: backupVaultName,
      RoleArn: roleArn,
      DeleteAfterDays: props.deleteAfter && String(props.deleteAfter.toDays()),
      Unfinished: props.unfinished ?? UnfinishedFinalBackup.FAIL,
    };
    const resource = provider.resource(this, 'Resource', properties);
    // made after them, so deleted before them. The reference to the file system sees to that already; a role has policies besides, and
    // a vault may delete its recovery points
    resource.node.addDependency(props.backupVault, props.role);
  }
}

function checkRetention(deleteAfter: Duration | undefined): Problem[] {
  const days = deleteAfter === undefined || deleteAfter.isUnresolved() ? undefined : deleteAfter.toDays({ integral: false });
  if (days === undefined || (Number.isInteger(days) && days >= 1 && days <= LONGEST_RETENTION_DAYS)) {
    return [];
  }
  return [{ subject: 'deleteAfter', rule: `must be a whole number of days from 1 to ${LONGEST_RETENTION_DAYS}`, value: `${days} days`, remedy: 'use Duration.days(…), or leave it out to keep the recovery point for ever' }];
}
