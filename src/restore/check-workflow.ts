import { Duration, Token } from 'aws-cdk-lib/core';
import { RestoreApprovalStage } from './restore-approval';
import type { RestoreApproval } from './restore-approval';
import type { RestoreHooks } from './restore-hooks';
import { MOST_WORKERS } from '../core/cleanup';
import type { ClientMount } from '../core/item-path';
import { LEAST_OPERATIONS_PER_SECOND } from '../core/operations-per-second';
import type { Problem } from '../core/problem';
import type { RestoreRequest } from '../core/restore-request';
import type { WorkflowHook } from '../hook/workflow-hook';

/** What shapes the states cannot be a token: they are made at synth. */
const unknownAtSynth = (subject: string, why: string, remedy: string): Problem => ({ subject, rule: `must be known at synth, because ${why}`, remedy });

/** What is wrong with how long something is waited for. */
function checkWait(subject: string, timeout: Duration | undefined, shortest: Duration, why: string): Problem[] {
  if (timeout === undefined) {
    return [];
  }
  if (timeout.isUnresolved()) {
    return [unknownAtSynth(subject, why, 'write a Duration without tokens')];
  }
  const seconds = timeout.toSeconds({ integral: false });
  return Number.isInteger(seconds) && seconds >= shortest.toSeconds() && seconds <= 300 * 86_400 ? [] : [{
    subject,
    rule: `must be whole seconds, from ${shortest.toHumanString()} to 300 days, since an execution of Step Functions ends after a year`,
    value: timeout.toHumanString(),
    remedy: 'choose a duration in between',
  }];
}

/** What is wrong with how long a restore job may run. */
export const checkTimeout = (timeout: Duration | undefined): Problem[] =>
  checkWait('restoreTimeout', timeout, Duration.minutes(10), 'the pace of the polls follows from it');

/** "Lambda quotas", AWS Lambda Developer Guide: 4 KB for all environment variables of a function. The rest is for names and ids. */
const MOST_BYTES_OF_SETTINGS = 3 * 1024;

export function checkSettings(clientMounts: ClientMount[], requestDefaults: RestoreRequest, backupVaultNames: string[]): Problem[] {
  const bytes = Buffer.byteLength(JSON.stringify({ clientMounts, requestDefaults, backupVaultNames }));
  return bytes <= MOST_BYTES_OF_SETTINGS || hasTokens({ clientMounts, requestDefaults }) ? [] : [{
    subject: 'requestDefaults',
    rule: `must have, together with 'clientMounts' and the names of the vaults, at most ${MOST_BYTES_OF_SETTINGS} bytes as JSON, since all become environment variables of a Lambda function`,
    value: bytes,
    remedy: 'leave the items to the executions, or name fewer mounts or vaults',
  }];
}

/** What is wrong with how many items a restore job takes. */
export function checkItemsPerRestoreJob(items: number): Problem[] {
  const subject = 'itemsPerRestoreJob';
  if (Token.isUnresolved(items)) {
    return [unknownAtSynth(subject, 'requests are checked with it', 'write a number')];
  }
  return Number.isInteger(items) && items >= 1 ? [] : [{ subject, rule: 'must be a whole number, 1 or more', value: items, remedy: 'use 5, or leave it out' }];
}

/** What is wrong with the workers that delete a recovery directory together. */
export function checkWorkers(workers: number | undefined, operationsPerSecond: number | undefined): Problem[] {
  if (workers === undefined) {
    return [];
  }
  if (Token.isUnresolved(workers)) {
    return [unknownAtSynth('workers', 'the states of the cleanup follow from it', 'write a number')];
  }
  if (!(Number.isInteger(workers) && workers >= 1 && workers <= MOST_WORKERS)) {
    return [{ subject: 'workers', rule: `must be a whole number from 1 to ${MOST_WORKERS}`, value: workers, remedy: 'leave it out for 1' }];
  }
  if (operationsPerSecond === undefined || workers === 1) {
    return [];
  }
  return Token.isUnresolved(operationsPerSecond) ? [unknownAtSynth('operationsPerSecond', "it is divided among the 'workers'", 'write a number')]
    : operationsPerSecond >= workers * LEAST_OPERATIONS_PER_SECOND ? [] : [{
      subject: 'operationsPerSecond',
      rule: `must be ${LEAST_OPERATIONS_PER_SECOND} or more for each of the ${workers} workers`,
      value: operationsPerSecond,
      remedy: 'raise it, or use fewer workers',
    }];
}

/** What is wrong with an approval. */
export function checkApproval(approval: RestoreApproval | undefined): Problem[] {
  const { timeout, stages = [RestoreApprovalStage.BEFORE_MOVE] } = approval ?? {};
  const known = Object.values(RestoreApprovalStage);
  return [
    ...checkWait('approval.timeout', timeout, Duration.minutes(1), 'the message names it'),
    ...(stages.length > 0 && stages.every((stage) => known.includes(stage)) ? [] : [{
      subject: 'approval.stages',
      rule: 'must name one or both of BEFORE_RESTORE and BEFORE_MOVE',
      value: stages,
      remedy: "use RestoreApprovalStage, leave it out to be asked before the move, or leave out 'approval'",
    }]),
  ];
}

/** What is wrong with the hooks. */
export function checkHooks(hooks: RestoreHooks): Problem[] {
  return Object.entries(hooks).flatMap(([name, hook]) => (hook ? (hook as WorkflowHook)._check(`hooks.${name}`) : []));
}

export function hasTokens(value: unknown): boolean {
  return Token.isUnresolved(value) || (typeof value === 'object' && value !== null && Object.values(value).some(hasTokens));
}
