import { CleanupError, CleanupMode } from './cleanup';
import type { KeepReason, CleanupChoice, CleanupTotals, FoundDirectory } from './cleanup-choice';
import type { CleanupTrigger } from './cleanup-trigger';
import type { Turn } from './cleanup-turn';
import type { Refusal } from './deletion-guard';
import type { DeletionOutcome, Postponement } from './deletion-outcome';
import { parseQuarantineName } from './recovery-directory';
import { allInOneLine, inOneLine, messageOf, plural, subjectOf } from './report-words';
import type { PathNote } from './worker';

/** What an execution knows when it ends: the state of the state machine. Steps that were not reached have not answered. */
export interface CleanupExecution {
  readonly input: unknown;
  readonly execution: { readonly id: string; readonly name: string; readonly startTime: string };
  readonly prepared?: { readonly mode: CleanupMode; readonly trigger: CleanupTrigger };
  /** Empty until it asked for its turn. */
  readonly facts?: Partial<Turn>;
  readonly choice?: CleanupChoice;
  readonly cleaned: readonly DeletionOutcome[];
  readonly failure?: { readonly Error: string; readonly Cause?: string };
}

/** A recovery directory, and what became of it. */
export interface ReportedDirectory extends Omit<FoundDirectory, 'kept'> {
  /** KEPT: for the reason in `kept`. Otherwise what the worker did, or why it did not. */
  readonly fate: 'KEPT' | DeletionOutcome['outcome'];
  readonly kept?: KeepReason;
  readonly deletedEntries?: number;
  readonly refusals?: Refusal[];
  readonly notes?: PathNote[];
}

/** What was done, of all directories. */
export interface DoneTotals {
  readonly deleted: number;
  readonly quarantined: number;
  readonly refused: number;
  readonly deletedEntries: number;
}

/** The one report of a cleanup: for people its sentence, for machines the rest. CLEANUP_REPORT_SCHEMA describes it. */
export interface CleanupReport {
  /** YIELDED: it was not its turn, or no longer; what it had not done is left to another run. */
  readonly outcome: 'SUCCEEDED' | 'YIELDED' | 'FAILED';
  readonly sentence: string;
  readonly error?: string;
  readonly cause?: string;
  readonly fileSystemId: string;
  readonly execution: CleanupExecution['execution'];
  readonly mode?: CleanupMode;
  readonly trigger?: CleanupTrigger;
  /** Why it yielded. */
  readonly yieldedTo?: Postponement;
  /** Left out where nothing was looked at. */
  readonly totals?: CleanupTotals & DoneTotals;
  readonly directories: ReportedDirectory[];
  readonly lostAndFound: string[];
  readonly lookalikes: string[];
}

/** A report, and what the state machine needs beside it. */
export interface ReportedCleanup {
  readonly report: CleanupReport;
  readonly subject: string;
  /** Whether there is anything that a person should be told. */
  readonly tell: boolean;
}

/** Writes the report of an execution that ended, well or not. */
export function reportCleanup(state: CleanupExecution, fileSystemId: string): ReportedCleanup {
  const directories = directoriesOf(state);
  const failure = failureOf(state);
  const yielded = yieldedTo(state);
  const outcome = failure ? 'FAILED' : yielded ? 'YIELDED' : 'SUCCEEDED';
  const report: CleanupReport = {
    outcome,
    sentence: inOneLine(sentenceOf(state, failure, yielded)),
    ...(failure ? { error: failure.Error, cause: messageOf(failure.Cause) } : {}),
    fileSystemId,
    execution: state.execution,
    ...(state.prepared ? { mode: state.prepared.mode, trigger: state.prepared.trigger } : {}),
    ...(yielded ? { yieldedTo: yielded } : {}),
    ...(state.choice ? { totals: { ...state.choice.totals, ...totalsOf(state.cleaned) } } : {}),
    directories,
    lostAndFound: state.choice?.lostAndFound ?? [],
    lookalikes: state.choice?.lookalikes ?? [],
  };
  const found = directories.length + report.lostAndFound.length + report.lookalikes.length;
  // nobody needs a message a day that says that there was nothing, and what gives way to another cleanup says nothing that the other will not
  const tell = outcome === 'FAILED' || found > 0 || yielded?.reason === 'RESTORE_RUNNING';
  return { report: allInOneLine(report), subject: subjectOf(`EFS cleanup of ${fileSystemId} ${failure ? `failed: ${failure.Error}` : outcome.toLowerCase()}`), tell };
}

