import type { IBackupVaultRef } from 'aws-cdk-lib/aws-backup';
import { Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { checkTag } from './check-tag';
import type { EfsBackupPlanProps } from './efs-backup-plan-props';
import type { EfsBackupRule } from './efs-backup-rule';
import { ruleFacts } from './rule-facts';
import { checkBackupRule, MOST_RULES } from '../core/backup-rule';
import type { Problem } from '../core/problem';
import { checkVaultLimits } from '../vault/retention-limits';

/** A rule, by the name that it has in its plan. */
export interface NamedRule {
  readonly name: string;
  readonly rule: EfsBackupRule;
}

/** `BackupPlanName` (BackupPlanInput, AWS Backup API reference). */
const BACKUP_PLAN_NAME = /^[a-zA-Z0-9\-_.]{1,50}$/;

/** What is wrong with a plan, besides its rules. */
export function checkPlan({ backupPlanName: name, backupTag, expectedData }: EfsBackupPlanProps): Problem[] {
  const problems = backupTag === undefined ? [] : checkTag('backupTag', backupTag);
  if (name !== undefined && !Token.isUnresolved(name) && !BACKUP_PLAN_NAME.test(name)) {
    problems.unshift({
      subject: 'backupPlanName',
      rule: 'must be 1 to 50 letters, digits, hyphens, underscores or dots',
      value: name,
      remedy: 'choose another name, or leave it out',
    });
  }
  if (expectedData !== undefined && (expectedData.size.isUnresolved() || Token.isUnresolved(expectedData.files) || !(expectedData.files >= 0))) {
    problems.push({
      subject: 'expectedData',
      rule: 'must be a size and a number of files that are known at synth',
      value: Token.isUnresolved(expectedData.files) ? undefined : expectedData.files,
      remedy: 'write them out, or leave it out',
    });
  }
  return problems;
}

/**
 * What is wrong with rules that are added to a plan.
 *
 * @param existing the rules that it has already.
 * @param subject how a message calls the rule at an index.
 */
export function checkRules(
  scope: Construct,
  existing: readonly NamedRule[],
  rules: readonly EfsBackupRule[],
  planVault: IBackupVaultRef | undefined,
  subject: (index: number) => string,
): Problem[] {
  const count = existing.length + rules.length;
  const names = existing.map(({ name }) => name);
  return [
    ...(count <= MOST_RULES ? [] : [{ subject: 'backupPlanRules', rule: `must hold at most ${MOST_RULES} rules`, value: count, remedy: 'use a second plan' }]),
    ...rules.flatMap((rule, index) => {
      const name = rule.props.ruleName ?? `Rule${existing.length + index + 1}`;
      const taken = names.includes(name);
      names.push(name);
      return [
        ...checkBackupRule(subject(index), ruleFacts(rule)),
        ...(taken ? [{
          subject: `${subject(index)}.ruleName`, rule: 'must differ from the names of the other rules of the plan', value: name, remedy: 'choose another name',
        }] : []),
        ...checkCopies(scope, subject(index), rule, planVault),
        ...checkVaultLimits(subject(index), rule.props, planVault),
      ];
    }),
  ];
}

function checkCopies(scope: Construct, subject: string, { props }: EfsBackupRule, planVault: IBackupVaultRef | undefined): Problem[] {
  return (props.copyActions ?? []).flatMap(({ destination }, index) => {
    const part = `${subject}.copyActions[${index}].destination`;
    const same = destination._vault !== undefined && destination._vault === (props.backupVault ?? planVault);
    return [
      ...destination._check(scope, part),
      ...(same ? [{ subject: part, rule: 'must not be the vault that the rule writes to', remedy: 'copy to another vault, or leave it out' }] : []),
    ];
  });
}
