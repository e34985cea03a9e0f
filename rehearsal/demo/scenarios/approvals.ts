import { RestoreError } from '../../../src/core/contract';
import { TaskError } from '../../run/task-error';
import type { Publication } from '../../run/task-resource';
import { APPROVED_APP, Application, approve } from '../approval';
import { restoreScenario } from '../restore-scenario';
import type { RestoreScene } from '../restore-scene';

/** The application must run again, however the restore ended. */
const stopped = (application: Application): string[] => (application.runs ? [] : ['the application was not started again']);
const application = new Application();

/** The topic of those who may approve refuses what it is told, that of the reports does not. */
function refuseQuestions({ Subject }: Publication): void {
  if (Subject!.startsWith('Approve')) {
    throw new TaskError('Sns.AuthorizationErrorException', 'the state machine is not authorized to publish');
  }
}

/** What people and the steps of the user's do, or do not do. */
export const approvals = [
  restoreScenario({
    name: 'approval-timeout',
    what: 'nobody answers whether the restore may begin',
    app: APPROVED_APP,
    error: RestoreError.APPROVAL_TIMED_OUT,
    options: { hooks: application.hooks, answer: () => undefined, timeout: (seconds) => Math.max(seconds / 30, 1_000) },
    report: { cause: /12 hours/, restores: [], sentence: /nothing was changed/ },
    faults: (scene) => [...started(scene, 0), ...stopped(application)],
  }),
  restoreScenario({
    name: 'move-approval-timeout',
    what: 'the restore may begin, and nobody answers whether what it restored may be moved',
    app: APPROVED_APP,
    error: RestoreError.APPROVAL_TIMED_OUT,
    options: {
      hooks: application.hooks,
      answer: ({ Subject }) => (/begin/.test(Subject!) ? approve() : undefined),
      // half a day becomes five seconds; whatever else waits has time enough
      timeout: (seconds) => (seconds === 12 * 3_600 ? 5_000 : seconds * 1_000),
    },
    report: { cause: /12 hours/, restores: [{ verification: { verdict: 'PASSED' }, plan: { outcome: 'PLANNED' } }], totals: { moved: 0 }, sentence: /nothing of it was deleted/ },
    faults: (scene) => [...started(scene, 1), ...stopped(application)],
  }),
  restoreScenario({
    name: 'rejected',
    what: 'somebody reads what would be moved, and says no',
    app: APPROVED_APP,
    error: RestoreError.RESTORE_REJECTED,
    options: { hooks: application.hooks, answer: ({ Subject }) => (/begin/.test(Subject!) ? approve() : { error: 'Rejected', cause: 'not before the audit' }) },
    report: { cause: /not before the audit/, restores: [{ plan: { outcome: 'PLANNED' } }], sentence: /nothing of it was deleted/ },
    faults: () => stopped(application),
  }),
  restoreScenario({
    name: 'approval-not-asked',
    what: 'the topic of those who may approve refuses the question',
    app: APPROVED_APP,
    error: RestoreError.APPROVAL_FAILED,
    options: { hooks: application.hooks, answer: approve, publish: refuseQuestions },
    report: { cause: /not authorized/, restores: [], sentence: /nothing was changed/ },
    faults: (scene) => [...started(scene, 0), ...stopped(application)],
  }),
  restoreScenario({
    name: 'hook',
    what: 'the step that stops the application fails, before anything is moved',
    app: APPROVED_APP,
    error: RestoreError.HOOK_FAILED,
    options: { hooks: application.hooksThatFail, answer: approve },
    report: { cause: /it does not stop/, restores: [{ plan: { outcome: 'PLANNED' } }], sentence: /nothing of it was deleted/ },
    faults: () => stopped(application),
  }),
];

function started({ starts }: RestoreScene, jobs: number): string[] {
  return starts.jobs === jobs ? [] : [`${jobs} restore jobs were wanted: ${JSON.stringify(starts)}`];
}
