import * as fc from 'fast-check';
import { awsError, FakeAws, TARGET } from './fake-aws';
import { translateItems } from '../../lambda/control-plane/translate-items';

const ID = 'fsap-0123456789abcdef0';
const MOUNTS = [{ mountPoint: '/mnt/efs' }, { mountPoint: '/srv/projects', rootDirectory: '/projects' }];
const OF = { FileSystemId: TARGET.fileSystemId };
const asked = (answer: object) => new FakeAws().on('describeAccessPoints', OF, answer);
const accessPoint = (more: object) => asked({ AccessPoints: [{ AccessPointId: 'fsap-other', RootDirectory: { Path: '/other' } }, { AccessPointId: ID, ...more }] });

async function translate(fake: FakeAws, items: string[], seenFrom: string): Promise<string[]> {
  try {
    return await translateItems(fake.aws, TARGET, MOUNTS, items, seenFrom);
  } finally {
    fake.assertDone();
  }
}

test.each<[string, object, string[]]>([
  ['a directory', { RootDirectory: { Path: '/home/alice' } }, ['/home/alice/a', '/home/alice/b/c']],
  ['the root of the file system', { RootDirectory: { Path: '/' } }, ['/a', '/b/c']],
  ['no root directory, which is that of the file system', {}, ['/a', '/b/c']],
])('from an access point of %s', async (_name, more, expected) => {
  expect(await translate(accessPoint(more), ['/a', '/b/c'], ID)).toEqual(expected);
});

test('from an access point on a later page', async () => {
  const fake = asked({ AccessPoints: [{ AccessPointId: 'fsap-other' }], NextToken: 'two' })
    .on('describeAccessPoints', { ...OF, NextToken: 'two' }, { AccessPoints: [{ AccessPointId: ID, RootDirectory: { Path: '/x' } }], NextToken: 'three' });
  expect(await translate(fake, ['/a'], ID)).toEqual(['/x/a']); // the third page is not read
});

test.each([['/mnt/efs', ['/a', '/b/c']], ['/srv/projects', ['/projects/a', '/projects/b/c']]])('from the client at %s, and AWS is not asked', async (mountPoint, expected) => {
  expect(await translate(new FakeAws(), ['/a', '/b/c'], mountPoint)).toEqual(expected);
});

describe('an access point that is not of this file system', () => {
  const REMEDY = `choose one of 'aws efs describe-access-points --file-system-id ${TARGET.fileSystemId}', or write the paths from the root of the file system`;
  test.each<[string, object]>([
    ['not listed', { AccessPoints: [] }], ['no list', {}], ['others only', { AccessPoints: [{ AccessPointId: 'fsap-other', RootDirectory: { Path: '/' } }, {}] }],
  ])('%s: refused in exactly these words', async (_name, answer) => {
    await expect(translate(asked(answer), ['/a'], ID)).rejects.toMatchObject({
      name: 'InvalidRestoreRequest', message: `'itemsSeenFrom' must be an access point of ${TARGET.fileSystemId}, got "${ID}"; ${REMEDY}`,
    });
  });

  test('an error of AWS that says nothing about it goes through as it is', async () => {
    await expect(translate(asked(awsError('ThrottlingException')), ['/a'], ID)).rejects.toMatchObject({ name: 'ThrottlingException' });
  });
});

test('whoever looks through the same directory restores the same, by access point or by mount', async () => {
  const paths = fc.uniqueArray(fc.array(fc.constantFrom('a', 'b', ' ', '...'), { minLength: 1, maxLength: 4 }).map((names) => `/${names.join('/')}`), { minLength: 1 });
  await fc.assert(fc.asyncProperty(paths, async (items) => {
    const byAccessPoint = await translate(accessPoint({ RootDirectory: { Path: '/projects' } }), items, ID);
    expect(await translate(new FakeAws(), items, '/srv/projects')).toEqual(byAccessPoint);
    expect(byAccessPoint).toEqual(items.map((item) => `/projects${item}`));
  }));
});
