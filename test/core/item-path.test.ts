import * as fc from 'fast-check';
import {
  checkClientMounts, checkItemCount, checkItemPaths, isAccessPointId, isWithin, MOST_RESTORE_JOBS, seenFromRoot, splitItems, UNDISPUTED_ITEMS,
  warnAboutItemsPerRestoreJob,
} from '../../src/core/item-path';
import type { ClientMount } from '../../src/core/item-path';
import { describeProblem } from '../../src/core/problem';

const resolved = () => false;
const MOUNTS: ClientMount[] = [{ mountPoint: '/mnt/efs' }, { mountPoint: '/home/alice/data', rootDirectory: '/projects/alpha' }];
const check = (items: unknown, mounts: readonly ClientMount[] = MOUNTS) => checkItemPaths('items', items, { mounts, isUnresolved: resolved });
const words = (items: unknown, mounts?: readonly ClientMount[]) => check(items, mounts).map(describeProblem);

const EXAMPLE = 'write the path as seen from the root of the file system, such as "/projects/report.txt"';

describe('legal paths', () => {
  test.each([
    '/a', '/projects/report.txt', '/a b/c', '/.hidden', '/a/.../b', '/..a', '/a..', '/a+b (1).txt', '/ä/😀', '/-', '/~', '/#1', '/"quoted"', "/it's", '/ ', '/a:b', '/a;b&c', '/<x>',
    '/mnt', '/mnt/efs2/a', '/mnt/ef', '/MNT/efs/a', '/home/alice', '/projects/alpha/x', '/e\u0301', '/__proto__', '/constructor', `/${'x'.repeat(255)}`, `/${'ä'.repeat(127)}`,
    '/x'.repeat(1000), '/aws-backup-lost+found',
  ])('%j', (path) => {
    expect(words([path])).toEqual([]);
  });
});

