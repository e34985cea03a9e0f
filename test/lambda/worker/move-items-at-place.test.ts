import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { move } from '../../../lambda/worker/move';
import { verify } from '../../../lambda/worker/verify';
import { ConflictPolicy } from '../../../src/core/restore-request';
import type { MoveAnswer } from '../../../src/core/worker';
import { endlessTime, failing, intercept } from '../../helpers/fault';
import { build, file, outline, recoveryName, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const { SKIP, REPLACE, KEEP_BOTH } = ConflictPolicy;
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());

const run = (items: string[] | null, conflictPolicy = SKIP): Promise<MoveAnswer> =>
  move(root, { operation: 'move', directory: name, conflictPolicy, items }, new Deadline(endlessTime));
const verifying = (items: string[] | null) => verify(root, { operation: 'verify', directory: name, items, close: true }, new Deadline(endlessTime));
const recorded = () => fs.existsSync(`${top()}/.cdk-efs-backup/${name}/moved.json`);

const tree: Tree = { a: { b: { f: 'r1' } }, g: file('r2') };
const takeOut = () => fs.renameSync(`${top()}/${name}/a/b`, `${top()}/elsewhere`);

describe.each<[string, Tree]>([['missing', {}], ['there', { a: { b: { own: 'l1' } } }]])('an item that is taken out of the recovery directory, whose place is %s', (_, live) => {
  test.each<[string, string[] | null]>([['an item', ['/a/b', '/g']], ['a full restore', null]])('after it was verified: %s', async (__, items) => {
    build(top(), { ...live, [name]: tree });
    expect(await verifying(items)).toMatchObject({ verdict: 'PASSED' });
    takeOut();
    const answer = await run(items);
    expect(answer).toMatchObject({ outcome: 'INCOMPLETE' });
    expect(answer.notes.map(({ path }) => path)).toContain(items ? '/a/b' : '/a');
    expect(recorded()).toBe(false);
    expect(outline(`${top()}/elsewhere`)).toEqual({ f: 'file r1' });
  });

  test('while it is moved', async () => {
    build(top(), { ...live, [name]: tree });
    await verifying(['/a/b', '/g']);
    let done = false;
    const { stop } = intercept(({ operation, paths }) => {
      if (!done && operation === 'opendir' && paths[0] === `${top()}/${name}`) {
        done = true;
        takeOut();
      }
    });
    const answer = await run(['/a/b', '/g']).finally(stop);
    expect(done).toBe(true);
    expect(answer).toMatchObject({ outcome: 'INCOMPLETE' });
    expect(answer.notes.map(({ path }) => path)).toContain('/a/b');
  });
});

test('without a verification each item must be somewhere', async () => {
  build(top(), { [name]: tree });
  takeOut();
  expect(await run(['/a/b', '/g'])).toMatchObject({ outcome: 'INCOMPLETE', counts: { failed: 1 }, notes: [{ path: '/a/b', note: 'is neither at its place nor in the recovery directory any more' }] });
  expect(recorded()).toBe(false);
});

test.each<[string, ConflictPolicy, Tree]>([
  ['moved', SKIP, {}],
  ['merged', SKIP, { a: { b: { own: 'l1' } } }],
  ['skipped', SKIP, { a: { b: { f: 'l1' } }, g: 'l2' }],
  ['replaced', REPLACE, { a: { b: 'l1' }, g: 'l2' }],
  ['put beside', KEEP_BOTH, { a: { b: 'l1' }, g: 'l2' }],
])('an item that is %s is where it belongs, now and in a further move', async (_, policy, live) => {
  build(top(), { ...live, [name]: tree });
  await verifying(['/a/b', '/g']);
  expect(await run(['/a/b', '/g'], policy)).toMatchObject({ outcome: 'MOVED', counts: { failed: 0 } });
  expect(await run(['/a/b', '/g'], policy)).toMatchObject({ outcome: 'MOVED', counts: { failed: 0 } });
});

test('a symbolic link that was made anew is at its place', async () => {
  build(top(), { d: {}, [name]: { d: { l: symbolicLink('x') } } });
  await verifying(['/d/l']);
  expect(await failing('EPERM', ({ operation }) => operation === 'link', () => run(['/d/l']))).toMatchObject({ outcome: 'MOVED' });
});

test('an item that an application has replaced since it was moved is no failure, one that it has deleted is', async () => {
  build(top(), { [name]: { f: 'restored', g: 'restored' } });
  await verifying(['/f', '/g']);
  const { stop } = intercept(({ operation, paths }) => {
    if (operation === 'lstat' && paths[0] === `${top()}/f` && !fs.existsSync(`${top()}/${name}/g`) && fs.existsSync(`${top()}/g`)) {
      fs.writeFileSync(`${top()}/new`, 'newer');
      fs.renameSync(`${top()}/new`, `${top()}/f`);
      fs.unlinkSync(`${top()}/g`);
    }
  });
  expect(await run(['/f', '/g']).finally(stop)).toMatchObject({ outcome: 'INCOMPLETE', counts: { moved: 2, failed: 1 }, notes: [{ path: '/g' }] });
});
