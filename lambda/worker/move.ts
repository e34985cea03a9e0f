import { ConflictPolicy } from '../../src/core/restore-request';
import type { MoveAnswer, MoveCounts, MoveEvent, MoveResume, PathNote } from '../../src/core/worker';
import type { Directory } from '../fs/directory';
import { errnoOrThrow, isErrno } from '../fs/errno';
import { walk } from '../fs/walk';
import type { Deadline } from '../runtime/deadline';
import { belongsToAwsBackup, compare } from './move/compare';
import { place } from './move/place';
import { asidePath, writeRecord } from './records';
import { openRecoveryDirectory } from './recovery-directory';

const NOTHING: MoveCounts = { moved: 0, replaced: 0, keptBoth: 0, skipped: 0, failed: 0 };
const MOST_NOTES = 20;

/**
 * Moves what a recovery directory holds to where it was. Nothing is copied: owner, mode, times and links stay as they are, and
 * a subtree that is missing at its place moves in one rename, whatever its size. Doing it again is safe at any point: what was
 * moved is no longer in the recovery directory.
 */
export async function move(root: Directory, event: MoveEvent, deadline: Deadline): Promise<MoveAnswer> {
  const recovery = await openRecoveryDirectory(root, event.directory);
  if (!recovery) {
    return {
      operation: 'move', done: true, outcome: 'INCOMPLETE', counts: { ...NOTHING, failed: 1 },
      notes: [{ path: `/${event.directory}`, note: 'the recovery directory is not there, or is not a real directory on this file system' }],
      resume: null,
    };
  }
  try {
    let state: MoveResume = event.resume ?? { phase: event.conflictPolicy === ConflictPolicy.FAIL ? 'PLAN' : 'APPLY', counts: NOTHING, notes: [] };
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
      ...(counts.replaced > 0 ? { keptAside: asidePath(event.directory) } : {}),
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
        const left: Array<[keyof MoveCounts, string, string | undefined]> = [];
        const common: string[] = [];
        for (const entry of await restored.list()) {
          if (deadline.reached && from.phase === 'APPLY' && !alreadyDone) {
            return 'stopped';
          }
          const { relation } = await compare(restored, entry, here);
          if (relation === 'MERGE') {
            common.push(entry.name);
          } else if (!alreadyDone) {
            const path = here.pathOf(entry.name);
            const fate = depth === 0 && belongsToAwsBackup(entry.name) ? { count: 'skipped' as const, note: 'belongs to AWS Backup or to an earlier restore' }
              : from.phase === 'PLAN' ? planned(relation)
                : await place(root, restored, entry, here, event).catch((error) => ({ count: 'failed' as const, note: errnoOrThrow(error) }));
            if (fate.count === 'skipped' || fate.count === 'failed') {
              // still there if time runs out and this directory is visited again: counted once its visit is through
              left.push([fate.count, path, fate.note]);
            } else {
              record(fate.count, path, fate.note);
            }
          }
        }
        left.forEach((fate) => record(...fate));
        return common;
      },
    });
    const state: MoveResume = { phase: from.phase, cursor: end.cursor, counts, notes };
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

async function openIfStill(parent: Directory, name: string): Promise<Directory | undefined> {
  return parent.openDirectory(name).catch((error) => {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) {
      return undefined;
    }
    throw error;
  });
}

/** Under the policy FAIL: what is free would be moved, all else is in the way. */
function planned(relation: 'FREE' | 'TAKEN'): { count: keyof MoveCounts; note?: string } {
  return relation === 'FREE' ? { count: 'moved' } : { count: 'failed', note: 'its place is taken' };
}
