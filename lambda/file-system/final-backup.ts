import { createHash } from 'node:crypto';
import type * as backup from '@aws-sdk/client-backup';
import type * as efs from '@aws-sdk/client-efs';
import type { FinalBackupProperties } from '../../src/core/custom-resource';
import { CustomResourceError, DONE, waitingFor } from '../custom-resources/custom-resource';
import type { CustomResource, CustomResourceRequest } from '../custom-resources/custom-resource';
import { isAccessDenied, isNamed, isTransient, patiently } from '../custom-resources/transient';
import type { Patience } from '../custom-resources/transient';

/** The operations that this needs. */
export interface FinalBackups {
  describeFileSystems(input: efs.DescribeFileSystemsCommandInput): Promise<Pick<efs.DescribeFileSystemsCommandOutput, 'FileSystems'>>;
  startBackupJob(input: backup.StartBackupJobCommandInput): Promise<Pick<backup.StartBackupJobCommandOutput, 'BackupJobId'>>;
  describeBackupJob(input: backup.DescribeBackupJobCommandInput):
  Promise<Pick<backup.DescribeBackupJobCommandOutput, 'State' | 'StatusMessage' | 'PercentDone'>>;
}

/** The job; none where there is no file system any more. */
interface Started {
  readonly backupJobId?: string;
}

/**
 * The shortest window that AWS Backup takes (StartBackupJob, AWS Backup API reference): a job that could not start by then, since
 * another one of the file system runs, is not waited for any longer.
 */
const START_WINDOW_MINUTES = 60;

const ENDED_WITHOUT = ['ABORTING', 'ABORTED', 'FAILED', 'EXPIRED', 'PARTIAL'];
const WAY_OUT = 'delete the stack again for another attempt, or delete it and retain this resource, and there is no final backup';

/**
 * The same for the same deletion, however often it is called, so that it starts one backup; another one for the next attempt, since
 * AWS Backup would answer with the job that failed.
 */
const tokenOf = ({ StackId, LogicalResourceId, RequestId }: CustomResourceRequest<unknown>): string =>
  createHash('sha256').update([StackId, LogicalResourceId, RequestId].join('\n')).digest('hex');

async function isGone(aws: FinalBackups, FileSystemId: string): Promise<boolean> {
  try {
    const { FileSystems = [] } = await aws.describeFileSystems({ FileSystemId });
    return FileSystems.every(({ LifeCycleState }) => LifeCycleState === 'deleting' || LifeCycleState === 'deleted');
  } catch (error) {
    if (isNamed(error, 'FileSystemNotFound')) {
      return true;
    }
    throw error;
  }
}

/** Makes a backup when it is deleted, which is before the file system is. */
export function finalBackup(aws: FinalBackups, patience: Patience): CustomResource<FinalBackupProperties, Started> {
  return {
    async begin(request) {
      const { RequestType, PhysicalResourceId, ResourceProperties: properties } = request;
      if (RequestType !== 'Delete') {
        // nothing else is a replacement: another vault, role or retention is for the backup that is still to be made
        return { physicalResourceId: `final-backup/${properties.FileSystemId}`, memo: {} };
      }
      return patiently(patience, (error) => isAccessDenied(error) || isTransient(error), async () => {
        if (await isGone(aws, properties.FileSystemId)) {
          return { physicalResourceId: PhysicalResourceId!, memo: {} };
        }
        const { BackupJobId } = await aws.startBackupJob({
          BackupVaultName: properties.BackupVaultName,
          ResourceArn: properties.FileSystemArn,
          IamRoleArn: properties.RoleArn,
          IdempotencyToken: tokenOf(request),
          StartWindowMinutes: START_WINDOW_MINUTES,
          Lifecycle: properties.DeleteAfterDays === undefined ? undefined : { DeleteAfterDays: Number(properties.DeleteAfterDays) },
        });
        return { physicalResourceId: PhysicalResourceId!, memo: { backupJobId: BackupJobId } };
      });
    },

    async goOn({ ResourceProperties: { FileSystemId, Unfinished } }, { backupJobId }, late) {
      if (backupJobId === undefined) {
        return DONE;
      }
      const { State = '', StatusMessage, PercentDone } = await aws.describeBackupJob({ BackupJobId: backupJobId });
      if (State === 'COMPLETED' || (late && Unfinished === 'GO_ON' && !ENDED_WITHOUT.includes(State))) {
        return DONE;
      }
      if (ENDED_WITHOUT.includes(State)) {
        throw new CustomResourceError(`the final backup of ${FileSystemId} is ${State} (job ${backupJobId}${StatusMessage ? `: ${StatusMessage}` : ''}), so the file system is not deleted; ${WAY_OUT}`);
      }
      return waitingFor(`the final backup of ${FileSystemId} (job ${backupJobId} is ${State}${PercentDone ? `, ${PercentDone}` : ''}; it goes on, and the next one has less to do): ${WAY_OUT}`);
    },
  };
}
