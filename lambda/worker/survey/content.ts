import type { BigIntStats } from 'node:fs';
import type { SurveyedContent, TreeCounts } from '../../../src/core/worker';
import type { Directory, Entry } from '../../fs/directory';
import { Notes, shorten } from '../notes';
import { isWrittenLater } from '../use';
import type { UseLimits } from '../use';
import { toIso } from '../verify/expected';
import { NOTHING, Tally } from '../verify/tally';

export const NO_CONTENT: SurveyedContent = { counts: NOTHING, unreadable: [] };

/** Gathers what a directory holds. */
export class Content {
  private readonly tally: Tally;
  private readonly notes: Notes;
  private newest?: { readonly mtime: number; readonly ctime: number };
  private inUsePath?: string;

  constructor(previous: SurveyedContent, private readonly limits: UseLimits | undefined, mostNotes: number) {
    this.tally = new Tally(previous.counts);
    this.notes = new Notes(previous.unreadable, mostNotes);
    this.newest = previous.newest && { mtime: Date.parse(previous.newest.mtime), ctime: Date.parse(previous.newest.ctime) };
    this.inUsePath = previous.inUsePath;
  }

  public get content(): SurveyedContent {
    const { newest, inUsePath } = this;
    return {
      counts: this.tally.counts,
      ...(newest ? { newest: { mtime: toIso(newest.mtime), ctime: toIso(newest.ctime) } } : {}),
      ...(this.limits ? { inUse: inUsePath !== undefined } : {}),
      ...(inUsePath === undefined ? {} : { inUsePath }),
      unreadable: this.notes.notes,
    };
  }

  /** An entry, and what lstat said of it. */
  public add(directory: Directory, { name, type }: Entry, stats: BigIntStats | undefined): void {
    this.tally.add(type, stats?.size);
    if (stats) {
      this.note(() => directory.pathOf(name), stats); // a path may have 250 KiB
    }
  }

  /** What is about to be counted again, since its directory was changed. Its times stay: they were seen. */
  public takeBack(counts: TreeCounts): void {
    this.tally.subtract(counts);
  }

  /** The times of the directory itself, which is not counted. */
  public addTop(path: string, stats: BigIntStats): void {
    this.note(() => path, stats, true);
  }

  public unreadable(path: string, note: string): void {
    this.notes.add(path, note);
  }

  private note(path: () => string, stats: BigIntStats, isTop = false): void {
    const [mtime, ctime] = [Number(stats.mtimeMs), Number(stats.ctimeMs)];
    this.newest = { mtime: Math.max(this.newest?.mtime ?? mtime, mtime), ctime: Math.max(this.newest?.ctime ?? ctime, ctime) };
    if (this.limits && isWrittenLater(stats, this.limits, isTop)) {
      // the first of them in the order of the paths: it does not depend on the order in which they are found
      const shown = shorten(path());
      this.inUsePath = this.inUsePath === undefined || shown < this.inUsePath ? shown : this.inUsePath;
    }
  }
}
