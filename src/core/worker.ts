import type { Refusal, RefusalReason } from './deletion-guard';
import type { RestoreExpectation } from './expectation';
import type { RootEntryKind } from './recovery-directory';
import type { ConflictPolicy, MergedDirectories, RecoveryDirectoryDisposal } from './restore-request';
import type { Sample, Shard } from './shard';

/**
 * What the file-system worker is asked and what it answers. An answer with `done: false` means: the time of the invocation was
 * used up; ask again with that answer as the event's `previous`.
 */

/** Where an operation that ran out of time is to go on. */
export interface Resumable {
  /** Stands for the event that it belongs to: going on with another one is refused. */
  readonly event?: string;
}

/** Lists what lies at the root of the file system and is, or pretends to be, AWS Backup's. */
export interface SurveyEvent {
  readonly operation: 'survey';
  /** True: also looks through every recovery, failed recovery, quarantined and lost+found directory, and says what is in it. */
  readonly contents?: boolean;
  /** Cuts one directory into at most so many shards, 1 to 100, of about as many entries each. Only this one is looked through. */
  readonly cut?: { readonly directory: string; readonly shards: number };
  /** How much later than the restore an entry may be written before the directory counts as in use, in seconds; default 300. */
  readonly graceSeconds?: number;
  /** Calls to the file system a second, at most; default 3,500. */
  readonly operationsPerSecond?: number;
  /** The answer before; nothing, or an empty object, in the first call. */
  readonly previous?: { readonly resume?: SurveyResume | null };
}

export interface SurveyResume extends Resumable {
  /** What was looked through. */
  readonly contents: Readonly<Record<string, SurveyedContent>>;
  /** What is being looked through, and where the walk stopped. */
  readonly current?: { readonly name: string; readonly cursor?: string; readonly content: SurveyedContent };
  readonly sample?: Sample;
}

/** One entry at the root of the file system. */
export interface SurveyedEntry {
  readonly name: string;
  readonly kind: RootEntryKind;
  /** The instant in the name of a recovery directory, ISO 8601. */
  readonly instant?: string;
  /** How long ago that was. */
  readonly ageSeconds?: number;
  /** Whose it is, where its name has an instant: only root's own, and those on record, are recovery directories. */
  readonly uid?: number;
  /** True where a workflow of ours has it on record, whoever's it is. */
  readonly onRecord?: boolean;
  /** When the worker last refused to delete it, or came to no end with it; ISO 8601. */
  readonly refusedAt?: string;
  /** What is in it, where the survey was asked to look. */
  readonly content?: SurveyedContent;
}

/** What a directory holds. */
export interface SurveyedContent {
  readonly counts: TreeCounts;
  /** The newest times of all that it holds, ISO 8601; left out where there is none. */
  readonly newest?: { readonly mtime: string; readonly ctime: string };
  /** True if something in it was written after the restore; undefined for lost+found, whose name has no instant. */
  readonly inUse?: boolean;
  /** The path of such an entry. */
  readonly inUsePath?: string;
  /** Up to 20 directories that could not be read, and why; what they hold is not counted. */
  readonly unreadable: PathNote[];
}

export interface SurveyAnswer {
  readonly operation: 'survey';
  readonly done: boolean;
  /** Of root's own the oldest 250, of others the oldest 10; of each kind whose names have no instant the first 20. */
  readonly entries: SurveyedEntry[];
  /** What there is of root's own besides, all of it newer than the entries; left out where nothing is. */
  readonly omitted?: { readonly directories: number; readonly recoveryDirectories: number };
  /** How many bear such a name and are not root's; left out where there is none. */
  readonly foreign?: number;
  /** How many have an instant that is yet to come; left out where there is none. */
  readonly future?: number;
  /**
   * For the set difference of `find`: of those up to now root's newest 300 and the newest 40 of others, of those from the future
   * the next 10 of both.
   */
  readonly names: string[];
  /** False if `.cdk-efs-backup` at the root was made by somebody else: nothing can be moved or deleted. */
  readonly workDirectoryIsOurs: boolean;
  /** The shards, where the survey was asked to cut a directory. */
  readonly shards?: Shard[];
  /** Where to go on; left out once it is done. */
  readonly resume?: SurveyResume;
}

