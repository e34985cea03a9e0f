import { CfnBackupPlan } from 'aws-cdk-lib/aws-backup';
import type { BackupPlanReference, IBackupPlanRef, IBackupVaultRef } from 'aws-cdk-lib/aws-backup';
import type { FileSystem, IFileSystemRef } from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Lazy, Names, RemovalPolicy, Resource, Tags } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { BackupRole } from './backup-role';
import { checkOverrides } from './check-overrides';
import { checkPlan, checkRules } from './check-plan';
import type { NamedRule } from './check-plan';
import { EfsBackupEstimate } from './efs-backup-estimate';
import type { EfsBackupPlanProps, EfsBackupPresetOptions } from './efs-backup-plan-props';
import { EfsBackupRule } from './efs-backup-rule';
import { EfsBackupSelection } from './efs-backup-selection';
import type { EfsBackupSelectionOptions } from './efs-backup-selection';
import type { EfsBackupTag } from './efs-backup-tag';
import { fileSystemFacts } from './file-system-facts';
import type { FileSystemFacts } from './file-system-facts';
import { FileSystemSelector } from './file-system-selector';
import { ruleTemplate } from './plan-template';
import { warnOfEstimate, warnOfRule, warnOfRules, watchPlans } from './plan-warnings';
import { complianceRules, grandfatherFatherSonRules } from './preset-rules';
import { ruleFacts, scheduledRule, scheduleOf } from './rule-facts';
import { selectionsOf } from './selections-of';
import { describeProblem } from '../core/problem';
import type { ScheduledRule } from '../core/rule-overlap';
import { nextRuns } from '../core/schedule';
import { throwProblems } from '../private/validation-error';
import { EfsBackupVault } from '../vault/efs-backup-vault';

/** A run of a rule. */
export interface EfsBackupRun {
  /** The name of the rule. */
  readonly ruleName: string;

  /** When the start window of the run opens. */
  readonly time: Date;
}

/**
 * A backup plan for Amazon EFS. It backs up every file system of its account and Region that carries `backupTag`, and those of
 * `addSelection`.
 *
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/about-backup-plans.html
 */
export class EfsBackupPlan extends Resource implements IBackupPlanRef {
  /**
   * Daily backups that are kept for 35 days, as Amazon EFS makes them by itself, but in a vault of your own.
   *
   * @param scope the parent of the plan.
   * @param id the id of the plan.
   * @param options what differs from the defaults.
   */
  public static daily35Days(scope: Construct, id: string, options: EfsBackupPresetOptions = {}): EfsBackupPlan {
    return new EfsBackupPlan(scope, id, { ...options, backupPlanRules: [EfsBackupRule.daily(ofEachRule(options))] });
  }

  /**
   * Grandfather, father, son: daily backups kept for 35 days, weekly ones for 13 weeks, monthly ones for a year and yearly ones for 7 years,
   * the latter two in cold storage after 30 days. All run at the same time, so that a day has one backup: the one that is kept longest.
   *
   * @param scope the parent of the plan.
   * @param id the id of the plan.
   * @param options what differs from the defaults.
   */
  public static grandfatherFatherSon(scope: Construct, id: string, options: EfsBackupPresetOptions = {}): EfsBackupPlan {
    return new EfsBackupPlan(scope, id, { ...options, backupPlanRules: grandfatherFatherSonRules(ofEachRule(options)) });
  }

  /**
   * Daily backups kept for 35 days, and monthly ones kept for some years, in cold storage after 30 days.
   *
   * @param scope the parent of the plan.
   * @param id the id of the plan.
   * @param years for how many years the monthly backups are kept: 1 to 99, leap days included.
   * @param options what differs from the defaults.
   */
  public static complianceYears(scope: Construct, id: string, years: number, options: EfsBackupPresetOptions = {}): EfsBackupPlan {
    return new EfsBackupPlan(scope, id, { ...options, backupPlanRules: complianceRules(scope, years, ofEachRule(options)) });
  }

  /** Id that AWS Backup gave to the plan. */
  public readonly backupPlanId: string;

  /** ARN of the plan. */
  public readonly backupPlanArn: string;

  /** The vault that the rules write to, unless a rule names its own. */
  public readonly backupVault: IBackupVaultRef;

  /** The tag of the file systems that this plan backs up. */
  public readonly backupTag: EfsBackupTag;

  /**
   * The role that AWS Backup assumes for all selections of this plan. Unless you brought it, it has the permissions that backups of
   * Amazon EFS need and takes no others.
   */
  public readonly role: IRole;

  /** How long backups and restores of `expectedData` take; undefined without it. */
  public readonly estimate?: EfsBackupEstimate;

  private readonly backupRole?: BackupRole;
  private readonly tagged = new Set<IFileSystemRef>();
  private readonly rules: NamedRule[] = [];
  private scheduled?: readonly ScheduledRule[];

