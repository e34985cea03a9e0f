import { RefusalReason } from './deletion-guard';
import { ANY, COUNT, DIALECT, list, object, oneOf, TEXT } from './json-schema';

const NOTES = list(object({ path: TEXT, note: TEXT }));
/** Null for a full restore. */
const ITEMS = { ...list(TEXT), type: ['array', 'null'] };

const VERIFICATION = object({
  verdict: oneOf('PASSED', 'FAILED'),
  findings: list(TEXT),
  counts: object({ files: COUNT, directories: COUNT, symbolicLinks: COUNT, others: COUNT, bytes: COUNT }),
  lostAndFound: list(TEXT),
}, {
  comparison: object({
    missing: COUNT, changed: COUNT, same: COUNT, extra: COUNT, samples: object({ missing: list(TEXT), changed: list(TEXT), extra: list(TEXT) }),
  }),
});

const eachFate = (fate: object): object => object({ moved: fate, replaced: fate, keptBoth: fate, skipped: fate, failed: fate });

const MOVE = object({
  outcome: oneOf('MOVED', 'PLANNED', 'CONFLICT', 'INCOMPLETE'),
  counts: eachFate(COUNT),
  notes: NOTES,
}, {
  plan: eachFate(object({ files: COUNT, bytes: COUNT, samples: list(TEXT) })),
  mergedDirectories: object({ differing: COUNT, notes: NOTES }),
  liveOnly: COUNT,
  keptAside: TEXT,
});

const CLEANUP = object({
  outcome: oneOf('DELETED', 'QUARANTINED', 'ALREADY_GONE', 'REFUSED', 'INCOMPLETE', 'POSTPONED'),
  deletedEntries: COUNT,
  refusals: list(object({ reason: oneOf(...Object.values(RefusalReason)), detail: TEXT })),
  notes: NOTES,
}, {
  postponed: object({ reason: TEXT, detail: TEXT }),
});

const RESTORE = object({ items: ITEMS, restoreJobId: TEXT, lostAndFound: list(TEXT) }, {
  recoveryDirectory: TEXT, newFileSystemArn: TEXT, verification: VERIFICATION, plan: MOVE, move: MOVE, cleanup: CLEANUP,
});

/** The JSON Schema of the report of a restore: the output of its execution, and the message on the topic. */
export const RESTORE_REPORT_SCHEMA: object = {
  $schema: DIALECT,
  title: 'Report of a restore',
  ...object({
    outcome: oneOf('SUCCEEDED', 'FAILED'),
    sentence: TEXT,
    execution: object({ id: TEXT, name: TEXT, startTime: TEXT }),
    request: ANY, // one that was refused may be anything
    restores: list(RESTORE),
    totals: object(
      { files: COUNT, directories: COUNT, bytes: COUNT },
      { moved: COUNT, replaced: COUNT, keptBoth: COUNT, skipped: COUNT, failed: COUNT },
    ),
    warnings: list(TEXT),
  }, {
    error: TEXT,
    cause: TEXT,
    recoveryPoint: object({ arn: TEXT, created: TEXT }),
  }),
};
