import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { deleteRecoveryDirectory } from '../../../lambda/worker/delete';
import { RecoveryDirectoryDisposal } from '../../../src/core/restore-request';
import { endlessTime, intercept } from '../../helpers/fault';
import { build, recoveryName, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

const top = useTempDirectory();
const many = (length: number, prefix: string, node: Tree[string]): Tree => Object.fromEntries(Array.from({ length }, (_, index) => [`${prefix}${index}`, node]));

test('a directory is moved away with the one that is emptied in it, while so many others are open that it is not: what was in it stays', async () => {
  const name = recoveryName(Date.now() - 1000);
  build(top(), { [name]: { a: { b: { c: many(3_000, 'f', '') } }, others: many(400, 'd', many(3, 'f', '')) } });
  const root = await Directory.open(top());
  let removals = 0;
  const { stop } = intercept(({ operation, paths }) => {
    removals += operation === 'unlink' && !paths[0].includes('.cdk-efs-backup') ? 1 : 0;
    if (removals === 2_000) {
      removals += 1;
      fs.renameSync(`${top()}/${name}/a/b`, `${top()}/live`);
    }
  });
  try {
    const answer = await deleteRecoveryDirectory(root, {
      operation: 'delete',
      directory: name,
      accessPointRoots: [],
      runningRestoreJobs: [],
      restoredSince: new Date(0).toISOString(),
      retentionSeconds: 0,
      operationsPerSecond: 1_000,
      disposal: RecoveryDirectoryDisposal.DELETE,
    }, new Deadline(endlessTime));
    expect(answer).toMatchObject({ outcome: 'INCOMPLETE', notes: expect.arrayContaining([expect.objectContaining({ note: expect.stringContaining('moved away') })]) });
    expect(fs.readdirSync(`${top()}/live/c`).length).toBeGreaterThan(0);
  } finally {
    stop();
    await root.close();
  }
});
