// Like invoke.mjs, but one file call at a time, each with the round trips that it cost: says where they come from, not how long it takes.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { difference, operations } from './rig.mjs';

const [bundle, event, place] = process.argv.slice(2);
const costs = {};
let phase = 'before the inspection';
let queue = Promise.resolve();

/** Runs one call with nothing else in flight, and books what the client asked the server for it. */
function booked(name, call) {
  const run = async () => {
    const before = operations(place);
    try {
      return await call();
    } finally {
      const cost = (costs[phase] ??= {})[name] ??= { calls: 0 };
      cost.calls += 1;
      for (const [operation, count] of Object.entries(difference(before, operations(place)))) {
        cost[operation] = (cost[operation] ?? 0) + count;
      }
    }
  };
  queue = queue.then(run, run);
  return queue;
}

const handle = await fs.promises.open('/proc/self/stat', 'r');
const prototype = Object.getPrototypeOf(handle);
await handle.close();
for (const [owner, names, prefix] of [
  [fs.promises, ['open', 'lstat', 'readdir', 'unlink', 'rmdir', 'mkdir', 'rename', 'link', 'rm'], ''],
  [prototype, ['stat', 'chmod', 'sync', 'close'], 'handle.'],
]) {
  for (const name of names) {
    const original = owner[name];
    owner[name] = function (...parameters) {
      const path = String(parameters[0] ?? '');
      if (name === 'readdir' && phase === 'before the inspection') {
        phase = 'inspection';
      } else if (name === 'mkdir' && phase === 'inspection') {
        phase = 'record and removal';
      }
      return booked(`${prefix}${name}${path.includes('.cdk-efs-backup') || path.includes('.json') ? ' (records)' : ''}`, () => original.apply(this, parameters));
    };
  }
}

const { handler } = createRequire(import.meta.url)(bundle);
const answer = await handler(JSON.parse(event), { getRemainingTimeInMillis: () => 900_000 });
process.stdout.write(JSON.stringify({ outcome: answer.outcome, deletedEntries: answer.deletedEntries, costs }));
