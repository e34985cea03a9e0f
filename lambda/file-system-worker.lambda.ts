import type { Directory } from './fs/directory';
import { openMount } from './fs/mount';
import { Deadline } from './runtime/deadline';
import type { InvocationTime } from './runtime/deadline';
import { requireEnvironment } from './runtime/environment';
import { log } from './runtime/log';
import { cutAnswer } from './worker/cut-answer';
import { deleteRecoveryDirectory } from './worker/delete';
import { find } from './worker/find';
import { bind, refuseForeign } from './worker/going-on';
import { move } from './worker/move';
import { refuseInvalid } from './worker/refuse-invalid';
import { release } from './worker/release';
import { survey } from './worker/survey';
import { undo } from './worker/undo';
import { verify } from './worker/verify';
import { EnvironmentVariable } from '../src/core/contract';
import type { MoveEvent, VerifyEvent, WorkerAnswer, WorkerEvent } from '../src/core/worker';

/** Whoever ends the process is answered with what is left, too: Lambda ends it like this where the function has extensions. */
const ended = new AbortController();
process.once('SIGTERM', () => ended.abort());

/** The file-system worker: in the VPC, with the file system mounted, and without any call to AWS. */
export async function handler(event: WorkerEvent, context: InvocationTime): Promise<WorkerAnswer> {
  const root = await openMount(requireEnvironment(EnvironmentVariable.MOUNT_PATH), process.env[EnvironmentVariable.MOUNT_CHECK]);
  try {
    refuseInvalid(event);
    refuseForeign(event);
    return bind(event, fit(event, await run(root, event, new Deadline(context, ended.signal))));
  } finally {
    await root.close();
  }
}

/** What a state machine has no room for is in the log. */
function fit(event: WorkerEvent, answer: WorkerAnswer): WorkerAnswer {
  if ((answer.operation !== 'verify' && answer.operation !== 'move') || !answer.done) {
    return answer;
  }
  const { mostBytes } = event as VerifyEvent | MoveEvent;
  log({ message: 'answer', event, answer });
  return mostBytes === undefined || mostBytes === null ? answer : cutAnswer(answer, mostBytes);
}

async function run(root: Directory, event: WorkerEvent, deadline: Deadline): Promise<WorkerAnswer> {
  switch (event.operation) {
    case 'survey': return survey(root, event, deadline);
    case 'find': return find(root, event);
    case 'verify': return verify(root, event, deadline);
    case 'move': return move(root, event, deadline);
    case 'undo': return undo(root, event, deadline);
    case 'delete': return deleteRecoveryDirectory(root, event, deadline);
    case 'release': return release(root, event);
  }
}
