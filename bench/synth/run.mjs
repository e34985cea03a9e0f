// How long an app with 100 file systems takes to synthesize, next to the same resources with the constructs of aws-cdk-lib: whole processes, which
// take turns, so that whatever else the machine does meets both. `npm run bench:synth [-- <runs>]`. Exit code 1 if the ratio is not kept.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const MOST = 1.15;
const FILE_SYSTEMS = 100;
const CONTENDERS = ['ours', 'l2'];
const runs = Number(process.argv[2] ?? 15);

function time(contender) {
  const outdir = mkdtempSync(path.join(os.tmpdir(), 'bench-synth-'));
  try {
    const begin = process.hrtime.bigint();
    const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(HERE, 'app.mjs'), contender, outdir, String(FILE_SYSTEMS)], { encoding: 'utf8' });
    const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
    if (status !== 0) {
      throw new Error(`${contender}: ${stderr}`);
    }
    return { seconds, resources: JSON.parse(stdout).resources };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const results = Object.fromEntries(CONTENDERS.map((contender) => [contender, { seconds: [], resources: time(contender).resources }])); // the first one warms the disk
for (let run = 0; run < runs; run += 1) {
  for (const contender of run % 2 === 0 ? CONTENDERS : [...CONTENDERS].reverse()) {
    results[contender].seconds.push(time(contender).seconds);
  }
}
const ratio = median(results.ours.seconds) / median(results.l2.seconds);
for (const [contender, { seconds, resources }] of Object.entries(results)) {
  console.log(`${contender}: median ${median(seconds).toFixed(2)} s, ${Math.min(...seconds).toFixed(2)} to ${Math.max(...seconds).toFixed(2)} s, ${resources} resources`);
}
console.log(`ratio of the medians, ${runs} runs each: ${ratio.toFixed(3)} (at most ${MOST})`);
const file = path.join(HERE, '..', 'results', 'synth.json');
writeFileSync(file, `${JSON.stringify({ date: new Date().toISOString(), node: process.version, fileSystems: FILE_SYSTEMS, runs, ratio, most: MOST, results }, null, 2)}\n`);
process.exitCode = ratio <= MOST ? 0 : 1;
