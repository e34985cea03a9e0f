export type { BackupHookOptions } from './backup-hook';
export { BackupHook } from './backup-hook';
export * from './efs-on-demand-backup';
export * from './efs-on-demand-backup-grants';
