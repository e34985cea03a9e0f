import { RestoreError } from './contract';
import type { DeletionOutcome } from './deletion-outcome';
import { allInOneLine, inOneLine, messageOf, plural, subjectOf } from './report-words';
import { MergedDirectories } from './restore-request';
import type { CompleteRestoreRequest } from './restore-request';
import type { MoveAnswer, VerifyAnswer } from './worker';

/** One restore job of an execution that came to its end, and what it made. */
export interface FinishedRestore {
  /** Null for a full restore. */
  readonly items: string[] | null;
  /** True where more was restored than was asked for. */
  readonly only?: boolean;
  readonly restoreJobId: string;
  /** When the job was created, ISO 8601. */
  readonly created?: string;
  /** Left out where the restore made a new file system. */
  readonly directory?: string;
  readonly newFileSystemArn?: string;
  readonly lostAndFound: string[];
}

/** What an execution knows when it ends: the state of the state machine. Steps that were not reached have not answered. */
export interface RestoreExecution {
  readonly input: unknown;
  readonly execution: { readonly id: string; readonly name: string; readonly startTime: string };
  readonly prepared?: {
    readonly request: CompleteRestoreRequest;
    readonly recoveryPoint: { readonly arn: string; readonly created: string };
    readonly jobs: ReadonlyArray<{ readonly items: string[] | null }>;
    readonly warnings: string[];
  };
  /** The job that was started last. */
  readonly job?: { readonly RestoreJobId: string };
  readonly progress: { readonly restores: FinishedRestore[] };
  /** One of each for each finished restore, as far as they came. */
  readonly verifications: VerifyAnswer[];
  readonly plans: MoveAnswer[];
  readonly moves: MoveAnswer[];
  readonly deletions: DeletionOutcome[];
  readonly failure?: { readonly Error: string; readonly Cause?: string };
  /** The hook that is called after a failure failed, too. */
  readonly hookFailure?: { readonly Error: string; readonly Cause?: string };
  /** Set once moving has begun: whether it could tell or not, something may be in place. */
  readonly moving?: true;
}

type Section<Answer> = Omit<Answer, 'operation' | 'done' | 'resume'>;

/** What one restore job brought. */
export interface RestoreReportPart {
  readonly items: string[] | null;
  readonly restoreJobId: string;
  readonly recoveryDirectory?: string;
  readonly newFileSystemArn?: string;
  readonly lostAndFound: string[];
  readonly verification?: Section<VerifyAnswer>;
  readonly plan?: Section<MoveAnswer>;
  readonly move?: Section<MoveAnswer>;
  readonly cleanup?: Omit<DeletionOutcome, 'directory'>;
}

/** Sums over all restore jobs. */
export interface RestoreTotals {
  readonly files: number;
  readonly directories: number;
  readonly bytes: number;
  /** This and the next ones are left out where a move was begun whose answer is not known. */
  readonly moved?: number;
  readonly replaced?: number;
  readonly keptBoth?: number;
  readonly skipped?: number;
  readonly failed?: number;
}

/** The one report of a restore: for people its sentence, for machines the rest. */
export interface RestoreReport {
  readonly outcome: 'SUCCEEDED' | 'FAILED';
  readonly sentence: string;
  readonly error?: string;
  readonly cause?: string;
  readonly execution: RestoreExecution['execution'];
  readonly request: unknown;
  readonly recoveryPoint?: { readonly arn: string; readonly created: string };
  readonly restores: RestoreReportPart[];
  readonly totals: RestoreTotals;
  readonly warnings: string[];
}

const listOf = (names: readonly string[]): string => names.map((name) => `'/${name}'`).join(', ');

/** Sums of what the answers count: of moves that were made, or of those that are planned. */
export function totalsOf(verifications: readonly VerifyAnswer[], moves: readonly MoveAnswer[]): Required<RestoreTotals> {
  // where one entry is in conflict under FAIL, the others are counted, and not moved
  const moved = moves.filter(({ outcome }) => outcome !== 'CONFLICT');
  const sum = <Answer>(answers: readonly Answer[], count: (answer: Answer) => number): number =>
    answers.reduce((total, answer) => total + count(answer), 0);
  return {
    files: sum(verifications, ({ counts }) => counts.files),
    directories: sum(verifications, ({ counts }) => counts.directories),
    bytes: sum(verifications, ({ counts }) => counts.bytes),
    moved: sum(moved, ({ counts }) => counts.moved),
    replaced: sum(moved, ({ counts }) => counts.replaced),
    keptBoth: sum(moved, ({ counts }) => counts.keptBoth),
    skipped: sum(moved, ({ counts }) => counts.skipped),
    failed: sum(moves, ({ counts }) => counts.failed),
  };
}

/** What was moved; of a dry run what would be. A plan that came to nothing moved nothing. */
const doneMoves = ({ moves, plans, prepared }: RestoreExecution): readonly MoveAnswer[] => (prepared?.request.dryRun ? plans : moves);

