import * as fc from 'fast-check';
import { FakeAws, TARGET } from './fake-aws';
import { readDeletionFacts } from '../../lambda/control-plane/read-deletion-facts';
import { mayLieInRecoveryDirectory } from '../../src/core/access-point-root';
import { RefusalReason, refuseDeletion } from '../../src/core/deletion-guard';
import { quarantineNameOf } from '../../src/core/recovery-directory';

const NAME = 'aws-backup-restore_2026-07-27T05-06-24-914181044Z';
const FAILED = 'aws-backup-failed-restore_2019-01-07T21-06-22-108Z';
const FACTS = { moveOnRecord: true, quarantined: true, now: Date.UTC(2027, 0) };

/** What is read of a file system with these access points and no restore job. */
async function read(...paths: string[]): Promise<string[]> {
  const fake = new FakeAws().on('describeAccessPoints', { FileSystemId: TARGET.fileSystemId }, { AccessPoints: paths.map((Path) => ({ RootDirectory: { Path } })) });
  const { accessPointRoots } = await readDeletionFacts({ ...fake.withoutRestoreJobs, describeAccessPoints: fake.aws.describeAccessPoints }, TARGET);
  fake.assertDone();
  return accessPointRoots;
}

test.each([
  ['in quarantine', `/${quarantineNameOf(NAME)}`],
  ['below one in quarantine', `/${quarantineNameOf(NAME)}/uploads`],
  ['in quarantine after a failed restore', `/${quarantineNameOf(FAILED)}/a/b`],
  ['with two slashes', `//${NAME}`],
  ['with a dot', `/./${NAME}`],
  ['with two dots', `/projects/../${NAME}`],
  ['with a slash at its end', `/${NAME}/`],
  ['without a slash at its beginning', NAME],
  ['that is empty', ''],
])('an access point %s is seen by the guard', async (_, root) => {
  const directory = root.includes(FAILED) ? FAILED : NAME;
  const accessPointRoots = await read('/', '/projects', root);
  expect(accessPointRoots).toEqual([root]);
  const refusals = refuseDeletion({ ...FACTS, name: directory, accessPointRoots, runningRestoreJobs: [] });
  expect(refusals.map(({ reason }) => reason)).toEqual([RefusalReason.ACCESS_POINT]);
});

test('what the filter leaves out never makes a difference to the guard', () => {
  const names = [NAME, FAILED, quarantineNameOf(NAME), quarantineNameOf(FAILED), `${NAME}2`, quarantineNameOf(quarantineNameOf(NAME))];
  const component = fc.oneof(fc.constantFrom(...names, '.', '..', '', 'a'), fc.string());
  const root = fc.array(component, { maxLength: 4 }).map((components) => `/${components.join('/')}`);
  fc.assert(fc.property(fc.array(root), fc.constantFrom(NAME, FAILED), fc.boolean(), (roots, name, quarantined) => {
    const refusals = (accessPointRoots: string[]) => refuseDeletion({ ...FACTS, name, quarantined, accessPointRoots, runningRestoreJobs: [] });
    expect(refusals(roots.filter(mayLieInRecoveryDirectory))).toEqual(refusals(roots));
  }));
});
