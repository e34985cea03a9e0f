import { metricDocument, MetricDimension } from './embedded-metrics';
import type { RestoreReport } from './restore-report';

/** What a restore measures, each with the file system as its dimension. */
export enum RestoreMetric {
  /** 1 for a restore that succeeded, 0 for one that failed. */
  SUCCEEDED = 'RestoresSucceeded',
  /** 1 for a restore that failed, 0 for one that succeeded. */
  FAILED = 'RestoresFailed',
  /** From the start of the execution to its report, in seconds. */
  DURATION = 'RestoreDuration',
  /** Regular files that were verified. */
  FILES = 'RestoredFiles',
  /** Their bytes. */
  BYTES = 'RestoredBytes',
  /** Entries that were moved into place, a directory that was missing as one; not told where a move was begun whose answer is not known. */
  MOVED = 'MovedEntries',
}

const UNITS: Partial<Record<RestoreMetric, string>> = { [RestoreMetric.DURATION]: 'Seconds', [RestoreMetric.BYTES]: 'Bytes' };

/** The metrics of a restore that ended, as a document for the log. */
export function restoreMetrics({ outcome, totals, execution, restores }: RestoreReport, fileSystemId: string, now: number): object {
  const failed = outcome === 'FAILED';
  const { moved, replaced = 0, keptBoth = 0 } = totals;
  const isPlan = !restores.some(({ move }) => move !== undefined);
  const values: Partial<Record<RestoreMetric, number>> = {
    [RestoreMetric.SUCCEEDED]: failed ? 0 : 1,
    [RestoreMetric.FAILED]: failed ? 1 : 0,
    [RestoreMetric.DURATION]: Math.max(0, (now - Date.parse(execution.startTime)) / 1000),
    [RestoreMetric.FILES]: totals.files,
    [RestoreMetric.BYTES]: totals.bytes,
    ...(moved === undefined ? {} : { [RestoreMetric.MOVED]: isPlan ? 0 : moved + replaced + keptBoth }),
  };
  return metricDocument(now, { [MetricDimension.FILE_SYSTEM_ID]: fileSystemId }, values as Record<string, number>, UNITS as Record<string, string>);
}
