import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { RestoreError } from '../../core/contract';
import { MOUNT_ERRORS } from '../../private/workflow-tasks';

/** Where states go that fail: what their failures are called, and what comes then. */
export class FailurePath {
  private notMounted?: sfn.State;

  /**
   * @param next what comes after a failure.
   * @param during the phase that it is for, where that has a path of its own.
   */
  constructor(private readonly scope: Construct, public readonly next: sfn.State, private readonly during?: string) {}

  /** A named failure whose cause is a sentence with a value of the state in it. */
  public named(id: string, error: RestoreError, sentence: string, value: string): sfn.State {
    return this.write(id, { 'Error': error, 'Cause.$': `States.Format('${sentence}', ${value})` });
  }

  /** A named failure whose cause is the error that was caught, as JSON: of a time-out nobody says whether it has a cause. */
  public renamed(id: string, error: RestoreError): sfn.State {
    return this.write(id, { 'Error': error, 'Cause.$': 'States.JsonToString($.failure)' });
  }

  /** What a function throws has the name of the failure already. */
  public orFail<Task extends sfn.TaskStateBase | sfn.Map>(task: Task): Task {
    task.addCatch(this.next, { resultPath: '$.failure' });
    return task;
  }

  /** Where Lambda itself cannot mount, the worker has no say; for an operator it is the same failure. */
  public mountedOrFail<Task extends sfn.TaskStateBase | sfn.Map>(task: Task): Task {
    const id = this.during === undefined ? 'FileSystemNotMounted' : `FileSystemNotMountedDuring${this.during}`;
    this.notMounted ??= this.named(id, RestoreError.FILE_SYSTEM_NOT_MOUNTED, '{}', '$.failure.Cause');
    task.addCatch(this.notMounted, { errors: MOUNT_ERRORS, resultPath: '$.failure' });
    return this.orFail(task);
  }

  private write(id: string, parameters: Record<string, string>): sfn.State {
    const failure = new sfn.Pass(this.scope, id, { parameters, resultPath: '$.failure' });
    failure.next(this.next);
    return failure;
  }
}
