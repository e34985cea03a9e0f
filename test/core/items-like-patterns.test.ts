import * as fc from 'fast-check';
import { checkItemPaths, isWithin, requestableItems, warnAboutPatterns } from '../../src/core/item-path';

const check = (items: unknown) => checkItemPaths('items', items, { mounts: [], isUnresolved: () => false });
const PATTERN = /[*?[\]{}|^$\\]/;

test.each([...'*?[]{}|^$\\'])('a name with %s is an item like any other, and AWS Backup is asked for its directory', (character) => {
  expect(check([`/a/b${character}c`])).toEqual([]);
  expect(requestableItems([`/a/b${character}c`])).toEqual(['/a']);
  expect(warnAboutPatterns([`/a/b${character}c`])).toContain('taken to the letter');
});

test.each<[string[], string[] | null]>([
  [['/web/pages/[slug].tsx'], ['/web/pages']],
  [['/out/Foo$Bar.class', '/out/Foo.class'], ['/out']],
  [['/a/[x]/b/c', '/a/d/e'], ['/a']],
  [['/a/d/e', '/a/[x]', '/b'], ['/a', '/b']],
  [['/[slug]', '/b'], null],
  [['/a', '/b'], ['/a', '/b']],
])('for %j AWS Backup is asked for %j', (items, asked) => {
  expect(requestableItems(items)).toEqual(asked);
});

test('what AWS Backup is asked for has no character of a pattern, holds every item, each once', () => {
  const component = fc.oneof(fc.constantFrom('a', 'b', '[x]', '$y', '*'), fc.stringMatching(/^[a-z?|]{1,3}$/));
  const items = fc.uniqueArray(fc.array(component, { minLength: 1, maxLength: 4 }).map((names) => `/${names.join('/')}`), { minLength: 1, maxLength: 6 });
  fc.assert(fc.property(items, (given) => {
    const asked = requestableItems(given);
    expect((asked ?? []).filter((path) => PATTERN.test(path))).toEqual([]);
    expect(given.filter((item) => !(asked ?? ['/']).some((path) => isWithin(item, path)))).toEqual([]);
    expect(check(asked ?? ['/a'])).toEqual([]);
    expect(warnAboutPatterns(given) === undefined).toBe(!given.some((item) => PATTERN.test(item)));
  }));
});

test('duplicates and items within another one are found in what was asked for', () => {
  expect(check(['/a/[x]', '/a/[x]']).map(({ rule }) => rule)).toEqual(['must not repeat items[0]']);
  expect(check(['/a/[x]', '/a/[x]/b']).map(({ rule }) => rule)).toEqual(['must not lie within items[0]']);
  expect(check(['/a/[x]', '/a/[y]', '/a/b'])).toEqual([]);
});
