import type { BigIntStats } from 'node:fs';
import type { MoveCounts, MovePlan } from '../../../src/core/worker';
import type { Directory, Entry } from '../../fs/directory';
import { FirstPaths } from '../notes';

const MOST_SAMPLES = 100;
const MOST_SAMPLED_BYTES = 10_000;

/** Regular files, and their bytes. */
export interface Sizes {
  readonly files: number;
  readonly bytes: number;
}

/** The regular files among entries. */
export async function filesOf(directory: Directory, batch: readonly Entry[]): Promise<Sizes> {
  const stats = await directory.lstatAll(batch.filter(({ type }) => type === 'file').map(({ name }) => name));
  return sizesOf(stats.filter((own): own is BigIntStats => own !== undefined));
}

/** The regular files among what lstat says of entries. */
export function sizesOf(stats: readonly BigIntStats[]): Sizes {
  const files = stats.filter((own) => own.isFile());
  return { files: files.length, bytes: files.reduce((sum, { size }) => sum + Number(size), 0) };
}

/** What a dry run says of the entries of each fate. */
export class Summary {
  private readonly fates: Record<keyof MoveCounts, { files: number; bytes: number; samples: FirstPaths }>;

  constructor(previous?: MovePlan) {
    const of = (fate: keyof MoveCounts) => {
      const { files = 0, bytes = 0, samples = [] } = previous?.[fate] ?? {};
      return { files, bytes, samples: new FirstPaths(samples, MOST_SAMPLES, MOST_SAMPLED_BYTES) };
    };
    this.fates = { moved: of('moved'), replaced: of('replaced'), keptBoth: of('keptBoth'), skipped: of('skipped'), failed: of('failed') };
  }

  public add(fate: keyof MoveCounts, { files, bytes }: Sizes, path?: string): void {
    const own = this.fates[fate];
    own.files += files;
    own.bytes += bytes;
    if (path !== undefined) {
      own.samples.add(path);
    }
  }

  /** Takes back what was counted and is about to be counted again; the samples stay. */
  public subtract(plan: MovePlan): void {
    for (const fate of Object.keys(plan) as Array<keyof MoveCounts>) {
      this.fates[fate].files -= plan[fate].files;
      this.fates[fate].bytes -= plan[fate].bytes;
    }
  }

  public get plan(): MovePlan {
    const of = ({ files, bytes, samples }: { files: number; bytes: number; samples: FirstPaths }) => ({ files, bytes, samples: samples.paths });
    const { moved, replaced, keptBoth, skipped, failed } = this.fates;
    return { moved: of(moved), replaced: of(replaced), keptBoth: of(keptBoth), skipped: of(skipped), failed: of(failed) };
  }
}
