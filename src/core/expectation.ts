import type { Problem } from './problem';

/** Something that must be true of a path of what was restored. */
export interface RestoreExpectation {
  /** The path as it was in the backup, from the root of the file system, such as `/projects/alpha`; `/` is everything. */
  readonly path: string;

  /**
   * At least so many regular files are at the path or below it.
   *
   * @default - something is at the path
   */
  readonly atLeastFiles?: number;

  /**
   * The newest regular file at the path or below it was written at most so many seconds before the restore.
   *
   * @default - it may be of any age
   */
  readonly newestFileWithinSeconds?: number;

  /**
   * The SHA-256 of the content of the regular file at the path, in hexadecimal digits.
   *
   * @default - the content is not looked at
   */
  readonly sha256?: string;
}

/** What an expectation may say about its path. */
const KEYS = ['path', 'atLeastFiles', 'newestFileWithinSeconds', 'sha256'];
/** The progress of each goes through the state of a state machine, which holds 256 KiB. */
const MOST_EXPECTATIONS = 100;
const EXAMPLE = 'write for example { "path": "/projects", "atLeastFiles": 1 }';

/** `/`, or names with one '/' before each. */
const PATH = /^(\/|(\/(?!\.{1,2}(\/|$))[^/\0]+)+)$/;
const SHA256 = /^[0-9a-f]{64}$/i;

type Check = readonly [key: string, isRight: (value: unknown) => boolean, rule: string, remedy: string];
const CHECKS: readonly Check[] = [
  ['path', (value) => typeof value === 'string' && PATH.test(value), 'must be an absolute path without "//", "." or ".." in it and without "/" at its end', 'write it as it was in the backup, such as "/projects/report.txt"'],
  ['atLeastFiles', (value) => value === undefined || (Number.isSafeInteger(value) && (value as number) >= 0), 'must be a whole number, 0 or more', 'write the number of files, or leave it out'],
  ['newestFileWithinSeconds', (value) => value === undefined || (Number.isFinite(value) && (value as number) >= 0), 'must be a number of seconds, 0 or more', 'write for example 86400 for a day, or leave it out'],
  ['sha256', (value) => value === undefined || (typeof value === 'string' && SHA256.test(value)), 'must be 64 hexadecimal digits', 'write what `sha256sum` prints, or leave it out'],
];

/** All problems of what is expected of a restored tree, at once. */
export function checkExpectations(subject: string, expectations: unknown, isUnresolved: (value: unknown) => boolean = () => false): Problem[] {
  if (!Array.isArray(expectations)) {
    return [{ subject, rule: 'must be a list', value: expectations, remedy: `leave it out, or ${EXAMPLE} in a list` }];
  }
  const tooMany = expectations.length > MOST_EXPECTATIONS
    ? [{ subject, rule: `must have at most ${MOST_EXPECTATIONS} elements`, value: expectations.length, remedy: 'expect more of fewer paths' }] : [];
  return [...tooMany, ...Array.from<unknown>(expectations).flatMap((expectation, index) => checkOne(`${subject}[${index}]`, expectation, isUnresolved))];
}

function checkOne(subject: string, expectation: unknown, isUnresolved: (value: unknown) => boolean): Problem[] {
  if (typeof expectation !== 'object' || expectation === null || Array.isArray(expectation)) {
    return [{ subject, rule: 'must be an object', value: expectation ?? null, remedy: EXAMPLE }];
  }
  const given = expectation as Readonly<Record<string, unknown>>;
  // a misspelt key would expect nothing, and nobody would know
  const unknown = Object.keys(given).filter((key) => !KEYS.includes(key))
    .map((key): Problem => ({ subject: `${subject}.${key}`, rule: 'must not be there', remedy: `the keys are ${KEYS.join(', ')}` }));
  return [...unknown, ...CHECKS.filter(([key, isRight]) => !isUnresolved(given[key]) && !isRight(given[key]))
    .map(([key, , rule, remedy]): Problem => ({ subject: `${subject}.${key}`, rule, value: given[key] ?? null, remedy }))];
}
