import { openRecoveryDirectory } from './recovery-directory';
import { listSurveyedNames } from './survey/names';
import { RestoreError } from '../../src/core/contract';
import { classifyRootEntry, recoveryDirectoriesOfJob, RootEntryKind } from '../../src/core/recovery-directory';
import type { FindAnswer, FindEvent } from '../../src/core/worker';
import type { Directory } from '../fs/directory';
import { NamedError } from '../runtime/named-error';

/** Finds the one recovery directory that a restore job made; AWS Backup does not tell its name anywhere. */
export async function find(root: Directory, event: FindEvent): Promise<FindAnswer> {
  const names = await listSurveyedNames(root);
  const { CreationDate, CompletionDate } = event.job;
  const job = { created: Date.parse(CreationDate), completed: CompletionDate === undefined ? Date.now() : Date.parse(CompletionDate) };
  const candidates = recoveryDirectoriesOfJob(event.before, names, job).map(({ name }) => name);
  if (candidates.length > 1) {
    throw new NamedError(RestoreError.RECOVERY_DIRECTORY_AMBIGUOUS,
      `several new recovery directories fit the restore job: ${candidates.join(', ')}; nothing was moved or deleted, look which one is yours`);
  }
  const directory = candidates.length === 1 ? await openRecoveryDirectory(root, candidates[0]) : undefined;
  if (!directory) {
    const fresh = names.filter((name) => !event.before.includes(name));
    throw new NamedError(RestoreError.RECOVERY_DIRECTORY_NOT_FOUND,
      `no new recovery directory fits the restore job of ${event.job.CreationDate} to ${event.job.CompletionDate ?? 'now'}; `
      + `new at the root of the file system: ${fresh.length > 0 ? fresh.join(', ') : 'nothing'}`);
  }
  await directory.close();
  return {
    operation: 'find',
    done: true,
    directory: candidates[0],
    lostAndFound: names.filter((name) => classifyRootEntry(name) === RootEntryKind.LOST_AND_FOUND),
  };
}
