import * as fs from 'node:fs';
import * as fc from 'fast-check';
import { Directory } from '../../../lambda/fs/directory';
import { Tree } from '../../../lambda/fs/tree';
import { DIRECTORIES_AT_ONCE, walk } from '../../../lambda/fs/walk';
import type { WalkOptions } from '../../../lambda/fs/walk';
import { runs } from '../../helpers/effort';
import { failing } from '../../helpers/fault';
import { build, clear, describeTree, directory, openDescriptors, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree as Nodes } from '../../helpers/temp-tree';

const top = useTempDirectory();
const nothingUnreadable = (path: string, code: string) => {
  throw new Error(`unreadable: ${path} ${code}`);
};

/** Walks until it is done, with so many looks at the clock in each call; all that was seen, and how many calls it took. */
async function walkAll(asks: number, options: Partial<WalkOptions> = {}) {
  const root = await Directory.open(top());
  const visits: string[] = [];
  const entries: string[] = [];
  const changed: string[] = [];
  let cursor: string | undefined;
  let calls = 0;
  let longest = 0;
  try {
    do {
      const tree = new Tree(root);
      let left = asks;
      try {
        const end = await walk(tree, {
          visit: async (visit) => {
            for await (const batch of visit.entries) {
              entries.push(...batch.map(({ name }) => `${visit.path}/${name}`));
            }
            visits.push(visit.path);
            return 'DONE';
          },
          unreadable: nothingUnreadable,
          mustStop: () => (left -= 1) < 0,
          cursor,
          ...options,
        });
        cursor = end.cursor;
        longest = Math.max(longest, cursor?.length ?? 0);
        calls += 1;
        changed.push(...(end.changed === undefined ? [] : [end.changed]));
      } finally {
        await tree.close();
      }
    } while (cursor !== undefined && calls < 5_000);
  } finally {
    await root.close();
  }
  expect(openDescriptors(top())).toEqual([]);
  return { visits, entries, calls, longest, changed };
}

const expectedOf = (type?: string) =>
  Object.entries(describeTree(top())).filter(([, found]) => !type || found.type === type).map(([path]) => path).sort();

test('every directory is visited once, with all of its entries, wherever the walk is stopped', async () => {
  const name = fc.constantFrom('a', 'b', 'c', '\xff\x80', 'line\nbreak');
  const { tree } = fc.letrec((tie) => ({
    tree: fc.dictionary(name, fc.oneof({ maxDepth: 4 }, fc.constant('x'), tie('tree').map((children) => directory(children as Nodes))), { maxKeys: 4 }),
  }));
  await fc.assert(fc.asyncProperty(tree as fc.Arbitrary<Nodes>, fc.integer({ min: 0, max: 6 }), async (nodes, asks) => {
    clear(top());
    build(top(), nodes);
    const { visits, entries } = await walkAll(asks);
    expect([...visits].sort()).toEqual(['', ...expectedOf('directory')].sort());
    expect(entries.map((path) => path.replace(/^\//, '')).sort()).toEqual(expectedOf());
  }), { numRuns: runs(60) });
});

test('a wide tree is resumed from a small cursor', async () => {
  build(top(), Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`d${index}`,
    directory(Object.fromEntries(Array.from({ length: 50 }, (__, inner) => [`e${inner}`, directory({ f: 'x' })])))])));
  const { visits, calls, longest } = await walkAll(30);
  expect(visits.length).toBe(2_041);
  expect(new Set(visits).size).toBe(2_041);
  expect(calls).toBeGreaterThan(10);
  expect(longest).toBeLessThan(4_096);
});

test('a chain of 1,000 directories with siblings needs few descriptors', async () => {
  const root = await Directory.open(top());
  let current = root;
  for (let level = 0; level < 1_000; level += 1) {
    await current.mkdir('sibling', 0o755);
    await current.mkdir('d', 0o755);
    const next = await current.openDirectory('d');
    if (current !== root) {
      await current.close();
    }
    current = next;
  }
  await current.close();
  await root.close();
  let most = 0;
  let count = 0;
  await walkAll(1e9, {
    visit: async ({ entries }) => {
      for await (const batch of entries) {
        void batch;
      }
      count += 1;
      most = Math.max(most, count % 50 === 0 ? fs.readdirSync('/proc/self/fd').length : 0);
      return 'DONE';
    },
  });
  expect(count).toBe(2_001);
  expect(most).toBeLessThan(500);
});

test('a directory of 12,000 subdirectories is walked in parts, also when it is stopped', async () => {
  for (let index = 0; index < 12_000; index += 1) {
    fs.mkdirSync(`${top()}/${index}`);
  }
  const { visits, changed } = await walkAll(5_000);
  expect(visits.length).toBe(12_001);
  expect(new Set(visits).size).toBe(12_001);
  expect(changed).toEqual([]);
});

