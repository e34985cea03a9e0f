import type { CleanupReport } from './cleanup-report';
import { RefusalReason } from './deletion-guard';

/** The namespace of the metrics in CloudWatch. */
export const METRIC_NAMESPACE = 'CdkEfsBackup';

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

/** The dimensions of the metrics. */
export enum MetricDimension {
  FILE_SYSTEM_ID = 'FileSystemId',
  REASON = 'Reason',
}

const UNITS: Partial<Record<CleanupMetric, string>> = { [CleanupMetric.BYTES_FOUND]: 'Bytes', [CleanupMetric.OLDEST_AGE]: 'Seconds' };

/**
 * Documents in CloudWatch's embedded metric format ("Specification: Embedded metric format", Amazon CloudWatch User Guide): a
 * function that writes them to its log needs no permission for metrics. Nothing is measured where nothing was looked at.
 */
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
  const all = document(now, { [MetricDimension.FILE_SYSTEM_ID]: fileSystemId }, values);
  const refused = directories.filter(({ fate }) => fate === 'REFUSED');
  const byReason = Object.values(RefusalReason).flatMap((reason) => {
    const count = refused.filter(({ refusals = [] }) => refusals.some((refusal) => refusal.reason === reason)).length;
    const dimensions = { [MetricDimension.FILE_SYSTEM_ID]: fileSystemId, [MetricDimension.REASON]: reason };
    return count === 0 ? [] : [document(now, dimensions, { [CleanupMetric.DIRECTORIES_REFUSED]: count })];
  });
  return [all, ...byReason];
}

function document(timestamp: number, dimensions: Record<string, string>, values: Partial<Record<CleanupMetric, number>>): object {
  const metrics = Object.keys(values).map((name) => ({ Name: name, Unit: UNITS[name as CleanupMetric] ?? 'Count' }));
  return {
    _aws: { Timestamp: timestamp, CloudWatchMetrics: [{ Namespace: METRIC_NAMESPACE, Dimensions: [Object.keys(dimensions)], Metrics: metrics }] },
    ...dimensions,
    ...values,
  };
}
