import * as fs from 'node:fs';
import type { CursorStore } from '../../../lambda/fs/cursor';
import { Directory } from '../../../lambda/fs/directory';
import { Node } from '../../../lambda/fs/node';
import { Tree } from '../../../lambda/fs/tree';
import { walk } from '../../../lambda/fs/walk';
import type { Visit, VisitEnd, WalkEnd, WalkOptions } from '../../../lambda/fs/walk';
import { makeChain, noise } from '../../helpers/chain';
import { intercept } from '../../helpers/fault';
import { build, openDescriptors, useTempDirectory } from '../../helpers/temp-tree';

/** As deep as EFS lets directories be, below the root and the recovery directory. */
const LEVELS = 998;
const top = useTempDirectory();

async function look(options: Partial<WalkOptions> = {}): Promise<WalkEnd & { unreadable: string[][]; visits: number }> {
  const root = await Directory.open(top());
  const tree = new Tree(root);
  const unreadable: string[][] = [];
  let visits = 0;
  const visit = async ({ entries }: Visit): Promise<VisitEnd> => {
    visits += 1;
    for await (const batch of entries) {
      void batch;
    }
    return 'DONE';
  };
  try {
    const end = await walk(tree, { visit, unreadable: (...what) => unreadable.push(what), mustStop: () => false, ...options });
    return { ...end, unreadable, visits };
  } finally {
    await tree.close();
    await root.close();
    expect(openDescriptors(top())).toEqual([]);
  }
}

/** Keeps cursors in memory. */
class Kept implements CursorStore {
  public readonly cursors = new Map<string, string>();
  private count = 0;

  public async write(cursor: string): Promise<string> {
    this.count += 1;
    this.cursors.set(`:${this.count}`, cursor);
    return `:${this.count}`;
  }

  public read(reference: string): string | undefined {
    return this.cursors.get(reference);
  }

  public async remove(reference: string): Promise<void> {
    this.cursors.delete(reference);
  }
}

const stopAfter = (asks: number) => {
  let left = asks;
  return () => (left -= 1) < 0;
};

test('each directory of a chain is opened once, and listed once', async () => {
  makeChain(top(), LEVELS, () => 'd'); // what the calls are told of has a path of 4 KiB at most
  const { calls, stop } = intercept(() => undefined);
  const { visits, done } = await look().finally(stop);
  const count = (operation: string) => calls.filter((call) => call.operation === operation).length;
  expect([done, visits, count('opendir'), count('open')]).toEqual([true, LEVELS + 1, LEVELS + 1, LEVELS + 1]);
});

test('a walk that stops in a chain whose names cannot be made shorter goes on from a cursor that is kept', async () => {
  makeChain(top(), LEVELS);
  const kept = new Kept();
  const first = await look({ mustStop: stopAfter(LEVELS - 2), cursors: kept });
  expect(first).toMatchObject({ done: false, unreadable: [], cursor: ':1' });
  const second = await look({ mustStop: stopAfter(0), cursors: kept, cursor: first.cursor });
  expect(second).toMatchObject({ done: false, unreadable: [], cursor: ':2', visits: 1 });
  const last = await look({ cursors: kept, cursor: second.cursor });
  expect(last).toMatchObject({ done: true, unreadable: [] });
  expect(first.visits + second.visits + last.visits).toBe(LEVELS + 1);
  expect([...kept.cursors.keys()]).toEqual([':1']); // the one before the last is the store's
});

test.each<[string, CursorStore | undefined]>([
  ['there is no place to keep it', undefined],
  ['it cannot be kept', { write: async () => undefined, read: () => undefined, remove: async () => undefined }],
])('where %s, the directory is left and told, and the rest is walked', async (_, cursors) => {
  build(top(), { a: { b: { c: {} } }, z: {} });
  fs.mkdirSync(`${top()}/deep`);
  makeChain(`${top()}/deep`, LEVELS);
  let cursor: string | undefined;
  const told: string[][] = [];
  let visits = 0;
  for (let calls = 0; calls === 0 || cursor !== undefined; calls += 1) {
    const end = await look({ mustStop: stopAfter(calls === 0 ? LEVELS - 10 : 1), cursors, cursor });
    cursor = end.cursor;
    expect((cursor ?? '').length).toBeLessThanOrEqual(128 * 1024);
    told.push(...end.unreadable);
    visits += end.visits;
  }
  expect(told).toEqual([[expect.stringMatching(/^deep\//), expect.stringContaining('so deep')]]);
  expect(visits).toBeGreaterThan(LEVELS - 20);
});

test('frames that share the way to them share it in the cursor', async () => {
  const way = Array.from({ length: 300 }, () => noise(255));
  let place = top();
  const before = process.cwd();
  process.chdir(place);
  for (const name of way) {
    fs.mkdirSync(name);
    process.chdir(name);
  }
  place = way.join('/');
  for (let index = 0; index < 200; index += 1) {
    fs.mkdirSync(`d${index}`);
    fs.mkdirSync(`d${index}/e`);
  }
  process.chdir(before);
  const end = await look({
    visit: async ({ path }) => (path.length > place.length ? 0 : 'DONE'),
  });
  expect(end).toMatchObject({ done: false, unreadable: [] });
  expect(end.cursor!.length).toBeLessThan(120 * 1024); // the names of the way have 75 KiB
});

describe('a node', () => {
  test('is at the path that it came from', () => {
    const node = Node.top().at('a/b').child('c');
    expect([node.path, node.depth, node.name, node.parent!.path, Node.top().path, Node.top().at('').depth]).toEqual(['a/b/c', 3, 'c', 'a/b', '', 0]);
  });

  test('and its path come to the same open directory', async () => {
    build(top(), { a: { b: {} } });
    const root = await Directory.open(top());
    const tree = new Tree(root);
    const node = Node.top().at('a/b');
    await tree.use('a/b', async (byPath) => {
      await tree.use(node, async (byNode) => expect(byNode).toBe(byPath));
    });
    await tree.forget('a');
    fs.renameSync(`${top()}/a`, `${top()}/c`);
    await expect(tree.use(node, async () => undefined)).rejects.toThrow('ENOENT');
    await tree.close();
    await root.close();
  });
});
