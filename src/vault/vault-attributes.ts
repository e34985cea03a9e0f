import type { BackupVaultReference } from 'aws-cdk-lib/aws-backup';
import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { acrossEnvironments } from '../private/across-environments';

/** The ARN of a vault in the stack of a construct, made from its name. */
export function vaultArnOf(scope: Construct, vaultName: string): string {
  return Stack.of(scope).formatArn({ service: 'backup', resource: 'backup-vault', resourceName: vaultName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
}

/** Name and ARN of a vault, also for copy actions in other Regions and accounts. */
export function vaultAttributes(scope: Construct, vaultName: string, attributes: BackupVaultReference): BackupVaultReference {
  return {
    backupVaultName: acrossEnvironments(scope, attributes.backupVaultName, vaultName),
    backupVaultArn: acrossEnvironments(scope, attributes.backupVaultArn, vaultArnOf(scope, vaultName)),
  };
}
