import type { IBackupVaultRef } from 'aws-cdk-lib/aws-backup';
import type { IFileSystemRef } from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { ITopicRef } from 'aws-cdk-lib/aws-sns';
import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { ANY_RECOVERY_POINT, recoveryPointArns } from './control-plane';
import type { WorkflowHook } from '../hook/workflow-hook';
import { ServiceRole } from '../private/service-role';
import { allowLogsAndTraces, allowPublishing } from '../private/state-machine-permissions';

const BACKUP = 'backup.amazonaws.com';

/**
 * The role that AWS Backup assumes: it may restore into this file system. AWS's managed policy for restores may also make and
 * delete file systems, which a restore into an existing one does not need.
 */
export function restoreRole(scope: Construct, fileSystem: IFileSystemRef, makesFileSystems: boolean): iam.IRole {
  const { account, partition, region } = Stack.of(scope);
  const role = new ServiceRole(scope, 'RestoreRole', { assumedBy: new iam.ServicePrincipal(BACKUP), description: 'AWS Backup restores into the file system with this role' });
  role.addStatements(new iam.PolicyStatement({
    actions: ['elasticfilesystem:Restore', 'elasticfilesystem:DescribeFileSystems'],
    resources: [fileSystem.fileSystemRef.fileSystemArn],
  }));
  if (makesFileSystems) {
    // "AWSBackupServiceRolePolicyForRestores", AWS Managed Policy Reference: the statement for EFS
    role.addWildcardStatements('a file system gets its id when AWS Backup makes it; limited to this account and Region', new iam.PolicyStatement({
      actions: ['elasticfilesystem:Restore', 'elasticfilesystem:CreateFileSystem', 'elasticfilesystem:DescribeFileSystems', 'elasticfilesystem:DeleteFileSystem', 'elasticfilesystem:TagResource'],
      resources: [Stack.of(scope).formatArn({ service: 'elasticfilesystem', resource: 'file-system', resourceName: '*' })],
    }));
    role.addStatements(new iam.PolicyStatement({
      effect: iam.Effect.DENY,
      actions: ['elasticfilesystem:DeleteFileSystem'],
      resources: [fileSystem.fileSystemRef.fileSystemArn],
    }));
  }
  role.addWildcardStatements('neither the file system nor the vault tells its key by reference; only calls through EFS and AWS Backup are allowed', new iam.PolicyStatement({
    actions: ['kms:CreateGrant', 'kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKeyWithoutPlaintext'],
    resources: [`arn:${partition}:kms:${region}:${account}:key/*`],
    // the domain of the services differs between partitions
    conditions: { StringLike: { 'kms:ViaService': ['backup', 'elasticfilesystem'].map((service) => `${service}.${region}.*`) } },
  }));
  return role.role;
}

export interface StateMachineRoleOptions {
  readonly functions: lambda.IFunction[];
  readonly backupVaults: IBackupVaultRef[];
  readonly restoreRole: iam.IRole;
  readonly topics: ITopicRef[];
  readonly hooks: WorkflowHook[];
}

/** The role of the state machine: the calls that its states make, and what logging and tracing need. */
export function stateMachineRole(scope: Construct, options: StateMachineRoleOptions): iam.IRole {
  const role = new ServiceRole(scope, 'StateMachineRole', { assumedBy: new iam.ServicePrincipal('states.amazonaws.com'), description: 'The restore workflow runs with this role' });
  role.addStatements(
    new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: options.functions.map(({ functionArn }) => functionArn) }),
    new iam.PolicyStatement({ actions: ['backup:StartRestoreJob'], resources: options.backupVaults.map((vault) => vault.backupVaultRef.backupVaultArn) }),
    new iam.PolicyStatement({
      actions: ['iam:PassRole'],
      resources: [options.restoreRole.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': BACKUP } },
    }),
  );
  role.addWildcardStatements(ANY_RECOVERY_POINT, new iam.PolicyStatement({ actions: ['backup:StartRestoreJob'], resources: [recoveryPointArns(Stack.of(scope))] }));
  role.addUnscopedStatements('AWS Backup knows no resource-level permissions for restore jobs', 'backup:DescribeRestoreJob');
  allowLogsAndTraces(role);
  options.topics.forEach((topic) => allowPublishing(role, topic));
  options.hooks.forEach((hook) => hook._allow(role));
  return role.role;
}
