import { Check } from './check';
import { CHANGED_FILE, LOST_FILE, LOST_TREE, makeProjects } from './projects';
import { RestoreScene } from './restore-scene';
import type { Played, Scenario, Stage } from './scenario';
import { unlike } from './unlike';
import { Rehearsal } from '../rehearsal';
import type { RehearsalOptions } from '../rehearsal';
import type { Execution } from '../run/state-machine';

/** What a user asks for who has lost a file and a directory. */
export const LOST = { items: [LOST_FILE, LOST_TREE], afterRestore: 'MOVE_INTO_PLACE' } as const;

/** A restore in which something happens. */
export interface RestoreScenarioProps extends Pick<Scenario, 'name' | 'what' | 'error'> {
  /** @default 'examples/quick-start.ts' */
  readonly app?: string;
  /** What differs from the rehearsal of a restore in which nothing happens. */
  readonly options?: Partial<RehearsalOptions>;
  readonly skipBackup?: boolean;
  /** What happens to the file system between the backup and the restore, beside what the user does. */
  readonly prepare?: (root: string) => void;
  /** What else happens, before the restore begins or as soon as the scene is told of something. */
  readonly begin?: (scene: RestoreScene) => void;
  /** @default - the request for what is lost */
  readonly request?: object;
  /** Where it is more than one request. @default - executes the request */
  readonly play?: (scene: RestoreScene) => Promise<Execution>;
  /** What the report of the execution must say, beside its outcome and its error. */
  readonly report?: object;
  /** What AWS Backup and the library leave at the root of the file system that was restored. @default - nothing */
  readonly leaves?: readonly RegExp[];
  /** What else must be so. */
  readonly faults?: (scene: RestoreScene, execution: Execution) => string[];
}

/** A restore, played and checked. */
export function restoreScenario(props: RestoreScenarioProps): Scenario {
  const { name, what, error, app = 'examples/quick-start.ts' } = props;
  return { name, what, error, app, play: async (stage) => play(props, stage) };
}

async function play(props: RestoreScenarioProps, { assembly, root, workingDirectory, listener, say }: Stage): Promise<Played> {
  const scene = new RestoreScene(root, say);
  scene.rehearsal = await Rehearsal.start({
    assembly,
    fileSystemRoot: root,
    workingDirectory,
    percentPerPoll: 20,
    absentItems: 'SKIP',
    wait: (seconds) => seconds / 10,
    ...props.options,
    listener: (event) => {
      listener(event);
      scene.listener(event);
    },
  });
  try {
    makeProjects(root);
    scene.check = new Check(root);
    say(`The file system ${scene.rehearsal.fileSystem.fileSystemId} is ${root}: ${scene.check.entries} entries`);
    if (!props.skipBackup) {
      const { recoveryPointArn } = await scene.rehearsal.backUp();
      say(`AWS Backup (a rehearsal of it, at ${scene.rehearsal.aws.endpoint}) has made ${recoveryPointArn}`);
    }
    scene.check.damage(props.prepare);
    say(`A user deletes ${LOST_FILE} and ${LOST_TREE}, and goes on writing ${CHANGED_FILE}`);
    props.begin?.(scene);
    const execution = await (props.play ?? (async () => scene.restore(props.request ?? LOST, props.name)))(scene);
    return judge(props, scene, execution);
  } finally {
    await scene.rehearsal.close();
  }
}

function judge({ error, report: expected, leaves, faults }: RestoreScenarioProps, scene: RestoreScene, execution: Execution): Played {
  const report = scene.reportOf(execution);
  const outcome = error === undefined ? 'SUCCEEDED' : 'FAILED';
  return {
    report,
    states: execution.visited,
    historyEvents: execution.historyEvents,
    faults: [
      ...unlike({ status: outcome, ...(error === undefined ? {} : { error, cause: report.sentence }) }, execution, 'execution'),
      ...unlike({ outcome, error, ...expected }, report),
      ...(error === undefined ? scene.check.restored(leaves) : scene.check.untouched()),
      ...faults?.(scene, execution) ?? [],
    ],
    checked: error === undefined
      ? 'by hash, mode, owner and links: exactly the requested items are back, and nothing else has changed.'
      : 'nothing was deleted or changed. Look up the error in docs/runbook.md.',
  };
}
