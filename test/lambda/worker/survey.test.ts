import * as fs from 'node:fs';
import * as fc from 'fast-check';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { writeRecord } from '../../../lambda/worker/records';
import { survey } from '../../../lambda/worker/survey';
import type { SurveyAnswer, SurveyedContent, SurveyEvent } from '../../../src/core/worker';
import { runs } from '../../helpers/effort';
import { endlessTime, failing, intercept, timeFor } from '../../helpers/fault';
import { build, bytes, clear, describeTree, fifo, file, fingerprint, openDescriptors, inUse, recoveryName, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const RESTORED = Math.floor(Date.now() / 1000) * 1000 - 60_000;
const own = recoveryName(RESTORED);
const failed = own.replace('restore_', 'failed-restore_');
const quarantined = `cdk-efs-backup-quarantine_${recoveryName(RESTORED - 1000)}`;
const LOST = 'aws-backup-lost+found';
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());

const run = (event: Partial<SurveyEvent> = {}, time = endlessTime): Promise<SurveyAnswer> => survey(root, { operation: 'survey', ...event }, new Deadline(time));
const contentOf = async (name: string, event: Partial<SurveyEvent> = {}): Promise<SurveyedContent | undefined> =>
  (await run({ contents: true, ...event })).entries.find((entry) => entry.name === name)?.content;

async function inPieces(asks: number, event: Partial<SurveyEvent>): Promise<{ answer: SurveyAnswer; calls: number }> {
  let answer = await run(event, timeFor(asks));
  let calls = 1;
  for (; !answer.done; calls += 1) {
    expect(calls).toBeLessThan(1_000);
    expect(answer.entries.some(({ content }) => content !== undefined)).toBe(false);
    answer = await run({ ...event, previous: { resume: JSON.parse(JSON.stringify(answer.resume)) } }, timeFor(asks));
  }
  return { answer, calls };
}

describe('names', () => {
  test('whether what bears the name of our directory is ours, or free', async () => {
    build(top(), { [own]: {} });
    expect((await run()).workDirectoryIsOurs).toBe(true);
    await writeRecord(root, own, fs.statSync(`${top()}/${own}`, { bigint: true }).ino, 'quarantined');
    expect((await run()).workDirectoryIsOurs).toBe(true);
  });

  const ROOT: Tree = { [own]: { inner: {} }, [failed]: {}, [quarantined]: {}, [LOST]: {}, 'AWS-BACKUP-restore_mine': '', 'projects': {}, '.cdk-efs-backup': {}, '\xff': '', 'sub': { [own]: {} } };

  test('of what is, or pretends to be, of AWS Backup, or ours; nothing else is looked at or changed', async () => {
    build(top(), ROOT);
    const before = fingerprint(top());
    const { calls, stop } = intercept(() => undefined);
    const answer = await run();
    stop();
    expect(answer).toEqual({
      operation: 'survey',
      done: true,
      workDirectoryIsOurs: false, // somebody else made it: it has nothing that says otherwise
      names: ['AWS-BACKUP-restore_mine', failed, LOST, own, quarantined],
      entries: [
        { name: 'AWS-BACKUP-restore_mine', kind: 'LOOKALIKE' },
        { name: failed, kind: 'FAILED_RECOVERY_DIRECTORY', instant: new Date(RESTORED).toISOString(), ageSeconds: expect.any(Number), uid: 0 },
        { name: LOST, kind: 'LOST_AND_FOUND' },
        { name: own, kind: 'RECOVERY_DIRECTORY', instant: new Date(RESTORED).toISOString(), ageSeconds: expect.any(Number), uid: 0 },
        { name: quarantined, kind: 'QUARANTINED', instant: new Date(RESTORED - 1000).toISOString(), ageSeconds: expect.any(Number), uid: 0 },
      ],
    });
    expect(answer.entries[1].ageSeconds).toBeGreaterThanOrEqual(60);
    expect(answer.entries[1].ageSeconds).toBeLessThan(600);
    // one listing of the root, and a look at whose those are that have an instant, and the one directory
    const looks = calls.filter(({ operation }) => !['opendir', 'readdir', 'read', 'close'].includes(operation));
    expect(looks.map(({ operation, paths }) => [operation, ...paths]).sort())
      .toEqual(['.cdk-efs-backup', own, failed, quarantined].map((name) => ['lstat', `${top()}/${name}`]).sort());
    const listed = calls.filter((call) => !looks.includes(call)).flatMap(({ paths }) => paths.map((path) => path.replace(/\/\.?$/, '')));
    expect(new Set(listed)).toEqual(new Set([top()]));
    expect(fingerprint(top())).toEqual(before);
  });

  test('among thousands of others', async () => {
    for (let index = 0; index < 2_500; index += 1) {
      fs.writeFileSync(`${top()}/f${index}`, '');
    }
    build(top(), { [own]: {} });
    expect((await run()).names).toEqual([own]);
  });
});

