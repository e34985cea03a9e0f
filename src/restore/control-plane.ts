import type { IBackupVaultRef } from 'aws-cdk-lib/aws-backup';
import type { IFileSystemRef } from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { ArnFormat, Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { EnvironmentVariable } from '../core/contract';
import type { ClientMount } from '../core/item-path';
import type { RestoreRequest } from '../core/restore-request';
import { BundledFunction } from '../private/bundled-function';

/** Why statements about recovery points end in a wildcard. */
export const ANY_RECOVERY_POINT = 'recovery points come and go with every backup, and their ARNs do not tell their vault';

/** The ARNs of the recovery points of EFS in a stack's account and Region. */
export function recoveryPointArns(stack: Stack): string {
  return stack.formatArn({ service: 'backup', resource: 'recovery-point', resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME });
}

export interface ControlPlaneProps {
  readonly fileSystem: IFileSystemRef;
  /** The vault of the workflow first. */
  readonly backupVaults: IBackupVaultRef[];
  readonly clientMounts: ClientMount[];
  readonly requestDefaults: RestoreRequest;
  readonly runtime: lambda.Runtime;
  readonly logRetention: RetentionDays;
  readonly encryptionKey?: IKeyRef;
}

/** The function that asks AWS what the state machine must know: outside the VPC, without the file system. */
export class ControlPlane extends Construct {
  public readonly function: lambda.Function;

  constructor(scope: Construct, id: string, props: ControlPlaneProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const { fileSystemId, fileSystemArn } = props.fileSystem.fileSystemRef;
    const [backupVaultName, ...moreBackupVaultNames] = props.backupVaults.map((vault) => vault.backupVaultRef.backupVaultName);
    const backupVaultArns = props.backupVaults.map((vault) => vault.backupVaultRef.backupVaultArn);

    const bundled = new BundledFunction(this, 'Function', {
      bundle: 'control-plane.lambda',
      description: 'Checks restore requests, chooses recovery points and reads what must be known before a deletion',
      environment: {
        [EnvironmentVariable.FILE_SYSTEM_ID]: fileSystemId,
        [EnvironmentVariable.FILE_SYSTEM_ARN]: fileSystemArn,
        [EnvironmentVariable.BACKUP_VAULT_NAME]: backupVaultName,
        [EnvironmentVariable.MORE_BACKUP_VAULT_NAMES]: stack.toJsonString(moreBackupVaultNames),
        [EnvironmentVariable.CLIENT_MOUNTS]: stack.toJsonString(props.clientMounts),
        [EnvironmentVariable.REQUEST_DEFAULTS]: stack.toJsonString(props.requestDefaults),
      },
      timeout: Duration.minutes(5), // a file system has up to 10,000 access points, read in pages
      memorySize: 512,
      runtime: props.runtime,
      logRetention: props.logRetention,
      encryptionKey: props.encryptionKey,
      acknowledgements: {
        LambdaInsideVPC: 'it only calls the APIs of AWS Backup and EFS; in a VPC it would need NAT or interface endpoints for that',
      },
    });
    bundled.role.addStatements(
      new iam.PolicyStatement({ actions: ['elasticfilesystem:DescribeFileSystems', 'elasticfilesystem:DescribeAccessPoints'], resources: [fileSystemArn] }),
      new iam.PolicyStatement({
        actions: ['backup:ListRecoveryPointsByBackupVault', 'backup:DescribeRecoveryPoint', 'backup:GetRecoveryPointRestoreMetadata', 'backup:GetBackupVaultAccessPolicy'],
        resources: backupVaultArns,
      }),
    );
    bundled.role.addWildcardStatements(ANY_RECOVERY_POINT, new iam.PolicyStatement({
      actions: ['backup:DescribeRecoveryPoint', 'backup:GetRecoveryPointRestoreMetadata'],
      resources: [recoveryPointArns(stack)],
    }));
    bundled.role.addUnscopedStatements('AWS Backup knows no resource-level permissions for restore jobs',
      'backup:DescribeRestoreJob', 'backup:GetRestoreJobMetadata', 'backup:ListRestoreJobs', 'backup:ListRestoreJobsByProtectedResource');
    this.function = bundled.function;
  }
}
