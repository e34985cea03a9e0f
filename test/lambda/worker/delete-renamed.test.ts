import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { deleteRecoveryDirectory } from '../../../lambda/worker/delete';
import { move } from '../../../lambda/worker/move';
import { release } from '../../../lambda/worker/release';
import { undo } from '../../../lambda/worker/undo';
import { ConflictPolicy, RecoveryDirectoryDisposal } from '../../../src/core/restore-request';
import type { DeleteAnswer, DeleteEvent } from '../../../src/core/worker';
import { crashingAt, endlessTime, intercept } from '../../helpers/fault';
import { build, clear, outline, recoveryName, useTempDirectory } from '../../helpers/temp-tree';

const top = useTempDirectory();
let root: Directory;
let name: string;
beforeEach(async () => {
  root = await Directory.open(top());
  name = recoveryName(Date.now() - 1000);
});
afterEach(() => root.close());

const run = (more: Partial<DeleteEvent> = {}): Promise<DeleteAnswer> => deleteRecoveryDirectory(root, {
  operation: 'delete',
  directory: name,
  accessPointRoots: [],
  runningRestoreJobs: [],
  restoredSince: '1970-01-01T00:00:00Z',
  retentionSeconds: 0,
  disposal: RecoveryDirectoryDisposal.DELETE,
  ...more,
}, new Deadline(endlessTime));
const moving = () => move(root, { operation: 'move', directory: name, conflictPolicy: ConflictPolicy.SKIP }, new Deadline(endlessTime));
const undoing = () => undo(root, { operation: 'undo', directory: name }, new Deadline(endlessTime));
const modeOf = (path: string) => (fs.statSync(`${top()}/${path}`).mode % 0o10000).toString(8);

describe('a directory that only has another name for a while', () => {
  test('keeps the journal of its moves: they can still be taken back', async () => {
    build(top(), { [name]: { a: 'restored', taken: 'restored' }, taken: 'live' });
    await moving();
    fs.renameSync(`${top()}/${name}`, `${top()}/mine`);
    expect(await run()).toMatchObject({ outcome: 'ALREADY_GONE' });
    fs.renameSync(`${top()}/mine`, `${top()}/${name}`);
    expect(await undoing()).toMatchObject({ outcome: 'UNDONE', counts: { movedBack: 1 } });
    expect(outline(`${top()}/${name}`)).toEqual({ a: 'file restored', taken: 'file restored' });
  });

  test('also where its deletion had begun', async () => {
    build(top(), { [name]: { a: 'restored', taken: 'restored', more: { f: 'restored' } }, taken: 'live', more: {} });
    await moving();
    await crashingAt(150, () => run());
    fs.renameSync(`${top()}/${name}`, `${top()}/mine`);
    expect(await run()).toMatchObject({ outcome: 'ALREADY_GONE' });
    expect(fs.existsSync(`${top()}/.cdk-efs-backup/${name}/journal`)).toBe(true);
  });

  test('and what was deleted by us leaves none behind, wherever the deletion is killed', async () => {
    for (let n = 0, crashed = true; crashed; n += 3) {
      clear(top());
      build(top(), { [name]: { a: 'restored', b: { taken: 'restored' } }, b: { taken: 'live' } });
      await moving();
      crashed = await crashingAt(n, () => run());
      expect((await run()).outcome).toMatch(/^(DELETED|ALREADY_GONE)$/);
      expect([n, outline(top())]).toEqual([n, { 'a': 'file restored', 'b': 'directory', 'b/taken': 'file live' }]);
    }
  });

  test('the server is asked before anything is taken for gone: a client remembers for a minute what was not there', async () => {
    build(top(), {});
    const { calls, stop } = intercept(() => undefined);
    await run().finally(stop);
    const isRoot = (path: string) => path === top();
    const refreshed = calls.findIndex(({ operation, paths }) => operation === 'opendir' && isRoot(paths[0]));
    expect(refreshed).toBeGreaterThanOrEqual(0);
    expect(calls.slice(refreshed).filter(({ operation, paths }) => operation === 'lstat' && paths[0] === `${top()}/${name}`)).toHaveLength(1);
  });
});

describe('a quarantine', () => {
  const quarantined = () => `cdk-efs-backup-quarantine_${name}`;

  test.each(['quarantine', 'release'])('%s renames what it looked at: another directory that has the name by then gets it back', async (operation) => {
    build(top(), { [name]: { f: 'restored' }, live: { f: 'live' } });
    if (operation === 'release') {
      expect(await run({ mode: 'QUARANTINE' })).toMatchObject({ outcome: 'QUARANTINED' });
    }
    const from = operation === 'release' ? quarantined() : name;
    const { stop } = intercept((call) => {
      if (call.operation === 'rename' && call.paths[0] === `${top()}/${from}/` && fs.existsSync(`${top()}/live`)) {
        fs.renameSync(`${top()}/${from}`, `${top()}/away`);
        fs.renameSync(`${top()}/live`, `${top()}/${from}`);
      }
    });
    const answer = await (operation === 'release' ? release(root, { operation: 'release', directory: name }) : run({ mode: 'QUARANTINE' })).finally(stop);
    expect(answer.outcome).toBe(operation === 'release' ? 'NOT_QUARANTINED' : 'REFUSED');
    expect(outline(`${top()}/${from}`)).toEqual({ f: 'file live' });
    expect(outline(`${top()}/away`)).toEqual({ f: 'file restored' });
  });

  test('is closed until it is released', async () => {
    build(top(), { [name]: { f: '' } });
    fs.chmodSync(`${top()}/${name}`, 0o775);
    await run({ mode: 'QUARANTINE' });
    expect(modeOf(quarantined())).toBe('700');
    await release(root, { operation: 'release', directory: name });
    expect(modeOf(name)).toBe('775');
  });

  test('that nobody but its name tells of is no quarantine', async () => {
    build(top(), { [quarantined()]: { f: 'theirs' } });
    expect(await release(root, { operation: 'release', directory: name })).toMatchObject({ outcome: 'NOT_QUARANTINED' });
    expect((await run()).outcome).toBe('REFUSED');
    expect((await moving()).outcome).toBe('INCOMPLETE');
    expect(outline(top())).toMatchObject({ [`${quarantined()}/f`]: 'file theirs' });
  });
});

describe('the mode of a recovery directory', () => {
  test.each<[string, Partial<DeleteEvent>]>([
    ['IN_USE', { graceSeconds: 0 }], ['NOT_EMPTY', { disposal: RecoveryDirectoryDisposal.DELETE_WHEN_EMPTY }], ['NOT_RESTORED', { restoredSince: '2100-01-01T00:00:00Z' }],
  ])('is given back where %s refuses', async (reason, more) => {
    build(top(), { [name]: { f: '' } });
    fs.chmodSync(`${top()}/${name}`, 0o771);
    expect(await run(more)).toMatchObject({ outcome: 'REFUSED', refusals: [{ reason }] });
    expect(modeOf(name)).toBe('771');
    expect(await run()).toMatchObject({ outcome: 'DELETED' }); // what closing it did to its times is no use
  });

  test('is taken away before anything is looked at, and until nothing is left', async () => {
    build(top(), { [name]: { a: { f: '' }, b: {} } });
    const modes = new Set<string>();
    const { stop } = intercept(({ operation, paths }) => {
      if (paths[0].startsWith(`${top()}/${name}/`) && ['opendir', 'unlink', 'rmdir'].includes(operation)) {
        modes.add(modeOf(name));
      }
    });
    expect(await run().finally(stop)).toMatchObject({ outcome: 'DELETED' });
    expect([...modes]).toEqual(['700']);
  });
});
