import * as iam from 'aws-cdk-lib/aws-iam';
import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import type { EfsRestoreWorkflow } from './efs-restore-workflow';

/** What others may do with a restore workflow. Whoever starts it needs no right on AWS Backup and passes no role. */
export class EfsRestoreWorkflowGrants {
  /** The grants of a restore workflow. */
  public static fromEfsRestoreWorkflow(workflow: EfsRestoreWorkflow): EfsRestoreWorkflowGrants {
    return new EfsRestoreWorkflowGrants(workflow);
  }

  private constructor(private readonly workflow: EfsRestoreWorkflow) {}

  /** Grants starting restores, and following the executions. */
  public startExecution(grantee: iam.IGrantable): iam.Grant {
    return this.onStateMachine(grantee, 'states:StartExecution').combine(this.read(grantee));
  }

  /** Grants looking at restores: which there are, how far they are, what they reported. */
  public read(grantee: iam.IGrantable): iam.Grant {
    return this.onStateMachine(grantee, 'states:DescribeStateMachine', 'states:ListExecutions').combine(iam.Grant.addToPrincipal({
      grantee,
      actions: ['states:DescribeExecution', 'states:GetExecutionHistory'],
      resourceArns: [Stack.of(this.workflow).formatArn({
        service: 'states',
        resource: 'execution',
        resourceName: `${this.workflow.stateMachine.stateMachineName}:*`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      })],
    }));
  }

  private onStateMachine(grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
    return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [this.workflow.stateMachine.stateMachineArn] });
  }
}
