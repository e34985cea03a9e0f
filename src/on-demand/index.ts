export * from './efs-on-demand-backup';
export * from './efs-on-demand-backup-grants';
