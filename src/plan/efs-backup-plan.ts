import * as backup from 'aws-cdk-lib/aws-backup';
import type { BackupPlanReference, IBackupPlanRef, IBackupVaultRef } from 'aws-cdk-lib/aws-backup';
import type { FileSystem, IFileSystemRef } from 'aws-cdk-lib/aws-efs';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Names, RemovalPolicy, Resource, Tags, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { BackupRole } from './backup-role';
import { checkTag } from './check-tag';
import { EfsBackupSelection } from './efs-backup-selection';
import type { EfsBackupSelectionOptions } from './efs-backup-selection';
import type { EfsBackupTag } from './efs-backup-tag';
import { FileSystemSelector } from './file-system-selector';
import { ruleFacts } from './rule-facts';
import { checkBackupRule, MOST_RULES } from '../core/backup-rule';
import type { Problem } from '../core/problem';
import { throwProblems } from '../private/validation-error';
import { EfsBackupVault } from '../vault/efs-backup-vault';
import { checkVaultLimits } from '../vault/retention-limits';

/** Properties of `EfsBackupPlan`. */
export interface EfsBackupPlanProps {
  /**
   * Display name of the backup plan: 1 to 50 letters, digits, hyphens, underscores and dots.
   *
   * @default - a name made of the stack name and the path of the construct
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupPlanInput.html
   */
  readonly backupPlanName?: string;

  /**
   * The vault that the rules write to, unless a rule names its own.
   *
   * @default - an `EfsBackupVault` of its own
   */
  readonly backupVault?: IBackupVaultRef;

  /**
   * When to back up, and for how long to keep the recovery points: up to 10 rules.
   *
   * @default - one rule: daily at 05:00 UTC, kept for 35 days
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
   */
  readonly backupPlanRules?: backup.BackupPlanRule[];

  /**
   * The tag of the file systems that this plan backs up, beside those of `addSelection`. Name one to let others opt in by tagging
   * their file systems; every plan with the same tag then backs them up.
   *
   * @default - key `efs-backup-plan` and a value that only this plan has
   */
  readonly backupTag?: EfsBackupTag;

  /**
   * What happens to the role of the plan, and to its own vault, when they leave the stack. AWS Backup uses the role as long as
   * there are recovery points: without it they no longer expire, and go on costing.
   *
   * @default RemovalPolicy.RETAIN
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-iam.html
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** `BackupPlanName` (BackupPlanInput, AWS Backup API reference). */
const BACKUP_PLAN_NAME = /^[a-zA-Z0-9\-_.]{1,50}$/;

/**
 * A backup plan for Amazon EFS. It backs up every file system of its account and Region that carries `backupTag`, and those of
 * `addSelection`.
 *
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/about-backup-plans.html
 */
export class EfsBackupPlan extends Resource implements IBackupPlanRef {
  /** The backup plan itself. */
  public readonly backupPlan: backup.BackupPlan;

  /** The vault that the rules write to, unless a rule names its own. */
  public readonly backupVault: IBackupVaultRef;

  /** The tag of the file systems that this plan backs up. */
  public readonly backupTag: EfsBackupTag;

  /**
   * The role that AWS Backup assumes for all selections of this plan. It has the permissions that backups of Amazon EFS need and
   * takes no others.
   */
  public readonly role: IRole;

  private readonly backupRole: BackupRole;
  private readonly tagged = new Set<IFileSystemRef>();
  private ruleCount = 0;

