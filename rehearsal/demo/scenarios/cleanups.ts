import * as fs from 'node:fs';
import * as path from 'node:path';
import { RootEntryKind } from '../../../src/core/recovery-directory';
import { cleanupScenario } from '../cleanup-scenario';
import type { CleanupScene } from '../cleanup-scene';
import { unlike } from '../unlike';

const RECOVERY_DIRECTORY = /^aws-backup-restore_/;
const FAILED_RECOVERY_DIRECTORY = /^aws-backup-failed-restore_/;
/** 30 files in 3 directories, and the recovery directory itself. */
const ENTRIES = 34;

/** The event of a job of this file system, with the field for the state as most events spell it, or as others do. */
const completed = (scene: CleanupScene, restoreJobId: string, field: 'status' | 'state' = 'status', state = 'COMPLETED'): object =>
  scene.event({ restoreJobId, [field]: state, sourceResourceArn: scene.rehearsal.fileSystem.arn });

/** What AWS Backup leaves, and the events by which it tells. */
export const cleanups = [
  cleanupScenario({
    name: 'failed-directories',
    what: 'failed restores have left aws-backup-failed-restore_* directories, beside one that only begins like that, and lost+found',
    play: async (scene) => {
      scene.make();
      scene.make(RootEntryKind.FAILED_RECOVERY_DIRECTORY, 30);
      scene.make(RootEntryKind.FAILED_RECOVERY_DIRECTORY, 25);
      fs.mkdirSync(path.join(scene.root, 'aws-backup-failed-restore_of-last-week'));
      fs.mkdirSync(path.join(scene.root, 'aws-backup-lost+found'));
      const execution = await scene.cleanUp({ trigger: 'SCHEDULE' });
      return {
        execution,
        report: {
          outcome: 'SUCCEEDED',
          trigger: { kind: 'SCHEDULE' },
          totals: { directories: 3, due: 3, deleted: 3, refused: 0, inUse: 0, deletedEntries: 3 * ENTRIES },
          lostAndFound: ['aws-backup-lost+found'],
          lookalikes: ['aws-backup-failed-restore_of-last-week'],
          sentence: /deleted 3 /,
        },
        left: [/^aws-backup-failed-restore_of-last-week$/, /^aws-backup-lost\+found$/],
      };
    },
  }),
  cleanupScenario({
    name: 'failed-job-event',
    what: 'the event of a failed restore job names no file system: AWS Backup is asked, and the fresh failed directory is kept',
    options: { faults: [{ restoreJob: 'FAILED' }], settings: { deleteAfterSeconds: 15 } },
    play: async (scene) => {
      scene.make();
      const restoreJobId = await scene.restoreByHand();
      const execution = await scene.cleanUp(scene.event({ restoreJobId, status: 'FAILED', statusMessage: 'The file system is full' }));
      const asked = scene.rehearsal.aws.requests.map(({ operation }) => operation).filter((operation) => /^(DescribeRestoreJob|GetRestoreJobMetadata)$/.test(operation));
      return {
        execution,
        report: { outcome: 'SUCCEEDED', trigger: { kind: 'RESTORE_JOB', restoreJobId, state: 'FAILED' }, totals: { directories: 2, due: 1, deleted: 1, deletedEntries: ENTRIES } },
        left: [FAILED_RECOVERY_DIRECTORY],
        faults: unlike(['DescribeRestoreJob', 'GetRestoreJobMetadata'], asked, 'what AWS Backup was asked'),
      };
    },
  }),
  cleanupScenario({
    name: 'event-twice',
    what: 'EventBridge delivers an event twice, at once and again later',
    play: async (scene) => {
      scene.make();
      const event = completed(scene, 'job-1');
      const both = await Promise.all([scene.cleanUp(event), scene.cleanUp(event)]);
      const reports = both.map(({ output }) => output as { outcome: string; totals?: object }).sort((a, b) => (a.outcome < b.outcome ? -1 : 1));
      return {
        execution: await scene.cleanUp(event),
        report: { outcome: 'SUCCEEDED', totals: { directories: 0, deleted: 0 }, directories: [], sentence: 'Found 0 recovery directories.' },
        left: [],
        faults: unlike([{ outcome: 'SUCCEEDED', totals: { deleted: 1, deletedEntries: ENTRIES } }, { outcome: 'YIELDED', yieldedTo: { reason: 'CLEANUP_RUNNING' } }], reports, 'the reports of the first two'),
      };
    },
  }),
  cleanupScenario({
    name: 'events-out-of-order',
    what: 'the events of a job come in the wrong order, with the state under either name',
    play: async (scene) => {
      scene.make();
      const running = await scene.cleanUp(completed(scene, 'job-1', 'state', 'RUNNING'));
      const kept = fs.readdirSync(scene.root).filter((name) => RECOVERY_DIRECTORY.test(name));
      const ended = await scene.cleanUp(completed(scene, 'job-1', 'state'));
      scene.make();
      const late = await scene.cleanUp(completed(scene, 'job-1', 'status', 'RUNNING'));
      return {
        execution: late,
        report: { outcome: 'IGNORED', sentence: 'Restore job job-1 is RUNNING: nothing to do before it has ended.' },
        left: [RECOVERY_DIRECTORY],
        faults: [
          ...unlike({ outcome: 'IGNORED' }, running.output, 'the answer to the first event'),
          ...unlike([RECOVERY_DIRECTORY], kept, 'what was left after it'),
          ...unlike({ outcome: 'SUCCEEDED', totals: { deleted: 1, deletedEntries: ENTRIES } }, ended.output, 'the report of the second'),
        ],
      };
    },
  }),
  cleanupScenario({
    name: 'event-of-another-file-system',
    what: 'restore jobs of another file system, and into a new one, come to their end',
    play: async (scene) => {
      scene.make();
      const { arn, fileSystemId } = scene.rehearsal.fileSystem;
      const intoNew = await scene.cleanUp(scene.event({ restoreJobId: 'job-1', status: 'COMPLETED', sourceResourceArn: arn, createdResourceArn: `${arn}0` }));
      const execution = await scene.cleanUp(scene.event({ restoreJobId: 'job-2', status: 'COMPLETED', sourceResourceArn: `${arn}0` }));
      return {
        execution,
        report: { outcome: 'IGNORED', sentence: `Restore job job-2 is not of ${fileSystemId}.` },
        left: [RECOVERY_DIRECTORY],
        faults: [
          ...unlike({ outcome: 'IGNORED' }, intoNew.output, 'the answer to the first event'),
          ...(scene.count('SurveyRecoveryDirectories') === 0 ? [] : ['the file system was looked at']),
        ],
      };
    },
  }),
];