function knownTotalsOf(state: RestoreExecution): RestoreTotals {
  const totals = totalsOf(state.verifications, doneMoves(state));
  const { files, directories, bytes } = totals;
  return state.moving && state.moves.length === 0 ? { files, directories, bytes } : totals;
}

/** A report, and the subject of the message that tells of it. */
export interface ReportedRestore {
  readonly report: RestoreReport;
  readonly subject: string;
}

/** What would be done with the entries: nothing at all, where one is in conflict under FAIL. */
export function wordPlans(plans: readonly MoveAnswer[]): string {
  const conflicts = plans.filter(({ outcome }) => outcome === 'CONFLICT').reduce((sum, { counts }) => sum + counts.failed, 0);
  return conflicts === 0 ? wordMove(totalsOf([], plans), [], true)
    : `would move nothing, since ${plural(conflicts, 'entry is', 'entries are')} in conflict`;
}

/** What was done, or in a dry run would be done, with the entries. */
export function wordMove(totals: Required<RestoreTotals>, keptAside: readonly string[], dryRun: boolean): string {
  const { moved, replaced, keptBoth, skipped, failed } = totals;
  const [move, replace, put, skip] = dryRun ? ['would move', 'replace', 'put', 'skip'] : ['moved', 'replaced', 'put', 'skipped'];
  const words = [`${move} ${plural(moved, 'entry', 'entries')} into place`];
  if (replaced > 0) {
    words.push(`${replace} ${replaced}${keptAside.length === 0 ? '' : ` (the former ones are in ${keptAside.map((path) => `'${path}'`).join(', ')})`}`);
  }
  if (keptBoth > 0) {
    words.push(`${put} ${keptBoth} beside what has their place`);
  }
  if (skipped > 0) {
    words.push(`${skip} ${skipped}`);
  }
  if (dryRun && failed > 0) {
    words.push(`${failed} cannot be moved`);
  }
  return words.join(', ');
}

/** What a merge leaves as it is, or takes, is what people wonder about afterwards. */
function wordMerged(moves: readonly MoveAnswer[], mergedDirectories: MergedDirectories): string[] {
  const sum = (count: (move: MoveAnswer) => number | undefined) => moves.reduce((total, move) => total + (count(move) ?? 0), 0);
  const [liveOnly, differing] = [sum((move) => move.liveOnly), sum(({ mergedDirectories: merged }) => merged?.differing)];
  const words = liveOnly === 0 ? [] : [`left ${plural(liveOnly, 'entry', 'entries')} beside them that the backup does not have`];
  if (differing > 0) {
    const directories = plural(differing, 'directory', 'directories');
    words.push(mergedDirectories === MergedDirectories.TAKE_RESTORED ? `gave ${directories} the owner and mode of the backup`
      : `left ${directories} with another owner or mode than in the backup`);
  }
  return words;
}

function wordCleanup({ progress: { restores }, deletions }: RestoreExecution): string {
  const directories = restores.flatMap(({ directory }) => directory ?? []);
  const gone = directories.filter((_, index) => ['DELETED', 'ALREADY_GONE'].includes(deletions[index]?.outcome));
  const words = gone.length === 0 ? [] : [`deleted the recovery ${gone.length === 1 ? 'directory' : 'directories'} ${listOf(gone)}`];
  directories.forEach((directory, index) => {
    const deletion = deletions[index];
    if (deletion === undefined) {
      words.push(`kept the recovery directory '/${directory}'`);
    } else if (deletion.outcome === 'POSTPONED') {
      words.push(`left the rest of the recovery directory '/${directory}' to a cleanup (${deletion.postponed?.detail ?? 'no reason was told'})`);
    } else if (deletion.outcome === 'REFUSED') {
      words.push(`kept the recovery directory '/${directory}' (${deletion.refusals.map(({ reason, detail }) => `${reason}: ${detail}`).join('; ')})`);
    } else if (!gone.includes(directory)) {
      words.push(`could not delete the whole recovery directory '/${directory}': clean it up by hand`);
    }
  });
  return words.join(', ');
}

const keptAsideOf = (moves: readonly MoveAnswer[]): string[] => moves.flatMap(({ keptAside }) => keptAside ?? []);

function wordSuccess(state: RestoreExecution): string {
  const { recoveryPoint, request } = state.prepared!;
  const { restores } = state.progress;
  const totals = totalsOf(state.verifications, doneMoves(state));
  const what = request.items === undefined ? 'everything' : plural(request.items.length, 'item');
  const jobs = restores.length > 1 ? ` by ${restores.length} restore jobs` : '';
  const words = [`Restored ${what} from the recovery point of ${recoveryPoint.created}${jobs}`];
  const { newFileSystemArn } = restores[0];
  if (newFileSystemArn !== undefined) {
    return `${words[0]} into the new file system ${newFileSystemArn}, which has no mount targets yet.`;
  }
  if (state.verifications.length > 0) {
    words.push(`verified ${plural(totals.files, 'file')} and ${plural(totals.directories, 'directory', 'directories')} (${plural(totals.bytes, 'byte')})`);
  }
  if (state.moves.length > 0) {
    words.push(wordMove(totals, keptAsideOf(state.moves), false), ...wordMerged(state.moves, request.mergedDirectories));
    words.push(...(restores.some(({ only }) => only) ? ['left what came with it and was not asked for in the recovery directory'] : []));
  } else if (request.dryRun) {
    words.push(wordPlans(state.plans));
  }
  words.push(wordCleanup(state));
  return `${words.slice(0, -1).join(', ')}, and ${words[words.length - 1]}.`;
}

