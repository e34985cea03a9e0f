import * as fs from 'node:fs';
import * as path from 'node:path';

const DOCUMENT = path.join(__dirname, '..', '..', 'docs', 'scale.md');

/** A row of a table: the texts of its cells by the heads of its columns. */
export type Row = Readonly<Record<string, string>>;

/** The tables of docs/scale.md whose first column has that head, as one. */
export function tableOf(head: string): Row[] {
  const cellsOf = (line: string) => line.split('|').slice(1, -1).map((cell) => cell.trim());
  const blocks = fs.readFileSync(DOCUMENT, 'utf8').split('\n\n').map((block) => block.trim().split('\n'));
  return blocks.filter(([first]) => first.startsWith(`| ${head} |`)).flatMap(([first, , ...rest]) => {
    const heads = cellsOf(first);
    return rest.map((line) => Object.fromEntries(cellsOf(line).map((cell, index) => [heads[index], cell])));
  });
}

const numberIn = (cell: string): number => Number(cell.replace(/[,$]/g, ''));

/** What a row says and is not so, within 5 %, or in the last digit that it shows. */
export function differences(row: Row, values: Readonly<Record<string, number>>): string[] {
  return Object.entries(values).flatMap(([head, value]) => {
    const said = numberIn(row[head] ?? '');
    const decimals = (row[head] ?? '').split('.')[1]?.length ?? 0;
    const tolerance = Math.max(0.05 * value, 0.5 / 10 ** decimals);
    return Math.abs(said - value) <= tolerance ? [] : [`${head}: docs/scale.md says ${row[head]}, it is ${value.toFixed(decimals + 1)}`];
  });
}
