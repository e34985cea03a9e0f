import * as iam from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Duration, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Problem } from '../core/problem';
import { executionArns } from '../private/execution-grants';
import type { ServiceRole } from '../private/service-role';
import { back, invoke, KILLED, START_EXECUTION_ERRORS } from '../private/workflow-tasks';

/** How a step of yours is called. */
export interface WorkflowHookOptions {
  /**
   * How long the step may take: then it counts as failed. From 1 second to 1 day.
   *
   * @default - 15 minutes, the longest that a function runs; of a state machine an hour
   */
  readonly timeout?: Duration;
}

/** What a state of the machine hands to a hook, and where the answer goes. */
export interface WorkflowHookCall {
  readonly payload: Record<string, unknown>;
  /** The answer is put there as `answer`. */
  readonly resultPath: string;
  /**
   * A text that is the same in each attempt of this call, as an expression of the state language.
   *
   * @default - each call is another one
   */
  readonly name?: string;
}

const LONGEST_SECONDS = 86_400;

/**
 * A step of yours in a workflow of this library: what stops an application before its files are backed up or moved into place, and
 * starts it again. The step before is given `phase`, what is known by then, and `input`, what the execution was started with; the step after
 * is also given `paused`, what the step before answered, and `outcome`, `{ status, sentence }`.
 *
 * A step must bear to be called more than once, since what was lost on the way is called again. The step after follows whenever the
 * step before was called, also where that one or anything between them failed.
 */
export abstract class WorkflowHook {
  /**
   * Invokes a function and waits for its answer.
   *
   * @param fn the function.
   * @param options how it is called.
   */
  public static invokeFunction(fn: IFunction, options: WorkflowHookOptions = {}): WorkflowHook {
    return new FunctionHook(fn, options.timeout ?? Duration.minutes(15));
  }

  /**
   * Starts an execution of a state machine (Standard) and waits for its end.
   *
   * @param stateMachine the state machine, in the account and Region of the workflow.
   * @param options how it is called.
   */
  public static startStateMachine(stateMachine: sfn.IStateMachine, options: WorkflowHookOptions = {}): WorkflowHook {
    return new StateMachineHook(stateMachine, options.timeout ?? Duration.hours(1));
  }

  /**
   * Everything that is wrong with this hook.
   *
   * @internal
   */
  public abstract _check(subject: string): Problem[];

  /**
   * The state that calls it.
   *
   * @internal
   */
  public abstract _state(scope: Construct, id: string, call: WorkflowHookCall): sfn.TaskStateBase;

  /**
   * Lets the role of the state machine call it.
   *
   * @internal
   */
  public abstract _allow(role: ServiceRole): void;
}

function checkTimeout(subject: string, timeout: Duration): Problem[] {
  const seconds = timeout.isUnresolved() ? 1 : timeout.toSeconds({ integral: false });
  return Number.isInteger(seconds) && seconds >= 1 && seconds <= LONGEST_SECONDS ? [] : [{
    subject: `${subject}.timeout`, rule: 'must be a whole number of seconds from 1 second to 1 day', value: timeout.toHumanString(), remedy: 'use Duration.minutes(15)',
  }];
}

class FunctionHook extends WorkflowHook {
  constructor(private readonly fn: IFunction, private readonly timeout: Duration) {
    super();
  }

  public _check(subject: string): Problem[] {
    return checkTimeout(subject, this.timeout);
  }

  public _state(scope: Construct, id: string, { payload, resultPath }: WorkflowHookCall): sfn.TaskStateBase {
    // one that took too long is not asked again: the timeout is how long it has
    const killed = KILLED.filter((error) => error !== sfn.Errors.TIMEOUT);
    return invoke(scope, id, this.fn, resultPath, payload, { taskTimeout: sfn.Timeout.duration(this.timeout), resultSelector: { 'answer.$': '$' } }, killed);
  }

  public _allow(role: ServiceRole): void {
    role.addStatements(new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.fn.functionArn] }));
  }
}

class StateMachineHook extends WorkflowHook {
  constructor(private readonly stateMachine: sfn.IStateMachine, private readonly timeout: Duration) {
    super();
  }

  public _check(subject: string): Problem[] {
    const type = (this.stateMachine as Partial<sfn.StateMachine>).stateMachineType;
    return [...checkTimeout(subject, this.timeout), ...type !== sfn.StateMachineType.EXPRESS ? [] : [{
      subject, rule: 'must be a state machine of the type STANDARD: nobody can wait for the end of the other type in this way', value: type, remedy: 'use StateMachineType.STANDARD',
    }]];
  }

  public _state(scope: Construct, id: string, { payload, resultPath, name }: WorkflowHookCall): sfn.TaskStateBase {
    // with the name of the call, an answer that was lost starts no second execution (StartExecution, AWS Step Functions API reference)
    const task = new tasks.StepFunctionsStartExecution(scope, id, {
      stateMachine: this.stateMachine,
      integrationPattern: sfn.IntegrationPattern.RUN_JOB,
      input: sfn.TaskInput.fromObject(payload),
      name,
      taskTimeout: sfn.Timeout.duration(this.timeout),
      resultSelector: { 'answer.$': '$.Output' },
      resultPath,
    });
    task.addRetry({ errors: START_EXECUTION_ERRORS, ...back(2, 6, Duration.minutes(1)) });
    return task;
  }

  /** "IAM policies for calling Step Functions" (run a job), AWS Step Functions Developer Guide. */
  public _allow(role: ServiceRole): void {
    const stack = Stack.of(role);
    role.addStatements(
      new iam.PolicyStatement({ actions: ['states:StartExecution'], resources: [this.stateMachine.stateMachineArn] }),
      new iam.PolicyStatement({
        actions: ['events:DescribeRule', 'events:PutRule', 'events:PutTargets'],
        resources: [stack.formatArn({ service: 'events', resource: 'rule', resourceName: 'StepFunctionsGetEventsForStepFunctionsExecutionRule' })],
      }),
    );
    role.addWildcardStatements('an execution gets its ARN when it is started', new iam.PolicyStatement({
      actions: ['states:DescribeExecution', 'states:StopExecution'], resources: [executionArns(this.stateMachine)],
    }));
  }
}
