import * as fs from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import * as fc from 'fast-check';
import { Directory } from '../../../lambda/fs/directory';
import { join, Tree } from '../../../lambda/fs/tree';
import { DIRECTORIES_AT_ONCE, walk } from '../../../lambda/fs/walk';
import type { Visit, VisitEnd, WalkEnd, WalkOptions } from '../../../lambda/fs/walk';
import { large, runs } from '../../helpers/effort';
import { failing, intercept, withoutEntryTypes } from '../../helpers/fault';
import { build, openDescriptors, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree as Nodes } from '../../helpers/temp-tree';

const top = useTempDirectory();

/** What a walk came to. */
interface Seen {
  readonly end: WalkEnd;
  /** The directories whose visits ended with DONE. */
  readonly finished: string[];
  readonly entries: string[];
  readonly unreadable: Array<[string, string]>;
}
type Options = Partial<WalkOptions> & {
  readonly base?: string;
  /** Runs ahead of the visit; what it answers ends it. */
  readonly first?: (visit: Visit) => Promise<VisitEnd | void> | VisitEnd | void;
  /** Runs after its entries were read. */
  readonly last?: (visit: Visit) => Promise<VisitEnd | void> | VisitEnd | void;
};

async function look({ base = top(), first, last, ...options }: Options = {}): Promise<Seen> {
  const root = await Directory.open(base);
  const tree = new Tree(root);
  const seen = { finished: [] as string[], entries: [] as string[], unreadable: [] as Array<[string, string]> };
  const visit = async (its: Visit): Promise<VisitEnd> => {
    const before = await first?.(its);
    if (before !== undefined) {
      return before;
    }
    for await (const batch of its.entries) {
      seen.entries.push(...batch.map(({ name }) => join(its.path, name)));
    }
    const after = await last?.(its) ?? 'DONE';
    if (after === 'DONE' || after === 'LIST_AGAIN') {
      seen.finished.push(its.path);
    }
    return after;
  };
  try {
    const end = await walk(tree, { visit, unreadable: (path, errno) => seen.unreadable.push([path, errno]), mustStop: () => false, ...options });
    return { end, ...seen };
  } finally {
    await tree.close();
    await root.close();
    expect(openDescriptors(base)).toEqual([]);
  }
}

/** Walks on and on, each time until mustStop was asked so many times; `between` runs after each walk. */
async function lookInPieces(
  asks: (walkNumber: number) => number, options: Options = {}, between: (cursor: string) => void = () => undefined,
): Promise<Omit<Seen, 'end'> & { walks: number; changed: string[] }> {
  const all = { finished: [] as string[], entries: [] as string[], unreadable: [] as Seen['unreadable'], walks: 0, changed: [] as string[] };
  for (let cursor: string | undefined; ;) {
    let left = asks(all.walks);
    const { end, ...seen } = await look({ ...options, cursor, mustStop: () => (left -= 1) < 0 });
    all.walks += 1;
    all.finished.push(...seen.finished);
    all.entries.push(...seen.entries);
    all.unreadable.push(...seen.unreadable);
    all.changed.push(...(end.changed === undefined ? [] : [end.changed]));
    if (end.done) {
      expect(end.cursor).toBeUndefined();
      return all;
    }
    cursor = end.cursor!;
    between(cursor);
    if (all.walks > 10_000) {
      throw new Error('the walk does not come to an end');
    }
  }
}

/** All that a tree holds, found by other means. */
function find(base: string, path = ''): { directories: string[]; entries: string[] } {
  const found = { directories: [path], entries: [] as string[] };
  for (const entry of fs.readdirSync(Buffer.from(`${base}/${path}`, 'latin1'), { withFileTypes: true, encoding: 'buffer' as BufferEncoding })) {
    const own = join(path, (entry.name as unknown as Buffer).toString('latin1'));
    found.entries.push(own);
    if (entry.isDirectory()) {
      const below = find(base, own);
      found.directories.push(...below.directories);
      found.entries.push(...below.entries);
    }
  }
  return found;
}
const sorted = (paths: readonly string[]): string[] => [...paths].sort();
function expectAll(seen: { finished: string[]; entries: string[] }, base = top()): void {
  const { directories, entries } = find(base);
  expect(sorted(seen.finished)).toEqual(sorted(directories));
  expect(sorted(seen.entries)).toEqual(sorted(entries));
}