describe('one problem, in exactly these words', () => {
  const EMPTY = 'must not have an empty component, be it from "//" or from "/" at the end';
  const CONTROL = 'must not contain NUL, a newline or another control character';
  const long = 'x'.repeat(256);

  test.each<[string, unknown, string]>([
    ['relative', 'projects/report.txt', 'must begin with "/", got "projects/report.txt"; write "/projects/report.txt"'],
    ['parent', '/a/../b', `must not have "." or ".." as a component, got "/a/../b"; ${EXAMPLE}`],
    ['current', '/a/./b', 'must not have "." or ".." as a component, got "/a/./b"; write "/a/b"'],
    ['two slashes', '/a//b', `${EMPTY}, got "/a//b"; write "/a/b"`],
    ['slash at the end', '/a/', `${EMPTY}, got "/a/"; write "/a"`],
    ['only slashes', '//', `${EMPTY}, got "//"; do a full restore instead: "fullRestore": true`],
    ['root', '/', 'must not be the root of the file system, got "/"; do a full restore instead: "fullRestore": true'],
    ['NUL', '/a/b\0', `${CONTROL}, got "/a/b\\u0000"; restore the parent directory "/a" instead`],
    ['newline', '/a/b\n', `${CONTROL}, got "/a/b\\n"; restore the parent directory "/a" instead`],
    ['delete', '/a\u007f/b', `${CONTROL}, got "/a\\u{7f}/b"; do a full restore instead, since its parent is the root of the file system: "fullRestore": true`],
    ['half a character', '/a/\ud83d', 'must not contain half a surrogate pair, which is no character, got "/a/\\ud83d"; restore the parent directory "/a" instead'],
    ['on a client', '/mnt/efs/a/b', 'must be the path on the file system, not on a client that mounts \'/\' at \'/mnt/efs\', got "/mnt/efs/a/b"; write "/a/b"'],
    ['on a client of an access point', '/home/alice/data/x', 'must be the path on the file system, not on a client that mounts \'/projects/alpha\' at \'/home/alice/data\', got "/home/alice/data/x"; write "/projects/alpha/x"'],
    ['mount point itself', '/mnt/efs', 'must be the path on the file system, not on a client that mounts \'/\' at \'/mnt/efs\', got "/mnt/efs"; do a full restore instead: "fullRestore": true'],
    ['long name', `/${long}`, `must not have a component of more than 255 bytes, the longest name on EFS, got "/${'x'.repeat(118)}… (259 characters); look the path up on the file system, where no such name can exist`],
    ['empty', '', `must be a path, got ""; ${EXAMPLE}`],
    ['null', null, `must be a path, got null; ${EXAMPLE}`],
    ['undefined', undefined, `must be a path, got null; ${EXAMPLE}`],
    ['number', 7, `must be a path, got 7; ${EXAMPLE}`],
    ['object', { toString: '/a' }, `must be a path, got {"toString":"/a"}; ${EXAMPLE}`],
    ['list', ['/a'], `must be a path, got ["/a"]; ${EXAMPLE}`],
  ])('%s', (_name, item, expected) => {
    expect(words([item])).toEqual([`'items[0]' ${expected}`]);
  });

  test('a name is measured in bytes of UTF-8, not in characters', () => {
    expect(words([`/${'ä'.repeat(128)}`])).toEqual([expect.stringContaining('more than 255 bytes')]);
  });

  test('a path is at most 1,000 deep', () => {
    expect(words(['/x'.repeat(1001)])).toEqual([expect.stringContaining('must not be deeper than 1000 directories, the limit of EFS')]);
  });

  test.each([['null', null], ['a text', '/a'], ['an object', { 0: '/a', length: 1 }], ['nothing in it', []]])('a list that is %s', (_name, items) => {
    expect(words(items)).toEqual([
      expect.stringMatching(/^'items' must be a list of one path or more, got .*; name the files and directories to restore, or do a full restore: "fullRestore": true$/),
    ]);
  });

  test('the holes of a list are no paths', () => {
    expect(check(['/a', , '/b']).map(({ subject }) => subject)).toEqual(['items[1]']); // eslint-disable-line no-sparse-arrays
    expect(check(new Array(3))).toHaveLength(3);
  });

  test('all problems of one path at once', () => {
    expect(words(['a//../\ud800\n'])).toHaveLength(5);
  });
});

const component = fc.string({ unit: fc.oneof(fc.constantFrom(...'abcXYZ019._-+ ()#~@=,\'"'), fc.constantFrom('ä', '日', '😀')), minLength: 1, maxLength: 20 })
  .filter((name) => name !== '.' && name !== '..');
const components = fc.array(component, { minLength: 1, maxLength: 6 });

