import * as fs from 'node:fs';
import * as path from 'node:path';

const ROOT = path.dirname(__dirname);
const PAGE = fs.readFileSync(path.join(ROOT, 'docs', 'features.md'), 'utf8');

interface Row {
  readonly feature: string;
  readonly how: string;
  readonly test: string;
}

const rows: Row[] = [...PAGE.matchAll(/^\| (?!feature \||---)([^|]+)\|([^|]*)\|([^|]*)\|$/gm)].map(([, feature, how, test]) => ({ feature: feature.trim(), how: how.trim(), test: test.trim() }));
const done = rows.filter(({ how }) => !how.startsWith('not done:'));
const open = rows.filter(({ how }) => how.startsWith('not done:'));

/** The titles of the tests of a file that run: of `test.each` with its placeholders. */
function titlesOf(file: string): string[] {
  const text = fs.readFileSync(path.join(ROOT, 'test', file), 'utf8');
  const titles = [/\b(?:test|testRounds)\(\s*('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")/g, /\)\(('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"), (?:async )?\(/g];
  return titles.flatMap((title) => [...text.matchAll(title)]).map(([, title]) => title.slice(1, -1).replace(/\\(.)/g, '$1'));
}

test('the page has all its groups', () => {
  expect([...PAGE.matchAll(/^## (.+)$/gm)].map(([, group]) => group)).toEqual(['File system', 'Vault', 'Plan', 'Selection', 'Restore', 'Cleanup']);
  expect(rows.length).toBeGreaterThan(70);
});

test.each(done)('$feature: says how, and its test exists and runs', ({ how, test: named }) => {
  expect(how).not.toBe('');
  const tests = [...named.matchAll(/`([\w./-]+\.test\.ts)` › `([^`]+)`/g)];
  expect(tests.length).toBeGreaterThan(0);
  for (const [, file, title] of tests) {
    expect([file, titlesOf(file)]).toEqual([file, expect.arrayContaining([title])]);
  }
});

test.each(open)('$feature: says why it is not done', ({ how, test: named }) => {
  expect(how.length).toBeGreaterThan('not done: '.length + 20);
  expect(named).toBe('');
});

test('no test of this project is skipped', () => {
  const files = fs.readdirSync(path.join(ROOT, 'test'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules'));
  const skipped = files.filter((file) => /\b(?:test|describe|it)\.(?:skip|only|todo)\b|\bx(?:test|it|describe)\(/.test(fs.readFileSync(path.join(ROOT, 'test', file), 'utf8')));
  expect(skipped.filter((file) => file !== 'features.test.ts')).toEqual([]);
});
