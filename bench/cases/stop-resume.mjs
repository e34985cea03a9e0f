import { existsSync } from 'node:fs';
import { atLeast, atMost, compare, onNfs, resultOf } from '../compare.mjs';
import { deletion, newName, worker } from '../contenders.mjs';
import { LONG_AGO, makeWide } from '../trees.mjs';

export const title = 'Stopped and resumed ten times';
export const seconds = 420;
const STOPS = 10;

export async function run({ scale }) {
  const jobs = [
    {
      what: 'delete',
      event: deletion,
      make: (root, name) => makeWide(`${root}/${name}`, 400 * scale, 25),
      right: ({ root, name, answer }) => answer.outcome === 'DELETED' && answer.deletedEntries === 400 * scale * 26 + 1 && !existsSync(`${root}/${name}`),
    },
    {
      what: 'verify',
      event: (directory) => ({ operation: 'verify', directory, items: null, compare: 'SIZE_AND_TIME' }),
      make: (root, name) => [`${name}/live`, 'live'].forEach((place) => makeWide(`${root}/${place}`, 200 * scale, 50, { time: LONG_AGO })),
      right: ({ answer }) => answer.verdict === 'PASSED' && answer.counts.files === 10_000 * scale && answer.comparison.missing + answer.comparison.changed === 0,
    },
    {
      what: 'move',
      event: (directory) => ({ operation: 'move', directory, conflictPolicy: 'REPLACE' }),
      make: (root, name) => {
        makeWide(`${root}/live`, 100 * scale, 20, { content: (_, file) => (file % 2 === 0 ? 'live' : undefined) });
        makeWide(`${root}/${name}/live`, 100 * scale, 20);
      },
      right: ({ answer }) => answer.outcome === 'MOVED' && answer.counts.moved === 1_000 * scale && answer.counts.replaced === 1_000 * scale,
    },
  ];
  const results = [];
  const thresholds = [];
  for (const { what, event, make, right } of jobs) {
    let fileCalls = 0;
    const contender = (label, run) => ({
      label,
      name: newName,
      against: `${what}, one run`,
      make,
      run,
      check: (result) => {
        fileCalls ||= result.shown.fileCalls;
        if (!right(result)) {
          throw new Error(`not the right answer: ${JSON.stringify(result.answer)}`);
        }
      },
    });
    const [once, often] = [`${what}, one run`, `${what}, stopped`];
    const pair = await compare(onNfs(), [
      contender(once, worker(event)),
      contender(often, async (scene) => worker(event, { stops: STOPS, fileCalls })(scene)),
    ]);
    results.push(...pair);
    thresholds.push(
      atMost(`${what}: round trips of the stopped run / of one run`, resultOf(pair, often).roundTrips / resultOf(pair, once).roundTrips, 1.15),
      atLeast(`${what}: times stopped`, resultOf(pair, often).shown?.stopped, STOPS),
    );
  }
  return { tree: { note: 'delete: 400 directories of 25 files; verify against a live copy: 200 of 50; move: 100 of 20, half of them replaced' }, results, thresholds };
}
