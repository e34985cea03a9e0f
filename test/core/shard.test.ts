import * as fc from 'fast-check';
import { cutIntoShards, PathRange, Sampler } from '../../src/core/shard';
import type { Sample, Shard } from '../../src/core/shard';

/** The order of a tree by other means: name by name, byte by byte, and what is above comes first. */
function compare(one: string, other: string): number {
  const [a, b] = [one, other].map((path) => (path === '' ? [] : path.split('/')).map((name) => [...Buffer.from(name, 'latin1')]));
  for (let depth = 0; depth < Math.min(a.length, b.length); depth += 1) {
    for (let index = 0; index < Math.min(a[depth].length, b[depth].length); index += 1) {
      if (a[depth][index] !== b[depth][index]) {
        return a[depth][index] - b[depth][index];
      }
    }
    if (a[depth].length !== b[depth].length) {
      return a[depth].length - b[depth].length;
    }
  }
  return a.length - b.length;
}
const isBelow = (path: string, directory: string): boolean => directory === '' || path.startsWith(`${directory}/`);

/** Bytes next to the two that the order hangs on, NUL (which no name has) and '/', are the interesting ones. */
const byte = fc.oneof(fc.constantFrom(1, 2, 45, 46, 48, 97, 128, 255), fc.integer({ min: 1, max: 255 }).filter((value) => value !== 47));
const name = fc.string({ unit: byte.map((value) => String.fromCharCode(value)), minLength: 1, maxLength: 3 });
const path = fc.array(name, { maxLength: 4 }).map((names) => names.join('/'));
const somewhere = path.filter((text) => text !== '');
const encode = (text: string): string => Buffer.from(text, 'latin1').toString('base64');
const bounds = fc.record({ from: fc.option(somewhere, { nil: undefined }), to: fc.option(somewhere, { nil: undefined }) })
  .filter(({ from, to }) => from === undefined || to === undefined || compare(from, to) < 0);
const shardOf = ({ from, to }: { from?: string; to?: string }): Shard => ({
  ...(from === undefined ? {} : { from: encode(from) }), ...(to === undefined ? {} : { to: encode(to) }),
});
const overJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

describe('a range of paths', () => {
  const isIn = ({ from, to }: { from?: string; to?: string }, own: string): boolean =>
    (from === undefined || compare(from, own) <= 0) && (to === undefined || compare(own, to) < 0);

  test('includes what lies between its bounds in the order of the tree', () => {
    fc.assert(fc.property(bounds, path, (range, own) => {
      expect(new PathRange(overJson(shardOf(range))).includes(own)).toBe(isIn(range, own));
    }), { numRuns: 5_000 });
  });

  /** What a directory could hold that decides about a range: its first and last, and what lies at the bounds and next to them. */
  const couldHold = (directory: string, { from, to }: { from?: string; to?: string }): string[] => {
    const below = (own: string) => (directory === '' ? own : `${directory}/${own}`);
    const near = [from, to].flatMap((bound) => (bound === undefined ? [] : [bound, `${bound}/\x01`, `${bound}\x01`]));
    return [below('\x01'), below(`${'\xff'.repeat(255)}/${'\xff'.repeat(255)}`), ...near.filter((own) => isBelow(own, directory))];
  };

  test('touches a directory exactly if that, or anything that it could hold, is included', () => {
    fc.assert(fc.property(bounds, path, (range, directory) => {
      const expected = [directory, ...couldHold(directory, range)].some((own) => isIn(range, own));
      expect(new PathRange(shardOf(range)).touches(directory)).toBe(expected);
    }), { numRuns: 5_000 });
  });

  test('covers a directory only if that and everything that it could hold is included, and all of them if it is the whole tree', () => {
    fc.assert(fc.property(bounds, path, path, (range, directory, own) => {
      const expected = [directory, ...couldHold(directory, range)].every((each) => isIn(range, each));
      expect(new PathRange(shardOf(range)).covers(directory)).toBe(expected);
      expect([PathRange.ALL.includes(own), PathRange.ALL.touches(own), PathRange.ALL.covers(own)]).toEqual([true, true, true]);
    }), { numRuns: 5_000 });
  });

  test('touches everything on the way to what it includes', () => {
    fc.assert(fc.property(bounds, somewhere, (range, own) => {
      const shard = new PathRange(shardOf(range));
      fc.pre(shard.includes(own));
      const names = own.split('/');
      names.forEach((_, depth) => expect(shard.touches(names.slice(0, depth).join('/'))).toBe(true));
    }));
  });

  test('a directory and a name that begins like it, with a byte below the slash between them', () => {
    const range = new PathRange({ from: encode('a'), to: encode('a-b') });
    expect(['a', 'a/z', 'a/\xff', 'a-b', 'a-b/c', 'b', 'A'].map((own) => range.includes(own))).toEqual([true, true, true, false, false, false, false]);
    expect([range.covers('a'), range.touches('a-b'), range.covers('')]).toEqual([true, false, false]);
  });
});

const sampleOf = (paths: readonly string[]): Sample => {
  const sampler = new Sampler();
  paths.forEach((own) => sampler.add(own));
  return overJson(sampler.sample);
};

