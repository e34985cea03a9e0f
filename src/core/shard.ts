import type { Problem } from './problem';

/**
 * A shard is a part of a tree for one of several workers: everything from one path up to another, in the order of the paths,
 * where a directory comes before what it holds. The bounds need not exist. So a shard is a group of subtrees, a range of the names of a huge flat
 * directory, or both; shards that follow each other leave no gap and share nothing.
 */
export interface Shard {
  /** The first path of the shard, as base64 of its bytes, from the directory that was cut; left out: from the beginning. */
  readonly from?: string;
  /** The first path that is not in it any more; left out: to the end. */
  readonly to?: string;
}

/**
 * A path as a text that sorts in the order of a tree: names by their bytes, a directory before what it holds. Paths are byte
 * strings: one character (U+0000 to U+00FF) a byte.
 */
const keyOf = (path: string): string => path.replace(/\//g, '\0');
/** After everything that a directory holds, and before whatever follows it; nothing follows the top. */
const endOf = (path: string): string => (path === '' ? '\u0100' : `${keyOf(path)}\u0001`);

const encode = (path: string): string => Buffer.from(path, 'latin1').toString('base64');
const decode = (bound: string): string => Buffer.from(bound, 'base64').toString('latin1');

/** What is wrong with a shard: one that is none would stand for the whole tree. */
export function checkShard(shard: unknown): Problem[] {
  if (shard === undefined || shard === null) {
    return [];
  }
  const { from, to } = shard as { from?: unknown; to?: unknown };
  const isBound = (bound: unknown) => bound === undefined || bound === null || (typeof bound === 'string' && encode(decode(bound)) === bound);
  const isShard = typeof shard === 'object' && !Array.isArray(shard) && isBound(from) && isBound(to);
  return isShard ? [] : [{ subject: 'shard', rule: 'must be one that a survey with `cut` answered with', value: shard, remedy: 'leave it out to delete the whole' }];
}

/** Tells what of a tree belongs to a shard; without one, everything does. */
export class PathRange {
  /** The whole tree. */
  public static readonly ALL = new PathRange();

  private readonly from: string;
  private readonly to?: string;
  /** What of a path decides: it may have 250 KiB, of which its first bytes are compared with bounds of less than one. */
  private readonly deciding: number;

  constructor(shard: Shard = {}) {
    this.from = keyOf(decode(shard.from ?? ''));
    this.to = shard.to === undefined || shard.to === null ? undefined : keyOf(decode(shard.to));
    this.deciding = Math.max(this.from.length, this.to?.length ?? 0) + 1;
  }

  /** True if an entry belongs to it. */
  public includes(path: string): boolean {
    const key = this.keyOf(path);
    return this.from <= key && (this.to === undefined || key < this.to);
  }

  /** True if a directory, or anything that it could hold, belongs to it. */
  public touches(path: string): boolean {
    return (this.to === undefined || this.keyOf(path) < this.to) && (this.from === '' || this.from < this.endOf(path));
  }

  /** True if everything that a directory could hold belongs to it. */
  public covers(path: string): boolean {
    return this.from <= this.keyOf(path) && (this.to === undefined || this.endOf(path) <= this.to);
  }

  private keyOf(path: string): string {
    return this.from === '' && this.to === undefined ? '' : keyOf(path.slice(0, this.deciding));
  }

  private endOf(path: string): string {
    return endOf(path.slice(0, this.deciding));
  }
}

/** At most so many paths, in so many bytes, stand for a tree: they go through the state of a state machine. */
const MOST_SAMPLES = 1_024;
const MOST_SAMPLED_BYTES = 60_000;
/** A bound may be cut short: it need not exist. So 100 shards have less than 200 KiB. */
const LONGEST_BOUND_BYTES = 700;

/** The paths of every n-th entry of a walk. */
export interface Sample {
  readonly every: number;
  readonly seen: number;
  /** As base64, which takes a third more: as text what is no letter may take six times its place. */
  readonly paths: string[];
}

const bytesOf = (paths: readonly string[]): number => paths.reduce((sum, path) => sum + path.length, 0);

/** Takes a sample of bounded size of the entries of a tree while it is walked: every entry at first, then every second one, and so on. */
export class Sampler {
  private every: number;
  private seen: number;
  private paths: string[];
  private bytes: number;

  constructor(sample: Sample = { every: 1, seen: 0, paths: [] }) {
    this.every = sample.every;
    this.seen = sample.seen;
    this.paths = sample.paths.map(decode);
    this.bytes = bytesOf(this.paths);
  }

  public add(path: string): void {
    if (this.seen % this.every === 0) {
      const bound = path.slice(0, LONGEST_BOUND_BYTES);
      this.paths.push(bound);
      this.bytes += bound.length;
      while (this.paths.length > MOST_SAMPLES || this.bytes > MOST_SAMPLED_BYTES) {
        this.paths = this.paths.filter((_, index) => index % 2 === 0);
        this.bytes = bytesOf(this.paths);
        this.every *= 2;
      }
    }
    this.seen += 1;
  }

  public get sample(): Sample {
    return { every: this.every, seen: this.seen, paths: this.paths.map(encode) };
  }
}

/** Cuts a tree into at most so many shards of about as many entries each, by a sample of its entries. */
export function cutIntoShards({ paths }: Sample, most: number): Shard[] {
  const sorted = paths.map(decode).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const bounds: string[] = [];
  for (let shard = 1; shard < most; shard += 1) {
    const bound = sorted[Math.floor((shard * sorted.length) / most)];
    if (bound !== undefined && bound !== '' && bound !== bounds[bounds.length - 1] && bound !== sorted[0]) {
      bounds.push(bound);
    }
  }
  return [undefined, ...bounds].map((from, index) => ({
    ...(from === undefined ? {} : { from: encode(from) }),
    ...(bounds[index] === undefined ? {} : { to: encode(bounds[index]) }),
  }));
}
