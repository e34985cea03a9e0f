import * as fs from 'node:fs';
import { WorkflowBench } from './restore-workflow';
import { runsAsRoot } from '../helpers/temp-tree';

const bench = new WorkflowBench('QuickStart');
afterEach(async () => bench.end());
afterAll(() => bench.close());

const FILES = { '/a/lost.txt': 'lost', '/a/other.txt': 'other', '/b/deep/er/file.txt': 'deep' };
const OWNER = 4321;

// AWS documents neither: in each of these worlds a restore ends as it should, and what somebody else put there stays
describe.each([
  { olderTimes: false }, { olderTimes: true }, ...(runsAsRoot ? [{ olderTimes: false, owner: OWNER }, { olderTimes: true, owner: OWNER }] : []),
])('restored directories with %j', (restored) => {
  test('are moved into place and deleted', async () => {
    const scene = await bench.start(FILES, { restored });
    scene.remove('/a/lost.txt', '/b');
    const { report } = await scene.restore({ afterRestore: 'MOVE_INTO_PLACE', items: ['/a/lost.txt', '/b'] });
    expect(report).toMatchObject({ outcome: 'SUCCEEDED', restores: [{ move: { outcome: 'MOVED' }, cleanup: { outcome: 'DELETED' } }] });
    expect([scene.read('/a/lost.txt'), scene.read('/b/deep/er/file.txt'), scene.left]).toEqual(['lost', 'deep', []]);
  });

  test('that somebody gave to another user are refused', async () => {
    if (!runsAsRoot) {
      return;
    }
    const scene = await bench.start(FILES, { restored });
    scene.remove('/a/lost.txt');
    scene.when('ReadDeletionFacts', () => scene.left.filter((name) => name.startsWith('aws-')).forEach((name) => {
      fs.chmodSync(scene.at(name), 0o755); // or what was closed before would be the restore's own
      fs.chownSync(scene.at(name), 1000, 1000);
    }));
    const { report } = await scene.restore({ afterRestore: 'MOVE_INTO_PLACE', items: ['/a/lost.txt'] });
    expect(report.restores[0].cleanup?.refusals.map(({ reason }) => reason)).toEqual(['NOT_RESTORED']);
  });
});