describe('shards', () => {
  test('part any paths, whatever the sample: each path is in exactly one, and there are at most as many as asked for', () => {
    const paths = (minLength: number, maxLength: number) => fc.array(path, { minLength, maxLength });
    fc.assert(fc.property(paths(0, 40), fc.integer({ min: 1, max: 12 }), paths(1, 20), (sampled, most, others) => {
      const shards = overJson(cutIntoShards(sampleOf(sampled), most));
      expect(shards.length).toBeGreaterThan(0);
      expect(shards.length).toBeLessThanOrEqual(most);
      const ranges = shards.map((shard) => new PathRange(shard));
      for (const own of [...sampled, ...others, '']) {
        expect(ranges.filter((range) => range.includes(own))).toHaveLength(1);
        expect(ranges.filter((range) => range.covers(own)).length).toBeLessThanOrEqual(1);
      }
    }), { numRuns: 1_000 });
  });

  test('none is empty of what was sampled', () => {
    fc.assert(fc.property(fc.array(path, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 12 }), (sampled, most) => {
      const ranges = cutIntoShards(sampleOf(sampled), most).map((shard) => new PathRange(shard));
      ranges.forEach((range) => expect(sampled.some((own) => range.includes(own))).toBe(true));
    }));
  });

  test('a sample of nothing, or of the top alone, is one shard', () => {
    expect(cutIntoShards({ every: 1, seen: 0, paths: [] }, 10)).toEqual([{}]);
    expect(cutIntoShards({ every: 1, seen: 1, paths: [''] }, 10)).toEqual([{}]);
  });

  /** Entries of a tree of two levels and of a flat directory, in the order of their paths. */
  const deep = Array.from({ length: 20_000 }, (_, index) => String(index).padStart(5, '0').replace(/^(...)/, 'd$1/f'));
  const flat = Array.from({ length: 20_000 }, (_, index) => `flat/entry-${String(index).padStart(7, '0')}`);
  const shuffled = (paths: readonly string[]): string[] => {
    let seed = 42;
    return paths.map((own) => ({ own, key: seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31 })).sort((a, b) => a.key - b.key).map(({ own }) => own);
  };

  test.each([
    ['deep, in order', deep], ['deep, shuffled', shuffled(deep)], ['flat, in order', flat], ['flat, shuffled', shuffled(flat)],
    ['both, shuffled', shuffled([...deep, ...flat])], ['few, in order', deep.slice(0, 200)],
  ])('are about equal: %s', (_name, paths) => {
    for (const most of [2, 7, 20]) {
      const ranges = cutIntoShards(sampleOf(paths), most).map((shard) => new PathRange(shard));
      const sizes = ranges.map((range) => paths.filter((own) => range.includes(own)).length);
      expect(sizes).toHaveLength(most);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(1.7 * paths.length / most);
      expect(Math.min(...sizes)).toBeGreaterThanOrEqual(0.4 * paths.length / most);
    }
  });

  test('100 of them fit a state, however long and deep the paths are', () => {
    const random = shuffled(Array.from({ length: 5_000 }, (_, index) => String(index)));
    const paths = random.map((own) => Array.from({ length: 10 }, (_, depth) => `${depth === 0 ? own : ''}${'\xff'.repeat(255)}`.slice(0, 255)).join('/'));
    const shards = cutIntoShards(sampleOf(paths), 100);
    expect(Buffer.byteLength(JSON.stringify(shards))).toBeLessThan(200 * 1024);
    expect(shards.length).toBeGreaterThan(50);
    const ranges = shards.map((shard) => new PathRange(shard));
    paths.forEach((own) => expect(ranges.filter((range) => range.includes(own))).toHaveLength(1));
  });
});

describe('a sample', () => {
  test('is bounded in paths and in bytes, and has every n-th entry', () => {
    const lengths = fc.constantFrom(1, 30, 255, 699, 5_000);
    fc.assert(fc.property(fc.integer({ min: 0, max: 6_000 }), lengths, (count, length) => {
      const paths = Array.from({ length: count }, (_, index) => `${index}${'x'.repeat(length)}`);
      const { every, seen, paths: encoded } = sampleOf(paths);
      const sampled = encoded.map((own) => Buffer.from(own, 'base64').toString('latin1'));
      expect(seen).toBe(count);
      expect(sampled.length).toBeLessThanOrEqual(1_024);
      expect(sampled.join('').length).toBeLessThanOrEqual(60_000);
      expect(sampled).toEqual(paths.filter((_, index) => index % every === 0).map((own) => own.slice(0, 700)));
      const least = Math.min(1_024, 60_000 / (Math.min(length, 700) + 4));
      expect(sampled.length).toBeGreaterThanOrEqual(Math.min(count, Math.floor(least / 2)) - 1); // no thinner than it must be
    }), { numRuns: 60 });
  });

  test('is the same in one go and in pieces, over JSON', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 1_500 }), { maxLength: 5 }), fc.integer({ min: 1, max: 300 }), (pieces, length) => {
      const paths = Array.from({ length: pieces.reduce((sum, piece) => sum + piece, 0) }, (_, index) => `${index}${'x'.repeat(length)}`);
      let sample: Sample | undefined;
      let at = 0;
      for (const piece of pieces) {
        const sampler: Sampler = new Sampler(sample);
        paths.slice(at, at += piece).forEach((own) => sampler.add(own));
        sample = overJson(sampler.sample);
      }
      expect(sample ?? sampleOf([])).toEqual(sampleOf(paths));
    }), { numRuns: 60 });
  });
});
