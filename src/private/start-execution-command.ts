import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/** The command that starts a state machine, without its input. */
export function startExecutionCommand(scope: IConstruct, stateMachine: IStateMachine): string {
  return `aws stepfunctions start-execution --region ${Stack.of(scope).region} --state-machine-arn ${stateMachine.stateMachineArn}`;
}
