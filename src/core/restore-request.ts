import { checkExpectations } from './expectation';
import type { RestoreExpectation } from './expectation';
import { checkItemPaths, warnAboutItemCount } from './item-path';
import type { ItemPathOptions } from './item-path';
import type { Problem } from './problem';
import { checkRecoveryPointArn } from './recovery-point-arn';
import type { RecoveryPointHome } from './recovery-point-arn';
import { isReservedRootName } from './reserved-root-name';
import { checkRestoreMetadataSize } from './restore-metadata';

/** What happens to the data once AWS Backup has put it into the recovery directory. */
export enum AfterRestore {
  /** Nothing: the recovery directory is found and reported. */
  KEEP = 'KEEP',
  /** The recovery directory is verified and stays where it is. */
  VERIFY = 'VERIFY',
  /** The recovery directory is verified, moved into place and cleaned up. */
  MOVE_INTO_PLACE = 'MOVE_INTO_PLACE',
}

/** What happens to a restored entry whose place is taken by another one. Nothing that is live is ever lost. */
export enum ConflictPolicy {
  /** Nothing at all is moved if any entry is in conflict. */
  FAIL = 'FAIL',
  /** The live entry stays; the restored one stays in the recovery directory. */
  SKIP = 'SKIP',
  /** The live entry is replaced where it is the older of the two (by modification time), and kept aside; else as SKIP. */
  REPLACE_IF_OLDER = 'REPLACE_IF_OLDER',
  /** The live entry is replaced, and kept aside under `.cdk-efs-backup` at the root of the file system. */
  REPLACE = 'REPLACE',
  /** The live entry stays; the restored one is put beside it under a name that tells when it was restored. */
  KEEP_BOTH = 'KEEP_BOTH',
}

/** What becomes of the recovery directory after its content was moved into place. */
export enum RecoveryDirectoryDisposal {
  /** It is deleted if everything in it was moved; where entries were skipped it is kept and reported. */
  DELETE_WHEN_EMPTY = 'DELETE_WHEN_EMPTY',
  /** It is deleted with whatever was not moved. */
  DELETE = 'DELETE',
  /** It is kept. */
  KEEP = 'KEEP',
}

/** A restore, as an operator asks for it: the input of the restore workflow. */
export interface RestoreRequest {
  /**
   * The files and directories to restore, each as an absolute path from the root of the file system.
   *
   * @default - give either `items` or `fullRestore`
   */
  readonly items?: string[];
  /**
   * Restore everything in the recovery point.
   *
   * @default false
   */
  readonly fullRestore?: boolean;
  /**
   * The ARN of the recovery point to restore from.
   *
   * @default - the latest completed recovery point of the file system in the vault
   */
  readonly recoveryPointArn?: string;
  /**
   * Restore from the latest recovery point that was created before this instant (ISO 8601 with an offset, such as
   * `2026-11-23T03:00:00Z`).
   *
   * @default - no bound
   */
  readonly recoveryPointCreatedBefore?: string;
  /**
   * What happens after the restore.
   *
   * @default AfterRestore.VERIFY
   */
  readonly afterRestore?: AfterRestore;
  /**
   * What happens to a restored entry whose place is taken; only with `AfterRestore.MOVE_INTO_PLACE`.
   *
   * @default ConflictPolicy.FAIL
   */
  readonly conflictPolicy?: ConflictPolicy;
  /**
   * What becomes of the recovery directory; only with `AfterRestore.MOVE_INTO_PLACE`.
   *
   * @default RecoveryDirectoryDisposal.DELETE_WHEN_EMPTY
   */
  readonly recoveryDirectory?: RecoveryDirectoryDisposal;
  /**
   * What must be true of what was restored, beside the items being there, before anything is moved: up to 100, and not with `AfterRestore.KEEP`.
   *
   * @default - nothing else is expected
   */
  readonly expectations?: RestoreExpectation[];
  /**
   * Restore although another restore job of this file system is pending or running. Two recovery directories may then be hard to tell apart.
   *
   * @default false
   */
  readonly allowConcurrentRestores?: boolean;
}

/** How a request is checked. */
export interface RestoreRequestOptions extends ItemPathOptions {
  /** Where the recovery point must be. */
  readonly home: RecoveryPointHome;
  /** True for the defaults of a workflow: what is missing comes with the execution. */
  readonly partial: boolean;
}

