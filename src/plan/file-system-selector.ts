import type { IFileSystemRef } from 'aws-cdk-lib/aws-efs';
import { Stack, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { checkTag } from './check-tag';
import type { EfsBackupTag } from './efs-backup-tag';
import type { Problem } from '../core/problem';
import { describeEnvironment, environmentOf, environmentsDiffer } from '../private/environment';

/** ARNs without a wildcard in one selection ("AWS Backup quotas", AWS Backup Developer Guide). */
const MOST_ARNS = 500;

/** Tags in one selection ("AWS Backup quotas"). */
const MOST_TAGS = 30;

/**
 * What a selector becomes in `AWS::Backup::BackupSelection`.
 *
 * @internal
 */
export interface SelectedResources {
  /** The ARNs of the file systems, or the pattern of all of them; never empty. */
  readonly resources: string[];
  /** The tags that a file system must have, all of them; undefined if none is asked for. */
  readonly tags?: EfsBackupTag[];
}

/**
 * Which file systems a backup selection assigns to its plan. A selection that names nothing would select every resource of the
 * account that AWS Backup supports, so there is no empty selector.
 */
export abstract class FileSystemSelector {
  /**
   * These file systems, by ARN. AWS Backup backs up resources of the account and Region of the plan only.
   *
   * @param fileSystems 1 to 500 file systems: constructs of this library, of aws-cdk-lib, or imported ones.
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html
   */
  public static fileSystems(...fileSystems: IFileSystemRef[]): FileSystemSelector {
    return new ReferencedFileSystems([...fileSystems]);
  }

  /**
   * Every file system of the account and Region that carries all of these tags, whether it is there today or made tomorrow.
   *
   * @param tags 1 to 30 tags with different keys.
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html
   */
  public static taggedWith(...tags: EfsBackupTag[]): FileSystemSelector {
    return new TaggedFileSystems([...tags]);
  }

  /**
   * The file systems of a list that its owner may still add to until the app is synthesized.
   *
   * @internal
   */
  public static _fromList(fileSystems: readonly IFileSystemRef[]): FileSystemSelector {
    return new ReferencedFileSystems(fileSystems);
  }

  /**
   * Everything that is wrong with this selector in this place.
   *
   * @internal
   */
  public abstract _check(scope: Construct): Problem[];

  /**
   * What CloudFormation is to select.
   *
   * @internal
   */
  public abstract _bind(scope: Construct): SelectedResources;
}

class ReferencedFileSystems extends FileSystemSelector {
  constructor(private readonly fileSystems: readonly IFileSystemRef[]) {
    super();
  }

  public _check(scope: Construct): Problem[] {
    const count = this.fileSystems.length;
    if (count < 1 || count > MOST_ARNS) {
      return [{
        subject: 'fileSystems',
        rule: `must hold 1 to ${MOST_ARNS} file systems`,
        value: count,
        remedy: count < 1 ? 'name the file systems to back up' : 'use several selections, or select by tag',
      }];
    }
    const { account, region } = Stack.of(scope);
    return this.fileSystems.flatMap((fileSystem, index) => !environmentsDiffer(environmentOf(fileSystem), { account, region }) ? [] : [{
      subject: `fileSystems[${index}]`,
      rule: 'must be in the account and Region of the backup plan',
      value: describeEnvironment(environmentOf(fileSystem)),
      remedy: 'back it up with a plan in its own account and Region',
    }]);
  }

  public _bind(): SelectedResources {
    // the ARN of the reference itself: BackupResource.fromEfsFileSystem writes the account and Region of the stack into it
    return { resources: [...new Set(this.fileSystems.map((fileSystem) => fileSystem.fileSystemRef.fileSystemArn))] };
  }
}

class TaggedFileSystems extends FileSystemSelector {
  constructor(private readonly tags: readonly EfsBackupTag[]) {
    super();
  }

  public _check(): Problem[] {
    const count = this.tags.length;
    if (count < 1 || count > MOST_TAGS) {
      return [{ subject: 'tags', rule: `must hold 1 to ${MOST_TAGS} tags`, value: count, remedy: 'name the tags that a file system must have' }];
    }
    const problems = this.tags.flatMap((tag, index) => checkTag(`tags[${index}]`, tag));
    const keys = this.tags.map((tag) => tag.key);
    keys.forEach((key, index) => {
      if (!Token.isUnresolved(key) && keys.indexOf(key) < index) {
        problems.push({
          subject: `tags[${index}].key`,
          rule: 'must differ from the other keys: a file system must have all of these tags, and has one value per key',
          value: key,
          remedy: 'use one selection for each value',
        });
      }
    });
    return problems;
  }

  public _bind(scope: Construct): SelectedResources {
    // the resource type must be named: a condition alone would filter everything that AWS Backup supports ("Assigning resources")
    const every = Stack.of(scope).formatArn({ service: 'elasticfilesystem', region: '*', account: '*', resource: 'file-system', resourceName: '*' });
    return { resources: [every], tags: [...this.tags] };
  }
}
