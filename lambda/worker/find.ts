import { openRecoveryDirectory } from './recovery-directory';
import { listSurveyedNames } from './survey/names';
import { RestoreError } from '../../src/core/contract';
import {
  classifyRootEntry, parseRecoveryDirectoryName, recoveryDirectoriesOfJob, RootEntryKind, STAMP_TOLERANCE_MILLISECONDS,
} from '../../src/core/recovery-directory';
import type { FindAnswer, FindEvent } from '../../src/core/worker';
import type { Directory } from '../fs/directory';
import { NamedError } from '../runtime/named-error';

/** New names that an error tells. */
const MOST_TOLD = 20;

/** Finds the one recovery directory that a restore job made; AWS Backup does not tell its name anywhere. */
export async function find(root: Directory, event: FindEvent): Promise<FindAnswer> {
  await root.refresh();
  const names = await listSurveyedNames(root);
  const { CreationDate, CompletionDate } = event.job;
  const job = {
    created: Date.parse(CreationDate),
    completed: CompletionDate === undefined ? Date.now() : Date.parse(CompletionDate),
    rivals: event.rivals ?? false,
    nextCreated: typeof event.nextJobCreated === 'string' ? Date.parse(event.nextJobCreated) : undefined,
  };
  const earlier = (event.earlier ?? []).flatMap(({ directory: name }) => name ?? []);
  const candidates = recoveryDirectoriesOfJob([...event.before, ...earlier], names, job).map(({ name }) => name);
  if (candidates.length > 1) {
    throw new NamedError(RestoreError.RECOVERY_DIRECTORY_AMBIGUOUS,
      `several new recovery directories fit the restore job: ${candidates.slice(0, MOST_TOLD).join(', ')}; nothing was moved or deleted, look which one is yours`);
  }
  const directory = candidates.length === 1 ? await openRecoveryDirectory(root, candidates[0]) : undefined;
  if (!directory) {
    // the survey told the newest names only: those that are older than the job were there before it
    const isOld = (name: string) => (parseRecoveryDirectoryName(name)?.instant ?? Infinity) < job.created - STAMP_TOLERANCE_MILLISECONDS;
    const fresh = names.filter((name) => !event.before.includes(name) && !earlier.includes(name) && !isOld(name)).slice(0, MOST_TOLD);
    throw new NamedError(RestoreError.RECOVERY_DIRECTORY_NOT_FOUND,
      `no new recovery directory fits the restore job of ${event.job.CreationDate} to ${event.job.CompletionDate ?? 'now'}; `
      + `new at the root of the file system: ${fresh.length > 0 ? fresh.join(', ') : 'nothing'}`);
  }
  await directory.close();
  return {
    operation: 'find',
    done: true,
    directory: candidates[0],
    lostAndFound: names.filter((name) => classifyRootEntry(name) === RootEntryKind.LOST_AND_FOUND).slice(0, MOST_TOLD),
  };
}
