// Writes the tables of docs/benchmarks.md, between its two markers, from a result of `run.mjs all`: the newest one.
//
//   node bench/report.mjs [bench/results/all-<date>.json]
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const [BEGIN, END] = ['<!-- figures: begin -->', '<!-- figures: end -->'];
const number = (value) => (value === undefined ? '' : value.toLocaleString('en-US', { maximumFractionDigits: value < 0.1 ? 3 : value < 10 ? 2 : value < 100 ? 1 : 0 }));
const percent = (share) => (share === undefined ? '' : `${Math.round(share * 100)} %`);
const row = (cells) => `| ${cells.join(' | ')} |`;

function partOf({ measured, note }) {
  const part = measured ? `measured on ${Math.round(measured.part * 100)} % of the tree` : undefined;
  return [part, note].filter(Boolean).join('; ');
}

/** The tables of one case. */
export function tableOf({ title, local, tree, cut, results = [], thresholds = [], failure }) {
  if (failure) {
    return `### ${title}\n\nDid not come to its end: ${failure}.\n`;
  }
  const { note, ...sizes } = tree;
  const memory = results.some(({ microsecondsPerEntry }) => microsecondsPerEntry !== undefined);
  const columns = memory
    ? [['seconds', ({ handlerSeconds }) => number(handlerSeconds)], ['µs per entry', ({ microsecondsPerEntry }) => number(microsecondsPerEntry)], ['peak, MB', ({ peakMegabytes }) => number(peakMegabytes)]]
    : [
      ['seconds', ({ seconds }) => number(seconds)],
      ["× worker's", ({ timesTheWorker }) => number(timesTheWorker)],
      ...(local ? [] : [['round trips', ({ roundTrips }) => number(roundTrips)], ['CPU idle', ({ idleShare }) => percent(idleShare)]]),
    ];
  const size = Object.entries(sizes).map(([what, count]) => `${[count].flat().map(number).join(' / ')} ${what.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`).join(', ');
  return [
    `### ${title}`, '',
    [size, note].filter(Boolean).join('; ').concat('.'), '',
    row(['', ...columns.map(([name]) => name), 'remarks']), row(['---', ...columns.map(() => '---:'), '---']),
    ...results.map((result) => (result.failure
      ? row([result.contender, ...columns.map(() => ''), `failed: ${result.failure.split('\n')[0]}`])
      : row([result.contender, ...columns.map(([, value]) => value(result)), partOf(result)]))),
    ...(cut ? ['', `The survey that cuts the directory, once and before: ${number(cut.seconds)} s, ${number(cut.roundTrips)} round trips.`] : []),
    ...(thresholds.length > 0 ? ['', row(['threshold', 'wanted', 'measured', '']), row(['---', '---:', '---:', '---'])] : []),
    ...thresholds.map((threshold) => row([threshold.text, number(threshold.wanted), threshold.measured === null ? '' : number(threshold.measured), verdictOf(threshold)])),
    '',
  ].join('\n');
}

function verdictOf({ reached, limit, why, limitKept }) {
  if (reached === null) {
    return 'not measured';
  }
  const reason = limit === undefined ? '' : `: ${why}`;
  return reached ? 'reached' : limitKept ? `cannot be reached; the limit is ${number(limit)}${reason}` : `**not reached**${reason}`;
}

/** The checks of correctness. */
export function checksTable({ failure, passed, failed, checks = [] }) {
  return ['### Checks of correctness on the same mount', '',
    failure ? `Did not come to their end: ${failure}.` : `${passed} passed, ${failed} failed${failed > 0 ? ':' : '.'}`,
    ...(failed > 0 ? [''] : []),
    ...checks.filter((check) => !check.passed).map(({ title, error }) => `- ${title}: ${error}`), ''].join('\n');
}

const newest = (prefix) => {
  const results = path.join(here, 'results');
  const name = existsSync(results) ? readdirSync(results).filter((file) => file.startsWith(prefix) && file.endsWith('.json')).sort().pop() : undefined;
  return name && path.join(results, name);
};

function report(file) {
  const result = JSON.parse(readFileSync(file, 'utf8'));
  const { cpu, cores, memoryGigabytes, kernel, node, guest } = result.machine;
  const relative = `../bench/results/${path.basename(file)}`;
  return [
    `${result.date.slice(0, 10)}, \`${result.command}\`, ${Math.round(result.tookSeconds / 60)} minutes; ${cpu}, ${cores} cores, ${memoryGigabytes} GB, Linux ${kernel}, Node.js ${node.slice(1)}; guest: ${guest}.`,
    `Round trip ${result.roundTripMilliseconds} ms. Worker: SHA-256 \`${result.workerSha256.slice(0, 16)}…\`. Rivals: ${Object.values(result.rivals).filter(Boolean).join(', ').replace(/, ([\d.]+)$/, ', rimraf $1')}.`,
    `All figures: [${path.basename(file)}](${relative}).`,
    ...(result.missing.length > 0 ? ['', `Not measured: ${result.missing.join('; ')}.`] : []),
    '', `![Time of each contender as a multiple of the worker's](${relative.replace(/json$/, 'svg')})`, '',
    ...Object.values(result.cases).map(tableOf),
    ...(result.checks ? [checksTable(result.checks)] : []),
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = process.argv[2] ?? newest('all-');
  if (!file) {
    process.stderr.write("There is no result: run 'node bench/run.mjs all' first.\n");
    process.exit(2);
  }
  const page = path.join(here, '..', 'docs', 'benchmarks.md');
  const [before, rest] = readFileSync(page, 'utf8').split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) {
    process.stderr.write(`${page} lacks the markers ${BEGIN} and ${END}.\n`);
    process.exit(2);
  }
  writeFileSync(page, `${before}${BEGIN}\n\n${report(file)}\n${END}${after}`);
}
