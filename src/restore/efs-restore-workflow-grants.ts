import type * as iam from 'aws-cdk-lib/aws-iam';
import type { EfsRestoreWorkflow } from './efs-restore-workflow';
import { grantReadExecutions, grantStartExecution, grantTaskResponse } from '../private/execution-grants';

/** What others may do with a restore workflow. Whoever starts it needs no right on AWS Backup and passes no role. */
export class EfsRestoreWorkflowGrants {
  /** The grants of a restore workflow. */
  public static fromEfsRestoreWorkflow(workflow: EfsRestoreWorkflow): EfsRestoreWorkflowGrants {
    return new EfsRestoreWorkflowGrants(workflow);
  }

  private constructor(private readonly workflow: EfsRestoreWorkflow) {}

  /** Grants starting restores, and following the executions. */
  public startExecution(grantee: iam.IGrantable): iam.Grant {
    return grantStartExecution(this.workflow.stateMachine, grantee);
  }

  /** Grants approving and rejecting: whoever has the token of the message may use it. */
  public approve(grantee: iam.IGrantable): iam.Grant {
    return grantTaskResponse(this.workflow.stateMachine, grantee);
  }

  /** Grants looking at restores: which there are, how far they are, what they reported. */
  public read(grantee: iam.IGrantable): iam.Grant {
    return grantReadExecutions(this.workflow.stateMachine, grantee);
  }
}
