import { existsSync } from 'node:fs';
import { atLeast, atMost, compare, onNfs, resultOf } from '../compare.mjs';
import { deletion, newName, nodeRemoves, rival, worker } from '../contenders.mjs';
import { makeWide } from '../trees.mjs';

export const title = 'Delete many directories';
export const seconds = 1_080;

export async function run({ scale, rimraf, floor }) {
  const [directories, files] = [400 * scale, 25];
  const entries = directories * (files + 1) + 1;
  const contender = (label, remove, more = {}) => ({
    label,
    name: newName,
    make: (root, name) => makeWide(`${root}/${name}`, directories * (more.part ?? 1), files),
    run: remove,
    check: ({ root, name, answer }) => {
      if (existsSync(`${root}/${name}`) || (answer && (answer.outcome !== 'DELETED' || answer.deletedEntries !== entries))) {
        throw new Error(`not all is gone: ${JSON.stringify(answer)}`);
      }
    },
    ...more,
  });
  const results = await compare(onNfs(), [
    contender('worker', worker((name) => deletion(name)), { times: 3 }),
    ...(floor ? [contender('floor: C, 64 threads', rival(floor, ['TREE']), { times: 3, note: 'nothing but opendir, readdir, unlinkat and rmdir; looks at nothing before it deletes' })] : []),
    contender('rm -rf', rival('rm', ['-rf', 'TREE'])),
    ...(rimraf ? [
      contender('rimraf 6', nodeRemoves(rimraf), { part: 1 / 4 }),
      contender('rimraf 6, 64 threads', nodeRemoves(rimraf, 64), { note: 'UV_THREADPOOL_SIZE=64' }),
    ] : []),
    contender('fs.promises.rm', nodeRemoves(undefined), { part: 1 / 5 }),
    contender('find -delete', rival('find', ['TREE', '-delete']), { part: 1 / 5 }),
  ]);
  const result = (label) => resultOf(results, label);
  return {
    tree: { directories, filesPerDirectory: files, entries },
    results,
    thresholds: [
      atLeast('times faster than `rm -rf`', result('rm -rf').timesTheWorker, 20),
      atLeast('times faster than `rimraf` with its default of 4 threads', result('rimraf 6').timesTheWorker, 15),
      atMost('round trips: a REMOVE per entry, 3 per directory, and 2 %', result('worker').roundTrips, (entries + 3 * (directories + 1)) * 1.02),
    ],
  };
}