/** A request that was checked, its defaults filled in. */
export interface CompleteRestoreRequest extends RestoreRequest {
  readonly fullRestore: boolean;
  readonly afterRestore: AfterRestore;
  readonly conflictPolicy: ConflictPolicy;
  readonly recoveryDirectory: RecoveryDirectoryDisposal;
}

const KEYS = ['items', 'fullRestore', 'recoveryPointArn', 'recoveryPointCreatedBefore', 'afterRestore', 'conflictPolicy', 'recoveryDirectory', 'expectations', 'allowConcurrentRestores'] as const;
const FLAGS = ['fullRestore', 'allowConcurrentRestores'] as const;
const INSTANT = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

function checkChoice(subject: string, value: unknown, choices: readonly string[]): Problem[] {
  return value === undefined || choices.includes(value as string) ? []
    : [{ subject, rule: `must be one of ${choices.join(', ')}`, value, remedy: 'write one of them, in capitals' }];
}

/** Date.parse rolls 31 February over into March and takes 24:00 for the next day: only what comes back unchanged is an instant. */
function isInstant(value: unknown): boolean {
  const local = typeof value === 'string' ? INSTANT.exec(value)?.[1] : undefined;
  return local !== undefined && !Number.isNaN(Date.parse(value as string)) && new Date(`${local}Z`).toISOString().startsWith(local);
}

function checkShape(input: unknown): input is Record<string, unknown> {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}

const isListOfTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every((item) => typeof item === 'string');

/** What lies in a place of AWS Backup's, or of ours, is restored but not moved: moved, it would pass for today's. */
function checkMovable(items: unknown, options: RestoreRequestOptions): Problem[] {
  return Array.from<unknown>(Array.isArray(items) ? items : []).flatMap((item, index): Problem[] => {
    const first = typeof item === 'string' && !options.isUnresolved(item) ? item.split('/')[1] : undefined;
    return first === undefined || !isReservedRootName(first) ? [] : [{
      subject: `items[${index}]`,
      rule: `must not lie in '/${first}' for 'afterRestore' ${AfterRestore.MOVE_INTO_PLACE}, because that is not moved`,
      value: item,
      remedy: `use ${AfterRestore.VERIFY} and move it by hand`,
    }];
  });
}

