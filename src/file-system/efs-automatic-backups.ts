import type { IFileSystemRef } from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import { Duration, RemovalPolicy, Resource, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { CustomResourceKind } from '../core/custom-resource';
import type { AutomaticBackupsProperties } from '../core/custom-resource';
import { CustomResourceProvider } from '../private/custom-resource-provider';
import { checkHome } from '../private/environment';
import { throwProblems } from '../private/validation-error';

/** Whether Amazon EFS backs up a file system by itself. */
export enum AutomaticBackupsStatus {
  /** Daily, into the vault `aws/efs/automatic-backup-vault`, kept for 35 days. */
  ENABLED = 'ENABLED',
  /** Not at all; recovery points that exist stay until their time is over. */
  DISABLED = 'DISABLED',
}

/** Properties of `EfsAutomaticBackups`. */
export interface EfsAutomaticBackupsProps {
  /** The file system: a construct, or an imported one, of the account and Region of the stack. Another one is a replacement: the former gets its former status back. */
  readonly fileSystem: IFileSystemRef;

  /**
   * Whether Amazon EFS backs up the file system by itself.
   *
   * @default AutomaticBackupsStatus.ENABLED
   */
  readonly status?: AutomaticBackupsStatus;

  /**
   * What happens when this construct leaves the stack: with `DESTROY` the file system gets back the status that it had before this
   * construct was deployed, with `RETAIN` it keeps the one that it has. Choose `RETAIN` before you move or rename this construct:
   * the new one is made before the old one is removed, which would put back what was there before both.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * The KMS key that encrypts the logs of the function behind this construct.
   *
   * @default - CloudWatch Logs encrypts them with a key of its own
   */
  readonly logEncryptionKey?: IKeyRef;
}

/**
 * Turns the automatic backups of a file system on or off that exists already, outside of CloudFormation or in another stack. For a
 * file system of the same stack use `BackedUpFileSystem`, or the property `BackupPolicy` of `AWS::EFS::FileSystem`: two places
 * that set one status would overwrite each other.
 *
 * It is deployed once the status is reached, not while it is on its way. All of a stack share one function.
 *
 * @see https://docs.aws.amazon.com/efs/latest/ug/automatic-backups.html
 */
export class EfsAutomaticBackups extends Resource {
  constructor(scope: Construct, id: string, props: EfsAutomaticBackupsProps) {
    super(scope, id);
    throwProblems(this, checkHome(this, 'fileSystem', props.fileSystem, 'use this construct in a stack of its account and Region'));
    const { fileSystemId, fileSystemArn } = props.fileSystem.fileSystemRef;
    const { partition, account } = Stack.of(this);

    const provider = CustomResourceProvider.of(this, {
      kind: CustomResourceKind.AUTOMATIC_BACKUPS,
      description: 'Turns automatic backups of Amazon EFS file systems on or off while a stack is deployed',
      queryInterval: Duration.seconds(10),
      encryptionKey: props.logEncryptionKey,
    });
    provider.allow({ actions: ['elasticfilesystem:DescribeBackupPolicy', 'elasticfilesystem:PutBackupPolicy'] }, fileSystemArn,
      Stack.of(this).formatArn({ service: 'elasticfilesystem', resource: 'file-system', resourceName: '*' }));
    // Amazon EFS makes the vault and the plan with its service-linked role, and the role with the permissions of the caller
    provider.role.addStatements(new iam.PolicyStatement({
      actions: ['iam:CreateServiceLinkedRole'],
      resources: [`arn:${partition}:iam::${account}:role/aws-service-role/elasticfilesystem.amazonaws.com/AWSServiceRoleForAmazonElasticFileSystem`],
      conditions: { StringEquals: { 'iam:AWSServiceName': 'elasticfilesystem.amazonaws.com' } },
    }));
    const properties: AutomaticBackupsProperties = { FileSystemId: fileSystemId, Status: props.status ?? AutomaticBackupsStatus.ENABLED };
    provider.resource(this, 'Resource', properties, props.removalPolicy ?? RemovalPolicy.DESTROY);
  }
}
