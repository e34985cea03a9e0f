import { CleanupMode } from './cleanup';
import type { CleanupSettings } from './cleanup';
import { LEAST_OPERATIONS_PER_SECOND } from './operations-per-second';
import { parseQuarantineName, parseRecoveryDirectoryName, RootEntryKind } from './recovery-directory';
import type { RecoveryDirectoryName } from './recovery-directory';
import { cutToBytes } from './report-words';
import type { SurveyAnswer, SurveyedContent, SurveyedEntry } from './worker';

/** Why a directory is kept that no guard of the worker was asked about. */
export enum KeepReason {
  /** It is younger than the retention. */
  YOUNG = 'YOUNG',
  /** It is one of the latest, which are kept however old they are. */
  LATEST = 'LATEST',
  /** It is named in the settings. */
  LISTED = 'LISTED',
  /** Something in it was written after the restore: somebody works in it. */
  IN_USE = 'IN_USE',
  /** It is not root's, and no workflow of ours has it on record: anybody may have made it who may write to the root of the file system. */
  FOREIGN = 'FOREIGN',
  /** It is in quarantine already, and the mode deletes nothing. */
  QUARANTINED = 'QUARANTINED',
  /** Its time is over, and the mode changes nothing. */
  REPORT_ONLY = 'REPORT_ONLY',
  /** There are too many for one run: the next one has its turn with it. */
  NEXT_RUN = 'NEXT_RUN',
}

/** A recovery directory, as far as names and the survey tell. */
export interface FoundDirectory {
  /** As it is called at the root of the file system. */
  readonly name: string;
  readonly kind: RootEntryKind;
  readonly ageSeconds: number;
  /** Left out where the survey did not look into it. */
  readonly entries?: number;
  readonly bytes?: number;
  /** Why it is kept; left out where it was chosen. */
  readonly kept?: KeepReason;
  /** The path that shows that somebody works in it. */
  readonly inUsePath?: string;
}

/** A directory that the worker is asked to delete, or to take out of the way. */
export interface ChosenDirectory {
  /** The name that AWS Backup gave it, also where it is in quarantine. */
  readonly directory: string;
  /** How many workers delete it together. */
  readonly shards: number;
  /** Of each of them. */
  readonly operationsPerSecond: number;
}

export interface CleanupChoice {
  /** Of all directories, also of those that `directories` has no room for. */
  readonly totals: CleanupTotals;
  /** The oldest first; at most 150, those that were chosen before others. */
  readonly directories: FoundDirectory[];
  /** In the order of their turn: the oldest first, but those that were refused before come last. At most 100. */
  readonly chosen: ChosenDirectory[];
  /** Fragments that AWS Backup could not place: for a person to look through. */
  readonly lostAndFound: string[];
  /** What begins like a recovery directory and is none. */
  readonly lookalikes: string[];
}

export interface CleanupTotals {
  readonly directories: number;
  /** Of those that were looked into. */
  readonly entries: number;
  readonly bytes: number;
  readonly inUse: number;
  /** Those whose time is over, whatever became of them. */
  readonly due: number;
  /** Of the oldest; 0 where there is none. */
  readonly oldestAgeSeconds: number;
}

/** They go through the state of the state machine, which holds 256 KiB, together with what became of each: less than a kilobyte. */
const MOST_CHOSEN = 100;
/** Of all directories of a run together: cleanup.ts has the arithmetic. */
const MOST_SHARDS_IN_ALL = 200;
const MOST_DIRECTORIES = 150;
const LONGEST_PATH_BYTES = 100;
const MOST_NAMES = 20;
const LONGEST_NAME_BYTES = 255;

interface Candidate {
  readonly entry: SurveyedEntry;
  readonly parsed: RecoveryDirectoryName;
}

/** Decides what becomes of each recovery directory, by its name, its age, and what the survey saw in it. The worker's guards come after that. */
export function chooseDirectories(survey: Pick<SurveyAnswer, 'entries' | 'omitted'>, settings: CleanupSettings, mode: CleanupMode): CleanupChoice {
  const candidates = survey.entries.map((entry) => ({ entry, parsed: parseRecoveryDirectoryName(entry.name) ?? parseQuarantineName(entry.name) }))
    .filter((candidate): candidate is Candidate => candidate.parsed !== undefined)
    .sort((a, b) => a.parsed.instant - b.parsed.instant || (a.entry.name < b.entry.name ? -1 : 1));
  const { omitted = { directories: 0, recoveryDirectories: 0 } } = survey; // all of them newer than what it tells
  // what others made, or what has a name from the future, must not make ours give way
  const latest = new Set(candidates.filter(({ entry }) => mayBeLatest(entry)).reverse()
    .slice(0, Math.max(0, settings.keepLatest - omitted.recoveryDirectories)));
  const named = (kind: RootEntryKind) => survey.entries.filter((entry) => entry.kind === kind)
    .map(({ name }) => cutToBytes(name, LONGEST_NAME_BYTES)).slice(0, MOST_NAMES);
  const found = new Map<Candidate, FoundDirectory>();
  const chosen: ChosenDirectory[] = [];
  let due = 0;
  let shards = 0;
  for (const candidate of byTurn(candidates)) {
    const kept = keepReason(candidate, latest.has(candidate), settings, mode);
    due += kept === undefined || kept === KeepReason.REPORT_ONLY || kept === KeepReason.QUARANTINED ? 1 : 0;
    if (kept !== undefined) {
      found.set(candidate, describe(candidate, kept));
      continue;
    }
    const choice = choose(candidate, settings, mode);
    const hasRoom = chosen.length < MOST_CHOSEN && shards + choice.shards <= MOST_SHARDS_IN_ALL;
    // once there is no room for one, there is none for those that come after it
    shards = hasRoom ? shards + choice.shards : Infinity;
    chosen.push(...(hasRoom ? [choice] : []));
    found.set(candidate, describe(candidate, hasRoom ? undefined : KeepReason.NEXT_RUN));
  }
  const directories = candidates.map((candidate) => found.get(candidate)!);
  const sum = (of: (directory: FoundDirectory) => number | undefined) => directories.reduce((total, directory) => total + (of(directory) ?? 0), 0);
  return {
    totals: {
      directories: directories.length + omitted.directories,
      entries: sum(({ entries }) => entries),
      bytes: sum(({ bytes }) => bytes),
      inUse: candidates.filter(({ entry }) => entry.content?.inUse).length,
      due,
      oldestAgeSeconds: directories[0]?.ageSeconds ?? 0,
    },
    directories: directories.filter(withRoom(directories)),
    chosen,
    lostAndFound: named(RootEntryKind.LOST_AND_FOUND),
    lookalikes: named(RootEntryKind.LOOKALIKE),
  };
}

