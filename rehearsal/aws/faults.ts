import { AwsError } from './aws-error';
import type { OperationName, ServiceName } from './operation';

/** When a rule strikes. */
interface Occurrence {
  /** How many requests (or jobs) are spared first; default 0. */
  readonly after?: number;
  /** How many are struck then; default 1. `Infinity` strikes all. */
  readonly times?: number;
}

/** A request that fails. Several rules of one operation strike one after the other. */
export interface OperationFault extends Occurrence {
  readonly operation: OperationName;
  /**
   * - THROTTLE: HTTP 400 ThrottlingException ("Common errors" of both API references)
   * - TOO_MANY_REQUESTS: HTTP 429
   * - INTERNAL_ERROR: HTTP 500, and nothing was done
   * - ANSWER_LOST: HTTP 500, although the request was carried out: what the idempotency token is for
   * - ACCESS_DENIED: HTTP 403 AccessDeniedException
   */
  readonly fault: 'THROTTLE' | 'TOO_MANY_REQUESTS' | 'INTERNAL_ERROR' | 'ANSWER_LOST' | 'ACCESS_DENIED';
}

/** What goes wrong with a restore job. All rules that strike one job apply together; use `after` to strike different jobs. */
export type RestoreJobFault = Occurrence & ({
  /**
   * - FAILED: fails after it has run, and leaves aws-backup-failed-restore_<stamp> with a part of the data
   * - ABORTED: ends as ABORTED; what it leaves is not documented, here nothing
   */
  readonly restoreJob: 'FAILED' | 'ABORTED';
  readonly statusMessage?: string;
} | {
  /**
   * - STUCK: runs for ever
   * - LOST_AND_FOUND: aws-backup-lost+found appears at the root with a file in it
   * - DIRECTORY_NEVER: completes, and no directory appears
   * - TWO_DIRECTORIES: completes, and two directories appear
   */
  readonly restoreJob: 'STUCK' | 'LOST_AND_FOUND' | 'DIRECTORY_NEVER' | 'TWO_DIRECTORIES';
} | {
  /** Completes, but the directory appears later. */
  readonly restoreJob: 'DIRECTORY_LATE';
  /** After so many further DescribeRestoreJob calls; left out: when `AwsService.deliverDirectories` is called. */
  readonly polls?: number;
} | {
  /** Completes, but an item is not in the directory. */
  readonly restoreJob: 'ITEM_MISSING';
  /** The item; left out: the last item, of a full restore the last entry of the root. */
  readonly item?: string;
});

/** What goes wrong with a backup job of ours. */
export interface BackupJobFault extends Occurrence {
  /**
   * - FAILED, ABORTED, EXPIRED, PARTIAL: runs, and ends so
   * - STUCK: runs for ever
   */
  readonly backupJob: 'FAILED' | 'ABORTED' | 'EXPIRED' | 'PARTIAL' | 'STUCK';
  readonly statusMessage?: string;
}

export type FaultRule = OperationFault | RestoreJobFault | BackupJobFault;

interface Count {
  seen: number;
  struck: number;
}

/** The faults of a rehearsal. */
export class Faults {
  private readonly counts = new Map<FaultRule, Count>();

  constructor(rules: readonly FaultRule[] = []) {
    rules.forEach((rule) => this.add(rule));
  }

  add(rule: FaultRule): void {
    this.counts.set({ ...rule }, { seen: 0, struck: 0 });
  }

  clear(): void {
    this.counts.clear();
  }

  /** The fault that strikes this request, if any. */
  nextOfOperation(operation: OperationName): OperationFault['fault'] | undefined {
    let fault: OperationFault['fault'] | undefined;
    for (const [rule, count] of this.counts) {
      if ('operation' in rule && rule.operation === operation && this.isDue(rule, count) && fault === undefined) {
        count.struck++;
        fault = rule.fault;
      }
    }
    return fault;
  }

  /** The faults that strike this restore job. */
  nextOfRestoreJob(): RestoreJobFault[] {
    const faults: RestoreJobFault[] = [];
    for (const [rule, count] of this.counts) {
      if ('restoreJob' in rule && this.isDue(rule, count)) {
        count.struck++;
        faults.push(rule);
      }
    }
    return faults;
  }

  /** The faults that strike this backup job. */
  nextOfBackupJob(): BackupJobFault[] {
    const faults: BackupJobFault[] = [];
    for (const [rule, count] of this.counts) {
      if ('backupJob' in rule && this.isDue(rule, count)) {
        count.struck++;
        faults.push(rule);
      }
    }
    return faults;
  }

  /** Counts what is seen, whether it is struck or not. */
  private isDue({ after = 0, times = 1 }: Occurrence, count: Count): boolean {
    return ++count.seen > after && count.struck < times;
  }
}

/** The error of a fault, in the words of the service. */
export function errorOf(fault: OperationFault['fault'], service: ServiceName): AwsError {
  switch (fault) {
    case 'THROTTLE':
      return new AwsError('ThrottlingException', 'Rate exceeded', 400);
    case 'TOO_MANY_REQUESTS':
      return new AwsError('ThrottlingException', 'Rate exceeded', 429);
    case 'ACCESS_DENIED':
      return new AwsError('AccessDeniedException', 'Insufficient privileges to perform this action.', 403);
    case 'INTERNAL_ERROR':
    case 'ANSWER_LOST':
      // the only server error that each service documents for its operations
      return service === 'backup'
        ? new AwsError('ServiceUnavailableException', 'The request failed due to a temporary failure of the server.', 500)
        : new AwsError('InternalServerError', 'An internal error occurred.', 500);
  }
}
