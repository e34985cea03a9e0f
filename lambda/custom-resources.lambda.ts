import * as backup from '@aws-sdk/client-backup';
import * as efs from '@aws-sdk/client-efs';
import type { CustomResource } from './custom-resources/custom-resource';
import { serve } from './custom-resources/serve';
import type { FrameworkAnswer, FrameworkEvent } from './custom-resources/serve';
import { PATIENT } from './custom-resources/transient';
import { automaticBackups } from './file-system/automatic-backups';
import type { BackupPolicies } from './file-system/automatic-backups';
import { finalBackup } from './file-system/final-backup';
import type { FinalBackups } from './file-system/final-backup';
import { regionOptIn } from './region/opt-in';
import type { RegionSettings } from './region/opt-in';
import { requireEnvironment } from './runtime/environment';
import { recoveryPoints } from './vault/recovery-points';
import type { VaultContents } from './vault/recovery-points';
import { vaultAccess } from './vault/vault-access';
import type { VaultPolicies } from './vault/vault-access';
import { EnvironmentVariable } from '../src/core/contract';
import { CustomResourceKind } from '../src/core/custom-resource';

const backupClient = new backup.BackupClient({});
const efsClient = new efs.EFSClient({});
const aws: BackupPolicies & FinalBackups & RegionSettings & VaultContents & VaultPolicies = {
  deleteRecoveryPoint: async (input) => backupClient.send(new backup.DeleteRecoveryPointCommand(input)),
  describeBackupJob: async (input) => backupClient.send(new backup.DescribeBackupJobCommand(input)),
  describeBackupPolicy: async (input) => efsClient.send(new efs.DescribeBackupPolicyCommand(input)),
  describeBackupVault: async (input) => backupClient.send(new backup.DescribeBackupVaultCommand(input)),
  describeFileSystems: async (input) => efsClient.send(new efs.DescribeFileSystemsCommand(input)),
  describeRegionSettings: async (input) => backupClient.send(new backup.DescribeRegionSettingsCommand(input)),
  getBackupVaultAccessPolicy: async (input) => backupClient.send(new backup.GetBackupVaultAccessPolicyCommand(input)),
  listRecoveryPointsByBackupVault: async (input) => backupClient.send(new backup.ListRecoveryPointsByBackupVaultCommand(input)),
  listTags: async (input) => backupClient.send(new backup.ListTagsCommand(input)),
  putBackupPolicy: async (input) => efsClient.send(new efs.PutBackupPolicyCommand(input)),
  putBackupVaultAccessPolicy: async (input) => backupClient.send(new backup.PutBackupVaultAccessPolicyCommand(input)),
  startBackupJob: async (input) => backupClient.send(new backup.StartBackupJobCommand(input)),
  updateRegionSettings: async (input) => backupClient.send(new backup.UpdateRegionSettingsCommand(input)),
};

const RESOURCES: Record<CustomResourceKind, CustomResource<any, any>> = {
  [CustomResourceKind.AUTOMATIC_BACKUPS]: automaticBackups(aws, PATIENT),
  [CustomResourceKind.RECOVERY_POINTS]: recoveryPoints(aws, PATIENT),
  [CustomResourceKind.AUTOMATIC_BACKUP_VAULT_ACCESS]: vaultAccess(aws, PATIENT),
  [CustomResourceKind.REGION_OPT_IN]: regionOptIn(aws),
  [CustomResourceKind.FINAL_BACKUP]: finalBackup(aws, PATIENT),
};
const kind = requireEnvironment(EnvironmentVariable.CUSTOM_RESOURCE) as CustomResourceKind;

/** The custom resources: called by the provider framework of aws-cdk-lib, for onEvent and for isComplete. */
export async function handler(event: FrameworkEvent): Promise<FrameworkAnswer> {
  return serve(RESOURCES[kind], event, Date.now());
}
