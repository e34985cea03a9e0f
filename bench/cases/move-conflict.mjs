import { existsSync, readFileSync, statSync } from 'node:fs';
import { atLeast, compare, onNfs, resultOf } from '../compare.mjs';
import { newName, rival, worker } from '../contenders.mjs';
import { LONG_AGO, makeWide } from '../trees.mjs';

export const title = 'Move into directories that exist, half of the files too';
export const seconds = 360;

export async function run({ scale }) {
  const [directories, files] = [100 * scale, 20];
  const contender = (label, replaces, move, more = {}) => ({
    label,
    name: newName,
    make: (root, name) => {
      const count = directories * (more.part ?? 1);
      makeWide(`${root}/live`, count, files, { content: (_, file) => (file % 2 === 0 ? 'live' : undefined), time: LONG_AGO });
      makeWide(`${root}/${name}/live`, count, files, { content: () => 'restored', time: LONG_AGO + 86_400 });
    },
    run: move,
    check: ({ root, name, answer }) => {
      const [taken, free] = ['f0', 'f1'].map((file) => readFileSync(`${root}/live/d0/${file}`, 'utf8'));
      const right = taken === (replaces ? 'restored' : 'live') && free === 'restored' && statSync(`${root}/live/d0/f1`).mtimeMs / 1000 === LONG_AGO + 86_400
        && existsSync(`${root}/${name}/live/d0/f0`) === !replaces && !existsSync(`${root}/${name}/live/d0/f1`);
      if (!right || (answer && (answer.outcome !== 'MOVED' || answer.counts.moved !== directories * files / 2))) {
        throw new Error(`not as it should be: ${taken} ${free} ${JSON.stringify(answer)}`);
      }
    },
    ...more,
  });
  const move = (conflictPolicy) => worker((name) => ({ operation: 'move', directory: name, conflictPolicy }));
  const rsync = (...options) => rival('rsync', ['-a', ...options, '--remove-source-files', 'TREE/', 'LIVE/']);
  const results = await compare(onNfs(), [
    contender('worker, REPLACE', true, move('REPLACE'), { note: 'what it replaces is kept aside' }),
    contender('rsync -a --remove-source-files', true, rsync(), { part: 1 / 20, against: 'worker, REPLACE', note: 'what it replaces is gone' }),
    contender('worker, SKIP', false, move('SKIP'), { against: 'worker, SKIP' }),
    contender('rsync -a --ignore-existing --remove-source-files', false, rsync('--ignore-existing'), { part: 1 / 20, against: 'worker, SKIP' }),
  ]);
  return {
    tree: { directories, filesPerDirectory: files, conflicts: directories * files / 2 },
    results,
    thresholds: [
      atLeast('REPLACE: times faster than `rsync -a --remove-source-files`', resultOf(results, 'rsync -a --remove-source-files').timesTheWorker, 10),
      atLeast('SKIP: times faster than `rsync -a --ignore-existing --remove-source-files`',
        resultOf(results, 'rsync -a --ignore-existing --remove-source-files').timesTheWorker, 10),
    ],
  };
}
