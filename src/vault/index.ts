export * from './backup-peers';
export * from './backup-vault-options';
export * from './deletion-guard';
export * from './efs-backup-vault';
export * from './efs-backup-vault-grants';
export * from './efs-logically-air-gapped-vault';
export * from './vault-encryption';
export * from './vault-lock';
export { VaultEvent } from './vault-notifications';