const directories = (count: number, prefix = 'd'): Nodes => Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, {}]));
const files = (count: number): Nodes => Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, '']));

const byte = fc.integer({ min: 1, max: 255 }).filter((code) => code !== 47).map((code) => String.fromCharCode(code));
const name = fc.string({ unit: byte, minLength: 1, maxLength: 3 })
  .filter((text) => text !== '.' && text !== '..');
const trees = fc.letrec<{ tree: Nodes }>((tie) => ({
  tree: fc.dictionary(name, fc.oneof({ maxDepth: 4 }, fc.constantFrom<Nodes[string]>({}, 'file', symbolicLink('/')), tie('tree')), { maxKeys: 6, noNullPrototype: true }),
})).tree;

describe('every directory is visited once, its entries are given once', () => {
  test('whatever the tree, in one go or in pieces of any length', async () => {
    let round = 0;
    await fc.assert(fc.asyncProperty(trees, fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 5 }), async (tree, asks) => {
      const base = `${top()}/${round += 1}`;
      fs.mkdirSync(base);
      build(base, tree);
      const whole = await look({ base });
      expectAll(whole, base);
      expect(whole.end).toEqual({ done: true });
      const pieces = await lookInPieces((walkNumber) => asks[walkNumber % asks.length], { base });
      expectAll(pieces, base);
      expect(pieces.changed).toEqual([]);
    }), { numRuns: runs(100) });
  });

  test('a chain of 1,000, with siblings at each level and few descriptors', async () => {
    const before = process.cwd();
    process.chdir(top());
    for (let depth = 0; depth < 1_000; depth += 1) {
      ['a', 'b', 'c'].forEach((sibling) => fs.mkdirSync(sibling));
      process.chdir('c');
    }
    process.chdir(before);
    let most = 0;
    let visits = 0;
    const seen = await look({
      last: () => {
        visits += 1;
        most = visits % 50 === 0 ? Math.max(most, openDescriptors(top()).length) : most;
      },
    });
    expect(seen.finished).toHaveLength(3_001);
    expect(new Set(seen.finished).size).toBe(3_001);
    expect(seen.finished).toContain(Array.from({ length: 1_000 }, () => 'c').join('/'));
    expect(most).toBeLessThan(500);
    let longest = 0;
    const pieces = await lookInPieces(() => 300, {}, (cursor) => {
      longest = Math.max(longest, cursor.length);
    });
    expect(sorted(pieces.finished)).toEqual(sorted(seen.finished));
    expect(longest).toBeLessThan(16 * 1024);
  });

  test('25,000 subdirectories (12,000 in npm test)', async () => {
    const count = large(25_000, 12_000);
    for (let index = 0; index < count; index += 1) {
      fs.mkdirSync(`${top()}/${index}`);
    }
    const expected = sorted(['', ...Array.from({ length: count }, (_, index) => String(index))]);
    const { finished, end } = await look();
    expect(end).toEqual({ done: true });
    expect(sorted(finished)).toEqual(expected);
    let longest = 0;
    const pieces = await lookInPieces(() => 7_001, {}, (cursor) => {
      longest = Math.max(longest, cursor.length);
    });
    expect(sorted(pieces.finished)).toEqual(expected);
    expect(pieces.walks).toBe(Math.ceil(count / 7_000));
    expect(longest).toBeLessThan(4 * 1024);
  });

  test.each([999, 1_000, 1_001, 3_000])('%i entries, some of them directories', async (count) => {
    build(top(), { a: { ...files(count - 3), ...directories(3) }, b: { ...files(count - 1), z: { y: {} } } });
    expectAll(await look());
    expectAll(await lookInPieces(() => 1));
    expectAll(await withoutEntryTypes(() => look()));
  });

  test('a visit need not read the entries, and the subdirectories are visited all the same', async () => {
    build(top(), { a: { b: { ...files(1_500), ...directories(3) } } });
    const visited: string[] = [];
    await look({
      first: ({ path }) => {
        visited.push(path);
        return 'DONE';
      },
    });
    expect(sorted(visited)).toEqual(sorted(find(top()).directories));
  });
});

