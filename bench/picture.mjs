// Draws a result of `run.mjs all`: how many times as long as the worker each rival took, on a logarithmic scale.
//
//   node bench/picture.mjs bench/results/<file>.json > picture.svg
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [WIDTH, LEFT, RIGHT, BAR, GAP, GROUP] = [960, 330, 90, 18, 5, 34];
const INK = { text: '#24292f', quiet: '#57606a', grid: '#d8dee4', worker: '#0a7d5a', rival: '#8c959f', line: '#24292f' };

const escape = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
const text = (x, y, content, more = '') => `<text x="${x}" y="${y}" ${more}>${escape(content)}</text>`;
const times = (value) => (value >= 9.95 ? value.toFixed(0) : value >= 0.995 ? value.toFixed(1) : value.toFixed(2));

/** The cases that compare with others, and in each the contenders that were compared with a worker. */
const groupsOf = (result) => Object.values(result.cases)
  .filter(({ results }) => results?.some(({ contender, against, timesTheWorker }) => timesTheWorker && contender !== against))
  .filter(({ title }) => !/stopped|million/i.test(title))
  .map(({ title, local, results }) => ({ title: local ? `${title} (no network)` : title, bars: results.filter(({ timesTheWorker }) => timesTheWorker) }));

export function draw(result) {
  const groups = groupsOf(result);
  const all = groups.flatMap(({ bars }) => bars.map(({ timesTheWorker }) => timesTheWorker));
  const lowest = Math.min(-1, Math.floor(Math.log10(Math.min(1, ...all))));
  const highest = Math.max(2, Math.ceil(Math.log10(Math.max(1, ...all))));
  const x = (value) => LEFT + (WIDTH - LEFT - RIGHT) * (Math.log10(value) - lowest) / (highest - lowest);
  const parts = [];
  let y = 70;
  for (const { title, bars } of groups) {
    parts.push(text(16, y + 12, title, `font-weight="600" fill="${INK.text}"`));
    y += 22;
    for (const { contender, timesTheWorker, seconds } of bars) {
      const [from, to] = [x(1), x(timesTheWorker)].sort((a, b) => a - b);
      const worker = /worker/.test(contender);
      parts.push(text(LEFT - 10, y + 13, contender, `text-anchor="end" fill="${worker ? INK.worker : INK.text}"`));
      parts.push(`<rect x="${from.toFixed(1)}" y="${y}" width="${Math.max(2, to - from).toFixed(1)}" height="${BAR - 2}" fill="${worker ? INK.worker : INK.rival}"/>`);
      parts.push(text(Number((to + 6).toFixed(1)), y + 13, `${times(timesTheWorker)} × (${seconds < 9.95 ? seconds.toFixed(1) : seconds.toFixed(0)} s)`, `fill="${INK.quiet}"`));
      y += BAR + GAP;
    }
    y += GROUP - 22;
  }
  const grid = Array.from({ length: highest - lowest + 1 }, (_, index) => 10 ** (lowest + index)).flatMap((value) => [
    `<line x1="${x(value).toFixed(1)}" x2="${x(value).toFixed(1)}" y1="60" y2="${y}" stroke="${value === 1 ? INK.line : INK.grid}"/>`,
    text(Number(x(value).toFixed(1)), 54, `${value} ×`, `text-anchor="middle" fill="${INK.quiet}"`),
  ]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y + 16}" viewBox="0 0 ${WIDTH} ${y + 16}" font-family="system-ui, sans-serif" font-size="13" role="img">`,
    `<title>Time of each contender as a multiple of the worker's</title><rect width="100%" height="100%" fill="#ffffff"/>`,
    text(16, 26, `Time as a multiple of the worker's (right: slower), NFSv4.1, round trip ${result.roundTripMilliseconds} ms, ${result.date.slice(0, 10)}`, `font-weight="600" font-size="15" fill="${INK.text}"`),
    ...grid, ...parts, '</svg>', '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(draw(JSON.parse(readFileSync(process.argv[2], 'utf8'))));
}
