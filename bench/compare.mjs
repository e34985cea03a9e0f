// Measures contenders, one after the other: each has a tree that nobody looked at before and, on NFS, clients of its own.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { difference, mount, operations, SERVER, sum, unmount } from './rig.mjs';

/** Where a case runs: on the server's tmpfs and its clients, or on the disk of this machine. */
export const onNfs = () => ({ root: SERVER, local: false, open: () => mount(), operations, close: unmount });
export function onDisk() {
  const place = mkdtempSync(path.join(os.tmpdir(), 'bench-disk-'));
  const root = path.join(place, 'root');
  mkdirSync(root);
  return { root, beside: place, local: true, open: () => root, operations: undefined, close: () => undefined, end: () => clear(place) };
}

/** Node's own rm is slow on large trees, and nothing is measured here. */
const clear = (place) => execFileSync('rm', ['-rf', place]);

const round = (value, digits = 2) => Number(value.toFixed(digits));
export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** The ticks of the CPUs that were idle, and all of them. */
function cpu() {
  const ticks = readFileSync('/proc/stat', 'utf8').split('\n')[0].trim().split(/\s+/).slice(1, 9).map(Number);
  return { idle: ticks[3] + ticks[4], all: ticks.reduce((total, count) => total + count, 0) };
}

async function measure(ground, contender) {
  const { name, make, run, check, mounts = 1 } = contender;
  const tree = name();
  for (const entry of readdirSync(ground.root)) {
    clear(`${ground.root}/${entry}`); // of whoever was before
  }
  make(ground.root, tree);
  const places = Array.from({ length: mounts }, () => ground.open());
  try {
    const before = places.map((place) => ground.operations?.(place));
    let [begin, cpuBefore] = [performance.now(), cpu()];
    const startClock = () => { [begin, cpuBefore] = [performance.now(), cpu()]; };
    const result = await run({ places, name: tree, root: ground.root, local: ground.local, startClock });
    const seconds = (performance.now() - begin) / 1000;
    const cpuAfter = cpu();
    const counts = places.map((place, index) => (ground.operations ? difference(before[index], ground.operations(place)) : {}));
    check?.({ ...result, root: ground.root, name: tree });
    return { seconds, counts, idle: (cpuAfter.idle - cpuBefore.idle) / Math.max(1, cpuAfter.all - cpuBefore.all), ...result };
  } finally {
    places.forEach((place) => ground.close(place));
  }
}

const added = (counts) => counts.reduce((total, of) => {
  for (const [name, count] of Object.entries(of)) {
    total[name] = (total[name] ?? 0) + count;
  }
  return total;
}, {});

/**
 * The contenders' results, in their order. `times`: run so often, in rounds, so that whatever else this machine does meets all of them.
 * `against`: the label of the worker that it is compared with; the first contender where it is left out.
 * `part`: ran on so much of the tree only, because it does one call after the other and would take too long: what is given is scaled up.
 */
export async function compare(ground, all) {
  const contenders = all.filter(({ label }) => new RegExp(process.env.BENCH_ONLY ?? '').test(label));
  if (contenders.length === 0) {
    return [];
  }
  const results = contenders.map(({ label, part = 1, note }) => ({ contender: label, part, note, runs: [] }));
  for (let turn = 0; turn < Math.max(...contenders.map(({ times = 1 }) => times)); turn += 1) {
    for (const [index, contender] of contenders.entries()) {
      if (turn < (contender.times ?? 1)) {
        try {
          const run = await measure(ground, contender);
          results[index].runs.push(run);
          process.stderr.write(`  ${contender.label}: ${run.seconds.toFixed(2)} s, ${sum(added(run.counts))} round trips ${JSON.stringify(added(run.counts))}, idle ${Math.round(run.idle * 100)} %\n`);
        } catch (error) {
          results[index].failure = error.message.slice(0, 2_000);
          process.stderr.write(`  ${contender.label}: FAILED: ${error.message}\n`);
        }
      }
    }
  }
  const summaries = results.map((result) => summary(result, ground.local));
  return summaries.map((result, index) => {
    const against = contenders[index].against ?? contenders[0].label;
    const { seconds } = resultOf(summaries, against);
    return seconds === undefined || result.failure !== undefined ? result : { ...result, against, timesTheWorker: round(result.seconds / seconds, 3) };
  });
}

function summary({ contender, part, note, runs, failure }, local) {
  const named = { contender, ...(note ? { note } : {}) };
  if (runs.length === 0 || failure !== undefined) {
    return { ...named, failure: failure ?? 'did not run' };
  }
  const seconds = median(runs.map((run) => run.seconds));
  const last = runs[runs.length - 1];
  const operationCounts = added(last.counts);
  return {
    ...named,
    seconds: round(seconds / part, 3),
    ...(part === 1 ? {} : { measured: { part, seconds: round(seconds, 3), ...(local ? {} : { roundTrips: sum(operationCounts) }) } }),
    ...(runs.length === 1 ? {} : { secondsOfRuns: runs.map((run) => round(run.seconds, 3)) }),
    ...(local ? {} : {
      roundTrips: Math.round(median(runs.map(({ counts }) => sum(added(counts)))) / part),
      ...(runs.length === 1 ? {} : { roundTripsOfRuns: runs.map(({ counts }) => sum(added(counts))) }),
      operations: operationCounts,
      ...(last.counts.length === 1 ? {} : { operationsOfEach: last.counts }),
    }),
    idleShare: round(median(runs.map(({ idle }) => idle))),
    ...(last.shown?.peakMegabytes === undefined ? {} : {
      handlerSeconds: round(median(runs.map(({ shown }) => shown.handlerSeconds)), 3),
      peakMegabytes: Math.max(...runs.map(({ shown }) => shown.peakMegabytes)),
    }),
    ...(last.shown ? { shown: last.shown } : {}),
  };
}

/**
 * What is wanted, and whether this run kept it. `value`: undefined where it could not be measured. `limit`: for what cannot be reached,
 * with the reason `why`: what was found to be possible, which is kept instead.
 */
function threshold(text, value, wanted, reached, { limit, why } = {}) {
  const known = value !== undefined && !Number.isNaN(value);
  return {
    text, measured: known ? round(value, 3) : null, wanted: round(wanted, 3), reached: known ? reached(value, wanted) : null,
    ...(limit === undefined ? {} : { limit, why, limitKept: known ? reached(value, limit) : null }),
  };
}
export const atLeast = (text, value, wanted, limit) => threshold(text, value, wanted, (measured, bound) => measured >= bound, limit);
export const atMost = (text, value, wanted, limit) => threshold(text, value, wanted, (measured, bound) => measured <= bound, limit);

/** True for a threshold that was kept, or where it cannot be, its limit. */
export const isKept = ({ reached, limitKept }) => reached === true || limitKept === true;

/** The result of a contender by its label; an empty one where it failed or did not run. */
export function resultOf(results, label) {
  const result = results.find(({ contender }) => contender === label);
  return result && result.failure === undefined ? result : {};
}
