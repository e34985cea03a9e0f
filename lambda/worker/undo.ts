import { reopen } from './close';
import { Notes } from './notes';
import { ASIDE, asidePath, isOurs, NOT_OURS, openRecords, openRecordsIfThere, PRIVATE_MODE, removeJournal, removeRecord, writeRecord } from './records';
import { openRecoveryDirectory } from './recovery-directory';
import { refuse, refuseInvalid } from './refuse-invalid';
import { WORK_DIRECTORY } from '../../src/core/contract';
import { quarantineNameOf, parseRecoveryDirectoryName } from '../../src/core/recovery-directory';
import { PathRange } from '../../src/core/shard';
import type { UndoAnswer, UndoCounts, UndoEvent, UndoResume } from '../../src/core/worker';
import { fromText } from '../fs/byte-name';
import { openOrMake } from '../fs/descend';
import type { Directory } from '../fs/directory';
import { Tree } from '../fs/tree';
import type { Deadline } from '../runtime/deadline';
import { RateLimit } from '../runtime/rate-limit';
import { callOffDeletion } from './delete/call-off';
import { Inventory } from './delete/inventory';
import { removeTree } from './delete/remove-tree';
import type { Removal } from './delete/remove-tree';
import { Watch } from './delete/watch';
import { journalBytes, journalNumbers } from './move/journal';
import { readBackward, shownLine, UNREADABLE } from './move/read-journal';
import { Reversal } from './undo/reversal';
import { Taken } from './undo/taken';

const NOTHING: UndoCounts = { movedBack: 0, putBack: 0, left: 0 };

/**
 * Takes back what the moves of a recovery directory did, finished or not, with the help of their journal: from its end to its
 * beginning. What somebody changed since then is left where it is, and told. Doing it again is safe at any point.
 */
export async function undo(root: Directory, event: UndoEvent, deadline: Deadline): Promise<UndoAnswer> {
  refuseInvalid(event);
  if (!parseRecoveryDirectoryName(event.directory)) {
    return answer('NOTHING_TO_UNDO', NOTHING);
  }
  if (!await isOurs(root)) {
    return answer('INCOMPLETE', { ...NOTHING, left: 1 }, [{ path: `/${WORK_DIRECTORY}`, note: NOT_OURS }]);
  }
  const numbers = await journalNumbers(root, event.directory);
  if (numbers.length === 0) {
    return answer('NOTHING_TO_UNDO', NOTHING);
  }
  const quarantine = fromText(quarantineNameOf(event.directory));
  const plain = await root.lstat(fromText(event.directory));
  if (plain && await root.lstat(quarantine)) { // what was never moved is in one of the two, and nobody can tell in which
    return answer('INCOMPLETE', { ...NOTHING, left: 1 }, [{ path: root.pathOf(quarantine), note: 'is in quarantine, and its name is taken: release it, then undo again' }]);
  }
  // first of all: what is there again must not pass for moved, nor for a directory whose deletion has begun
  await removeRecord(root, event.directory, 'moved');
  await removeRecord(root, event.directory, 'verified'); // what it puts back gets another ctime, and others may come to it again
  const busy = await callOffDeletion(root, event.directory);
  if (busy !== undefined) {
    return answer('INCOMPLETE', { ...NOTHING, left: 1 }, [{ path: `/${event.directory}`, note: busy }]);
  }
  const recovery = await openRecoveryDirectory(root, event.directory) ?? await remake(root, event.directory);
  if (!recovery && await root.lstat(quarantine)) {
    return answer('INCOMPLETE', { ...NOTHING, left: 1 }, [{ path: root.pathOf(quarantine), note: 'is in quarantine, and not on record as that: release it, then undo again' }]);
  }
  if (!recovery) {
    return answer('INCOMPLETE', { ...NOTHING, left: 1 }, [{ path: `/${event.directory}`, note: 'is not a real directory on this file system' }]);
  }
  try {
    if (!event.previous?.resume) {
      // a move that was stopped and is called again must see that what it had moved is not in its place any more
      await writeRecord(root, event.directory, await recovery.stat(), 'undone');
    }
    return await new Undoing(root, recovery, event, deadline).run(numbers);
  } finally {
    await recovery.close();
  }
}

class Undoing {
  private readonly from?: UndoResume;
  private readonly notes: Notes;
  private readonly rateLimit: RateLimit;

  constructor(
    private readonly root: Directory,
    private readonly recovery: Directory,
    private readonly event: UndoEvent,
    private readonly deadline: Deadline,
  ) {
    this.from = event.previous?.resume ?? undefined;
    this.notes = new Notes(this.from?.notes);
    this.rateLimit = new RateLimit(event.operationsPerSecond);
  }

  public async run(numbers: readonly number[]): Promise<UndoAnswer> {
    const { root, event: { directory }, from } = this;
    const last = numbers[numbers.length - 1];
    if (from && from.last < last) {
      refuse([{ subject: 'previous', rule: 'must be of the same moves, and another one was begun since', value: from.last, remedy: 'leave it out to begin anew' }]);
    }
    const bytes = from?.bytes ?? await journalBytes(root, directory, numbers);
    const taken = await Taken.open(root, directory);
    let [answered, full]: [UndoAnswer | undefined, string[]] = [undefined, []];
    try {
      answered = await this.runWith(numbers, bytes, taken);
    } finally {
      full = await taken.close();
    }
    if (!answered.done || answered.counts.left > 0 || full.length === 0) {
      return answered.outcome === 'UNDONE' ? this.finish(answered, { last, bytes }) : answered;
    }
    full.forEach((path) => this.notes.add(path, 'holds what was taken from its place, and no journal says where it belongs'));
    return answer('INCOMPLETE', { ...answered.counts, left: full.length }, this.notes.notes);
  }

