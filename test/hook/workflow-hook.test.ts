import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Duration, Token } from 'aws-cdk-lib/core';
import type { Stack } from 'aws-cdk-lib/core';
import { describeProblem } from '../../src/core/problem';
import { WorkflowHook } from '../../src/hook';
import { addWorkflow, CONTEXTS, definitionOf, hooksOf, makeStack, permissionsOf, reachableFrom } from '../restore/fixture';
import type { State } from '../restore/fixture';

const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:stop';
const fn = (stack: Stack) => lambda.Function.fromFunctionArn(stack, 'Stop', FUNCTION);
const machine = (stack: Stack, stateMachineType?: sfn.StateMachineType) =>
  new sfn.StateMachine(stack, 'Start', { stateMachineType, definitionBody: sfn.DefinitionBody.fromChainable(new sfn.Pass(stack, 'Pass')) });
const problemsOf = (hook: WorkflowHook) => hook._check('hook').map(describeProblem);
const rightsOf = (stack: Stack) => permissionsOf(stack, 'RestoreStateMachineRole').filter((permission) => /^(lambda|states|events):/.test(permission) && !permission.includes('<Restore'));

describe('what is wrong with a hook', () => {
  test.each([Duration.seconds(1), Duration.days(1), Duration.seconds(Token.asNumber({ Ref: 'Seconds' })), undefined])('a time-out of %p is nothing', (timeout) => {
    const stack = makeStack();
    expect(problemsOf(WorkflowHook.invokeFunction(fn(stack), { timeout }))).toEqual([]);
    expect(problemsOf(WorkflowHook.startStateMachine(machine(stack), { timeout }))).toEqual([]);
  });

  test.each([[Duration.seconds(0), '0 seconds'], [Duration.millis(1500), '1 second 500 millis'], [Duration.seconds(86_401), '1 day 1 second']])('a time-out of %p is something', (timeout, word) => {
    const stack = makeStack();
    const problem = [expect.stringMatching(new RegExp(`^'hook.timeout' must be a whole number of seconds from 1 second to 1 day, got "${word}"; use Duration.minutes\\(15\\)$`))];
    expect(problemsOf(WorkflowHook.invokeFunction(fn(stack), { timeout }))).toEqual(problem);
    expect(problemsOf(WorkflowHook.startStateMachine(machine(stack), { timeout }))).toEqual(problem);
  });

  test('both are said at once, and of an imported state machine nobody knows its type', () => {
    const express = machine(makeStack(), sfn.StateMachineType.EXPRESS);
    expect(problemsOf(WorkflowHook.startStateMachine(express, { timeout: Duration.days(2) }))).toEqual([
      expect.stringContaining("'hook.timeout' must be"), expect.stringContaining("'hook' must be a state machine of the type STANDARD"),
    ]);
    expect(problemsOf(WorkflowHook.startStateMachine(sfn.StateMachine.fromStateMachineName(makeStack(), 'Imported', 'start')))).toEqual([]);
  });
});

describe.each(CONTEXTS)('with %s', (_name, context) => {
  test('a function may be invoked, and nothing else', () => {
    const stack = makeStack(context);
    addWorkflow(stack, { hooks: { beforeMove: WorkflowHook.invokeFunction(fn(stack)) } });
    expect(rightsOf(stack)).toEqual([`lambda:InvokeFunction on ${FUNCTION}`]);
  });

  test('a state machine may be started and its executions watched and stopped, and nothing else', () => {
    const stack = makeStack(context);
    addWorkflow(stack, { hooks: { beforeMove: WorkflowHook.startStateMachine(machine(stack)) } });
    expect(rightsOf(stack)).toEqual([
      ...['DescribeRule', 'PutRule', 'PutTargets'].map((action) =>
        `events:${action} on arn:aws:events:eu-west-1:123456789012:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule`),
      'states:DescribeExecution on arn:aws:states:eu-west-1:123456789012:execution:<Start.Name>:*',
      'states:StartExecution on <Start>',
      'states:StopExecution on arn:aws:states:eu-west-1:123456789012:execution:<Start.Name>:*',
    ]);
  });

  test('no hook, no right', () => {
    const stack = makeStack(context);
    addWorkflow(stack, { hooks: {} });
    expect(rightsOf(stack)).toEqual([]);
  });
});

