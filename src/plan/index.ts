export * from './efs-backup-plan';
export * from './efs-backup-selection';
export * from './efs-backup-tag';
export * from './efs-region-opt-in';
export * from './file-system-selector';
