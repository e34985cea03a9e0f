import { Mixin, Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import type { EfsBackupPlan } from './efs-backup-plan';
import { isFileSystemResource } from './file-system-facts';
import { describeEnvironment, environmentsDiffer } from '../private/environment';
import { throwProblems } from '../private/validation-error';

/**
 * Gives file systems the tag of a plan, so that it backs them up: `Mixins.of(scope).apply(new BackedUpByPlan(plan))` does so for all
 * that are below a construct now, `Aspects.of(scope).add(Shims.asAspect(new BackedUpByPlan(plan)))` for those that come later too.
 */
export class BackedUpByPlan extends Mixin {
  /** @param plan the plan, in the account and Region of the file systems. */
  constructor(private readonly plan: EfsBackupPlan) {
    super();
  }

  /**
   * Whether a construct is the resource of a file system.
   *
   * @param construct any construct.
   */
  public supports(construct: IConstruct): boolean {
    return isFileSystemResource(construct);
  }

  /**
   * Tags a file system.
   *
   * @param construct the resource of a file system; others are left alone.
   */
  public applyTo(construct: IConstruct): void {
    if (!isFileSystemResource(construct)) {
      return;
    }
    const env = Stack.of(construct);
    throwProblems(construct, !environmentsDiffer(this.plan.env, env) ? [] : [{
      subject: 'plan',
      rule: `must be in the account and Region of the file system (${describeEnvironment(env)})`,
      value: describeEnvironment(this.plan.env),
      remedy: 'use a plan in the same account and Region',
    }]);
    construct.tags.setTag(this.plan.backupTag.key, this.plan.backupTag.value);
    this.plan._noteTagged(construct);
  }
}