  private async runWith(numbers: readonly number[], bytes: number, taken: Taken): Promise<UndoAnswer> {
    const { root, recovery, event: { directory }, from, notes, deadline, rateLimit } = this;
    const aside = await openRecordsIfThere(root, directory, [ASIDE]);
    const last = numbers[numbers.length - 1];
    const trees = { live: new Tree(root), restored: new Tree(recovery, { missingMode: PRIVATE_MODE }), aside: aside && new Tree(aside) };
    try {
      const { counts = NOTHING, begun } = from ?? {};
      const reversal = new Reversal({ root, ...trees, asidePath: asidePath(directory), taken, counts, notes, begun, deadline, rateLimit });
      const unfinished = await this.reverse(numbers, bytes, reversal);
      if (unfinished || reversal.counts.left > 0) {
        return answer(unfinished ? 'UNDECIDED' : 'INCOMPLETE', reversal.counts, notes.notes, unfinished);
      }
      const removal = aside && trees.aside && await this.removeEmpty(aside, trees.aside);
      if (removal && !removal.done) {
        return answer('UNDECIDED', reversal.counts, notes.notes, this.resume(reversal, { journal: 0, last, bytes }));
      }
      if (removal && removal.fate === 'LEFT') {
        removal.notes.forEach(({ path }) => notes.add(path, 'is kept aside, and no journal says where it belongs'));
        return answer('INCOMPLETE', { ...reversal.counts, left: removal.notes.length }, notes.notes);
      }
      return answer('UNDONE', reversal.counts, notes.notes);
    } finally {
      await Promise.all([trees.live.close(), trees.restored.close(), trees.aside?.close()]);
      await aside?.close();
    }
  }

  /** Removes the journal, unless there is more to do. */
  private async finish(answered: UndoAnswer, { last, bytes }: { last: number; bytes: number }): Promise<UndoAnswer> {
    const { root, recovery, event: { directory }, notes } = this;
    const numbers = await journalNumbers(root, directory);
    if (numbers.length > 0 && (numbers[numbers.length - 1] > last || await journalBytes(root, directory, numbers) > bytes)) {
      const newest = numbers[numbers.length - 1]; // a move is at work: what it wrote since then is taken back, too
      return answer('UNDECIDED', answered.counts, notes.notes, { journal: newest, last: newest, counts: answered.counts, notes: notes.notes });
    }
    const own = await recovery.stat();
    await root.refresh();
    if ((await root.lstat(recovery.name))?.ino !== own.ino) {
      notes.add(recovery.path, 'was moved away meanwhile, with what was taken back into it');
      return answer('INCOMPLETE', { ...answered.counts, left: 1 }, notes.notes);
    }
    await reopen(root, directory, recovery);
    // what it did to times does not count as use
    await writeRecord(root, directory, own, 'undone');
    await removeJournal(root, directory);
    return answered;
  }

  /** Goes through the journal; where to go on, if time ran out. */
  private async reverse(numbers: readonly number[], bytes: number, reversal: Reversal): Promise<UndoResume | undefined> {
    const { root, event: { directory }, deadline } = this;
    const last = numbers[numbers.length - 1];
    const from = this.from?.last === last ? this.from : undefined; // else a call that had taken all back was killed while it removed the journal
    const records = `/${WORK_DIRECTORY}`;
    for (const number of [...numbers].reverse().filter((each) => each <= (from?.journal ?? Infinity))) {
      const position = number === from?.journal ? from.position : undefined;
      for await (const { lines, unreadable, start, end } of readBackward(root, directory, number, position)) {
        if (!await reversal.take(lines)) {
          return this.resume(reversal, { journal: number, last, bytes, position: end, begun: reversal.begun });
        }
        reversal.leaveAll(unreadable.map((byte) => `${records}/${shownLine(directory, number, byte)}`), UNREADABLE);
        if (deadline.reached) {
          return this.resume(reversal, { journal: number, last, bytes, position: start });
        }
      }
    }
    return undefined;
  }

  private resume({ counts }: Reversal, where: Pick<UndoResume, 'journal' | 'last' | 'bytes' | 'position' | 'begun'>): UndoResume {
    return { ...where, counts, notes: this.notes.notes };
  }

  /** Removes the directories that nothing is kept in any more. */
  private async removeEmpty(aside: Directory, tree: Tree): Promise<Removal> {
    const { root, event: { directory }, deadline, rateLimit } = this;
    const parent = await openRecords(root, directory);
    try {
      const device = (await root.stat()).dev;
      const watch = await Watch.begin({ parent, top: aside, tree });
      const all = { inventory: new Inventory(), range: PathRange.ALL, onlyDirectories: true };
      return await removeTree(tree, { top: aside, parent, device, ...all, deadline, rateLimit, watch });
    } finally {
      await parent.close();
    }
  }
}

/** A recovery directory that was deleted is made again, for what goes back into it; not beside one in quarantine, which holds what was never moved. */
async function remake(root: Directory, recoveryDirectory: string): Promise<Directory | undefined> {
  const name = fromText(recoveryDirectory);
  const isGone = await root.lstat(name) === undefined && await root.lstat(fromText(quarantineNameOf(recoveryDirectory))) === undefined;
  return isGone ? openOrMake(root, [name], PRIVATE_MODE) : undefined;
}

function answer(outcome: UndoAnswer['outcome'], counts: UndoCounts, notes: UndoAnswer['notes'] = [], resume: UndoResume | null = null): UndoAnswer {
  return { operation: 'undo', done: outcome !== 'UNDECIDED', outcome, counts, notes, resume };
}
