import { checkExpectations } from '../../src/core/expectation';
import { describeProblem, describeProblems } from '../../src/core/problem';

const SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const subjects = (expectations: unknown) => checkExpectations('expectations', expectations).map(({ subject }) => subject);

test.each([
  [[]],
  [[{ path: '/' }]],
  [[{ path: '/a/b.c/..d/Straße/new\nline' }]],
  [[{ path: '/a', atLeastFiles: 0, newestFileWithinSeconds: 0.5, sha256: SHA256 }, { path: '/a', newestFileWithinSeconds: 0, sha256: SHA256.toUpperCase() }]],
])('%j is right', (expectations) => {
  expect(subjects(expectations)).toEqual([]);
});

test.each<[string, unknown]>([
  ['path', undefined], ['path', null], ['path', ''], ['path', 'a'], ['path', '//'], ['path', '/a/'], ['path', '/a/../b'], ['path', '/.'], ['path', '/a\0'], ['path', 1], ['path', ['/a']],
  ['atLeastFiles', -1], ['atLeastFiles', 1.5], ['atLeastFiles', '1'], ['atLeastFiles', null], ['atLeastFiles', 2 ** 60],
  ['newestFileWithinSeconds', -1], ['newestFileWithinSeconds', '1'], ['newestFileWithinSeconds', null], ['newestFileWithinSeconds', NaN],
  ['sha256', ''], ['sha256', SHA256.slice(1)], ['sha256', `${SHA256}0`], ['sha256', SHA256.replace('e', 'g')], ['sha256', `${SHA256}\n`], ['sha256', null], ['sha256', 1], ['sha256', [SHA256]],
  ['sha265', SHA256],
])('a %s of %j is wrong', (key, value) => {
  expect(subjects([{ path: '/fine' }, { path: '/a', [key]: value }])).toEqual([`expectations[1].${key}`]);
});

test.each([[null], ['/a'], [['/a']], [1]])('%j is no expectation', (value) => {
  expect(subjects([value])).toEqual(['expectations[0]']);
});

test('holes, no lists, and too many', () => {
  expect(subjects(new Array(1))).toEqual(['expectations[0]']);
  expect(subjects({ path: '/a' })).toEqual(['expectations']);
  expect(subjects(Array(100).fill({ path: '/a' }))).toEqual([]);
  expect(subjects(Array(101).fill({ path: '/a' }))).toEqual(['expectations']);
});

test.each<[unknown, string]>([
  [[7], "'expectations[0]' must be an object, got 7; write for example { \"path\": \"/projects\", \"atLeastFiles\": 1 }"],
  [new Array(1), "'expectations[0]' must be an object, got null; write for example { \"path\": \"/projects\", \"atLeastFiles\": 1 }"],
  [[{ path: '/a', sha265: SHA256 }], "'expectations[0].sha265' must not be there; the keys are path, atLeastFiles, newestFileWithinSeconds, sha256"],
  [Array(101).fill({ path: '/a' }), "'expectations' must have at most 100 elements, got 101; expect more of fewer paths"],
  [{}, "'expectations' must be a list, got {}; leave it out, or write for example { \"path\": \"/projects\", \"atLeastFiles\": 1 } in a list"],
])('one problem, in exactly these words: %#', (expectations, expected) => {
  expect(checkExpectations('expectations', expectations).map(describeProblem)).toEqual([expected]);
});

test('all problems are told at once, each with the value and the way out', () => {
  const text = describeProblems(checkExpectations('expectations', [{ path: 'a', atLeastFiles: -1 }, { path: '/b', sha256: 'abc' }]));
  expect(text).toMatch(/^3 problems:\n/);
  expect(text).toContain("1. 'expectations[0].path' must be an absolute path without \"//\", \".\" or \"..\" in it and without \"/\" at its end, got \"a\"; write it as it was in the backup, such as \"/projects/report.txt\"");
  expect(text).toContain("2. 'expectations[0].atLeastFiles' must be a whole number, 0 or more, got -1; ");
  expect(text).toContain("3. 'expectations[1].sha256' must be 64 hexadecimal digits, got \"abc\"; ");
});
