import type { BigIntStats } from 'node:fs';
import type { Inspection } from './inspect';
import { RefusalReason, refuseDeletion } from '../../../src/core/deletion-guard';
import type { Refusal } from '../../../src/core/deletion-guard';
import { proveRestored } from '../../../src/core/provenance';
import type { Provenance } from '../../../src/core/provenance';
import type { DeleteEvent } from '../../../src/core/worker';
import type { Directory } from '../../fs/directory';
import { ownershipOf } from '../close';
import { readFound } from '../find/note-found';
import { shorten } from '../notes';
import { isOurUser, readRecord } from '../records';
import { isQuarantined } from '../recovery-directory';

/** Every reason not to delete a directory that its name, the facts of the event and the records tell. */
export async function refuseByFacts(
  root: Directory,
  event: DeleteEvent,
  directory: Directory | undefined,
  own: BigIntStats | undefined,
  now: number,
): Promise<Refusal[]> {
  return refuseDeletion({
    name: event.directory,
    quarantined: directory !== undefined && isQuarantined(directory, event.directory),
    accessPointRoots: event.accessPointRoots,
    runningRestoreJobs: event.runningRestoreJobs,
    // an event is JSON: a null must not pass for a retention of 0 seconds
    retentionMilliseconds: typeof event.retentionSeconds === 'number' && event.retentionSeconds >= 0 ? event.retentionSeconds * 1000 : undefined,
    moveOnRecord: own !== undefined && await readRecord(root, event.directory, own, 'moved') !== undefined,
    undoneAt: own && (await readRecord(root, event.directory, own, 'undone'))?.writtenAt,
    now,
  });
}

/** Whether a restore made it. */
export async function prove(root: Directory, event: DeleteEvent, own: BigIntStats): Promise<Provenance> {
  const { uid } = await ownershipOf(root, event.directory, own);
  return proveRestored({
    name: event.directory,
    uid,
    isRoots: isOurUser(uid),
    found: await readFound(root, event.directory, own),
    restoredSince: event.restoredSince,
    acceptsUnproven: event.guardsOff?.includes(RefusalReason.UNPROVEN) ?? false,
  });
}

/** Every reason that was found in the directory. */
export function refuseContent({ writtenLater, older, leftover, unreadable }: Partial<Inspection>): Refusal[] {
  const refusals: Refusal[] = [];
  const refuse = (reason: RefusalReason, path: string | undefined, why: string) => {
    if (path !== undefined) {
      refusals.push({ reason, detail: `'${shorten(path)}' ${why}` });
    }
  };
  refuse(RefusalReason.NOT_RESTORED, older, 'was changed last before the restore job began: it was not restored');
  refuse(RefusalReason.IN_USE, writtenLater, 'was written after the restore: somebody works in it');
  refuse(RefusalReason.NOT_EMPTY, leftover, 'was not moved');
  refuse(RefusalReason.UNREADABLE, unreadable?.path, `could not be read: ${unreadable?.note}`);
  return refusals;
}
