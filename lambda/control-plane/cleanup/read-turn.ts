import type { CleanedFileSystem, CleanupAws } from './aws';
import { takeTurn } from '../../../src/core/cleanup-turn';
import type { RunningExecutions, Turn } from '../../../src/core/cleanup-turn';
import { readDeletionFacts } from '../read-deletion-facts';
import type { DeletionFactsRead } from '../read-deletion-facts';

/** What the state machine knows when it asks. */
export interface TurnEvent {
  readonly execution: { readonly id: string; readonly startTime: string };
  readonly cleanups: RunningExecutions;
  readonly restores: readonly RunningExecutions[];
  /** When it was its turn first, ISO 8601; nothing, or an empty object, before that. */
  readonly before?: { readonly since?: string };
}

/** Whether it is the turn of an execution, and what the worker must know just before it deletes. */
export interface TurnRead extends Turn, DeletionFactsRead {
  readonly since: string;
}

/** Reads the facts that only AWS knows, and decides with them. */
export async function readTurn(aws: CleanupAws, target: CleanedFileSystem, event: TurnEvent, now: number): Promise<TurnRead> {
  const facts = await readDeletionFacts(aws, target);
  const since = event.before?.since;
  const turn = takeTurn({ ...event, runningRestoreJobs: facts.runningRestoreJobs, since: since === undefined ? undefined : Date.parse(since), now });
  return { ...turn, ...facts, since: since ?? new Date(now).toISOString() };
}