test('a visit that is cut goes on after the entries that it went through', async () => {
  for (let index = 0; index < 2_500; index += 1) {
    fs.writeFileSync(`${top()}/${index}`, '');
  }
  const seen: string[] = [];
  const { calls } = await walkAll(1e9, {
    visit: async ({ entries, skipped }) => {
      for await (const batch of entries) {
        seen.push(...batch.map(({ name }) => name));
        return skipped + batch.length === 2_500 ? 'DONE' : skipped + batch.length;
      }
      return 'DONE';
    },
  });
  expect(calls).toBe(3);
  expect([...new Set(seen)].length).toBe(2_500);
  expect(seen.length).toBe(2_500);
});

test('ENOUGH ends the walk', async () => {
  build(top(), { a: directory({ b: directory({}) }), c: directory({}) });
  const visits: string[] = [];
  const { calls } = await walkAll(1e9, {
    visit: async ({ path }) => {
      visits.push(path);
      return 'ENOUGH';
    },
  });
  expect([visits, calls]).toEqual([[''], 1]);
});

test('enter leaves directories out, and hands a context down', async () => {
  build(top(), { in: directory({ deep: directory({}) }), out: directory({ deep: directory({}) }) });
  const seen: string[] = [];
  await walkAll(1e9, {
    context: '0',
    enter: async (_parent, name, _path, context) => (name === 'out' ? undefined : `${context}>${name}`),
    visit: async ({ path, context, entries }) => {
      for await (const batch of entries) {
        void batch;
      }
      seen.push(`${path} ${context}`);
      return 'DONE';
    },
  });
  expect(seen).toEqual([' 0', 'in 0>in', 'in/deep 0>in>deep']);
});

test('what a visit took away is not walked into', async () => {
  build(top(), { a: directory({}), b: directory({}), c: directory({}) });
  const { visits } = await walkAll(2, {
    visit: async ({ path, entries }) => {
      for await (const batch of entries) {
        void batch;
      }
      if (path === '') {
        fs.rmdirSync(`${top()}/b`);
        return 'LIST_AGAIN';
      }
      visited.push(path);
      return 'DONE';
    },
  });
  expect(visits).toEqual([]);
  expect(visited.splice(0).sort()).toEqual(['a', 'c']);
});
const visited: string[] = [];

test('a directory that becomes a symbolic link is left out', async () => {
  build(top(), { inside: directory({ victim: directory({}) }), outside: directory({ sentinel: directory({}) }) });
  const seen: string[] = [];
  await walkAll(1e9, {
    enter: async (_parent, name) => {
      if (name === 'victim') {
        fs.rmdirSync(`${top()}/inside/victim`);
        fs.symlinkSync('../outside', `${top()}/inside/victim`);
      }
      return name === 'outside' ? undefined : '';
    },
    visit: async ({ path, entries }) => {
      for await (const batch of entries) {
        void batch;
      }
      seen.push(path);
      return 'DONE';
    },
  });
  expect(seen).toEqual(['', 'inside']);
});

test('symbolic links are not walked into', async () => {
  build(top(), { a: directory({}), link: symbolicLink('a'), loop: symbolicLink('.'), root: symbolicLink('/') });
  expect((await walkAll(1e9)).visits.sort()).toEqual(['', 'a']);
});

test('a directory that cannot be read is reported, the rest is walked', async () => {
  build(top(), { bad: directory({}), good: directory({ deep: directory({}) }) });
  const unreadable: string[] = [];
  const { visits } = await failing('EIO', ({ operation, paths }) => operation === 'open' && paths[0].endsWith('/bad'), () =>
    walkAll(1e9, { unreadable: (path, code) => unreadable.push(`${path} ${code}`) }));
  expect(visits.sort()).toEqual(['', 'good', 'good/deep']);
  expect(unreadable).toEqual(['bad EIO']);
});

test('a bug ends the walk, and nothing is in flight then', async () => {
  build(top(), Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`d${index}`, directory({})])));
  let running = 0;
  let most = 0;
  await expect(walkAll(1e9, {
    visit: async ({ path, entries }) => {
      running += 1;
      most = Math.max(most, running);
      for await (const batch of entries) {
        void batch;
      }
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      if (path === 'd50') {
        throw new Error('a bug');
      }
      return 'DONE';
    },
  })).rejects.toThrow('a bug');
  expect(running).toBe(0);
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(DIRECTORIES_AT_ONCE);
});

test('a directory that somebody changes between two walks is reported, and none of its subdirectories is missed', async () => {
  build(top(), { d: directory({ 1: directory({}), 2: directory({}), 3: directory({}), 4: directory({}) }) });
  const root = await Directory.open(top());
  const seen = new Set<string>();
  let left = 3;
  const options: WalkOptions = {
    visit: async ({ path, entries }) => {
      for await (const batch of entries) {
        void batch;
      }
      seen.add(path);
      return 'DONE';
    },
    unreadable: nothingUnreadable,
    mustStop: () => (left -= 1) < 0,
  };
  const first = await walk(new Tree(root), options);
  expect(first.done).toBe(false);
  fs.mkdirSync(`${top()}/d/0`);
  left = 1e9;
  const second = await walk(new Tree(root), { ...options, cursor: first.cursor });
  expect(second).toEqual({ done: true, changed: 'd' });
  expect([...seen].sort()).toEqual(['', 'd', 'd/0', 'd/1', 'd/2', 'd/3', 'd/4']);
  await root.close();
});

