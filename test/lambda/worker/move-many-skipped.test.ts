import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { move } from '../../../lambda/worker/move';
import { ConflictPolicy } from '../../../src/core/restore-request';
import { endlessTime, intercept } from '../../helpers/fault';
import { build, describeTree, file, recoveryName, useTempDirectory } from '../../helpers/temp-tree';

const name = recoveryName(Date.UTC(2026, 10, 23, 3));
const top = useTempDirectory();
let root: Directory;
beforeEach(async () => {
  root = await Directory.open(top());
});
afterEach(() => root.close());
const moving = (conflictPolicy: ConflictPolicy) => move(root, { operation: 'move', directory: name, conflictPolicy }, new Deadline(endlessTime));

test.each([ConflictPolicy.SKIP, ConflictPolicy.REPLACE_IF_OLDER])('%s comes to an end where thousands of entries of one directory are skipped, and one cannot be moved', async (policy) => {
  const files = (content: string) => Object.fromEntries(Array.from({ length: 2_500 }, (_, index) => [`f${index}`, file(content, { mtime: 1000 })]));
  build(top(), { d: files('live'), [name]: { d: { ...files('restored'), free: 'restored' } } });
  const { stop } = intercept(({ operation, paths }) => {
    if (operation === 'link' && paths[1]?.endsWith('/free')) {
      throw Object.assign(new Error('EDQUOT'), { code: 'EDQUOT' });
    }
  });
  expect(await moving(policy).finally(stop)).toMatchObject({ counts: { moved: 0, skipped: 2_500, failed: 1 } });
});

test('what an earlier call of the same number keeps aside is not replaced', async () => {
  build(top(), { f: 'live', [name]: { f: 'restored' }, ['.cdk-efs-backup']: {} });
  fs.chmodSync(`${top()}/.cdk-efs-backup`, 0o700);
  const { stop } = intercept(({ operation, paths }) => {
    if (operation === 'mkdir' && paths[0].endsWith('/replaced/1')) { // another move, after an undo has freed the number
      stop();
      fs.mkdirSync(`${top()}/.cdk-efs-backup/${name}/replaced/1`);
      fs.writeFileSync(`${top()}/.cdk-efs-backup/${name}/replaced/1/f`, 'the only copy');
    }
  });
  const { outcome } = await moving(ConflictPolicy.REPLACE).finally(stop);
  expect(outcome).toBe('INCOMPLETE');
  const files = Object.values(describeTree(top())).filter(({ type }) => type === 'file').map(({ content }) => content);
  expect(files).toEqual(expect.arrayContaining(['live', 'restored', 'the only copy']));
});