describe('contents', () => {
  test('what each directory of AWS Backup, or ours, holds; of the others nothing', async () => {
    const tree: Tree = { projects: { 'report.txt': '12345', 'b.txt': '123', 'Stra\xc3\x9fe': { x: '1' } }, link: symbolicLink('/'), loop: symbolicLink('loop'), p: fifo, empty: {} };
    build(top(), { [own]: tree, [failed]: {}, [quarantined]: { f: 'x' }, [LOST]: { f: 'xy' }, [`${LOST}_file`]: 'no directory', 'AWS-BACKUP-restore_mine': { f: '' }, 'live': { f: '' } });
    const answer = await run({ contents: true });
    expect(answer.done).toBe(true);
    const counts = Object.fromEntries(answer.entries.map(({ name, content }) => [name, content?.counts]));
    const nothing = { files: 0, directories: 0, symbolicLinks: 0, others: 0, bytes: 0 };
    expect(counts).toEqual({
      [own]: { files: 3, directories: 3, symbolicLinks: 2, others: 1, bytes: 9 },
      [failed]: nothing,
      [quarantined]: { ...nothing, files: 1, bytes: 1 },
      [LOST]: { ...nothing, files: 1, bytes: 2 },
      [`${LOST}_file`]: undefined,
      'AWS-BACKUP-restore_mine': undefined,
    });
    expect(answer.entries.find(({ name }) => name === own)?.content?.inUse).toBe(false);
    expect(answer.entries.find(({ name }) => name === LOST)?.content).not.toHaveProperty('inUse');
  });

  test('a symbolic link of such a name is not looked into', async () => {
    build(top(), { live: { f: 'x' }, [own]: symbolicLink('live'), [LOST]: symbolicLink('/') });
    expect((await run({ contents: true })).entries.map(({ content }) => content)).toEqual([undefined, undefined]);
  });

  test('the newest times, with those of the directory itself', async () => {
    const year = (number: number) => Date.UTC(number, 0, 1);
    build(top(), { [own]: { old: file('', { mtime: year(2001) }), new: file('', { mtime: year(2003) }) } });
    fs.utimesSync(`${top()}/${own}`, year(2002) / 1000, year(2002) / 1000);
    const newestCtime = () => Math.max(...['', '/old', '/new'].map((path) => Math.floor(Number(fs.statSync(`${top()}/${own}${path}`, { bigint: true }).ctimeMs))));
    expect((await contentOf(own))?.newest).toEqual({ mtime: '2003-01-01T00:00:00.000Z', ctime: new Date(newestCtime()).toISOString() });
    fs.utimesSync(`${top()}/${own}`, year(2004) / 1000, year(2004) / 1000);
    expect((await contentOf(own))?.newest).toEqual({ mtime: '2004-01-01T00:00:00.000Z', ctime: new Date(newestCtime()).toISOString() });
  });

  describe('in use', () => {
    const old = recoveryName(RESTORED - 86_400_000);

    const touch = (...paths: string[]) => paths.forEach((path) => fs.utimesSync(`${top()}/${own}/${path}`, Date.now() / 1000, Date.now() / 1000));

    test('the first path that shows it', async () => {
      build(top(), { [own]: { a: '', c: { d: '', e: '' }, z: '' } });
      const graceSeconds = await inUse(RESTORED, () => touch('c/d', 'c/e', 'z'));
      expect(await contentOf(own, { graceSeconds })).toMatchObject({ inUse: true, inUsePath: `/${own}/c/d` });
    });

    test('not within the grace period, and not by a time of modification that is later than the last change', async () => {
      const recent = recoveryName(Date.now() - 250_000);
      build(top(), { [recent]: { a: '', photo: file('', { mtime: Date.UTC(2098, 0, 1) }) } });
      expect(await contentOf(recent)).toMatchObject({ inUse: false });
      expect(await contentOf(recent, { graceSeconds: 200 })).toMatchObject({ inUse: true });
      expect(await contentOf(recent, { graceSeconds: null } as never)).toMatchObject({ inUse: false });
    });

    test('the directory itself shows it, too', async () => {
      build(top(), { [old]: {} });
      expect(await contentOf(old)).toMatchObject({ inUse: true, inUsePath: `/${old}` });
    });

    test('what we did to it does not, in quarantine either', async () => {
      build(top(), { [old]: {} });
      const { ino } = fs.statSync(`${top()}/${old}`, { bigint: true });
      await writeRecord(root, old, ino, 'quarantined');
      expect(await contentOf(old)).toMatchObject({ inUse: false });
      fs.renameSync(`${top()}/${old}`, `${top()}/cdk-efs-backup-quarantine_${old}`);
      expect(await contentOf(`cdk-efs-backup-quarantine_${old}`)).toMatchObject({ inUse: false });
      fs.mkdirSync(`${top()}/cdk-efs-backup-quarantine_${old}/d`);
      expect(await contentOf(`cdk-efs-backup-quarantine_${old}`)).toMatchObject({ inUse: true, inUsePath: `/cdk-efs-backup-quarantine_${old}/d` });
    });
  });

  test('what cannot be read is told, up to 20 a directory, and the rest is counted', async () => {
    build(top(), { [own]: { ...Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`bad${index}`, { f: '' }])), good: { f: '1' } } });
    const content = await failing('EACCES', ({ operation, paths }) => operation === 'open' && paths[0].includes('bad'), () => contentOf(own));
    expect(content?.counts).toEqual({ files: 1, directories: 31, symbolicLinks: 0, others: 0, bytes: 1 });
    expect(content?.unreadable).toHaveLength(20);
    expect(content?.unreadable[0]).toEqual({ path: expect.stringContaining(`/${own}/bad`), note: 'EACCES' });
    const entry = await failing('EIO', ({ operation, paths }) => operation === 'lstat' && paths[0].endsWith('good/f'), () => contentOf(own));
    expect(entry).toMatchObject({ counts: { files: 31, bytes: 0 }, unreadable: [{ path: `/${own}/good/f`, note: 'EIO' }] });
  });

  test('names of any bytes', async () => {
    const names = ['new\nline', '\xff\xfe', 'x'.repeat(255), ' '];
    build(top(), { [own]: Object.fromEntries(names.map((name) => [name, { [name]: 'x' }])) });
    expect((await contentOf(own))?.counts).toMatchObject({ files: 4, directories: 4, bytes: 4 });
  });

  test('of hundreds of directories the oldest are told one by one, the newest by name, in less than a state has room for', async () => {
    const names = Array.from({ length: 400 }, (_, index) => recoveryName(RESTORED - 86_400_000 + index * 1000)); // the oldest first
    const foreign = Array.from({ length: 30 }, (_, index) => `aws-backup-mine${String(index).padStart(2, '0')}${'n'.repeat(238)}`);
    build(top(), Object.fromEntries([...names, failed, ...foreign].map((name) => [name, {}])));
    const answer = await run({ contents: true });
    expect(answer.entries.map(({ name }) => name).sort()).toEqual([...foreign.slice(0, 20), ...names.slice(0, 250)].sort());
    expect(answer.names).toEqual([...foreign.slice(0, 20), ...names.slice(-299), failed].sort());
    expect(answer.omitted).toEqual({ directories: 151, recoveryDirectories: 150 });
    const withoutContents = answer.entries.map(({ content: _, ...rest }) => rest);
    expect(Buffer.byteLength(JSON.stringify([answer.names, withoutContents]))).toBeLessThan(80 * 1024);
  });

  test('of the oldest hundred, and of lost+found, in less than a state has room for', async () => {
    const names = Array.from({ length: 120 }, (_, index) => recoveryName(RESTORED - 86_400_000 - index * 1000));
    const long = 'n'.repeat(250);
    build(top(), { ...Object.fromEntries(names.map((name) => [name, Object.fromEntries(Array.from({ length: 3 }, (_, index) => [`${index}${long}`, { [long]: {} }]))])), [LOST]: {} });
    const answer = await failing('EACCES', ({ operation, paths }) => operation === 'open' && paths[0].endsWith(`${long}/${long}`), () => run({ contents: true, graceSeconds: 0 }));
    const told = answer.entries.filter(({ content }) => content !== undefined).map(({ name }) => name);
    expect(told.sort()).toEqual([LOST, ...names.slice(-99)].sort());
    expect(answer.entries.flatMap(({ content }) => content?.unreadable ?? [])).toHaveLength(100);
    expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(150 * 1024);
  });

  describe('in pieces', () => {
    test('a directory of several batches', async () => {
      build(top(), { [own]: { big: Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`f${index}`, 'xy'])) }, [failed]: { f: '' } });
      const whole = await run({ contents: true });
      expect(whole.entries.find(({ name }) => name === own)?.content?.counts).toMatchObject({ files: 3_000, bytes: 6_000 });
      for (const asks of [1, 2, 3]) {
        const { answer, calls } = await inPieces(asks, { contents: true });
        expect(withoutAges(answer)).toEqual(withoutAges(whole));
        expect(calls).toBeGreaterThan(1);
      }
    });

    test('one that is gone by the next call, or became a link, is passed over', async () => {
      build(top(), { [own]: { a: { b: {} } }, [failed]: { f: '' }, live: { f: '' } });
      let answer = await run({ contents: true }, timeFor(1));
      const current = answer.resume!.current!.name;
      clear(`${top()}/${current}`);
      fs.rmdirSync(`${top()}/${current}`);
      fs.symlinkSync('live', `${top()}/${current}`);
      answer = await run({ contents: true, previous: { resume: answer.resume } });
      expect(answer.done).toBe(true);
      expect(answer.entries.filter(({ content }) => content).map(({ name }) => name)).toEqual([own, failed].filter((name) => name !== current));
    });

    test('wherever time runs out, random trees have the contents of one go, which are those of an independent computation', async () => {
      const names = fc.constantFrom('a', 'b', 'c', '\xff', 'new\nline');
      const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
        tree: fc.dictionary(names, fc.oneof({ maxDepth: 3 }, fc.constantFrom('', 'x', 'xyz'), fc.constant(symbolicLink('/')), tie('tree')), { noNullPrototype: true }),
      }));
      let interrupted = 0;
      await fc.assert(fc.asyncProperty(tree, tree, tree, fc.integer({ min: 1, max: 5 }), async (one, two, three, asks) => {
        clear(top());
        build(top(), { [own]: one, [failed]: two, [quarantined]: three, [LOST]: one });
        const before = fingerprint(top());
        const whole = await run({ contents: true });
        for (const { name, content } of whole.entries) {
          const all = Object.values(describeTree(`${top()}/${name}`));
          const count = (type: string) => all.filter((found) => found.type === type).length;
          const stats = [...all.map((found) => found.stats), fs.lstatSync(bytes(`${top()}/${name}`), { bigint: true })];
          const newest = (key: 'mtimeMs' | 'ctimeMs') => new Date(Math.max(...stats.map((found) => Number(found[key])))).toISOString();
          expect(content).toEqual({
            counts: { files: count('file'), directories: count('directory'), symbolicLinks: count('symbolicLink'), others: 0, bytes: all.reduce((sum, found) => sum + (found.type === 'file' ? Number(found.stats.size) : 0), 0) },
            newest: { mtime: newest('mtimeMs'), ctime: newest('ctimeMs') },
            ...(name === LOST ? {} : { inUse: false }),
            unreadable: [],
          });
        }
        const { answer, calls } = await inPieces(asks, { contents: true });
        interrupted += calls - 1;
        expect(withoutAges(answer)).toEqual(withoutAges(whole));
        expect(fingerprint(top())).toEqual(before);
        expect(openDescriptors(top())).toHaveLength(1);
      }), { numRuns: runs(60) });
      expect(interrupted).toBeGreaterThan(runs(60));
    }, 60_000);
  });
});

function withoutAges({ entries, ...rest }: SurveyAnswer) {
  return { ...rest, entries: entries.map(({ ageSeconds, ...entry }) => entry) };
}