/** Finds the one recovery directory that a restore job made. */
export interface FindEvent {
  readonly operation: 'find';
  /** The names that a survey gave before the job was started. */
  readonly before: string[];
  /** What earlier jobs of the same restore have made: not this one's, whatever the survey could see. */
  readonly earlier?: ReadonlyArray<{ readonly directory?: string }>;
  /** The job as DescribeRestoreJob gives it, the times as ISO 8601. */
  readonly job: { readonly CreationDate: string; readonly CompletionDate?: string };
  /** True where another restore job ended within ten minutes before this one was created: a directory from before that is taken for that one's. */
  readonly rivals?: boolean | null;
  /** When the next restore job was created after this one had ended, ISO 8601: a directory from then on is taken for that one's. */
  readonly nextJobCreated?: string | null;
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

/** Checks that a recovery directory holds what was asked for, and what else is expected of it. */
export interface VerifyEvent {
  readonly operation: 'verify';
  readonly directory: string;
  /** The items of the request; null for a full restore. */
  readonly items: string[] | null;
  /** True: other entries beside the items, and below the directories on the way to them, were not asked for and are no finding. */
  readonly only?: boolean;
  /**
   * True: a move follows. The recovery directory is closed (only root comes to what is in it) before it is looked at, and the move
   * refuses whatever is changed from then on. If the verification fails, it is opened again.
   */
  readonly close?: boolean;
  /** What must be true of what was restored, beside the items being there. */
  readonly expectations?: readonly RestoreExpectation[];
  /** Compares what was restored with what is at its place now: by size and mtime, or also by the SHA-256 of the contents. */
  readonly compare?: 'SIZE_AND_TIME' | 'SHA256';
  /** How long the last answer is, as JSON, in bytes: its lists are cut from their ends. The log has all of it. Default: as long as it is. */
  readonly mostBytes?: number;
  /** Calls to the file system a second, at most; default 3,500. */
  readonly operationsPerSecond?: number;
  /** The answer before; nothing, or an empty object, in the first call. */
  readonly previous?: { readonly resume?: VerifyResume | null };
}

/** How what was restored compares with what is at its place now. */
export interface Comparison {
  /** Entries that are restored and not at their place: these are what the restore brings back. */
  readonly missing: number;
  /** Entries that are at their place and differ: another type, size, mtime, target or, where asked for, content. */
  readonly changed: number;
  /** Entries that are the same. */
  readonly same: number;
  /** Entries at their place that were not restored, in the directories that both have. Until it is done, more than there are. */
  readonly extra: number;
  /** Up to 20 paths of each. */
  readonly samples: { readonly missing: string[]; readonly changed: string[]; readonly extra: string[] };
}

export interface VerifyResume extends Resumable {
  /** Where the walk stopped; left out where it had not begun. */
  readonly cursor?: string;
  readonly counts: TreeCounts;
  readonly comparison?: Comparison;
  /**
   * For each expectation: the regular files found so far, the mtime of the newest in milliseconds, and where one is asked for and
   * was read, the SHA-256 of the content, or why there is none.
   */
  readonly expected?: ReadonlyArray<{ readonly files: number; readonly newest?: number; readonly content?: string }>;
  /** What could not be read so far. */
  readonly unreadable?: PathNote[];
  /** True once the walk is done, and only contents are left to read. */
  readonly walked?: boolean;
  /** True if the last call got through no entry at all: a content is larger than what can be read in one call. */
  readonly stalled?: boolean;
}

export interface VerifyAnswer {
  readonly operation: 'verify';
  readonly done: boolean;
  readonly verdict: 'PASSED' | 'FAILED' | 'UNDECIDED';
  /** Up to 20 reasons for FAILED, as sentences. */
  readonly findings: string[];
  readonly counts: TreeCounts;
  /** Left out where the event asks for none. */
  readonly comparison?: Comparison;
  /** Directories of fragments that AWS Backup could not place, at the root of the file system: look through them. */
  readonly lostAndFound: string[];
  /** Where to go on; null once it is done. */
  readonly resume: VerifyResume | null;
}

/** Moves what a recovery directory holds to where it was. */
export interface MoveEvent {
  readonly operation: 'move';
  readonly directory: string;
  readonly conflictPolicy: ConflictPolicy;
  /** The items of the request; null for a full restore. After the move each of them is at its place, or the answer says which is not. */
  readonly items?: string[] | null;
  /** True: nothing but the items is moved; what was restored beside them stays in the recovery directory, and is no failure. */
  readonly only?: boolean;
  /** Whose owner and mode a directory has that both sides have; default KEEP_LIVE. */
  readonly mergedDirectories?: MergedDirectories;
  /** What becomes of the recovery directory: with KEEP it gets its owner and mode back once all is moved. */
  readonly disposal?: RecoveryDirectoryDisposal;
  /** Answers what would be done, and moves nothing. */
  readonly dryRun?: boolean;
  /** How long the last answer is, as JSON, in bytes: its lists are cut from their ends. The log has all of it. Default: as long as it is. */
  readonly mostBytes?: number;
  /** Calls that change the file system a second, at most; default 3,500. */
  readonly operationsPerSecond?: number;
  /** The answer before; nothing, or an empty object, in the first call. */
  readonly previous?: { readonly resume?: MoveResume | null };
}

export interface MoveResume extends Resumable {
  /** PLAN: looks for conflicts, moves nothing (the policy FAIL, and every dry run). APPLY: moves. */
  readonly phase: 'PLAN' | 'APPLY';
  /** Where the walk stopped; left out where the phase had not begun. */
  readonly cursor?: string;
  readonly counts: MoveCounts;
  readonly notes: PathNote[];
  readonly plan?: MovePlan;
  readonly mergedDirectories?: DifferingDirectories;
  readonly liveOnly?: number;
  /** The part of the journal that was written last: what is in later ones was done by calls that never answered. */
  readonly journal?: number;
  /** What stands for entries that a call was killed at when what had their place was kept aside already. */
  readonly interrupted?: string[];
  /** When the last undo began, as this call found it, in milliseconds since 1970: after another one the cursor says nothing. */
  readonly undoneAt?: number;
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

/** What a dry run says of the entries of each fate. */
export type MovePlan = Readonly<Record<keyof MoveCounts, PlannedFate>>;

/** The entries that would meet one fate, those below a directory included. */
export interface PlannedFate {
  /** Regular files, and their bytes. */
  readonly files: number;
  readonly bytes: number;
  /** Up to 100 paths, in 10,000 bytes. */
  readonly samples: string[];
}

/** The directories that both sides have, and whose owner or mode the backup has otherwise. */
export interface DifferingDirectories {
  readonly differing: number;
  /** Up to 20 of them, the items first. */
  readonly notes: PathNote[];
}

/** A path and what is to be said about it. */
export interface PathNote {
  readonly path: string;
  readonly note: string;
}

export interface MoveAnswer {
  readonly operation: 'move';
  readonly done: boolean;
  /**
   * MOVED: all that the policy moves is in place. PLANNED: a dry run, nothing was moved. CONFLICT: nothing was moved, because the
   * policy is FAIL. INCOMPLETE: some entries could not be moved.
   */
  readonly outcome: 'MOVED' | 'PLANNED' | 'CONFLICT' | 'INCOMPLETE' | 'UNDECIDED';
  readonly counts: MoveCounts;
  /** Up to 20 entries that were not simply moved. */
  readonly notes: PathNote[];
  /** Left out where owner and mode of all directories that both sides have are the same. */
  readonly mergedDirectories?: DifferingDirectories;
  /**
   * At least so many entries are live only, in the directories of what was asked for that both sides have: they lie beside what was
   * restored. Directories that a call could not look through in one go are left out. Left out where there are none.
   */
  readonly liveOnly?: number;
  /** Only in the answer of a dry run. */
  readonly plan?: MovePlan;
  /** Where replaced entries were kept aside; left out where none was. */
  readonly keptAside?: string;
  /** Where to go on; null once it is done. */
  readonly resume: MoveResume | null;
}

/** Takes back what a move did, be it finished or not: what was moved goes back, what was replaced takes its place again. */
export interface UndoEvent {
  readonly operation: 'undo';
  readonly directory: string;
  /** Calls that change the file system a second, at most; default 3,500. */
  readonly operationsPerSecond?: number;
  /** The answer before; nothing, or an empty object, in the first call. */
  readonly previous?: { readonly resume?: UndoResume | null };
}

/** How many entries met each fate. */
export interface UndoCounts {
  /** Entries that are in the recovery directory again. */
  readonly movedBack: number;
  /** Entries that were replaced, and are at their place again. */
  readonly putBack: number;
  /** Entries that were left, since somebody changed them in the meantime, or their place is taken. */
  readonly left: number;
}

export interface UndoResume extends Resumable {
  /** The part of the journal that is read, from its end to its beginning, and the byte that it was read down to. */
  readonly journal: number;
  readonly position?: number;
  /** The last part that there was when the undoing began, and the bytes of all of them: where there are more by now, a move is at work. */
  readonly last: number;
  readonly bytes?: number;
  /** Of what comes next: what stands for the entries that were left, and for a directory that is looked through for changes. */
  readonly begun?: { readonly left: string[]; readonly looked?: { readonly entry: string; readonly cursor: string } };
  readonly counts: UndoCounts;
  readonly notes: PathNote[];
}

export interface UndoAnswer {
  readonly operation: 'undo';
  readonly done: boolean;
  /** UNDONE: all is as it was. INCOMPLETE: some entries were left. NOTHING_TO_UNDO: there is no journal of a move. */
  readonly outcome: 'UNDONE' | 'INCOMPLETE' | 'NOTHING_TO_UNDO' | 'UNDECIDED';
  readonly counts: UndoCounts;
  /** Up to 20 entries that were left, and why. */
  readonly notes: PathNote[];
  /** Where to go on; null once it is done. */
  readonly resume: UndoResume | null;
}

/** Deletes a recovery directory, or takes it out of the way, if every guard lets it. */
export interface DeleteEvent {
  readonly operation: 'delete';
  readonly directory: string;
  /**
   * DELETE, the default: deletes it, quarantined or not. QUARANTINE: renames it to a name of ours, so that nobody begins to use
   * it; it can be deleted later, or released by its old name.
   */
  readonly mode?: 'DELETE' | 'QUARANTINE';
  readonly accessPointRoots?: string[];
  readonly runningRestoreJobs?: string[];
  /**
   * When the one restore job was created that AWS Backup lists for this directory, ISO 8601. What is older was not restored. Not asked
   * where the worker itself has on record what it found right after the job.
   */
  readonly restoredSince?: string;
  /** Recovery directories that no move is on record for are deleted when they are older than this. */
  readonly retentionSeconds?: number;
  /** DELETE_WHEN_EMPTY: refuse where anything but directories is left in it. DELETE: delete that, too. */
  readonly disposal: RecoveryDirectoryDisposal.DELETE_WHEN_EMPTY | RecoveryDirectoryDisposal.DELETE;
  /** How much later than the restore an entry may be written before the directory counts as in use, in seconds; default 300. */
  readonly graceSeconds?: number;
  /** Guards to turn off, by name. Only IN_USE and UNPROVEN can be. */
  readonly guardsOff?: ReadonlyArray<RefusalReason.IN_USE | RefusalReason.UNPROVEN>;
  /** The part that this worker deletes, where several do it together; the last one deletes the directory itself. */
  readonly shard?: Shard;
  /** Calls that change the file system a second, at most; default 3,500. With several workers, give each its part. */
  readonly operationsPerSecond?: number;
  /** The answer before; nothing, or an empty object, in the first call. */
  readonly previous?: { readonly resume?: DeleteResume | null };
}

export interface DeleteResume extends Resumable {
  /** Where looking through the directory stopped; left out once all of it was looked through. */
  readonly cursor?: string;
  /** Entries that were looked at. */
  readonly inspected: number;
  /** When looking through it began, by the clock of the file system, in milliseconds since 1970-01-01T00:00:00Z; left out where nothing was looked at. */
  readonly inspectedAt?: number;
  readonly deletedEntries: number;
  /** Which file of the records says what of the directory the deletion has changed itself, so that everything else that changed is told from that. */
  readonly account?: string;
}

export interface DeleteAnswer {
  readonly operation: 'delete';
  readonly done: boolean;
  /**
   * DELETED, QUARANTINED, ALREADY_GONE. SHARD_DELETED: this worker's part is gone, other workers have the rest. REFUSED: a guard
   * said no. INCOMPLETE: some entries could not be deleted.
   */
  readonly outcome: 'DELETED' | 'SHARD_DELETED' | 'QUARANTINED' | 'ALREADY_GONE' | 'REFUSED' | 'INCOMPLETE' | 'UNDECIDED';
  /** In all calls so far, as `previous` tells. */
  readonly deletedEntries: number;
  readonly refusals: Refusal[];
  /** Up to 20 entries that could not be deleted. */
  readonly notes: PathNote[];
  /** Where to go on, and once all was looked at what is left: `inspected` less `deletedEntries`. Left out once it is done. */
  readonly resume?: DeleteResume;
}

/** Gives a quarantined recovery directory its name back. */
export interface ReleaseEvent {
  readonly operation: 'release';
  /** The name that the directory had before. */
  readonly directory: string;
}

export interface ReleaseAnswer {
  readonly operation: 'release';
  readonly done: true;
  /** NAME_TAKEN: something has that name by now, nothing was done. NOT_QUARANTINED: there is no such directory in quarantine. */
  readonly outcome: 'RELEASED' | 'NAME_TAKEN' | 'NOT_QUARANTINED';
}

export type WorkerEvent = SurveyEvent | FindEvent | VerifyEvent | MoveEvent | UndoEvent | DeleteEvent | ReleaseEvent;
export type WorkerAnswer = SurveyAnswer | FindAnswer | VerifyAnswer | MoveAnswer | UndoAnswer | DeleteAnswer | ReleaseAnswer;
