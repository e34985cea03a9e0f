import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { deleteRecoveryDirectory } from '../../../lambda/worker/delete';
import { RecoveryDirectoryDisposal } from '../../../src/core/restore-request';
import type { DeleteAnswer, DeleteEvent } from '../../../src/core/worker';
import { crashingAt, endlessTime, intercept, timeFor } from '../../helpers/fault';
import type { Call } from '../../helpers/fault';
import { build, clear, contents, directory, file, outline, recoveryName, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const HOUR = 3_600_000;
const top = useTempDirectory();
let root: Directory;
let name: string;
beforeEach(async () => {
  root = await Directory.open(top());
  name = recoveryName(Date.now() - HOUR);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await root.close();
});

const event = (more: Partial<DeleteEvent> = {}): DeleteEvent => ({
  operation: 'delete',
  directory: name,
  accessPointRoots: [],
  runningRestoreJobs: [],
  restoredSince: new Date(0).toISOString(),
  retentionSeconds: 0,
  graceSeconds: 2 * 3600,
  disposal: RecoveryDirectoryDisposal.DELETE,
  operationsPerSecond: 1e9,
  ...more,
});
const run = (more: Partial<DeleteEvent> = {}, time = endlessTime): Promise<DeleteAnswer> =>
  deleteRecoveryDirectory(root, event(more), new Deadline(time));
const goOn = ({ resume }: DeleteAnswer): Partial<DeleteEvent> => ({ previous: JSON.parse(JSON.stringify({ resume })) as DeleteEvent['previous'] });

/** Whoever renames a directory over another one keeps the times of what it holds. */
const old = (content: string) => file(content, { mtime: 1000 });
const LIVE: Tree = {
  f: old('live 1'), g: old('live 2'), sub: { f: old('live 3'), h: old('live 4'), empty: {} }, only: { deep: { i: old('live 5') } },
};
const RESTORED: Tree = { f: old('restored'), sub: { f: old('restored'), empty: {} }, only: { deep: { i: old('restored') } } };
const liveContents = () => contents(top()).filter((each) => each.includes('live')).length;
const hasLookedThrough = ({ operation, paths }: Call) => operation === 'rename' && paths[1].endsWith('/deleting.json');
const told = ({ notes, refusals }: DeleteAnswer) => JSON.stringify([notes, refusals]);

/** The same once more for what stays: nothing but what came to be there. */
async function expectLiveKept(answer: DeleteAnswer): Promise<void> {
  expect(liveContents()).toBe(5);
  expect(answer.outcome).toMatch(/^(INCOMPLETE|REFUSED)$/);
  expect(told(answer)).not.toBe('[[],[]]');
}

describe('a directory that takes the place of one that was looked through', () => {
  test.each(['', 'a', 'a/b'])('below %j is left, with all that it holds, and told', async (place) => {
    const at = (tree: Tree): Tree => place.split('/').filter((each) => each !== '').reverse().reduce<Tree>((below, each) => ({ [each]: below, beside: { f: old('restored') } }), tree);
    build(top(), { [name]: at({ projects: RESTORED }), live: { projects: LIVE } });
    const projects = `${top()}/${name}/${place}/projects`;
    const { stop } = intercept((call) => {
      if (hasLookedThrough(call) && !fs.existsSync(`${top()}/away`)) {
        fs.renameSync(projects, `${top()}/away`);
        fs.renameSync(`${top()}/live/projects`, projects);
      }
    });
    await expectLiveKept(await run().finally(stop));
  });

  test('is left whenever that happens', async () => {
    for (let n = 40, calls = Infinity; n < calls; n += 2) {
      clear(top());
      build(top(), { [name]: { a: { projects: RESTORED }, beside: { f: old('restored') } }, live: { projects: LIVE } });
      const projects = `${top()}/${name}/a/projects`;
      let looked = false;
      const intercepted = intercept((call) => {
        looked ||= hasLookedThrough(call);
        if (call.index >= n && looked && fs.existsSync(projects) && fs.existsSync(`${top()}/live/projects`)) {
          fs.renameSync(projects, `${top()}/away`);
          fs.renameSync(`${top()}/live/projects`, projects);
        }
      });
      await run().finally(intercepted.stop);
      calls = intercepted.calls.length;
      expect([n, liveContents()]).toEqual([n, 5]);
    }
  });

  test('is left also where nothing but directories is in it', async () => {
    build(top(), { [name]: { a: { b: { c: {} } } }, live: { b: { c: {} } } });
    const { stop } = intercept((call) => {
      if (hasLookedThrough(call)) {
        fs.renameSync(`${top()}/${name}/a/b`, `${top()}/away`);
        fs.renameSync(`${top()}/live/b`, `${top()}/${name}/a/b`);
      }
    });
    expect(await run().finally(stop)).toMatchObject({ outcome: 'INCOMPLETE' });
    expect(outline(`${top()}/${name}`)).toEqual({ 'a': 'directory', 'a/b': 'directory', 'a/b/c': 'directory' });
  });

  test.each([
    ['another device', () => {
      const stat = Directory.prototype.stat;
      jest.spyOn(Directory.prototype, 'stat').mockImplementation(async function (this: Directory) {
        const own = await stat.call(this);
        return this.name === 'projects' ? Object.assign(Object.create(Object.getPrototypeOf(own)), own, { dev: own.dev + 1n }) : own;
      });
    }],
    ['another mount', () => {
      const { mount } = Directory.prototype;
      jest.spyOn(Directory.prototype, 'mount').mockImplementation(function (this: Directory) {
        return this.name === 'projects' ? '0' : mount.call(this);
      });
    }],
  ])('is left where it is %s, as by a mount over it', async (what, mount) => {
    build(top(), { [name]: { projects: LIVE, b: { f: old('restored') } } });
    const { stop } = intercept((call) => {
      if (hasLookedThrough(call)) {
        mount();
      }
    });
    const answer = await run().finally(stop);
    await expectLiveKept(answer);
    expect(told(answer)).toContain(what);
    expect(fs.existsSync(`${top()}/${name}/b`)).toBe(false);
  });
});

describe('what is moved in while the directory is deleted', () => {
  const into = ['', '/a', '/a/b'];

  test.each(into)('a directory of old files, to %j, is left whenever that happens', async (place) => {
    for (let n = 40 + place.length, calls = Infinity; n < calls; n += 4) {
      clear(top());
      build(top(), { [name]: { a: { f: old('restored'), b: { g: old('restored') } }, c: { f: old('restored') } }, live: LIVE });
      let looked = false;
      const intercepted = intercept((call) => {
        looked ||= hasLookedThrough(call);
        if (call.index >= n && looked && fs.existsSync(`${top()}/live`) && fs.existsSync(`${top()}/${name}${place}`)) {
          fs.renameSync(`${top()}/live`, `${top()}/${name}${place}/moved-in`);
        }
      });
      await run().finally(intercepted.stop);
      calls = intercepted.calls.length;
      expect([n, liveContents()]).toEqual([n, 5]);
    }
  });

  test.each<[string, Tree[string]]>([['an old file', old('live 1')], ['a directory of old files', { f: old('live 1') }], ['a symbolic link', old('live 1')]])(
    'between two calls: %s is left, and told', async (_, node) => {
      for (let asks = 2; asks < 24; asks += 5) {
        clear(top());
        build(top(), { [name]: { a: { f: old('r'), b: { g: old('r'), h: old('r') } }, c: { f: old('r'), d: {} }, e: {} }, live: { moved: node } });
        let answer = await run({}, timeFor(asks));
        for (let calls = 0; !answer.done; calls += 1) {
          const places = Object.entries(outline(`${top()}/${name}`)).filter(([, found]) => found === 'directory').map(([path]) => path);
          if (fs.existsSync(`${top()}/live/moved`) && answer.deletedEntries > 0) {
            fs.renameSync(`${top()}/live/moved`, `${top()}/${name}/${places[asks % (places.length + 1)] ?? ''}/moved`);
          }
          expect(calls).toBeLessThan(100);
          answer = await run(goOn(answer), timeFor(asks));
        }
        expect([asks, liveContents()]).toEqual([asks, 1]);
        expect([asks, answer.outcome]).toEqual([asks, fs.existsSync(`${top()}/live/moved`) ? 'DELETED' : 'INCOMPLETE']);
      }
    });

  test('in the part of one worker, while others delete the rest', async () => {
    build(top(), { [name]: { a: { f: old('r') }, m: { f: old('r') }, z: { f: old('r') } }, live: LIVE });
    const shards = [{ to: 'bQ==' }, { from: 'bQ==' }];
    await run({ shard: shards[0] });
    const { stop } = intercept((call) => {
      if (hasLookedThrough(call)) {
        fs.renameSync(`${top()}/live`, `${top()}/${name}/n`);
      }
    });
    await expectLiveKept(await run({ shard: shards[1] }).finally(stop));
  });
});

test('what a deletion did itself is not taken for somebody else\'s: wherever its calls end, or are killed, it comes to its end', async () => {
  const tree: Tree = { a: { f: old('r'), b: { g: old('r'), h: old('r') }, t: directory({ f: old('r') }, { mode: 0o1777 }) }, c: { f: old('r'), d: {} }, e: {}, i: old('r') };
  for (let n = 0, crashed = true; crashed; n += 9) {
    clear(top());
    build(top(), { [name]: tree });
    fs.linkSync(`${top()}/${name}/a/f`, `${top()}/${name}/c/linked`);
    let answer: DeleteAnswer | undefined = await run({}, timeFor(8 + (n % 5)));
    const previous = answer;
    crashed = await crashingAt(n, async () => {
      answer = undefined;
      answer = await run(goOn(previous), timeFor(4));
    });
    answer ??= await run(goOn(previous), timeFor(4)); // whoever got no answer asks the same again
    for (let calls = 0; !answer.done; calls += 1) {
      expect(calls).toBeLessThan(100);
      answer = await run(goOn(answer), timeFor(4));
    }
    expect([n, answer.outcome, answer.notes]).toEqual([n, expect.stringMatching(/^(DELETED|ALREADY_GONE)$/), []]);
    expect([n, outline(top())]).toEqual([n, {}]);
  }
});
