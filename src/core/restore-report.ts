import { RestoreError } from './contract';
import { AfterRestore } from './restore-request';
import type { CompleteRestoreRequest } from './restore-request';
import type { DeleteAnswer, FindAnswer, MoveAnswer, VerifyAnswer } from './worker';

/** What an execution knows when it ends: the state of the state machine. Steps that were not reached have not answered. */
export interface RestoreExecution {
  readonly input: unknown;
  readonly execution: { readonly id: string; readonly name: string; readonly startTime: string };
  readonly prepared?: {
    readonly request: CompleteRestoreRequest;
    readonly recoveryPoint: { readonly arn: string; readonly created: string };
    readonly warnings: string[];
  };
  readonly job?: { readonly RestoreJobId: string };
  readonly found?: FindAnswer;
  readonly verification: Partial<VerifyAnswer>;
  readonly move: Partial<MoveAnswer>;
  readonly deletion: Partial<DeleteAnswer>;
  readonly failure?: { readonly Error: string; readonly Cause?: string };
}

/** The one report of a restore: for people its sentence, for machines the rest. */
export interface RestoreReport {
  readonly outcome: 'SUCCEEDED' | 'FAILED';
  readonly sentence: string;
  readonly error?: string;
  readonly cause?: string;
  readonly execution: RestoreExecution['execution'];
  readonly request: unknown;
  readonly recoveryPoint?: { readonly arn: string; readonly created: string };
  readonly restoreJobId?: string;
  readonly recoveryDirectory?: string;
  readonly lostAndFound: string[];
  readonly verification?: Omit<VerifyAnswer, 'operation' | 'done' | 'resume'>;
  readonly move?: Omit<MoveAnswer, 'operation' | 'done' | 'resume'>;
  readonly cleanup?: Omit<DeleteAnswer, 'operation' | 'done'>;
  readonly warnings: string[];
}

/** SNS: the subject of a message has less than 100 characters, and no line breaks or control characters (Publish, Amazon SNS API reference). */
const LONGEST_SUBJECT = 99;
/** Step Functions: 256 KiB a state; a cause is cut long before that. */
const LONGEST_CAUSE = 8_000;

/** The message that a function threw: Step Functions hands it over within JSON. */
function messageOf(cause: string | undefined): string {
  const given = (text: string | undefined) => text === undefined || text.trim() === '' ? 'no cause was given' : text.slice(0, LONGEST_CAUSE);
  try {
    const parsed = JSON.parse(cause ?? '') as { errorMessage?: unknown };
    return given(typeof parsed.errorMessage === 'string' ? parsed.errorMessage : cause);
  } catch {
    return given(cause);
  }
}

const plural = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

function wordMove({ counts, keptAside }: Partial<MoveAnswer>): string {
  const words = [`moved ${plural(counts!.moved, 'entry', 'entries')} into place`];
  if (counts!.replaced > 0) {
    words.push(`replaced ${counts!.replaced}${keptAside === undefined ? '' : ` (the former ones are in '${keptAside}')`}`);
  }
  if (counts!.keptBoth > 0) {
    words.push(`put ${counts!.keptBoth} beside what has their place`);
  }
  if (counts!.skipped > 0) {
    words.push(`skipped ${counts!.skipped}`);
  }
  return words.join(', ');
}

function wordCleanup(cleanup: Partial<DeleteAnswer>, directory: string): string {
  switch (cleanup.outcome) {
    case 'DELETED':
    case 'ALREADY_GONE':
      return `deleted the recovery directory '/${directory}'`;
    case 'REFUSED':
      return `kept the recovery directory '/${directory}' (${cleanup.refusals!.map(({ reason, detail }) => `${reason}: ${detail}`).join('; ')})`;
    case undefined:
      return `kept the recovery directory '/${directory}'`;
    default:
      return `could not delete the whole recovery directory '/${directory}': clean it up by hand`;
  }
}

function wordSuccess(state: RestoreExecution): string {
  const { recoveryPoint, request } = state.prepared!;
  const what = request.items === undefined ? 'everything' : plural(request.items.length, 'item');
  const words = [`Restored ${what} from the recovery point of ${recoveryPoint.created}`];
  if (state.verification.counts) {
    const { files, directories, bytes } = state.verification.counts;
    words.push(`verified ${plural(files, 'file')} and ${plural(directories, 'directory', 'directories')} (${plural(bytes, 'byte')})`);
  }
  if (state.move.counts) {
    words.push(wordMove(state.move));
  }
  words.push(wordCleanup(state.deletion, state.found!.directory));
  return `${words.slice(0, -1).join(', ')}, and ${words[words.length - 1]}.`;
}

function wordFailure(state: RestoreExecution): string {
  const parts = [`The restore failed with ${state.failure!.Error}: ${messageOf(state.failure!.Cause)}.`.replace(/([.!?])\.$/, '$1')];
  if (state.found) {
    // a move that failed may have moved something before, whether it could still tell or not
    const moving = state.verification.verdict === 'PASSED' && state.prepared?.request.afterRestore === AfterRestore.MOVE_INTO_PLACE && state.move.outcome !== 'CONFLICT';
    parts.push(`What was restored${moving ? ' and not yet moved into place' : ''} is in '/${state.found.directory}'; nothing of it was deleted.`);
  } else if (state.job) {
    parts.push(`The restore job is ${state.job.RestoreJobId}; nothing was deleted.`);
  } else {
    parts.push('No restore job was started, and nothing was changed.');
  }
  const known = (Object.values(RestoreError) as string[]).includes(state.failure!.Error);
  parts.push(`docs/runbook.md of cdk-efs-backup says${known ? ` under ${state.failure!.Error}` : ''} what to do.`);
  return parts.join(' ');
}

/** Leaves out what only the loop over a worker's answers needs. */
function section<Answer extends object>(answer: Answer): Answer | undefined {
  if (!('operation' in answer)) {
    return undefined;
  }
  const { operation: _operation, done: _done, resume: _resume, ...rest } = answer as Record<string, unknown>;
  return rest as Answer;
}

/** Writes the report of an execution that ended, well or not. */
export function reportRestore(state: RestoreExecution): { report: RestoreReport; subject: string } {
  const failed = state.failure !== undefined;
  const report: RestoreReport = {
    outcome: failed ? 'FAILED' : 'SUCCEEDED',
    sentence: failed ? wordFailure(state) : wordSuccess(state),
    ...(failed ? { error: state.failure!.Error, cause: messageOf(state.failure!.Cause) } : {}),
    execution: state.execution,
    request: state.prepared?.request ?? state.input,
    recoveryPoint: state.prepared?.recoveryPoint,
    restoreJobId: state.job?.RestoreJobId,
    recoveryDirectory: state.found?.directory,
    lostAndFound: state.found?.lostAndFound ?? [],
    verification: section(state.verification) as RestoreReport['verification'],
    move: section(state.move) as RestoreReport['move'],
    cleanup: section(state.deletion) as RestoreReport['cleanup'],
    warnings: state.prepared?.warnings ?? [],
  };
  const subject = `EFS restore ${failed ? `failed: ${state.failure!.Error}` : 'succeeded'}`;
  return { report, subject: subject.replace(/[^ -~]/g, ' ').slice(0, LONGEST_SUBJECT) };
}
