import * as fs from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { Directory } from '../../../lambda/fs/directory';
import { Tree } from '../../../lambda/fs/tree';
import { walk } from '../../../lambda/fs/walk';
import type { Visit, VisitEnd, WalkEnd } from '../../../lambda/fs/walk';
import { intercept } from '../../helpers/fault';
import { build, openDescriptors, useTempDirectory } from '../../helpers/temp-tree';

/** That of Linux ticks every 1 to 10 ms. */
const TICK_MILLISECONDS = 20;
const top = useTempDirectory();

async function look(visit: (visit: Visit) => Promise<VisitEnd>, cursor?: string): Promise<WalkEnd & { unreadable: string[][] }> {
  const root = await Directory.open(top());
  const tree = new Tree(root);
  const unreadable: string[][] = [];
  try {
    return { ...await walk(tree, { visit, unreadable: (...what) => unreadable.push(what), mustStop: () => false, cursor, context: 'top' }), unreadable };
  } finally {
    await tree.close();
    await root.close();
    expect(openDescriptors(top())).toEqual([]);
  }
}

const files = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, '']));
async function namesOf({ entries }: Visit): Promise<string[]> {
  const names: string[] = [];
  for await (const batch of entries) {
    names.push(...batch.map(({ name }) => name));
  }
  return names;
}

/** A walk that stopped in the directory 'a' after some entries, with a context. */
const stopIn = (position: number) => look(async ({ path }) => (path === 'a' ? { position, context: 'counted' } : 'DONE'));

test('a directory that is as it was goes on at its position', async () => {
  build(top(), { a: files(5) });
  const { cursor } = await stopIn(3);
  const seen: unknown[] = [];
  expect(await look(async (visit) => {
    seen.push([visit.path, visit.context, visit.skipped, visit.restarted, (await namesOf(visit)).length]);
    return 'DONE';
  }, cursor)).toEqual({ done: true, unreadable: [] });
  expect(seen).toEqual([['a', 'counted', 3, false, 2]]);
});

test.each<[string, () => void]>([
  ['lost an entry', () => fs.unlinkSync(`${top()}/a/f1`)],
  ['got one', () => fs.writeFileSync(`${top()}/a/g`, '')],
  ['was replaced by another', () => {
    fs.renameSync(`${top()}/a`, `${top()}/b`);
    build(top(), { a: files(4) });
  }],
])('a directory that %s begins anew, with the context of the visit before', async (_, change) => {
  build(top(), { a: files(5) });
  const { cursor } = await stopIn(3);
  await setTimeout(TICK_MILLISECONDS); // the file system's clock: within one tick the times of a directory do not change
  change();
  const seen: unknown[] = [];
  expect(await look(async (visit) => {
    seen.push([visit.path, visit.context, visit.skipped, visit.restarted, (await namesOf(visit)).sort()]);
    return 'DONE';
  }, cursor)).toEqual({ done: true, changed: 'a', unreadable: [] });
  expect(seen).toEqual([['a', 'counted', 0, true, fs.readdirSync(`${top()}/a`).sort()]]);
});

test('what an earlier visit left is not handed down to the subdirectories', async () => {
  build(top(), { a: { ...files(3), d: {} } });
  const { cursor } = await stopIn(2);
  const contexts: string[][] = [];
  await look(async ({ path, context }) => {
    contexts.push([path, context]);
    return 'DONE';
  }, cursor);
  expect(contexts).toEqual([['a', 'counted'], ['a/d', 'top']]);
});

test('whether it changed is asked of what is read, not of what the kernel remembers from before', async () => {
  build(top(), { a: files(5) });
  const { cursor } = await stopIn(3);
  const { stop } = intercept(({ operation, paths }) => {
    if (operation === 'opendir' && paths[0].startsWith(`${top()}/a`)) {
      fs.rmSync(`${top()}/a/f0`, { force: true }); // the last moment before it is read
    }
  });
  const seen: unknown[] = [];
  await look(async (visit) => {
    seen.push([visit.restarted, (await namesOf(visit)).length]);
    return 'DONE';
  }, cursor).finally(stop);
  expect(seen).toEqual([[true, 4]]);
});

test('a visit that begins anew and reads nothing, or fails, leaves nothing open', async () => {
  build(top(), { a: files(5) });
  const { cursor } = await stopIn(3);
  fs.unlinkSync(`${top()}/a/f1`);
  await look(async () => 'DONE', cursor);
  await expect(look(async () => {
    throw new TypeError('a bug');
  }, cursor)).rejects.toThrow('a bug');
});

test('a directory that changes from call to call is left in the end, and told: the walk comes to its end', async () => {
  build(top(), { a: files(5) });
  let { cursor, unreadable } = await stopIn(3);
  let calls = 0;
  for (; cursor !== undefined && calls < 100; calls += 1) {
    fs.writeFileSync(`${top()}/a/g${calls}`, '');
    ({ cursor, unreadable } = await look(async ({ path }) => (path === 'a' ? 3 : 'DONE'), cursor));
  }
  expect(calls).toBeLessThan(20);
  expect(unreadable).toEqual([['a', expect.stringContaining('again and again')]]);
});
