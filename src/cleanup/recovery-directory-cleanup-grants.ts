import type * as iam from 'aws-cdk-lib/aws-iam';
import type { RecoveryDirectoryCleanup } from './recovery-directory-cleanup';
import { grantReadExecutions, grantStartExecution } from '../private/execution-grants';

/** What others may do with a cleanup. Whoever starts it can ask for less than its mode does, never for more. */
export class RecoveryDirectoryCleanupGrants {
  /** The grants of a cleanup. */
  public static fromRecoveryDirectoryCleanup(cleanup: RecoveryDirectoryCleanup): RecoveryDirectoryCleanupGrants {
    return new RecoveryDirectoryCleanupGrants(cleanup);
  }

  private constructor(private readonly cleanup: RecoveryDirectoryCleanup) {}

  /** Grants starting cleanups, and following the executions. */
  public startExecution(grantee: iam.IGrantable): iam.Grant {
    return grantStartExecution(this.cleanup.stateMachine, grantee);
  }

  /** Grants looking at cleanups: which there are, how far they are, what they reported. */
  public read(grantee: iam.IGrantable): iam.Grant {
    return grantReadExecutions(this.cleanup.stateMachine, grantee);
  }
}
