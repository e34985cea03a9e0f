import { CleanupMode, isAtMost } from './cleanup';
import type { Problem } from './problem';

/** Why a cleanup was started. */
export type CleanupTrigger =
  | { readonly kind: 'REQUEST'; readonly mode?: CleanupMode }
  | { readonly kind: 'SCHEDULE' }
  | { readonly kind: 'RESTORE_JOB'; readonly restoreJobId: string; readonly state: string } & RestoreJobResources;

/** What tells the file system that a restore job wrote into, as far as an event or DescribeRestoreJob says it. */
export interface RestoreJobResources {
  readonly createdResourceArn?: string;
  readonly sourceResourceArn?: string;
}

/** The input of the schedule. */
export const SCHEDULE_INPUT = { trigger: 'SCHEDULE' } as const;

/** The states in which a restore job changes nothing any more; AWS Backup writes them to `status` in most events, to `state` in others. */
export const ENDED_RESTORE_JOB_STATES = ['COMPLETED', 'FAILED', 'ABORTED'];

/** "Monitoring AWS Backup events using Amazon EventBridge", AWS Backup Developer Guide. */
export const RESTORE_JOB_EVENT = { source: 'aws.backup', detailType: 'Restore Job State Change' } as const;

type Given = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Given => typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** What an execution was started with: an event of AWS Backup, the schedule, or a request of a person. */
export function readCleanupTrigger(input: unknown): { trigger: CleanupTrigger } | { problems: Problem[] } {
  if (!isObject(input)) {
    return { problems: [{ subject: 'input', rule: 'must be an object', value: input, remedy: 'write {}' }] };
  }
  return input.source === undefined && input['detail-type'] === undefined ? readRequest(input) : readEvent(input);
}

function readEvent(event: Given): { trigger: CleanupTrigger } | { problems: Problem[] } {
  const detail = isObject(event.detail) ? event.detail : {};
  const restoreJobId = text(detail.restoreJobId);
  if (event.source !== RESTORE_JOB_EVENT.source || event['detail-type'] !== RESTORE_JOB_EVENT.detailType || restoreJobId === undefined) {
    return {
      problems: [{
        subject: 'input',
        rule: `must be an event '${RESTORE_JOB_EVENT.detailType}' of ${RESTORE_JOB_EVENT.source} with the id of a restore job, if it is an event`,
        value: [event.source, event['detail-type'], detail.restoreJobId],
        remedy: 'leave such events out of the rule that starts this state machine',
      }],
    };
  }
  return {
    trigger: {
      kind: 'RESTORE_JOB',
      restoreJobId,
      state: text(detail.status) ?? text(detail.state) ?? 'UNKNOWN',
      ...withoutUndefined({ createdResourceArn: text(detail.createdResourceArn), sourceResourceArn: text(detail.sourceResourceArn) }),
    },
  };
}

function readRequest(request: Given): { trigger: CleanupTrigger } | { problems: Problem[] } {
  const modes = Object.values(CleanupMode);
  const { mode, trigger, ...others } = request;
  const problems: Problem[] = Object.keys(others).map((subject) => ({ subject, rule: "is no part of a request; only 'mode' is", value: others[subject], remedy: 'leave it out' }));
  if (mode !== undefined && !modes.includes(mode as CleanupMode)) {
    problems.push({ subject: 'mode', rule: `must be one of ${modes.join(', ')}`, value: mode, remedy: 'leave it out for the mode of the construct' });
  }
  if (trigger !== undefined && trigger !== SCHEDULE_INPUT.trigger) {
    problems.push({ subject: 'trigger', rule: `must be ${SCHEDULE_INPUT.trigger}`, value: trigger, remedy: 'leave it out' });
  }
  if (problems.length > 0) {
    return { problems };
  }
  return { trigger: trigger === undefined ? { kind: 'REQUEST', ...withoutUndefined({ mode: mode as CleanupMode | undefined }) } : { kind: 'SCHEDULE' } };
}

/** A request may ask for less than the construct does, never for more: whoever may start a cleanup need not be trusted with deletions. */
export function checkRequestedMode(requested: CleanupMode | undefined, mode: CleanupMode): Problem[] {
  return requested === undefined || isAtMost(requested, mode) ? [] : [{
    subject: 'mode',
    rule: `must not do more than the mode of the construct, ${mode}`,
    value: requested,
    remedy: 'change the mode of the construct, and deploy it',
  }];
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T;
}
