import * as fs from 'node:fs';
import * as path from 'node:path';
import { CleanupBench } from './cleanup-workflow';
import type { CleanupScene } from './cleanup-workflow';

let bench: CleanupBench;
let scene: CleanupScene;
beforeAll(() => { bench = new CleanupBench('LEAST'); });
afterEach(() => scene.close());
afterAll(() => bench.close());

/** What starts a restore job of a recovery point of another file system, that says that it restores into one. */
async function anotherRestore(into: 'THIS' | 'ANOTHER'): Promise<() => string> {
  const root = path.join(scene.root, '..', 'another');
  fs.mkdirSync(root);
  const another = scene.rehearsal.aws.createFileSystem(root);
  const point = await scene.rehearsal.aws.backUp(another);
  const fileSystemId = into === 'THIS' ? scene.rehearsal.fileSystem.fileSystemId : another.fileSystemId;
  return () => scene.rehearsal.aws.restoreJobs.start({
    RecoveryPointArn: point.recoveryPointArn,
    IamRoleArn: 'arn:aws:iam::111122223333:role/restore',
    Metadata: { ...point.restoreMetadata, 'file-system-id': fileSystemId, 'newFileSystem': 'false' },
  }).restoreJobId;
}

test('a cleanup waits while a recovery point of another file system is restored into this one', async () => {
  scene = await bench.start();
  const old = scene.make(20);
  const job = (await anotherRestore('THIS'))();
  let waits = 0;
  scene.when('WaitForRestore', () => {
    waits += 1;
    expect(scene.left).toEqual([old]);
    scene.rehearsal.aws.restoreJobs.byId.delete(job); // it has ended
  });
  expect((await scene.cleanUp()).report).toMatchObject({ outcome: 'SUCCEEDED', totals: { deleted: 1 } });
  expect(waits).toBe(1);
});

test('one that begins before the deletion keeps the directory', async () => {
  scene = await bench.start();
  const old = scene.make(20);
  const begin = await anotherRestore('THIS');
  scene.once('ChooseDirectories', begin);
  expect((await scene.cleanUp()).report).toMatchObject({ outcome: 'YIELDED', yieldedTo: { reason: 'RESTORE_RUNNING' } });
  expect(scene.left).toEqual([old]);
});

test('a restore into another file system is nothing to wait for', async () => {
  scene = await bench.start();
  scene.make(20);
  (await anotherRestore('ANOTHER'))();
  expect((await scene.cleanUp()).report).toMatchObject({ outcome: 'SUCCEEDED', totals: { deleted: 1 } });
});
