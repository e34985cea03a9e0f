import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as fc from 'fast-check';
import { Directory } from '../../../lambda/fs/directory';
import { join, parentOf } from '../../../lambda/fs/tree';
import { digestOf } from '../../../lambda/worker/move/directory-node';
import type { JournalLine } from '../../../lambda/worker/move/journal';
import { LineWriter } from '../../../lambda/worker/move/line-writer';
import { isEntry, isOwner, readBackward } from '../../../lambda/worker/move/read-journal';
import { ConflictPolicy } from '../../../src/core/restore-request';
import { recoveryName, useTempDirectory } from '../../helpers/temp-tree';

const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const top = useTempDirectory();
let root: Directory;
let file: string;
beforeEach(async () => {
  root = await Directory.open(top());
  fs.mkdirSync(`${top()}/.cdk-efs-backup`, { mode: 0o700 });
  fs.mkdirSync(`${top()}/.cdk-efs-backup/${name}/journal`, { recursive: true, mode: 0o700 });
  file = `${top()}/.cdk-efs-backup/${name}/journal/1.jsonl`;
});
afterEach(() => root.close());

/** All that can be read, the first line first, and the bytes of what cannot. */
async function read() {
  const [lines, unreadable]: [unknown[], number[]] = [[], []];
  let parts = 0;
  for await (const part of readBackward(root, name, 1)) {
    parts += 1;
    unreadable.unshift(...part.unreadable);
    lines.unshift(...[...part.lines].reverse().map((line) => {
      if (isEntry(line)) {
        const { directory, ...entry } = line;
        expect(digestOf(join(directory.path, entry.name))).toBe(directory.digestOf(entry.name));
        return { in: directory.path, ...entry };
      }
      return isOwner(line) ? { ...line, directory: line.directory.path } : line;
    }));
  }
  return { lines, unreadable, parts };
}

/** What each file begins with: no directory has the number 0. */
const BEGIN: JournalLine = { policy: ConflictPolicy.SKIP };
const write = (lines: readonly JournalLine[]) => fs.writeFileSync(file, new LineWriter().write([BEGIN, ...lines], 0));
const entry = (path: string, more: object = {}): JournalLine => ({ restored: path, type: 'file', inode: '7', mtime: '-5', ...more });
const asRead = (line: JournalLine): unknown => {
  if (!('restored' in line)) {
    return line;
  }
  const { restored, live = restored, aside, ...more } = line;
  const nameIn = (path: string) => path.slice(path.lastIndexOf('/') + 1);
  return { in: parentOf(restored), name: nameIn(restored), liveName: nameIn(live), ...more, ...(aside ? { aside: aside.path.slice(0, aside.path.indexOf('/')) } : {}) };
};

test('what is written is read, whatever bytes the names are of, and however much was forgotten meanwhile', async () => {
  const byteName = fc.uint8Array({ minLength: 1, maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('latin1').replace(/[/\0]/g, 'x')).filter((each) => each !== '.' && each !== '..');
  const path = fc.array(fc.oneof(fc.constantFrom('a', 'b', 'é', '"', '\\'), byteName), { minLength: 1, maxLength: 5 }).map((names) => names.join('/'));
  const line: fc.Arbitrary<JournalLine> = fc.oneof(
    path.map((each) => entry(each)),
    path.map((each) => entry(each, { live: `${each}.restored`, aside: { path: `3.2/${each}` } })),
    path.map((each) => entry(each, { type: 'directory', at: '12' })),
    path.map((directory): JournalLine => ({ directory, mode: 0o41777, uid: 1, gid: 2 })),
    fc.constant<JournalLine>({ directory: '', mode: 0o40700, uid: 0, gid: 0 }),
    fc.constant<JournalLine>({ end: true }),
  );
  await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.array(line, { maxLength: 6 }), fc.boolean()), { maxLength: 6 }), async (batches) => {
    const writer = new LineWriter();
    fs.writeFileSync(file, writer.write([BEGIN], 0));
    const expected: unknown[] = [BEGIN];
    for (const [lines, forgets] of batches) {
      for (const each of lines) { // a directory is written once
        if (!('directory' in each) || !writer.has(each.directory)) {
          expected.push(asRead(each));
        }
        fs.appendFileSync(file, writer.write([each], fs.statSync(file).size));
      }
      if (forgets) {
        writer.forget();
      }
    }
    const { lines, unreadable } = await read();
    expect(unreadable).toEqual([]);
    expect(lines).toEqual(expected);
  }), { numRuns: 200, endOnFailure: true });
});