describe('a walk that must stop', () => {
  test('goes on through any number of walks, with a small cursor, and each does something', async () => {
    build(top(), Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`${index}-${'long name '.repeat(8)}`, { ...files(3), ...directories(99, 'd'.repeat(60)) }])));
    expect(find(top()).directories).toHaveLength(2_001);
    for (const asks of [13, 100, 977]) {
      let longest = 0;
      const pieces = await lookInPieces(() => asks, {}, (cursor) => {
        longest = Math.max(longest, cursor.length);
      });
      expectAll(pieces);
      expect(pieces.changed).toEqual([]);
      expect(longest).toBeLessThan(4 * 1024);
    }
  });

  test('even one without any time visits a directory', async () => {
    build(top(), { a: { b: { c: {} } }, d: { e: {} }, f: {} });
    const pieces = await lookInPieces(() => 0);
    expectAll(pieces);
    expect(pieces.walks).toBeLessThanOrEqual(7);
  });

  test('within a directory: the next visit is given exactly the entries that are left', async () => {
    build(top(), { a: { ...files(2_500), ...directories(2) }, b: { c: files(7) } });
    for (const step of [1, 1_000, 1_001, 999, 1_300]) {
      const taken: string[] = [];
      const ends: WalkEnd[] = [];
      for (let cursor: string | undefined, done = false; !done;) {
        const { end } = await look({
          cursor,
          first: async ({ path, entries, skipped }) => {
            let position = skipped;
            const limit = skipped + (path === 'a' && step === 1 ? 500 : step);
            for await (const batch of entries) {
              for (const entry of batch) {
                if (position === limit) {
                  return position;
                }
                taken.push(join(path, entry.name));
                position += 1;
              }
            }
            return 'DONE';
          },
        });
        ends.push(end);
        ({ done, cursor } = end);
      }
      expect(sorted(taken)).toEqual(sorted(find(top()).entries));
      expect(ends.some(({ changed }) => changed !== undefined)).toBe(false);
    }
  });

  test('within a directory that is then changed: that is told, and it begins anew', async () => {
    build(top(), { a: files(5) });
    const { end } = await look({ first: ({ path }) => (path === 'a' ? 3 : undefined) });
    fs.writeFileSync(`${top()}/a/new`, '');
    const next = await look({ cursor: end.cursor, first: ({ skipped, restarted }) => expect([skipped, restarted]).toEqual([0, true]) as undefined });
    expect(next.end).toEqual({ done: true, changed: 'a' });
    expect(next.entries).toHaveLength(6);
    const anew = await look({ first: ({ path }) => (path === 'a' ? 0 : undefined) });
    fs.writeFileSync(`${top()}/a/newer`, '');
    expect(await look({ cursor: anew.end.cursor })).toMatchObject({ end: { done: true }, entries: { length: 7 } });
  });

  test('a directory that changes between two walks is told, and its subdirectories are visited at least once', async () => {
    build(top(), { a: directories(10), b: directories(10) });
    let walks = 0;
    const { finished, changed } = await lookInPieces(() => 5, {}, () => {
      walks += 1;
      if (walks === 2) {
        ['a', 'b'].forEach((parent) => {
          fs.rmdirSync(`${top()}/${parent}/d0`);
          fs.mkdirSync(`${top()}/${parent}/new`);
        });
      }
    });
    expect(changed.length).toBeGreaterThan(0);
    expect(new Set(finished)).toEqual(new Set([...finished, ...find(top()).directories]));
  });

  test('what ENOUGH was found in ends the walk', async () => {
    build(top(), Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`d${index}`, { found: {} }])));
    const visited: string[] = [];
    await look({
      first: ({ path }) => {
        visited.push(path);
        return path.endsWith('found') ? 'ENOUGH' : undefined;
      },
    });
    expect(visited.length).toBeLessThanOrEqual(2 * DIRECTORIES_AT_ONCE + 1);
  });
});

