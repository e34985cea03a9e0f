import {
  DELETE_CPU_SECONDS, LAMBDA_SECONDS, LOOK_SECONDS, READ_SECONDS, ROUND_TRIPS, SKIP_SECONDS, STOPPED_SECONDS, USEFUL_SECONDS, WRITE_SECONDS,
} from './rates';
import type { Tree } from './tree';
import { entriesOf } from './tree';
import { ENTRIES_AT_ONCE } from '../../lambda/fs/directory';
import { DIRECTORIES_AT_ONCE } from '../../lambda/fs/walk';
import { cutAnswer } from '../../lambda/worker/cut-answer';
import { bind, refuseForeign } from '../../lambda/worker/going-on';
import { refuseInvalid } from '../../lambda/worker/refuse-invalid';
import type { SimulatedTime } from '../../rehearsal/run/simulated-time';
import { TaskError } from '../../rehearsal/run/task-error';
import { DEFAULT_OPERATIONS_PER_SECOND } from '../../src/core/operations-per-second';
import { classifyRootEntry, parseRecoveryDirectoryName, recoveryDirectoriesOfJob } from '../../src/core/recovery-directory';
import { ConflictPolicy, RecoveryDirectoryDisposal } from '../../src/core/restore-request';
import type {
  DeleteAnswer, DeleteEvent, FindAnswer, FindEvent, MoveAnswer, MoveEvent, MovePlan, SurveyAnswer, SurveyedContent, SurveyEvent,
  TreeCounts, VerifyAnswer, VerifyEvent, WorkerAnswer, WorkerEvent,
} from '../../src/core/worker';

/** A recovery directory of the simulated file system. */
interface Restored {
  readonly tree: Tree;
  /** What is left in it after a move. */
  left: Tree;
  moved: boolean;
  shards: number;
  shardsLeft: number;
}

/** What a call did: its answer, how long it took, and how many calls changed the file system. */
interface Done {
  readonly answer: WorkerAnswer;
  readonly seconds: number;
  readonly writes?: number;
}

export interface WorkerModelOptions {
  readonly time: SimulatedTime;
  readonly arn: string;
  /** How long each cursor, path and note is. TYPICAL: as they are in such a tree. LONGEST: as long as the worker lets them be. */
  readonly texts: 'TYPICAL' | 'LONGEST';
}

const NO_ENTRIES: TreeCounts = { files: 0, directories: 0, symbolicLinks: 0, others: 0, bytes: 0 };
const FEW_SECONDS = 2;
/** A cursor holds the directories that are begun, their paths compressed: 24 of them, and those that these are in. */
const CURSOR_BYTES = { TYPICAL: 4 * 1024, LONGEST: 128 * 1024 };
/** A path in a note is cut to 400 characters, which have up to 3 bytes each. */
const PATHS = { TYPICAL: '/projects/alpha/2026/11/23/report.txt', LONGEST: `/${'測'.repeat(399)}` };
const SAMPLES = 100;
const SAMPLED_BYTES = { TYPICAL: 4_000, LONGEST: 10_000 };
const NOTES = 20;
/** What a survey has room for (lambda/worker/survey.ts): the oldest entries, the newest names, the contents of the oldest. */
const MOST = { entries: 250, names: 300, contents: 100 };
/** 60,000 bytes, as base64 (core/shard.ts). */
const SHARD_SAMPLE_BYTES = 80_000;

/** Plays the worker on a file system that is too large for any test: its events, its answers, and the time that it takes. */
export class WorkerModel {
  public readonly functionName = 'worker';
  public readonly restored = new Map<string, Restored>();
  public invocations = 0;
  public writes = 0;
  public mostAtOnce = 0;
  /** How many operations a second all workers together may make at most. */
  public mostOperationsPerSecond = 0;
  public longestSeconds = 0;

  private running: number[] = [];

  constructor(private readonly options: WorkerModelOptions) {}

  public get arn(): string {
    return this.options.arn;
  }

  public add(name: string, tree: Tree): void {
    this.restored.set(name, { tree, left: tree, moved: false, shards: 1, shardsLeft: 1 });
  }

