/** A time in nanoseconds as milliseconds, to the microsecond: what is finer does not fit a number. */
export const millisecondsOf = (nanoseconds: bigint): number => Number(nanoseconds / 1_000n) / 1_000;
