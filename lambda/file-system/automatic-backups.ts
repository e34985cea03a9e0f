import type * as efs from '@aws-sdk/client-efs';
import type { AutomaticBackupsProperties } from '../../src/core/custom-resource';
import { CustomResourceError, DONE, waitingFor } from '../custom-resources/custom-resource';
import type { CustomResource, Progress } from '../custom-resources/custom-resource';
import { isAccessDenied, isNamed, isTransient, patiently } from '../custom-resources/transient';
import type { Patience } from '../custom-resources/transient';

/** The operations that this needs. */
export interface BackupPolicies {
  describeBackupPolicy(input: efs.DescribeBackupPolicyCommandInput): Promise<Pick<efs.DescribeBackupPolicyCommandOutput, 'BackupPolicy'>>;
  putBackupPolicy(input: efs.PutBackupPolicyCommandInput): Promise<unknown>;
}

type Target = AutomaticBackupsProperties['Status'];
const PHYSICAL_ID = /^automatic-backups\/(fs-[0-9a-f]+)\/were-(ENABLED|DISABLED)$/;

/** Before it is called ENABLED or DISABLED, a policy is on its way there (BackupPolicy, Amazon EFS API reference). */
const TARGETS: Record<efs.Status, Target> = { ENABLED: 'ENABLED', ENABLING: 'ENABLED', DISABLED: 'DISABLED', DISABLING: 'DISABLED' };

async function statusOf(aws: BackupPolicies, fileSystemId: string): Promise<efs.Status> {
  try {
    const { BackupPolicy } = await aws.describeBackupPolicy({ FileSystemId: fileSystemId });
    return BackupPolicy?.Status ?? 'DISABLED';
  } catch (error) {
    if (isNamed(error, 'PolicyNotFound')) {
      return 'DISABLED'; // never set: automatic backups are off
    }
    throw error;
  }
}

/** One step towards a state. */
async function approach(aws: BackupPolicies, fileSystemId: string, target: Target): Promise<Progress> {
  const status = await statusOf(aws, fileSystemId);
  if (status === target) {
    return DONE;
  }
  if (status === 'ENABLED' || status === 'DISABLED') {
    try {
      await aws.putBackupPolicy({ FileSystemId: fileSystemId, BackupPolicy: { Status: target } });
    } catch (error) {
      if (!isNamed(error, 'IncorrectFileSystemLifeCycleState')) {
        throw error;
      }
      return waitingFor(`the file system ${fileSystemId} to be available, so that its automatic backups can be ${target}`);
    }
  }
  return waitingFor(`the automatic backups of ${fileSystemId} to be ${target}, they are ${status}`);
}

/** Turns the automatic backups of a file system on or off, and back to what they were before. */
export function automaticBackups(aws: BackupPolicies, patience: Patience): CustomResource<AutomaticBackupsProperties> {
  return {
    async begin({ RequestType, PhysicalResourceId, ResourceProperties: { FileSystemId } }) {
      if (RequestType === 'Delete' || PHYSICAL_ID.exec(PhysicalResourceId ?? '')?.[1] === FileSystemId) {
        return { physicalResourceId: PhysicalResourceId! };
      }
      try {
        const status = await patiently(patience, (error) => isAccessDenied(error) || isTransient(error), async () => statusOf(aws, FileSystemId));
        return { physicalResourceId: `automatic-backups/${FileSystemId}/were-${TARGETS[status]}` };
      } catch (error) {
        if (isNamed(error, 'FileSystemNotFound')) {
          throw new CustomResourceError(`'fileSystem' must be in this account and Region, and ${FileSystemId} is not; name another one, or use it in a stack of its own account and Region`);
        }
        throw error;
      }
    },

    async goOn({ RequestType, PhysicalResourceId, ResourceProperties: { FileSystemId, Status } }) {
      if (RequestType !== 'Delete') {
        return approach(aws, FileSystemId, Status);
      }
      const [, fileSystemId, previous] = PHYSICAL_ID.exec(PhysicalResourceId ?? '') ?? [];
      if (fileSystemId === undefined) {
        return DONE; // not one of ours: nothing was made
      }
      try {
        return await approach(aws, fileSystemId, previous as Target);
      } catch (error) {
        if (isNamed(error, 'FileSystemNotFound')) {
          return DONE;
        }
        throw error;
      }
    },
  };
}
