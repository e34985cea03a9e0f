// Calls the handler of a bundle as Step Functions does: again, with the answer before, until it is done. Prints the last answer, and what
// it took. Options, as JSON: `gate`: say 'ready' and wait for a line before the first call; `stops` and `fileCalls`: end the time of so many
// invocations, spread over about so many calls of the file system.
import fs, { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [bundle, event, settings = '{}'] = process.argv.slice(2);
const { gate = false, stops = 0, fileCalls = 0 } = JSON.parse(settings);
const MOST_CALLS = 40;
const MINUTES_15 = 900_000;

// counted before the bundle gets hold of them
let counted = 0;
for (const name of ['open', 'opendir', 'readdir', 'lstat', 'stat', 'unlink', 'rmdir', 'mkdir', 'rename', 'link', 'symlink', 'readlink']) {
  const original = fs.promises[name];
  fs.promises[name] = (...parameters) => {
    counted += 1;
    return original(...parameters);
  };
}
const { handler } = createRequire(import.meta.url)(bundle);

if (gate) {
  process.stdout.write('ready\n');
  await new Promise((resolve) => process.stdin.once('data', resolve));
  process.stdin.destroy();
}
const begin = performance.now();
let [answer, calls, stopped] = [{}, 0, 0];
const result = {};
try {
  do {
    const end = Date.now() + MINUTES_15;
    const stopAt = stopped < stops ? counted + Math.max(1, (fileCalls - counted) / (stops + 1 - stopped)) : Infinity;
    const getRemainingTimeInMillis = () => (counted >= stopAt ? 0 : end - Date.now());
    answer = JSON.parse(JSON.stringify(await handler({ ...JSON.parse(event), previous: answer }, { getRemainingTimeInMillis })));
    calls += 1;
    stopped += answer.done ? 0 : 1;
  } while (!answer.done && calls < MOST_CALLS);
  result.answer = answer;
} catch (error) {
  Object.assign(result, { error: error.name, message: error.message });
}
const [, peakKibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
process.stdout.write(JSON.stringify({
  ...result, calls, stopped, fileCalls: counted, handlerSeconds: (performance.now() - begin) / 1000, peakMegabytes: Math.round(peakKibibytes * 1.024) / 1000,
}));
