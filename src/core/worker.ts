import type { Refusal } from './deletion-guard';
import type { RootEntryKind } from './recovery-directory';
import type { ConflictPolicy, RecoveryDirectoryDisposal } from './restore-request';

/**
 * What the file-system worker is asked and what it answers. An answer with `done: false` means: the time of the invocation was
 * used up; ask again with that answer as the event's `previous`.
 */

/** Lists what lies at the root of the file system and is, or pretends to be, AWS Backup's. */
export interface SurveyEvent {
  readonly operation: 'survey';
}

/** One entry at the root of the file system. */
export interface SurveyedEntry {
  readonly name: string;
  readonly kind: RootEntryKind;
  /** The instant in the name of a recovery directory, ISO 8601. */
  readonly instant?: string;
}

export interface SurveyAnswer {
  readonly operation: 'survey';
  readonly done: true;
  readonly entries: SurveyedEntry[];
  /** The names of all entries, for the set difference of `find`. */
  readonly names: string[];
}

/** Finds the one recovery directory that a restore job made. */
export interface FindEvent {
  readonly operation: 'find';
  /** The names that a survey gave before the job was started. */
  readonly before: string[];
  /** The job as DescribeRestoreJob gives it, the times as ISO 8601. */
  readonly job: { readonly CreationDate: string; readonly CompletionDate?: string };
}

export interface FindAnswer {
  readonly operation: 'find';
  readonly done: true;
  readonly directory: string;
  /** Directories of fragments that AWS Backup could not place. */
  readonly lostAndFound: string[];
}

/** How many entries of each type, and the bytes of the regular files. */
export interface TreeCounts {
  readonly files: number;
  readonly directories: number;
  readonly symbolicLinks: number;
  readonly others: number;
  readonly bytes: number;
}

/** Checks that a recovery directory holds what was asked for. */
export interface VerifyEvent {
  readonly operation: 'verify';
  readonly directory: string;
  /** The items of the request; null for a full restore. */
  readonly items: string[] | null;
  /** The answer before; nothing, or an empty object, in the first call. */
  readonly previous?: { readonly resume?: VerifyResume | null };
}

export interface VerifyResume {
  /** Where the walk stopped; left out where it had not begun. */
  readonly cursor?: string;
  readonly counts: TreeCounts;
}

export interface VerifyAnswer {
  readonly operation: 'verify';
  readonly done: boolean;
  readonly verdict: 'PASSED' | 'FAILED' | 'UNDECIDED';
  /** Each reason for FAILED, as a sentence. */
  readonly findings: string[];
  readonly counts: TreeCounts;
  /** Where to go on; null once it is done. */
  readonly resume: VerifyResume | null;
}

/** Moves what a recovery directory holds to where it was. */
export interface MoveEvent {
  readonly operation: 'move';
  readonly directory: string;
  readonly conflictPolicy: ConflictPolicy;
  /** The answer before; nothing, or an empty object, in the first call. */
  readonly previous?: { readonly resume?: MoveResume | null };
}

export interface MoveResume {
  /** PLAN: looks for conflicts, moves nothing (the policy FAIL only). APPLY: moves. */
  readonly phase: 'PLAN' | 'APPLY';
  /** Where the walk stopped; left out where the phase had not begun. */
  readonly cursor?: string;
  /** The directory, and the entry in it, that the walk stopped before; both as base64 of their bytes. */
  readonly stopped?: { readonly directory: string; readonly entry: string };
  readonly counts: MoveCounts;
  readonly notes: PathNote[];
}

/** How many entries met each fate. A directory that is missing at its place is moved whole and counts as one. */
export interface MoveCounts {
  /** Entries whose place was free; under the policy FAIL also those in a plan. */
  readonly moved: number;
  readonly replaced: number;
  readonly keptBoth: number;
  readonly skipped: number;
  readonly failed: number;
}

/** A path and what is to be said about it. */
export interface PathNote {
  readonly path: string;
  readonly note: string;
}

export interface MoveAnswer {
  readonly operation: 'move';
  readonly done: boolean;
  /** MOVED: all that the policy moves is in place. CONFLICT: nothing was moved. INCOMPLETE: some entries could not be moved. */
  readonly outcome: 'MOVED' | 'CONFLICT' | 'INCOMPLETE' | 'UNDECIDED';
  readonly counts: MoveCounts;
  /** Up to 20 entries that were not simply moved. */
  readonly notes: PathNote[];
  /** Where replaced entries were kept aside; left out where none was. */
  readonly keptAside?: string;
  /** Where to go on; null once it is done. */
  readonly resume: MoveResume | null;
}

/** Deletes a recovery directory, if every guard lets it. */
export interface DeleteEvent {
  readonly operation: 'delete';
  readonly directory: string;
  readonly accessPointRoots?: string[];
  readonly runningRestoreJobs?: string[];
  /** Recovery directories that no move is on record for are deleted when they are older than this. */
  readonly retentionSeconds?: number;
  /** DELETE_WHEN_EMPTY: refuse where anything but directories is left in it. DELETE: delete that, too. */
  readonly disposal: RecoveryDirectoryDisposal.DELETE_WHEN_EMPTY | RecoveryDirectoryDisposal.DELETE;
  /** How much later than the restore an entry may be written before the directory counts as in use, in seconds. */
  readonly graceSeconds?: number;
}

export interface DeleteAnswer {
  readonly operation: 'delete';
  readonly done: boolean;
  readonly outcome: 'DELETED' | 'ALREADY_GONE' | 'REFUSED' | 'INCOMPLETE' | 'UNDECIDED';
  readonly deletedEntries: number;
  readonly refusals: Refusal[];
  /** Up to 20 entries that could not be deleted. */
  readonly notes: PathNote[];
}

export type WorkerEvent = SurveyEvent | FindEvent | VerifyEvent | MoveEvent | DeleteEvent;
export type WorkerAnswer = SurveyAnswer | FindAnswer | VerifyAnswer | MoveAnswer | DeleteAnswer;
