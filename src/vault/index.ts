export * from './efs-backup-vault';
