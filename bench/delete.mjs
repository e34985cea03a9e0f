// Inside the guest: the same tree, deleted by the shipped worker and by its rivals, each as a new client with nothing cached.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { callWorker, difference, mount, operations, recoveryDirectory, SERVER, sum } from './rig.mjs';

const [directories, files] = process.argv.slice(2, 4).map(Number);
const [parallelOnly, rimraf] = [process.argv[4] === 'parallel-only', process.argv[5]];
const here = path.dirname(fileURLToPath(import.meta.url));
const AGE_SECONDS = 7200;
const MOST_SECONDS = 420;

const run = (threads, program, ...parameters) => (place, name) => {
  const environment = { ...process.env, ...(threads ? { UV_THREADPOOL_SIZE: String(threads) } : {}) };
  const { status, stderr, signal } = spawnSync(program, [...parameters.map((text) => text.replace('TREE', `${place}/${name}`))],
    { env: environment, encoding: 'utf8', timeout: MOST_SECONDS * 1000 });
  if (status !== 0) {
    throw new Error(`${program} ended with ${status ?? signal}: ${stderr}`);
  }
};
const worker = (place, name) => {
  // the tree was made a moment ago, its name says two hours: the grace lets it pass, all the same every entry is looked at
  const answer = callWorker(place, {
    operation: 'delete', directory: name, accessPointRoots: [], runningRestoreJobs: [], disposal: 'DELETE', retentionSeconds: 60, graceSeconds: AGE_SECONDS * 2,
  }, { seconds: MOST_SECONDS });
  if (answer.outcome !== 'DELETED' || answer.deletedEntries !== directories * (files + 1) + 1) {
    throw new Error(`the worker answered ${JSON.stringify(answer)}`);
  }
};
const script = path.join(here, 'remove.mjs');
const contenders = [
  ['worker', worker],
  ...(rimraf ? [['rimraf, 64 threads', run(64, process.execPath, script, 'TREE', rimraf)]] : []),
  ['fs.promises.rm, 64 threads', run(64, process.execPath, script, 'TREE')],
  ...(parallelOnly ? [] : [
    ['fs.promises.rm', run(undefined, process.execPath, script, 'TREE')],
    ['find -delete', run(undefined, 'find', 'TREE', '-delete')],
    ['rm -rf', run(undefined, 'rm', '-rf', 'TREE')],
  ]),
  ['worker, again', worker],
];

function makeTree(name) {
  for (let directory = 0; directory < directories; directory += 1) {
    const place = `${SERVER}/${name}/d${directory}`;
    mkdirSync(place, { recursive: true });
    for (let file = 0; file < files; file += 1) {
      writeFileSync(`${place}/f${file}`, 'x');
    }
  }
}

const entries = directories * (files + 1) + 1;
const results = [];
for (const [index, [contender, remove]] of contenders.entries()) {
  const name = recoveryDirectory(AGE_SECONDS, index);
  makeTree(name);
  const place = mount();
  const before = operations(place);
  const began = process.hrtime.bigint();
  let failure;
  try {
    remove(place, name);
  } catch (error) {
    failure = error.message;
  }
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  const counts = difference(before, operations(place));
  results.push({
    contender, ...(failure ? { failure } : {}), gone: !existsSync(`${SERVER}/${name}`), seconds: Math.round(seconds * 10) / 10,
    roundTrips: sum(counts), roundTripsPerEntry: Math.round(sum(counts) / entries * 100) / 100, operations: counts,
  });
  process.stderr.write(`${contender}: ${seconds.toFixed(1)} s, ${sum(counts)} round trips ${JSON.stringify(counts)} ${failure ?? ''}\n`);
}
const [first] = results;
process.stdout.write(JSON.stringify({
  tree: { directories, filesPerDirectory: files, entries },
  results: results.map((result) => ({ ...result, timesTheWorker: Math.round(result.seconds / first.seconds * 10) / 10 })),
}));
