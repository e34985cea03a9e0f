import type { MoveCounts, PathNote } from '../../../src/core/worker';
import { Notes } from '../notes';

/** Counts the entries by their fate, and keeps the first notes. */
export class Tally {
  private readonly counted: { -readonly [Fate in keyof MoveCounts]: number };
  private readonly kept: Notes;

  constructor(counts: Partial<MoveCounts> = {}, notes: readonly PathNote[] = []) {
    this.counted = { moved: 0, replaced: 0, keptBoth: 0, skipped: 0, failed: 0, ...counts };
    this.kept = new Notes(notes);
  }

  public get counts(): MoveCounts {
    return { ...this.counted };
  }

  public get notes(): PathNote[] {
    return this.kept.notes;
  }

  public add(fate: keyof MoveCounts, path: string, note?: string): void {
    this.counted[fate] += 1;
    if (note !== undefined) {
      this.kept.add(path, note, fate === 'failed'); // no number of others may keep it from being told
    }
  }

  /** Says something of a path that is counted elsewhere. */
  public note(path: string, note: string): void {
    this.kept.add(path, note, true);
  }

  /** An entry that was counted met another fate. */
  public recount(from: keyof MoveCounts, to: keyof MoveCounts): void {
    this.counted[from] -= 1;
    this.counted[to] += 1;
  }

  /** Takes back what was counted and is about to be counted again. */
  public subtract(counts: MoveCounts): void {
    for (const fate of Object.keys(counts) as Array<keyof MoveCounts>) {
      this.counted[fate] -= counts[fate];
    }
  }

  /** Adds what another one counted. */
  public addAll(other: Tally | MoveCounts): void {
    const counts = other instanceof Tally ? other.counts : other;
    for (const fate of Object.keys(counts) as Array<keyof MoveCounts>) {
      this.counted[fate] += counts[fate];
    }
    if (other instanceof Tally) {
      other.notes.forEach(({ path, note }) => this.kept.add(path, note, other.kept.isFirst(path)));
    }
  }
}
