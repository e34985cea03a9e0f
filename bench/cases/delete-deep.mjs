import { existsSync } from 'node:fs';
import { atLeast, compare, onNfs, resultOf } from '../compare.mjs';
import { deletion, newName, nodeRemoves, rival, worker } from '../contenders.mjs';
import { makeChain } from '../trees.mjs';

export const title = 'Delete a deep chain';
export const seconds = 360;

export async function run({ scale, rimraf }) {
  const depth = 500 * scale;
  const contender = (label, remove, more = {}) => ({
    label,
    name: newName,
    make: (root, name) => makeChain(`${root}/${name}`, depth),
    run: remove,
    check: ({ root, name, answer }) => {
      if (existsSync(`${root}/${name}`) || (answer && answer.deletedEntries !== depth + 1)) {
        throw new Error(`not all is gone: ${JSON.stringify(answer)}`);
      }
    },
    ...more,
  });
  const results = await compare(onNfs(), [
    contender('worker', worker((name) => deletion(name))),
    contender('rm -rf', rival('rm', ['-rf', 'TREE'])),
    ...(rimraf ? [contender('rimraf 6', nodeRemoves(rimraf))] : []),
    contender('find -delete', rival('find', ['TREE', '-delete'])),
  ]);
  return {
    tree: { directories: depth + 1, entries: depth + 1, note: 'nothing in it can be done in parallel' },
    results,
    thresholds: [atLeast('not slower than `rm -rf`', resultOf(results, 'rm -rf').timesTheWorker, 1)],
  };
}
