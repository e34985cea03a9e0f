import type { CleanedFileSystem, CleanupAws } from './aws';
import { takeTurn } from '../../../src/core/cleanup-turn';
import type { RunningExecutions, Turn } from '../../../src/core/cleanup-turn';
import { readDeletionFacts } from '../read-deletion-facts';
import type { DeletionFactsRead } from '../read-deletion-facts';
import { readRestoredSince } from '../restored-since';

/** What the state machine knows when it asks. */
export interface TurnEvent {
  readonly execution: { readonly id: string; readonly startTime: string };
  readonly cleanups: RunningExecutions;
  readonly restores: readonly RunningExecutions[];
  /** The directory that is to be deleted; left out before one is. */
  readonly directory?: string;
  /** When it was its turn first, ISO 8601; nothing, or an empty object, before that. */
  readonly before?: { readonly since?: string };
}

/** Whether it is the turn of an execution, and what the worker must know just before it deletes. */
export interface TurnRead extends Turn, DeletionFactsRead {
  readonly since: string;
  /** When the restore job was created that made the directory, as far as AWS Backup tells for sure. */
  readonly restoredSince: string | null;
}

/** Reads the facts that only AWS knows, and decides with them. */
export async function readTurn(aws: CleanupAws, target: CleanedFileSystem, event: TurnEvent, now: number): Promise<TurnRead> {
  const facts = await readDeletionFacts(aws, target);
  const since = event.before?.since;
  const turn = takeTurn({ ...event, runningRestoreJobs: facts.runningRestoreJobs, since: since === undefined ? undefined : Date.parse(since), now });
  const restoredSince = event.directory === undefined || turn.decision !== 'GO' ? null : await readRestoredSince(aws, target, event.directory);
  return { ...turn, ...facts, restoredSince, since: since ?? new Date(now).toISOString() };
}
