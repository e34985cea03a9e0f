import type { Duration } from 'aws-cdk-lib/core';

/** Days as far as they are known at synth; fractions are kept, so that a check reports them in its own words. */
export function knownDays(duration: Duration | undefined): number | undefined {
  return duration === undefined || duration.isUnresolved() ? undefined : duration.toDays({ integral: false });
}
