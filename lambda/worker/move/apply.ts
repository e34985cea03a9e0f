import type { BigIntStats } from 'node:fs';
import { Aside } from './aside';
import { CHANGED_DIRECTORY } from './changes';
import type { Changes } from './changes';
import { directoryLines } from './directory-lines';
import { digestOf } from './directory-node';
import { Journal } from './journal';
import type { Judge } from './judge';
import { LiveOnly } from './live-only';
import type { LiveOnlyLeft } from './live-only';
import { LiveWatch } from './live-watch';
import { AWAY, Looker } from './look';
import { isOther, ownerAndModeOf } from './merged';
import type { Merged, OwnerAndMode } from './merged';
import { Placer } from './place';
import type { Place, Step } from './place';
import type { Begun } from './recount';
import { Tally } from './tally';
import { removeTrials, Trial } from './trial';
import { isReservedRootName } from '../../../src/core/reserved-root-name';
import type { ConflictPolicy } from '../../../src/core/restore-request';
import type { MoveCounts } from '../../../src/core/worker';
import { toText } from '../../fs/byte-name';
import type { CursorStore } from '../../fs/cursor';
import { isSticky } from '../../fs/directory';
import type { Directory } from '../../fs/directory';
import { errnoOrThrow } from '../../fs/errno';
import { Names } from '../../fs/names';
import { join, nameOf, parentOf, Tree } from '../../fs/tree';
import type { TreePath } from '../../fs/tree';
import { walk } from '../../fs/walk';
import type { Visit, VisitEnd, WalkEnd } from '../../fs/walk';
import type { Deadline } from '../../runtime/deadline';
import type { RateLimit } from '../../runtime/rate-limit';

export interface ApplyOptions {
  readonly root: Directory;
  readonly restored: Tree;
  readonly recoveryDirectory: string;
  readonly policy: ConflictPolicy;
  readonly judge: Judge;
  readonly changes: Changes;
  readonly merged: Merged;
  readonly isItem: (path: TreePath, name: string) => boolean;
  /** True for a directory whose entries that are live only are counted: nothing was moved into it before. */
  readonly countsLiveOnly: (path: TreePath) => boolean;
  /** Counts what is done. */
  readonly tally: Tally;
  /** What earlier calls began and did not tell of, and the number that this call's journal comes after. */
  readonly begun: Begun;
  readonly journalAfter: number;
  readonly cursor?: string;
  readonly cursors?: CursorStore;
  readonly deadline: Deadline;
  readonly rateLimit: RateLimit;
  /** Called once all is done, before the journal says so, with what tells which items this call moved. */
  readonly finish: (isMoved: (path: TreePath) => boolean) => Promise<void>;
}

/** A walk's end, and the number of the journal if anything was moved. */
export interface ApplyEnd extends WalkEnd {
  readonly journal?: number;
  /** What is still to be moved of what a call was killed at. */
  readonly interrupted: string[];
}

/** What a visit that time ran out in leaves for the next one. */
interface Left {
  readonly counts: MoveCounts;
  readonly liveOnly?: LiveOnlyLeft;
}

/** Where more entries of one directory cannot be moved, the rest of it is left as well. */
const MOST_LEFT = 10_000;
/**
 * Directories whose entries are moved at once. The client's kernel makes one renaming between directories at a time, so more gain
 * little, and each one that time runs out in is listed again, on both sides.
 */
const MOVES_AT_ONCE = 16;
/** What belongs to AWS Backup, or to us, has no place: it is left alone. */
export const isIgnored = (path: TreePath, name: string): boolean => path === '' && isReservedRootName(toText(name));
const VANISHED = 'the directory at its place vanished while it was moved: start the restore again';

/** Moves what is in the recovery directory, many directories at once. */
export async function apply(options: ApplyOptions): Promise<ApplyEnd> {
  const journal = new Journal(options.root, options.recoveryDirectory, options.journalAfter, options.policy);
  const aside = new Aside(options.root, options.recoveryDirectory);
  const trial = new Trial(options.root, options.recoveryDirectory);
  const live = new Tree(options.root);
  try {
    const application = new Application(options, journal, { aside, trial }, live);
    const end = await application.run();
    if (end.done && options.tally.counts.failed === 0 && (options.journalAfter > 0 || trial.left)) {
      await removeTrials(options.root, options.recoveryDirectory); // those of what was not moved stay: they excuse its ctime
    }
    if (end.done) {
      await options.finish((path) => application.placed.has(path)); // first: a call that ends between the two is counted by the next one
    }
    if (end.done && (options.begun.moves || await journal.numberIfBegun() !== undefined)) {
      await journal.commit([() => ({ end: true })]); // another move of what is left counts its own entries only
    }
    return { ...end, journal: await journal.numberIfBegun(), interrupted: [...application.interrupted] };
  } finally {
    await live.close();
    await aside.close();
    await trial.close();
    await journal.close();
  }
}

