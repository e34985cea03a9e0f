import * as backup from '@aws-sdk/client-backup';
import * as efs from '@aws-sdk/client-efs';
import type { CleanupAws } from './control-plane/cleanup/aws';
import { prepareCleanup } from './control-plane/cleanup/prepare-cleanup';
import { readTurn } from './control-plane/cleanup/read-turn';
import type { TurnEvent } from './control-plane/cleanup/read-turn';
import { requireEnvironment } from './runtime/environment';
import { log } from './runtime/log';
import type { CleanupMode, CleanupSettings } from '../src/core/cleanup';
import { chooseDirectories } from '../src/core/cleanup-choice';
import { cleanupMetrics } from '../src/core/cleanup-metrics';
import { reportCleanup } from '../src/core/cleanup-report';
import type { CleanupExecution, ReportedCleanup } from '../src/core/cleanup-report';
import { EnvironmentVariable } from '../src/core/contract';
import { joinDeletions } from '../src/core/deletion-outcome';
import type { LastDeleteAnswer } from '../src/core/deletion-outcome';
import type { SurveyAnswer } from '../src/core/worker';

const backupClient = new backup.BackupClient({});
const efsClient = new efs.EFSClient({});
const aws: CleanupAws = {
  describeRestoreJob: (input) => backupClient.send(new backup.DescribeRestoreJobCommand(input)),
  getRestoreJobMetadata: (input) => backupClient.send(new backup.GetRestoreJobMetadataCommand(input)),
  listRestoreJobs: (input) => backupClient.send(new backup.ListRestoreJobsCommand(input)),
  listRestoreJobsByProtectedResource: (input) => backupClient.send(new backup.ListRestoreJobsByProtectedResourceCommand(input)),
  describeAccessPoints: (input) => efsClient.send(new efs.DescribeAccessPointsCommand(input)),
};
const target = {
  fileSystemId: requireEnvironment(EnvironmentVariable.FILE_SYSTEM_ID),
  fileSystemArn: requireEnvironment(EnvironmentVariable.FILE_SYSTEM_ARN),
};
const settings = JSON.parse(requireEnvironment(EnvironmentVariable.CLEANUP_SETTINGS)) as CleanupSettings;

type CleanupEvent =
  | { operation: 'prepare'; input: unknown }
  | { operation: 'turn' } & TurnEvent
  | { operation: 'choose'; survey: SurveyAnswer; mode: CleanupMode }
  | { operation: 'join'; directory: string; answers: LastDeleteAnswer[] }
  | { operation: 'report'; execution: CleanupExecution };

/** The control plane of a cleanup: outside the VPC, without the file system. */
export async function handler(event: CleanupEvent): Promise<unknown> {
  switch (event.operation) {
    case 'prepare': return prepareCleanup(aws, target, settings, event.input);
    case 'turn': return readTurn(aws, target, event, Date.now());
    case 'choose': return chooseDirectories(event.survey, settings, event.mode);
    case 'join':
      log({ message: 'directory', directory: event.directory, answers: event.answers }); // the state has room for a part of it only
      return joinDeletions(event.directory, event.answers);
    case 'report': return report(event.execution);
    default: throw new Error(`'operation' must be prepare, turn, choose, join or report, got ${JSON.stringify((event as { operation?: unknown }).operation)}`);
  }
}

function report(execution: CleanupExecution): ReportedCleanup {
  const reported = reportCleanup(execution, target.fileSystemId);
  log({ message: 'report', report: reported.report });
  cleanupMetrics(reported.report, Date.now()).forEach(log);
  return reported;
}
