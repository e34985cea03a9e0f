import type * as iam from 'aws-cdk-lib/aws-iam';
import type { EfsOnDemandBackup } from './efs-on-demand-backup';
import { grantReadExecutions, grantStartExecution } from '../private/execution-grants';

/** What others may do with an on-demand backup. Whoever starts it needs no right on AWS Backup and passes no role. */
export class EfsOnDemandBackupGrants {
  /**
   * The grants of an on-demand backup.
   *
   * @param onDemandBackup the on-demand backup.
   */
  public static fromEfsOnDemandBackup(onDemandBackup: EfsOnDemandBackup): EfsOnDemandBackupGrants {
    return new EfsOnDemandBackupGrants(onDemandBackup);
  }

  private constructor(private readonly onDemandBackup: EfsOnDemandBackup) {}

  /**
   * Grants starting backups, and following the executions.
   *
   * @param grantee who starts them, such as the role of a pipeline.
   */
  public startExecution(grantee: iam.IGrantable): iam.Grant {
    return grantStartExecution(this.onDemandBackup.stateMachine, grantee);
  }

  /**
   * Grants looking at backups: which there are, how far they are, what they answered.
   *
   * @param grantee who looks.
   */
  public read(grantee: iam.IGrantable): iam.Grant {
    return grantReadExecutions(this.onDemandBackup.stateMachine, grantee);
  }
}
