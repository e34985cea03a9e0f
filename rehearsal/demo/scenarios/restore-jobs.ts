import { RestoreError } from '../../../src/core/contract';
import { LOST, restoreScenario } from '../restore-scenario';
import type { RestoreScene } from '../restore-scene';

/** What a restore reports in which all that was lost came back. */
export const ALL_BACK = { restores: [{ verification: { verdict: 'PASSED' }, move: { outcome: 'MOVED' }, cleanup: { outcome: 'DELETED' } }], totals: { files: 1063, moved: 2, failed: 0 } };

const HOUR = 3_600;
/** The directory comes before this attempt to find it: the pauses before are 30, 45, 68 and 101 seconds long. */
const LATE_ATTEMPT = 4;

/** How long the execution waited for its restore job, in its own time. */
function secondsWaited({ count, events }: Pick<RestoreScene, 'count' | 'events'>): number {
  const slow = (events.find(({ state }) => state === 'WaitLong')?.input as { prepared: { polling: { slowSeconds: number } } } | undefined)?.prepared.polling.slowSeconds ?? 0;
  return count('WaitBriefly') * 10 + count('WaitLonger') * 60 + count('WaitLong') * slow;
}

/** What AWS Backup does to a restore. */
export const restoreJobs = [
  restoreScenario({
    name: 'fails-after-hours',
    what: 'the restore job fails after hours',
    error: RestoreError.RESTORE_JOB_FAILED,
    options: { percentPerPoll: 1, faults: [{ restoreJob: 'FAILED', statusMessage: 'The file system is full' }], wait: (seconds) => seconds / 100 },
    report: { cause: /The file system is full/, restores: [{ restoreJobId: /./, items: LOST.items, lostAndFound: [] }], sentence: /nothing was deleted/ },
    faults: (scene) => {
      const hours = secondsWaited({ count: scene.count.bind(scene), events: scene.events }) / HOUR;
      scene.say(`That was after ${hours.toFixed(1)} hours, in the time of the execution`);
      return hours > 4 ? [] : [`the execution waited for ${hours} hours only`];
    },
  }),
  restoreScenario({
    name: 'directory-late',
    what: 'the restore job is COMPLETED, and its directory appears minutes later',
    // to be delivered takes real time: whoever waits for it must give it that
    options: { faults: [{ restoreJob: 'DIRECTORY_LATE' }], wait: (seconds) => seconds * 10 },
    begin: (scene) => scene.when('FindRecoveryDirectory', 'retried', (times) => {
      if (times === LATE_ATTEMPT) {
        void scene.rehearsal.aws.deliverDirectories();
      }
    }),
    report: ALL_BACK,
    faults: (scene) => (scene.count('FindRecoveryDirectory', 'retried') >= LATE_ATTEMPT ? [] : ['the directory was there at once']),
  }),
  restoreScenario({
    name: 'lost-and-found',
    what: 'AWS Backup puts fragments into aws-backup-lost+found',
    options: { faults: [{ restoreJob: 'LOST_AND_FOUND' }] },
    report: { restores: [{ ...ALL_BACK.restores[0], lostAndFound: ['aws-backup-lost+found'] }] },
    leaves: [/^aws-backup-lost\+found$/],
  }),
  restoreScenario({
    name: 'throttling',
    what: 'AWS throttles every operation, and loses the answer that a restore job was started',
    options: {
      faults: [
        ...(['DescribeFileSystems', 'GetBackupVaultAccessPolicy', 'ListRecoveryPointsByBackupVault', 'DescribeRestoreJob', 'DescribeAccessPoints'] as const)
          .map((operation) => ({ operation, fault: 'THROTTLE' as const })),
        { operation: 'StartRestoreJob', fault: 'THROTTLE', times: 2 },
        { operation: 'StartRestoreJob', fault: 'ANSWER_LOST' },
      ],
    },
    report: ALL_BACK,
    faults: ({ starts }) => (starts.requests > 2 && starts.tokens === 1 && starts.jobs === 1 ? [] : [`there must be one job from several requests: ${JSON.stringify(starts)}`]),
  }),
  restoreScenario({
    name: 'throttling-without-end',
    what: 'AWS Backup throttles beyond all patience',
    error: RestoreError.RESTORE_JOB_NOT_STARTED,
    options: { faults: [{ operation: 'StartRestoreJob', fault: 'THROTTLE', times: Infinity }] },
    report: { cause: /Rate exceeded/, restores: [], sentence: /Perhaps a restore job was started/ },
    faults: ({ starts }) => (starts.requests === 9 && starts.tokens === 1 && starts.jobs === 0 ? [] : [`nine attempts with one token must start nothing: ${JSON.stringify(starts)}`]),
  }),
];
