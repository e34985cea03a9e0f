/**
 * Restores that a person approves, around an application that must not run while files are moved: a message asks for the approval
 * and says what would be moved, hooks stop the application and start it again, and the data is checked against what is known of it.
 *
 *   npx cdk deploy --app 'npx tsx examples/approved-restore.ts'
 */
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib/core';
import { AfterRestore, BackedUpFileSystem, RestoreApprovalStage, WorkflowHook } from '../src';

export interface ApprovedRestoreProps {
  /** A function that stops the application. */
  readonly stopFunctionArn: string;
  /** A state machine that starts it again. */
  readonly startStateMachineArn: string;
}

export class ApprovedRestore extends Stack {
  constructor(app: App, id: string, props: ApprovedRestoreProps) {
    super(app, id);
    const vpc = new ec2.Vpc(this, 'Vpc', { natGateways: 0, maxAzs: 2 });
    const data = new BackedUpFileSystem(this, 'Data', { vpc });

    const stop = WorkflowHook.invokeFunction(lambda.Function.fromFunctionArn(this, 'Stop', props.stopFunctionArn), { timeout: Duration.minutes(5) });
    const start = WorkflowHook.startStateMachine(sfn.StateMachine.fromStateMachineArn(this, 'Start', props.startStateMachineArn), { timeout: Duration.minutes(30) });
    const restore = data.addRestoreWorkflow('Restore', {
      requestDefaults: { afterRestore: AfterRestore.MOVE_INTO_PLACE },
      approval: {
        topic: new sns.Topic(this, 'Approvers', { enforceSSL: true }),
        stages: [RestoreApprovalStage.BEFORE_RESTORE, RestoreApprovalStage.BEFORE_MOVE],
        timeout: Duration.hours(12),
      },
      hooks: { beforeMove: stop, afterMove: start }, // and started again if the move fails, too
      notificationTopic: new sns.Topic(this, 'Restores', { enforceSSL: true }),
    });
    restore.grants.startExecution(new iam.Role(this, 'Operators', { assumedBy: new iam.AccountRootPrincipal() }));
    restore.grants.approve(new iam.Role(this, 'ApproversRole', { assumedBy: new iam.AccountRootPrincipal() }));

    new CfnOutput(this, 'RestoreBoth', {
      description: 'Brings two directories back, if they hold what they must',
      value: restore.startExecutionCommand({
        items: ['/projects/alpha', '/projects/beta'],
        expectations: [{ path: '/projects/alpha', atLeastFiles: 1000 }, { path: '/projects/beta/index.db' }],
      }),
    });
    new CfnOutput(this, 'RecoveryPoints', { description: 'What there is to restore from', value: restore.listRecoveryPointsCommand() });
    new CfnOutput(this, 'LatestRestores', { description: 'The latest restores', value: restore.listExecutionsCommand() });
    new CfnOutput(this, 'Console', { value: restore.consoleUrl });
  }
}

export const app = new App();
new ApprovedRestore(app, 'ApprovedRestore', {
  stopFunctionArn: 'arn:aws:lambda:eu-central-1:111122223333:function:stop-application',
  startStateMachineArn: 'arn:aws:states:eu-central-1:111122223333:stateMachine:start-application',
});