describe('any path', () => {
  test('of legal components passes', () => {
    fc.assert(fc.property(components, (names) => words([`/${names.join('/')}`], []).length === 0));
  });

  const insert = (names: string[], at: number, name: string) => [...names.slice(0, at), name, ...names.slice(at)];
  const replace = (names: string[], at: number, name: string) => [...names.slice(0, at), name, ...names.slice(at + 1)];

  /** A fault, how it is planted, and the word of the message that names it. */
  const FAULTS: Array<[string, (names: string[], at: number) => string, RegExp]> = [
    ['relative', (names) => names.join('/'), /must begin with "\/"/],
    ['..', (names, at) => `/${insert(names, at, '..').join('/')}`, /must not have "\." or "\.\."/],
    ['.', (names, at) => `/${insert(names, at, '.').join('/')}`, /must not have "\." or "\.\."/],
    ['empty', (names, at) => `/${insert(names, at, '').join('/')}`, /must not have an empty component/],
    ['slash at the end', (names) => `/${names.join('/')}/`, /must not have an empty component/],
    ['NUL', (names, at) => `/${replace(names, at, `${names[at]}\0`).join('/')}`, /must not contain NUL/],
    ['newline', (names, at) => `/${replace(names, at, `\n${names[at]}`).join('/')}`, /must not contain NUL, a newline/],
    ['half a character', (names, at) => `/${replace(names, at, `${names[at]}\udc00`).join('/')}`, /half a surrogate pair/],
    ['long name', (names, at) => `/${replace(names, at, names[at].repeat(256)).join('/')}`, /more than 255 bytes/],
    ['mount point', (names) => `/mnt/efs/${names.join('/')}`, /not on a client that mounts '\/' at '\/mnt\/efs'/],
    ['access point', (names) => `/home/alice/data/${names.join('/')}`, /not on a client that mounts '\/projects\/alpha'/],
  ];

  test.each(FAULTS)('with one planted fault has just that: %s', (_name, plant, message) => {
    fc.assert(fc.property(components, fc.nat(), (names, random) => {
      expect(words([plant(names, random % names.length)])).toEqual([expect.stringMatching(message)]);
    }));
  });

  test('that a message offers is itself one that passes, however many faults were planted', () => {
    const broken = fc.tuple(fc.constantFrom('', '/', '//', './', '../', '/mnt/efs/', '/mnt/efs', '/home/alice/data/', 'x/'),
      fc.array(fc.oneof(component, fc.constantFrom('', '.', '..', '*', 'a?', '\n', '\ud800', 'mnt', 'efs', 'x'.repeat(256))), { maxLength: 6 }), fc.constantFrom('', '/'));
    let offers = 0;
    fc.assert(fc.property(broken, ([start, names, end]) => {
      for (const { remedy } of check([start + names.join('/') + end])) {
        const offered = /^(?:write|restore the parent directory) ("(?:[^"\\]|\\.)*")/.exec(remedy)?.[1];
        if (offered) {
          offers += 1;
          expect([offered, words([JSON.parse(offered)])]).toEqual([offered, []]);
        }
      }
    }), { numRuns: 5_000 });
    expect(offers).toBeGreaterThan(1_000);
  });

  test('never makes the check throw or hang', () => {
    fc.assert(fc.property(fc.oneof(fc.anything(), fc.array(fc.oneof(fc.anything(), fc.string({ unit: 'binary' })))), (items) => Array.isArray(check(items))));
    expect(check([`/${'a/'.repeat(50_000)}`, '/a']).length).toBeGreaterThan(0);
  });
});

