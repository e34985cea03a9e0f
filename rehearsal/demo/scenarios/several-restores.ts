import { RestoreError } from '../../../src/core/contract';
import { LOST_FILE, LOST_TREE } from '../projects';
import { LOST, restoreScenario } from '../restore-scenario';
import { unlike } from '../unlike';

const FILE = { items: [LOST_FILE], afterRestore: 'MOVE_INTO_PLACE' };
const TREE = { items: [LOST_TREE], afterRestore: 'MOVE_INTO_PLACE' };

/** Restores that meet. */
export const severalRestores = [
  restoreScenario({
    name: 'two-restores',
    what: 'two people restore at once: the second one is refused, and restores when the first one is done',
    options: { faults: [{ restoreJob: 'STUCK' }] }, // the first job, until the second restore is refused
    play: async (scene) => {
      const first = scene.restore(FILE, 'first');
      await scene.until('the first restore job runs', () => scene.count('DescribeRestoreJob') > 2);
      const second = await scene.restore(TREE, 'second');
      scene.rehearsal.aws.restoreJobs.releaseStuckJobs();
      const refused = unlike({ outcome: 'FAILED', error: 'AnotherRestoreRunning', restores: [] }, scene.reportOf(second), 'the report of the second');
      const done = unlike({ outcome: 'SUCCEEDED', totals: { files: 1, moved: 1 } }, scene.reportOf(await first), 'the report of the first');
      if (refused.length + done.length > 0) {
        throw new Error([...refused, ...done].join('; '));
      }
      scene.say(`Refused: ${scene.reportOf(second).sentence}`);
      return scene.restore(TREE, 'third');
    },
    report: { restores: [{ items: [LOST_TREE] }], totals: { files: 1062, moved: 1 } },
    faults: ({ starts }) => (starts.jobs === 2 ? [] : [`two restore jobs were wanted: ${JSON.stringify(starts)}`]),
  }),
  restoreScenario({
    name: 'two-restores-allowed',
    what: 'a restore that somebody started by hand ends at the same time, which the request allows: nobody can tell which directory is whose',
    error: RestoreError.RECOVERY_DIRECTORY_AMBIGUOUS,
    begin: (scene) => {
      const { restoreJobs } = scene.rehearsal.aws;
      scene.rehearsal.startOtherRestore();
      const [other] = restoreJobs.byId.keys();
      scene.when('DescribeRestoreJob', 'entered', () => void restoreJobs.poll(other)); // both come on at the same pace
    },
    request: { ...LOST, allowConcurrentRestores: true },
    report: { restores: [{ items: LOST.items, restoreJobId: /./ }], totals: { files: 0, moved: 0 }, sentence: /nothing was deleted/ },
    faults: ({ rehearsal }) => {
      const made = [...rehearsal.aws.restoreJobs.byId.values()].map(({ directories }) => directories.length);
      return unlike([1, 1], made, 'the number of directories of each job');
    },
  }),
];
