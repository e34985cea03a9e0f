import type { Problem } from './problem';

/** Where a recovery point must be; what is undefined is not known yet (tokens at synth) and not checked. */
export interface RecoveryPointHome {
  readonly partition?: string;
  readonly region?: string;
  readonly account?: string;
}

const EXAMPLE = 'arn:aws:backup:eu-central-1:111122223333:recovery-point:1EB3B5E7-9EB0-435A-A80B-108B488B0D45';
const ARN = /^arn:([^:]*):([^:]*):([^:]*):([^:]*):(.+)$/s;

/**
 * All problems of the ARN of a recovery point of EFS. AWS Backup gives EFS recovery points ARNs of its own
 * (`arn:…:backup:…:recovery-point:…`); points of services that keep their own snapshots have that service's ARN.
 */
export function checkRecoveryPointArn(subject: string, arn: unknown, home: RecoveryPointHome): Problem[] {
  const problem = (rule: string, remedy: string): Problem => ({ subject, rule, value: arn, remedy });
  const match = typeof arn === 'string' ? ARN.exec(arn) : null;
  if (!match) {
    return [problem('must be the ARN of a recovery point', `write an ARN such as ${EXAMPLE}`)];
  }
  const [, partition, service, region, account, resource] = match;
  const problems: Problem[] = [];
  if (service !== 'backup' || !/^recovery-point:[A-Za-z0-9-]+$/.test(resource)) {
    problems.push(problem(`must be a recovery point of an EFS file system, and those are named arn:${home.partition ?? 'aws'}:backup:…:recovery-point:…`,
      'choose a recovery point whose resource type is EFS (aws backup list-recovery-points-by-backup-vault --by-resource-type EFS)'));
  }
  if (home.partition !== undefined && partition !== home.partition) {
    problems.push(problem(`must be in the partition '${home.partition}'`, 'recovery points do not cross partitions: choose one of this partition'));
  }
  if (problems.length > 0) {
    return problems; // no copy into another Region or account would help
  }
  if (home.region !== undefined && region !== home.region) {
    problems.push(problem(`must be in the Region '${home.region}' of the file system`, 'copy the recovery point into a vault of this Region first (aws backup start-copy-job)'));
  }
  if (home.account !== undefined && account !== home.account) {
    problems.push(problem(`must be in the account '${home.account}' of the file system`, 'copy the recovery point into a vault of this account first (aws backup start-copy-job)'));
  }
  return problems;
}
