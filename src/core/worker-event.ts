import { RefusalReason } from './deletion-guard';
import { checkExpectations } from './expectation';
import { checkOperationsPerSecond } from './operations-per-second';
import type { Problem } from './problem';
import { parseRecoveryDirectoryName } from './recovery-directory';
import { ConflictPolicy, MergedDirectories, RecoveryDirectoryDisposal } from './restore-request';
import { checkShard } from './shard';
import type { WorkerEvent } from './worker';

/** An event as it comes: JSON that anybody may have written. */
type Given = Readonly<Record<string, unknown>>;
type Check = (given: Given) => Problem[];

/** A bound of a shard has up to 1 KiB, and the shards go through the state of a state machine, which holds 256 KiB. */
const MOST_SHARDS = 100;
/** The counts and one element of each list. */
const LEAST_ANSWER_BYTES = 1_000;
const COMPARISONS = ['SIZE_AND_TIME', 'SHA256'];
const DELETE_MODES = ['DELETE', 'QUARANTINE'];

/** State machines cannot leave a key out: null is as good as missing. */
const isMissing = (value: unknown): boolean => value === undefined || value === null;

const oneOf = (subject: string, values: readonly string[], remedy: string): Check => ({ [subject]: value }) =>
  (isMissing(value) || values.includes(value as string) ? [] : [{ subject, rule: `must be one of ${values.join(', ')}`, value, remedy }]);

const flag = (subject: string): Check => ({ [subject]: value }) =>
  (isMissing(value) || typeof value === 'boolean' ? [] : [{ subject, rule: 'must be true or false', value, remedy: 'leave it out for false' }]);

const required = (check: Check, subject: string, problem: Omit<Problem, 'subject'>): Check => (given) =>
  (isMissing(given[subject]) ? [{ subject, ...problem }] : check(given));

const rate: Check = ({ operationsPerSecond }) => checkOperationsPerSecond(operationsPerSecond);

const mostBytes: Check = ({ mostBytes: given }) => (isMissing(given) || (Number.isInteger(given) && (given as number) >= LEAST_ANSWER_BYTES) ? [] : [{
  subject: 'mostBytes', rule: `must be a whole number, ${LEAST_ANSWER_BYTES} or more`, value: given, remedy: 'leave it out for the whole answer',
}]);

const expectations: Check = ({ expectations: given }) => (isMissing(given) ? [] : checkExpectations('expectations', given));

const policies = Object.values(ConflictPolicy);
const conflictPolicy = required(oneOf('conflictPolicy', policies, 'FAIL moves nothing where anything is in the way'), 'conflictPolicy',
  { rule: `must be one of ${policies.join(', ')}`, value: null, remedy: 'FAIL moves nothing where anything is in the way' });

const items: Check = ({ items: given }) => (isMissing(given) || (Array.isArray(given) && given.every((item) => typeof item === 'string')) ? [] : [{
  subject: 'items', rule: 'must be a list of paths', value: given, remedy: 'write the items of the request, or null for a full restore',
}]);

/** Without them the directories that an item lies in would be swapped, with all that is live in them. */
const swappedItems: Check = ({ conflictPolicy: policy, items: given }) => (policy !== ConflictPolicy.SWAP || given !== undefined ? [] : [{
  subject: 'items', rule: `must be given with ${ConflictPolicy.SWAP}, which swaps each of them as a whole`, value: null, remedy: 'write the items of the request, or null for a full restore',
}]);

const mergedDirectories = oneOf('mergedDirectories', Object.values(MergedDirectories), 'leave it out for KEEP_LIVE');

const disposal = oneOf('disposal', Object.values(RecoveryDirectoryDisposal), 'leave it out where nothing is to be done with it');

/** A guard that is turned off by mistake is a guard that nobody misses until it is too late. */
const OPTIONAL_GUARDS = [RefusalReason.IN_USE, RefusalReason.UNPROVEN];
const guardsOff: Check = ({ guardsOff: given }) =>
  (isMissing(given) || (Array.isArray(given) && given.every((guard) => OPTIONAL_GUARDS.includes(guard))) ? [] : [{
    subject: 'guardsOff',
    rule: `must be a list that holds nothing but ${OPTIONAL_GUARDS.map((guard) => `"${guard}"`).join(' and ')}`,
    value: given,
    remedy: 'leave it out: no other guard can be turned off',
  }]);

const ISO_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;
const restoredSince: Check = ({ restoredSince: given }) =>
  (isMissing(given) || (typeof given === 'string' && ISO_INSTANT.test(given) && !Number.isNaN(Date.parse(given))) ? [] : [{
    subject: 'restoredSince', rule: 'must be an instant as ISO 8601', value: given, remedy: 'write the CreationDate of the restore job, or leave it out where none is known',
  }]);

const cut: Check = ({ cut: given }) => {
  if (isMissing(given)) {
    return [];
  }
  const { directory, shards } = given as Given;
  const problems: Problem[] = [];
  if (!Number.isInteger(shards) || (shards as number) < 1 || (shards as number) > MOST_SHARDS) {
    problems.push({ subject: 'cut.shards', rule: `must be a whole number from 1 to ${MOST_SHARDS}`, value: shards ?? null, remedy: 'write for example 16' });
  }
  if (typeof directory !== 'string' || !parseRecoveryDirectoryName(directory)) {
    problems.push(cutDirectoryProblem(directory));
  }
  return problems;
};

/** The worker finds more of them than a name tells. */
export const cutDirectoryProblem = (directory: unknown): Problem => ({
  subject: 'cut.directory',
  rule: 'must be the name of a recovery directory at the root of the file system',
  value: directory ?? null,
  remedy: 'write one of the names that a survey answers with',
});

const CHECKS: Readonly<Record<WorkerEvent['operation'], readonly Check[]>> = {
  survey: [flag('contents'), cut, rate],
  find: [],
  verify: [expectations, flag('close'), flag('only'), oneOf('compare', COMPARISONS, 'leave it out to compare nothing'), mostBytes, rate],
  move: [conflictPolicy, items, swappedItems, flag('only'), mergedDirectories, disposal, flag('dryRun'), mostBytes, rate],
  undo: [rate],
  delete: [oneOf('mode', DELETE_MODES, 'leave it out for DELETE'), ({ shard }) => checkShard(shard), guardsOff, restoredSince, rate],
  release: [],
};

/** All problems of an event at once. What is not checked here and is not as it should be makes the worker refuse, or do less. */
export function checkWorkerEvent(event: unknown): Problem[] {
  const given = (event ?? {}) as Given;
  const operations = Object.keys(CHECKS);
  if (typeof given.operation !== 'string' || !operations.includes(given.operation)) {
    return [{ subject: 'operation', rule: `must be one of ${operations.join(', ')}`, value: given.operation ?? null, remedy: 'docs/worker.md has an example of each' }];
  }
  return CHECKS[given.operation as WorkerEvent['operation']].flatMap((check) => check(given));
}
