// On this machine: boots the guest, runs cases in it and writes what was found to bench/results/. README.md says how.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isKept } from './compare.mjs';
import { draw } from './picture.mjs';
import { checksTable, tableOf } from './report.mjs';

const CASES = ['delete-wide', 'move-missing', 'move-conflict', 'survey-verify', 'stop-resume', 'memory', 'delete-flat', 'delete-deep', 'local'];
const SMALL = 1 / 10;
const here = path.dirname(fileURLToPath(import.meta.url));
const fail = (message) => {
  process.stderr.write(`${message}\n`);
  process.exit(2);
};
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    delay: { type: 'string', default: '10' },
    seconds: { type: 'string' },
    bundle: { type: 'string', default: path.join(here, '..', 'assets', 'lambda', 'file-system-worker.lambda', 'index.js') },
    small: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
});
const names = positionals.flatMap((name) => (name === 'all' ? [...CASES, 'checks'] : [name]));
if (names.length === 0 || names.some((name) => name !== 'checks' && !CASES.includes(name))) {
  fail(`Say what to run: all, checks, or any of ${CASES.join(', ')}.`);
}
const bundle = path.resolve(values.bundle);
if (!existsSync(bundle)) {
  fail(`There is no bundle of the worker at ${bundle}: run 'npx projen bundle' first.`);
}
const cases = new Map(await Promise.all(names.filter((name) => name !== 'checks').map(async (name) => [name, await import(`./cases/${name}.mjs`)])));
if (names.some((name) => !cases.get(name)?.local) && spawnSync(path.join(here, 'nfs', 'prerequisites'), { stdio: 'inherit' }).status !== 0) {
  process.exit(2);
}

/** A rival, no dependency; '' and a sentence where it cannot be had. */
function installRimraf(place) {
  const { status } = spawnSync('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefix', place, 'rimraf@6'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const installed = path.join(place, 'node_modules', 'rimraf');
  return status === 0 ? { path: installed, version: JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8')).version } : { path: '', missing: 'rimraf could not be installed: left out' };
}

function compileFloor(place) {
  const program = path.join(place, 'floor');
  const { status } = spawnSync('gcc', ['-O2', '-pthread', path.join(here, 'floor.c'), '-o', program], { stdio: ['ignore', 'ignore', 'inherit'] });
  return status === 0 ? { path: program } : { path: '', missing: 'there is no gcc: the floor in C is left out' };
}

/** Runs a program of this directory, in the guest or here; answers with its output as JSON. */
async function runProgram(program, parameters, { local, seconds, delay = values.delay }) {
  const command = [process.execPath, path.join(here, program), ...parameters];
  const [file, ...rest] = local ? command : [path.join(here, 'nfs', 'boot'), '--delay', delay, '--seconds', String(seconds), '--', 'env', `BENCH_BUNDLE=${bundle}`, `BENCH_ONLY=${values.only}`, ...command];
  const child = spawn(file, rest, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, BENCH_BUNDLE: bundle, BENCH_ONLY: values.only } });
  const timer = local ? setTimeout(() => child.kill(), seconds * 1000) : undefined; // the guest ends by itself
  let output = '';
  child.stdout.on('data', (data) => { output += data; });
  const code = await new Promise((resolve) => { child.on('close', (status, signal) => resolve(status ?? signal)); });
  clearTimeout(timer);
  return output ? { code, ...JSON.parse(output) } : { code, failure: `ended with ${code}` };
}

const version = (program, parameters = ['--version']) => spawnSync(program, parameters, { encoding: 'utf8' }).stdout?.split('\n')[0];
const temporary = mkdtempSync(path.join(os.tmpdir(), 'bench-tools-'));
const began = Date.now();
const date = new Date(began).toISOString();
const result = {
  date,
  command: ['node', 'bench/run.mjs', ...process.argv.slice(2).filter((text, index, all) => text !== '--bundle' && all[index - 1] !== '--bundle')].join(' '),
  machine: {
    cpu: os.cpus()[0].model, cores: os.cpus().length, memoryGigabytes: Math.round(os.totalmem() / 2 ** 30), kernel: os.release(), node: process.version,
    guest: `user-mode Linux ${version('linux.uml') ?? 'not installed'}: nfsd and the NFSv4.1 client in one kernel, one CPU, 3 GB`,
  },
  workerSha256: createHash('sha256').update(readFileSync(bundle)).digest('hex'),
  roundTripMilliseconds: Number(values.delay) * 2,
  ...(values.small ? { small: 'a tenth of each tree: to try the scripts, nothing to compare with' } : {}),
  cases: {},
};
const results = values.small || values.only ? os.tmpdir() : path.join(here, 'results');
const stem = path.join(results, `${positionals.length === 1 ? positionals[0] : 'several'}-${date.slice(0, 19).replace(/:/g, '-')}Z`);
/** What was found so far: a run that is ended before its time has not been in vain. */
function save() {
  result.tookSeconds = Math.round((Date.now() - began) / 1000);
  mkdirSync(results, { recursive: true });
  writeFileSync(`${stem}.json`, `${JSON.stringify(result, null, 2)}\n`);
  if (positionals.includes('all')) {
    writeFileSync(`${stem}.svg`, draw(result));
  }
}
let good = true;
try {
  const [rimraf, floor] = cases.size > 0 ? [installRimraf(temporary), compileFloor(temporary)] : [{}, {}];
  result.rivals = { coreutils: version('rm'), findutils: version('find'), diffutils: version('diff'), rsync: version('rsync')?.replace(/ +/g, ' '), rimraf: rimraf.version };
  result.missing = [rimraf.missing, floor.missing].filter(Boolean);
  for (const name of names) {
    const begin = Date.now();
    process.stderr.write(`${name}:\n`);
    if (name === 'checks') {
      result.checks = await runProgram('checks.mjs', [], { seconds: values.seconds ?? 300, delay: '1' }); // nothing of it is timed
      process.stdout.write(`\n${checksTable(result.checks)}\n`);
      good &&= result.checks.code === 0;
    } else {
      const { title, seconds, local = false } = cases.get(name);
      const settings = { scale: values.small ? SMALL : 1, rimraf: rimraf.path, floor: floor.path };
      result.cases[name] = { title, local, ...await runProgram('case.mjs', [name, JSON.stringify(settings)], { local, seconds: values.seconds ?? seconds }) };
      result.cases[name].tookSeconds = Math.round((Date.now() - begin) / 1000);
      process.stdout.write(`\n${tableOf(result.cases[name])}\n`);
      good &&= result.cases[name].code === 0 && (values.only !== '' || (result.cases[name].thresholds ?? []).every(isKept))
        && (result.cases[name].results ?? []).every(({ failure }) => failure === undefined);
    }
    save();
  }
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
process.stdout.write(`${path.relative(process.cwd(), stem)}.json\n`);
process.exitCode = good ? 0 : 1;
