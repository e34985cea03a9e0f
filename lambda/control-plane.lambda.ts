import * as backup from '@aws-sdk/client-backup';
import * as efs from '@aws-sdk/client-efs';
import type { Aws } from './control-plane/aws';
import { checkGuards } from './control-plane/check-guards';
import type { GuardSettings } from './control-plane/check-guards';
import { checkOtherRestoreJobs } from './control-plane/check-other-restore-jobs';
import type { FinishedRestoreJob } from './control-plane/check-other-restore-jobs';
import { prepareRestore } from './control-plane/prepare-restore';
import type { RestoreSettings } from './control-plane/prepare-restore';
import { readDeletionFacts } from './control-plane/read-deletion-facts';
import { requireEnvironment } from './runtime/environment';
import { log } from './runtime/log';
import { describeApproval } from '../src/core/approval';
import type { ApprovalOptions } from '../src/core/approval';
import { EnvironmentVariable } from '../src/core/contract';
import { joinDeletions } from '../src/core/deletion-outcome';
import type { LastDeleteAnswer } from '../src/core/deletion-outcome';
import type { DeletionTime } from '../src/core/deletion-time';
import { takeTimeForDeletion } from '../src/core/deletion-time';
import { restoreMetrics } from '../src/core/restore-metrics';
import { reportRestore } from '../src/core/restore-report';
import type { ReportedRestore, RestoreExecution } from '../src/core/restore-report';
import type { CompleteRestoreRequest } from '../src/core/restore-request';

const backupClient = new backup.BackupClient({});
const efsClient = new efs.EFSClient({});
const aws: Aws = {
  listRecoveryPointsByBackupVault: (input) => backupClient.send(new backup.ListRecoveryPointsByBackupVaultCommand(input)),
  describeRecoveryPoint: (input) => backupClient.send(new backup.DescribeRecoveryPointCommand(input)),
  getRecoveryPointRestoreMetadata: (input) => backupClient.send(new backup.GetRecoveryPointRestoreMetadataCommand(input)),
  listRestoreJobsByProtectedResource: (input) => backupClient.send(new backup.ListRestoreJobsByProtectedResourceCommand(input)),
  listRestoreJobs: (input) => backupClient.send(new backup.ListRestoreJobsCommand(input)),
  describeRestoreJob: (input) => backupClient.send(new backup.DescribeRestoreJobCommand(input)),
  getRestoreJobMetadata: (input) => backupClient.send(new backup.GetRestoreJobMetadataCommand(input)),
  getBackupVaultAccessPolicy: (input) => backupClient.send(new backup.GetBackupVaultAccessPolicyCommand(input)),
  describeFileSystems: (input) => efsClient.send(new efs.DescribeFileSystemsCommand(input)),
  describeAccessPoints: (input) => efsClient.send(new efs.DescribeAccessPointsCommand(input)),
};
const target = {
  fileSystemId: requireEnvironment(EnvironmentVariable.FILE_SYSTEM_ID),
  fileSystemArn: requireEnvironment(EnvironmentVariable.FILE_SYSTEM_ARN),
  backupVaultName: requireEnvironment(EnvironmentVariable.BACKUP_VAULT_NAME),
  moreBackupVaultNames: JSON.parse(requireEnvironment(EnvironmentVariable.MORE_BACKUP_VAULT_NAMES)),
};
const mounts = JSON.parse(requireEnvironment(EnvironmentVariable.CLIENT_MOUNTS));
const defaults = JSON.parse(requireEnvironment(EnvironmentVariable.REQUEST_DEFAULTS));

type ControlPlaneEvent =
  | { operation: 'prepare'; input: unknown; executionId: string; startTime: string; settings: RestoreSettings }
  | { operation: 'approval'; execution: RestoreExecution; options: ApprovalOptions }
  | { operation: 'guards'; request: CompleteRestoreRequest; settings: GuardSettings; ownRestoreJobs: string[] }
  | { operation: 'other-jobs'; request: CompleteRestoreRequest; job: FinishedRestoreJob; ownRestoreJobs: string[] }
  | { operation: 'deletion-facts'; time: DeletionTime }
  | { operation: 'join'; directory: string; answers: LastDeleteAnswer[] }
  | { operation: 'report'; execution: RestoreExecution };

/** The control plane: outside the VPC, without the file system; asks AWS what the state machine must know. */
export async function handler(event: ControlPlaneEvent): Promise<unknown> {
  switch (event.operation) {
    case 'prepare': {
      const { input, executionId, startTime, settings } = event;
      return prepareRestore(aws, { target, mounts, defaults, input, executionId, startTime, settings });
    }
    case 'approval': return describeApproval(event.execution, event.options);
    case 'guards': return checkGuards(aws, { ...event, target });
    case 'other-jobs': return checkOtherRestoreJobs(aws, target, event.request, event.job, event.ownRestoreJobs);
    case 'deletion-facts': return { ...takeTimeForDeletion(event.time, Date.now()), ...await readDeletionFacts(aws, target) };
    case 'join':
      log({ message: 'directory', directory: event.directory, answers: event.answers }); // the state has room for a part of it only
      return joinDeletions(event.directory, event.answers);
    case 'report': return report(event.execution);
    default: throw new Error(`'operation' must be prepare, approval, guards, other-jobs, deletion-facts, join or report, got ${JSON.stringify((event as { operation?: unknown }).operation)}`);
  }
}

function report(execution: RestoreExecution): ReportedRestore {
  const reported = reportRestore(execution);
  log({ message: 'report', report: reported.report });
  log(restoreMetrics(reported.report, target.fileSystemId, Date.now()));
  return reported;
}
