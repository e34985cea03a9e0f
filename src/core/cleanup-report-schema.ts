import { CleanupMode } from './cleanup';
import { KeepReason } from './cleanup-choice';
import { RefusalReason } from './deletion-guard';
import { COUNT, DIALECT, list, object, oneOf, TEXT } from './json-schema';
import { RootEntryKind } from './recovery-directory';

const DIRECTORY = object({
  name: TEXT,
  kind: oneOf(RootEntryKind.RECOVERY_DIRECTORY, RootEntryKind.FAILED_RECOVERY_DIRECTORY, RootEntryKind.QUARANTINED),
  ageSeconds: { type: 'integer' },
  fate: oneOf('KEPT', 'DELETED', 'QUARANTINED', 'ALREADY_GONE', 'REFUSED', 'INCOMPLETE', 'POSTPONED'),
}, {
  kept: oneOf(...Object.values(KeepReason)),
  entries: COUNT,
  bytes: COUNT,
  inUsePath: TEXT,
  deletedEntries: COUNT,
  refusals: list(object({ reason: oneOf(...Object.values(RefusalReason)), detail: TEXT })),
  notes: list(object({ path: TEXT, note: TEXT })),
});

/** The JSON Schema of the report of a cleanup: the output of its execution, and the message on the topic. */
export const CLEANUP_REPORT_SCHEMA: object = {
  $schema: DIALECT,
  title: 'Report of a cleanup of recovery directories',
  ...object({
    outcome: oneOf('SUCCEEDED', 'YIELDED', 'FAILED'),
    sentence: TEXT,
    fileSystemId: TEXT,
    execution: object({ id: TEXT, name: TEXT, startTime: TEXT }),
    directories: list(DIRECTORY),
    lostAndFound: list(TEXT),
    lookalikes: list(TEXT),
  }, {
    error: TEXT,
    cause: TEXT,
    mode: oneOf(...Object.values(CleanupMode)),
    trigger: object({ kind: oneOf('REQUEST', 'SCHEDULE', 'RESTORE_JOB') }, {
      mode: oneOf(...Object.values(CleanupMode)), restoreJobId: TEXT, state: TEXT, createdResourceArn: TEXT, sourceResourceArn: TEXT,
    }),
    yieldedTo: object({ reason: oneOf('RESTORE_RUNNING', 'CLEANUP_RUNNING', 'TIME_IS_UP'), detail: TEXT }),
    totals: object({
      directories: COUNT, entries: COUNT, bytes: COUNT, inUse: COUNT, due: COUNT, oldestAgeSeconds: { type: 'integer' }, deleted: COUNT, quarantined: COUNT, refused: COUNT, deletedEntries: COUNT,
    }),
  }),
};
