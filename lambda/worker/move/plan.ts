import { isIgnored } from './apply';
import { CHANGED_DIRECTORY } from './changes';
import type { Changes } from './changes';
import type { Action } from './decide';
import type { Judge, Judgement } from './judge';
import { LiveOnly } from './live-only';
import type { LiveOnlyLeft } from './live-only';
import { ownerAndModeOf } from './merged';
import type { Merged } from './merged';
import { TAKEN } from './place';
import { filesOf, sizesOf, Summary } from './summary';
import type { Sizes } from './summary';
import { Tally } from './tally';
import type { MoveCounts, MovePlan } from '../../../src/core/worker';
import type { CursorStore } from '../../fs/cursor';
import type { Directory } from '../../fs/directory';
import { errnoOf, isErrno } from '../../fs/errno';
import { Names } from '../../fs/names';
import { nameOf, parentOf, Tree } from '../../fs/tree';
import type { TreePath } from '../../fs/tree';
import { walk } from '../../fs/walk';
import type { Visit, VisitEnd, WalkEnd } from '../../fs/walk';
import type { Deadline } from '../../runtime/deadline';

export interface PlanOptions {
  readonly root: Directory;
  readonly restored: Tree;
  readonly judge: Judge;
  readonly changes: Changes;
  readonly merged: Merged;
  readonly isItem: (path: TreePath, name: string) => boolean;
  readonly countsLiveOnly: (path: TreePath) => boolean;
  /** Counts what would be done. */
  readonly tally: Tally;
  /** Counts files and bytes, and keeps samples, for a dry run. */
  readonly summary?: Summary;
  readonly cursor?: string;
  readonly cursors?: CursorStore;
  readonly deadline: Deadline;
}

const FATES: Readonly<Record<Action, keyof MoveCounts>> = { MOVE: 'moved', REPLACE: 'replaced', KEEP_BOTH: 'keptBoth', SKIP: 'skipped', FAIL: 'failed' };
/** What becomes of an entry as a whole, and what is to be said; undefined for what is merged, or left without a word. */
function fateOf(judgement: Judgement): { readonly fate: keyof MoveCounts; readonly note?: string } | undefined {
  switch (judgement.kind) {
    case 'ACT': return { fate: FATES[judgement.action], note: NOTES[FATES[judgement.action]] };
    case 'STAY': return judgement;
    default: return undefined;
  }
}

const NOTES: Partial<Record<keyof MoveCounts, string>> = { failed: TAKEN, skipped: TAKEN };

/** Looks what a move would do; moves nothing. */
export async function plan(options: PlanOptions): Promise<WalkEnd> {
  const live = new Tree(options.root);
  try {
    return await new Plan(options, live).run();
  } finally {
    await live.close();
  }
}

/** The walk's context: an empty text where both sides have the directory, else the fate of whatever is in it. */
type Context = '' | keyof MoveCounts;

/** What a visit that time ran out in leaves for the next one: the context, and what it counted. */
interface Left {
  readonly context: Context;
  readonly counts: MoveCounts;
  readonly plan: MovePlan;
  readonly liveOnly?: LiveOnlyLeft;
}

/** What was counted in one directory. */
class Counted {
  private readonly tally: Tally;
  private readonly summary: Summary;

  /** Of the entries that are live only; left out where they are not counted. */
  public liveOnly?: LiveOnly;

  constructor(private readonly context: Context, left?: Left) {
    this.tally = new Tally(left?.counts);
    this.summary = new Summary(left?.plan);
    this.liveOnly = LiveOnly.of(left?.liveOnly);
  }

  public get left(): string {
    const left: Left = { context: this.context, counts: this.tally.counts, plan: this.summary.plan, liveOnly: this.liveOnly?.left };
    return JSON.stringify(left);
  }

  public add(fate: keyof MoveCounts): void {
    this.tally.add(fate, '');
  }

  public addSizes(fate: keyof MoveCounts, sizes: Sizes): void {
    this.summary.add(fate, sizes);
  }
}

class Plan {
  constructor(private readonly options: PlanOptions, private readonly live: Tree) {}

  public async run(): Promise<WalkEnd> {
    const { restored, root, tally, cursor, cursors, deadline } = this.options;
    return walk(restored, {
      visit: async (visit) => this.visit(visit),
      enter: async (parent, name, path, context) => this.enter(parent, name, path, context as Context),
      unreadable: (path, errno) => tally.add('failed', root.pathOf(path), errno),
      mustStop: () => deadline.reached,
      cursor,
      cursors,
    });
  }

