import { existsSync } from 'node:fs';
import { atLeast, atMost, compare, onNfs, resultOf } from '../compare.mjs';
import { deletion, newName, worker, workers } from '../contenders.mjs';
import { callWorker, difference, mount, operations, SERVER, sum, unmount } from '../rig.mjs';
import { makeFlat } from '../trees.mjs';

export const title = 'Delete one huge flat directory';
export const seconds = 300;
const WORKERS = 8;
const OPERATIONS_PER_SECOND = 3_500;
/** The first worker has looked through everything, and the deletion has begun: the others look at their own part only. */
const hasBegun = (name) => existsSync(`${SERVER}/.cdk-efs-backup/${name}/deleting.json`);

export async function run({ scale }) {
  const files = 4_000 * scale;
  const entries = files + 1;
  let cut;
  const shards = (directory) => {
    const place = mount();
    const begin = performance.now();
    const before = operations(place);
    const answer = callWorker(place, { operation: 'survey', cut: { directory, shards: WORKERS } });
    cut = { seconds: (performance.now() - begin) / 1000, roundTrips: sum(difference(before, operations(place))), shards: answer.shards?.length };
    unmount(place);
    if (answer.shards?.length !== WORKERS) {
      throw new Error(`the survey cut no ${WORKERS} shards: ${JSON.stringify(answer)}`);
    }
    return answer.shards;
  };
  let parts;
  const contender = (label, mounts, run, make = () => undefined) => ({
    label,
    name: newName,
    mounts,
    make: (root, name) => {
      makeFlat(`${root}/${name}/flat`, files);
      make(name);
    },
    run,
    check: ({ root, name, answers }) => {
      const deleted = answers.reduce((total, answer) => total + answer.deletedEntries, 0);
      if (existsSync(`${root}/${name}`) || deleted !== entries + 1 || !answers.some(({ outcome }) => outcome === 'DELETED')) {
        throw new Error(`not all is gone: ${JSON.stringify(answers)}`);
      }
    },
  });
  const results = await compare(onNfs(), [
    contender('one worker', 1, workers((name) => [deletion(name)])),
    contender('8 workers, a client each', WORKERS,
      workers((name) => parts.map((shard) => deletion(name, { shard, operationsPerSecond: Math.floor(OPERATIONS_PER_SECOND / WORKERS) })), hasBegun),
      (name) => { parts = shards(name); }),
  ]);
  const [one, eight] = ['one worker', '8 workers, a client each'].map((label) => resultOf(results, label));
  return {
    tree: { directories: 2, files, entries: entries + 1, note: 'all processes are started, and wait, before the clock is: the guest has one CPU, where eight functions have one each; seven begin when the first one has looked through all' },
    cut,
    results,
    thresholds: [
      atLeast('times faster with 8 workers than with one', one.seconds / eight.seconds, 6, {
        limit: 2,
        why: 'where several clients remove names of one directory, each removal costs three round trips, LOOKUP, ACCESS and REMOVE, since the answer to each REMOVE tells the client that somebody else changed the directory: at most 8 / 3',
      }),
      atMost('REMOVE calls of the 8 workers, their records included, per entry', eight.operations?.REMOVE / (entries + 1), 1.01),
    ],
  };
}
