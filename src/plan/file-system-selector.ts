import type { IFileSystemRef } from 'aws-cdk-lib/aws-efs';
import { Token } from 'aws-cdk-lib/core';
import type { Construct, IConstruct } from 'constructs';
import type { EfsBackupTag } from './efs-backup-tag';
import { EfsTagCondition } from './efs-tag-condition';
import type { FileSystemFacts } from './file-system-facts';
import { byArn, EVERY_FILE_SYSTEM, identified, referenced, within } from './file-system-source';
import type { FileSystemSource } from './file-system-source';
import type { Problem } from '../core/problem';

/** Conditions in one selection ("AWS Backup quotas", AWS Backup Developer Guide). */
const MOST_CONDITIONS = 30;

/**
 * What a selector becomes in `AWS::Backup::BackupSelection`.
 *
 * @internal
 */
export interface SelectedResources {
  /** The ARNs of the file systems, or the pattern of all of them; never empty. */
  readonly resources: string[];
  /** The ARNs that are left out. */
  readonly notResources?: string[];
  /** What the tags of a file system must be like, all of it. */
  readonly conditions: readonly EfsTagCondition[];
}

/**
 * Which file systems a backup selection assigns to its plan. A selection that names nothing would select every resource of the
 * account that AWS Backup supports, so there is no empty selector, and each selects Amazon EFS file systems only.
 *
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html
 */
export class FileSystemSelector {
  /**
   * These file systems, by ARN. AWS Backup backs up resources of the account and Region of the plan only.
   *
   * @param fileSystems 1 to 500 file systems: constructs of this library, of aws-cdk-lib, or imported ones.
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html
   */
  public static fileSystems(...fileSystems: IFileSystemRef[]): FileSystemSelector {
    return new FileSystemSelector(referenced([...fileSystems]));
  }

  /**
   * These file systems of the account and Region of the plan.
   *
   * @param fileSystemIds 1 to 500 IDs, such as `fs-0123456789abcdef0`.
   */
  public static fileSystemIds(...fileSystemIds: string[]): FileSystemSelector {
    return new FileSystemSelector(identified([...fileSystemIds]));
  }

  /**
   * These file systems, by ARN or by the beginning of one.
   *
   * @param fileSystemArns 1 to 500 ARNs; up to 30 of them may end with `*`.
   */
  public static fileSystemArns(...fileSystemArns: string[]): FileSystemSelector {
    return new FileSystemSelector(byArn([...fileSystemArns]));
  }

  /**
   * Every file system of this app below a construct, such as a stack: those that are there when the app is synthesized. They must be in
   * the account and Region of the plan. To select file systems of other stacks without references between the stacks, apply the mixin
   * `BackedUpByPlan`.
   *
   * @param scope the construct.
   */
  public static within(scope: IConstruct): FileSystemSelector {
    return new FileSystemSelector(within(scope));
  }

  /** Every file system of the account and Region, whether it is there today or made tomorrow. */
  public static every(): FileSystemSelector {
    return new FileSystemSelector(EVERY_FILE_SYSTEM);
  }

  /**
   * Every file system of the account and Region that carries all of these tags, whether it is there today or made tomorrow.
   *
   * @param tags 1 to 30 tags with different keys.
   */
  public static taggedWith(...tags: EfsBackupTag[]): FileSystemSelector {
    return new FileSystemSelector(EVERY_FILE_SYSTEM, tags.map(({ key, value }) => EfsTagCondition.stringEquals(key, value)), [], 'tags');
  }

  /**
   * The file systems of a list that its owner may still add to until the app is synthesized.
   *
   * @internal
   */
  public static _fromList(fileSystems: readonly IFileSystemRef[]): FileSystemSelector {
    return new FileSystemSelector(referenced(fileSystems));
  }

  private constructor(
    private readonly source: FileSystemSource,
    private readonly conditions: readonly EfsTagCondition[] = [],
    private readonly excluded: readonly FileSystemSource[] = [],
    private readonly conditionsProp: 'tags' | 'conditions' = 'conditions',
  ) {}

