import { Cursors } from './cursors';
import { WORK_DIRECTORY } from '../../src/core/contract';
import { ConflictPolicy, MergedDirectories, RecoveryDirectoryDisposal } from '../../src/core/restore-request';
import type { MoveAnswer, MoveEvent, MoveResume, PathNote } from '../../src/core/worker';
import type { Directory } from '../fs/directory';
import { Tree } from '../fs/tree';
import type { TreePath } from '../fs/tree';
import type { Deadline } from '../runtime/deadline';
import { RateLimit } from '../runtime/rate-limit';
import { callOffDeletion } from './delete/call-off';
import { apply } from './move/apply';
import { EMPTY, GONE, notAtPlace } from './move/at-place';
import { CHANGED, CHANGED_DIRECTORY, Changes } from './move/changes';
import { highestNumber, journalNumbers } from './move/journal';
import { Judge } from './move/judge';
import { Merged } from './move/merged';
import type { MergedAnswer } from './move/merged';
import { plan } from './move/plan';
import { recount } from './move/recount';
import type { Begun } from './move/recount';
import { Scope } from './move/scope';
import { giveBackStickyBits } from './move/sticky';
import { Summary } from './move/summary';
import { Tally } from './move/tally';
import { asidePath, hasAside, isOurs, NOT_OURS, readRecord, writeRecord } from './records';
import { openRecoveryDirectory } from './recovery-directory';
import { refuseInvalid } from './refuse-invalid';
import { endVerification, readVerified } from './verify/verified';
import type { Verified } from './verify/verified';

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

/**
 * Nobody knows where to go on: what was moved is no longer in the recovery directory, all else is met again, and counted then. What
 * failed stays counted, and perhaps once more: it may have gone with a live directory, and then nothing meets it again.
 */
const beginAnew = (from: MoveResume | undefined): MoveResume | undefined =>
  (from?.phase === 'APPLY'
    ? { ...from, cursor: undefined, counts: { ...from.counts, skipped: 0 }, mergedDirectories: undefined, liveOnly: undefined } : undefined);

/** In an answer, which goes through the state of a state machine. */
const MOST_INTERRUPTED = 100;

/** What decides about entries, and what is gathered on the way. */
interface Judging {
  readonly judge: Judge;
  readonly changes: Changes;
  readonly merged: Merged;
  readonly isItem: (path: TreePath, name: string) => boolean;
  readonly countsLiveOnly: (path: TreePath) => boolean;
}

class Move {
  private from?: MoveResume;
  private undoneAt?: number;
  private cursors?: Cursors;
  private verified?: Verified;
  private readonly scope: Scope;
  /** That something of the recovery directory was moved before: by an earlier call, or an earlier move. */
  private moved = false;
  /** That what was moved may be taken for what is live only: what a call moved that never answered, or an earlier move. */
  private mayHaveFilled = false;

  constructor(
    private readonly root: Directory,
    private readonly recovery: Directory,
    private readonly restored: Tree,
    private readonly event: MoveEvent,
    private readonly deadline: Deadline,
  ) {
    this.from = event.previous?.resume ?? undefined;
    this.scope = new Scope({ ...event, policy: event.conflictPolicy });
  }

  public async run(): Promise<MoveAnswer> {
    const { root, recovery, restored, event } = this;
    this.undoneAt = (await readRecord(root, event.directory, await recovery.stat(), 'undone'))?.writtenAt;
    if (this.from?.phase === 'APPLY' && this.from.undoneAt !== this.undoneAt) {
      this.from = undefined; // what lies before the cursor was taken back meanwhile
    }
    this.cursors = await Cursors.open(root, this.from?.cursor);
    this.from = this.cursors.lost ? beginAnew(this.from) : this.from;
    const { from } = this;
    this.verified = await readVerified(root, event.directory, recovery);
    const numbers = await journalNumbers(root, event.directory);
    this.moved = numbers.length > 0;
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
    const unanswered = numbers.filter((number) => number > (from?.journal ?? 0));
    const counted = await recount(root, restored, event.directory, unanswered, tally);
    this.mayHaveFilled = unanswered.length > 0 || this.cursors.lost;
    await giveBackStickyBits(root, restored, event.directory, unanswered);
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
    const judging = this.judging(summary && this.from);
    const end = await plan({ root, restored, ...judging, tally, summary, cursor: this.from?.cursor, cursors: this.cursors, deadline });
    const more = summary ? { plan: summary.plan, ...judging.merged.answer } : {};
    if (!end.done) {
      return this.answer('UNDECIDED', tally, { ...more, resume: { phase: 'PLAN', cursor: end.cursor, counts: tally.counts, notes: tally.notes, ...more } });
    }
    const conflict = policy === ConflictPolicy.FAIL && tally.counts.failed > 0;
    if (conflict && !summary && tally.notes.every(({ note }) => note === CHANGED || note === CHANGED_DIRECTORY)) {
      // nothing is in the way: what was verified is not what is there any more
      (await this.missing(() => false)).filter(({ note }) => note === GONE).forEach(({ path, note }) => tally.add('failed', path, note));
      return this.answer('INCOMPLETE', tally);
    }
    return conflict || summary ? this.answer(conflict ? 'CONFLICT' : 'PLANNED', tally, more) : undefined;
  }