  private async enter(parent: Directory, name: string, path: TreePath, above: Context): Promise<Context | undefined> {
    const { judge, summary } = this.options;
    if (above !== '') {
      return above;
    }
    const own = await parent.lstat(name);
    if (!own?.isDirectory()) {
      return undefined;
    }
    const there = await this.live.use(parentOf(path), async (directory) => directory.lstat(name)).catch((error) => {
      if (errnoOf(error) === undefined) {
        throw error;
      }
      return undefined; // the visit of the parent has told it
    });
    const judgement = judge.of(parentOf(path), name, own, there);
    return judgement.kind === 'MERGE' ? '' : summary && fateOf(judgement)?.fate;
  }

  private async visit(visit: Visit): Promise<VisitEnd> {
    const { root, tally, summary } = this.options;
    const left = visit.context.startsWith('{') ? JSON.parse(visit.context) as Left : undefined;
    const context = left?.context ?? visit.context as Context;
    if (visit.restarted && left) {
      tally.subtract(left.counts);
      summary?.subtract(left.plan);
    }
    const counted = new Counted(context, visit.restarted ? undefined : left);
    if (context !== '') {
      return this.count(visit, context, counted);
    }
    try {
      return await this.live.use(visit.path, async (live) => this.compare(visit, live, counted, left));
    } catch (error) {
      if (errnoOf(error) === undefined) {
        throw error;
      }
      tally.add('failed', root.pathOf(visit.path), isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP') ? TAKEN : errnoOf(error)!);
      return 'DONE';
    }
  }

  /** Counts what is below a directory that meets one fate as a whole. */
  private async count({ directory, entries, skipped }: Visit, fate: keyof MoveCounts, counted: Counted): Promise<VisitEnd> {
    let position = skipped;
    for await (const batch of entries) {
      const sizes = await filesOf(directory, batch);
      this.options.summary!.add(fate, sizes);
      counted.addSizes(fate, sizes);
      position += batch.length;
      if (this.options.deadline.reached) {
        return { position, context: counted.left };
      }
    }
    return 'DONE';
  }

  /** Decides about the entries of a directory that both sides have. */
  private async compare(visit: Visit, live: Directory, counted: Counted, left: Left | undefined): Promise<VisitEnd> {
    const { directory, path, entries, skipped, restarted } = visit;
    const { tally, judge, changes, merged, isItem, countsLiveOnly, summary, deadline } = this.options;
    const add = (fate: keyof MoveCounts, sizes: Sizes, shown: string, note?: string) => {
      tally.add(fate, shown, note);
      summary?.add(fate, sizes, shown);
      counted.add(fate);
      counted.addSizes(fate, sizes);
    };
    const isFirst = left === undefined;
    const restored = await directory.stat();
    if (isFirst && changes.hasMerged(restored, path === '')) {
      add('failed', sizesOf([]), live.path, CHANGED_DIRECTORY);
    }
    const names = await Names.list(live, (name) => isIgnored(path, name));
    if ((isFirst && countsLiveOnly(path)) || (restarted && left?.liveOnly)) {
      counted.liveOnly = LiveOnly.of({ live: names.size, taken: 0, met: 0 });
    }
    if (isFirst && path !== '') {
      merged.add(live.path, ownerAndModeOf(restored), ownerAndModeOf(await live.stat()), isItem(parentOf(path), nameOf(path)));
    }
    let position = skipped;
    for await (const batch of entries) {
      const found = batch.map(({ name }) => name);
      const own = await directory.lstatAll(found);
      const asked = found.filter((name) => names.mayHave(name));
      const answers = await live.lstatAll(asked);
      const places = new Map(asked.map((name, index) => [name, answers[index]]));
      found.forEach((name, index) => {
        const [stats, there] = [own[index], places.get(name)];
        const shown = live.pathOf(name);
        counted.liveOnly?.meet(stats && there ? 1 : 0);
        const met = stats && fateOf(judge.of(path, name, stats, there));
        if (met) {
          add(met.fate, sizesOf([stats]), shown, met.note);
        }
      });
      position += batch.length;
      if (deadline.reached) {
        return { position, context: counted.left };
      }
    }
    merged.addLiveOnly(counted.liveOnly?.count ?? 0);
    return 'DONE';
  }
}
