import * as fs from 'node:fs';
import * as fc from 'fast-check';
import { Directory } from '../../../lambda/fs/directory';
import { walk } from '../../../lambda/fs/walk-in-order';
import type { Position } from '../../../lambda/fs/walk-in-order';
import { build, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const top = useTempDirectory();

/** Walks everything; the directories that were visited for the first time, in their order. */
async function visited(options: { cursor?: string; stopAfter?: number; during?: (path: string) => void } = {}) {
  const root = await Directory.open(top());
  const first: string[] = [];
  const again: string[] = [];
  let left = options.stopAfter ?? Infinity;
  try {
    const end = await walk(root, {
      cursor: options.cursor,
      mustStop: () => left <= 0,
      visit: async (directory, { alreadyDone }: Position) => {
        (alreadyDone ? again : first).push(directory.path);
        left -= alreadyDone ? 0 : 1;
        const subdirectories = (await directory.list()).filter(({ type }) => type === 'directory').map(({ name }) => name);
        options.during?.(directory.path);
        return subdirectories;
      },
    });
    return { first, again, end };
  } finally {
    await root.close();
  }
}

test('goes depth first, each directory before its subdirectories, following no symbolic link', async () => {
  build(top(), { b: { z: {}, a: {} }, a: { f: 'f' }, c: symbolicLink('b'), d: symbolicLink('/') });
  const { first, end } = await visited();
  expect(first).toEqual(['/', '/a', '/b', '/b/a', '/b/z']);
  expect(end).toEqual({ done: true });
});

test('tells the depth', async () => {
  build(top(), { a: { b: {} } });
  const root = await Directory.open(top());
  const depths: number[] = [];
  await walk(root, {
    mustStop: () => false,
    visit: async (directory, { depth }) => {
      depths.push(depth);
      return (await directory.list()).map(({ name }) => name);
    },
  });
  expect(depths).toEqual([0, 1, 2]);
  await root.close();
});

test('without time nothing is visited, and there is no cursor yet', async () => {
  expect(await visited({ stopAfter: 0 })).toEqual({ first: [], again: [], end: { done: false, cursor: undefined } });
});

test('a directory that is swapped for a symbolic link after it was listed is not walked', async () => {
  build(top(), { a: {}, b: { secret: {} }, elsewhere: {} });
  const { first, end } = await visited({
    during: (path) => {
      if (path === '/a') {
        fs.renameSync(`${top()}/b`, `${top()}/moved`);
        fs.symlinkSync('moved', `${top()}/b`);
      }
    },
  });
  expect(first).toEqual(['/', '/a', '/elsewhere']);
  expect(end.done).toBe(true);
});

test('a directory at the cursor that vanished is passed over, its neighbours are not', async () => {
  build(top(), { a: {}, b: { x: {}, y: {} }, c: {} });
  const { end } = await visited({ stopAfter: 4 }); // stops after /b/x
  fs.rmdirSync(`${top()}/b/x`);
  expect((await visited({ cursor: end.cursor })).first).toEqual(['/b/y', '/c']);
  fs.rmSync(`${top()}/b`, { recursive: true });
  expect((await visited({ cursor: end.cursor })).first).toEqual(['/c']);
});

test('going on from a cursor comes to every directory once, whatever the tree and wherever it stopped', async () => {
  const unit = fc.integer({ min: 1, max: 255 }).filter((byte) => byte !== 47).map((byte) => String.fromCharCode(byte));
  const name = fc.string({ unit, minLength: 1, maxLength: 3 })
    .filter((text) => text !== '.' && text !== '..');
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({ tree: fc.dictionary(name, fc.oneof({ maxDepth: 3 }, fc.constant({}), tie('tree')), { maxKeys: 4, noNullPrototype: true }) }));
  let round = 0;
  await fc.assert(fc.asyncProperty(tree, fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }), async (random, stops) => {
    const base = `${top()}/${round += 1}`;
    fs.mkdirSync(base);
    build(base, random);
    const root = await Directory.open(base);
    const look = async (stopAfter: number, cursor?: string) => {
      const first: string[] = [];
      const end = await walk(root, {
        cursor,
        mustStop: () => first.length >= stopAfter,
        visit: async (directory, { alreadyDone }) => {
          if (!alreadyDone) {
            first.push(JSON.stringify(directory.components));
          }
          return (await directory.list()).map((entry) => entry.name);
        },
      });
      return { first, end };
    };
    const whole = await look(Infinity);
    const pieces: string[] = [];
    let cursor: string | undefined;
    for (let index = 0; ; index += 1) {
      const { first, end } = await look(stops[index % stops.length], cursor);
      pieces.push(...first);
      cursor = end.cursor;
      if (end.done) {
        break;
      }
    }
    await root.close();
    expect(pieces).toEqual(whole.first);
  }), { numRuns: 100 });
});
