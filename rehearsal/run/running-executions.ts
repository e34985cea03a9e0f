import { TaskError } from './task-error';

export interface RunningExecution {
  readonly arn: string;
  readonly name: string;
  readonly stateMachineArn: string;
  /** ISO 8601. */
  readonly startDate: string;
}

export interface ListExecutionsParameters {
  readonly StateMachineArn: string;
  readonly StatusFilter?: string;
  readonly MaxResults?: number;
}

/** The executions that are running of all state machines of a rehearsal, for ListExecutions. */
export class RunningExecutions {
  private readonly running = new Map<string, RunningExecution>();
  private readonly faults: string[] = [];
  private hidden = 0;

  public begin(execution: RunningExecution): void {
    this.running.set(execution.arn, execution);
  }

  public end(arn: string): void {
    this.running.delete(arn);
  }

  /** The next calls fail with this error, as often as is said. */
  public fail(error: string, times = 1): void {
    this.faults.push(...Array.from({ length: times }, () => error));
  }

  /** The next calls do not show what began a moment ago: "This operation is eventually consistent" (ListExecutions). */
  public hide(times: number): void {
    this.hidden = times;
  }

  /** ListExecutions of a Standard state machine: the latest first (AWS Step Functions API Reference). */
  public list({ StateMachineArn, StatusFilter, MaxResults = 100 }: ListExecutionsParameters): object {
    const error = this.faults.shift();
    if (error !== undefined) {
      throw new TaskError(error, 'The rehearsal was told to fail this call');
    }
    if (StatusFilter !== 'RUNNING') {
      throw new TaskError('Sfn.ValidationException', `only running executions are known here, not those with the status ${StatusFilter}`);
    }
    if (this.hidden > 0) {
      this.hidden -= 1;
      return { Executions: [] };
    }
    const found = [...this.running.values()].filter(({ stateMachineArn }) => stateMachineArn === StateMachineArn).reverse();
    return {
      Executions: found.slice(0, MaxResults).map(({ arn, name, startDate }) => ({
        ExecutionArn: arn, StateMachineArn, Name: name, Status: 'RUNNING', StartDate: startDate, RedriveCount: 0,
      })),
      ...(found.length > MaxResults ? { NextToken: 'more' } : {}),
    };
  }
}
