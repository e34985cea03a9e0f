import type { IFileSystemRef } from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';

/** What others may do with the backups of a file system, whichever construct made it. */
export class EfsFileSystemBackupGrants {
  /**
   * The grants of a file system.
   *
   * @param fileSystem a construct of this library, of aws-cdk-lib, or an imported file system.
   */
  public static fromFileSystem(fileSystem: IFileSystemRef): EfsFileSystemBackupGrants {
    return new EfsFileSystemBackupGrants(fileSystem);
  }

  private constructor(private readonly fileSystem: IFileSystemRef) {}

  /**
   * Grants what AWS Backup needs to read the file system into a recovery point; the role of a plan of this library has it. The vault
   * takes permissions of its own.
   *
   * @param grantee a role that AWS Backup assumes.
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/security-iam-awsmanpol.html
   */
  public backup(grantee: iam.IGrantable): iam.Grant {
    return this.onFileSystem(grantee, 'elasticfilesystem:Backup', 'elasticfilesystem:DescribeTags');
  }

  /**
   * Grants what AWS Backup needs to restore into the file system; the role of a restore workflow of this library has it.
   *
   * @param grantee a role that AWS Backup assumes.
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/security-iam-awsmanpol.html
   */
  public restore(grantee: iam.IGrantable): iam.Grant {
    return this.onFileSystem(grantee, 'elasticfilesystem:Restore', 'elasticfilesystem:DescribeFileSystems');
  }

  /**
   * Grants looking at how the file system is backed up: its automatic backups and tags, its recovery points and backup jobs. AWS
   * Backup knows no resource-level permissions for the latter, so whoever may see those of this file system may see all of the account.
   *
   * @param grantee who looks.
   * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbackup.html
   */
  public readBackupState(grantee: iam.IGrantable): iam.Grant {
    return this.onFileSystem(
      grantee, 'elasticfilesystem:DescribeBackupPolicy', 'elasticfilesystem:DescribeFileSystems', 'elasticfilesystem:ListTagsForResource',
    ).combine(iam.Grant.addToPrincipal({
      grantee,
      actions: ['backup:DescribeBackupJob', 'backup:DescribeProtectedResource', 'backup:ListBackupJobs', 'backup:ListRecoveryPointsByResource'],
      resourceArns: ['*'],
    }));
  }

  private onFileSystem(grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
    return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [this.fileSystem.fileSystemRef.fileSystemArn] });
  }
}
