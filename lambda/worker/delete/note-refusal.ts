import { RefusalReason } from '../../../src/core/deletion-guard';
import type { DeleteAnswer } from '../../../src/core/worker';
import type { Directory } from '../../fs/directory';
import { errnoOrThrow } from '../../fs/errno';
import { writeRecord } from '../records';

/** Says nothing about the directory, or nothing that time does not change. */
const PASSING = [RefusalReason.RETENTION, RefusalReason.FACTS_MISSING, RefusalReason.RESTORE_JOB_RUNNING, RefusalReason.RECORDS_NOT_OURS];

/** Keeps on record when a deletion was refused, or came to no end: a cleanup has its turn with all others first. */
export async function noteRefusal(
  root: Directory, recoveryDirectory: string, directory: Directory | undefined, answer: DeleteAnswer,
): Promise<void> {
  if (!directory || (answer.outcome !== 'INCOMPLETE' && answer.refusals.every(({ reason }) => PASSING.includes(reason)))) {
    return;
  }
  try {
    await writeRecord(root, recoveryDirectory, (await directory.stat()).ino, 'refused');
  } catch (error) {
    errnoOrThrow(error); // then it has its turn again
  }
}
