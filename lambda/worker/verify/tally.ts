import type { TreeCounts } from '../../../src/core/worker';
import type { EntryType } from '../../fs/directory';

export const NOTHING: TreeCounts = { files: 0, directories: 0, symbolicLinks: 0, others: 0, bytes: 0 };

const COUNTER = { file: 'files', directory: 'directories', symbolicLink: 'symbolicLinks', other: 'others' } as const;

/** Counts the entries of a tree by their type, and the bytes of the regular files. */
export class Tally {
  private readonly current: { -readonly [key in keyof TreeCounts]: TreeCounts[key] };

  constructor(counts: TreeCounts = NOTHING) {
    this.current = { ...counts };
  }

  public get counts(): TreeCounts {
    return { ...this.current };
  }

  public add(type: EntryType, size = 0n): void {
    this.current[COUNTER[type]] += 1;
    this.current.bytes += type === 'file' ? Number(size) : 0;
  }

  /** Takes back what was counted and is about to be counted again. */
  public subtract(counts: TreeCounts): void {
    for (const key of Object.keys(counts) as Array<keyof TreeCounts>) {
      this.current[key] -= counts[key];
    }
  }
}
