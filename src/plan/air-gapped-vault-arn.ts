import { CfnLogicallyAirGappedBackupVault } from 'aws-cdk-lib/aws-backup';
import type { IBackupVaultRef, ILogicallyAirGappedBackupVaultRef } from 'aws-cdk-lib/aws-backup';
import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/** The ARN of a logically air-gapped vault; its reference in aws-cdk-lib has the name alone. */
export function airGappedVaultArn(scope: Construct, vault: ILogicallyAirGappedBackupVaultRef): string {
  if (vault instanceof CfnLogicallyAirGappedBackupVault) {
    return vault.attrBackupVaultArn;
  }
  const { backupVaultRef } = vault as Partial<IBackupVaultRef>;
  return backupVaultRef?.backupVaultArn ?? Stack.of(scope).formatArn({
    service: 'backup',
    account: vault.env.account,
    region: vault.env.region,
    resource: 'backup-vault',
    resourceName: vault.logicallyAirGappedBackupVaultRef.backupVaultName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
