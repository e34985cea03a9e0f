import { Directory } from '../../../lambda/fs/directory';
import { find } from '../../../lambda/worker/find';
import type { FindEvent } from '../../../src/core/worker';
import { build, recoveryName, useTempDirectory } from '../../helpers/temp-tree';

const MINUTE = 60_000;
const CREATED = Date.UTC(2026, 10, 23, 3);
const COMPLETED = CREATED + 30 * MINUTE;
const iso = (instant: number) => new Date(instant).toISOString();
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());

const run = (more: Partial<FindEvent>) => find(root, { operation: 'find', before: [], job: { CreationDate: iso(CREATED), CompletionDate: iso(COMPLETED) }, ...more });
const late = recoveryName(CREATED - MINUTE);
const inThatMoment = recoveryName(CREATED);
const own = recoveryName(COMPLETED);
const next = recoveryName(COMPLETED + 5 * MINUTE);

test.each([undefined, null, false])('where no other job was near (%s), clocks may differ by a few minutes', async (rivals) => {
  build(top(), { [late]: {} });
  expect(await run({ rivals, nextJobCreated: null })).toMatchObject({ directory: late });
});

test('the directory of a job that ended shortly before comes late: it is not taken for this one', async () => {
  build(top(), { [late]: {}, [inThatMoment]: {} });
  await expect(run({ rivals: true })).rejects.toMatchObject({ name: 'RecoveryDirectoryNotFound', message: expect.stringContaining(late) });
  build(top(), { [own]: {} });
  expect(await run({ rivals: true })).toMatchObject({ directory: own });
});

test('the directory of the next job is there before this one: it is not taken for this one', async () => {
  const nextJobCreated = iso(COMPLETED + 2 * MINUTE);
  build(top(), { [next]: {} });
  await expect(run({ nextJobCreated })).rejects.toMatchObject({ name: 'RecoveryDirectoryNotFound' });
  build(top(), { [own]: {} });
  expect(await run({ nextJobCreated })).toMatchObject({ directory: own });
});

test('a time of the next job that cannot be read lets none be found', async () => {
  build(top(), { [own]: {} });
  await expect(run({ nextJobCreated: 'soon' })).rejects.toMatchObject({ name: 'RecoveryDirectoryNotFound' });
});
