import { createHash } from 'node:crypto';
import { RestoreError } from '../../src/core/contract';
import type { ClientMount } from '../../src/core/item-path';
import { describeProblems } from '../../src/core/problem';
import type { Problem } from '../../src/core/problem';
import type { RecoveryPointHome } from '../../src/core/recovery-point-arn';
import { buildRestoreMetadata, checkRestoreMetadataSize } from '../../src/core/restore-metadata';
import { AfterRestore, checkRestoreRequest, completeRestoreRequest, warnAboutRestoreRequest } from '../../src/core/restore-request';
import type { CompleteRestoreRequest, RestoreRequest } from '../../src/core/restore-request';
import { replicationDestinationProblem } from '../../src/core/restore-target';
import { NamedError } from '../runtime/named-error';
import type { Aws, Protected } from './aws';
import { chooseRecoveryPoint } from './choose-recovery-point';
import type { ChosenRecoveryPoint } from './choose-recovery-point';

/** What is known when an execution starts. */
export interface PrepareOptions {
  readonly target: Protected;
  readonly mounts: readonly ClientMount[];
  /** What the input leaves out is taken from here. */
  readonly defaults: RestoreRequest;
  readonly input: unknown;
  readonly executionId: string;
}

/** What the state machine goes on with. */
export interface PreparedRestore {
  readonly request: CompleteRestoreRequest;
  /** The items of the request; null for a full restore. */
  readonly items: string[] | null;
  readonly recoveryPoint: ChosenRecoveryPoint;
  readonly metadata: Record<string, string>;
  /** The same for every attempt of the same execution, so that a retried state never starts a second restore. */
  readonly idempotencyToken: string;
  readonly warnings: string[];
}

/** Checks a request and prepares the call of StartRestoreJob: after this, AWS Backup has no reason to refuse that we could know. */
export async function prepareRestore(aws: Aws, options: PrepareOptions): Promise<PreparedRestore> {
  const { target } = options;
  const request = checkedRequest(options);
  await checkFileSystem(aws, target);
  const recoveryPoint = await chooseRecoveryPoint(aws, target, request);
  const { RestoreMetadata } = await aws.getRecoveryPointRestoreMetadata({ BackupVaultName: target.backupVaultName, RecoveryPointArn: recoveryPoint.arn });
  const metadata = buildRestoreMetadata({ recoveryPointMetadata: RestoreMetadata ?? {}, fileSystemId: target.fileSystemId, items: request.items });
  throwProblems(checkRestoreMetadataSize(metadata));
  return {
    request,
    items: request.items ?? null,
    recoveryPoint,
    metadata,
    idempotencyToken: createHash('sha256').update(options.executionId).digest('hex'),
    warnings: warnAboutRestoreRequest(request),
  };
}

function checkedRequest({ input, defaults, mounts, target }: PrepareOptions): CompleteRestoreRequest {
  const given = typeof input === 'object' && input !== null && !Array.isArray(input) ? withDefaults(defaults, input as RestoreRequest) : input;
  throwProblems(checkRestoreRequest(given, { mounts, home: homeOf(target.fileSystemArn), isUnresolved: () => false, partial: false }));
  return completeRestoreRequest(given as RestoreRequest);
}

/** What an input says displaces the default that it contradicts: an input with items is no full restore, and so on. */
function withDefaults(defaults: RestoreRequest, input: RestoreRequest): RestoreRequest {
  const merged: Record<string, unknown> = { ...defaults, ...input };
  const displace = (given: keyof RestoreRequest, displaced: keyof RestoreRequest) => {
    if (input[given] !== undefined && input[displaced] === undefined) {
      delete merged[displaced];
    }
  };
  displace('items', 'fullRestore');
  displace('fullRestore', 'items');
  displace('recoveryPointArn', 'recoveryPointCreatedBefore');
  displace('recoveryPointCreatedBefore', 'recoveryPointArn');
  if (merged.afterRestore !== AfterRestore.MOVE_INTO_PLACE) {
    displace('afterRestore', 'conflictPolicy');
    displace('afterRestore', 'recoveryDirectory');
  }
  return merged;
}

function homeOf(arn: string): RecoveryPointHome {
  const [, partition, , region, account] = arn.split(':');
  return { partition, region, account };
}

async function checkFileSystem(aws: Aws, target: Protected): Promise<void> {
  const fileSystem = await aws.describeFileSystems({ FileSystemId: target.fileSystemId }).then(({ FileSystems }) => FileSystems?.[0], (error: Error) => {
    if (error.name === 'FileSystemNotFound') {
      return undefined;
    }
    throw error;
  });
  const problems: Problem[] = [];
  if (fileSystem?.LifeCycleState !== 'available') {
    problems.push({ subject: 'fileSystem', rule: "must be in the lifecycle state 'available'", value: fileSystem?.LifeCycleState ?? 'not found', remedy: 'wait until it is, then start the restore again' });
  }
  if (fileSystem?.FileSystemProtection?.ReplicationOverwriteProtection === 'REPLICATING') {
    problems.push(replicationDestinationProblem(target.fileSystemId));
  }
  throwProblems(problems, RestoreError.FILE_SYSTEM_NOT_WRITABLE);
}

function throwProblems(problems: readonly Problem[], name = RestoreError.INVALID_RESTORE_REQUEST): void {
  if (problems.length > 0) {
    throw new NamedError(name, describeProblems(problems));
  }
}
