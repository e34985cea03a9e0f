import * as fs from 'node:fs';
import * as fc from 'fast-check';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { deleteRecoveryDirectory } from '../../../lambda/worker/delete';
import { RecoveryDirectoryDisposal } from '../../../src/core/restore-request';
import type { DeleteAnswer } from '../../../src/core/worker';
import { crashPoints, runs } from '../../helpers/effort';
import { crashingAt, endlessTime, failing, intercept } from '../../helpers/fault';
import type { Call } from '../../helpers/fault';
import { build, clear, directory, fingerprint, openDescriptors, outline, recoveryName, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const top = useTempDirectory();
let root: Directory;
let name: string;
beforeEach(async () => {
  root = await Directory.open(top());
  name = recoveryName(Date.now() - 1000);
  // the pauses between attempts pass at once
  jest.spyOn(global, 'setTimeout').mockImplementation(((action: () => void) => setImmediate(action)) as never);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await root.close();
});

const run = (): Promise<DeleteAnswer> => deleteRecoveryDirectory(root, {
  operation: 'delete', directory: name, accessPointRoots: [], runningRestoreJobs: [], restoredSince: '1970-01-01T00:00:00Z', retentionSeconds: 0, disposal: RecoveryDirectoryDisposal.DELETE,
}, new Deadline(endlessTime));
const at = (operation: string, end: string) => (call: Call) => call.operation === operation && call.paths[0].endsWith(end);

describe('what cannot be deleted is told, and the rest goes on', () => {
  const tree: Tree = { a: { f: '1', g: '2', h: '3' }, b: { c: { i: '4' } }, j: '5', k: {} };

  test.each<[string, string, string, string[]]>([
    ['EACCES', 'unlink', '/a/g', ['a', 'a/g']], ['EPERM', 'unlink', '/j', ['j']], ['EBUSY', 'unlink', '/a/f', ['a', 'a/f']], ['ESTALE', 'rmdir', '/k', ['k']],
    ['EROFS', 'unlink', '/b/c/i', ['b', 'b/c', 'b/c/i']],
  ])('%s of %s %s', async (code, operation, end, left) => {
    build(top(), { [name]: tree });
    // the look before the deletion comes through
    let deleting = false;
    const answer = await failing(code, (call) => {
      deleting ||= call.operation === 'rename' && call.paths[1].endsWith('deleting.json');
      return deleting && at(operation, end)(call);
    }, run);
    expect(answer).toEqual({ operation: 'delete', done: true, outcome: 'INCOMPLETE', deletedEntries: 9 - left.length, refusals: [], notes: [{ path: `/${name}${end.replace(/\/\.$/, '')}`, note: code }] });
    expect(Object.keys(outline(`${top()}/${name}`))).toEqual(left);
    expect(await run()).toMatchObject({ outcome: 'DELETED', deletedEntries: left.length + 1 });
    expect(outline(top())).toEqual({});
  });

  test('a directory that is never empty', async () => {
    build(top(), { [name]: tree });
    const answer = await failing('ENOTEMPTY', at('rmdir', '/b/c'), run);
    expect(answer).toMatchObject({ outcome: 'INCOMPLETE', deletedEntries: 7, notes: [{ path: `/${name}/b/c`, note: 'is not empty, again and again' }] });
    expect(await run()).toMatchObject({ outcome: 'DELETED', deletedEntries: 3 });
  });

  test('once only, however long the others take, and twenty at most', async () => {
    build(top(), { [name]: { stuck: Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`f${index}`, ''])), long: { a: { b: { c: { d: { e: '' } } } } }, x: { y: { z: '' } } } });
    const tried: string[] = [];
    const answer = await failing('EACCES', (call) => call.operation === 'unlink' && call.paths[0].includes('/stuck/') && tried.push(call.paths[0]) > 0, run);
    expect(tried).toHaveLength(30);
    expect(new Set(answer.notes.map(({ path }) => path)).size).toBe(20);
    expect(answer.notes).toHaveLength(20);
    expect(fs.readdirSync(`${top()}/${name}`)).toEqual(['stuck']);
  });

  test('the directory itself', async () => {
    build(top(), { [name]: tree });
    expect(await failing('EBUSY', at('rmdir', name), run)).toMatchObject({ outcome: 'INCOMPLETE', deletedEntries: 9, notes: [{ path: `/${name}`, note: 'EBUSY' }] });
    expect(await run()).toMatchObject({ outcome: 'DELETED', deletedEntries: 1 });
  });
});

