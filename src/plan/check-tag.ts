import { Token } from 'aws-cdk-lib/core';
import type { EfsBackupTag } from './efs-backup-tag';
import type { Problem } from '../core/problem';

/** The lengths that Amazon EFS allows for a tag (Tag, Amazon EFS API reference). */
export function checkTag(subject: string, tag: EfsBackupTag): Problem[] {
  const problems: Problem[] = [];
  if (!Token.isUnresolved(tag.key) && (tag.key.length < 1 || tag.key.length > 128)) {
    problems.push({ subject: `${subject}.key`, rule: 'must be 1 to 128 characters', value: tag.key, remedy: 'use another tag key' });
  }
  if (!Token.isUnresolved(tag.value) && tag.value.length > 256) {
    problems.push({ subject: `${subject}.value`, rule: 'must be up to 256 characters', value: tag.value, remedy: 'use a shorter tag value' });
  }
  return problems;
}
