import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { move } from '../../../lambda/worker/move';
import { undo } from '../../../lambda/worker/undo';
import { ConflictPolicy } from '../../../src/core/restore-request';
import type { MoveAnswer } from '../../../src/core/worker';
import { crashingAt, endlessTime, errno, failing, intercept } from '../../helpers/fault';
import type { Call } from '../../helpers/fault';
import { build, clear, file, hardLink, outline, recoveryName, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const JOURNAL = `.cdk-efs-backup/${name}/journal`;
const { REPLACE, REPLACE_IF_OLDER } = ConflictPolicy;
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());

const run = (conflictPolicy: ConflictPolicy = REPLACE): Promise<MoveAnswer> => move(root, { operation: 'move', directory: name, conflictPolicy }, new Deadline(endlessTime));
const trials = () => (fs.existsSync(`${top()}/${JOURNAL}`) ? fs.readdirSync(`${top()}/${JOURNAL}`).filter((each) => each.endsWith('.trial')) : []);

const [OLD, NEW] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 5, 1)];
const live: Tree = {
  d: {
    plain: file('l1', { mtime: OLD }),
    setuid: file('l2', { mode: 0o4755, mtime: OLD }),
    one: file('l3', { mtime: OLD }),
    two: file('l4', { mtime: OLD }),
    link: symbolicLink('l5'),
    dir: { f: 'l6' },
    e: { plain: file('l7', { mtime: OLD }) },
  },
};
const restored: Tree = {
  d: {
    plain: file('r1', { mtime: NEW }),
    setuid: file('r2', { mode: 0o4755, mtime: NEW }),
    one: file('r3', { mtime: NEW }),
    two: hardLink(`${name}/d/one`),
    link: file('r5', { mtime: NEW }),
    dir: 'r6',
    e: { plain: file('r7', { mtime: NEW }) },
  },
};
const places = ['d/plain', 'd/setuid', 'd/one', 'd/two', 'd/link', 'd/dir', 'd/e/plain'];
const there = () => places.filter((path) => fs.lstatSync(`${top()}/${path}`, { throwIfNoEntry: false }) !== undefined);
function prepare(): void {
  clear(top());
  build(top(), { ...live, [name]: restored });
}
const isLink = ({ operation }: Call) => operation === 'link';

describe.each([REPLACE, REPLACE_IF_OLDER])('%s', (policy) => {
  test.each(['EPERM', 'EMLINK', 'ENOSPC', 'EDQUOT', 'EIO'])('no link can be made (%s): every place has what it had', async (code) => {
    prepare();
    const before = outline(`${top()}/d`);
    const answer = await failing(code, isLink, () => run(policy));
    expect(answer).toMatchObject({ outcome: 'INCOMPLETE', counts: { moved: 0, replaced: 0 } });
    expect(outline(`${top()}/d`)).toEqual(before);
  });

  test.each(policy === REPLACE ? ['EMLINK', 'ENOSPC'] : ['EPERM'])('from any link on there can be none (%s): no place is empty, then or after another move, and undo puts all back', async (code) => {
    for (let n = 0; ; n += 2) {
      prepare();
      const before = outline(`${top()}/d`);
      let links = 0;
      await failing(code, (call) => isLink(call) && (links += 1) > n, () => run(policy));
      expect([n, there()]).toEqual([n, places]);
      await failing(code, isLink, () => run(policy));
      expect([n, there()]).toEqual([n, places]);
      expect(await undo(root, { operation: 'undo', directory: name }, new Deadline(endlessTime))).toMatchObject({ outcome: expect.stringMatching(/^(UNDONE|NOTHING_TO_UNDO)$/) });
      expect([n, outline(`${top()}/d`)]).toEqual([n, before]);
      expect(trials()).toEqual([]);
      if (links <= n) {
        break;
      }
    }
  });
});

