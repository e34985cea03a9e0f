import { RESTORE } from './rates';
import type { Tree } from './tree';
import type { WorkerModel } from './worker-model';
import type { Aws } from '../../lambda/control-plane/aws';
import { checkGuards } from '../../lambda/control-plane/check-guards';
import { checkOtherRestoreJobs } from '../../lambda/control-plane/check-other-restore-jobs';
import type { CleanupAws } from '../../lambda/control-plane/cleanup/aws';
import { prepareCleanup } from '../../lambda/control-plane/cleanup/prepare-cleanup';
import { readTurn } from '../../lambda/control-plane/cleanup/read-turn';
import { prepareRestore } from '../../lambda/control-plane/prepare-restore';
import { readDeletionFacts } from '../../lambda/control-plane/read-deletion-facts';
import type { SimulatedTime } from '../../rehearsal/run/simulated-time';
import type { InvokedFunction } from '../../rehearsal/run/task-resource';
import type { CleanupSettings } from '../../src/core/cleanup';
import { chooseDirectories } from '../../src/core/cleanup-choice';
import { reportCleanup } from '../../src/core/cleanup-report';
import { EnvironmentVariable } from '../../src/core/contract';
import { joinDeletions } from '../../src/core/deletion-outcome';
import { takeTimeForDeletion } from '../../src/core/deletion-time';
import { formatRecoveryDirectoryName, RootEntryKind } from '../../src/core/recovery-directory';
import { reportRestore } from '../../src/core/restore-report';

const $metadata = {};
const HOME = 'eu-central-1:111122223333';

interface Job {
  readonly RestoreJobId: string;
  readonly CreationDate: Date;
  readonly completesAt: number;
  readonly tree: Tree;
  found?: boolean;
}

/** AWS Backup and Amazon EFS, as far as the workflows call them: a restore job takes as long as AWS says that it does. */
export class AwsModel {
  public polls = 0;

  /** In place of a BackupClient of the AWS SDK. */
  public readonly client = {
    send: async (command: { readonly input: { readonly RestoreJobId?: string } }): Promise<unknown> => (
      command.constructor.name === 'StartRestoreJobCommand' ? this.start() : this.describe(command.input.RestoreJobId!)),
  };

  private readonly jobs: Job[] = [];

  constructor(private readonly time: SimulatedTime, private readonly worker: WorkerModel, private readonly tree: Tree) {}

  public get operations(): Aws & CleanupAws {
    const unused = async (): Promise<never> => {
      throw new Error('is not called');
    };
    return {
      listRecoveryPointsByBackupVault: async ({ ByResourceArn }) => ({
        RecoveryPoints: [{ RecoveryPointArn: `arn:aws:backup:${HOME}:recovery-point:1`, ResourceArn: ByResourceArn, Status: 'COMPLETED', CreationDate: new Date(this.time.now - 36e5) }],
        $metadata,
      }),
      describeRecoveryPoint: unused,
      getRecoveryPointRestoreMetadata: async () => ({ RestoreMetadata: { 'file-system-id': 'fs-1', 'Encrypted': 'true' }, $metadata }),
      listRestoreJobs: async () => ({ RestoreJobs: [], $metadata }),
      listRestoreJobsByProtectedResource: async () => ({ RestoreJobs: [], $metadata }),
      getBackupVaultAccessPolicy: async () => ({ $metadata }),
      describeFileSystems: async () => ({ FileSystems: [{ LifeCycleState: 'available' }], $metadata }) as never,
      describeAccessPoints: async () => ({ AccessPoints: [], $metadata }),
      describeRestoreJob: unused,
      getRestoreJobMetadata: unused,
    };
  }

  private start(): { RestoreJobId: string } {
    const { files, bytes, directories, jobs = 1 } = this.tree;
    const tree = { ...this.tree, files: Math.ceil(files / jobs), bytes: bytes / jobs, directories: Math.ceil(directories / jobs) };
    const seconds = Math.max(tree.files / RESTORE.filesPerSecond, tree.bytes / RESTORE.bytesPerSecond);
    const RestoreJobId = `00000000-0000-4000-8000-${String(this.jobs.length).padStart(12, '0')}`;
    this.jobs.push({ RestoreJobId, CreationDate: new Date(this.time.now), completesAt: this.time.now + seconds * 1000, tree });
    return { RestoreJobId };
  }

  private describe(id: string): object {
    this.polls += 1;
    const job = this.jobs.find(({ RestoreJobId }) => RestoreJobId === id)!;
    const { RestoreJobId, CreationDate, completesAt, tree } = job;
    const told = { RestoreJobId, CreationDate, ResourceType: 'EFS', IamRoleArn: 'arn:aws:iam::111122223333:role/restore' };
    if (this.time.now < completesAt) {
      return { ...told, Status: 'RUNNING', PercentDone: '50.00%' };
    }
    if (!job.found) {
      job.found = true;
      this.worker.add(formatRecoveryDirectoryName(RootEntryKind.RECOVERY_DIRECTORY, completesAt, '123456789'), tree);
    }
    return { ...told, Status: 'COMPLETED', CompletionDate: new Date(completesAt), BackupSizeInBytes: tree.bytes };
  }
}

/** The functions outside of the VPC, with their own logic and a model of AWS. */
export function controlPlane(
  arn: string, variables: Readonly<Record<string, string>>, aws: AwsModel, time: SimulatedTime,
): InvokedFunction {
  const target = {
    fileSystemId: variables[EnvironmentVariable.FILE_SYSTEM_ID],
    fileSystemArn: variables[EnvironmentVariable.FILE_SYSTEM_ARN],
    backupVaultName: variables[EnvironmentVariable.BACKUP_VAULT_NAME],
    moreBackupVaultNames: [],
  };
  const settings = JSON.parse(variables[EnvironmentVariable.CLEANUP_SETTINGS] ?? 'null') as CleanupSettings | null;
  const answer = async (event: any): Promise<unknown> => {
    switch (event.operation) {
      case 'prepare': return settings ? prepareCleanup(aws.operations, target, settings, event.input)
        : prepareRestore(aws.operations, { target, mounts: [], defaults: {}, ...event });
      case 'turn': return readTurn(aws.operations, target, event, time.now);
      case 'choose': return chooseDirectories(event.survey, settings!, event.mode);
      case 'guards': return checkGuards(aws.operations, { target, request: event.request, settings: event.settings });
      case 'other-jobs': return checkOtherRestoreJobs(aws.operations, target, event.request, event.job, event.ownRestoreJobs);
      case 'deletion-facts': return { ...takeTimeForDeletion(event.time, time.now), ...await readDeletionFacts(aws.operations, target) };
      case 'join': return joinDeletions(event.directory, event.answers);
      case 'report': return settings ? reportCleanup(event.execution, target.fileSystemId) : reportRestore(event.execution);
      default: throw new Error(`a workflow does not ask for '${event.operation}'`);
    }
  };
  return {
    arn,
    functionName: arn.split(':').pop()!,
    invoke: async (event: unknown): Promise<unknown> => {
      await time.sleep(1000);
      return JSON.parse(JSON.stringify(await answer(event) ?? null));
    },
  };
}
