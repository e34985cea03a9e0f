import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { atMost, compare, onDisk, resultOf } from '../compare.mjs';
import { deletion, newName, worker } from '../contenders.mjs';
import { makeFlat, Stock } from '../trees.mjs';

export const title = 'A million entries: memory, and time per entry';
export const local = true;
export const seconds = 900;
const FILES_IN_A_DIRECTORY = 100;
const MOST_MEGABYTES = 160;
const NO_LIMIT = 1_000_000;

/** Half of the entries in one flat directory, the other half in directories of a hundred. */
function makeHalfFlat(place, entries) {
  makeFlat(`${place}/flat`, entries / 2);
  for (let directory = 0; directory < entries / 2 / FILES_IN_A_DIRECTORY; directory += 1) {
    mkdirSync(`${place}/d${directory}`);
    for (let file = 0; file < FILES_IN_A_DIRECTORY; file += 1) {
      closeSync(openSync(`${place}/d${directory}/f${file}`, 'wx'));
    }
  }
}
const all = (entries) => entries + entries / 2 / FILES_IN_A_DIRECTORY + 2;

export async function run({ scale }) {
  const sizes = [[10_000, 5], [100_000, 3], [1_000_000, 1]].map(([entries, times]) => [entries * scale, times]);
  const disk = onDisk();
  try {
    const operations = {
      survey: {
        event: () => ({ operation: 'survey', contents: true, operationsPerSecond: NO_LIMIT }),
        right: (entries, { answer }) => answer.entries[0].content.counts.files === entries,
        after: (stock, path) => stock.giveBack(path),
      },
      delete: {
        event: (name) => deletion(name, { operationsPerSecond: NO_LIMIT }),
        right: (entries, { answer, root, name }) => answer.deletedEntries === all(entries) && !existsSync(`${root}/${name}`),
        after: () => undefined,
      },
    };
    const stocks = new Map(sizes.map(([entries, times]) => {
      process.stderr.write(`  making ${times} trees of ${entries} entries\n`);
      return [entries, new Stock(`${disk.beside}/${entries}`).put(times, (path) => makeHalfFlat(path, entries))];
    }));
    const labelOf = (operation, entries) => `${operation}, ${entries} entries`;
    const contenders = (operation, { event, right, after }) => sizes.map(([entries, times]) => ({
      label: labelOf(operation, entries),
      name: newName,
      times,
      against: labelOf(operation, sizes[0][0]),
      make: (root, name) => stocks.get(entries).take(`${root}/${name}`),
      run: worker(event),
      check: (result) => {
        if (!right(entries, result)) {
          throw new Error(`not the right answer: ${JSON.stringify(result.answer)}`);
        }
        after(stocks.get(entries), `${result.root}/${result.name}`);
      },
    }));
    const results = [];
    for (const [operation, how] of Object.entries(operations)) {
      results.push(...await compare(disk, contenders(operation, how)));
    }
    const perEntry = (operation, [entries]) => resultOf(results, labelOf(operation, entries)).handlerSeconds / all(entries);
    const largest = sizes[sizes.length - 1];
    return {
      tree: { entries: sizes.map(([entries]) => all(entries)), note: 'half of the files in one flat directory, the others in directories of 100; operationsPerSecond is set so high that it limits nothing' },
      results: results.map((result, index) => ({ ...result, microsecondsPerEntry: Math.round(result.handlerSeconds / all(sizes[index % sizes.length][0]) * 1e7) / 10 })),
      thresholds: Object.keys(operations).flatMap((operation) => [
        atMost(`${operation}: peak of the process in MB with ${largest[0]} entries`, resultOf(results, labelOf(operation, largest[0])).peakMegabytes, MOST_MEGABYTES),
        ...sizes.slice(0, -1).map((size) => atMost(`${operation}: time per entry with ${largest[0]} entries / with ${size[0]}`, perEntry(operation, largest) / perEntry(operation, size), 1.2)),
      ]),
    };
  } finally {
    disk.end();
  }
}