test.each([['control characters', () => '\x01'.repeat(255)], ['no text', () => '\xff'.repeat(255)], ['text', () => '\xc3\xa9'.repeat(127)], ['noise', () => randomBytes(255).toString('latin1').replace(/[/\0]/g, 'x')]])(
  'its size is linear in the names, also of 999 levels of %s', async (_, make) => {
    const lines: JournalLine[] = [];
    let [path, bytes] = ['', 0];
    for (let level = 0; level < 999; level += 1) {
      path = join(path, make());
      bytes += path.length - parentOf(path).length;
      lines.push({ directory: path, mode: 0o40755, uid: 0, gid: 0 });
    }
    lines.push(...Array.from({ length: 50 }, (__, index) => entry(join(path, `f${index}`), { aside: { path: `1/${join(path, `f${index}`)}` } })));
    write(lines);
    expect(fs.statSync(file).size).toBeLessThan(2 * bytes + 150 * lines.length);
    const { lines: found, unreadable } = await read();
    expect(unreadable).toEqual([]);
    expect(found).toHaveLength(1050);
    expect(found[1049]).toEqual(asRead(lines[1048]));
  });

test('a journal in several parts, the directories of its last lines among its first ones', async () => {
  const directories = Array.from({ length: 50 }, (_, index): JournalLine => ({ directory: join('d'.repeat(200), `${'e'.repeat(200)}${index}`), mode: 1, uid: 1, gid: 1 }));
  const lines = [...directories, ...Array.from({ length: 10_000 }, (_, index) => entry(join('d'.repeat(200), `${'e'.repeat(200)}${index % 50}/f${index}`)))];
  write(lines);
  const { lines: found, parts } = await read();
  expect(parts).toBeGreaterThan(3);
  const told = (all: readonly unknown[]) => all.map((line) => Object.entries(line as object).sort().join(' ')); // thousands are compared faster as texts
  expect(told(found).join('\n') === told([BEGIN, ...lines].map(asRead)).join('\n')).toBe(true);
});

describe('what cannot be read stops nothing else', () => {
  const whole = [entry('a'), entry('b/c'), entry('d')];
  const written = () => {
    const writer = new LineWriter();
    return [[BEGIN, whole[0]], [whole[1]], [whole[2]]].map((lines) => writer.write(lines, 0));
  };
  test.each<[string, string]>([
    ['no JSON', '{"name":\n'], ['no line of a journal', '{"name":"x"}\n'], ['null', 'null\n'], ['a name that leads elsewhere', '{"name":"..","type":"file","inode":"1","mtime":"1"}\n'],
    ['a path that leads elsewhere', '{"restored":"a/../../b","type":"file","inode":"1","mtime":"1"}\n'], ['an older path that is kept elsewhere', '{"restored":"a","type":"file","inode":"1","mtime":"1","aside":{"path":"../a"}}\n'],
    ['a directory that comes later', '{"in":999999,"name":"x","type":"file","inode":"1","mtime":"1"}\n'], ['a directory that is none', '{"in":1,"name":"x","type":"file","inode":"1","mtime":"1"}\n'],
    ['no text', '{"name":"\xff","type":"file","inode":"1","mtime":"1"}\n'], ['a very long line', `${'x'.repeat(3_000_000)}\n`], ['no inode', '{"name":"x","type":"file","inode":"-","mtime":"1"}\n'],
    ['a policy that is none', '{"policy":"EVERYTHING"}\n'], ['zeros', `${'\0'.repeat(4_096)}\n`],
  ])('%s', async (_, line) => {
    const [a, , d] = written();
    fs.writeFileSync(file, a + line + d, 'latin1');
    expect(await read()).toEqual({ lines: [BEGIN, asRead(whole[0]), asRead(whole[2])], unreadable: [a.length], parts: expect.any(Number) });
  });

  test('a line that was not finished says nothing', async () => {
    const [a] = written();
    fs.writeFileSync(file, `${a}{"name":"b`);
    expect(await read()).toMatchObject({ lines: [BEGIN, asRead(whole[0])], unreadable: [] });
    fs.writeFileSync(file, 'x'.repeat(2_000_000));
    expect(await read()).toMatchObject({ lines: [], unreadable: [] });
  });

  test('the line of a directory: nothing is taken back in another one', async () => {
    const text = new LineWriter().write([BEGIN, { directory: 'b', mode: 1, uid: 1, gid: 1 }, entry('b/c'), entry('d'), entry('b/e/f')], 0);
    fs.writeFileSync(file, text.replace('"subdirectory":"b"', '"subdirectory":"/"'));
    const { lines, unreadable } = await read();
    expect(lines).toEqual([BEGIN, asRead(entry('d'))]);
    expect(unreadable).toHaveLength(4); // both directories, and what lies in them
  });
});