const mayBeLatest = (entry: SurveyedEntry): boolean =>
  entry.kind === RootEntryKind.RECOVERY_DIRECTORY && !isForeign(entry) && (entry.ageSeconds ?? 0) >= 0;

/** Not root's own; where the survey does not say, the worker's guards will. */
const isForeign = ({ uid, onRecord }: SurveyedEntry): boolean => uid !== undefined && uid !== 0 && onRecord !== true;

/**
 * The oldest first, and after all that were never refused those that were, the one longest ago first: however many there are that will
 * always be refused, the others have their turn.
 */
function byTurn(candidates: readonly Candidate[]): Candidate[] {
  const refused = ({ entry: { refusedAt } }: Candidate): number => {
    const time = refusedAt === undefined ? -Infinity : Date.parse(refusedAt);
    return Number.isNaN(time) ? Infinity : time;
  };
  return [...candidates].sort((a, b) => (refused(a) === refused(b) ? 0 : refused(a) - refused(b))); // it is stable: by age among equals
}

/** Those that the report has room for: what was chosen, and of the others the oldest. */
function withRoom(directories: readonly FoundDirectory[]): (directory: FoundDirectory) => boolean {
  const chosenFirst = [...directories].sort((a, b) => Number(a.kept !== undefined) - Number(b.kept !== undefined));
  const told = new Set(chosenFirst.slice(0, MOST_DIRECTORIES));
  return (directory) => told.has(directory);
}

/** In the order in which a person would ask: is it young, is it to stay, does somebody need it, may we. */
function keepReason({ entry, parsed }: Candidate, isLatest: boolean, settings: CleanupSettings, mode: CleanupMode): KeepReason | undefined {
  if (!((entry.ageSeconds ?? -1) > settings.deleteAfterSeconds)) {
    return KeepReason.YOUNG; // one from the future, too
  }
  if (settings.keep.includes(parsed.name)) {
    return KeepReason.LISTED;
  }
  if (isLatest) {
    return KeepReason.LATEST;
  }
  if (isForeign(entry)) {
    return KeepReason.FOREIGN;
  }
  if (entry.content?.inUse) {
    return KeepReason.IN_USE;
  }
  if (mode === CleanupMode.QUARANTINE && entry.kind === RootEntryKind.QUARANTINED) {
    return KeepReason.QUARANTINED;
  }
  return mode === CleanupMode.REPORT_ONLY ? KeepReason.REPORT_ONLY : undefined;
}

function choose({ entry, parsed }: Candidate, settings: CleanupSettings, mode: CleanupMode): ChosenDirectory {
  const entries = entriesOf(entry.content);
  const useful = entries === undefined ? settings.workers : Math.ceil(entries / settings.entriesPerWorker);
  const shards = mode === CleanupMode.DELETE ? Math.min(settings.workers, Math.max(1, useful)) : 1;
  const operationsPerSecond = Math.max(LEAST_OPERATIONS_PER_SECOND, Math.floor(settings.operationsPerSecond / shards));
  return { directory: parsed.name, shards, operationsPerSecond };
}

function describe({ entry }: Candidate, kept: KeepReason | undefined): FoundDirectory {
  const { content } = entry;
  return {
    name: entry.name,
    kind: entry.kind,
    ageSeconds: entry.ageSeconds ?? 0,
    ...(content ? { entries: entriesOf(content), bytes: content.counts.bytes } : {}),
    ...(kept ? { kept } : {}),
    ...(content?.inUsePath === undefined ? {} : { inUsePath: cutToBytes(content.inUsePath, LONGEST_PATH_BYTES) }),
  };
}

function entriesOf(content: SurveyedContent | undefined): number | undefined {
  return content && content.counts.files + content.counts.directories + content.counts.symbolicLinks + content.counts.others;
}
