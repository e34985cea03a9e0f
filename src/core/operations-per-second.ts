import type { Problem } from './problem';

/**
 * Half of what a file system with bursting throughput, or a One Zone file system, takes from all its clients together while it
 * has burst credits: 7,000 write operations a second (Amazon EFS User Guide, "Performance"). The other half is the application's.
 */
export const DEFAULT_OPERATIONS_PER_SECOND = 3_500;

/** What is wrong with a bound for the calls to a file system; left out, or null, there is nothing to be wrong. */
export function checkOperationsPerSecond(operationsPerSecond: unknown): Problem[] {
  return operationsPerSecond === undefined || operationsPerSecond === null || (Number.isSafeInteger(operationsPerSecond) && (operationsPerSecond as number) >= 1) ? [] : [{
    subject: 'operationsPerSecond',
    rule: 'must be a whole number, 1 or more',
    value: operationsPerSecond,
    remedy: `leave it out for ${DEFAULT_OPERATIONS_PER_SECOND}`,
  }];
}
