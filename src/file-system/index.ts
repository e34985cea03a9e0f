export * from './backed-up-file-system';
export * from './efs-automatic-backups';
export * from './final-backup';
