import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Stack } from 'aws-cdk-lib/core';
import { addWorkflow, CONTEXTS, everythingOf, makeStack, wordOf } from './fixture';
import { EfsRestoreWorkflowGrants } from '../../src/restore';

const READ = [
  'states:DescribeExecution on arn:aws:states:eu-west-1:123456789012:execution:<Restore.Name>:*',
  'states:DescribeStateMachine on <Restore>',
  'states:GetExecutionHistory on arn:aws:states:eu-west-1:123456789012:execution:<Restore.Name>:*',
  'states:ListExecutions on <Restore>',
];

/** What the policies of the user's roles say, one line for each action. */
function granted(stack: Stack): string[] {
  const statements = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy')).flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  return statements.flatMap(({ Effect, Action, Resource, ...more }) => {
    expect([Effect, more]).toEqual(['Allow', {}]);
    return [Action].flat().map((action) => `${action} on ${wordOf(Resource).replace(/<Restore\w+/, '<Restore')}`);
  }).sort();
}

describe.each(CONTEXTS)('with %s', (_name, context) => {
  test('who may start restores may follow them, and nothing else: no right on AWS Backup, no role to pass', () => {
    const stack = makeStack(context);
    const operators = new iam.Role(stack, 'Operators', { assumedBy: new iam.AccountRootPrincipal() });
    const grant = addWorkflow(stack).grants.startExecution(operators);
    expect(grant.success).toBe(true);
    expect(granted(stack)).toEqual([...READ, 'states:StartExecution on <Restore>'].sort());
  });

  test('who may read may not start', () => {
    const stack = makeStack(context);
    addWorkflow(stack).grants.read(new iam.Role(stack, 'Auditors', { assumedBy: new iam.AccountRootPrincipal() }));
    expect(granted(stack)).toEqual(READ);
  });
});

test('who may approve may answer for this state machine, and neither start nor look', () => {
  const stack = makeStack();
  const workflow = addWorkflow(stack, everythingOf(stack));
  expect(workflow.grants.approve(new iam.Role(stack, 'Approver', { assumedBy: new iam.AccountRootPrincipal() })).success).toBe(true);
  expect(granted(stack)).toEqual(['states:SendTaskFailure on <Restore>', 'states:SendTaskSuccess on <Restore>']);
});

test('who may start a workflow with everything needs no more than before', () => {
  const stack = makeStack();
  addWorkflow(stack, everythingOf(stack)).grants.startExecution(new iam.Role(stack, 'Operators', { assumedBy: new iam.AccountRootPrincipal() }));
  expect(granted(stack)).toEqual([...READ, 'states:StartExecution on <Restore>'].sort());
});

test('is a facade of the workflow', () => {
  const stack = makeStack();
  const workflow = addWorkflow(stack);
  expect(workflow.grants).toBeInstanceOf(EfsRestoreWorkflowGrants);
  EfsRestoreWorkflowGrants.fromEfsRestoreWorkflow(workflow).read(new iam.Role(stack, 'Auditors', { assumedBy: new iam.AccountRootPrincipal() }));
  expect(granted(stack)).toEqual(READ);
});
