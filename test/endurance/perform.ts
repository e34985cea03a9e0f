import { Directory } from '../../lambda/fs/directory';
import { errnoOf } from '../../lambda/fs/errno';
import { Deadline } from '../../lambda/runtime/deadline';
import type { InvocationTime } from '../../lambda/runtime/deadline';
import { deleteRecoveryDirectory } from '../../lambda/worker/delete';
import { move } from '../../lambda/worker/move';
import { release } from '../../lambda/worker/release';
import { survey } from '../../lambda/worker/survey';
import { undo } from '../../lambda/worker/undo';
import { verify } from '../../lambda/worker/verify';
import { RecoveryDirectoryDisposal } from '../../src/core/restore-request';
import type { ConflictPolicy } from '../../src/core/restore-request';
import type {
  DeleteAnswer, DeleteEvent, MoveAnswer, MoveEvent, ReleaseAnswer, ReleaseEvent, SurveyAnswer, SurveyEvent, UndoAnswer, UndoEvent, VerifyAnswer,
  VerifyEvent,
} from '../../src/core/worker';
import { endlessTime } from '../helpers/fault';
import { recoveryName } from '../helpers/temp-tree';

/** The recovery directory of every test here. */
export const NAME = recoveryName(Date.UTC(2026, 10, 23, 3));
export const QUARANTINE = `cdk-efs-backup-quarantine_${NAME}`;
export const WORK = '.cdk-efs-backup';

/** Every answer that is not done gets closer to the end. */
const MOST_CALLS = 2_000;
const UNLIMITED = 1e9;
/** What tests write later is not in use, unless it is from the far future. */
const DECADES = 1e9;

export type Event = SurveyEvent | VerifyEvent | MoveEvent | UndoEvent | DeleteEvent | ReleaseEvent;
interface Answers { survey: SurveyAnswer; verify: VerifyAnswer; move: MoveAnswer; undo: UndoAnswer; delete: DeleteAnswer; release: ReleaseAnswer }
export type AnswerTo<E extends Event> = Answers[E['operation']];

export const moving = (conflictPolicy: ConflictPolicy, dryRun = false): MoveEvent => ({ operation: 'move', directory: NAME, conflictPolicy, items: null, dryRun, operationsPerSecond: UNLIMITED });
export const undoing: UndoEvent = { operation: 'undo', directory: NAME, operationsPerSecond: UNLIMITED };
export const releasing: ReleaseEvent = { operation: 'release', directory: NAME };
export const surveying: SurveyEvent = { operation: 'survey', contents: true, graceSeconds: DECADES, operationsPerSecond: UNLIMITED };
export const cutting = (shards: number): SurveyEvent => ({ operation: 'survey', cut: { directory: NAME, shards }, operationsPerSecond: UNLIMITED });
export const verifying = (items: string[] | null): VerifyEvent => ({
  operation: 'verify', directory: NAME, items, compare: 'SHA256', operationsPerSecond: UNLIMITED,
});
export const deleting = (more: Partial<DeleteEvent> = {}): DeleteEvent => ({
  operation: 'delete',
  directory: NAME,
  accessPointRoots: [],
  runningRestoreJobs: [],
  restoredSince: '1970-01-01T00:00:00Z',
  retentionSeconds: 0,
  graceSeconds: DECADES,
  disposal: RecoveryDirectoryDisposal.DELETE,
  operationsPerSecond: UNLIMITED,
  ...more,
});

/** One call of the worker. */
export async function call<E extends Event>(root: Directory, event: E, time: InvocationTime = endlessTime): Promise<AnswerTo<E>> {
  const deadline = new Deadline(time);
  const answer = (): Promise<Answers[keyof Answers]> => {
    switch (event.operation) {
      case 'survey': return survey(root, event, deadline);
      case 'verify': return verify(root, event, deadline);
      case 'move': return move(root, event, deadline);
      case 'undo': return undo(root, event, deadline);
      case 'delete': return deleteRecoveryDirectory(root, event, deadline);
      default: return release(root, event);
    }
  };
  return await answer() as AnswerTo<E>;
}

/** The call after an answer that was not done: what goes through a state machine is JSON. */
export function following<E extends Event>(event: E, answer: AnswerTo<E>): E {
  const { resume } = answer as { resume?: unknown };
  return { ...event, previous: JSON.parse(JSON.stringify({ resume: resume ?? null })) };
}

/** Calls the worker until it is done. */
export async function perform<E extends Event>(root: Directory, event: E, time: () => InvocationTime = () => endlessTime): Promise<AnswerTo<E>> {
  let answer = await call(root, event, time());
  for (let calls = 1; !answer.done; calls += 1) {
    if (calls > MOST_CALLS) {
      throw new Error(`not done after ${MOST_CALLS} calls: ${JSON.stringify(event)}`);
    }
    answer = await call(root, following(event, answer), time());
  }
  return answer;
}

/** True for an error that says what is wrong: that of a call to the file system, or of an event that asks for what is not there. */
export const isTold = (error: unknown): boolean => errnoOf(error) !== undefined || (error as Error).name === 'InvalidWorkerEvent';

/** Runs an action on the root of a file system. */
export async function withRoot<T>(place: string, action: (root: Directory) => Promise<T>): Promise<T> {
  const root = await Directory.open(place);
  try {
    return await action(root);
  } finally {
    await root.close();
  }
}
