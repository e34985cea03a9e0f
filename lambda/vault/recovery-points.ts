import type * as backup from '@aws-sdk/client-backup';
import { AUTO_DELETE_TAG } from '../../src/core/custom-resource';
import type { RecoveryPointsProperties } from '../../src/core/custom-resource';
import { CustomResourceError, DONE, waitingFor } from '../custom-resources/custom-resource';
import type { CustomResource, Progress } from '../custom-resources/custom-resource';
import { isAccessDenied, isNamed, isTransient, patiently } from '../custom-resources/transient';
import type { Patience } from '../custom-resources/transient';
import { inParallel } from '../runtime/in-parallel';

/** The operations that this needs. */
export interface VaultContents {
  describeBackupVault(input: backup.DescribeBackupVaultCommandInput): Promise<Pick<backup.DescribeBackupVaultCommandOutput, 'BackupVaultArn' | 'Locked'>>;
  listTags(input: backup.ListTagsCommandInput): Promise<Pick<backup.ListTagsCommandOutput, 'Tags' | 'NextToken'>>;
  listRecoveryPointsByBackupVault(input: backup.ListRecoveryPointsByBackupVaultCommandInput):
  Promise<Pick<backup.ListRecoveryPointsByBackupVaultCommandOutput, 'RecoveryPoints' | 'NextToken'>>;
  deleteRecoveryPoint(input: backup.DeleteRecoveryPointCommandInput): Promise<unknown>;
}

const PHYSICAL_ID = 'recovery-points-of/';
/** AWS Backup publishes no rate for this; the SDK waits where it is told to. */
const MOST_AT_ONCE = 5;
/** So many in one call of the function; the next call takes the others. */
const MOST_PER_CALL = 500;
/** An event of CloudFormation has room for few. */
const MOST_TOLD = 3;
/** AWS Backup writes to it, or deletes it already. */
const BUSY: ReadonlyArray<string | undefined> = ['CREATING', 'DELETING'];

const lockedError = (vault: string) => new CustomResourceError(`the recovery points of the vault '${vault}' cannot be deleted, because it is locked (AWS Backup Vault Lock); `
  + "set 'autoDeleteRecoveryPoints' to false and 'removalPolicy' to RemovalPolicy.RETAIN, or take a governance lock away first");

async function hasTag(aws: VaultContents, ResourceArn: string): Promise<boolean> {
  let NextToken: string | undefined;
  do {
    const page = await aws.listTags({ ResourceArn, NextToken });
    if (page.Tags?.[AUTO_DELETE_TAG] === 'true') {
      return true;
    }
    NextToken = page.NextToken || undefined;
  } while (NextToken !== undefined);
  return false;
}

async function recoveryPointsOf(aws: VaultContents, BackupVaultName: string): Promise<backup.RecoveryPointByBackupVault[]> {
  const points: backup.RecoveryPointByBackupVault[] = [];
  let NextToken: string | undefined;
  do {
    const page = await aws.listRecoveryPointsByBackupVault({ BackupVaultName, NextToken });
    points.push(...page.RecoveryPoints ?? []);
    NextToken = page.NextToken || undefined;
  } while (NextToken !== undefined);
  return points;
}

/** What stands against a deletion for good; undefined where it was begun, or may succeed later. */
async function refusalOf(aws: VaultContents, BackupVaultName: string, RecoveryPointArn: string): Promise<string | undefined> {
  try {
    await aws.deleteRecoveryPoint({ BackupVaultName, RecoveryPointArn });
    return undefined;
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException', 'InvalidResourceStateException')) {
      return undefined; // gone, or AWS Backup does something else with it at this moment
    }
    if (isTransient(error) || isAccessDenied(error)) {
      throw error; // the next call tries again
    }
    return `${RecoveryPointArn} (${(error as Error).message})`;
  }
}

/** One round of deletions. */
async function empty(aws: VaultContents, vault: string): Promise<Progress> {
  const points = await recoveryPointsOf(aws, vault);
  // the list is exact, the NumberOfRecoveryPoints of DescribeBackupVault can be an approximation (AWS Backup API reference)
  if (points.length === 0) {
    return DONE;
  }
  const due = points.filter(({ Status }) => !BUSY.includes(Status)).slice(0, MOST_PER_CALL);
  const answers = await inParallel(due, MOST_AT_ONCE, async ({ RecoveryPointArn }) => refusalOf(aws, vault, RecoveryPointArn!));
  const refusals = answers.filter((refusal) => refusal !== undefined);
  if (refusals.length > 0) {
    throw new CustomResourceError(`${refusals.length} recovery points of the vault '${vault}' cannot be deleted: ${refusals.slice(0, MOST_TOLD).join(', ')}${refusals.length > MOST_TOLD ? ', …' : ''}; `
      + 'release their legal holds (aws backup list-legal-holds), or delete the stack and retain the vault and this resource');
  }
  const states = new Map<string, number>();
  points.forEach(({ Status = 'of unknown status' }) => states.set(Status, (states.get(Status) ?? 0) + 1));
  const expired = states.has('EXPIRED') ? ' (EXPIRED: AWS Backup could not delete it, since the role that made it is gone or may not)' : '';
  return waitingFor(`the vault '${vault}' to be empty; it had ${[...states].map(([state, count]) => `${count} ${state}`).join(', ')}${expired}`);
}

/** Deletes the recovery points of a vault before the vault is deleted, if the vault says so itself. */
export function recoveryPoints(aws: VaultContents, patience: Patience): CustomResource<RecoveryPointsProperties> {
  return {
    async begin({ RequestType, PhysicalResourceId, ResourceProperties: { BackupVaultName } }) {
      if (RequestType === 'Delete') {
        return { physicalResourceId: PhysicalResourceId! };
      }
      const mayPass = (error: unknown) => isAccessDenied(error) || isTransient(error);
      const { Locked } = await patiently(patience, mayPass, async () => aws.describeBackupVault({ BackupVaultName }));
      if (Locked) {
        throw lockedError(BackupVaultName);
      }
      return { physicalResourceId: `${PHYSICAL_ID}${BackupVaultName}` };
    },

    async goOn({ RequestType, PhysicalResourceId = '' }) {
      if (RequestType !== 'Delete' || !PhysicalResourceId.startsWith(PHYSICAL_ID)) {
        return DONE;
      }
      const BackupVaultName = PhysicalResourceId.slice(PHYSICAL_ID.length);
      let vault;
      try {
        vault = await aws.describeBackupVault({ BackupVaultName });
      } catch (error) {
        // AWS Backup denies access to vaults that are not there (aws/aws-sdk-js#2625). If it is there, CloudFormation fails to delete
        // it, and nothing is lost.
        if (isAccessDenied(error) || isNamed(error, 'ResourceNotFoundException')) {
          return DONE;
        }
        throw error;
      }
      if (!await hasTag(aws, vault.BackupVaultArn!)) {
        return DONE; // the prop was taken back, and the vault stays
      }
      if (vault.Locked) {
        throw lockedError(BackupVaultName);
      }
      return empty(aws, BackupVaultName);
    },
  };
}
