// On this machine: boots the guest, runs a bench in it and writes what it found to bench/results/.
//
//   node bench/run.mjs delete [--directories 400] [--files 25] [--delay 10] [--without-rimraf] [--parallel-only]
//   node bench/run.mjs calls [--directories 400] [--files 25] [--delay 10]
//   node bench/run.mjs checks [--delay 10]
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = path.dirname(fileURLToPath(import.meta.url));
const { values, positionals: [bench] } = parseArgs({
  allowPositionals: true,
  options: {
    'directories': { type: 'string', default: '400' },
    'files': { type: 'string', default: '25' },
    'delay': { type: 'string', default: '10' },
    'seconds': { type: 'string', default: '1500' },
    'without-rimraf': { type: 'boolean', default: false },
    'parallel-only': { type: 'boolean', default: false },
  },
});
const fail = (message) => {
  process.stderr.write(`${message}\n`);
  process.exit(2);
};
if (!['delete', 'calls', 'checks'].includes(bench)) {
  fail('Say which bench: delete, calls or checks.');
}
const worker = path.join(here, '..', 'assets', 'lambda', 'file-system-worker.lambda', 'index.js');
if (!existsSync(worker)) {
  fail("There is no bundle of the worker: run 'npx projen bundle' first.");
}
const prerequisites = spawnSync(path.join(here, 'nfs', 'prerequisites'), { stdio: 'inherit' });
if (prerequisites.status !== 0) {
  process.exit(2);
}

// rimraf is a rival, no dependency; the guest sees this machine's files, /dev excepted
const temporary = mkdtempSync(path.join(os.tmpdir(), 'nfs-bench-'));
let rimraf = '';
let code = 1;
const workerSha256 = createHash('sha256').update(readFileSync(worker)).digest('hex');
try {
  if (bench === 'delete' && !values['without-rimraf']) {
    const { status } = spawnSync('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefix', temporary, 'rimraf@6'], { stdio: ['ignore', 'ignore', 'inherit'] });
    rimraf = status === 0 ? path.join(temporary, 'node_modules', 'rimraf') : '';
  }
  const parameters = {
    delete: [values.directories, values.files, values['parallel-only'] ? 'parallel-only' : 'all', ...(rimraf ? [rimraf] : [])],
    calls: [values.directories, values.files],
    checks: [],
  }[bench];
  const guest = spawn(path.join(here, 'nfs', 'boot'),
    ['--delay', values.delay, '--seconds', values.seconds, '--', process.execPath, path.join(here, `${bench}.mjs`), ...parameters],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  guest.stdout.on('data', (data) => { output += data; });
  code = await new Promise((resolve) => guest.on('close', (status) => resolve(status ?? 1)));
  if (output) {
    const date = new Date().toISOString();
    const result = {
      bench,
      date,
      command: ['node', 'bench/run.mjs', ...process.argv.slice(2)].join(' '),
      machine: { cpu: os.cpus()[0].model, cores: os.cpus().length, node: process.version, guest: 'user-mode-linux, nfsd and NFSv4.1 client in one kernel' },
      workerSha256,
      roundTripMilliseconds: Number(values.delay) * 2,
      ...JSON.parse(output),
    };
    mkdirSync(path.join(here, 'results'), { recursive: true });
    const file = path.join(here, 'results', `${bench}-${date.slice(0, 19).replace(/:/g, '-')}Z.json`);
    writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
    process.stdout.write(`${path.relative(process.cwd(), file)}\n`);
  }
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
process.exitCode = code;