describe('the hooks of a restore', () => {
  const stack = makeStack();
  addWorkflow(stack, { hooks: hooksOf(stack) });
  const definition = definitionOf(stack);
  const { States } = definition;
  /** What a hook is given, whichever kind it is. */
  const given = (name: string) => (States[name].Resource!.endsWith(':startExecution.sync:2') ? States[name].Parameters!.Input : States[name].Parameters) as Record<string, any>;
  const HOOKS: Array<[string, string, number]> = [
    ['BeforeRestore', 'lambda:eu-west-1:123456789012:function:before-restore', 300], ['AfterRestore', 'after-restore', 1800], ['AfterFailedRestore', 'after-restore', 1800],
    ['BeforeMove', 'before-move', 3600], ['AfterMove', 'function:after-move', 900], ['AfterFailedMove', 'function:after-move', 900],
  ];

  test.each(HOOKS)('%s calls %s, and waits for %p seconds', (name, what, seconds) => {
    const { Type, Resource, Parameters, TimeoutSeconds, ResultSelector } = States[name];
    expect([Type, TimeoutSeconds]).toEqual(['Task', seconds]);
    expect(Resource!.startsWith('arn:aws:lambda:') ? Resource : Parameters!.StateMachineArn).toContain(what);
    expect(ResultSelector).toEqual({ 'answer.$': Resource!.startsWith('arn:aws:lambda:') ? '$' : '$.Output' });
  });

  test.each(HOOKS)('%s is given what is known by then', (name) => {
    expect(given(name)).toMatchObject({
      'phase': name.replace('Failed', '').replace(/(?<=[a-z])(?=[A-Z])/, '_').toUpperCase(),
      'fileSystemId': expect.stringMatching(/^<FileSystem\w+>$/),
      'fileSystemArn': expect.stringMatching(/^<FileSystem\w+\.Arn>$/),
      'executionId.$': '$.execution.id',
      'input.$': '$.input',
      'restores.$': '$.progress.restores',
    });
  });

  test('those after are told what those before answered, and how it ended', () => {
    expect(given('AfterRestore')).toMatchObject({ 'paused.$': '$.hooks.beforeRestore.answer', 'outcome': { status: 'SUCCEEDED', sentence: 'restored into recovery directories' } });
    expect(given('AfterMove')).toMatchObject({ 'paused.$': '$.hooks.beforeMove.answer', 'outcome': { status: 'SUCCEEDED', sentence: 'moved into place' } });
    for (const phase of ['Restore', 'Move']) {
      expect(given(`AfterFailed${phase}`)).toMatchObject({
        'paused.$': `$.hooks.before${phase}.answer`, 'outcome': { 'status': 'FAILED', 'error.$': '$.failure.Error', 'sentence.$': 'States.JsonToString($.failure)' },
      });
      expect(given(`Before${phase}`)).not.toHaveProperty('outcome');
    }
    // where the one before never answered, there is an answer to read all the same
    expect(States.Begin.Parameters!.hooks).toEqual({ beforeRestore: { answer: {} }, beforeMove: { answer: {} } });
    expect(['BeforeRestore', 'BeforeMove'].map((name) => States[name].ResultPath)).toEqual(['$.hooks.beforeRestore', '$.hooks.beforeMove']);
  });

  test('the first comes before any restore job, the last after the move', () => {
    expect(States.PrepareRestore.Next).toBe('BeforeRestore');
    expect(States.BeforeRestore.Next).toBe('TakeRestoreJob');
    expect(States.ChooseWhetherAllIsRestored).toMatchObject({ Default: 'AfterRestore' });
    expect(States.BeforeMove.Next).toBe('BeginMove');
    expect(States.ChooseByMove).toMatchObject({ Default: 'AfterMove' });
    expect(reachableFrom(definition, 'AfterMove').has('BeforeMove')).toBe(false);
  });

  test('whatever fails between two hooks is told to the one after, the one before included', () => {
    const phases: Array<[string, string[]]> = [
      ['Restore', ['BeforeRestore', 'SurveyBeforeRestore', 'CheckGuards', 'StartRestoreJob', 'DescribeRestoreJob', 'CheckOtherRestoreJobs', 'FindRecoveryDirectory']],
      ['Move', ['BeforeMove', 'MoveEach']],
    ];
    for (const [phase, names] of phases) {
      for (const name of names) {
        for (const { Next } of States[name].Catch!) {
          expect([name, Next === `AfterFailed${phase}` || States[Next].Next === `AfterFailed${phase}`]).toEqual([name, true]);
        }
      }
    }
    const failures = ['RestoreJobFailed', 'RestoreJobTimedOut', 'WorkDirectoryNotOurs', 'MoveConflict', 'MoveIncomplete'];
    expect(failures.map((name) => States[name].Next)).toEqual(['AfterFailedRestore', 'AfterFailedRestore', 'AfterFailedRestore', 'AfterFailedMove', 'AfterFailedMove']);
  });

  test('what fails outside of them is not: nothing was stopped', () => {
    const reached = ['PrepareRestore', 'VerifyEach', 'PlanEach'].flatMap((name) => States[name].Catch!.flatMap(({ Next }) => [...reachableFrom(definition, Next)]));
    expect(reached.filter((name) => /^(Before|After)/.test(name))).toEqual([]);
    expect(reachableFrom(definition, 'VerificationFailed').has('AfterFailedMove')).toBe(false);
  });

  test('only the answers of those before something are kept, and one that took too long is not asked again', () => {
    const places = (names: string[]) => names.map((name) => States[name].ResultPath);
    expect(places(['BeforeRestore', 'BeforeMove'])).toEqual(['$.hooks.beforeRestore', '$.hooks.beforeMove']);
    expect(places(['AfterRestore', 'AfterMove', 'AfterFailedRestore', 'AfterFailedMove'])).toEqual([null, null, null, null]);
    const hooks = Object.keys(States).filter((name) => /^(Before|After)(Failed)?(Restore|Move)$/.test(name));
    const retried = hooks.flatMap((name) => (States[name].Retry ?? []).flatMap(({ ErrorEquals }) => ErrorEquals));
    expect(retried).not.toContain('States.Timeout');
  });

  test('the one after a move is called in no dry run', () => {
    const [dryRun] = (States.ChooseByPlan as State).Choices!;
    expect(dryRun).toMatchObject({ Variable: '$.prepared.request.dryRun', Next: 'ReportSuccess' });
    expect([...reachableFrom(definition, 'ReportSuccess')].filter((name) => /^(Before|After)/.test(name))).toEqual([]);
  });

  test('a hook that fails is named, and where all had failed already, both are told', () => {
    for (const name of ['BeforeRestore', 'AfterRestore', 'BeforeMove', 'AfterMove']) {
      expect(States[name].Catch!.map(({ Next }) => States[Next].Parameters)).toEqual([{ 'Error': 'HookFailed', 'Cause.$': 'States.JsonToString($.failure)' }]);
    }
    for (const phase of ['Restore', 'Move']) {
      // how the restore ended stays as it was; the report tells of both
      expect(States[`AfterFailed${phase}`]).toMatchObject({
        Next: 'ReportFailure', Catch: [{ ErrorEquals: ['States.ALL'], Next: 'ReportFailure', ResultPath: '$.hookFailure' }],
      });
    }
  });
});

test('one hook for both places is called in both', () => {
  const stack = makeStack();
  const hook = WorkflowHook.invokeFunction(fn(stack));
  addWorkflow(stack, { hooks: { beforeMove: hook, afterMove: hook } });
  const { States } = definitionOf(stack);
  expect([States.BeforeMove.Resource, States.AfterMove.Resource]).toEqual([FUNCTION, FUNCTION]);
  expect(rightsOf(stack)).toEqual([`lambda:InvokeFunction on ${FUNCTION}`]);
});
