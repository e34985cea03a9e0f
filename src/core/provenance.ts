import { RefusalReason } from './deletion-guard';
import type { Refusal } from './deletion-guard';

/** How far the clocks of AWS Backup and of the file system may be apart. */
export const CLOCK_TOLERANCE_MILLISECONDS = 60_000;

/** What the workflow saw of a recovery directory right after its own restore job. */
export interface Found {
  /** When the restore job was created, in milliseconds since 1970-01-01T00:00:00Z. */
  readonly created: number;
  /** Whom the directory belonged to. */
  readonly uid: number;
  /** True if the ctimes of what was restored were older than the job: the service does not write it anew, so its age proves nothing. */
  readonly older: boolean;
}

/** What tells whether a restore made a directory. */
export interface ProvenanceFacts {
  readonly name: string;
  /** Whom it belongs to, and whether that is root. */
  readonly uid: number;
  readonly isRoots: boolean;
  /** The record of the workflow that restored it. */
  readonly found?: Found;
  /** When the one restore job was created that AWS Backup lists for it; as it came. */
  readonly restoredSince?: unknown;
  /** True where the operator accepts that neither is known. */
  readonly acceptsUnproven: boolean;
}

/** Why a directory must not be taken for a restored one, and since when all that it holds must have been changed. */
export interface Provenance {
  readonly refusals: Refusal[];
  /** In milliseconds since 1970-01-01T00:00:00Z: nobody can set a ctime, so what has an older one was not restored. Undefined where that is not known. */
  readonly since?: number;
}

/**
 * The strongest proof that a file system can give that a directory is what a restore made: it belongs to whom the service gives it,
 * and nothing in it was changed last before the restore job began.
 */
export function proveRestored({ name, uid, isRoots, found, restoredSince, acceptsUnproven }: ProvenanceFacts): Provenance {
  const notRestored = (detail: string): Refusal[] => [{ reason: RefusalReason.NOT_RESTORED, detail }];
  if (found) {
    const refusals = uid === found.uid ? [] : notRestored(`'/${name}' belongs to user ${uid}, and to user ${found.uid} when it was restored`);
    return { refusals, ...(found.older ? {} : { since: found.created - CLOCK_TOLERANCE_MILLISECONDS }) };
  }
  const foreign = isRoots ? [] : notRestored(`'/${name}' belongs to user ${uid}: what AWS Backup restores belongs to root`);
  const since = typeof restoredSince === 'string' ? Date.parse(restoredSince) : NaN;
  if (!Number.isNaN(since)) {
    return { refusals: foreign, since: since - CLOCK_TOLERANCE_MILLISECONDS };
  }
  return {
    refusals: acceptsUnproven ? foreign : [...foreign, {
      reason: RefusalReason.UNPROVEN,
      detail: `neither a record of a workflow nor a restore job that AWS Backup lists proves that a restore made '/${name}': look at it, then accept that with guardsOff: ["${RefusalReason.UNPROVEN}"]`,
    }],
  };
}
