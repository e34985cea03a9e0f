import type { PathNote } from '../../src/core/worker';

/** An answer goes through the state of a state machine, which holds 256 KiB in all: so many of a kind, and no longer ones. */
export const MOST_NOTES = 20;
const LONGEST_PATH = 400;
/** A note may name a path, too. */
const LONGEST_NOTE = 600;
/** As JSON, a character may have six bytes: what would be longer than this is cut further. */
const BYTES_PER_CHARACTER = 3;

/** A text for people: of one that is very long the middle is left out. */
export function shorten(text: string, most = LONGEST_PATH): string {
  for (let length = most; ; length = Math.floor(length * 0.75)) {
    const shown = text.length <= length ? text : cut(text, length / 2);
    if (Buffer.byteLength(JSON.stringify(shown)) <= BYTES_PER_CHARACTER * most) {
      return shown;
    }
  }
}

const cut = (text: string, half: number): string => `${text.slice(0, half).replace(/[\uD800-\uDBFF]$/, '')}…${text.slice(-half).replace(/^[\uDC00-\uDFFF]/, '')}`;

/** Keeps the first so many paths, in their order: which ones does not depend on the order in which they were found. */
export class FirstPaths {
  private readonly kept: string[];
  private full = false;

  constructor(paths: readonly string[] = [], private readonly most = MOST_NOTES, private readonly mostBytes = Infinity) {
    this.kept = [...paths];
  }

  public get paths(): string[] {
    return [...this.kept];
  }

  /** Each path once: a directory that changes is looked at again. */
  public add(path: string): void {
    const shown = shorten(path);
    if ((shown === path && this.kept.includes(shown)) || (this.full && shown >= this.kept[this.kept.length - 1])) {
      return;
    }
    const after = this.kept.findIndex((kept) => kept > shown);
    this.kept.splice(after < 0 ? this.kept.length : after, 0, shown);
    while (this.kept.length > this.most || (this.kept.length > 1 && Buffer.byteLength(this.kept.join('')) > this.mostBytes)) {
      this.kept.pop();
      this.full = true;
    }
  }
}

/** Keeps up to so many notes, each path once. */
export class Notes {
  private readonly kept: PathNote[];
  private readonly firsts = new Set<string>();

  constructor(notes: readonly PathNote[] = [], private readonly most = MOST_NOTES) {
    this.kept = [...notes];
  }

  /** In the order of their paths, however they were found. */
  public get notes(): PathNote[] {
    return [...this.kept].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** True for a path that was added as one of the first. */
  public isFirst(path: string): boolean {
    return this.firsts.has(path);
  }

  /** `first`: where there is no room, it takes that of one that is not. */
  public add(path: string, note: string, first = false): void {
    const shown = shorten(path);
    if (this.kept.some((kept) => kept.path === shown)) {
      return;
    }
    if (first && this.kept.length >= this.most) {
      const last = this.kept.map((kept) => this.firsts.has(kept.path)).lastIndexOf(false);
      this.kept.splice(last < 0 ? this.kept.length : last, 1);
    }
    if (this.kept.length < this.most) {
      this.kept.push({ path: shown, note: shorten(note, LONGEST_NOTE) });
      if (first) {
        this.firsts.add(shown);
      }
    }
  }
}
