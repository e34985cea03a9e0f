import { readdirSync } from 'node:fs';
import { atMost, compare, onNfs, resultOf } from '../compare.mjs';
import { newName, rival, worker } from '../contenders.mjs';
import { makeWide } from '../trees.mjs';

export const title = 'Move a subtree that is missing';
export const seconds = 240;

export async function run({ scale }) {
  const files = 10_000 * scale;
  const contender = (label, [directories, filesEach], move, more = {}) => ({
    label,
    name: newName,
    make: (root, name) => makeWide(`${root}/${name}/gone`, directories, filesEach),
    run: move,
    check: ({ root, answer }) => {
      if (readdirSync(`${root}/gone`).length !== directories || readdirSync(`${root}/gone/d0`).length !== filesEach || (answer && answer.outcome !== 'MOVED')) {
        throw new Error(`not all is in place: ${JSON.stringify(answer)}`);
      }
    },
    ...more,
  });
  const move = worker((name) => ({ operation: 'move', directory: name, conflictPolicy: 'FAIL' }));
  const [few, many] = ['worker, 10 files', `worker, ${files} files`];
  const results = await compare(onNfs(), [
    contender(many, [files / 100, 100], move, { times: 3 }),
    contender(few, [1, 10], move, { times: 3 }),
    contender('mv', [files / 100, 100], rival('mv', ['-n', 'TREE/gone', 'LIVE/gone']), { note: 'one rename, as the worker; checks nothing, keeps no journal' }),
    contender('rsync -a --remove-source-files', [1, files / 100], rival('rsync', ['-a', '--remove-source-files', 'TREE/', 'LIVE/']), { part: 1 / 100 }),
  ]);
  const trips = (label) => resultOf(results, label).roundTrips;
  return {
    tree: { directories: files / 100, filesPerDirectory: 100, files },
    results,
    thresholds: [atMost(`round trips with ${files} files that 10 files do not need`, trips(many) - trips(few), 0)],
  };
}