class Application {
  private readonly placer: Placer;
  private readonly watch: LiveWatch;
  private readonly looker: Looker;
  /** What stands for restored entries that a call was killed at, when what has their place was aside already: still to be moved. */
  public readonly interrupted: Set<string>;
  /** Items that this call moved, the first ones. */
  public readonly placed = new Set<TreePath>();
  /** Restored directories that could not be moved. */
  private readonly failed = new Set<TreePath>();

  constructor(
    private readonly options: ApplyOptions,
    private readonly journal: Journal,
    places: { readonly aside: Aside; readonly trial: Trial },
    private readonly live: Tree,
  ) {
    this.interrupted = new Set(options.begun.interrupted);
    this.watch = new LiveWatch(options.root, live, options.tally);
    const isInterrupted = (path: TreePath): boolean => this.interrupted.size > 0 && this.interrupted.has(digestOf(path));
    this.placer = new Placer({ ...options, ...places, journal, isInterrupted });
    this.looker = new Looker({ ...options, placer: this.placer, stays: (place, own) => this.noteFailed(place, own) });
  }

  public async run(): Promise<WalkEnd> {
    const { restored, root, tally, cursor, cursors, deadline } = this.options;
    const end = await walk(restored, {
      visit: async (visit) => this.visit(visit),
      enter: async (parent, name, path) => this.enter(parent, name, path),
      unreadable: (path, errno) => tally.add('failed', root.pathOf(path), errno),
      gone: (path) => tally.add('failed', root.pathOf(path), AWAY),
      mustStop: () => deadline.reached,
      atOnce: MOVES_AT_ONCE,
      cursor,
      cursors,
    });
    await this.watch.look(); // all that was moved is where it was moved to, or is told
    return end;
  }

  /** Into directories that both sides have; everything else met its fate when its parent was visited. */
  private async enter(parent: Directory, name: string, path: TreePath): Promise<string | undefined> {
    const { root, tally, judge } = this.options;
    if (this.failed.has(path)) {
      return undefined;
    }
    const own = await parent.lstat(name);
    if (!own?.isDirectory()) {
      tally.add('failed', root.pathOf(path), AWAY);
      return undefined;
    }
    let there: BigIntStats | undefined;
    try {
      there = await this.live.use(parentOf(path), async (directory) => directory.lstat(name));
    } catch (error) {
      tally.add('failed', root.pathOf(path), `${errnoOrThrow(error)} at the directory of its place`);
      return undefined;
    }
    const judgement = judge.of(parentOf(path), name, own, there);
    const stays = judgement.kind === 'ACT' ? judgement.action === 'SKIP' : judgement.kind === 'LEAVE' || (judgement.kind === 'STAY' && judgement.fate === 'skipped');
    // skipped: that was its fate, or it is by now
    if (judgement.kind !== 'MERGE' && !stays) {
      // still here: it could not be moved, or the one to merge it with is gone. That must not pass for moved.
      tally.add('failed', root.pathOf(path), VANISHED);
    }
    return judgement.kind === 'MERGE' ? '' : undefined;
  }

  private async visit(visit: Visit): Promise<VisitEnd> {
    const { directory: restored, path } = visit;
    const { root, tally } = this.options;
    try {
      return await this.live.use(path, async (live) => {
        const names = await Names.list(live, (name) => isIgnored(path, name));
        const stats = await live.stat(); // the listing has brought that
        const place: Place = { path, restored, live, names, inode: stats.ino, there: ownerAndModeOf(stats) };
        try {
          return await this.merge(place, visit);
        } finally {
          await this.giveBackMode(place);
        }
      });
    } catch (error) {
      tally.add('failed', root.pathOf(path), `${errnoOrThrow(error)}: what is left in it could not be moved`);
      return 'LIST_AGAIN';
    }
  }

