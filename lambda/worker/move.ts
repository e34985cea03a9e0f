import { RestoreError, WORK_DIRECTORY } from '../../src/core/contract';
import { isReservedRootName } from '../../src/core/reserved-root-name';
import { ConflictPolicy } from '../../src/core/restore-request';
import type { MoveAnswer, MoveCounts, MoveEvent, MoveResume, PathNote } from '../../src/core/worker';
import { toText } from '../fs/byte-name';
import type { Directory } from '../fs/directory';
import { isErrno } from '../fs/errno';
import { walk } from '../fs/walk-in-order';
import type { Deadline } from '../runtime/deadline';
import { NamedError } from '../runtime/named-error';
import { compare } from './move/compare';
import { place } from './move/place';
import { asidePath, hasAside, isOurs, writeRecord } from './records';
import { openRecoveryDirectory } from './recovery-directory';

const NOTHING: MoveCounts = { moved: 0, replaced: 0, keptBoth: 0, skipped: 0, failed: 0 };
const MOST_NOTES = 20;

/**
 * Moves what a recovery directory holds to where it was. No content is copied: owner, mode, times and links stay as they are, and
 * a subtree that is missing at its place moves in one rename, whatever its size. Doing it again is safe at any point: what was
 * moved is no longer in the recovery directory.
 */
export async function move(root: Directory, event: MoveEvent, deadline: Deadline): Promise<MoveAnswer> {
  if (!Object.values(ConflictPolicy).includes(event.conflictPolicy)) {
    // without this, a word that is not known would pass the plan that FAIL stands for
    throw new NamedError(RestoreError.INVALID_WORKER_EVENT, `'conflictPolicy' must be one of ${Object.values(ConflictPolicy).join(', ')}, got ${JSON.stringify(event.conflictPolicy)}`);
  }
  if (!await isOurs(root)) {
    return {
      operation: 'move',
      done: true,
      outcome: 'INCOMPLETE',
      counts: { ...NOTHING, failed: 1 },
      notes: [{ path: `/${WORK_DIRECTORY}`, note: 'was not made by this library: others than root may look into it; rename it, then start again' }],
      resume: null,
    };
  }
  const recovery = await openRecoveryDirectory(root, event.directory);
  if (!recovery) {
    return {
      operation: 'move',
      done: true,
      outcome: 'INCOMPLETE',
      counts: { ...NOTHING, failed: 1 },
      notes: [{ path: `/${event.directory}`, note: 'the recovery directory is not there, or is not a real directory on this file system' }],
      resume: null,
    };
  }
  try {
    let state: MoveResume = event.previous?.resume ?? { phase: event.conflictPolicy === ConflictPolicy.FAIL ? 'PLAN' : 'APPLY', counts: NOTHING, notes: [] };
    if (state.phase === 'PLAN') {
      const plan = await run(root, recovery, event, state, deadline);
      if (plan.answer) {
        return plan.answer;
      }
      if (plan.state.counts.failed > 0) {
        return { operation: 'move', done: true, outcome: 'CONFLICT', counts: plan.state.counts, notes: plan.state.notes, resume: null };
      }
      state = { phase: 'APPLY', counts: NOTHING, notes: [] };
    }
    const applied = await run(root, recovery, event, state, deadline);
    if (applied.answer) {
      return applied.answer;
    }
    const { counts, notes } = applied.state;
    if (counts.failed === 0) {
      await writeRecord(root, event.directory, (await recovery.stat()).ino, 'moved');
    }
    return {
      operation: 'move',
      done: true,
      outcome: counts.failed === 0 ? 'MOVED' : 'INCOMPLETE',
      counts,
      notes,
      resume: null,
      ...(await hasAside(root, event.directory) ? { keptAside: asidePath(event.directory) } : {}),
    };
  } finally {
    await recovery.close();
  }
}

