import { checkExpectations } from './expectation';
import { checkItemCount, checkItemPaths, isAccessPointId, isWithin } from './item-path';
import type { ItemPathOptions } from './item-path';
import { checkNewFileSystem } from './new-file-system';
import type { Problem } from './problem';
import { checkRecoveryPointArn } from './recovery-point-arn';
import type { RecoveryPointHome } from './recovery-point-arn';
import { isReservedRootName } from './reserved-root-name';
import { checkRestoreMetadataSize } from './restore-metadata';
import { AfterRestore, ConflictPolicy, MergedDirectories, RecoveryDirectoryDisposal } from './restore-request';
import type { RestoreRequest } from './restore-request';

/** How a request is checked. */
export interface RestoreRequestOptions extends ItemPathOptions {
  /** Where the recovery point must be. */
  readonly home: RecoveryPointHome;
  /** True for the defaults of a workflow: what is missing comes with the execution. */
  readonly partial: boolean;
  /** How many items one restore job takes. */
  readonly itemsPerRestoreJob: number;
}

const KEYS = [
  'items', 'itemsSeenFrom', 'fullRestore', 'backupVaultName', 'recoveryPointArn', 'recoveryPointCreatedBefore', 'newFileSystem', 'afterRestore', 'conflictPolicy',
  'mergedDirectories', 'recoveryDirectory', 'dryRun', 'expectations', 'allowConcurrentRestores',
] as const;
const FLAGS = ['fullRestore', 'dryRun', 'allowConcurrentRestores'] as const;
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

type Input = Readonly<Record<string, unknown>>;

const ONLY_WITH_MOVE = ['conflictPolicy', 'mergedDirectories', 'recoveryDirectory', 'dryRun'];
const AFTER_MOVE = `'afterRestore' ${AfterRestore.MOVE_INTO_PLACE}`;

function checkKeys(input: Input): Problem[] {
  return Object.keys(input).filter((candidate) => !(KEYS as readonly string[]).includes(candidate)).map((key): Problem => {
    const alike = KEYS.find((candidate) => candidate.toLowerCase() === key.toLowerCase());
    return { subject: key, rule: 'is not a key of a restore request', remedy: alike ? `write '${alike}'` : `the keys are ${KEYS.join(', ')}` };
  });
}

function checkItems(input: Input, options: RestoreRequestOptions): Problem[] {
  const problems: Problem[] = [];
  if (input.items !== undefined && input.fullRestore === true) {
    problems.push({ subject: 'items', rule: "must not be given together with 'fullRestore'", remedy: 'keep one of the two' });
  } else if (!options.partial && input.items === undefined && (input.fullRestore === undefined || input.fullRestore === false)) {
    problems.push({ subject: 'items', rule: 'must be given', remedy: 'name the files and directories to restore, or do a full restore: "fullRestore": true' });
  }
  if (input.items === undefined) {
    return input.itemsSeenFrom === undefined ? problems
      : [...problems, { subject: 'itemsSeenFrom', rule: "goes only with 'items'", value: input.itemsSeenFrom, remedy: 'leave it out' }];
  }
  // paths that are seen from elsewhere cannot be taken for those on a client: they are translated
  problems.push(...checkItemPaths('items', input.items, input.itemsSeenFrom === undefined ? options : { ...options, mounts: [] }));
  if (input.afterRestore === AfterRestore.MOVE_INTO_PLACE && input.itemsSeenFrom === undefined) {
    problems.push(...checkMovable(input.items, options));
  }
  if (isListOfTexts(input.items)) {
    problems.push(...checkRestoreMetadataSize({ ItemsToRestore: JSON.stringify(input.items) }), ...checkItemCount('items', input.items, options.itemsPerRestoreJob));
    problems.push(...checkJobs(input, input.items, options.itemsPerRestoreJob));
  }
  return problems;
}

