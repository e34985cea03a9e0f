import type { IBackupVaultRef } from 'aws-cdk-lib/aws-backup';
import type { IFileSystemRef } from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IRoleRef } from 'aws-cdk-lib/aws-iam';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import type { RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { WorkflowHook } from '../hook/workflow-hook';
import { ServiceRole } from '../private/service-role';
import { allowLogsAndTraces } from '../private/state-machine-permissions';

const BACKUP = 'backup.amazonaws.com';

export interface BackupRoleOptions {
  readonly fileSystem: IFileSystemRef;
  readonly backupVault: IBackupVaultRef;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * The role that AWS Backup assumes: it may read this file system into this vault. AWS Backup needs it later, too, to let the recovery
 * points expire ("IAM service roles", AWS Backup Developer Guide).
 */
export function backupRole(scope: Construct, { fileSystem, backupVault, removalPolicy }: BackupRoleOptions): iam.IRole {
  const role = new ServiceRole(scope, 'BackupRole', {
    assumedBy: new iam.ServicePrincipal(BACKUP), description: 'AWS Backup backs up the file system on demand with this role', removalPolicy,
  });
  role.addStatements(
    new iam.PolicyStatement({ actions: ['elasticfilesystem:Backup', 'elasticfilesystem:DescribeTags'], resources: [fileSystem.fileSystemRef.fileSystemArn] }),
    new iam.PolicyStatement({ actions: ['backup:CopyIntoBackupVault', 'backup:DescribeBackupVault'], resources: [backupVault.backupVaultRef.backupVaultArn] }),
  );
  role.addWildcardStatements('a recovery point gets its ARN when it is made; limited to this account and Region', new iam.PolicyStatement({
    actions: ['backup:TagResource'],
    resources: [Stack.of(scope).formatArn({ service: 'backup', resource: 'recovery-point', resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME })],
  }));
  const { encryptionKey } = backupVault as Partial<{ readonly encryptionKey: IKeyRef }>; // of an EfsBackupVault
  if (encryptionKey !== undefined) {
    const resources = [encryptionKey.keyRef.keyArn];
    role.addStatements(
      new iam.PolicyStatement({ actions: ['kms:DescribeKey'], resources }),
      // the domain of the service differs between partitions
      new iam.PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources, conditions: { StringLike: { 'kms:ViaService': 'backup.*' } } }),
      new iam.PolicyStatement({ actions: ['kms:CreateGrant'], resources, conditions: { Bool: { 'kms:GrantIsForAWSResource': 'true' } } }),
    );
  }
  return role.role;
}

export interface StateMachineRoleOptions {
  readonly backupVault: IBackupVaultRef;
  readonly backupRole: IRoleRef;
  readonly hooks: WorkflowHook[];
}

/** The role of the state machine: the calls that its states make, and what logging and tracing need. */
export function stateMachineRole(scope: Construct, options: StateMachineRoleOptions): iam.IRole {
  const role = new ServiceRole(scope, 'StateMachineRole', { assumedBy: new iam.ServicePrincipal('states.amazonaws.com'), description: 'The on-demand backup runs with this role' });
  role.addStatements(
    new iam.PolicyStatement({ actions: ['backup:StartBackupJob'], resources: [options.backupVault.backupVaultRef.backupVaultArn] }),
    new iam.PolicyStatement({
      actions: ['iam:PassRole'],
      resources: [options.backupRole.roleRef.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': BACKUP } },
    }),
  );
  role.addUnscopedStatements('AWS Backup knows no resource-level permissions for backup jobs', 'backup:DescribeBackupJob', 'backup:ListBackupJobs');
  allowLogsAndTraces(role);
  options.hooks.forEach((hook) => hook._allow(role));
  return role.role;
}
