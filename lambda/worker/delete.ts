import { RefusalReason, refuseDeletion } from '../../src/core/deletion-guard';
import type { Refusal } from '../../src/core/deletion-guard';
import { parseRecoveryDirectoryName } from '../../src/core/recovery-directory';
import { RecoveryDirectoryDisposal } from '../../src/core/restore-request';
import type { DeleteAnswer, DeleteEvent } from '../../src/core/worker';
import { fromText } from '../fs/byte-name';
import type { Directory } from '../fs/directory';
import { errnoOrThrow } from '../fs/errno';
import type { Deadline } from '../runtime/deadline';
import { inspect } from './delete/inspect';
import { removeTree } from './delete/remove-tree';
import { readRecord, removeRecords, writeRecord } from './records';
import { openRecoveryDirectory } from './recovery-directory';

/** How much later than the restore an entry may be written before the directory counts as in use. */
const GRACE_SECONDS = 300;
/** Lambda: the longest an invocation runs (AWS Lambda Developer Guide, "Lambda quotas"). */
const LONGEST_INVOCATION_MILLISECONDS = 900_000;

// an event is JSON: a null must not pass for a retention of 0 seconds
const millisecondsOf = (value: number | undefined): number | undefined => (typeof value === 'number' && value >= 0 ? value * 1000 : undefined);

/** Deletes a recovery directory, if every guard lets it. All guards are checked here, whatever the caller says. */
export async function deleteRecoveryDirectory(root: Directory, event: DeleteEvent, deadline: Deadline): Promise<DeleteAnswer> {
  const answer = (outcome: DeleteAnswer['outcome'], more: Partial<DeleteAnswer> = {}): DeleteAnswer =>
    ({ operation: 'delete', done: outcome !== 'UNDECIDED', outcome, deletedEntries: 0, refusals: [], notes: [], ...more });

  const parsed = parseRecoveryDirectoryName(event.directory);
  const name = fromText(event.directory);
  if (parsed && await root.lstat(name) === undefined) {
    await removeRecords(root, event.directory);
    return answer('ALREADY_GONE');
  }
  const directory = parsed ? await openRecoveryDirectory(root, event.directory) : undefined;
  try {
    const inode = (await directory?.stat())?.ino ?? 0n;
    const moved = directory && await readRecord(root, event.directory, inode, 'moved');
    const refusals = refuseDeletion({
      name: event.directory,
      accessPointRoots: event.accessPointRoots,
      runningRestoreJobs: event.runningRestoreJobs,
      retentionMilliseconds: millisecondsOf(event.retentionSeconds),
      moveOnRecord: moved !== undefined,
      now: Date.now(),
    });
    if (!directory || !parsed || refusals.length > 0) {
      const real: Refusal[] = directory || !parsed ? [] : [{ reason: RefusalReason.NOT_A_DIRECTORY, detail: `'/${event.directory}' is not a real directory on the device of the file system's root` }];
      return answer('REFUSED', { refusals: [...refusals, ...real] });
    }

    const deleting = await readRecord(root, event.directory, inode, 'deleting');
    const grace = millisecondsOf(event.graceSeconds) ?? GRACE_SECONDS * 1000;
    const deletedUntil = deleting ? deleting.writtenAt + LONGEST_INVOCATION_MILLISECONDS : 0; // an earlier run, at its latest
    const inspection = await inspect(directory, {
      restoredUntil: parsed.instant + grace,
      changedByUsUntil: Math.max(parsed.instant, moved?.writtenAt ?? 0, deletedUntil) + grace,
    });
    const onlyDirectories = event.disposal !== RecoveryDirectoryDisposal.DELETE; // whatever else it is
    const found = refuseContent(inspection.writtenLater, onlyDirectories ? inspection.leftover : undefined);
    if (found.length > 0) {
      return answer('REFUSED', { refusals: found });
    }

    await writeRecord(root, event.directory, inode, 'deleting');
    const removal = await removeTree(directory, deadline, { onlyDirectories });
    const result = { deletedEntries: removal.removed, notes: removal.notes };
    if (!removal.done) {
      return answer('UNDECIDED', result);
    }
    if (removal.notes.length > 0) {
      return answer('INCOMPLETE', result);
    }
    try {
      await root.rmdir(name);
    } catch (error) {
      return answer('INCOMPLETE', { ...result, notes: [{ path: `/${event.directory}`, note: errnoOrThrow(error) }] });
    }
    await removeRecords(root, event.directory);
    return answer('DELETED', { ...result, deletedEntries: removal.removed + 1 });
  } finally {
    await directory?.close();
  }
}

function refuseContent(writtenLater: string | undefined, leftover: string | undefined): Refusal[] {
  const refusals: Refusal[] = [];
  if (writtenLater !== undefined) {
    refusals.push({ reason: RefusalReason.IN_USE, detail: `'${writtenLater}' was written after the restore: somebody works in it` });
  }
  if (leftover !== undefined) {
    refusals.push({ reason: RefusalReason.NOT_EMPTY, detail: `'${leftover}' was not moved` });
  }
  return refusals;
}
