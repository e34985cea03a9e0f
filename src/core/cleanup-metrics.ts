import type { CleanupReport } from './cleanup-report';
import { RefusalReason } from './deletion-guard';
import { metricDocument, MetricDimension } from './embedded-metrics';

/** What a cleanup measures, each with the file system as its dimension. */
export enum CleanupMetric {
  DIRECTORIES_FOUND = 'RecoveryDirectoriesFound',
  BYTES_FOUND = 'RecoveryDirectoryBytesFound',
  DIRECTORIES_DUE = 'RecoveryDirectoriesDue',
  DIRECTORIES_IN_USE = 'RecoveryDirectoriesInUse',
  DIRECTORIES_DELETED = 'RecoveryDirectoriesDeleted',
  DIRECTORIES_QUARANTINED = 'RecoveryDirectoriesQuarantined',
  /** Also by reason: with the dimension `Reason` beside the file system. */
  DIRECTORIES_REFUSED = 'RecoveryDirectoriesRefused',
  ENTRIES_DELETED = 'RecoveryDirectoryEntriesDeleted',
  OLDEST_AGE = 'OldestRecoveryDirectoryAge',
}

const UNITS: Partial<Record<CleanupMetric, string>> = { [CleanupMetric.BYTES_FOUND]: 'Bytes', [CleanupMetric.OLDEST_AGE]: 'Seconds' };

/** The metrics of a cleanup that ended, as documents for the log. Nothing is measured where nothing was looked at. */
export function cleanupMetrics({ totals, fileSystemId, directories }: CleanupReport, now: number): object[] {
  if (totals === undefined) {
    return [];
  }
  const values: Record<CleanupMetric, number> = {
    [CleanupMetric.DIRECTORIES_FOUND]: totals.directories,
    [CleanupMetric.BYTES_FOUND]: totals.bytes,
    [CleanupMetric.DIRECTORIES_DUE]: totals.due,
    [CleanupMetric.DIRECTORIES_IN_USE]: totals.inUse,
    [CleanupMetric.DIRECTORIES_DELETED]: totals.deleted,
    [CleanupMetric.DIRECTORIES_QUARANTINED]: totals.quarantined,
    [CleanupMetric.DIRECTORIES_REFUSED]: totals.refused,
    [CleanupMetric.ENTRIES_DELETED]: totals.deletedEntries,
    [CleanupMetric.OLDEST_AGE]: totals.oldestAgeSeconds,
  };
  const all = metricDocument(now, { [MetricDimension.FILE_SYSTEM_ID]: fileSystemId }, values, UNITS);
  const refused = directories.filter(({ fate }) => fate === 'REFUSED');
  const byReason = Object.values(RefusalReason).flatMap((reason) => {
    const count = refused.filter(({ refusals = [] }) => refusals.some((refusal) => refusal.reason === reason)).length;
    const dimensions = { [MetricDimension.FILE_SYSTEM_ID]: fileSystemId, [MetricDimension.REASON]: reason };
    return count === 0 ? [] : [metricDocument(now, dimensions, { [CleanupMetric.DIRECTORIES_REFUSED]: count }, UNITS)];
  });
  return [all, ...byReason];
}