function wordFailure(state: RestoreExecution): string {
  const parts = [`The restore failed with ${state.failure!.Error}: ${messageOf(state.failure!.Cause)}.`.replace(/([.!?])\.$/, '$1')];
  const directories = state.progress.restores.flatMap(({ directory }) => directory ?? []);
  const unfinished = unfinishedJobOf(state);
  if (directories.length > 0) {
    // a move that failed may have moved something before, whether it could still tell or not
    const all = (outcome: MoveAnswer['outcome']) => state.moves.length > 0 && state.moves.every((move) => move.outcome === outcome);
    const moving = state.moving && !all('CONFLICT');
    parts.push(moving && all('MOVED') ? `What was restored is in its place; what was not moved is still in ${listOf(directories)}, and nothing of it was deleted.`
      : `What was restored${moving ? ' and not yet moved into place' : ''} is in ${listOf(directories)}; nothing of it was deleted.`);
  }
  if (unfinished !== undefined) {
    parts.push(`The restore job is ${unfinished}; nothing was deleted.`);
  } else if (state.failure!.Error === RestoreError.RESTORE_JOB_NOT_STARTED) {
    parts.push('Perhaps a restore job was started, and only the answer was lost: look before you start another one.');
  } else if (state.progress.restores.length === 0) {
    parts.push('No restore job was started, and nothing was changed.');
  }
  if (state.hookFailure !== undefined) {
    parts.push(`The hook that was to follow failed as well (${state.hookFailure.Error}: ${messageOf(state.hookFailure.Cause)}): what it would have done is to be done by hand.`);
  }
  const known = (Object.values(RestoreError) as string[]).includes(state.failure!.Error);
  parts.push(`docs/runbook.md of cdk-efs-backup says${known ? ` under ${state.failure!.Error}` : ''} what to do.`);
  return parts.join(' ');
}

/** The job that was started and of which it is not known what it made. */
function unfinishedJobOf({ job, progress }: RestoreExecution): string | undefined {
  return job === undefined || progress.restores.some(({ restoreJobId }) => restoreJobId === job.RestoreJobId) ? undefined : job.RestoreJobId;
}

/** Leaves out what only the loop over a worker's answers needs. */
function section<Answer extends object>(answer: Answer | undefined): Section<Answer> | undefined {
  if (answer === undefined) {
    return undefined;
  }
  const { operation: _operation, done: _done, resume: _resume, ...rest } = answer as Record<string, unknown>;
  return rest as Section<Answer>;
}

function cleanupOf(outcome: DeletionOutcome | undefined): RestoreReportPart['cleanup'] {
  if (outcome === undefined) {
    return undefined;
  }
  const { directory: _directory, ...rest } = outcome;
  return rest;
}

/** Writes the report of an execution that ended, well or not. */
export function reportRestore(state: RestoreExecution): ReportedRestore {
  const failed = state.failure !== undefined;
  const unfinished = unfinishedJobOf(state);
  const { restores } = state.progress;
  const parts = restores.map(({ items, restoreJobId, directory, newFileSystemArn, lostAndFound }, index): RestoreReportPart => ({
    items,
    restoreJobId,
    newFileSystemArn,
    lostAndFound,
    recoveryDirectory: directory,
    verification: section(state.verifications[index]),
    plan: section(state.plans[index]),
    move: section(state.moves[index]),
    cleanup: cleanupOf(state.deletions[index]),
  }));
  const report: RestoreReport = {
    outcome: failed ? 'FAILED' : 'SUCCEEDED',
    sentence: inOneLine(failed ? wordFailure(state) : wordSuccess(state)),
    ...(failed ? { error: state.failure!.Error, cause: messageOf(state.failure!.Cause) } : {}),
    execution: state.execution,
    request: state.prepared?.request ?? state.input,
    recoveryPoint: state.prepared?.recoveryPoint,
    restores: unfinished === undefined ? parts
      : [...parts, { items: state.prepared?.jobs[restores.length]?.items ?? null, restoreJobId: unfinished, lostAndFound: [] }],
    totals: knownTotalsOf(state),
    warnings: state.prepared?.warnings ?? [],
  };
  return { report: allInOneLine(report), subject: subjectOf(`EFS restore ${failed ? `failed: ${state.failure!.Error}` : 'succeeded'}`) };
}
