import { WORK_DIRECTORY } from '../../src/core/contract';
import { ConflictPolicy } from '../../src/core/restore-request';
import type { MoveAnswer, MoveEvent, MoveResume } from '../../src/core/worker';
import type { Directory } from '../fs/directory';
import { Tree } from '../fs/tree';
import type { Deadline } from '../runtime/deadline';
import { RateLimit } from '../runtime/rate-limit';
import { callOffDeletion } from './delete/call-off';
import { apply } from './move/apply';
import { highestNumber, journalNumbers } from './move/journal';
import { plan } from './move/plan';
import { recount } from './move/recount';
import type { Begun } from './move/recount';
import { Summary } from './move/summary';
import { Tally } from './move/tally';
import { asidePath, hasAside, isOurs, NOT_OURS, readRecord, writeRecord } from './records';
import { openRecoveryDirectory } from './recovery-directory';
import { refuseInvalid } from './refuse-invalid';

/**
 * Moves what a recovery directory holds to where it was. No content is copied: owner, mode, times and links stay as they are, and
 * a subtree that is missing at its place moves in one rename, whatever its size. Doing it again is safe at any point: what was
 * moved is no longer in the recovery directory. A journal on the file system says what was about to be done, so that it can be
 * undone.
 */
export async function move(root: Directory, event: MoveEvent, deadline: Deadline): Promise<MoveAnswer> {
  refuseInvalid(event); // a policy that is not known would pass the plan that FAIL stands for
  if (!await isOurs(root)) {
    return notBegun(`/${WORK_DIRECTORY}`, NOT_OURS);
  }
  const recovery = await openRecoveryDirectory(root, event.directory);
  if (!recovery) {
    return notBegun(`/${event.directory}`, 'the recovery directory is not there, or is not a real directory on this file system');
  }
  const restored = new Tree(recovery);
  try {
    return await new Move(root, recovery, restored, event, deadline).run();
  } finally {
    await restored.close();
    await recovery.close();
  }
}

function notBegun(path: string, note: string): MoveAnswer {
  const tally = new Tally();
  tally.add('failed', path, note);
  return { operation: 'move', done: true, outcome: 'INCOMPLETE', counts: tally.counts, notes: tally.notes, resume: null };
}

/** In an answer, which goes through the state of a state machine. */
const MOST_INTERRUPTED = 100;

class Move {
  private from?: MoveResume;
  private undoneAt?: number;

  constructor(
    private readonly root: Directory,
    private readonly recovery: Directory,
    private readonly restored: Tree,
    private readonly event: MoveEvent,
    private readonly deadline: Deadline,
  ) {
    this.from = event.previous?.resume ?? undefined;
  }

  public async run(): Promise<MoveAnswer> {
    const { root, recovery, restored, event } = this;
    this.undoneAt = (await readRecord(root, event.directory, (await recovery.stat()).ino, 'undone'))?.writtenAt;
    if (this.from?.phase === 'APPLY' && this.from.undoneAt !== this.undoneAt) {
      this.from = undefined; // what lies before the cursor was taken back meanwhile
    }
    const { from } = this;
    const dryRun = event.dryRun === true;
    if (dryRun) {
      const planned = new Tally(from?.counts, from?.notes);
      return await this.plan(planned, new Summary(from?.plan)) ?? this.answer('PLANNED', planned);
    }
    const tally = from?.phase === 'APPLY' ? new Tally(from.counts, from.notes) : new Tally(); // what was planned has not been moved
    const busy = await callOffDeletion(root, event.directory);
    if (busy !== undefined) {
      tally.add('failed', `/${event.directory}`, busy);
      return this.answer('INCOMPLETE', tally);
    }
    const numbers = await journalNumbers(root, event.directory);
    const unanswered = numbers.filter((number) => number > (from?.journal ?? 0));
    const counted = await recount(root, restored, event.directory, unanswered, tally);
    const begun = { ...counted, interrupted: new Set([...from?.interrupted ?? [], ...counted.interrupted]) };
    // what was begun in a call that never answered had passed the plan, unless it was another move
    if (event.conflictPolicy === ConflictPolicy.FAIL && from?.phase !== 'APPLY' && !begun.passedPlan) {
      const looked = new Tally(from?.counts, from?.notes);
      const stopped = await this.plan(looked);
      if (stopped) {
        return stopped;
      }
      return this.apply(new Tally(), begun);
    }
    return this.apply(tally, begun, from?.phase === 'APPLY' ? from.cursor : undefined);
  }

  /** Looks what would be done; an answer where that ends the call. */
  private async plan(tally: Tally, summary?: Summary): Promise<MoveAnswer | undefined> {
    const { root, restored, event, deadline } = this;
    const policy = event.conflictPolicy;
    const end = await plan({ root, restored, policy, tally, summary, cursor: this.from?.cursor, deadline });
    const more = summary ? { plan: summary.plan } : {};
    if (!end.done) {
      return this.answer('UNDECIDED', tally, { ...more, resume: { phase: 'PLAN', cursor: end.cursor, counts: tally.counts, notes: tally.notes, ...more } });
    }
    const conflict = policy === ConflictPolicy.FAIL && tally.counts.failed > 0;
    return conflict || summary ? this.answer(conflict ? 'CONFLICT' : 'PLANNED', tally, more) : undefined;
  }

  private async apply(tally: Tally, begun: Begun, cursor?: string): Promise<MoveAnswer> {
    const { root, recovery, restored, event, deadline } = this;
    const last = await highestNumber(root, event.directory);
    const end = await apply({
      root,
      restored,
      recoveryDirectory: event.directory,
      policy: event.conflictPolicy,
      tally,
      begun,
      journalAfter: last,
      cursor,
      deadline,
      rateLimit: new RateLimit(event.operationsPerSecond),
      finish: async () => {
        if (tally.counts.failed === 0) {
          await writeRecord(root, event.directory, (await recovery.stat()).ino, 'moved');
        }
      },
    });
    if (!end.done) {
      const journal = end.journal ?? last;
      const interrupted = end.interrupted.slice(0, MOST_INTERRUPTED);
      const undoneAt = this.undoneAt === undefined ? {} : { undoneAt: this.undoneAt };
      const { counts, notes } = tally;
      return this.answer('UNDECIDED', tally, { resume: { phase: 'APPLY', cursor: end.cursor, counts, notes, journal, interrupted, ...undoneAt } });
    }
    const { failed } = tally.counts;
    const kept = await hasAside(root, event.directory) ? { keptAside: asidePath(event.directory) } : {};
    return this.answer(failed === 0 ? 'MOVED' : 'INCOMPLETE', tally, kept);
  }

  private answer(outcome: MoveAnswer['outcome'], tally: Tally, more: Partial<MoveAnswer> = {}): MoveAnswer {
    return { operation: 'move', done: outcome !== 'UNDECIDED', outcome, counts: tally.counts, notes: tally.notes, resume: null, ...more };
  }
}
