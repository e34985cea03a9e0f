import * as fc from 'fast-check';
import { describeProblem, describeProblems } from '../../src/core/problem';

const problem = { subject: 'items[2]', rule: 'must begin with "/"', value: 'a', remedy: 'write "/a"' };

test('names the subject, the rule, the value and the way out', () => {
  expect(describeProblem(problem)).toBe('\'items[2]\' must begin with "/", got "a"; write "/a"');
});

test('names no value where there is none', () => {
  expect(describeProblem({ ...problem, value: undefined })).toBe('\'items[2]\' must begin with "/"; write "/a"');
});

const circular: Record<string, unknown> = Object.create(null);
circular.self = circular;

test.each<[string, unknown, string]>([
  ['a text', 'a"b\n', '"a\\"b\\n"'],
  ['an empty text', '', '""'],
  ['null', null, 'null'],
  ['a number', 7, '7'],
  ['not a number', NaN, 'NaN'],
  ['a number without end', Infinity, 'Infinity'],
  ['a list', [1, 'a'], '[1,"a"]'],
  ['an object', { a: 1 }, '{"a":1}'],
  ['a big integer', 12n, '12'],
  ['a symbol', Symbol('s'), 'Symbol(s)'],
  ['an object that holds itself', circular, '[object Object]'],
  ['a list that holds a big integer', [1n], '[object Array]'],
  ['a text of half a character', '\ud800', '"\\ud800"'],
])('words %s', (_name, value, expected) => {
  expect(describeProblem({ ...problem, value })).toBe(`'items[2]' must begin with "/", got ${expected}; write "/a"`);
});

test('cuts a long value and says how long it is', () => {
  expect(describeProblem({ ...problem, value: 'x'.repeat(119) })).toContain(`got "${'x'.repeat(119)}… (121 characters);`);
  expect(describeProblem({ ...problem, value: 'x'.repeat(118) })).toContain(`got "${'x'.repeat(118)}";`);
});

test('does not cut a character in two', () => {
  expect(describeProblem({ ...problem, value: 'x'.repeat(118) + '😀😀' })).toContain(`got "${'x'.repeat(118)}… (124 characters);`);
});

test('escapes and cuts a subject, since a hostile request brings its own', () => {
  expect(describeProblem({ ...problem, subject: 'a\nb' })).toMatch(/^'a\\nb' must/);
  expect(describeProblem({ ...problem, subject: 'k'.repeat(200) })).toContain(`'${'k'.repeat(120)}… (200 characters)' must`);
});

test('cuts a remedy that nobody would type', () => {
  expect(describeProblem({ ...problem, remedy: 'r'.repeat(1_001) })).toMatch(/; r{1000}… \(1001 characters\)$/);
});

test('one line, of bounded length, whatever is wrong', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), fc.anything(), (text, value) => {
    const words = describeProblem({ subject: text, rule: 'must be', value, remedy: 'r'.repeat(text.length) });
    expect(words.length).toBeLessThan(1_500);
    expect(words).not.toMatch(/[\n\r\0]/);
    expect(words).not.toMatch(/\p{Surrogate}/u);
  }));
});

test('numbers several problems', () => {
  expect(describeProblems([problem, { ...problem, subject: 'items[3]', value: 'b' }]))
    .toBe('2 problems:\n1. \'items[2]\' must begin with "/", got "a"; write "/a"\n2. \'items[3]\' must begin with "/", got "b"; write "/a"');
  expect(describeProblems([problem])).toBe(describeProblem(problem));
});

test('lists fifty problems, and counts those beyond', () => {
  const lines = (count: number) => describeProblems(Array.from({ length: count }, () => problem)).split('\n');
  expect(lines(50)).toHaveLength(51);
  expect(lines(50)[50]).toMatch(/^50\. /);
  expect(lines(60_000)).toHaveLength(52);
  expect(lines(60_000)[0]).toBe('60000 problems:');
  expect(lines(60_000)[51]).toBe('and 59950 more');
});