/** What does not go with several restore jobs, each of which makes a directory of its own. */
function checkJobs(input: Input, items: readonly string[], itemsPerRestoreJob: number): Problem[] {
  if (items.length <= itemsPerRestoreJob) {
    return [];
  }
  const problems: Problem[] = input.newFileSystem === undefined ? [] : [{
    subject: 'items',
    rule: `must have at most ${itemsPerRestoreJob} items with 'newFileSystem', so that one restore job makes one file system`,
    value: items.length,
    remedy: 'restore common parent directories, or do a full restore',
  }];
  const expectations = Array.isArray(input.expectations) ? input.expectations as Array<{ path?: unknown } | null> : [];
  expectations.forEach((expectation, index) => {
    const path = expectation?.path;
    if (typeof path === 'string' && input.itemsSeenFrom === undefined && !items.some((item) => isWithin(path, item))) {
      problems.push({
        subject: `expectations[${index}].path`,
        rule: `must lie at or below one of the items where there are more than ${itemsPerRestoreJob}, since they are restored by several jobs`,
        value: path,
        remedy: 'expect something of each item',
      });
    }
  });
  return problems;
}

function checkViewpoint(viewpoint: unknown, { mounts }: RestoreRequestOptions): Problem[] {
  const roots = [...new Set(mounts.filter(({ mountPoint }) => mountPoint === viewpoint).map(({ rootDirectory }) => rootDirectory ?? '/'))];
  if (isAccessPointId(viewpoint) || roots.length === 1) {
    return [];
  }
  if (roots.length > 1) {
    return [{
      subject: 'itemsSeenFrom',
      rule: `must be the mount point of one root directory, and clients mount ${roots.map((root) => `'${root}'`).join(' and ')} there`,
      value: viewpoint,
      remedy: 'leave it out and write the paths from the root of the file system',
    }];
  }
  const known = mounts.map(({ mountPoint }) => `'${mountPoint}'`).join(', ');
  return [{
    subject: 'itemsSeenFrom',
    rule: "must be the id of an access point, or the mount point of one of the workflow's 'clientMounts'",
    value: viewpoint,
    remedy: `write for example "fsap-0123456789abcdef0"${known === '' ? '' : `, or one of ${known}`}; or leave it out and write the paths from the root of the file system`,
  }];
}

function checkRecoveryPoint(input: Input, options: RestoreRequestOptions, known: (value: unknown) => boolean): Problem[] {
  const problems: Problem[] = [];
  const { backupVaultName, recoveryPointArn, recoveryPointCreatedBefore: before } = input;
  if (known(backupVaultName) && (typeof backupVaultName !== 'string' || backupVaultName === '')) {
    problems.push({ subject: 'backupVaultName', rule: 'must be the name of a backup vault', value: backupVaultName, remedy: "write the name, not the ARN, or leave it out for the workflow's own" });
  }
  if (known(recoveryPointArn)) {
    problems.push(...checkRecoveryPointArn('recoveryPointArn', recoveryPointArn, options.home));
  }
  if (recoveryPointArn !== undefined && before !== undefined) {
    problems.push({ subject: 'recoveryPointCreatedBefore', rule: "must not be given together with 'recoveryPointArn'", remedy: 'keep one of the two' });
  }
  if (known(before) && !isInstant(before)) {
    problems.push({ subject: 'recoveryPointCreatedBefore', rule: 'must be a real instant in ISO 8601 with an offset from UTC', value: before, remedy: 'write for example "2026-11-23T03:00:00Z"' });
  }
  return problems;
}

