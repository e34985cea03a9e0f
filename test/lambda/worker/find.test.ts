import { Directory } from '../../../lambda/fs/directory';
import { find } from '../../../lambda/worker/find';
import type { FindEvent } from '../../../src/core/worker';
import { build, file, recoveryName, symbolicLink, useTempDirectory } from '../../helpers/temp-tree';

const CREATED = Date.UTC(2026, 10, 23, 3);
const MINUTE = 60_000;
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());

const run = (before: string[] = [], job: Partial<FindEvent['job']> = {}) => find(root, {
  operation: 'find', before, job: { CreationDate: new Date(CREATED).toISOString(), CompletionDate: new Date(CREATED + 30 * MINUTE).toISOString(), ...job },
});
const own = recoveryName(CREATED + 30 * MINUTE);

describe('find', () => {
  test('the directory that was not there before, and lost+found beside it', async () => {
    const old = recoveryName(CREATED + MINUTE);
    build(top(), { [old]: {}, [own]: {}, 'projects': {}, 'aws-backup-lost+found': {}, 'aws-backup-restore_mine': {} });
    expect(await run([old])).toEqual({ operation: 'find', done: true, directory: own, lostAndFound: ['aws-backup-lost+found'] });
  });

  test.each<[string, number, boolean]>([
    ['before the job, beyond the tolerance', -11, false], ['shortly before the job', -9, true], ['shortly after the job', 39, true], ['after the job, beyond the tolerance', 41, false],
  ])('%s', async (_, minutes, found) => {
    build(top(), { [recoveryName(CREATED + minutes * MINUTE)]: {} });
    await (found ? expect(run()).resolves.toMatchObject({ done: true }) : expect(run()).rejects.toMatchObject({ name: 'RecoveryDirectoryNotFound' }));
  });

  test('a job that tells no completion ends now', async () => {
    const now = recoveryName(Date.now());
    build(top(), { [now]: {} });
    expect(await run([], { CreationDate: new Date(Date.now() - MINUTE).toISOString(), CompletionDate: undefined })).toMatchObject({ directory: now });
  });

  test('none: what is new is told', async () => {
    const failed = own.replace('restore_', 'failed-restore_');
    build(top(), { [failed]: {}, 'aws-backup-restore_mine': {} });
    await expect(run()).rejects.toMatchObject({ name: 'RecoveryDirectoryNotFound', message: expect.stringContaining(`new at the root of the file system: ${failed}, aws-backup-restore_mine`) });
    await expect(run([failed, 'aws-backup-restore_mine'])).rejects.toMatchObject({ message: expect.stringMatching(/: nothing$/) });
  });

  test('what is older than the job is not new, whether the survey told it or not', async () => {
    const old = recoveryName(CREATED - 60 * MINUTE);
    build(top(), { [old]: {} });
    await expect(run()).rejects.toMatchObject({ message: expect.stringMatching(/: nothing$/) });
  });

  test('what an earlier job of the same restore made is not this one\'s, whether the survey saw it or not', async () => {
    const earlier = recoveryName(CREATED - 2 * MINUTE);
    build(top(), { [earlier]: {} });
    const event = (minutes: number): FindEvent => ({
      operation: 'find',
      before: [],
      earlier: [{ directory: earlier }, {}],
      job: { CreationDate: new Date(CREATED).toISOString(), CompletionDate: new Date(CREATED + minutes * MINUTE).toISOString() },
    });
    await expect(find(root, event(1))).rejects.toMatchObject({ name: 'RecoveryDirectoryNotFound', message: expect.stringMatching(/: nothing$/) });
    build(top(), { [own]: {} });
    expect(await find(root, event(30))).toMatchObject({ directory: own });
  });

  test('several: nobody guesses', async () => {
    build(top(), { [own]: {}, [recoveryName(CREATED)]: {} });
    await expect(run()).rejects.toMatchObject({ name: 'RecoveryDirectoryAmbiguous', message: expect.stringContaining(own) });
  });

  test.each([['a symbolic link', symbolicLink('projects')], ['a file', file('')]])('%s of that name is none', async (_, node) => {
    build(top(), { projects: {}, [own]: node });
    await expect(run()).rejects.toMatchObject({ name: 'RecoveryDirectoryNotFound' });
  });

  test.each([['CreationDate', 'soon'], ['CompletionDate', 'later']])('a %s that is no time finds nothing', async (key, value) => {
    build(top(), { [own]: {} });
    await expect(run([], { [key]: value })).rejects.toMatchObject({ name: 'RecoveryDirectoryNotFound' });
  });
});
