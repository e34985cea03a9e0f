import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { move } from '../../../lambda/worker/move';
import { ConflictPolicy } from '../../../src/core/restore-request';
import type { MoveAnswer, MoveResume } from '../../../src/core/worker';
import { crashingAt, endlessTime, failing, timeFor } from '../../helpers/fault';
import { build, clear, directory, recoveryName, useTempDirectory } from '../../helpers/temp-tree';

const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const { SKIP, REPLACE } = ConflictPolicy;
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());

const run = (policy: ConflictPolicy, resume: MoveResume | null = null, time = endlessTime): Promise<MoveAnswer> =>
  move(root, { operation: 'move', directory: name, conflictPolicy: policy, previous: { resume } }, new Deadline(time));
const modes = () => ['tmp', 'tmp/in'].map((path) => fs.statSync(`${top()}/${name}/${path}`).mode % 0o10000);
const many = (content: string) => Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`f${index}`, content]));
const prepare = () => {
  clear(top());
  build(top(), { tmp: { ...many('live'), in: { g: 'live' } }, [name]: { tmp: directory({ ...many('restored'), free: 'restored', in: directory({ g: 'restored', h: 'restored' }, { mode: 0o3770 }) }, { mode: 0o1777 }) } });
};

test.each([SKIP, REPLACE])('%s: a sticky bit that is taken away for the work is given back, whatever is left', async (policy) => {
  prepare();
  expect(await run(policy)).toMatchObject({ outcome: 'MOVED' });
  expect(modes()).toEqual([0o1777, 0o3770]);
});

test('where entries could not be moved', async () => {
  prepare();
  expect(await failing('EIO', ({ operation }) => operation === 'link', () => run(SKIP))).toMatchObject({ outcome: 'INCOMPLETE' });
  expect(modes()).toEqual([0o1777, 0o3770]);
});

test('whenever time runs out', async () => {
  for (let asks = 1; asks < 40; asks += 3) {
    prepare();
    let answer = await run(REPLACE, null, timeFor(asks));
    for (let round = 0; !answer.done; round += 1) {
      expect(modes()).toEqual([0o1777, 0o3770]);
      expect(round).toBeLessThan(60);
      answer = await run(REPLACE, answer.resume, timeFor(asks));
    }
    expect(modes()).toEqual([0o1777, 0o3770]);
  }
});

test('and by the next call, where one was killed', async () => {
  for (let n = 30; ; n += 9) {
    prepare();
    const crashed = await crashingAt(n, () => run(SKIP));
    await run(SKIP);
    expect([n, modes()]).toEqual([n, [0o1777, 0o3770]]);
    if (!crashed) {
      break;
    }
  }
});
