import type { Problem } from './problem';

/**
 * Half of what a file system with bursting throughput, or a One Zone file system, takes from all its clients together while it
 * has burst credits: 7,000 write operations a second (Amazon EFS User Guide, "Performance"). The other half is the application's.
 */
export const DEFAULT_OPERATIONS_PER_SECOND = 3_500;

/**
 * A walk looks at up to 24 directories at once, each with three calls: at this pace the last of them has had its turn before the
 * time is over that the worker keeps free at the end of an invocation.
 */
export const LEAST_OPERATIONS_PER_SECOND = 10;

/** What is wrong with a bound for the calls to a file system; left out, or null, there is nothing to be wrong. */
export function checkOperationsPerSecond(operationsPerSecond: unknown): Problem[] {
  const isMissing = operationsPerSecond === undefined || operationsPerSecond === null;
  return isMissing || (Number.isSafeInteger(operationsPerSecond) && (operationsPerSecond as number) >= LEAST_OPERATIONS_PER_SECOND) ? [] : [{
    subject: 'operationsPerSecond',
    rule: `must be a whole number, ${LEAST_OPERATIONS_PER_SECOND} or more`,
    value: operationsPerSecond,
    remedy: `leave it out for ${DEFAULT_OPERATIONS_PER_SECOND}`,
  }];
}