  public async invoke(event: unknown): Promise<unknown> {
    const own = event as WorkerEvent;
    refuseInvalid(own);
    refuseForeign(own);
    const { answer, seconds, writes = 0 } = this.work(own);
    this.invocations += 1;
    const rate = rateOf(own);
    this.running.push(rate);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running.length);
    this.mostOperationsPerSecond = Math.max(this.mostOperationsPerSecond, this.running.reduce((sum, each) => sum + each, 0));
    this.longestSeconds = Math.max(this.longestSeconds, seconds);
    this.writes += writes;
    await this.options.time.sleep(seconds * 1000);
    this.running.splice(this.running.indexOf(rate), 1);
    return JSON.parse(JSON.stringify(bind(own, answer)));
  }

  private work(event: WorkerEvent): Done {
    switch (event.operation) {
      case 'survey': return this.survey(event);
      case 'find': return this.find(event);
      case 'verify': return this.verify(event);
      case 'move': return this.move(event);
      case 'delete': return this.delete(event);
      default: throw new Error(`a workflow does not ask for '${event.operation}'`);
    }
  }

  private survey(event: SurveyEvent): Done {
    if (event.cut) {
      return this.cut({ ...event, cut: event.cut });
    }
    return event.contents ? this.lookInto(event) : { answer: this.listed(), seconds: FEW_SECONDS };
  }

  private listed(contents: Record<string, SurveyedContent> = {}): SurveyAnswer {
    const all = this.byAge();
    const omitted = Math.max(0, all.length - MOST.entries);
    return {
      operation: 'survey',
      done: true,
      workDirectoryIsOurs: true,
      names: all.slice(-MOST.names),
      entries: all.slice(0, MOST.entries).map((name) => {
        const { instant } = parseRecoveryDirectoryName(name)!;
        const ageSeconds = Math.floor((this.options.time.now - instant) / 1000);
        const known = { name, kind: classifyRootEntry(name), instant: new Date(instant).toISOString(), ageSeconds };
        return contents[name] ? { ...known, content: contents[name] } : known;
      }),
      ...(omitted > 0 ? { omitted: { directories: omitted, recoveryDirectories: omitted } } : {}),
    };
  }

  /** The oldest first: the names begin alike, and tell the time. */
  private byAge(): string[] {
    return [...this.restored.keys()].sort();
  }

  private find({ before, job }: FindEvent): Done {
    const { CreationDate, CompletionDate } = job;
    expect(CompletionDate).toBeDefined();
    const found = recoveryDirectoriesOfJob(before, this.byAge(), { created: Date.parse(CreationDate), completed: Date.parse(CompletionDate!) });
    expect(found).toHaveLength(1);
    const answer: FindAnswer = { operation: 'find', done: true, directory: found[0].name, lostAndFound: [] };
    return { answer, seconds: FEW_SECONDS };
  }

  private verify({ directory, operationsPerSecond, previous, mostBytes }: VerifyEvent): Done {
    const { tree } = this.restored.get(directory)!;
    const { position, seconds } = this.look(tree, this.positionOf(previous?.resume?.cursor), operationsPerSecond);
    const done = position === entriesOf(tree);
    const counts = countsOf(tree, position / entriesOf(tree));
    const answer: VerifyAnswer = {
      operation: 'verify',
      done,
      verdict: done ? 'PASSED' : 'UNDECIDED',
      findings: [],
      counts,
      lostAndFound: done ? Array.from({ length: NOTES }, (_, index) => `aws-backup-lost+found_${index}`) : [],
      resume: done ? null : { cursor: this.cursor(position), counts },
    };
    return { answer: done ? cutAnswer(answer, mostBytes!) : answer, seconds };
  }

  private move({ directory, conflictPolicy, dryRun, operationsPerSecond, previous, mostBytes }: MoveEvent): Done {
    const restored = this.restored.get(directory)!;
    const { tree } = restored;
    const total = tree.missing === 'ALL' && !dryRun ? 1 : entriesOf(tree);
    const begun = this.positionOf(previous?.resume?.cursor);
    const { position, seconds } = this.progress(begun, total, this.secondsToMove(tree, dryRun, operationsPerSecond), tree.directories === 1);
    const done = position >= total;
    const conflicts = tree.missing === 'NONE' && conflictPolicy === ConflictPolicy.FAIL;
    const counts = { moved: tree.missing === 'NONE' ? 0 : position, replaced: 0, keptBoth: 0, skipped: tree.missing === 'NONE' ? position : 0, failed: 0 };
    const notes = tree.missing === 'NONE' ? this.notes('its place is taken') : [];
    const plan = dryRun ? { plan: this.plan(tree) } : {};
    if (done && !dryRun) {
      restored.moved = true;
      restored.left = tree.missing === 'NONE' ? tree : { ...tree, files: 0, directories: tree.missing === 'ALL' ? 0 : tree.directories };
    }
    const outcome = conflicts ? 'CONFLICT' : dryRun ? 'PLANNED' : 'MOVED';
    const answer: MoveAnswer = {
      operation: 'move',
      done,
      outcome: done ? outcome : 'UNDECIDED',
      counts,
      notes,
      ...plan,
      resume: done ? null : { phase: dryRun ? 'PLAN' : 'APPLY', cursor: this.cursor(position), counts, notes, ...plan },
    };
    const writes = dryRun || tree.missing !== 'FILES' ? 0 : (position - begun) * ROUND_TRIPS.moved.writes;
    return { answer: done ? cutAnswer(answer, mostBytes!) : answer, seconds, writes };
  }

  private secondsToMove(tree: Tree, dryRun: boolean | undefined, operationsPerSecond = DEFAULT_OPERATIONS_PER_SECOND): number {
    if (dryRun || tree.missing === 'NONE') {
      const perEntry = tree.directories / entriesOf(tree);
      return Math.max(2 * LOOK_SECONDS, perEntry * ROUND_TRIPS.compared * READ_SECONDS / DIRECTORIES_AT_ONCE);
    }
    if (tree.missing === 'ALL') {
      return FEW_SECONDS;
    }
    const { reads, writes } = ROUND_TRIPS.moved;
    return Math.max(writes / operationsPerSecond, (reads * READ_SECONDS + writes * WRITE_SECONDS) / streamsOf(tree));
  }

  private delete({ directory, disposal, shard, operationsPerSecond, previous, accessPointRoots, runningRestoreJobs }: DeleteEvent): Done {
    const restored = this.restored.get(directory)!;
    expect([accessPointRoots, runningRestoreJobs]).toEqual([[], []]);
    if (disposal === RecoveryDirectoryDisposal.DELETE_WHEN_EMPTY && restored.left.files > 0) {
      return { answer: { operation: 'delete', done: true, outcome: 'REFUSED', deletedEntries: 0, refusals: [], notes: [] }, seconds: FEW_SECONDS };
    }
    const { left } = restored;
    const resume = previous?.resume ?? undefined;
    const mine = Math.ceil((entriesOf(left) + 1) / (shard && Object.keys(shard).length > 0 ? restored.shards : 1));
    let [position, seconds] = [resume?.inspected ?? 0, 0];
    const inspectedAt = resume?.inspectedAt ?? this.options.time.now;
    if (resume === undefined || resume.cursor !== undefined) {
      ({ position, seconds } = this.look(left, position, operationsPerSecond));
    }
    const deletedBefore = resume?.deletedEntries ?? 0;
    if (position < entriesOf(left)) {
      const more = { cursor: this.cursor(position), inspected: position, inspectedAt, deletedEntries: deletedBefore };
      return { seconds, answer: this.deleteAnswer('UNDECIDED', deletedBefore, more) };
    }
    const perEntry = secondsToDelete(left, restored.shards, operationsPerSecond);
    const removed = Math.min(mine - deletedBefore, Math.max(1, Math.floor((USEFUL_SECONDS - seconds) / perEntry)));
    const deletedEntries = deletedBefore + removed;
    if (deletedEntries < mine) {
      const more = { inspected: position, inspectedAt, deletedEntries };
      return { seconds: STOPPED_SECONDS, writes: removed, answer: this.deleteAnswer('UNDECIDED', deletedEntries, more) };
    }
    restored.shardsLeft -= 1;
    const outcome = restored.shardsLeft === 0 ? 'DELETED' : 'SHARD_DELETED';
    if (restored.shardsLeft === 0) {
      this.restored.delete(directory);
    }
    return { seconds: FEW_SECONDS + seconds + removed * perEntry, writes: removed, answer: this.deleteAnswer(outcome, deletedEntries) };
  }

  private deleteAnswer(outcome: DeleteAnswer['outcome'], deletedEntries: number, resume?: DeleteAnswer['resume']): DeleteAnswer {
    return { operation: 'delete', done: resume === undefined, outcome, deletedEntries, refusals: [], notes: this.notes('EBUSY'), ...(resume ? { resume } : {}) };
  }

  private cut({ cut: { directory, shards }, operationsPerSecond, previous }: SurveyEvent & Required<Pick<SurveyEvent, 'cut'>>): Done {
    const restored = this.restored.get(directory)!;
    const { position, seconds } = this.look(restored.left, this.positionOf(previous?.resume?.current?.cursor), operationsPerSecond);
    if (position < entriesOf(restored.left)) {
      const sample = { every: 1, seen: position, paths: Array.from({ length: 1_024 }, () => 'c'.repeat(SHARD_SAMPLE_BYTES / 1_024)) };
      const current = { name: directory, cursor: this.cursor(position), content: { counts: NO_ENTRIES, unreadable: [] } };
      return { seconds, answer: { ...this.listed(), done: false, resume: { contents: {}, current, sample } } };
    }
    const count = Math.max(1, Math.min(shards, entriesOf(restored.left)));
    restored.shards = count;
    restored.shardsLeft = count;
    const bound = (index: number) => (index === 0 || index === count ? undefined : Buffer.from(`${index}`.padStart(700, 'd')).toString('base64'));
    const cut = Array.from({ length: count }, (_, index) => ({ from: bound(index), to: bound(index + 1) }));
    return { seconds, answer: { ...this.listed(), shards: cut } };
  }

  /** The oldest 100 directories, one after the other. */
  private lookInto({ operationsPerSecond, previous }: SurveyEvent): Done {
    const contents: Record<string, SurveyedContent> = { ...previous?.resume?.contents };
    let spent = 0;
    let begun = previous?.resume?.current;
    for (const name of this.byAge().slice(0, MOST.contents)) {
      if (contents[name]) {
        continue;
      }
      const { left } = this.restored.get(name)!;
      const from = this.positionOf(begun?.name === name ? begun.cursor : undefined);
      const { position, seconds } = this.look(left, from, operationsPerSecond, USEFUL_SECONDS - spent);
      begun = undefined;
      spent += seconds;
      const time = new Date(parseRecoveryDirectoryName(name)!.instant).toISOString();
      const content = { counts: countsOf(left, position / entriesOf(left)), newest: { mtime: time, ctime: time }, inUse: false, unreadable: [] };
      if (position < entriesOf(left)) {
        const current = { name, cursor: this.cursor(position), content };
        return { seconds: STOPPED_SECONDS, answer: { ...this.listed(), done: false, resume: { contents, current } } };
      }
      contents[name] = content;
    }
    return { seconds: spent, answer: this.listed(contents) };
  }

  /** Looks through a tree; where its calls are bounded, by them. */
  private look(tree: Tree, from: number, operationsPerSecond = DEFAULT_OPERATIONS_PER_SECOND, useful = USEFUL_SECONDS) {
    const perEntry = tree.directories / Math.max(1, entriesOf(tree)) * ROUND_TRIPS.lookedInto;
    const seconds = Math.max(LOOK_SECONDS, perEntry / operationsPerSecond, perEntry * READ_SECONDS / DIRECTORIES_AT_ONCE);
    return this.progress(from, entriesOf(tree), seconds, tree.directories === 1, useful);
  }

  /** One directory is listed from its beginning, whatever an earlier call has seen of it. */
  private progress(from: number, total: number, perEntry: number, flat: boolean, useful = USEFUL_SECONDS): { position: number; seconds: number } {
    const again = flat ? from * SKIP_SECONDS : 0;
    if (again > LAMBDA_SECONDS) {
      throw new TaskError('Sandbox.Timedout', `Task timed out after ${LAMBDA_SECONDS}.00 seconds`);
    }
    const position = Math.min(total, from + Math.max(ENTRIES_AT_ONCE, Math.floor((useful - again) / perEntry)));
    return { position, seconds: position < total ? STOPPED_SECONDS : FEW_SECONDS + again + (position - from) * perEntry };
  }

  private cursor(position: number): string {
    return `${position}.`.padEnd(CURSOR_BYTES[this.options.texts], 'A');
  }

  private positionOf(cursor: string | undefined): number {
    return cursor === undefined ? 0 : Number(cursor.split('.')[0]);
  }

  private notes(note: string): Array<{ path: string; note: string }> {
    return Array.from({ length: NOTES }, () => ({ path: PATHS[this.options.texts], note }));
  }

  private plan({ files, bytes, missing }: Tree): MovePlan {
    const samples = Array.from({ length: SAMPLES }, () => '/'.padEnd(SAMPLED_BYTES[this.options.texts] / SAMPLES, 'e'));
    const fate = (all: boolean) => ({ files: all ? files : 0, bytes: all ? bytes : 0, samples });
    return { moved: fate(missing !== 'NONE'), replaced: fate(false), keptBoth: fate(false), skipped: fate(missing === 'NONE'), failed: fate(false) };
  }
}

