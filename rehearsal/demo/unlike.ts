/**
 * Every place in which a value is not as expected, a sentence each. Of an object only what is expected is looked at, of a list all; a
 * regular expression stands for a text that matches it.
 */
export function unlike(expected: unknown, actual: unknown, place = 'report'): string[] {
  if (expected instanceof RegExp) {
    return typeof actual === 'string' && expected.test(actual) ? [] : [`${place} is ${JSON.stringify(actual)}, which is not like ${expected}`];
  }
  if (typeof expected !== 'object' || expected === null) {
    return Object.is(expected, actual) ? [] : [`${place} is ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`];
  }
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual) !== Array.isArray(expected)) {
    return [`${place} is ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`];
  }
  const wrongLength = Array.isArray(expected) && Array.isArray(actual) && expected.length !== actual.length
    ? [`${place} has ${actual.length} elements instead of ${expected.length}`] : [];
  return [...wrongLength, ...Object.entries(expected).flatMap(([key, value]) => unlike(value, (actual as Record<string, unknown>)[key], `${place}.${key}`))];
}
