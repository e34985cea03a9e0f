import type { Refusal } from './deletion-guard';
import { cutToBytes } from './report-words';
import type { DeleteAnswer, PathNote } from './worker';

/** What became of a directory that several workers may have deleted together. */
export interface DeletionOutcome {
  readonly directory: string;
  /** POSTPONED: it was no longer the turn of this run, the next one goes on; everything else is as in the answer of the worker. */
  readonly outcome: 'DELETED' | 'QUARANTINED' | 'ALREADY_GONE' | 'REFUSED' | 'INCOMPLETE' | 'POSTPONED';
  readonly deletedEntries: number;
  readonly refusals: Refusal[];
  readonly notes: PathNote[];
  /** Why it was no longer the turn of this run. */
  readonly postponed?: Postponement;
}

export interface Postponement {
  readonly reason: string;
  readonly detail: string;
}

/** What a state machine hands over: the last answer of each worker. One that never answered has the error in its notes. */
export type LastDeleteAnswer = Pick<DeleteAnswer, 'outcome' | 'deletedEntries' | 'refusals' | 'notes'> & { readonly postponed?: Postponement };

/**
 * 100 of them go through the state of a state machine, which holds 256 KiB, and of the report once more as text within JSON: less
 * than a kilobyte each. The log of the function has all of it.
 */
const MOST_OF_EACH = 2;
const LONGEST_DETAIL_BYTES = 160;
const LONGEST_NOTE_BYTES = 100;

const cut = (text: string): string => cutToBytes(text, LONGEST_DETAIL_BYTES);

/** Joins the answers of all workers of one directory. What went worst is what became of it. */
export function joinDeletions(directory: string, answers: readonly LastDeleteAnswer[]): DeletionOutcome {
  const refusals = new Map<string, Refusal>();
  for (const refusal of answers.flatMap((answer) => answer.refusals)) {
    refusals.set(`${refusal.reason} ${refusal.detail}`, { reason: refusal.reason, detail: cut(refusal.detail) });
  }
  const deletedEntries = answers.reduce((sum, answer) => sum + answer.deletedEntries, 0);
  const outcome = outcomeOf(answers.map((answer) => answer.outcome), deletedEntries);
  const notes = answers.flatMap((answer) => answer.notes);
  const postponed = answers.find((answer) => answer.postponed !== undefined)?.postponed;
  // every worker did its part, and nobody found the directory empty: something was written into it meanwhile
  const left = outcome === 'INCOMPLETE' && notes.length === 0 ? [{ path: `/${directory}`, note: 'its workers are done, and it is still there: the next run looks again' }] : [];
  return {
    directory,
    outcome,
    deletedEntries,
    refusals: [...refusals.values()].slice(0, MOST_OF_EACH),
    notes: [...notes, ...left].slice(0, MOST_OF_EACH)
      .map(({ path, note }) => ({ path: cutToBytes(path, LONGEST_NOTE_BYTES), note: cutToBytes(note, LONGEST_NOTE_BYTES) })),
    ...(postponed ? { postponed: { reason: postponed.reason, detail: cut(postponed.detail) } } : {}),
  };
}

function outcomeOf(outcomes: ReadonlyArray<DeleteAnswer['outcome']>, deletedEntries: number): DeletionOutcome['outcome'] {
  for (const worst of ['INCOMPLETE', 'REFUSED'] as const) {
    if (outcomes.includes(worst)) {
      return worst;
    }
  }
  if (outcomes.includes('UNDECIDED')) {
    return 'POSTPONED';
  }
  if (outcomes.includes('QUARANTINED')) {
    return 'QUARANTINED';
  }
  if (outcomes.includes('DELETED')) {
    return 'DELETED';
  }
  // a worker that was called again after its answer was lost finds what the others did
  return outcomes.includes('ALREADY_GONE') ? (deletedEntries > 0 ? 'DELETED' : 'ALREADY_GONE') : 'INCOMPLETE';
}
