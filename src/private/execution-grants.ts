import * as iam from 'aws-cdk-lib/aws-iam';
import type { IStateMachine, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { ArnFormat, Stack } from 'aws-cdk-lib/core';

/** The ARNs of the executions of a state machine. */
export function executionArns(stateMachine: IStateMachine): string {
  const { account, region, partition, resourceName } = Stack.of(stateMachine).splitArn(stateMachine.stateMachineArn, ArnFormat.COLON_RESOURCE_NAME);
  const { stateMachineName } = stateMachine as Partial<StateMachine>; // an imported one has none
  return stateMachineName === undefined ? `arn:${partition}:states:${region}:${account}:execution:${resourceName}:*` : Stack.of(stateMachine).formatArn({
    service: 'states', resource: 'execution', resourceName: `${stateMachineName}:*`, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** Grants starting executions, and following them. */
export function grantStartExecution(stateMachine: IStateMachine, grantee: iam.IGrantable): iam.Grant {
  return onStateMachine(stateMachine, grantee, 'states:StartExecution').combine(grantReadExecutions(stateMachine, grantee));
}

/** Grants looking at executions: which there are, how far they are, what they answered. */
export function grantReadExecutions(stateMachine: IStateMachine, grantee: iam.IGrantable): iam.Grant {
  return onStateMachine(stateMachine, grantee, 'states:DescribeStateMachine', 'states:ListExecutions').combine(iam.Grant.addToPrincipal({
    grantee,
    actions: ['states:DescribeExecution', 'states:GetExecutionHistory'],
    resourceArns: [executionArns(stateMachine)],
  }));
}

/** Grants answering with a task token of an execution; the token itself is what one must have. */
export function grantTaskResponse(stateMachine: IStateMachine, grantee: iam.IGrantable): iam.Grant {
  return onStateMachine(stateMachine, grantee, 'states:SendTaskSuccess', 'states:SendTaskFailure');
}

function onStateMachine(stateMachine: IStateMachine, grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
  return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [stateMachine.stateMachineArn] });
}
