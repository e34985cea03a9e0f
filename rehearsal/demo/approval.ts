import type { RehearsalOptions } from '../rehearsal';
import { TaskError } from '../run/task-error';
import type { TokenAnswer } from '../run/task-resource';

/** The app whose restores people approve, around an application that must not run meanwhile. */
export const APPROVED_APP = 'examples/approved-restore.ts';

const HOME = 'eu-central-1:111122223333';

/** SendTaskSuccess, with the task token of the message. */
export const approve = (): TokenAnswer => ({ output: {} });

/** The application of the app: a function stops it, a state machine starts it again. */
export class Application {
  public runs = true;

  constructor(private readonly say: (line: string) => void = () => { /* nobody listens */ }) {}

  public get hooks(): NonNullable<RehearsalOptions['hooks']> {
    return this.hooksWith(() => this.set(false));
  }

  public get hooksThatFail(): NonNullable<RehearsalOptions['hooks']> {
    return this.hooksWith(() => {
      throw new TaskError('Busy', JSON.stringify({ errorType: 'Busy', errorMessage: 'it does not stop' }));
    });
  }

  private hooksWith(stop: () => void): NonNullable<RehearsalOptions['hooks']> {
    return {
      functions: [{
        arn: `arn:aws:lambda:${HOME}:function:stop-application`,
        functionName: 'stop-application',
        invoke: async () => {
          stop();
          return { stopped: true };
        },
      }],
      stateMachines: [{
        arn: `arn:aws:states:${HOME}:stateMachine:start-application`,
        execute: async () => {
          this.set(true);
          return { status: 'SUCCEEDED', output: {} };
        },
      }],
    };
  }

  private set(runs: boolean): void {
    this.runs = runs;
    this.say(`    (the application ${runs ? 'runs again' : 'is stopped'})`);
  }
}
