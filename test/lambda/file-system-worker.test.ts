import * as fs from 'node:fs';
import { handler } from '../../lambda/file-system-worker.lambda';
import { AfterRestore, ConflictPolicy, RecoveryDirectoryDisposal } from '../../src/core/restore-request';
import type { MoveAnswer, VerifyAnswer, WorkerAnswer, WorkerEvent } from '../../src/core/worker';
import { endlessTime, timeFor } from '../helpers/fault';
import { build, fingerprint, openDescriptors, outline, recoveryName, useTempDirectory } from '../helpers/temp-tree';
import type { Tree } from '../helpers/temp-tree';

const top = useTempDirectory();
const variables = { MOUNT_PATH: process.env.MOUNT_PATH, MOUNT_CHECK: process.env.MOUNT_CHECK };
beforeEach(() => {
  process.env.MOUNT_PATH = `${top()}/efs`;
  process.env.MOUNT_CHECK = 'DIRECTORY';
  fs.mkdirSync(`${top()}/efs`);
});
afterEach(() => {
  for (const [variable, value] of Object.entries(variables)) {
    delete process.env[variable];
    Object.assign(process.env, value === undefined ? {} : { [variable]: value });
  }
});

test('a restore from beginning to end', async () => {
  const name = recoveryName(Date.now());
  build(`${top()}/efs`, { projects: { 'other.txt': 'live' } });
  const before = await handler({ operation: 'survey' }, endlessTime);
  expect(before).toMatchObject({ operation: 'survey', names: [] });
  build(`${top()}/efs`, { [name]: { projects: { 'report.txt': 'restored' } } });
  const found = await handler({ operation: 'find', before: [], job: { CreationDate: new Date().toISOString() } }, endlessTime);
  expect(found).toMatchObject({ directory: name });
  expect(await handler({ operation: 'verify', directory: name, items: ['/projects/report.txt'] }, endlessTime)).toMatchObject({ verdict: 'PASSED', counts: { files: 1, bytes: 8 } });
  expect(await handler({ operation: 'move', directory: name, conflictPolicy: ConflictPolicy.FAIL }, endlessTime)).toMatchObject({ outcome: 'MOVED', counts: { moved: 1 } });
  expect(await handler({ operation: 'delete', directory: name, accessPointRoots: [], runningRestoreJobs: [], restoredSince: '1970-01-01T00:00:00Z', disposal: RecoveryDirectoryDisposal.DELETE_WHEN_EMPTY }, endlessTime))
    .toMatchObject({ outcome: 'DELETED' });
  expect(outline(`${top()}/efs`)).toEqual({ 'projects': 'directory', 'projects/other.txt': 'file live', 'projects/report.txt': 'file restored' });
  expect(openDescriptors(top())).toEqual([]);
});

describe('going on with the answer before', () => {
  const goOn = (event: WorkerEvent, answer: object): WorkerEvent => ({ ...event, previous: answer }) as WorkerEvent;

  test.each<[string, Partial<WorkerEvent>, Partial<WorkerAnswer>, number]>([
    ['verify', { items: null }, { verdict: 'PASSED', counts: { files: 9, directories: 9, symbolicLinks: 0, others: 0, bytes: 9 } }, 6],
    ['move', { conflictPolicy: ConflictPolicy.SKIP }, { outcome: 'MOVED', counts: { moved: 9, replaced: 0, keptBoth: 0, skipped: 0, failed: 0 } }, 14],
  ])('%s comes to its end, and counts nothing twice', async (operation, more, end, asks) => {
    const name = recoveryName(Date.now());
    const tree = (content?: string): Tree => Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`d${index}`, (content === undefined ? {} : { f: content }) as Tree]));
    build(`${top()}/efs`, { ...tree(), [name]: tree('x') });
    const event = { operation, directory: name, ...more } as WorkerEvent;
    let answer = await handler({ ...event, previous: {} } as WorkerEvent, timeFor(asks)) as MoveAnswer | VerifyAnswer;
    let rounds = 1;
    for (; !answer.done && rounds < 50; rounds += 1) {
      answer = await handler(JSON.parse(JSON.stringify(goOn(event, answer))), timeFor(asks)) as MoveAnswer | VerifyAnswer;
    }
    expect(answer).toMatchObject({ done: true, ...end });
    expect(rounds).toBeGreaterThan(1);
  });
});

test('without a mount nothing is read or changed, whatever is asked', async () => {
  const name = recoveryName(Date.now() - 1000);
  build(`${top()}/efs`, { [name]: { f: '' } });
  delete process.env.MOUNT_CHECK;
  const before = fingerprint(top());
  const events: WorkerEvent[] = [
    { operation: 'survey' }, { operation: 'verify', directory: name, items: null }, { operation: 'move', directory: name, conflictPolicy: ConflictPolicy.REPLACE },
    { operation: 'delete', directory: name, accessPointRoots: [], runningRestoreJobs: [], restoredSince: '1970-01-01T00:00:00Z', retentionSeconds: 0, disposal: RecoveryDirectoryDisposal.DELETE },
  ];
  for (const event of events) {
    await expect(handler(event, endlessTime)).rejects.toMatchObject({ name: 'FileSystemNotMounted' });
  }
  expect(fingerprint(top())).toEqual(before);
});

test('an operation that is not known is named, and the mount is closed again', async () => {
  for (const operation of ['purge', undefined, AfterRestore.KEEP]) {
    await expect(handler({ operation } as never, endlessTime)).rejects.toMatchObject({ name: 'InvalidWorkerEvent', message: expect.stringContaining('must be one of survey, find, verify, move, undo, delete, release') });
  }
  expect(openDescriptors(top())).toEqual([]);
});

test('without MOUNT_PATH it says so', async () => {
  delete process.env.MOUNT_PATH;
  await expect(handler({ operation: 'survey' }, endlessTime)).rejects.toThrow('MOUNT_PATH is not set');
});