describe('what is entered', () => {
  test('is asked for each subdirectory, and the contexts are handed down, across walks too', async () => {
    build(top(), { a: { b: { c: {} }, out: { never: {} } }, out: { never: {} }, d: files(1_200) });
    const contexts = new Map<string, string>();
    const asked: string[] = [];
    const { finished } = await lookInPieces(() => 1, {
      context: 'top',
      enter: async (parent, own, path, context) => {
        asked.push(path);
        expect([join(parent.components.join('/'), own), await parent.lstat(own)]).toEqual([path, expect.anything()]);
        return own === 'out' ? undefined : `${context}>${own}`;
      },
      last: ({ path, context }) => void contexts.set(path, context),
    });
    expect(Object.fromEntries(contexts)).toEqual({ '': 'top', 'a': 'top>a', 'd': 'top>d', 'a/b': 'top>a>b', 'a/b/c': 'top>a>b>c' });
    expect(finished).toHaveLength(5);
    expect(sorted(asked)).toEqual(['a', 'a/b', 'a/b/c', 'a/out', 'd', 'out']);
  });

  test('an empty context is one', async () => {
    build(top(), { a: { b: {} } });
    expectAll(await look({ enter: async () => '' }));
  });

  test('LIST_AGAIN: what the visit took away is not entered', async () => {
    build(top(), { a: { b: {}, c: {}, d: {} }, target: {} });
    const { finished, unreadable } = await look({
      last: ({ path }) => {
        if (path === 'a') {
          fs.renameSync(`${top()}/a/b`, `${top()}/moved`);
          return 'LIST_AGAIN';
        }
        return undefined;
      },
      enter: async (_parent, own) => {
        expect(own).not.toBe('b');
        return '';
      },
    });
    expect(sorted(finished)).toEqual(['', 'a', 'a/c', 'a/d', 'target']);
    expect(unreadable).toEqual([]);
  });
});

describe('a tree that somebody changes', () => {
  test('a directory that is gone, or is something else, before its visit is left out; a symbolic link is never followed', async () => {
    const tree: Nodes = { gone: {}, link: { in: {} }, file: {}, stays: { in: {} }, chain: { link: { in: {} } } };
    build(top(), { tree, sentinel: { secret: { in: {} } } });
    const { finished, entries, unreadable, end } = await look({
      base: `${top()}/tree`,
      last: ({ path }) => {
        const replace = (place: string, make?: (place: string) => void) => {
          fs.rmSync(`${top()}/tree/${place}`, { recursive: true });
          make?.(`${top()}/tree/${place}`);
        };
        if (path === '') {
          replace('gone');
          replace('link', (place) => fs.symlinkSync('../sentinel', place));
          replace('file', (place) => fs.writeFileSync(place, ''));
        } else if (path === 'chain') {
          replace('chain/link', (place) => fs.symlinkSync(`${top()}/sentinel/secret`, place));
        }
      },
    });
    expect(sorted(finished)).toEqual(['', 'chain', 'stays', 'stays/in']);
    expect(entries.filter((path) => path.includes('secret'))).toEqual([]);
    expect([unreadable, end]).toEqual([[], { done: true }]);
  });

  test('between two walks: what vanished is passed over, a symbolic link in its place is not followed', async () => {
    build(top(), { tree: { a: { b: directories(5), c: directories(5) } }, sentinel: { secret: {}, d0: {}, d4: {} } });
    let walks = 0;
    const { finished } = await lookInPieces(() => 4, { base: `${top()}/tree` }, () => {
      walks += 1;
      if (walks === 1) {
        fs.rmSync(`${top()}/tree/a/c`, { recursive: true });
        fs.renameSync(`${top()}/tree/a/b`, `${top()}/elsewhere`);
        fs.symlinkSync('../../sentinel', `${top()}/tree/a/b`);
      }
    });
    expect(finished.filter((path) => path.includes('secret'))).toEqual([]);
    expect(finished).toContain('a');
  });

  test('an entry that vanishes while its type is asked for does not take its neighbours with it in silence', async () => {
    build(top(), { a: { f: '', d: {} }, b: { d: {} } });
    const { stop } = intercept(({ operation, paths }) => {
      if (operation === 'lstat' && paths[0].endsWith('/a/f')) {
        fs.unlinkSync(`${top()}/a/f`);
      }
    });
    const { finished, unreadable } = await withoutEntryTypes(() => look()).finally(stop);
    expect(sorted(finished)).toEqual(['', 'b', 'b/d']);
    expect(unreadable).toEqual([['a', 'EAGAIN']]);
  });
});

