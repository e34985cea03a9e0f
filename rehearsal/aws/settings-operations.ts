import type * as backup from '@aws-sdk/client-backup';
import { AwsError, invalidParameterValue, invalidRequest, resourceNotFound } from './aws-error';
import type { BackupVault, BackupVaults } from './backup-vaults';
import { operation } from './operation';
import type { Operation } from './operation';
import { deniesActions, isAllowedForEveryone } from './vault-access-policy';

export interface SettingsOperationsOptions {
  readonly vaults: BackupVaults;
  /** The opt-in preferences of the Region; may be changed. */
  readonly optIns: Map<string, boolean>;
}

const service = 'backup';

const accessDenied = (message: string): AwsError => new AwsError('AccessDeniedException', message, 403);

/** A vault that is not there is denied by DescribeBackupVault, with all permissions, too (aws/aws-sdk-js#2625, ansible-collections/amazon.aws#1436). */
function describedVault(vaults: BackupVaults, backupVaultName: string): BackupVault {
  const vault = vaults.byName.get(backupVaultName);
  if (vault === undefined) {
    throw accessDenied('Insufficient privileges to perform this action.');
  }
  return vault;
}

/** The operations of AWS Backup that set something or ask for settings; paths and names are those of its Smithy model. */
export function settingsOperations({ vaults, optIns }: SettingsOperationsOptions): Operation[] {
  return [
    operation<backup.DescribeBackupVaultInput, backup.DescribeBackupVaultOutput>({
      service, name: 'DescribeBackupVault', method: 'GET', path: '/backup-vaults/:BackupVaultName', query: {},
    }, ({ BackupVaultName }) => {
      const vault = describedVault(vaults, BackupVaultName!);
      return {
        BackupVaultName, BackupVaultArn: vault.backupVaultArn, VaultType: 'BACKUP_VAULT', Locked: vault.locked ?? false, NumberOfRecoveryPoints: vault.recoveryPoints.length,
      };
    }),

    operation<backup.ListTagsInput, backup.ListTagsOutput>({
      service, name: 'ListTags', method: 'GET', path: '/tags/:ResourceArn', query: { nextToken: { member: 'NextToken', type: 'string' } },
    }, ({ ResourceArn }) => {
      const vault = [...vaults.byName.values()].find(({ backupVaultArn }) => backupVaultArn === ResourceArn);
      if (vault === undefined) {
        throw resourceNotFound(`Resource not found: ${ResourceArn}`);
      }
      return { Tags: vault.tags ?? {} };
    }),

    operation<backup.PutBackupVaultAccessPolicyInput, object>({
      service, name: 'PutBackupVaultAccessPolicy', method: 'PUT', path: '/backup-vaults/:BackupVaultName/access-policy', query: {},
    }, ({ BackupVaultName, Policy }) => {
      const vault = vaults.vault(BackupVaultName!);
      if (deniesActions(vault.accessPolicy, 'backup:PutBackupVaultAccessPolicy')) {
        throw accessDenied('Insufficient privileges to perform this action.');
      }
      if (isAllowedForEveryone(Policy)) {
        // the answer that ekristen/aws-nuke#604 quotes
        throw invalidParameterValue('The specified policy cannot be added to the vault due to cross-account sharing restrictions. Amend the policy or the vault\'s settings, then retry request');
      }
      vault.accessPolicy = Policy;
      return {};
    }),

    operation<backup.DeleteRecoveryPointInput, object>({
      service, name: 'DeleteRecoveryPoint', method: 'DELETE', path: '/backup-vaults/:BackupVaultName/recovery-points/:RecoveryPointArn', query: {},
    }, ({ BackupVaultName, RecoveryPointArn }) => {
      const vault = vaults.vault(BackupVaultName!);
      const point = vaults.recoveryPoint(BackupVaultName!, RecoveryPointArn!);
      if (vault.locked) {
        // that a lock refuses deletions is documented ("AWS Backup Vault Lock"), the name of the error is not
        throw invalidRequest(`Recovery point ${RecoveryPointArn} cannot be deleted. Backup vault configured with Lock.`);
      }
      if (point.legalHold) {
        // the text of "How do I delete recovery points that are under a legal hold" (re:Post); the name of the error is not documented
        throw invalidRequest('The recovery point cannot be deleted because it has active legal hold(s)');
      }
      if (point.status === 'CREATING' || point.status === 'DELETING') {
        throw new AwsError('InvalidResourceStateException', 'Backup is already performing an action on this recovery point.');
      }
      if (point.undeletable) {
        point.status = 'EXPIRED'; // "the service sends back an HTTP 200 response …, but the recovery point … enters an EXPIRED state" (DeleteRecoveryPoint)
        return {};
      }
      point.status = 'DELETING';
      vaults.afterNextList(() => vault.recoveryPoints.splice(vault.recoveryPoints.indexOf(point), 1));
      return {};
    }),

    operation<backup.DescribeRegionSettingsInput, backup.DescribeRegionSettingsOutput>({
      service, name: 'DescribeRegionSettings', method: 'GET', path: '/account-settings', query: {},
    }, () => ({ ResourceTypeOptInPreference: Object.fromEntries(optIns), ResourceTypeManagementPreference: {} })),

    operation<backup.UpdateRegionSettingsInput, object>({
      service, name: 'UpdateRegionSettings', method: 'PUT', path: '/account-settings', query: {},
    }, ({ ResourceTypeOptInPreference = {} }) => {
      // the keys differ between Regions, and an unknown one is refused (hashicorp/terraform-provider-aws#21801). That those which are
      // left out stay as they are is what "Updates the current service opt-in settings" says; it is not said in more words.
      const unknown = Object.keys(ResourceTypeOptInPreference).filter((key) => !optIns.has(key));
      if (unknown.length > 0) {
        throw invalidParameterValue(`Invalid resource types: ${unknown.join(', ')}`);
      }
      Object.entries(ResourceTypeOptInPreference).forEach(([key, value]) => optIns.set(key, value));
      return {};
    }),
  ];
}
