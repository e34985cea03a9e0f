export * from './automatic-backup-choice';
export * from './backed-up-file-system';
export * from './efs-automatic-backups';
export * from './efs-file-system-backup-grants';
export * from './efs-file-system-policy';
export * from './final-backup';