describe('mounts that overlap the file system', () => {
  test('the nearest mount point counts', () => {
    expect(words(['/mnt/efs/sub/a'], [{ mountPoint: '/mnt/efs' }, { mountPoint: '/mnt/efs/sub', rootDirectory: '/other' }])).toEqual([expect.stringMatching(/write "\/other\/a"$/)]);
  });

  test('a directory that is mounted at its own path is no problem', () => {
    expect(words(['/projects/a'], [{ mountPoint: '/projects', rootDirectory: '/projects' }])).toEqual([]);
  });

  test('a path that is one on the file system already is taken as that', () => {
    const mounts = [{ mountPoint: '/data', rootDirectory: '/data/app' }];
    expect(words(['/data/app/x'], mounts)).toEqual([]);
    expect(words(['/data/x'], mounts)).toEqual([expect.stringMatching(/write "\/data\/app\/x"$/)]);
  });

  test('where clients mount different directories at the same place, each is offered', () => {
    expect(words(['/data/x'], [{ mountPoint: '/data', rootDirectory: '/a' }, { mountPoint: '/data', rootDirectory: '/b' }]))
      .toEqual(['\'items[0]\' must be the path on the file system, not on a client that mounts \'/a\' or \'/b\' at \'/data\', got "/data/x"; write "/a/x" or "/b/x"']);
  });

  test('a directory of the name of a mount point says how it can be restored', () => {
    expect(words(['/mnt/efs/mnt/efs/x'])).toEqual([expect.stringMatching(/; "\/mnt\/efs\/x" would be taken for a path on a client, too: take '\/mnt\/efs' out of the workflow's 'clientMounts' to restore it$/)]);
  });
});

describe('several paths', () => {
  test('a duplicate names the first of the two', () => {
    expect(words(['/a', '/b', '/a'])).toEqual(["'items[2]' must not repeat items[0], got \"/a\"; remove one of the two"]);
  });

  test('a child names what already restores it, whichever comes first', () => {
    expect(words(['/a/b/c', '/a'])).toEqual(["'items[0]' must not lie within items[1], got \"/a/b/c\"; remove it: \"/a\" is restored with everything in it"]);
    expect(words(['/a', '/a/b', '/a/b/c'])).toHaveLength(2);
    expect(words(['/a', '/ab', '/a b', '/A/b'])).toEqual([]);
  });

  test('two spellings of the same letters are two names', () => {
    expect(words(['/\u00e9', '/e\u0301'])).toEqual([]);
  });

  test('duplicates and children are found in any order', () => {
    const few = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 }).map((names) => `/${names.join('/')}`);
    fc.assert(fc.property(fc.array(few, { minLength: 1, maxLength: 8 }), (paths) => {
      const repeats = paths.filter((path, index) => paths.indexOf(path) < index).length;
      const children = new Set(paths.filter((path) => paths.some((other) => path.startsWith(`${other}/`)))).size;
      const rules = check(paths).map(({ rule }) => rule);
      expect(rules.filter((rule) => rule.startsWith('must not repeat'))).toHaveLength(repeats);
      expect(rules.filter((rule) => rule.startsWith('must not lie within'))).toHaveLength(children);
      expect(rules).toHaveLength(repeats + children);
    }));
  });

  test('what is not known yet is left for run time, and only that', () => {
    const isUnresolved = (value: unknown) => typeof value === 'string' && value.includes('${Token');
    expect(checkItemPaths('items', '${Token[1]}', { mounts: MOUNTS, isUnresolved })).toEqual([]);
    expect(checkItemPaths('items', ['${Token[1]}', '${Token[1]}', 'a'], { mounts: MOUNTS, isUnresolved })).toHaveLength(1);
  });
});

test('more than five items for one job are worth a warning that says who disagrees', () => {
  expect([1, UNDISPUTED_ITEMS].map((items) => warnAboutItemsPerRestoreJob('itemsPerRestoreJob', items))).toEqual([undefined, undefined]);
  expect(warnAboutItemsPerRestoreJob('itemsPerRestoreJob', 6)).toBe("'itemsPerRestoreJob' is 6, and AWS's documents disagree about more than 5: the list of parameters of "
    + '"Restore an Amazon EFS file system" (AWS Backup Developer Guide) allows one to five, the introduction of the same page ten in the console and any number '
    + "through the API up to 200 KB of metadata; if a restore job fails for it, leave 'itemsPerRestoreJob' out");
});

describe('the items of several restore jobs', () => {
  const itemsOf = (count: number) => Array.from({ length: count }, (_, index) => `/${index}`);

  test('are all of them, in their order, and no job has more than it takes or none', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 20 }), (count, most) => {
      const jobs = splitItems(itemsOf(count), most);
      expect(jobs.flat()).toEqual(itemsOf(count));
      expect(jobs.slice(0, -1).every(({ length }) => length === most)).toBe(true);
      expect(jobs.every(({ length }) => length >= 1 && length <= most)).toBe(true);
    }));
  });

  test('are at most what ten jobs take, so that what is let through is never split into more', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 20 }), (count, most) => {
      expect(checkItemCount('items', itemsOf(count), most).length === 0).toBe(splitItems(itemsOf(count), most).length <= MOST_RESTORE_JOBS);
    }));
    expect(checkItemCount('items', itemsOf(51), 5).map(describeProblem)).toEqual(["'items' must have at most 50 items, 5 for each of 10 restore jobs, got 51; "
      + "restore common parent directories, start several restores, or let a job take more: 'itemsPerRestoreJob' of the workflow"]);
  });
});

