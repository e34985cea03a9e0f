import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { hasAside, openRecords, readRecord, removeRecords, writeRecord } from '../../../lambda/worker/records';
import { crashingAt, errno, intercept } from '../../helpers/fault';
import { build, outline, recoveryName, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';

const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());

const modeOf = (path: string) => fs.statSync(`${top()}/${path}`).mode % 0o1000;

test('what is written is read, with the time of the file system, for this inode number only', async () => {
  expect(await readRecord(root, name, 5n, 'moved')).toBeUndefined();
  await writeRecord(root, name, 5n, 'moved');
  expect((await readRecord(root, name, 5n, 'moved'))?.writtenAt).toBe(Math.floor(fs.statSync(`${top()}/.cdk-efs-backup/${name}/moved.json`).mtimeMs));
  expect(await readRecord(root, name, 6n, 'moved')).toBeUndefined();
  expect(await readRecord(root, name, 5n, 'deleting')).toBeUndefined();
  expect(await readRecord(root, recoveryName(0), 5n, 'moved')).toBeUndefined();
});

test('inode numbers beyond what a number of JavaScript holds are told apart', async () => {
  await writeRecord(root, name, 9_007_199_254_740_993n, 'moved');
  expect(await readRecord(root, name, 9_007_199_254_740_993n, 'moved')).toBeDefined();
  expect(await readRecord(root, name, 9_007_199_254_740_992n, 'moved')).toBeUndefined();
});

test('our directories are private', async () => {
  await writeRecord(root, name, 5n, 'moved');
  const aside = await openRecords(root, name, ['replaced', 'a', 'b']);
  await aside.close();
  for (const path of ['', `/${name}`, `/${name}/replaced`, `/${name}/replaced/a`, `/${name}/replaced/a/b`]) {
    expect(modeOf(`.cdk-efs-backup${path}`)).toBe(0o700);
  }
  expect(modeOf(`.cdk-efs-backup/${name}/moved.json`)).toBe(0o600);
});

test('nothing is written through symbolic links', async () => {
  build(top(), { 'outside': { f: 'x' }, '.cdk-efs-backup': symbolicLink('outside') });
  await expect(writeRecord(root, name, 5n, 'moved')).rejects.toMatchObject({ code: expect.stringMatching(/^(ELOOP|ENOTDIR)$/) });
  await expect(openRecords(root, name, ['replaced'])).rejects.toMatchObject({ code: expect.stringMatching(/^(ELOOP|ENOTDIR)$/) });
  await removeRecords(root, name);
  expect(outline(top())).toEqual({ '.cdk-efs-backup': 'symbolicLink outside', 'outside': 'directory', 'outside/f': 'file x' });
});

test('removing records leaves the ones of others, and what was kept aside', async () => {
  const other = recoveryName(0);
  await writeRecord(root, name, 5n, 'moved');
  await writeRecord(root, name, 5n, 'deleting');
  await writeRecord(root, other, 5n, 'moved');
  await removeRecords(root, name);
  expect(Object.keys(outline(`${top()}/.cdk-efs-backup`))).toEqual([other, `${other}/moved.json`]);
  expect(await hasAside(root, other)).toBe(false);
  await (await openRecords(root, other, ['replaced'])).close();
  expect(await hasAside(root, other)).toBe(true);
  await removeRecords(root, other);
  expect(Object.keys(outline(`${top()}/.cdk-efs-backup`))).toEqual([other, `${other}/replaced`]);
  await removeRecords(root, recoveryName(1));
});

test('a record is there whole or not at all, wherever its writer is killed', async () => {
  for (let n = 0; await crashingAt(n, () => writeRecord(root, name, 5n, 'moved')); n += 1) {
    expect([undefined, `${JSON.stringify({ recoveryDirectory: name, inode: '5' })}\n`]).toContain(readIfThere(`${top()}/.cdk-efs-backup/${name}/moved.json`));
    await writeRecord(root, name, 7n, 'moved');
    expect(await readRecord(root, name, 7n, 'moved')).toBeDefined();
    fs.rmSync(`${top()}/.cdk-efs-backup`, { recursive: true });
  }
});

test('what another worker replaces or removes at any moment, so that the server calls it stale, is opened anew', async () => {
  const steps = [
    () => writeRecord(root, name, 5n, 'deleting'),
    async () => expect(await readRecord(root, name, 5n, 'deleting')).toBeDefined(),
    () => removeRecords(root, name),
  ];
  const count = async (action: () => Promise<unknown>, fails: (index: number) => boolean) => {
    let calls = 0;
    const { stop } = intercept(() => {
      if (fails(calls++)) {
        throw errno('ESTALE');
      }
    });
    await action().finally(stop);
    return calls;
  };
  for (const step of steps) {
    const calls = await count(step, () => false);
    await (step === steps[2] ? writeRecord(root, name, 5n, 'deleting') : undefined);
    for (let stale = 1; stale < calls; stale += 1) { // the first one asks the root for our directory
      await count(step, (index) => index === stale);
      await (step === steps[2] ? writeRecord(root, name, 5n, 'deleting') : undefined);
    }
  }
  await removeRecords(root, name);
  expect(outline(top())).toEqual({});
});

const readIfThere = (path: string) => (fs.existsSync(path) ? fs.readFileSync(path, 'utf8') : undefined);
