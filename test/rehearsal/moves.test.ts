import * as fs from 'node:fs';
import { WorkflowBench } from './restore-workflow';

/** What the workflow passes to the worker for a move, seen by what comes of it. */
const MOVE = { afterRestore: 'MOVE_INTO_PLACE' };
const FILES = { '/a/lost.txt': 'lost', '/a/other.txt': 'other', '/b/deep/er/file.txt': 'deep', '/web/[slug].tsx': 'slug', '/web/deleted.tsx': 'deleted' };
const bench = new WorkflowBench('QuickStart');
const start: WorkflowBench['start'] = async (...args) => bench.start(...args);

afterEach(async () => bench.end());
afterAll(() => bench.close());

test('SWAP: the item takes its place as a whole, and what was there is kept aside', async () => {
  const scene = await start(FILES);
  scene.remove('/a/lost.txt');
  fs.writeFileSync(scene.at('/a/merged.txt'), 'since then');
  const { execution, report } = await scene.restore({ items: ['/a'], ...MOVE, conflictPolicy: 'SWAP' });
  expect(execution.status).toBe('SUCCEEDED');
  expect(fs.readdirSync(scene.at('/a')).sort()).toEqual(['lost.txt', 'other.txt']);
  expect(report.restores[0].move).toMatchObject({ outcome: 'MOVED', counts: { replaced: 1 } });
  expect(scene.read(`${report.restores[0].move!.keptAside!}/1/a/merged.txt`)).toBe('since then');
});

test('a name that looks like a pattern comes back alone, whatever else was deleted beside it', async () => {
  const scene = await start(FILES);
  scene.remove('/web/[slug].tsx', '/web/deleted.tsx');
  const { execution, report } = await scene.restore({ items: ['/web/[slug].tsx'], ...MOVE });
  expect(execution.status).toBe('SUCCEEDED');
  expect([scene.read('/web/[slug].tsx'), scene.read('/web/deleted.tsx')]).toEqual(['slug', undefined]);
  expect(report.restores[0].move).toMatchObject({ outcome: 'MOVED', counts: { moved: 1, skipped: 0, failed: 0 } });
});

test('from the verification on the recovery directory is closed, and what is taken out of it then is told', async () => {
  const scene = await start(FILES);
  scene.remove('/b');
  let mode = 0;
  scene.when('MoveIntoPlace', () => {
    const directory = fs.readdirSync(scene.root).find((name) => name.startsWith('aws-backup-restore_'))!;
    mode = fs.statSync(scene.at(`/${directory}`)).mode % 0o10000;
    fs.renameSync(scene.at(`/${directory}/b`), scene.at('/elsewhere'));
  }, ['entered']);
  const { execution, report } = await scene.restore({ items: ['/b'], ...MOVE });
  expect(mode).toBe(0o700);
  expect(execution).toMatchObject({ status: 'FAILED', error: 'MoveIncomplete' });
  expect(report.restores[0].move).toMatchObject({ outcome: 'INCOMPLETE', notes: expect.arrayContaining([expect.objectContaining({ path: '/b' })]) });
  expect(scene.read('/elsewhere/deep/er/file.txt')).toBe('deep');
});

test.each([['KEEP_LIVE', 0o700, 'left 1 directory with another owner or mode'], ['TAKE_RESTORED', 0o750, 'gave 1 directory the owner and mode']])('mergedDirectories %s', async (mergedDirectories, mode, words) => {
  const scene = await start(FILES, { skipBackup: true });
  fs.chmodSync(scene.at('/a'), 0o750);
  await scene.rehearsal.backUp();
  scene.remove('/a/lost.txt');
  fs.chmodSync(scene.at('/a'), 0o700);
  const { execution, report } = await scene.restore({ items: ['/a'], ...MOVE, conflictPolicy: 'SKIP', mergedDirectories, recoveryDirectory: 'KEEP' });
  expect(execution.status).toBe('SUCCEEDED');
  expect(report.sentence).toContain(words);
  expect(fs.statSync(scene.at('/a')).mode % 0o10000).toBe(mode);
  expect(fs.statSync(scene.at(`/${report.restores[0].recoveryDirectory}`)).mode % 0o10000).not.toBe(0o700);
});
