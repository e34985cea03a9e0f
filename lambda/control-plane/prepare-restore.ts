import { createHash } from 'node:crypto';
import type { Aws, Protected } from './aws';
import { checkGuards } from './check-guards';
import { chooseRecoveryPoint } from './choose-recovery-point';
import type { ChosenRecoveryPoint } from './choose-recovery-point';
import { RestoreError } from '../../src/core/contract';
import type { RestoreExpectation } from '../../src/core/expectation';
import type { ClientMount } from '../../src/core/item-path';
import { describeProblems } from '../../src/core/problem';
import type { Problem } from '../../src/core/problem';
import type { RecoveryPointHome } from '../../src/core/recovery-point-arn';
import { buildRestoreMetadata, checkRestoreMetadataSize } from '../../src/core/restore-metadata';
import { checkRestoreRequest, completeRestoreRequest, mergeRestoreRequest, warnAboutRestoreRequest } from '../../src/core/restore-request';
import type { CompleteRestoreRequest, RestoreRequest } from '../../src/core/restore-request';
import { NamedError } from '../runtime/named-error';

/** What is known when an execution starts. */
export interface PrepareOptions {
  readonly target: Protected;
  readonly mounts: readonly ClientMount[];
  /** What the input leaves out is taken from here. */
  readonly defaults: RestoreRequest;
  readonly input: unknown;
  readonly executionId: string;
  /** The role that starts restore jobs: that of the state machine. */
  readonly callerRoleArn: string;
}

/** What the state machine goes on with. */
export interface PreparedRestore {
  readonly request: CompleteRestoreRequest;
  /** The items of the request; null for a full restore. */
  readonly items: string[] | null;
  /** What is expected of what is restored. */
  readonly expectations: RestoreExpectation[];
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
  await checkGuards(aws, { target, request, callerRoleArn: options.callerRoleArn });
  const recoveryPoint = await chooseRecoveryPoint(aws, target, request);
  const { RestoreMetadata } = await aws.getRecoveryPointRestoreMetadata({
    BackupVaultName: target.backupVaultName,
    RecoveryPointArn: recoveryPoint.arn,
  });
  const metadata = buildRestoreMetadata({ recoveryPointMetadata: RestoreMetadata ?? {}, fileSystemId: target.fileSystemId, items: request.items });
  throwProblems(checkRestoreMetadataSize(metadata));
  const prepared: PreparedRestore = {
    request,
    items: request.items ?? null,
    expectations: request.expectations ?? [],
    recoveryPoint,
    metadata,
    idempotencyToken: createHash('sha256').update(options.executionId).digest('hex'),
    warnings: warnAboutRestoreRequest(request),
  };
  throwProblems(checkStateSize(options.input, prepared));
  return prepared;
}

/**
 * The state of an execution has at most 256 KiB ("Quotas", AWS Step Functions Developer Guide), and an execution that exceeds it
 * dies without a report (States.DataLimitExceeded cannot be caught). The items are in it several times: in the input, in what
 * is prepared, and at the end in the report. The rest is for the root listing and the answers of the worker.
 */
const LARGEST_STATE_BYTES = 200_000;

function checkStateSize(input: unknown, prepared: PreparedRestore): Problem[] {
  const bytes = Buffer.byteLength(JSON.stringify([input, prepared, prepared.request]));
  return bytes <= LARGEST_STATE_BYTES ? [] : [{
    subject: 'items',
    rule: `must fit, five times over, into ${LARGEST_STATE_BYTES} bytes of the state of an execution, which Step Functions limits`,
    value: `${bytes} bytes`,
    remedy: 'restore common parent directories instead, or start several restores',
  }];
}

function checkedRequest({ input, defaults, mounts, target }: PrepareOptions): CompleteRestoreRequest {
  const given = typeof input === 'object' && input !== null && !Array.isArray(input) ? mergeRestoreRequest(defaults, input as RestoreRequest) : input;
  throwProblems(checkRestoreRequest(given, { mounts, home: homeOf(target.fileSystemArn), isUnresolved: () => false, partial: false }));
  return completeRestoreRequest(given as RestoreRequest);
}

function homeOf(arn: string): RecoveryPointHome {
  const [, partition, , region, account] = arn.split(':');
  return { partition, region, account };
}

function throwProblems(problems: readonly Problem[]): void {
  if (problems.length > 0) {
    throw new NamedError(RestoreError.INVALID_RESTORE_REQUEST, describeProblems(problems));
  }
}