  /** Moves what a restored directory holds, but for the directories that the live one has, too. */
  private async merge(place: Place, { entries, skipped, context, restarted }: Visit): Promise<VisitEnd> {
    const { tally, deadline, changes } = this.options;
    const own = await place.restored.stat();
    if (context === '' && changes.hasMerged(own, place.path === '')) {
      tally.add('failed', place.live.path, CHANGED_DIRECTORY);
    }
    const differs = this.noteDifference(place, ownerAndModeOf(own), context === '');
    const left = context === '' ? undefined : JSON.parse(context) as Left;
    const begun = left ? left.liveOnly : { live: place.names.size, taken: 0, met: 0 };
    const liveOnly = this.options.countsLiveOnly(place.path) ? LiveOnly.of(begun) : undefined;
    let before = new Tally(left?.counts); // what earlier visits met, and left out now
    const leave = (): string => JSON.stringify({ counts: before.counts, liveOnly: liveOnly?.left } satisfies Left);
    const meetAgain = () => {
      tally.subtract(before.counts);
      before = new Tally();
      liveOnly?.listAgain();
    };
    if (restarted) {
      meetAgain();
    }
    const settled = new Tally(); // what stays in the restored directory, told by name: no listing meets it again
    const names = new Set<string>();
    let settledLive = 0; // how many of those are in the live directory as well
    let moved = false;
    let [source, first] = [entries, skipped];
    for (;;) {
      const met = new Tally(); // what this listing met; the next one meets it again
      const { items, end, complete, matched } = await this.looker.look(place, source, { first, settled: names });
      const told = settledLive;
      let taken = 0; // of what both directories had, how much left this one
      await this.begin(place, items.flatMap(({ step }) => step ?? []), moved);
      const stop = (position: number, alike: number): VisitEnd => {
        if (moved) {
          meetAgain();
          liveOnly?.take(taken);
          return { position: 0, context: leave() }; // the listing is another one now: what is left is met again, and counted then
        }
        [met, settled].forEach((counted) => [tally, before].forEach((sum) => sum.addAll(counted)));
        liveOnly?.meet(alike + told);
        return { position, context: leave() };
      };
      for (const { name, position, step, fate: known, note: why, matched: alike, isMatched } of items) {
        if (step && position > items[0].position && deadline.reached) {
          return stop(position, alike);
        }
        if (step && !await this.watch.isInPlace(place.path)) {
          tally.addAll(settled);
          return 'LIST_AGAIN';
        }
        const { fate, note } = step ? await this.placer.take(place, step) : { fate: known!, note: why };
        if (fate === 'merged') {
          continue;
        }
        if (!step) {
          (note === AWAY ? tally : met).add(fate, place.live.pathOf(name), note); // no listing meets again what is away
        } else if (fate === 'failed' || fate === 'skipped') {
          names.add(name);
          settledLive += isMatched ? 1 : 0;
          this.noteFailed(place, step);
          settled.add(fate, place.live.pathOf(name), note);
        } else {
          moved = true;
          taken += isMatched ? 1 : 0;
          this.notePlaced(place, name);
          const interrupted = this.interrupted.size > 0 && this.interrupted.delete(digestOf(join(place.path, name))) && fate === 'moved';
          tally.add(interrupted ? 'replaced' : fate, place.live.pathOf(name), note);
          this.watch.add(place.path, place.inode, interrupted ? 'replaced' : fate);
        }
      }
      if (complete || names.size > MOST_LEFT) {
        tally.addAll(met);
        tally.addAll(settled);
        liveOnly?.meet(matched + told);
        this.options.merged.addLiveOnly(complete ? liveOnly?.count ?? 0 : 0);
        await (differs && this.takeOwner(place, differs));
        return moved ? 'LIST_AGAIN' : 'DONE';
      }
      if (deadline.reached) {
        return stop(end, matched);
      }
      meetAgain();
      liveOnly?.take(taken);
      [source, first] = [place.restored.batches(), 0];
    }
  }

  /** What a merge leaves otherwise than it was backed up is told; what is to be taken is the answer. */
  private noteDifference({ path, live, there }: Place, own: OwnerAndMode, isFirst: boolean): OwnerAndMode | undefined {
    const { merged, isItem } = this.options;
    if (path === '') {
      return undefined; // the recovery directory itself is closed, and the root of the file system is nobody's
    }
    if (isFirst) {
      merged.add(live.path, own, there, isItem(parentOf(path), nameOf(path)));
    }
    return merged.takesRestored && isOther(own, there) ? own : undefined;
  }

  /** Gives a live directory the owner and mode of the restored one, once all is in it: its sticky bit would be in the way before. */
  private async takeOwner({ path, live, there }: Place, own: OwnerAndMode): Promise<void> {
    try {
      await this.journal.commit([() => ({ taken: path, was: there, is: own })]);
      await live.restoreOwnerAndMode(own);
    } catch (error) {
      this.options.tally.add('failed', live.path, `${errnoOrThrow(error)}: its owner and mode are not those of the backup`);
    }
  }

  private notePlaced({ path }: Place, name: string): void {
    if (this.placed.size < MOST_LEFT && this.options.isItem(path, name)) {
      this.placed.add(join(path, name));
    }
  }

  /** What was told is not told again when the walk comes to it. */
  private noteFailed({ path }: Place, { name, own }: Pick<Step, 'name' | 'own'>): void {
    if (own.isDirectory() && this.failed.size < MOST_LEFT) {
      this.failed.add(join(path, name));
    }
  }

  /** Writes down what is about to be done in a directory. */
  private async begin(place: Place, steps: readonly Step[], again: boolean): Promise<void> {
    if (steps.length === 0) {
      return;
    }
    const { path, restored } = place;
    const own = await restored.stat();
    const lines = steps.map((step) => this.placer.lineOf(place, step));
    const directories = again ? [] : await directoryLines(this.options.restored, this.journal, path);
    await this.journal.commit([...directories.map((line) => () => line), ...lines]);
    if (isSticky(own)) {
      place.mode ??= { mode: Number(own.mode), uid: Number(own.uid), gid: Number(own.gid) };
      await restored.clearStickyBit(own);
    }
  }

  /** What is left in a directory is as safe from others as it was. */
  private async giveBackMode({ restored, mode }: Place): Promise<void> {
    await (mode && restored.restoreOwnerAndMode(mode).catch(errnoOrThrow)); // where it was removed, or the file system fails, nothing can be done
  }
}