/** What goes only with a certain `afterRestore`. */
function checkCompany(input: Input, { partial, isUnresolved }: RestoreRequestOptions): Problem[] {
  const problems: Problem[] = [];
  const { afterRestore, newFileSystem } = input;
  const isOpen = partial || isUnresolved(afterRestore);
  for (const key of ONLY_WITH_MOVE.filter((each) => input[each] !== undefined && !isOpen && afterRestore !== AfterRestore.MOVE_INTO_PLACE)) {
    problems.push({ subject: key, rule: `goes only with ${AFTER_MOVE}`, value: input[key], remedy: `set 'afterRestore' to ${AfterRestore.MOVE_INTO_PLACE}, or leave '${key}' out` });
  }
  if (newFileSystem !== undefined && !isUnresolved(afterRestore) && afterRestore !== undefined && afterRestore !== AfterRestore.KEEP) {
    problems.push({
      subject: 'afterRestore',
      rule: `must be ${AfterRestore.KEEP} with 'newFileSystem', because the workflow has not mounted that`,
      value: afterRestore,
      remedy: `write ${AfterRestore.KEEP}, or restore into the file system that was backed up`,
    });
  }
  const keeps = afterRestore === AfterRestore.KEEP || (afterRestore === undefined && newFileSystem !== undefined);
  if (input.expectations !== undefined && keeps) {
    problems.push({ subject: 'expectations', rule: `does not go with 'afterRestore' ${AfterRestore.KEEP}, because nothing is looked at`, remedy: `use ${AfterRestore.VERIFY}, or leave it out` });
  }
  return problems;
}

/** What a workflow was made for. */
export interface OfferedRestores {
  readonly backupVaultNames: readonly string[];
  readonly allowsNewFileSystems: boolean;
}

/** What a workflow cannot do for a request. */
export function checkOffered(request: RestoreRequest, { backupVaultNames, allowsNewFileSystems }: OfferedRestores): Problem[] {
  const { backupVaultName, newFileSystem } = request;
  const problems: Problem[] = backupVaultName === undefined || backupVaultNames.includes(backupVaultName) ? [] : [{
    subject: 'backupVaultName',
    rule: `must be one of ${backupVaultNames.join(', ')}`,
    value: backupVaultName,
    remedy: "choose one of them, or give the vault to the workflow: 'moreBackupVaults'",
  }];
  return newFileSystem === undefined || allowsNewFileSystems ? problems : [...problems, {
    subject: 'newFileSystem',
    rule: 'is not allowed by this workflow, whose restore role makes no file systems',
    remedy: "restore into the file system that was backed up, or deploy the workflow with 'allowNewFileSystems'",
  }];
}

/** All problems of a request, at once, in the same words at synth and at run time. Unresolved values are left for run time. */
export function checkRestoreRequest(input: unknown, options: RestoreRequestOptions): Problem[] {
  if (!checkShape(input)) {
    return [{ subject: 'request', rule: 'must be a JSON object', value: input, remedy: 'write for example {"items":["/projects/report.txt"],"afterRestore":"MOVE_INTO_PLACE"}' }];
  }
  const known = (value: unknown) => value !== undefined && !options.isUnresolved(value);
  const choices = {
    afterRestore: AfterRestore, conflictPolicy: ConflictPolicy, mergedDirectories: MergedDirectories, recoveryDirectory: RecoveryDirectoryDisposal,
  };
  return [
    ...checkKeys(input),
    ...FLAGS.filter((key) => known(input[key]) && typeof input[key] !== 'boolean')
      .map((key): Problem => ({ subject: key, rule: 'must be true or false', value: input[key], remedy: 'write true or false without quotes' })),
    ...checkItems(input, options),
    ...(known(input.itemsSeenFrom) ? checkViewpoint(input.itemsSeenFrom, options) : []),
    ...checkRecoveryPoint(input, options, known),
    ...(known(input.newFileSystem) ? checkNewFileSystem('newFileSystem', input.newFileSystem, options.isUnresolved) : []),
    ...Object.entries(choices).flatMap(([key, choice]) => (known(input[key]) ? checkChoice(key, input[key], Object.values(choice)) : [])),
    ...checkCompany(input, options),
    ...(known(input.expectations) ? checkExpectations('expectations', input.expectations, options.isUnresolved) : []),
  ];
}