test.each(['EBUSY', 'ESTALE', 'EAGAIN'])('%s that passes is no failure', async (code) => {
  build(top(), { [name]: { a: { f: '' }, b: {} } });
  const failures = new Map<string, number>();
  const answer = await failing(code, ({ operation, paths }) => {
    const times = (failures.get(paths[0]) ?? 0) + 1;
    failures.set(paths[0], times);
    return /\/(f|b)$/.test(paths[0]) && ['unlink', 'rmdir'].includes(operation) && times <= 3;
  }, run);
  expect(answer).toMatchObject({ outcome: 'DELETED', deletedEntries: 4, notes: [] });
});

test('a sticky directory that the kernel of the client protects is deleted all the same', async () => {
  build(top(), { [name]: { sticky: directory({ f: '', d: {} }, { mode: 0o1777 }) } });
  const answer = await failing('EPERM', ({ operation, paths }) => ['unlink', 'rmdir'].includes(operation) && /\/sticky\//.test(paths[0])
    && fs.statSync(`${top()}/${name}/sticky`).mode.toString(8).endsWith('1777'), run);
  expect(answer).toMatchObject({ outcome: 'DELETED', deletedEntries: 4 });
});

test('where something lies on another device, nothing is deleted', async () => {
  build(top(), { [name]: { a: { mounted: { f: 'other' } }, b: { g: '' } } });
  const real = Directory.prototype.stat;
  jest.spyOn(Directory.prototype, 'stat').mockImplementation(async function (this: Directory) {
    const stats = await real.call(this);
    return this.name === 'mounted' ? Object.assign(Object.create(Object.getPrototypeOf(stats)), stats, { dev: stats.dev + 1n }) : stats;
  });
  const before = outline(`${top()}/${name}`);
  expect(await run()).toMatchObject({
    outcome: 'REFUSED', deletedEntries: 0, refusals: [{ reason: 'UNREADABLE', detail: `'/${name}/a/mounted' could not be read: lies on another device` }],
  });
  expect(outline(`${top()}/${name}`)).toEqual(before);
});

test('what somebody else deletes meanwhile is no failure; a directory that he was in before us is left for the next run', async () => {
  build(top(), { [name]: { a: { f: '', g: '', d: { e: { h: '' } } }, b: { i: '' } } });
  let deleting = false;
  const { stop } = intercept(({ operation, paths }) => {
    deleting ||= operation === 'rename' && paths[1].endsWith('/deleting.json');
    if (deleting && ['unlink', 'rmdir', 'opendir'].includes(operation) && /\/(f|d|e|b)(\/\.)?$/.test(paths[0])) {
      fs.rmSync(paths[0].replace(/\/\.$/, ''), { recursive: true, force: true });
    }
  });
  const answer = await run().finally(stop);
  expect(answer.notes.every(({ note }) => note.startsWith('appeared, or was changed'))).toBe(true);
  expect(answer.notes.length > 0 ? (await run()).outcome : answer.outcome).toBe('DELETED');
  expect(outline(top())).toEqual({});
});

test('when one branch breaks, nothing of the others is in flight any more', async () => {
  build(top(), { [name]: Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`d${index}`, { a: { b: { f: '' } }, g: '' }])) });
  let ended = false;
  let late = 0;
  const { stop } = intercept(({ operation, paths }) => {
    late += ended ? 1 : 0;
    if (operation === 'unlink' && paths[0].endsWith('/d3/g')) {
      throw new TypeError('a bug');
    }
  });
  await expect(run().finally(() => { ended = true; })).rejects.toThrow('a bug');
  for (let turn = 0; turn < 50; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  stop();
  expect(late).toBe(0);
});