/** What lists the root only is not bounded, and need not be. */
function rateOf(event: WorkerEvent): number {
  const listsOnly = event.operation === 'find' || (event.operation === 'survey' && !event.contents && !event.cut);
  return listsOnly ? 0 : (event as { operationsPerSecond?: number }).operationsPerSecond ?? DEFAULT_OPERATIONS_PER_SECOND;
}

/** Many directories at once, in each of them one call after the other. */
function streamsOf({ directories }: Tree): number {
  return Math.min(DIRECTORIES_AT_ONCE, Math.max(1, directories));
}

function secondsToDelete(tree: Tree, workers: number, operationsPerSecond = DEFAULT_OPERATIONS_PER_SECOND): number {
  const { reads, writes } = ROUND_TRIPS.deletedBesideOthers;
  const roundTrips = tree.directories === 1 && workers > 1 ? reads * READ_SECONDS + writes * WRITE_SECONDS : WRITE_SECONDS;
  return Math.max(1 / operationsPerSecond, DELETE_CPU_SECONDS, roundTrips / streamsOf(tree));
}

function countsOf({ files, directories, bytes }: Tree, part: number): TreeCounts {
  const some = (count: number) => Math.round(count * part);
  return { files: some(files), directories: some(directories), symbolicLinks: 0, others: 0, bytes: some(bytes) };
}
