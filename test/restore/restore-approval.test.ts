import * as sns from 'aws-cdk-lib/aws-sns';
import { Duration } from 'aws-cdk-lib/core';
import { addWorkflow, definitionOf, hooksOf, IRELAND, makeStack, nextOf, reachableFrom } from './fixture';
import { RestoreApprovalStage } from '../../src/restore';
import type { RestoreApproval } from '../../src/restore';

const { BEFORE_MOVE, BEFORE_RESTORE } = RestoreApprovalStage;
function definitionWith(approval?: Partial<RestoreApproval>, withHooks = false) {
  const stack = makeStack({}, IRELAND);
  const topic = new sns.Topic(stack, 'Approvers');
  addWorkflow(stack, { approval: approval && { topic, ...approval }, hooks: withHooks ? hooksOf(stack) : undefined });
  return definitionOf(stack);
}
const waitsIn = (states: object) => Object.keys(states).filter((name) => name.startsWith('WaitFor')).sort();

test('nobody is asked where nobody was named', () => {
  expect(waitsIn(definitionWith().States)).toEqual([]);
});

test.each<[string, Partial<RestoreApproval>, string[]]>([
  ['before the move, unless something else is said', {}, ['WaitForMoveApproval']],
  ['before the restore', { stages: [BEFORE_RESTORE] }, ['WaitForRestoreApproval']],
  ['at both stages', { stages: [BEFORE_MOVE, BEFORE_RESTORE] }, ['WaitForMoveApproval', 'WaitForRestoreApproval']],
])('asks %s', (_name, approval, waits) => {
  const { States } = definitionWith(approval);
  expect(waitsIn(States)).toEqual(waits);
  expect(States.PrepareRestore.Parameters!.settings.approvesMove).toBe(waits.includes('WaitForMoveApproval')); // then a plan is made for the message
});

const definition = definitionWith({ stages: [BEFORE_RESTORE, BEFORE_MOVE], timeout: Duration.hours(36) }, true);
const { States } = definition;

describe.each([['Restore', 'RESTORE', 'BeforeRestore'], ['Move', 'MOVE', 'BeforeMove']])('the approval of the %s', (of, stage, next) => {
  const wait = States[`WaitFor${of}Approval`];

  test('is asked of the topic with the token, and waits so long', () => {
    expect(wait).toMatchObject({
      Resource: 'arn:aws:states:::aws-sdk:sns:publish.waitForTaskToken',
      TimeoutSeconds: 36 * 3600,
      Parameters: {
        'TopicArn': expect.stringMatching(/^<Approvers\w+>$/),
        'Subject.$': '$.approval.subject',
        'Message.$': "States.Format('{}{}{}', $.approval.beforeToken, $$.Task.Token, $.approval.afterToken)",
      },
      ResultPath: null, // whatever was answered with, the state stays as it is
      Next: next,
    });
    expect(States[`Describe${of}Approval`]).toMatchObject({
      Parameters: { 'operation': 'approval', 'execution.$': '$', 'options': { stage, region: 'eu-west-1', timeout: '1 day 12 hours' } }, ResultPath: '$.approval', Next: `WaitFor${of}Approval`,
    });
  });

  test('that nobody gives, or that somebody refuses, is a failure of its own', () => {
    expect(wait.Catch).toEqual([
      { ErrorEquals: ['States.Timeout'], ResultPath: '$.failure', Next: `${of}ApprovalTimedOut` },
      { ErrorEquals: ['Rejected'], ResultPath: '$.failure', Next: `${of}Rejected` },
      { ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: `${of}ApprovalFailed` },
    ]);
    expect(States[`${of}ApprovalTimedOut`].Parameters).toEqual({
      'Error': 'ApprovalTimedOut', 'Cause.$': `States.Format('nobody approved the ${of.toLowerCase()} of the execution {} within 1 day 12 hours', $.execution.name)`,
    });
    expect(States[`${of}Rejected`].Parameters).toEqual({ 'Error': 'RestoreRejected', 'Cause.$': 'States.JsonToString($.failure)' });
    // the topic did not take the message, for example: nobody said no
    expect(States[`${of}ApprovalFailed`].Parameters).toEqual({ 'Error': 'ApprovalFailed', 'Cause.$': 'States.JsonToString($.failure)' });
  });

  test('without it nothing is stopped, and nobody starts what was not stopped', () => {
    for (const failed of [`${of}ApprovalTimedOut`, `${of}Rejected`, `${of}ApprovalFailed`]) {
      expect([...reachableFrom(definition, failed)].filter((name) => /^(Before|After|StartRestoreJob|MoveEach)/.test(name))).toEqual([]);
    }
  });

  test('a time-out is not repeated: nobody is asked twice', () => {
    expect(wait.Retry!.flatMap(({ ErrorEquals }) => ErrorEquals).filter((error) => !error.startsWith('Sns.'))).toEqual([]);
  });
});

test('no restore job is started, and nothing moved, without its approval', () => {
  const without = (name: string) => reachableFrom({ ...definition, States: { ...States, [name]: { Type: 'Succeed' } } }, definition.StartAt);
  expect(without('WaitForRestoreApproval').has('StartRestoreJob')).toBe(false);
  // a plan is made whenever a move is to be approved: prepared.plansMove follows from approvesMove
  const planned = { ...States, ChooseWhetherToPlan: { Type: 'Choice', Choices: States.ChooseWhetherToPlan.Choices }, WaitForMoveApproval: { Type: 'Succeed' } };
  expect(reachableFrom({ ...definition, States: planned }, definition.StartAt).has('MoveIntoPlace')).toBe(false);
  expect(Object.keys(States).filter((name) => nextOf(States[name]).includes('BeforeMove')).sort()).toEqual(['ChooseWhetherToPlan', 'WaitForMoveApproval']);
});

test('waits a day where nothing is said', () => {
  expect(definitionWith({}).States.WaitForMoveApproval.TimeoutSeconds).toBe(86_400);
});
