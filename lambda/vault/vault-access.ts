import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type * as backup from '@aws-sdk/client-backup';
import { AUTOMATIC_BACKUP_VAULT } from '../../src/core/custom-resource';
import type { AutomaticBackupVaultAccessProperties } from '../../src/core/custom-resource';
import { openForRestore } from '../../src/core/restore-denial';
import { CustomResourceError, DONE } from '../custom-resources/custom-resource';
import type { CustomResource } from '../custom-resources/custom-resource';
import { isAccessDenied, isNamed, isTransient, patiently } from '../custom-resources/transient';
import type { Patience } from '../custom-resources/transient';

/** The operations that this needs. */
export interface VaultPolicies {
  describeBackupVault(input: backup.DescribeBackupVaultCommandInput): Promise<unknown>;
  getBackupVaultAccessPolicy(input: backup.GetBackupVaultAccessPolicyCommandInput): Promise<Pick<backup.GetBackupVaultAccessPolicyCommandOutput, 'Policy'>>;
  putBackupVaultAccessPolicy(input: backup.PutBackupVaultAccessPolicyCommandInput): Promise<unknown>;
}

const VAULT = { BackupVaultName: AUTOMATIC_BACKUP_VAULT };
const PHYSICAL_ID = 'automatic-backup-vault-access/';
const NO_POLICY = 'none';
/** A physical id can be up to 1 KB in size ("Custom resource response objects", AWS CloudFormation User Guide). */
const LONGEST_PHYSICAL_ID = 1_024;

/** AWS Backup denies access to vaults that are not there, whatever the permissions (aws/aws-sdk-js#2625, ansible-collections/amazon.aws#1436). */
const mayBeMissing = (error: unknown): boolean => isAccessDenied(error) || isNamed(error, 'ResourceNotFoundException');

/** The access policy of the vault; undefined where it has none. */
async function policyOf(aws: VaultPolicies): Promise<string | undefined> {
  try {
    return (await aws.getBackupVaultAccessPolicy(VAULT)).Policy;
  } catch (error) {
    if (!isNamed(error, 'ResourceNotFoundException')) {
      throw error;
    }
    await aws.describeBackupVault(VAULT); // the same error stands for no policy and for no vault
    return undefined;
  }
}

/** The physical id holds the former policy: it is put back wherever this was begun, even if it never came to its end. */
function physicalIdOf(policy: string | undefined): string {
  const id = PHYSICAL_ID + (policy === undefined ? NO_POLICY : deflateRawSync(policy, { level: 9 }).toString('base64url'));
  if (id.length > LONGEST_PHYSICAL_ID) {
    throw new CustomResourceError(`the access policy of the vault '${AUTOMATIC_BACKUP_VAULT}' was changed by hand and is too long (${policy!.length} characters) to be remembered and put back; `
      + 'shorten it, or take backup:StartRestoreJob and backup:StartCopyJob out of its denials by hand');
  }
  return id;
}

function formerPolicyOf(physicalId: string | undefined): string | undefined {
  const kept = physicalId?.startsWith(PHYSICAL_ID) ? physicalId.slice(PHYSICAL_ID.length) : NO_POLICY;
  return kept === NO_POLICY ? undefined : inflateRawSync(Buffer.from(kept, 'base64url')).toString();
}

function refuseUnopenable(policy: string | undefined): void {
  const { refused } = openForRestore(policy ?? '{}', []);
  if (refused.length > 0) {
    throw new CustomResourceError(`the access policy of the vault '${AUTOMATIC_BACKUP_VAULT}' denies everything but some actions (NotAction, statement ${refused.join(', ')}), which cannot be opened; `
      + 'write the denied actions out');
  }
}

/** Opens the vault of the automatic backups of Amazon EFS for restores and copies, and closes it again. */
export function vaultAccess(aws: VaultPolicies, patience: Patience): CustomResource<AutomaticBackupVaultAccessProperties> {
  return {
    async begin({ RequestType, PhysicalResourceId }) {
      if (RequestType !== 'Create') {
        return { physicalResourceId: PhysicalResourceId! };
      }
      try {
        // Amazon EFS makes the vault with the first file system whose automatic backups are on, perhaps in this very deployment
        const former = await patiently(patience, (error) => mayBeMissing(error) || isTransient(error), async () => policyOf(aws));
        refuseUnopenable(former);
        return { physicalResourceId: physicalIdOf(former) };
      } catch (error) {
        if (mayBeMissing(error)) {
          throw new CustomResourceError(`there is no vault '${AUTOMATIC_BACKUP_VAULT}' in this account and Region, or its access policy denies reading it: Amazon EFS makes it with the first file system whose automatic backups are on; `
            + `turn them on for one, for example with EfsAutomaticBackups, and deploy this afterwards (${(error as Error).name}: ${(error as Error).message})`);
        }
        throw error;
      }
    },

    async goOn({ RequestType, PhysicalResourceId, ResourceProperties: { RoleArns } }) {
      const former = formerPolicyOf(PhysicalResourceId);
      const { policy } = openForRestore(former ?? '{}', RequestType === 'Delete' ? [] : RoleArns);
      if (policy === undefined) {
        return DONE; // it was open before
      }
      try {
        await aws.putBackupVaultAccessPolicy({ ...VAULT, Policy: RequestType === 'Delete' ? former : policy });
      } catch (error) {
        if (RequestType !== 'Delete' || !isNamed(error, 'ResourceNotFoundException')) {
          throw error;
        }
      }
      return DONE;
    },
  };
}
