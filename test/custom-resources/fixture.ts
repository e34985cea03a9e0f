import * as backup from '@aws-sdk/client-backup';
import * as efs from '@aws-sdk/client-efs';
import { CloudFormation } from './cloud-formation';
import type { CustomResource } from '../../lambda/custom-resources/custom-resource';
import { serve } from '../../lambda/custom-resources/serve';
import type { Patience } from '../../lambda/custom-resources/transient';
import type { BackupPolicies } from '../../lambda/file-system/automatic-backups';
import type { FinalBackups } from '../../lambda/file-system/final-backup';
import type { RegionSettings } from '../../lambda/region/opt-in';
import type { VaultContents } from '../../lambda/vault/recovery-points';
import type { VaultPolicies } from '../../lambda/vault/vault-access';
import type { Fixture } from '../rehearsal/aws/fixture';

export type Aws = BackupPolicies & FinalBackups & RegionSettings & VaultContents & VaultPolicies;

/** The real SDK on the rehearsal's service. */
export function awsOf({ backup: backupClient, efs: efsClient }: Fixture): Aws {
  return {
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
}

/** Three attempts, and no time between them. */
export const HASTY: Patience = { attempts: 3, wait: async () => undefined };

/** A custom resource under CloudFormation; every look at the clock is a minute later. */
export function deploy(resource: CustomResource<any, any>): CloudFormation {
  let minutes = 0;
  return new CloudFormation(async (event) => serve(resource, event, 60_000 * (minutes += 1)));
}

/** Which operations were called, in order; failed ones with their error. */
export const callsOf = ({ service }: Fixture): string[] => service.requests.map(({ operation, error }) => error === undefined ? operation : `${operation} ${error}`);
