import { pages } from './aws';
import type { Aws, Protected } from './aws';
import { RestoreError } from '../../src/core/contract';
import type { CompleteRestoreRequest } from '../../src/core/restore-request';
import { NamedError } from '../runtime/named-error';

/** The recovery point to restore from. */
export interface ChosenRecoveryPoint {
  readonly arn: string;
  /** ISO 8601. */
  readonly created: string;
}

const refuse = (message: string): never => {
  throw new NamedError(RestoreError.RECOVERY_POINT_NOT_USABLE, message);
};

/** Finds the recovery point of a request: the one it names, or the latest completed one of the file system in the vault. */
export async function chooseRecoveryPoint(aws: Aws, target: Protected, request: CompleteRestoreRequest): Promise<ChosenRecoveryPoint> {
  return request.recoveryPointArn === undefined
    ? latestRecoveryPoint(aws, target, request.recoveryPointCreatedBefore)
    : namedRecoveryPoint(aws, target, request.recoveryPointArn);
}

async function namedRecoveryPoint(aws: Aws, target: Protected, arn: string): Promise<ChosenRecoveryPoint> {
  const point = await aws.describeRecoveryPoint({ BackupVaultName: target.backupVaultName, RecoveryPointArn: arn }).catch((error: Error) => {
    if (error.name === 'ResourceNotFoundException') {
      return refuse(`there is no recovery point '${arn}' in the vault '${target.backupVaultName}'; choose one of 'aws backup list-recovery-points-by-backup-vault'`);
    }
    throw error;
  });
  if (point.ResourceType !== 'EFS') {
    refuse(`the recovery point '${arn}' is of the resource type '${point.ResourceType}'; choose one of the resource type 'EFS'`);
  }
  if (point.ResourceArn !== target.fileSystemArn) {
    refuse(`the recovery point '${arn}' is of '${point.ResourceArn}', and this workflow restores '${target.fileSystemArn}'; choose one of that, or start the workflow of the other file system`);
  }
  if (point.Status !== 'COMPLETED') {
    refuse(`the recovery point '${arn}' has the status '${point.Status}', and only COMPLETED ones hold everything; choose another one`);
  }
  return { arn, created: point.CreationDate!.toISOString() };
}

async function latestRecoveryPoint(aws: Aws, target: Protected, before: string | undefined): Promise<ChosenRecoveryPoint> {
  let latest: { arn: string; created: Date } | undefined;
  let others = 0;
  for await (const page of pages((NextToken) => aws.listRecoveryPointsByBackupVault({
    BackupVaultName: target.backupVaultName,
    ByResourceArn: target.fileSystemArn,
    ByResourceType: 'EFS',
    ByCreatedBefore: before === undefined ? undefined : new Date(before),
    NextToken,
  }))) {
    for (const point of page.RecoveryPoints ?? []) {
      if (point.Status !== 'COMPLETED') {
        others += 1;
      } else if (!latest || point.CreationDate! > latest.created) {
        latest = { arn: point.RecoveryPointArn!, created: point.CreationDate! };
      }
    }
  }
  const bound = before === undefined ? '' : ` created before ${before}`;
  const instead = others === 0 ? '' : `, only ${others} of another status`;
  return latest ? { arn: latest.arn, created: latest.created.toISOString() } : refuse(
    `the vault '${target.backupVaultName}' has no COMPLETED recovery point of '${target.fileSystemArn}'${bound}${instead}; `
    + 'wait for its first backup, or look for its recovery points in other vaults (aws backup list-recovery-points-by-resource)');
}
