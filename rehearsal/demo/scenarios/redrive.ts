import * as fs from 'node:fs';
import { RestoreError } from '../../../src/core/contract';
import { LOST, restoreScenario } from '../restore-scenario';
import type { RestoreScene } from '../restore-scene';
import { unlike } from '../unlike';
import { ALL_BACK } from './restore-jobs';

function oneJob({ starts }: RestoreScene): string[] {
  return starts.tokens === 1 && starts.jobs === 1 ? [] : [`there must be one restore job: ${JSON.stringify(starts)}`];
}

/** Stops an execution as soon as something is so, and redrives it. */
async function stopAndRedrive(scene: RestoreScene, what: string, holds: () => boolean): ReturnType<RestoreScene['restore']> {
  const running = scene.restore(LOST, 'stopped');
  await scene.until(what, holds);
  scene.rehearsal.stop('stopped');
  const stopped = await running;
  const faults = unlike({ status: 'ABORTED' }, stopped, 'the stopped execution');
  if (faults.length > 0) {
    throw new Error(faults.join('; '));
  }
  scene.say(`Stopped in ${stopped.visited[stopped.visited.length - 1]}, and redriven`);
  return scene.rehearsal.redrive('stopped');
}

/** RedriveExecution: of an execution that the workflow itself ended, and of ones that somebody stopped. */
export const redrives = [
  restoreScenario({
    name: 'redrive-failed',
    what: 'the mount was away, the restore failed, and somebody redrives it: it fails again at its Fail state, and changes nothing; a new one works',
    begin: (scene) => {
      fs.renameSync(scene.root, `${scene.root}-away`);
    },
    play: async (scene) => {
      const failed = await scene.restore(LOST, 'failed');
      fs.renameSync(`${scene.root}-away`, scene.root);
      const { visited, error, cause } = failed;
      const states = visited.length;
      const redriven = await scene.rehearsal.redrive('failed');
      const faults = [
        ...unlike({ status: 'FAILED', error: RestoreError.FILE_SYSTEM_NOT_MOUNTED }, failed, 'the execution'),
        ...unlike({ status: 'FAILED', error, cause, redriveCount: 1 }, redriven, 'the redriven execution'),
        ...unlike(['RestoreFailed'], redriven.visited.slice(states), 'what was redriven'),
        ...unlike({ requests: 0, jobs: 0 }, scene.starts, 'what AWS Backup was asked'),
        ...scene.check.untouched(),
      ];
      if (faults.length > 0) {
        throw new Error(faults.join('; '));
      }
      scene.say(`Redriven, it only fails again: ${redriven.error}. So it is started anew`);
      return scene.restore(LOST, 'new');
    },
    report: ALL_BACK,
    faults: oneJob,
  }),
  restoreScenario({
    name: 'redrive-stopped-at-start',
    what: 'somebody stops the execution just as AWS Backup starts the job, and redrives it: the job is not started twice',
    play: async (scene) => stopAndRedrive(scene, 'a restore job is started', () => scene.starts.jobs > 0),
    report: ALL_BACK,
    faults: oneJob,
  }),
  restoreScenario({
    name: 'redrive-stopped-at-wait',
    what: 'somebody stops the execution while the restore job runs, and redrives it',
    play: async (scene) => stopAndRedrive(scene, 'the job runs', () => scene.count('DescribeRestoreJob', 'left') > 2),
    report: ALL_BACK,
    faults: oneJob,
  }),
  restoreScenario({
    name: 'redrive-stopped-at-move',
    what: 'somebody stops the execution while what was restored is moved, and redrives it',
    play: async (scene) => stopAndRedrive(scene, 'the move begins', () => scene.count('MoveIntoPlace') > 0),
    report: { restores: [{ move: { outcome: 'MOVED' }, cleanup: { outcome: 'DELETED' } }] },
    faults: oneJob,
  }),
];
