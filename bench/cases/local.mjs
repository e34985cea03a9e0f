import { existsSync } from 'node:fs';
import { compare, onDisk } from '../compare.mjs';
import { deletion, newName, nodeRemoves, rival, worker } from '../contenders.mjs';
import { makeWide, Stock } from '../trees.mjs';

export const title = 'On a local disk';
export const local = true;
export const seconds = 180;
const TIMES = 5;

export async function run({ scale, rimraf }) {
  const [directories, files] = [400 * scale, 25];
  const disk = onDisk();
  try {
    const stock = new Stock(`${disk.beside}/stock`).put(TIMES * 4 + 1, (path) => makeWide(path, directories, files));
    const contender = (label, removes, run, against) => ({
      label,
      name: newName,
      times: TIMES,
      against,
      make: (root, name) => stock.take(`${root}/${name}`),
      run,
      check: ({ root, name }) => {
        if (existsSync(`${root}/${name}`) === removes) {
          throw new Error('not as it should be');
        }
        if (!removes) {
          stock.giveBack(`${root}/${name}`);
        }
      },
    });
    const NO_LIMIT = { operationsPerSecond: 1_000_000 };
    const [removes, looks] = ['worker, delete', 'worker, survey with contents'];
    return {
      tree: { directories, filesPerDirectory: files, entries: directories * (files + 1) + 1, note: 'operationsPerSecond is set so high that it limits nothing; the start of Node.js counts' },
      results: await compare(disk, [
        contender(removes, true, worker((name) => deletion(name, NO_LIMIT)), removes),
        contender('rm -rf', true, rival('rm', ['-rf', 'TREE']), removes),
        ...(rimraf ? [contender('rimraf 6', true, nodeRemoves(rimraf), removes)] : []),
        contender('fs.promises.rm', true, nodeRemoves(undefined), removes),
        contender(looks, false, worker(() => ({ operation: 'survey', contents: true, ...NO_LIMIT })), looks),
        contender('find -printf', false, rival('find', ['TREE', '-printf', '%y %s %T@ %C@ %p\\n']), looks),
        contender('du -s', false, rival('du', ['-s', 'TREE']), looks),
      ]),
      thresholds: [],
    };
  } finally {
    disk.end();
  }
}
