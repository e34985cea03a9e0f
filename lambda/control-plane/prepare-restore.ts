import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Aws, Protected } from './aws';
import { checkGuards } from './check-guards';
import type { GuardSettings } from './check-guards';
import { chooseRecoveryPoint } from './choose-recovery-point';
import type { ChosenRecoveryPoint } from './choose-recovery-point';
import { translateItems } from './translate-items';
import { checkRestoreRequest } from '../../src/core/check-restore-request';
import { RestoreError } from '../../src/core/contract';
import type { RestoreExpectation } from '../../src/core/expectation';
import { isWithin, requestableItems, splitItems, UNDISPUTED_ITEMS, warnAboutItemsPerRestoreJob, warnAboutPatterns } from '../../src/core/item-path';
import type { ClientMount } from '../../src/core/item-path';
import { MOST_SLOW_POLLS, planPolling } from '../../src/core/polling';
import { describeProblems } from '../../src/core/problem';
import type { Problem } from '../../src/core/problem';
import type { RecoveryPointHome } from '../../src/core/recovery-point-arn';
import { buildRestoreMetadata, checkRestoreMetadataSize } from '../../src/core/restore-metadata';
import { AfterRestore, completeRestoreRequest, ConflictPolicy, mergeRestoreRequest } from '../../src/core/restore-request';
import type { CompleteRestoreRequest, RestoreRequest } from '../../src/core/restore-request';
import { NamedError } from '../runtime/named-error';

/** What the workflow was told when it was made. */
export interface RestoreSettings extends GuardSettings {
  readonly restoreTimeoutSeconds: number;
  readonly itemsPerRestoreJob: number;
  /** Whether a person approves before anything is moved, and so wants to know what would be. */
  readonly approvesMove: boolean;
}

/** What is known when an execution starts. */
export interface PrepareOptions {
  readonly target: Protected;
  readonly mounts: readonly ClientMount[];
  /** What the input leaves out is taken from here. */
  readonly defaults: RestoreRequest;
  readonly settings: RestoreSettings;
  readonly input: unknown;
  readonly executionId: string;
  /** Of the execution: a redrive keeps it, and a name may be used again. */
  readonly startTime: string;
}

/** One call of StartRestoreJob. */
export interface PreparedJob {
  /** What was asked for; null for a full restore. */
  readonly items: string[] | null;
  /** True where more is restored than was asked for: nothing but the items is verified and moved. */
  readonly only: boolean;
  /** What is expected of what this job restores. */
  readonly expectations: RestoreExpectation[];
  readonly metadata: Record<string, string>;
  /** The same for every attempt of the same execution, so that a retried state never starts a second restore. */
  readonly idempotencyToken: string;
}

/** What the state machine goes on with. */
export interface PreparedRestore {
  /** Its items are paths from the root of the file system. */
  readonly request: CompleteRestoreRequest;
  readonly recoveryPoint: ChosenRecoveryPoint;
  /** One after the other. */
  readonly jobs: PreparedJob[];
  readonly polling: { readonly slowSeconds: number; readonly most: number };
  /** Whether what would be moved is planned for all of it, before anything is moved. */
  readonly plansMove: boolean;
  /** Whether the recovery directories are closed before they are looked at, since what was verified is moved. */
  readonly closes: boolean;
  /** How long the worker's last answer about one recovery directory may be. */
  readonly bytesPerAnswer: number;
  readonly warnings: string[];
}