/** What ended the execution, or, where nothing did, a directory that could not be dealt with. */
function failureOf({ failure, cleaned }: CleanupExecution): CleanupExecution['failure'] {
  const [first, ...others] = cleaned.filter(({ outcome }) => outcome === 'INCOMPLETE');
  if (failure || !first) {
    return failure;
  }
  const note = first.notes[0];
  const more = others.length === 0 ? '' : `, and ${plural(others.length, 'other directory', 'other directories')}`;
  return { Error: CleanupError.CLEANUP_INCOMPLETE, Cause: `'/${first.directory}' could not be deleted as a whole${note ? ` (${note.path === '' ? '' : `${note.path}: `}${note.note})` : ''}${more}` };
}

function yieldedTo({ choice, facts, cleaned }: CleanupExecution): Postponement | undefined {
  if (choice === undefined) {
    return facts?.decision === undefined || facts.decision === 'GO' ? undefined : { reason: facts.reason ?? '', detail: facts.detail ?? '' };
  }
  return cleaned.find(({ postponed }) => postponed !== undefined)?.postponed;
}

function directoriesOf({ choice, cleaned }: CleanupExecution): ReportedDirectory[] {
  const outcomes = new Map(cleaned.map((outcome) => [outcome.directory, outcome]));
  return (choice?.directories ?? []).map(({ kept, ...directory }) => {
    if (kept !== undefined) {
      return { ...directory, fate: 'KEPT', kept };
    }
    const outcome = outcomes.get(parseQuarantineName(directory.name)?.name ?? directory.name);
    // chosen, and the execution ended before its turn came
    return outcome === undefined ? { ...directory, fate: 'POSTPONED' } : {
      ...directory, fate: outcome.outcome, deletedEntries: outcome.deletedEntries, refusals: outcome.refusals, notes: outcome.notes,
    };
  });
}

function totalsOf(cleaned: readonly DeletionOutcome[]): DoneTotals {
  const count = (outcome: DeletionOutcome['outcome']) => cleaned.filter((directory) => directory.outcome === outcome).length;
  return {
    deleted: count('DELETED'),
    quarantined: count('QUARANTINED'),
    refused: count('REFUSED'),
    deletedEntries: cleaned.reduce((sum, { deletedEntries }) => sum + deletedEntries, 0),
  };
}

function sentenceOf(state: CleanupExecution, failure: CleanupExecution['failure'], yielded: Postponement | undefined): string {
  const parts = state.choice ? [wordWork(state.choice, state.prepared?.mode, state.cleaned)] : [];
  if (failure) {
    const known = (Object.values(CleanupError) as string[]).includes(failure.Error);
    parts.push(`The cleanup failed with ${failure.Error}: ${messageOf(failure.Cause)}.`.replace(/([.!?])\.$/, '$1'));
    parts.push(`docs/runbook.md of cdk-efs-backup says${known ? ` under ${failure.Error}` : ''} what to do.`);
  } else if (yielded) {
    parts.push(`The cleanup gave way: ${yielded.detail}.`);
  }
  return parts.join(' ');
}

function wordWork({ totals, lostAndFound }: CleanupChoice, mode: CleanupMode | undefined, cleaned: readonly DeletionOutcome[]): string {
  const { deleted, quarantined, refused, deletedEntries } = totalsOf(cleaned);
  const due = mode === CleanupMode.REPORT_ONLY ? totals.due : 0;
  const words = [
    `Found ${plural(totals.directories, 'recovery directory', 'recovery directories')}${totals.directories > 0 ? ` with ${plural(totals.bytes, 'byte')}` : ''}`,
    ...(totals.inUse > 0 ? [`${totals.inUse} of them in use`] : []),
    ...(due > 0 ? [`would delete or quarantine ${due} if the mode were not REPORT_ONLY`] : []),
    ...(quarantined > 0 ? [`took ${quarantined} out of the way`] : []),
    ...(deleted > 0 || deletedEntries > 0 ? [`deleted ${deleted} (${plural(deletedEntries, 'entry', 'entries')})`] : []),
    ...(refused > 0 ? [`refused to delete ${refused} (${reasonsOf(cleaned).join(', ')})`] : []),
    ...(lostAndFound.length > 0 ? [`saw ${lostAndFound.join(', ')}, which a person must look through`] : []),
  ];
  return words.length === 1 ? `${words[0]}.` : `${words.slice(0, -1).join(', ')}, and ${words[words.length - 1]}.`;
}

const reasonsOf = (cleaned: readonly DeletionOutcome[]): string[] =>
  [...new Set(cleaned.filter(({ outcome }) => outcome === 'REFUSED').flatMap(({ refusals }) => refusals.map(({ reason }) => reason)))];