  constructor(scope: Construct, id: string, props: EfsBackupPlanProps = {}) {
    super(scope, id);
    const rules = props.backupPlanRules ?? [EfsBackupRule.daily()];
    throwProblems(this, [...checkPlan(props), ...checkRules(this, [], rules, props.backupVault, (index) => `backupPlanRules[${index}]`)]);

    const uniqueName = Names.uniqueResourceName(this, { maxLength: 50, separator: '-' });
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    this.backupTag = props.backupTag ?? { key: 'efs-backup-plan', value: uniqueName };
    this.backupVault = props.backupVault ?? new EfsBackupVault(this, 'Vault', { removalPolicy });
    const plan = new CfnBackupPlan(this, 'Resource', {
      backupPlan: {
        backupPlanName: props.backupPlanName ?? uniqueName, // the L2's own name is the bare id: two stacks would collide
        backupPlanRule: Lazy.any({ produce: () => this.rules.map(({ name, rule }) => ruleTemplate(this, name, rule, this.backupVault)) }),
      },
    });
    this.backupPlanId = plan.attrBackupPlanId;
    this.backupPlanArn = plan.attrBackupPlanArn;
    if (props.role === undefined) {
      this.backupRole = new BackupRole(this, 'BackupRole', { removalPolicy });
      this.role = this.backupRole.role;
    } else {
      this.role = iam.Role.fromRoleArn(this, 'Role', props.role.roleRef.roleArn, { mutable: false });
    }
    this.estimate = props.expectedData && EfsBackupEstimate.forData(props.expectedData);
    if (this.estimate !== undefined) {
      warnOfEstimate(this, this.estimate);
    }
    rules.forEach((rule) => this.writeRule(rule));
    // made at once, not with the first tagged file system: what backupTag promises must hold for file systems of other stacks too
    this.addSelection('ByTag', { fileSystems: FileSystemSelector.taggedWith(this.backupTag) });
    this.node.addValidation({
      validate: () => this.rules.length === 0 ? ["'backupPlanRules' must hold a rule; add one with addRule(...)"] : checkOverrides(plan).map(describeProblem),
    });
    this.warnOnce();
    watchPlans(this);
  }

  /** The reference by which other constructs take this plan. */
  public get backupPlanRef(): BackupPlanReference {
    return { backupPlanId: this.backupPlanId, backupPlanArn: this.backupPlanArn };
  }

  /**
   * Adds a rule to the plan: up to 10 in all.
   *
   * @param rule when to back up, and for how long to keep the recovery points.
   */
  public addRule(rule: EfsBackupRule): void {
    throwProblems(this, checkRules(this, this.rules, [rule], this.backupVault, () => 'rule'));
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
   * The next runs of all rules, in order, for documentation and tests. Of rules that run at the same time, AWS Backup makes the backup of
   * the one with the longest retention.
   *
   * @param after the runs are later than this.
   * @param count how many at most.
   */
  public nextRuns(after: Date, count: number): EfsBackupRun[] {
    return this.rules.flatMap(({ name, rule }) => {
      const schedule = scheduleOf(rule);
      throwProblems(this, schedule !== undefined ? [] : [{
        subject: `${name}.scheduleExpression`, rule: 'must be known at synth to compute its next runs', remedy: 'write it out instead of using a token',
      }]);
      return nextRuns(schedule!, after.getTime(), count).map((time) => ({ ruleName: name, time: new Date(time) }));
    }).sort((one, other) => one.time.getTime() - other.time.getTime()).slice(0, count);
  }

  /**
   * Tags a file system of this app with `backupTag`.
   *
   * @internal
   */
  public _tag(fileSystem: FileSystem, owner: IFileSystemRef): void {
    Tags.of(fileSystem).add(this.backupTag.key, this.backupTag.value, { includeResourceTypes: ['AWS::EFS::FileSystem'] });
    this._noteTagged(fileSystem, owner);
  }

  /**
   * Notes that file systems carry `backupTag`.
   *
   * @internal
   */
  public _noteTagged(...fileSystems: IFileSystemRef[]): void {
    fileSystems.forEach((fileSystem) => this.tagged.add(fileSystem));
  }

  /**
   * Whether a file system is backed up by this plan already, since it carries `backupTag`.
   *
   * @internal
   */
  public _selectsByTag(fileSystem: IFileSystemRef): boolean {
    return this.tagged.has(fileSystem);
  }

  /**
   * Whether this plan certainly backs up a file system. Tags that are given to constructs count once they are applied, which is at the
   * latest when the app is validated; those of imported file systems are unknown.
   *
   * @internal
   */
  public _selects(fileSystem: IFileSystemRef): boolean {
    return this.tagged.has(fileSystem) || this._selectsFacts(fileSystemFacts(fileSystem));
  }

  /**
   * Whether this plan certainly backs up a file system of which this is known.
   *
   * @internal
   */
  public _selectsFacts(facts: FileSystemFacts): boolean {
    return (facts.resource !== undefined && this.tagged.has(facts.resource)) || selectionsOf(this).some((selector) => selector._selects(facts, this));
  }

  /**
   * The rules whose times are known at synth.
   *
   * @internal
   */
  public _scheduledRules(): readonly ScheduledRule[] {
    this.scheduled ??= this.rules.map(({ name, rule }) => scheduledRule(this, name, rule, this.backupVault)).filter((rule) => rule !== undefined);
    return this.scheduled;
  }

  private writeRule(rule: EfsBackupRule): void {
    const name = rule.props.ruleName ?? `Rule${this.rules.length + 1}`;
    this.rules.push({ name, rule });
    this.scheduled = undefined;
    const { backupVault = this.backupVault, logicallyAirGappedBackupVault, copyActions = [] } = rule.props;
    this.backupRole?.allowVault(backupVault);
    if (logicallyAirGappedBackupVault !== undefined) {
      this.backupRole?.allowAirGappedVault(logicallyAirGappedBackupVault);
    }
    for (const { destination } of copyActions) {
      this.backupRole?.allowCopies(destination._bind(this)); // makes the vault in another Region, where that is asked for
    }
    warnOfRule(this, name, ruleFacts(rule), scheduleOf(rule), this.estimate);
  }

  /** What the rules take from each other is known once no more are added. */
  private warnOnce(): void {
    let warned = false;
    this.node.addValidation({
      validate: () => {
        if (!warned) {
          warned = true;
          warnOfRules(this);
        }
        return [];
      },
    });
  }
}

function ofEachRule({ copyActions, scheduleExpressionTimezone }: EfsBackupPresetOptions) {
  return { copyActions, scheduleExpressionTimezone };
}