/** Checks a request and prepares the calls of StartRestoreJob: after this, AWS Backup has no reason to refuse that we could know. */
export async function prepareRestore(aws: Aws, options: PrepareOptions): Promise<PreparedRestore> {
  const { target, settings, executionId, startTime } = options;
  const request = await checkedRequest(aws, options);
  const backupVaultName = request.backupVaultName ?? target.backupVaultName;
  await checkGuards(aws, { target, request, settings });
  const recoveryPoint = await chooseRecoveryPoint(aws, { ...target, backupVaultName }, request);
  const { RestoreMetadata } = await aws.getRecoveryPointRestoreMetadata({ BackupVaultName: backupVaultName, RecoveryPointArn: recoveryPoint.arn });
  const tokenOf = (part: string) => createHash('sha256').update(`${executionId} ${startTime} ${part}`).digest('hex');
  const lists = request.items === undefined ? [undefined] : splitItems(request.items, settings.itemsPerRestoreJob);
  const newFileSystem = request.newFileSystem && { ...request.newFileSystem, creationToken: request.newFileSystem.creationToken ?? tokenOf('file system') };
  const jobs = lists.map((items, index): PreparedJob => ({
    items: items ?? null,
    only: items !== undefined && !isDeepStrictEqual(requestableItems(items), items),
    expectations: (request.expectations ?? []).filter(({ path }) => lists.length === 1 || items!.some((item) => isWithin(path, item))),
    metadata: buildRestoreMetadata({
      recoveryPointMetadata: RestoreMetadata ?? {},
      fileSystemId: target.fileSystemId,
      items: (items && requestableItems(items)) ?? undefined,
      newFileSystem,
    }),
    idempotencyToken: tokenOf(String(index)),
  }));
  throwProblems(jobs.flatMap(({ metadata }) => checkRestoreMetadataSize(metadata)));
  const { paces, most } = planPolling(settings.restoreTimeoutSeconds, Math.floor(MOST_SLOW_POLLS / jobs.length));
  const isDisputed = jobs.some(({ items }) => (items?.length ?? 0) > UNDISPUTED_ITEMS);
  const warning = isDisputed ? warnAboutItemsPerRestoreJob('itemsPerRestoreJob', settings.itemsPerRestoreJob) : undefined;
  const prepared: PreparedRestore = {
    request,
    recoveryPoint,
    jobs,
    polling: { slowSeconds: paces[paces.length - 1].seconds, most },
    closes: request.afterRestore === AfterRestore.MOVE_INTO_PLACE && !request.dryRun,
    plansMove: plansMove(request, jobs.length, settings),
    bytesPerAnswer: Math.floor(BYTES_OF_ANSWERS / jobs.length),
    warnings: [warning, warnAboutPatterns(request.items ?? [])].flatMap((each) => each ?? []),
  };
  throwProblems(checkStateSize(options.input, prepared));
  return prepared;
}

/** Under FAIL nothing at all is moved if there is a conflict anywhere, which one directory at a time cannot know. */
function plansMove(request: CompleteRestoreRequest, jobs: number, settings: RestoreSettings): boolean {
  const moves = request.afterRestore === AfterRestore.MOVE_INTO_PLACE;
  return moves && (request.dryRun || settings.approvesMove || (jobs > 1 && request.conflictPolicy === ConflictPolicy.FAIL));
}

/**
 * The state of an execution has at most 256 KiB ("Quotas", AWS Step Functions Developer Guide), and an execution that exceeds it
 * dies without a report (States.DataLimitExceeded cannot be caught). The items are in it several times: in the input, in what
 * is prepared, and in what was restored. The rest is for the root listing and the answers of the worker.
 */
const LARGEST_REQUEST_BYTES = 80_000;
/** Of each kind: verifications, plans and moves. */
const BYTES_OF_ANSWERS = 25_000;

function checkStateSize(input: unknown, prepared: PreparedRestore): Problem[] {
  const bytes = Buffer.byteLength(JSON.stringify([input, prepared, prepared.jobs, prepared.jobs.map(({ expectations }) => expectations)]));
  return bytes <= LARGEST_REQUEST_BYTES ? [] : [{
    subject: 'request',
    rule: `must fit, items six times over and expectations five times, into ${LARGEST_REQUEST_BYTES} bytes of the state of an execution, which Step Functions limits`,
    value: `${bytes} bytes`,
    remedy: 'name common parent directories, expect less, or start several restores',
  }];
}

async function checkedRequest(aws: Aws, { input, defaults, mounts, target, settings }: PrepareOptions): Promise<CompleteRestoreRequest> {
  const { itemsPerRestoreJob } = settings;
  const given = typeof input === 'object' && input !== null && !Array.isArray(input) ? mergeRestoreRequest(defaults, input as RestoreRequest) : input;
  const options = { home: homeOf(target.fileSystemArn), isUnresolved: () => false, partial: false, itemsPerRestoreJob };
  throwProblems(checkRestoreRequest(given, { ...options, mounts }));
  const request = given as RestoreRequest;
  if (request.itemsSeenFrom === undefined) {
    return completeRestoreRequest(request);
  }
  const { itemsSeenFrom, ...rest } = request;
  const translated = { ...rest, items: await translateItems(aws, target, mounts, request.items!, itemsSeenFrom) };
  throwProblems(checkRestoreRequest(translated, { ...options, mounts: [] }));
  return completeRestoreRequest(translated);
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
