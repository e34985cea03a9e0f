import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { isOurs, readRecord, writeRecord } from '../../../lambda/worker/records';
import { build, directory, recoveryName, runsAsRoot, useTempDirectory } from '../../helpers/temp-tree';

const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(async () => {
  jest.restoreAllMocks();
  process.env.MOUNT_CHECK = 'DIRECTORY';
  await root.close();
});

const withTimes = (own: fs.BigIntStats, times: Partial<fs.BigIntStats>): fs.BigIntStats =>
  Object.assign(Object.create(Object.getPrototypeOf(own)), own, times);

if (runsAsRoot) { // nobody else can give something to another owner
  describe('the user that Lambda runs the worker as is somebody else\'s on the file system', () => {
    const LAMBDA = 993;
    const ofUser = async (uid: number, check: string) => {
      build(top(), { [name]: {}, '.cdk-efs-backup': directory({ [name]: {} }, { mode: 0o700 }) });
      const { ino } = fs.lstatSync(`${top()}/${name}`, { bigint: true });
      fs.writeFileSync(`${top()}/.cdk-efs-backup/${name}/moved.json`, JSON.stringify({ recoveryDirectory: name, inode: String(ino) }));
      fs.chownSync(`${top()}/.cdk-efs-backup`, uid, uid);
      jest.spyOn(process, 'getuid').mockReturnValue(LAMBDA);
      process.env.MOUNT_CHECK = check;
      return [await isOurs(root), await readRecord(root, name, ino, 'moved') !== undefined];
    };

    test.each<[number, string, boolean]>([[LAMBDA, '', false], [0, '', true], [LAMBDA, 'DIRECTORY', true], [1000, 'DIRECTORY', false], [0, 'DIRECTORY', true]])(
      'records of user %i, with MOUNT_CHECK %j, are believed: %s', async (uid, check, believed) => {
        expect(await ofUser(uid, check)).toEqual([believed, believed]);
      });
  });
}

test('a record does not hold for a directory that was made later, whatever its inode number', async () => {
  build(top(), { [name]: { f: '' } });
  let own: fs.BigIntStats;
  do { // until its last change is not of the tick that it was born in
    fs.chmodSync(`${top()}/${name}`, 0o700);
    own = fs.lstatSync(`${top()}/${name}`, { bigint: true });
  } while (own.ctimeNs === own.birthtimeNs);
  await writeRecord(root, name, own, 'moved');
  expect(await readRecord(root, name, own, 'moved')).toBeDefined();
  const reused = withTimes(own, { birthtimeNs: own.birthtimeNs + 1n });
  expect(await readRecord(root, name, reused, 'moved')).toBeUndefined();
});

test('where the file system tells no time of birth, or the last change in its place, the inode number is what counts', async () => {
  build(top(), { [name]: { f: '' } });
  const own = fs.lstatSync(`${top()}/${name}`, { bigint: true });
  for (const birthtimeNs of [0n, own.ctimeNs]) {
    const told = withTimes(own, { birthtimeNs });
    await writeRecord(root, name, told, 'moved');
    const later = withTimes(own, { ctimeNs: own.ctimeNs + 5n, birthtimeNs: birthtimeNs && own.ctimeNs + 5n });
    expect(await readRecord(root, name, later, 'moved')).toBeDefined();
  }
});