/** All problems of a request, at once, in the same words at synth and at run time. Unresolved values are left for run time. */
export function checkRestoreRequest(input: unknown, options: RestoreRequestOptions): Problem[] {
  if (!checkShape(input)) {
    return [{ subject: 'request', rule: 'must be a JSON object', value: input, remedy: 'write for example {"items":["/projects/report.txt"],"afterRestore":"MOVE_INTO_PLACE"}' }];
  }
  const known = (value: unknown) => value !== undefined && !options.isUnresolved(value);
  const problems: Problem[] = [];

  for (const key of Object.keys(input).filter((candidate) => !(KEYS as readonly string[]).includes(candidate))) {
    const alike = KEYS.find((candidate) => candidate.toLowerCase() === key.toLowerCase());
    problems.push({ subject: key, rule: 'is not a key of a restore request', remedy: alike ? `write '${alike}'` : `the keys are ${KEYS.join(', ')}` });
  }
  for (const key of FLAGS.filter((flag) => known(input[flag]) && typeof input[flag] !== 'boolean')) {
    problems.push({ subject: key, rule: 'must be true or false', value: input[key], remedy: 'write true or false without quotes' });
  }
  if (input.items !== undefined && input.fullRestore === true) {
    problems.push({ subject: 'items', rule: "must not be given together with 'fullRestore'", remedy: 'keep one of the two' });
  } else if (!options.partial && input.items === undefined && (input.fullRestore === undefined || input.fullRestore === false)) {
    problems.push({ subject: 'items', rule: 'must be given', remedy: 'name the files and directories to restore, or do a full restore: "fullRestore": true' });
  }
  if (input.items !== undefined) {
    problems.push(...checkItemPaths('items', input.items, options));
    problems.push(...(input.afterRestore === AfterRestore.MOVE_INTO_PLACE ? checkMovable(input.items, options) : []));
    if (isListOfTexts(input.items)) {
      problems.push(...checkRestoreMetadataSize({ ItemsToRestore: JSON.stringify(input.items) }));
    }
  }
  if (known(input.recoveryPointArn)) {
    problems.push(...checkRecoveryPointArn('recoveryPointArn', input.recoveryPointArn, options.home));
  }
  if (input.recoveryPointArn !== undefined && input.recoveryPointCreatedBefore !== undefined) {
    problems.push({ subject: 'recoveryPointCreatedBefore', rule: "must not be given together with 'recoveryPointArn'", remedy: 'keep one of the two' });
  }
  const before = input.recoveryPointCreatedBefore;
  if (known(before) && !isInstant(before)) {
    problems.push({ subject: 'recoveryPointCreatedBefore', rule: 'must be a real instant in ISO 8601 with an offset from UTC', value: before, remedy: 'write for example "2026-11-23T03:00:00Z"' });
  }
  const choices = { afterRestore: AfterRestore, conflictPolicy: ConflictPolicy, recoveryDirectory: RecoveryDirectoryDisposal };
  for (const [key, choice] of Object.entries(choices)) {
    if (known(input[key])) {
      problems.push(...checkChoice(key, input[key], Object.values(choice)));
    }
  }
  const mayMove = options.partial || options.isUnresolved(input.afterRestore) || input.afterRestore === AfterRestore.MOVE_INTO_PLACE;
  for (const key of ['conflictPolicy', 'recoveryDirectory']) {
    if (input[key] !== undefined && !mayMove) {
      problems.push({ subject: key, rule: `goes only with 'afterRestore' ${AfterRestore.MOVE_INTO_PLACE}`, value: input[key], remedy: `set 'afterRestore' to ${AfterRestore.MOVE_INTO_PLACE}, or leave '${key}' out` });
    }
  }
  if (known(input.expectations)) {
    problems.push(...checkExpectations('expectations', input.expectations));
  }
  if (input.expectations !== undefined && input.afterRestore === AfterRestore.KEEP) {
    problems.push({ subject: 'expectations', rule: `does not go with 'afterRestore' ${AfterRestore.KEEP}, because nothing is looked at`, remedy: `use ${AfterRestore.VERIFY}, or leave it out` });
  }
  return problems;
}

/** What is worth a warning about a request that has no problems. */
export function warnAboutRestoreRequest(request: RestoreRequest): string[] {
  const warning = warnAboutItemCount('items', request.items);
  return warning === undefined ? [] : [warning];
}

/**
 * Takes what a request leaves out from the defaults of its workflow. What the request says displaces the default that it
 * contradicts: a request with items is no full restore, and so on.
 */
export function mergeRestoreRequest(defaults: RestoreRequest, request: RestoreRequest): RestoreRequest {
  const merged: { -readonly [Key in keyof RestoreRequest]: RestoreRequest[Key] } = { ...defaults, ...request };
  const displace = (displaced: keyof RestoreRequest) => {
    if (request[displaced] === undefined) {
      delete merged[displaced];
    }
  };
  if (request.items !== undefined) {
    displace('fullRestore');
  }
  if (request.fullRestore !== undefined && request.fullRestore !== false) {
    displace('items');
  }
  if (request.recoveryPointArn !== undefined) {
    displace('recoveryPointCreatedBefore');
  }
  if (request.recoveryPointCreatedBefore !== undefined) {
    displace('recoveryPointArn');
  }
  if (merged.afterRestore !== AfterRestore.MOVE_INTO_PLACE) {
    displace('conflictPolicy');
    displace('recoveryDirectory');
  }
  if (merged.afterRestore === AfterRestore.KEEP) {
    displace('expectations');
  }
  return merged;
}

/** Fills in the defaults of a request that has no problems. */
export function completeRestoreRequest(request: RestoreRequest): CompleteRestoreRequest {
  return {
    ...request,
    fullRestore: request.fullRestore ?? false,
    afterRestore: request.afterRestore ?? AfterRestore.VERIFY,
    conflictPolicy: request.conflictPolicy ?? ConflictPolicy.FAIL,
    recoveryDirectory: request.recoveryDirectory ?? RecoveryDirectoryDisposal.DELETE_WHEN_EMPTY,
  };
}
