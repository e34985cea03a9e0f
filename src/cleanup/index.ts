export { CleanupMode, UnprovenDirectories } from '../core/cleanup';
export { CleanupMetric } from '../core/cleanup-metrics';
export * from './recovery-directory-cleanup';
export * from './recovery-directory-cleanup-grants';
