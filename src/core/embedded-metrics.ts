/** The namespace of the metrics in CloudWatch. */
export const METRIC_NAMESPACE = 'CdkEfsBackup';

/** The dimensions of the metrics. */
export enum MetricDimension {
  FILE_SYSTEM_ID = 'FileSystemId',
  REASON = 'Reason',
}

/**
 * A document in CloudWatch's embedded metric format ("Specification: Embedded metric format", Amazon CloudWatch User Guide): a
 * function that writes it to its log needs no permission for metrics. What has no unit is counted.
 */
export function metricDocument(
  timestamp: number, dimensions: Readonly<Record<string, string>>, values: Readonly<Record<string, number>>, units: Readonly<Record<string, string>>,
): object {
  const metrics = Object.keys(values).map((name) => ({ Name: name, Unit: units[name] ?? 'Count' }));
  return {
    _aws: { Timestamp: timestamp, CloudWatchMetrics: [{ Namespace: METRIC_NAMESPACE, Dimensions: [Object.keys(dimensions)], Metrics: metrics }] },
    ...dimensions,
    ...values,
  };
}