  constructor(scope: Construct, id: string, props: EfsBackupPlanProps = {}) {
    super(scope, id);
    const rules = props.backupPlanRules ?? [backup.BackupPlanRule.daily()];
    throwProblems(this, [
      ...checkName(props.backupPlanName),
      ...(props.backupTag === undefined ? [] : checkTag('backupTag', props.backupTag)),
      ...checkRuleCount(rules.length),
      ...rules.flatMap((rule, index) => checkBackupRule(`backupPlanRules[${index}]`, ruleFacts(rule))),
      ...rules.flatMap((rule, index) => checkVaultLimits(`backupPlanRules[${index}]`, rule, props.backupVault)),
    ]);

    const uniqueName = Names.uniqueResourceName(this, { maxLength: 50, separator: '-' });
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    this.backupTag = props.backupTag ?? { key: 'efs-backup-plan', value: uniqueName };
    this.backupVault = props.backupVault ?? new EfsBackupVault(this, 'Vault', { removalPolicy });
    this.backupPlan = new backup.BackupPlan(this, 'BackupPlan', {
      backupPlanName: props.backupPlanName ?? uniqueName, // the L2's own name is the bare id: two stacks would collide
      backupVault: this.backupVault,
    });
    this.backupRole = new BackupRole(this, 'BackupRole', { removalPolicy });
    this.role = this.backupRole.role;
    rules.forEach((rule) => this.writeRule(rule));
    // made at once, not with the first tagged file system: what backupTag promises must hold for file systems of other stacks too
    this.addSelection('ByTag', { fileSystems: FileSystemSelector.taggedWith(this.backupTag) });
  }

  /** The reference by which other constructs take this plan. */
  public get backupPlanRef(): BackupPlanReference {
    return this.backupPlan.backupPlanRef;
  }

  /**
   * Adds a rule to the plan: up to 10 in all.
   *
   * @param rule when to back up, and for how long to keep the recovery points.
   */
  public addRule(rule: backup.BackupPlanRule): void {
    throwProblems(this, [...checkRuleCount(this.ruleCount + 1), ...checkBackupRule('rule', ruleFacts(rule)), ...checkVaultLimits('rule', rule, this.backupVault)]);
    this.writeRule(rule);
  }

  /**
   * Assigns more file systems to the plan. A file system that several selections of a plan name may be backed up by each of them.
   *
   * @param id the id of the selection, within this plan.
   * @param options what to select.
   */
  public addSelection(id: string, options: EfsBackupSelectionOptions): EfsBackupSelection {
    return new EfsBackupSelection(this, id, { ...options, backupPlan: this, role: this.role });
  }

  /**
   * Tags a file system of this app with `backupTag`.
   *
   * @internal
   */
  public _tag(fileSystem: FileSystem, owner: IFileSystemRef): void {
    Tags.of(fileSystem).add(this.backupTag.key, this.backupTag.value, { includeResourceTypes: ['AWS::EFS::FileSystem'] });
    this.tagged.add(fileSystem).add(owner);
  }

  /**
   * Whether a file system is backed up by this plan already, since it carries `backupTag`.
   *
   * @internal
   */
  public _selectsByTag(fileSystem: IFileSystemRef): boolean {
    return this.tagged.has(fileSystem);
  }

  private writeRule(rule: backup.BackupPlanRule): void {
    this.ruleCount += 1;
    this.backupPlan.addRule(rule);
    this.backupRole.allowVault(rule.props.backupVault ?? this.backupVault);
    for (const copy of rule.props.copyActions ?? []) {
      this.backupRole.allowCopies();
      this.backupRole.allowVault(copy.destinationBackupVault);
    }
  }
}

function checkName(name: string | undefined): Problem[] {
  if (name === undefined || Token.isUnresolved(name) || BACKUP_PLAN_NAME.test(name)) {
    return [];
  }
  return [{
    subject: 'backupPlanName',
    rule: 'must be 1 to 50 letters, digits, hyphens, underscores or dots',
    value: name,
    remedy: 'choose another name, or leave it out',
  }];
}

function checkRuleCount(count: number): Problem[] {
  if (count <= MOST_RULES) {
    return [];
  }
  return [{ subject: 'backupPlanRules', rule: `must hold at most ${MOST_RULES} rules`, value: count, remedy: 'use a second plan' }];
}
