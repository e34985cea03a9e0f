import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { close, ownershipOf, reopen } from '../../../lambda/worker/close';
import { readRecord } from '../../../lambda/worker/records';
import { crashingAt } from '../../helpers/fault';
import { build, clear, directory, recoveryName, runsAsRoot, useTempDirectory } from '../../helpers/temp-tree';

const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const top = useTempDirectory();
let root: Directory;
let recovery: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
  await make(0o755);
});
afterEach(async () => {
  await recovery.close();
  await root.close();
});

async function make(mode: number): Promise<void> {
  await recovery?.close().catch(() => undefined);
  clear(top());
  build(top(), { [name]: directory({ f: '' }, { mode }) });
  recovery = await root.openDirectory(name);
}

const modeOf = () => fs.statSync(`${top()}/${name}`).mode % 0o10000;

test.each([0o755, 0o777, 0o1777, 0o2775, 0o700, 0o500, 0])('mode %o is taken away, and given back', async (mode) => {
  await make(mode);
  const { before } = await close(root, name, recovery);
  expect([modeOf(), before.mode % 0o10000]).toEqual([0o700, mode]);
  expect((await ownershipOf(root, name, await recovery.stat())).mode % 0o10000).toBe(mode);
  await close(root, name, recovery); // again: what is on record is not what we made of it
  await reopen(root, name, recovery);
  expect(modeOf()).toBe(mode);
  await reopen(root, name, recovery);
  expect(modeOf()).toBe(mode);
});

test('another owner is taken away, who could open it again, and given back', async () => {
  if (!runsAsRoot) {
    return; // nobody else can give something to another owner
  }
  fs.chownSync(`${top()}/${name}`, 1000, 1001);
  expect((await close(root, name, recovery)).before).toMatchObject({ uid: 1000, gid: 1001 });
  expect(fs.statSync(`${top()}/${name}`)).toMatchObject({ uid: 0, gid: 1001 });
  await reopen(root, name, recovery);
  expect(fs.statSync(`${top()}/${name}`)).toMatchObject({ uid: 1000, gid: 1001 });
  expect(modeOf()).toBe(0o755);
});

test('what somebody made of it since stays, and is what is given back the next time', async () => {
  await close(root, name, recovery);
  fs.chmodSync(`${top()}/${name}`, 0o711);
  await reopen(root, name, recovery);
  expect(modeOf()).toBe(0o711);
  await close(root, name, recovery);
  await reopen(root, name, recovery);
  expect(modeOf()).toBe(0o711);
});

test('what root closed by itself after it was opened again stays closed', async () => {
  await close(root, name, recovery);
  await reopen(root, name, recovery);
  fs.chmodSync(`${top()}/${name}`, 0o700);
  await close(root, name, recovery);
  await reopen(root, name, recovery);
  expect(modeOf()).toBe(0o700);
});

test('another directory of the same name is not given a mode that was never its own', async () => {
  await close(root, name, recovery);
  fs.renameSync(`${top()}/${name}`, `${top()}/away`);
  fs.mkdirSync(`${top()}/${name}`, { mode: 0o700 });
  const other = await root.openDirectory(name);
  await reopen(root, name, other).finally(() => other.close());
  expect(modeOf()).toBe(0o700);
});

test('what a restore closed is not opened by a deletion that is refused', async () => {
  await close(root, name, recovery, 'restore');
  await close(root, name, recovery, 'deletion');
  await reopen(root, name, recovery, 'deletion');
  expect(modeOf()).toBe(0o700);
  await reopen(root, name, recovery, 'restore');
  expect(modeOf()).toBe(0o755);
  await close(root, name, recovery, 'deletion');
  await reopen(root, name, recovery, 'deletion');
  expect(modeOf()).toBe(0o755);
});

test('tells the time by the clock of the file system, after the last change that it made', async () => {
  const { at } = await close(root, name, recovery);
  expect(at).toBeGreaterThanOrEqual(Number(fs.statSync(`${top()}/${name}`, { bigint: true }).ctimeNs / 1_000n) / 1_000);
  expect((await readRecord(root, name, await recovery.stat(), 'closed'))!.writtenAt).toBe(Math.floor(at));
});

test('wherever it is killed, the mode is not lost', async () => {
  for (let n = 0, crashed = true; crashed; n += 1) {
    await make(0o751);
    crashed = await crashingAt(n, async () => {
      await close(root, name, recovery);
      await reopen(root, name, recovery);
    });
    await close(root, name, recovery);
    expect(modeOf()).toBe(0o700);
    await reopen(root, name, recovery);
    expect([n, modeOf()]).toEqual([n, 0o751]);
  }
});
