import * as backup from '@aws-sdk/client-backup';
import * as efs from '@aws-sdk/client-efs';
import type { Aws } from './control-plane/aws';
import { prepareRestore } from './control-plane/prepare-restore';
import { readDeletionFacts } from './control-plane/read-deletion-facts';
import { requireEnvironment } from './runtime/environment';
import { EnvironmentVariable } from '../src/core/contract';
import type { RestoreExecution } from '../src/core/restore-report';
import { reportRestore } from '../src/core/restore-report';

const backupClient = new backup.BackupClient({});
const efsClient = new efs.EFSClient({});
const aws: Aws = {
  listRecoveryPointsByBackupVault: (input) => backupClient.send(new backup.ListRecoveryPointsByBackupVaultCommand(input)),
  describeRecoveryPoint: (input) => backupClient.send(new backup.DescribeRecoveryPointCommand(input)),
  getRecoveryPointRestoreMetadata: (input) => backupClient.send(new backup.GetRecoveryPointRestoreMetadataCommand(input)),
  listRestoreJobsByProtectedResource: (input) => backupClient.send(new backup.ListRestoreJobsByProtectedResourceCommand(input)),
  getBackupVaultAccessPolicy: (input) => backupClient.send(new backup.GetBackupVaultAccessPolicyCommand(input)),
  describeFileSystems: (input) => efsClient.send(new efs.DescribeFileSystemsCommand(input)),
  describeAccessPoints: (input) => efsClient.send(new efs.DescribeAccessPointsCommand(input)),
};
const target = {
  fileSystemId: requireEnvironment(EnvironmentVariable.FILE_SYSTEM_ID),
  fileSystemArn: requireEnvironment(EnvironmentVariable.FILE_SYSTEM_ARN),
  backupVaultName: requireEnvironment(EnvironmentVariable.BACKUP_VAULT_NAME),
};
const mounts = JSON.parse(requireEnvironment(EnvironmentVariable.CLIENT_MOUNTS));
const defaults = JSON.parse(requireEnvironment(EnvironmentVariable.REQUEST_DEFAULTS));

type ControlPlaneEvent =
  | { operation: 'prepare'; input: unknown; executionId: string; callerRoleArn: string }
  | { operation: 'deletion-facts' }
  | { operation: 'report'; execution: RestoreExecution };

/** The control plane: outside the VPC, without the file system; asks AWS what the state machine must know. */
export async function handler(event: ControlPlaneEvent): Promise<unknown> {
  switch (event.operation) {
    case 'prepare': {
      const { input, executionId, callerRoleArn } = event;
      return prepareRestore(aws, { target, mounts, defaults, input, executionId, callerRoleArn });
    }
    case 'deletion-facts': return readDeletionFacts(aws, target);
    case 'report': return reportRestore(event.execution);
    default: throw new Error(`'operation' must be prepare, deletion-facts or report, got ${JSON.stringify((event as { operation?: unknown }).operation)}`);
  }
}
