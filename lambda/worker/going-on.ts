import { createHash } from 'node:crypto';
import { refuse } from './refuse-invalid';
import type { WorkerAnswer, WorkerEvent } from '../../src/core/worker';

/** What may differ from call to call: the answer before, what was read just before the call, and the pace. */
const MAY_DIFFER = ['previous', 'accessPointRoots', 'runningRestoreJobs', 'restoredSince', 'operationsPerSecond'];

interface Resumable {
  readonly resume?: { readonly event?: string } | null;
}

/** Stands for all of an event that must stay the same from call to call. */
function digestOf(event: WorkerEvent): string {
  const kept = Object.entries(event).filter(([key, value]) => !MAY_DIFFER.includes(key) && value !== null && value !== undefined);
  return createHash('sha256').update(JSON.stringify(kept.sort(([a], [b]) => (a < b ? -1 : 1)))).digest('base64url').slice(0, 22);
}

/**
 * Refuses an answer before that belongs to another event: where that one stopped says nothing about this one, and what it looked
 * through was another directory, or was looked through for another purpose.
 */
export function refuseForeign(event: WorkerEvent): void {
  const resume = ((event as { previous?: Resumable | null }).previous)?.resume;
  const digest = digestOf(event);
  refuse(!resume || resume.event === digest ? [] : [{
    subject: 'previous',
    rule: 'must be the last answer to this very event',
    value: resume.event ?? null,
    remedy: 'leave it out to begin anew',
  }]);
}

/** The answer, with what it says of where to go on bound to its event. */
export function bind(event: WorkerEvent, answer: WorkerAnswer): WorkerAnswer {
  const { resume } = answer as Resumable;
  return resume ? { ...answer, resume: { ...resume, event: digestOf(event) } } as WorkerAnswer : answer;
}