  private async apply(tally: Tally, begun: Begun, cursor?: string): Promise<MoveAnswer> {
    const { root, restored, event, deadline } = this;
    const last = await highestNumber(root, event.directory);
    const judging = this.judging(this.from?.phase === 'APPLY' ? this.from : undefined);
    const end = await apply({
      root,
      restored,
      recoveryDirectory: event.directory,
      policy: event.conflictPolicy,
      ...judging,
      tally,
      begun,
      journalAfter: last,
      cursor,
      cursors: this.cursors,
      deadline,
      rateLimit: new RateLimit(event.operationsPerSecond),
      finish: async (isMoved) => this.finish(tally, isMoved),
    });
    if (!end.done) {
      const journal = end.journal ?? last;
      const interrupted = end.interrupted.slice(0, MOST_INTERRUPTED);
      const undoneAt = this.undoneAt === undefined ? {} : { undoneAt: this.undoneAt };
      const { counts, notes } = tally;
      const resume: MoveResume = { phase: 'APPLY', cursor: end.cursor, counts, notes, ...judging.merged.answer, journal, interrupted, ...undoneAt };
      return this.answer('UNDECIDED', tally, { resume });
    }
    const { failed } = tally.counts;
    const kept = await hasAside(root, event.directory) ? { keptAside: asidePath(event.directory) } : {};
    return this.answer(failed === 0 ? 'MOVED' : 'INCOMPLETE', tally, { ...judging.merged.answer, ...kept });
  }

  private judging(previous?: MergedAnswer): Judging {
    const { event, scope } = this;
    const changes = new Changes(this.verified?.at, this.moved);
    const merged = new Merged(previous, event.mergedDirectories === MergedDirectories.TAKE_RESTORED);
    return {
      judge: new Judge(event.conflictPolicy, scope, changes),
      changes,
      merged,
      isItem: (path, name) => scope.isItem(path, name),
      countsLiveOnly: (path) => !this.mayHaveFilled && scope.isAskedFor(path),
    };
  }

  private async missing(isMoved: (path: TreePath) => boolean): Promise<PathNote[]> {
    const { root, restored, event: { directory, items }, verified, moved } = this;
    return notAtPlace({ root, restored, recoveryDirectory: directory, verified: verified?.items, items, moved, isMoved });
  }

  /** All was moved that can be: what is still to be true? */
  private async finish(tally: Tally, isMoved: (path: string) => boolean): Promise<void> {
    const { root, recovery, event: { directory, disposal } } = this;
    const missing = await this.missing(isMoved);
    // what is still in the recovery directory is told already, be it with a directory that it lies in
    const told = tally.counts.failed === 0 ? [] : tally.notes.map(({ path }) => path);
    const isTold = ({ path, note }: PathNote) => told.some((each) => path === each || (note === EMPTY && path.startsWith(`${each}/`)));
    missing.filter((each) => !isTold(each)).forEach(({ path, note }) => tally.add('failed', path, note));
    if (tally.counts.failed > 0) {
      return;
    }
    await writeRecord(root, directory, await recovery.stat(), 'moved');
    if (disposal === RecoveryDirectoryDisposal.KEEP) {
      await endVerification(root, directory, recovery); // it stays, so people may look into it again
    }
  }

  private answer(outcome: MoveAnswer['outcome'], tally: Tally, more: Partial<MoveAnswer> = {}): MoveAnswer {
    return { operation: 'move', done: outcome !== 'UNDECIDED', outcome, counts: tally.counts, notes: tally.notes, resume: null, ...more };
  }
}
