import { createHash } from 'node:crypto';

/** Where the rehearsed resources live; part of every ARN. */
export interface Home {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

const digest = (seed: string): string => createHash('sha256').update(seed).digest('hex');

/** The hexadecimal part of an identifier such as fs-0123456789abcdef0: scattered like AWS's, but the same in every run. */
export function hexadecimalOf(seed: string): string {
  return digest(seed).slice(0, 17);
}

/** An identifier in the form of the examples of the AWS Backup API reference ("1EB3B5E7-9EB0-435A-A80B-108B488B0D45"), the same in every run. */
export function uuidOf(seed: string): string {
  const hex = digest(seed).toUpperCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

export type RecoveryDirectoryPrefix = 'aws-backup-restore_' | 'aws-backup-failed-restore_';

/**
 * The name of a directory that a restore leaves. "Amazon EFS User Guide, Using AWS Backup": aws-backup-restore_<timestamp>. Names
 * seen today have nanoseconds: aws-backup-restore_2026-05-14T07-16-05-547921923Z. Public runbooks match the instant with the
 * completion of the job; AWS does not document it (unconfirmed).
 *
 * Written here anew and not taken from src/core: the rehearsal stands for AWS, and what shares its code with the reader of the
 * names could not show that the reader is wrong.
 */
export function recoveryDirectoryName(prefix: RecoveryDirectoryPrefix, instant: Date, seed: string): string {
  const nanoseconds = 1 + parseInt(digest(seed).slice(0, 8), 16) % 999_999;
  // an instant whose last three digits are 0 is printed shorter; that form is not what this name rehearses
  const beyondMilliseconds = String(nanoseconds % 1000 === 0 ? nanoseconds + 1 : nanoseconds).padStart(6, '0');
  return `${prefix}${instant.toISOString().replace('Z', `${beyondMilliseconds}Z`).replace(/[:.]/g, '-')}`;
}
