import { setTimeout as sleep } from 'node:timers/promises';

interface AwsError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** The names by which AWS Backup and Amazon EFS say "later": "Common errors" of both API references, and those of their operations. */
const LATER = ['ThrottlingException', 'Throttling', 'TooManyRequestsException', 'RequestLimitExceeded', 'ServiceUnavailableException', 'InternalServerError', 'TimeoutError'];

export const isNamed = (error: unknown, ...names: string[]): error is Error => error instanceof Error && names.includes(error.name);

/** Whether a call may well succeed later: throttling, a fault of the server, no connection. */
export function isTransient(error: unknown): boolean {
  const status = (error as AwsError).$metadata?.httpStatusCode;
  return isNamed(error, ...LATER) || status === 429 || (status !== undefined && status >= 500 && status !== 501);
}

/** A permission that was given in this very deployment is not known everywhere at once ("Changes that I make are not always immediately visible", IAM User Guide). */
export const isAccessDenied = (error: unknown): boolean => isNamed(error, 'AccessDeniedException', 'AccessDenied');

/** How patient a first call is. */
export interface Patience {
  readonly attempts: number;
  readonly wait: () => Promise<unknown>;
}

/** Two minutes: IAM speaks of seconds to a few minutes. */
export const PATIENT: Patience = { attempts: 13, wait: async () => sleep(10_000) };

/** Calls until the answer is no error that `mayPass`, or the patience is over. */
export async function patiently<Answer>(patience: Patience, mayPass: (error: unknown) => boolean, call: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (attempt >= patience.attempts || !mayPass(error)) {
        throw error;
      }
      await patience.wait();
    }
  }
}
