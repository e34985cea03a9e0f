import { freshSince } from './find/fresh';
import { noteFound } from './find/note-found';
import { openRecoveryDirectory } from './recovery-directory';
import { RestoreError } from '../../src/core/contract';
import { recoveryDirectoriesOfJob } from '../../src/core/recovery-directory';
import type { FindAnswer, FindEvent } from '../../src/core/worker';
import type { Directory } from '../fs/directory';
import { NamedError } from '../runtime/named-error';

/** New names that an error tells. */
const MOST_TOLD = 20;

/** Finds the one recovery directory that a restore job made; AWS Backup does not tell its name anywhere. */
export async function find(root: Directory, event: FindEvent): Promise<FindAnswer> {
  await root.refresh();
  const { CreationDate, CompletionDate } = event.job;
  const job = {
    created: Date.parse(CreationDate),
    completed: CompletionDate === undefined ? Date.now() : Date.parse(CompletionDate),
    rivals: event.rivals ?? false,
    nextCreated: typeof event.nextJobCreated === 'string' ? Date.parse(event.nextJobCreated) : undefined,
  };
  const earlier = (event.earlier ?? []).flatMap(({ directory: name }) => name ?? []);
  const { names, foreign, lostAndFound } = await freshSince(root, [...event.before, ...earlier], job);
  const candidates = recoveryDirectoriesOfJob([...foreign], names, job).map(({ name }) => name);
  if (candidates.length > 1) {
    throw new NamedError(RestoreError.RECOVERY_DIRECTORY_AMBIGUOUS,
      `several new recovery directories fit the restore job: ${candidates.slice(0, MOST_TOLD).join(', ')}; nothing was moved or deleted, look which one is yours`);
  }
  const directory = candidates.length === 1 ? await openRecoveryDirectory(root, candidates[0]) : undefined;
  if (!directory) {
    const fresh = names.slice(0, MOST_TOLD);
    throw new NamedError(RestoreError.RECOVERY_DIRECTORY_NOT_FOUND,
      `no new recovery directory fits the restore job of ${event.job.CreationDate} to ${event.job.CompletionDate ?? 'now'}; `
      + `new at the root of the file system: ${fresh.length > 0 ? fresh.join(', ') : 'nothing'}`);
  }
  await noteFound(root, candidates[0], directory, job.created).finally(() => directory.close());
  return {
    operation: 'find',
    done: true,
    directory: candidates[0],
    lostAndFound,
  };
}
