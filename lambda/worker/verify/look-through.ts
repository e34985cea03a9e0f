import { Comparer } from './comparer';
import type { FateCounts, Place } from './comparer';
import { Contents } from './contents';
import { OPERATIONS_PER_DIRECTORY } from './cost';
import type { Restored } from './counterpart';
import { Expected } from './expected';
import { Notes } from '../notes';
import { NOTHING, Tally } from './tally';
import type { TreeCounts, VerifyEvent, VerifyResume } from '../../../src/core/worker';
import type { CursorStore } from '../../fs/cursor';
import { ENTRIES_AT_ONCE } from '../../fs/directory';
import type { Directory, Entry } from '../../fs/directory';
import { errnoOrThrow } from '../../fs/errno';
import { Tree } from '../../fs/tree';
import { walk } from '../../fs/walk';
import type { Visit, VisitEnd, WalkEnd } from '../../fs/walk';
import type { Deadline } from '../../runtime/deadline';
import { RateLimit } from '../../runtime/rate-limit';

const NO_FATES: FateCounts = { missing: 0, changed: 0, same: 0, extra: 0 };
const CHANGED = 'it was changed meanwhile, so verify again';

/** What a visit that time ran out in leaves for the next one: the context, and what it counted. */
interface Left {
  readonly place: Place;
  readonly counts: TreeCounts;
  readonly fates: FateCounts;
  /** How many regular files it found for each expectation. */
  readonly expected: readonly number[];
}

/** One look through a restored tree: counts it, gathers what is expected of it, and compares it with what is at its place. */
export class LookThrough {
  public readonly expected: Expected;
  private readonly tally: Tally;
  private readonly notes: Notes;
  private readonly rateLimit: RateLimit;
  private readonly comparer: Comparer;
  private readonly resume: Partial<VerifyResume>;
  private gotOn = false;

  constructor(
    root: Directory,
    private readonly top: Directory,
    private readonly event: VerifyEvent,
    private readonly deadline: Deadline,
    private readonly cursors: CursorStore,
  ) {
    this.resume = event.previous?.resume ?? {};
    this.expected = new Expected(event.expectations ?? [], this.resume.expected);
    this.tally = new Tally(this.resume.counts);
    this.notes = new Notes(this.resume.unreadable);
    this.rateLimit = new RateLimit(event.operationsPerSecond ?? undefined);
    this.comparer = new Comparer({
      root,
      contents: event.compare === 'SHA256' ? new Contents(this.mustStop, this.resume.stalled === true) : undefined,
      previous: this.resume.comparison,
      unreadable: (path, note) => this.notes.add(path, note),
    });
  }

  /** Answers where to go on; undefined once everything was looked through. */
  public async run(): Promise<VerifyResume | undefined> {
    const end = this.resume.walked ? { done: true } : await this.walk();
    if (!end.done) {
      return { cursor: end.cursor, ...this.progress, ...(this.gotOn ? {} : { stalled: true }) };
    }
    return await this.expected.read(this.top, this.mustStop) ? undefined : { ...this.progress, walked: true };
  }

  /** What was found so far. */
  public get progress(): Required<Pick<VerifyResume, 'counts' | 'expected' | 'unreadable'>> & Pick<VerifyResume, 'comparison'> {
    return {
      counts: this.tally.counts,
      ...(this.event.compare ? { comparison: this.comparer.comparison } : {}),
      expected: this.expected.progress,
      unreadable: this.notes.notes,
    };
  }

  private readonly mustStop = (): boolean => this.deadline.reached;

  private async walk(): Promise<WalkEnd> {
    const tree = new Tree(this.top);
    try {
      const end = await walk(tree, {
        visit: (visit) => this.visit(visit),
        enter: (_parent, name, path, context) => this.comparer.placeOf(path, name, context as Place),
        unreadable: (path, errno) => this.notes.add(this.top.pathOf(path), errno),
        gone: (path) => this.notes.add(this.top.pathOf(path), CHANGED),
        mustStop: this.mustStop,
        cursor: this.resume.cursor,
        cursors: this.cursors,
        context: this.event.compare ? 'LIVE' : '',
      });
      if (end.changed !== undefined) {
        this.notes.add(this.top.pathOf(end.changed), CHANGED);
      }
      return end;
    } finally {
      await tree.close();
      await this.comparer.close();
    }
  }

  private async visit(visit: Visit): Promise<VisitEnd> {
    const { directory, path, entries, skipped } = visit;
    await this.rateLimit.take(OPERATIONS_PER_DIRECTORY);
    const { place, counts, fates: counted, expected } = this.goOn(visit);
    const tally = new Tally(counts);
    const gather = this.expected.of(path, expected);
    return this.comparer.at(visit, place, counted, async (comparison) => {
      let position = skipped;
      for await (const batch of entries) {
        const restored = await this.lookAt(directory, batch);
        const fates = await comparison.compare(restored);
        // only the entries before the first one that time ran out for are gone through
        const through = fates.includes(undefined) ? fates.indexOf(undefined) : batch.length;
        restored.slice(0, through).forEach(({ entry: { name, type }, stats }, index) => {
          this.tally.add(type, stats?.size);
          tally.add(type, stats?.size);
          if (type === 'file' && stats) {
            gather(name, Number(stats.mtimeMs));
          }
          comparison.settle(name, fates[index]);
        });
        position += through;
        this.gotOn ||= through > 0;
        if (through < batch.length || (batch.length === ENTRIES_AT_ONCE && this.deadline.reached)) {
          const left: Left = { place, counts: tally.counts, fates: counted, expected };
          return { position, context: JSON.stringify(left) };
        }
      }
      await comparison.finish();
      this.gotOn = true;
      return 'DONE';
    });
  }

  /** What earlier visits of a directory counted, which is taken back where it begins anew. */
  private goOn({ context, restarted }: Visit): { place: Place; counts: TreeCounts; fates: FateCounts; expected: number[] } {
    const left = context.startsWith('{') ? JSON.parse(context) as Left : undefined;
    const place = left?.place ?? context as Place;
    if (!left || restarted) {
      this.tally.subtract(left?.counts ?? NOTHING);
      this.comparer.takeBack(left?.fates ?? NO_FATES);
      this.expected.takeBack(left?.expected ?? []);
      return { place, counts: NOTHING, fates: { ...NO_FATES }, expected: [] };
    }
    return { place, counts: left.counts, fates: { ...left.fates }, expected: [...left.expected] };
  }

  private async lookAt(directory: Directory, batch: readonly Entry[]): Promise<Restored[]> {
    // without a comparison only files have something to tell
    const asked = batch.filter(({ type }) => type === 'file' || this.event.compare).map(({ name }) => name);
    const answers = await directory.lstatAll(asked, (name, error) => this.notes.add(directory.pathOf(name), errnoOrThrow(error)));
    const found = new Map(asked.map((name, index) => [name, answers[index]]));
    return batch.map((entry) => ({ entry, stats: found.get(entry.name) }));
  }
}