/** One phase over the whole tree: its end state, or the answer to give because time ran out. */
async function run(root: Directory, recovery: Directory, event: MoveEvent, from: MoveResume, deadline: Deadline) {
  let counts = from.counts;
  const notes: PathNote[] = [...from.notes];
  const record = (count: keyof MoveCounts, path: string, note: string | undefined) => {
    counts = { ...counts, [count]: counts[count] + 1 };
    if (note !== undefined && notes.length < MOST_NOTES) {
      notes.push({ path, note });
    }
  };
  let stopped: MoveResume['stopped'];
  // the live directories from the root down to the one that belongs to the restored directory of the current visit
  const live: Directory[] = [root];

  try {
    const end = await walk(recovery, {
      cursor: from.cursor,
      mustStop: () => deadline.reached,
      visit: async (restored, { depth, alreadyDone }) => {
        while (live.length > Math.max(depth, 1)) {
          await live.pop()!.close();
        }
        if (depth > 0) {
          const own = await openIfStill(live[depth - 1], restored.name);
          if (!own) {
            record('failed', live[depth - 1].pathOf(restored.name), 'the directory at its place vanished while it was moved: start the restore again');
            return [];
          }
          live.push(own);
        }
        const here = live[depth];
        if (from.phase === 'APPLY' && !alreadyDone) {
          await restored.clearStickyBit(await restored.stat()); // its mode no longer matters: the live directory keeps its own
        }
        const common: string[] = [];
        // entries before this one were dealt with when time ran out in this very directory
        const goOnAt = from.stopped?.directory === placeOf(restored) ? Buffer.from(from.stopped.entry, 'base64').toString('latin1') : '';
        for (const entry of await restored.list()) {
          const dealtWith = alreadyDone || entry.name < goOnAt;
          if (!dealtWith && deadline.reached) {
            stopped = { directory: placeOf(restored), entry: Buffer.from(entry.name, 'latin1').toString('base64') };
            return 'stopped';
          }
          if (depth === 0 && isReservedRootName(toText(entry.name))) {
            if (!dealtWith) {
              record('skipped', here.pathOf(entry.name), 'belongs to AWS Backup or to an earlier restore');
            }
            continue;
          }
          if (dealtWith && entry.type !== 'directory') {
            continue;
          }
          const { relation } = await compare(restored, entry, here);
          if (relation === 'MERGE' || (dealtWith && from.phase === 'APPLY' && mayHaveMerged(relation, event.conflictPolicy))) {
            common.push(entry.name);
          } else if (!dealtWith) {
            const fate = from.phase === 'PLAN' ? planned(relation) : await place(root, restored, entry, here, event);
            record(fate.count, here.pathOf(entry.name), fate.note);
          }
        }
        return common;
      },
    });
    const state: MoveResume = { phase: from.phase, cursor: end.cursor, stopped, counts, notes };
    return end.done ? { state } : {
      state,
      answer: { operation: 'move', done: false, outcome: 'UNDECIDED', counts, notes, resume: state } satisfies MoveAnswer,
    };
  } finally {
    for (const directory of live.slice(1)) {
      await directory.close();
    }
  }
}

/** The path of a directory, as it goes through JSON. */
const placeOf = (directory: Directory): string => Buffer.from(directory.components.join('/'), 'latin1').toString('base64');

async function openIfStill(parent: Directory, name: string): Promise<Directory | undefined> {
  return parent.openDirectory(name).catch((error) => {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) {
      return undefined;
    }
    throw error;
  });
}

/**
 * A directory that is still in a restored directory whose visit was finished is there to be merged, or was skipped. If the one at
 * its place is gone by now, or is something else, that must not pass for moved: the walk goes on to it and says so.
 */
function mayHaveMerged(relation: 'FREE' | 'TAKEN', policy: ConflictPolicy): boolean {
  return relation === 'FREE' || (policy !== ConflictPolicy.SKIP && policy !== ConflictPolicy.REPLACE_IF_OLDER);
}

/** Under the policy FAIL: what is free would be moved, all else is in the way. */
function planned(relation: 'FREE' | 'TAKEN'): { count: keyof MoveCounts; note?: string } {
  return relation === 'FREE' ? { count: 'moved' } : { count: 'failed', note: 'its place is taken' };
}
