import { APPROVED_APP, Application, approve } from './approval';
import { LOST, restoreScenario } from './restore-scenario';
import type { RestoreScene } from './restore-scene';
import type { Scenario } from './scenario';
import { unlike } from './unlike';
import type { RestoreReport } from '../../src/core/restore-report';
import type { Publication, TokenAnswer } from '../run/task-resource';

const REASON = 'examples/approved-restore.ts asks before it restores and before it moves';

/** What the demo plays unless it is told otherwise: a user loses files, and gets them back. */
export function lostFile(say: (line: string) => void): Scenario {
  const application = new Application(say);
  return restoreScenario({
    name: 'lost-file',
    what: `nothing else happens; ${REASON}`,
    app: APPROVED_APP,
    options: { wait: (seconds) => seconds * 5, hooks: application.hooks, answer: (publication) => answer(say, publication) },
    play: async (scene) => {
      const dryRun = await scene.restore({ ...LOST, dryRun: true }, 'dry-run');
      const plan = scene.reportOf(dryRun);
      const faults = [...planFaults(plan), ...scene.check.untouched()];
      if (faults.length > 0) {
        throw new Error(faults.join('; '));
      }
      showPlan(scene, plan);
      return scene.restore(LOST, 'demo');
    },
    report: {
      restores: [{ verification: { verdict: 'PASSED', findings: [] }, plan: { outcome: 'PLANNED' }, move: { outcome: 'MOVED' }, cleanup: { outcome: 'DELETED' } }],
      totals: { files: 1063, moved: 2, failed: 0 },
    },
    leaves: [/^aws-backup-restore_/], // that of the dry run
    faults: () => (application.runs ? [] : ['the application was not started again']),
  });
}

const planFaults = (plan: RestoreReport): string[] =>
  unlike({ outcome: 'SUCCEEDED', restores: [{ verification: { verdict: 'PASSED' }, plan: { outcome: 'PLANNED' } }], totals: { files: 1063, moved: 2 } }, plan, 'the plan');

function showPlan({ say }: RestoreScene, { sentence, restores: [{ plan }] }: RestoreReport): void {
  say(`\n${sentence}`);
  say(`The plan: ${JSON.stringify(plan)}\n`);
}

/** Shows the message that asks, and approves, as whoever runs the command in it does. */
function answer(say: (line: string) => void, { Subject, Message }: Publication): TokenAnswer {
  say([`Subject: ${Subject}`, '', ...Message.trim().split('\n')].map((line) => `    | ${line}`).join('\n'));
  if (!/^TOKEN=.+$/m.test(Message)) {
    throw new Error('the message has no task token');
  }
  say('    (approved)');
  return approve();
}
