// Who competes: the shipped worker, and the programs that people use instead. Each runs in a process of its own.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { INVOKE, recoveryDirectory, WORKER, workerEnvironment } from './rig.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const MOST_SECONDS = 420;
export const HOURS_2 = 7200;
let number = 0;

/** A new name of a recovery directory, of a restore two hours ago. */
export const newName = () => recoveryDirectory(HOURS_2, number += 1);

/** Runs a program to its end; answers with what it wrote. */
function run(program, parameters, { environment = process.env, input, accept = [0] } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { env: environment, stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), MOST_SECONDS * 1000);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (data) => { stdout = (stdout + data).slice(-1_000_000); });
    child.stderr.on('data', (data) => { stderr = (stderr + data).slice(-2_000); });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      return accept.includes(code) ? resolve(stdout) : reject(new Error(`${program} ended with ${code ?? signal}: ${stderr}`));
    });
    input?.(child);
  });
}

/** A rival: a program with its parameters, in which TREE stands for the recovery directory and LIVE for the root of the file system. */
export const rival = (program, parameters, { threads, accept, live = (name, place) => place } = {}) => async ({ places: [place], name }) => {
  const environment = { ...process.env, LC_ALL: 'C', ...(threads ? { UV_THREADPOOL_SIZE: String(threads) } : {}) };
  const given = parameters.map((text) => text.replace('TREE', `${place}/${name}`).replace('LIVE', live(name, place)));
  return { output: await run(program, given, { environment, accept }) };
};

/** Removes the tree with Node's own fs.promises.rm, or with rimraf where its path is given. */
export const nodeRemoves = (rimraf, threads) => rival(process.execPath, [path.join(here, 'remove.mjs'), 'TREE', ...(rimraf ? [rimraf] : [])], { threads });

/** The worker. `settings` are those of invoke.mjs. */
export function worker(eventOf, settings = {}) {
  return async ({ places: [place], name, local }) => called(await run(process.execPath, invocation(eventOf(name), settings), { environment: workerEnvironment(place, local) }));
}

const LONGEST_WAIT_MILLISECONDS = 60_000;

/**
 * Several workers, one for each place and event: all of them are started, and wait, before the clock is. The others begin when
 * `ready` says so of the first one; left out, all at the same time.
 */
export function workers(eventsOf, ready = () => true) {
  return async ({ places, name, local, startClock }) => {
    const events = eventsOf(name);
    const started = [];
    const running = events.map((event, index) => run(process.execPath, invocation(event, { gate: true }), {
      environment: workerEnvironment(places[index], local),
      input: (child) => started.push(new Promise((resolve) => { child.stdout.once('data', () => resolve(child)); child.once('close', () => resolve(child)); })),
    }));
    const all = Promise.all(running);
    all.catch(() => undefined); // is awaited below, and may fail before that
    const [first, ...others] = await Promise.all(started);
    startClock();
    first.stdin.write('go\n');
    for (const end = performance.now() + LONGEST_WAIT_MILLISECONDS; !ready(name) && performance.now() < end;) {
      await wait(10);
    }
    others.forEach((child) => child.stdin.write('go\n'));
    const results = (await all).map((output) => called(output.replace('ready\n', '')));
    return { answers: results.map(({ answer }) => answer), shown: { handlerSeconds: results.map(({ shown }) => shown.handlerSeconds) } };
  };
}

const invocation = (event, settings) => [INVOKE, WORKER, JSON.stringify(event), JSON.stringify(settings)];

function called(output) {
  const { answer, error, message, calls, stopped, fileCalls, handlerSeconds, peakMegabytes } = JSON.parse(output);
  if (!answer) {
    throw new Error(`the worker threw ${error}: ${message}`);
  }
  return { answer, shown: { calls, stopped, fileCalls, handlerSeconds: Math.round(handlerSeconds * 1000) / 1000, peakMegabytes } };
}

/** A deletion that no guard stops and that looks at every entry all the same: the grace outlasts the age of the name. */
export const deletion = (directory, more = {}) => ({
  operation: 'delete', directory, accessPointRoots: [], runningRestoreJobs: [], restoredSince: '1970-01-01T00:00:00Z', disposal: 'DELETE', retentionSeconds: 60, graceSeconds: HOURS_2 * 2, ...more,
});
