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
  /** The oldest first; at most 150. */
  readonly directories: FoundDirectory[];
  /** The oldest first; at most 100. */
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
  const latest = new Set(candidates.filter(({ entry }) => entry.kind === RootEntryKind.RECOVERY_DIRECTORY).reverse()
    .slice(0, Math.max(0, settings.keepLatest - omitted.recoveryDirectories)));
  const named = (kind: RootEntryKind) => survey.entries.filter((entry) => entry.kind === kind)
    .map(({ name }) => cutToBytes(name, LONGEST_NAME_BYTES)).slice(0, MOST_NAMES);
  const directories: FoundDirectory[] = [];
  const chosen: ChosenDirectory[] = [];
  let due = 0;
  let shards = 0;
  for (const candidate of candidates) {
    const kept = keepReason(candidate, latest.has(candidate), settings, mode);
    due += kept === undefined || kept === KeepReason.REPORT_ONLY || kept === KeepReason.QUARANTINED ? 1 : 0;
    if (kept !== undefined) {
      directories.push(describe(candidate, kept));
      continue;
    }
    const choice = choose(candidate, settings, mode);
    const hasRoom = chosen.length < MOST_CHOSEN && shards + choice.shards <= MOST_SHARDS_IN_ALL;
    // once there is no room for one, there is none for those that come after it: the oldest go first
    shards = hasRoom ? shards + choice.shards : Infinity;
    chosen.push(...(hasRoom ? [choice] : []));
    directories.push(describe(candidate, hasRoom ? undefined : KeepReason.NEXT_RUN));
  }
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
    directories: directories.slice(0, MOST_DIRECTORIES),
    chosen,
    lostAndFound: named(RootEntryKind.LOST_AND_FOUND),
    lookalikes: named(RootEntryKind.LOOKALIKE),
  };
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