test('after a crash at any call, the next run comes to the same end', async () => {
  for (const n of crashPoints()) {
    build(top(), { live: { f: 'live' }, [name]: { a: { f: '1', b: { g: '2' } }, c: {}, l: symbolicLink('../live') } });
    const descriptors = openDescriptors(top());
    const crashed = await crashingAt(n, run);
    expect(openDescriptors(top())).toEqual(descriptors);
    expect(outline(`${top()}/live`)).toEqual({ f: 'file live' });
    expect(['DELETED', 'ALREADY_GONE']).toContain((await run()).outcome);
    expect(outline(top())).toEqual({ 'live': 'directory', 'live/f': 'file live' });
    fs.rmSync(`${top()}/live`, { recursive: true });
    if (!crashed) {
      expect(n).toBeGreaterThan(30);
      break;
    }
  }
});

describe('a directory that is swapped for a symbolic link during the run', () => {
  const sentinel: Tree = { f: 'live', sub: { f: 'live', g: 'live', sub: { f: 'live' } }, empty: {}, only: { empty: {} } };
  const restored: Tree = { f: '1', sub: { f: '2', g: '3', sub: { f: '4' } }, empty: {}, only: { empty: {} } };

  test('what it points to stays untouched, whichever it is and whenever that happens', async () => {
    const paths = ['', '/sub', '/sub/sub', '/only', '/only/empty', '/empty'];
    let swapped = 0;
    const path = fc.constantFrom(...paths);
    await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: 60 }), path, path, fc.boolean(), async (when, which, to, back) => {
      const place = `${top()}/${name}${which}`;
      build(top(), { live: sentinel, [name]: restored });
      const before = fingerprint(`${top()}/live`);
      const { stop } = intercept(({ index }) => {
        if (index === when && fs.existsSync(place)) {
          fs.renameSync(place, `${top()}/elsewhere`);
          fs.symlinkSync(`${top()}/live${to}`, place);
          swapped += 1;
        } else if (back && index === when + 3 && fs.existsSync(`${top()}/elsewhere`) && fs.lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink()) {
          fs.unlinkSync(place);
          fs.renameSync(`${top()}/elsewhere`, place);
        }
      });
      const answer = await run().finally(stop);
      expect(['DELETED', 'INCOMPLETE', 'REFUSED', 'ALREADY_GONE']).toContain(answer.outcome);
      expect(fingerprint(`${top()}/live`)).toEqual(before);
      clear(top());
    }), { numRuns: runs(400) });
    expect(swapped).toBeGreaterThan(runs(100));
  });

  test('and swapped to and fro without end, the run still ends', async () => {
    build(top(), { live: sentinel, [name]: { d: { f: '' } } });
    const before = fingerprint(`${top()}/live`);
    const place = `${top()}/${name}/d`;
    let deleting = false;
    let swapped = 0;
    const { stop } = intercept(({ operation, paths }) => {
      deleting ||= operation === 'rename' && paths[1].endsWith('/deleting.json');
      if (deleting && operation === 'open' && fs.lstatSync(place, { throwIfNoEntry: false })?.isDirectory()) {
        fs.renameSync(place, `${top()}/elsewhere`);
        fs.symlinkSync('../live', place);
        swapped += 1;
      } else if (deleting && operation === 'opendir' && fs.existsSync(`${top()}/elsewhere`)) {
        fs.rmSync(place, { force: true });
        fs.renameSync(`${top()}/elsewhere`, place);
      }
    });
    expect(['DELETED', 'INCOMPLETE']).toContain((await run().finally(stop)).outcome);
    expect(swapped).toBeGreaterThan(0);
    expect(fingerprint(`${top()}/live`)).toEqual(before);
  });
});

test.each([['opendir', '/a'], ['handle.stat', '/a'], ['open', '/a']])('where %s of %s fails in the look before the deletion, nothing is deleted', async (operation, end) => {
  build(top(), { [name]: { a: { f: '1' } } });
  const before = outline(`${top()}/${name}`);
  expect(await failing('EIO', at(operation, end), run)).toMatchObject({
    outcome: 'REFUSED', deletedEntries: 0, refusals: [{ reason: 'UNREADABLE', detail: `'/${name}/a' could not be read: EIO` }],
  });
  expect(outline(`${top()}/${name}`)).toEqual(before);
});