  /**
   * Of these file systems, those whose tags fulfil all of these conditions.
   *
   * @param conditions 1 to 30 conditions, in all.
   */
  public where(...conditions: EfsTagCondition[]): FileSystemSelector {
    return new FileSystemSelector(this.source, [...this.conditions, ...conditions], this.excluded);
  }

  /**
   * These file systems without some others.
   *
   * @param fileSystems 1 to 500 file systems that are left out.
   */
  public except(...fileSystems: IFileSystemRef[]): FileSystemSelector {
    return new FileSystemSelector(this.source, this.conditions, [...this.excluded, referenced([...fileSystems])], this.conditionsProp);
  }

  /**
   * These file systems without some others.
   *
   * @param fileSystemArns 1 to 500 ARNs that are left out; up to 30 of them may end with `*`.
   */
  public exceptArns(...fileSystemArns: string[]): FileSystemSelector {
    return new FileSystemSelector(this.source, this.conditions, [...this.excluded, byArn([...fileSystemArns])], this.conditionsProp);
  }

  /**
   * Everything that is wrong with this selector in this place.
   *
   * @internal
   */
  public _check(scope: Construct): Problem[] {
    return [...this.source.check(scope), ...this.checkConditions(), ...this.checkExcluded(scope)];
  }

  /**
   * What is wrong with it, as can only be seen once the app is complete.
   *
   * @internal
   */
  public _checkAtSynth(scope: Construct): Problem[] {
    return this.source.checkAtSynth?.(scope) ?? [];
  }

  /**
   * What CloudFormation is to select.
   *
   * @internal
   */
  public _bind(scope: Construct): SelectedResources {
    const excluded = this.excluded.flatMap((source) => source.arns(scope));
    return { resources: this.source.arns(scope), notResources: excluded.length === 0 ? undefined : excluded, conditions: this.conditions };
  }

  /**
   * Whether it selects by tag.
   *
   * @internal
   */
  public get _byTag(): boolean {
    return this.conditions.length > 0;
  }

  /**
   * Whether it certainly selects a file system, as far as its tags are set.
   *
   * @internal
   */
  public _selects(fileSystem: FileSystemFacts, scope: Construct): boolean {
    const { tags } = fileSystem;
    return this.source.names(fileSystem, scope)
      && (this.conditions.length === 0 || (tags !== undefined && this.conditions.every((condition) => condition._matches(tags))))
      && !this.excluded.some((source) => source.names(fileSystem, scope));
  }

  private checkConditions(): Problem[] {
    const [subject, count] = [this.conditionsProp, this.conditions.length];
    if (count > MOST_CONDITIONS || (subject === 'tags' && count === 0)) {
      return [{
        subject,
        rule: subject === 'tags' ? `must hold 1 to ${MOST_CONDITIONS} tags` : `must hold at most ${MOST_CONDITIONS} conditions`,
        value: count,
        remedy: count === 0 ? 'name the tags that a file system must have' : 'use several selections',
      }];
    }
    const problems = this.conditions.flatMap((condition, index) => condition._check(`${subject}[${index}]`));
    const equal = this.conditions.map((condition) => condition._operator === 'StringEquals' ? condition._key : undefined);
    equal.forEach((key, index) => {
      if (key !== undefined && !Token.isUnresolved(key) && equal.indexOf(key) < index) {
        problems.push({
          subject: `${subject}[${index}].key`,
          rule: 'must differ from the other keys: a file system must have all of these tags, and has one value per key',
          value: key,
          remedy: 'use one selection for each value',
        });
      }
    });
    return problems;
  }

  private checkExcluded(scope: Construct): Problem[] {
    return this.excluded.flatMap((source) => source.check(scope)).map((problem) => ({ ...problem, subject: `except.${problem.subject}` }));
  }
}
