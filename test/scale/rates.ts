/**
 * The figures that the model of the worker computes with, on the slow side of what was measured. docs/scale.md has them with their
 * sources; cleanup-scale.test.ts compares those of this library with the newest results of bench/.
 */

/** Of the CPU, to list an entry and to look at it: survey, verify, and the look before a deletion. bench/, a million entries. */
export const LOOK_SECONDS = 20e-6;
/** Of the CPU, to look at an entry and to delete it. bench/, a million entries. */
export const DELETE_CPU_SECONDS = 75e-6;
/** To list an entry once more, where an earlier call has stopped within one directory: READDIR, and the CPU. */
export const SKIP_SECONDS = 7e-6;
/** Round trips: to look into a directory, to compare two, to delete an entry beside other workers in one directory, to move a file. bench/ */
export const ROUND_TRIPS = { lookedInto: 3, compared: 6, deletedBesideOthers: { reads: 2, writes: 1 }, moved: { reads: 1, writes: 2 } };
/** Latency of EFS, Regional: Amazon EFS User Guide, "Amazon EFS performance specifications". */
export const READ_SECONDS = 1e-3;
export const WRITE_SECONDS = 2.7e-3;
/** What AWS Backup restores a second: Amazon EFS User Guide, "Backing up EFS file systems", "Backup performance". */
export const RESTORE = { filesPerSecond: 1_500, bytesPerSecond: 200e6 };

/** An invocation has 900 s, of which the worker keeps 10 free; 2 are for its start, and to list again what was begun and not finished. */
export const LAMBDA_SECONDS = 900;
export const USEFUL_SECONDS = 888;
export const STOPPED_SECONDS = 890;

/** us-east-1, in dollars; docs/scale.md has the sources. */
export const PRICES = {
  transition: 0.025 / 1_000,
  gigabyteSecond: 0.0000166667,
  request: 0.20 / 1e6,
  /** Of Elastic throughput. */
  gigabyteWritten: 0.06,
  /** What a call costs that changes nothing but names: at least 4 KiB are metered. */
  leastBytes: 4_096,
};