describe('paths that are seen from elsewhere', () => {
  test.each([
    ['/a/b', '/', '/a/b'], ['/a', '/projects/alpha', '/projects/alpha/a'], ['/', '/projects', '/projects'], ['/projects/a', '/projects', '/projects/projects/a'],
    ['/ ', '/x y', '/x y/ '], ['/...', '/..a', '/..a/...'],
  ])('%s seen from %s is %s', (item, directory, expected) => {
    expect(seenFromRoot([item], directory)).toEqual([expected]);
  });

  test('are good paths below that directory again, each another one', () => {
    const list = fc.uniqueArray(components.map((names) => `/${names.join('/')}`), { minLength: 1, maxLength: 5 });
    fc.assert(fc.property(list, fc.oneof(fc.constant('/'), components.map((names) => `/${names.join('/')}`)), (items, directory) => {
      const translated = seenFromRoot(items, directory);
      expect(translated.map((path) => isWithin(path, directory) && path !== directory)).toEqual(items.map(() => true));
      expect(new Set(translated).size).toBe(items.length);
      // what is wrong with the one is wrong with the other: a child within its parent, and nothing else
      expect(check(translated, []).map(({ subject }) => subject)).toEqual(check(items, []).map(({ subject }) => subject));
    }));
  });

  test('never lie beside the directory, since ".." is refused before', () => {
    expect(words(['/../secret'], [])).toEqual([expect.stringMatching(/must not have "\." or "\.\."/)]);
  });
});

test.each<[unknown, boolean]>([
  ['fsap-01234567', true], ['fsap-0123456789abcdef0', true], ['fsap-0123456789abcdef0123456789abcdef01234567', true], ['fsap-0123456', false], ['fsap-0123456789ABCDEF0', false],
  ['fsap-0123456789abcdef0\n', false], ['/fsap-0123456789abcdef0', false], ['fs-0123456789abcdef0', false], ['arn:aws:elasticfilesystem:eu-central-1:1:access-point/fsap-0123456789abcdef0', false],
  ['', false], [undefined, false], [null, false], [['fsap-0123456789abcdef0'], false],
])('%j is the id of an access point: %s', (value, is) => {
  expect(isAccessPointId(value)).toBe(is);
});

describe('client mounts', () => {
  const mountWords = (mount: unknown) => checkClientMounts('clientMounts', [mount as ClientMount], resolved).map(describeProblem);
  const RULE = 'must be an absolute path without "//", "." or ".." in it and without "/" at its end';

  test.each([{ mountPoint: '/mnt/efs' }, { mountPoint: '/a', rootDirectory: '/' }, { mountPoint: '/.a/..b/...', rootDirectory: '/x y' }])('%j', (mount) => {
    expect(mountWords(mount)).toEqual([]);
  });

  test.each(['', 'mnt', '/mnt/', '//mnt', '/a/../b', '/a/.', '/..', '/a\n', '/a\0b', '//'])('%j is refused as both', (path) => {
    expect(mountWords({ mountPoint: path, rootDirectory: path })).toEqual([
      `'clientMounts[0].mountPoint' ${RULE}, got ${JSON.stringify(path)}; write for example "/mnt/efs"`,
      `'clientMounts[0].rootDirectory' ${RULE}, got ${JSON.stringify(path)}; write for example "/projects"`,
    ]);
  });

  test('a mount point must be there, and not be all of the client', () => {
    expect(mountWords({})).toEqual([`'clientMounts[0].mountPoint' ${RULE}, got null; write for example "/mnt/efs"`]);
    expect(mountWords({ mountPoint: '/' })).toEqual(['\'clientMounts[0].mountPoint\' must not be the root of the client, below which every path lies, got "/"; write for example "/mnt/efs"']);
  });

  test('what is not known yet is not checked', () => {
    expect(checkClientMounts('clientMounts', [{ mountPoint: 'token' }], (value) => value === 'token')).toEqual([]);
  });
});

test.each([
  ['/a', '/a', true], ['/a/b', '/a', true], ['/ab', '/a', false], ['/a', '/a/b', false], ['/a', '/', true], ['/', '/', true], ['/a/b', '/a/', true], ['/', '/a', false],
])('%s within %s: %s', (path, directory, within) => {
  expect(isWithin(path, directory)).toBe(within);
});