describe('errors', () => {
  test.each(['open', 'opendir', 'readdir'])('an errno of %s is told with the path, and the rest is walked', async (operation) => {
    build(top(), { a: { b: { c: {} }, d: {} }, e: {} });
    const { finished, unreadable, end } = await failing('EIO', (call) => call.operation === operation && call.paths[0].endsWith('/a/b'), () => look());
    expect(sorted(finished)).toEqual(['', 'a', 'a/d', 'e']);
    expect([unreadable, end]).toEqual([[['a/b', 'EIO']], { done: true }]);
  });

  test('an errno of the visit, or of the question whether to enter, is told like one of the directory', async () => {
    build(top(), { a: {}, b: {}, c: {} });
    const fail = async (code: string) => {
      throw Object.assign(new Error(code), { code });
    };
    const { finished, unreadable } = await look({
      first: ({ path }) => (path === 'a' ? fail('EACCES') : undefined),
      enter: async (_parent, own) => (own === 'b' ? fail('EIO') : ''),
    });
    expect(sorted(finished)).toEqual(['', 'c']);
    expect(sorted(unreadable.map(String))).toEqual(['a,EACCES', 'b,EIO']);
  });

  test.each(['visit', 'enter'])('a bug in %s ends the walk, and nothing is in flight any more', async (where) => {
    build(top(), Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`d${index}`, { in: {} }])));
    let running = 0;
    let begun = 0;
    let asked = 0; // which of them comes when depends on the file system
    const fragile = async (here: boolean) => {
      running += 1;
      begun += 1;
      asked += here ? 1 : 0;
      const fails = here && asked === 20;
      await wait(begun % 7);
      running -= 1;
      if (fails) {
        throw new TypeError('bug');
      }
    };
    await expect(look({
      first: async () => fragile(where === 'visit'),
      enter: async () => {
        await fragile(where === 'enter');
        return '';
      },
    })).rejects.toThrow(TypeError);
    expect(running).toBe(0);
    const ended = begun;
    await wait(20);
    expect(begun).toBe(ended);
    expect(begun).toBeLessThan(400);
  });
});

test('as many directories at once as there may be calls in flight, and never more', async () => {
  build(top(), Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`d${index}`, directories(10)])));
  let running = 0;
  let most = 0;
  await look({
    first: async () => {
      most = Math.max(most, running += 1);
      await wait(2);
      running -= 1;
    },
  });
  expect(most).toBe(DIRECTORIES_AT_ONCE);
});

test('each directory is opened and listed once, where its entries are few', async () => {
  build(top(), { a: { ...files(20), ...directories(20) }, b: { c: { d: {} } } });
  const { calls, stop } = intercept(() => undefined);
  const { finished } = await look();
  stop();
  const count = (operation: string) => calls.filter((call) => call.operation === operation).length;
  expect([count('opendir'), count('open')]).toEqual([finished.length, finished.length]);
});
