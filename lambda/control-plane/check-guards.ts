import type { Aws, Protected } from './aws';
import { readRunningRestoreJobs } from './restore-jobs';
import { checkOffered } from '../../src/core/check-restore-request';
import { RestoreError } from '../../src/core/contract';
import { describeProblems } from '../../src/core/problem';
import type { Problem } from '../../src/core/problem';
import type { CompleteRestoreRequest } from '../../src/core/restore-request';
import { replicationDestinationProblem } from '../../src/core/restore-target';
import { deniesAction } from '../../src/core/vault-policy';
import { NamedError } from '../runtime/named-error';

export interface GuardSettings {
  /** The role that starts restore jobs: that of the state machine. */
  readonly callerRoleArn: string;
  readonly allowsNewFileSystems: boolean;
}

export interface GuardOptions {
  readonly target: Protected;
  readonly request: CompleteRestoreRequest;
  readonly settings: GuardSettings;
  /** The restore jobs that this execution has run already. */
  readonly ownRestoreJobs?: readonly string[];
}

/** Everything about the world that would make a restore fail later, or end in a mess. */
export async function checkGuards(aws: Aws, { target, request, settings, ownRestoreJobs }: GuardOptions): Promise<void> {
  const { moreBackupVaultNames, fileSystemId } = target;
  const { backupVaultName = target.backupVaultName } = request;
  const offered = { backupVaultNames: [target.backupVaultName, ...moreBackupVaultNames], allowsNewFileSystems: settings.allowsNewFileSystems };
  refuse(RestoreError.INVALID_RESTORE_REQUEST, checkOffered(request, offered));
  refuse(RestoreError.FILE_SYSTEM_NOT_WRITABLE, request.newFileSystem === undefined ? await fileSystemProblems(aws, fileSystemId) : []);
  refuse(RestoreError.RESTORE_DENIED_BY_VAULT, await vaultProblems(aws, backupVaultName, settings.callerRoleArn));
  // one that makes a file system of its own leaves no recovery directory
  const isAlone = !request.allowConcurrentRestores && request.newFileSystem === undefined;
  const running = isAlone ? await readRunningRestoreJobs(aws, target, ownRestoreJobs) : [];
  refuse(RestoreError.ANOTHER_RESTORE_RUNNING, running.length === 0 ? [] : [{
    subject: 'fileSystem',
    rule: 'must have no other restore job that is pending or running and restores into it, since two recovery directories are hard to tell apart',
    value: running,
    remedy: 'wait until it is done (aws backup describe-restore-job), or set "allowConcurrentRestores": true',
  }]);
}

async function fileSystemProblems(aws: Aws, fileSystemId: string): Promise<Problem[]> {
  const fileSystem = await aws.describeFileSystems({ FileSystemId: fileSystemId }).then(({ FileSystems }) => FileSystems?.[0], (error: Error) => {
    if (error.name === 'FileSystemNotFound') {
      return undefined;
    }
    throw error;
  });
  const problems: Problem[] = [];
  if (!fileSystem) {
    problems.push({ subject: 'fileSystem', rule: 'must exist', value: fileSystemId, remedy: 'a deleted file system can be restored into a new one only: "newFileSystem": {}' });
  } else if (fileSystem.LifeCycleState !== 'available') {
    problems.push({ subject: 'fileSystem', rule: "must be in the lifecycle state 'available'", value: fileSystem.LifeCycleState, remedy: 'wait until it is, then start the restore again' });
  }
  if (fileSystem?.FileSystemProtection?.ReplicationOverwriteProtection === 'REPLICATING') {
    problems.push(replicationDestinationProblem(fileSystemId));
  }
  return problems;
}

async function vaultProblems(aws: Aws, backupVaultName: string, callerRoleArn: string): Promise<Problem[]> {
  const policy = await aws.getBackupVaultAccessPolicy({ BackupVaultName: backupVaultName }).then(({ Policy }) => Policy, (error: Error) => {
    if (error.name === 'ResourceNotFoundException') {
      return undefined; // there is no policy, or no vault, which the choice of the recovery point finds out
    }
    throw error;
  });
  return deniesAction(policy, 'backup:StartRestoreJob', callerRoleArn) ? [{
    subject: 'backupVaultName',
    rule: `must not deny backup:StartRestoreJob to ${callerRoleArn} in its access policy`,
    value: backupVaultName,
    remedy: "let that role restore: AutomaticBackupVaultAccess opens the vault of the automatic backups of EFS, 'restoreRoles' of DeletionGuard.likeAutomaticVault one of yours",
  }] : [];
}

function refuse(name: RestoreError, problems: readonly Problem[]): void {
  if (problems.length > 0) {
    throw new NamedError(name, describeProblems(problems));
  }
}
