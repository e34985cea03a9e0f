export * from './automatic-backup-vault-access';
export * from './efs-backup-vault';
