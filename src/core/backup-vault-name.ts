import type { Problem } from './problem';

/** `BackupVaultName` (CreateBackupVault, AWS Backup API reference). */
const BACKUP_VAULT_NAME = /^[a-zA-Z0-9\-_]{2,50}$/;

/** The longest name of a vault. */
export const LONGEST_BACKUP_VAULT_NAME = 50;

/** What AWS Backup refuses as the name of a vault, air-gapped or not; a name that is unknown at synth is left out and not checked. */
export function checkBackupVaultName(subject: string, name: string | undefined): Problem[] {
  if (name === undefined || BACKUP_VAULT_NAME.test(name)) {
    return [];
  }
  return [{
    subject,
    rule: `must be 2 to ${LONGEST_BACKUP_VAULT_NAME} letters, digits, hyphens or underscores`,
    value: name,
    remedy: 'choose another name, or leave it out',
  }];
}
