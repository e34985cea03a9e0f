import { promises as fs } from 'node:fs';
import { openMount } from '../../../lambda/fs/mount';
import { Names } from '../../../lambda/fs/names';
import { errno } from '../../helpers/fault';
import { build, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';

const top = useTempDirectory();
afterEach(() => jest.restoreAllMocks());

const NOT_MOUNTED = { name: 'FileSystemNotMounted', message: expect.stringContaining('nothing was read or changed') };

test.each([undefined, '', 'directory', 'NONE'])('a plain empty directory is no mount, with MOUNT_CHECK %p', async (check) => {
  build(top(), { efs: {} });
  await expect(openMount(`${top()}/efs`, check)).rejects.toMatchObject(NOT_MOUNTED);
});

test('a plain directory passes for one with MOUNT_CHECK=DIRECTORY only', async () => {
  build(top(), { efs: { f: '' } });
  const root = await openMount(`${top()}/efs`, 'DIRECTORY');
  expect([...(await Names.list(root)).known]).toEqual(['f']);
  await root.close();
});

test('a directory on another device than its parent is a mount', async () => {
  const root = await openMount('/proc', undefined);
  expect(root.path).toBe('/');
  await root.close();
});

test.each(['nowhere', 'file', 'link'])('%s is no mount, whatever MOUNT_CHECK says', async (name) => {
  build(top(), { efs: {}, file: '', link: symbolicLink('efs') });
  await expect(openMount(`${top()}/${name}`, 'DIRECTORY')).rejects.toMatchObject(NOT_MOUNTED);
});

test('the root of the machine is no mount', async () => {
  await expect(openMount('/', undefined)).rejects.toMatchObject(NOT_MOUNTED);
});

test('a parent that cannot be looked at proves nothing', async () => {
  build(top(), { efs: {} });
  const real = fs.lstat;
  jest.spyOn(fs, 'lstat').mockImplementation((async (path: string) => {
    if (path === top()) {
      throw errno('EACCES');
    }
    return real(path);
  }) as never);
  await expect(openMount(`${top()}/efs`, undefined)).rejects.toMatchObject(NOT_MOUNTED);
});