test('a file that may not have another name is not moved, and what has its place never leaves it', async () => {
  prepare();
  const renamed: string[] = [];
  const { stop } = intercept((call) => {
    renamed.push(...(call.operation === 'rename' ? [call.paths[0]] : []));
    if (isLink(call) && call.paths[0].endsWith('/setuid')) {
      throw errno('EPERM'); // fs.protected_hardlinks
    }
  });
  const answer = await run().finally(stop);
  expect(answer).toMatchObject({ outcome: 'INCOMPLETE', counts: { replaced: 6, failed: 1 }, notes: expect.arrayContaining([{ path: '/d/setuid', note: 'EPERM' }]) });
  expect(renamed).not.toContain(`${top()}/d/setuid`);
  expect(renamed).toContain(`${top()}/d/plain`);
  expect(outline(`${top()}/d`)).toMatchObject({ setuid: 'file l2' });
});

test('a file that has as many names as there may be but one is moved all the same', async () => {
  prepare();
  const most = 3; // the restored one has two
  const answer = await failing('EMLINK', ({ operation, paths }) => operation === 'link' && fs.lstatSync(paths[0]).nlink >= most, () => run());
  expect(answer).toMatchObject({ outcome: 'MOVED', counts: { replaced: 7 } });
  expect(outline(`${top()}/d`)).toMatchObject({ one: 'file r3', two: 'file r3' });
});

test('what can neither have a second name nor be linked back is renamed back to its place, and only where that is free', async () => {
  const between = (action: () => void) => {
    let displaced = false;
    return intercept((call) => {
      displaced ||= call.operation === 'rename' && call.paths[0] === `${top()}/f`;
      if (displaced && isLink(call)) {
        action();
        throw errno('EIO');
      }
    });
  };
  build(top(), { f: 'live', [name]: { f: 'restored' } });
  const { stop } = between(() => undefined);
  expect(await run().finally(stop)).toMatchObject({ outcome: 'INCOMPLETE', notes: [{ path: '/f', note: 'EIO' }] });
  expect(outline(top())).toMatchObject({ f: 'file live' });
  const other = between(() => fs.writeFileSync(`${top()}/f`, 'newer'));
  const answer = await run().finally(other.stop);
  expect(answer).toMatchObject({ outcome: 'INCOMPLETE', notes: [{ path: '/f', note: expect.stringContaining("EIO; what was there is kept at '/.cdk-efs-backup/") }] });
  expect(outline(top())).toMatchObject({ f: 'file newer' });
  expect(Object.values(outline(`${top()}/.cdk-efs-backup`))).toContain('file live');
});

test('killed between the two steps, then a successor that cannot be linked any more: what was there is put back', async () => {
  let n = 0;
  for (let killed = false; !killed; n += 1) {
    clear(top());
    build(top(), { f: 'live', [name]: { f: 'restored' } });
    await crashingAt(n, () => run());
    killed = !fs.existsSync(`${top()}/f`);
    expect(n).toBeLessThan(200);
  }
  const answer = await failing('EPERM', ({ operation, paths }) => operation === 'link' && paths[0] === `${top()}/${name}/f`, () => run());
  expect(answer).toMatchObject({ outcome: 'INCOMPLETE', counts: { failed: 1 } });
  expect(outline(top())).toMatchObject({ f: 'file live', [`${name}/f`]: 'file restored' });
});

test('the second names are gone after a move, killed at any call or not, and after its undoing', async () => {
  let seen = 0;
  for (let n = 20; ; n += 4) {
    prepare();
    const crashed = await crashingAt(n, () => run());
    seen += trials().length;
    if (n % 12 === 0) {
      await undo(root, { operation: 'undo', directory: name }, new Deadline(endlessTime));
    } else {
      expect(await run()).toMatchObject({ outcome: 'MOVED' });
    }
    expect([n, trials()]).toEqual([n, []]);
    expect([n, fs.lstatSync(`${top()}/${n % 12 === 0 ? `${name}/` : ''}d/one`).nlink]).toEqual([n, 2]);
    if (!crashed) {
      break;
    }
  }
  expect(seen).toBeGreaterThan(3);
});
