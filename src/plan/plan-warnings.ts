import { Stage } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import type { EfsBackupEstimate } from './efs-backup-estimate';
import { backsUpAutomatically, fileSystemFacts, isFileSystemResource } from './file-system-facts';
import type { FileSystemFacts } from './file-system-facts';
import { DEFAULT_COMPLETION_WINDOW_MINUTES, DEFAULT_START_WINDOW_MINUTES, SHORTEST_WARM_STORAGE_DAYS } from '../core/backup-rule';
import type { BackupRule } from '../core/backup-rule';
import { jobCollisions, ownOverlap, planOverlap } from '../core/rule-overlap';
import type { ScheduledRule } from '../core/rule-overlap';
import { AUTOMATIC_SCHEDULE, sampleRuns, scheduleNotes } from '../core/schedule';
import type { Schedule } from '../core/schedule';
import { LONG_BACKUP_DAYS, LONGEST_BACKUP_DAYS } from '../core/sizing';
import { warn, WarningId } from '../private/warnings';

/** A plan, as far as its warnings go. */
export interface WarnedPlan extends IConstruct {
  /** Its rules, as far as their times are known. */
  _scheduledRules(): readonly ScheduledRule[];
  _selectsFacts(fileSystem: FileSystemFacts): boolean;
}

const ONE_JOB = 'AWS Backup runs one job at a time for a file system, and one that cannot start within its start window is lost';

/** What is surprising in one rule by itself. */
export function warnOfRule(
  plan: IConstruct, name: string, facts: BackupRule, schedule: Schedule | undefined, estimate: EfsBackupEstimate | undefined,
): void {
  for (const note of schedule === undefined ? [] : scheduleNotes(schedule)) {
    warn(plan, WarningId.SCHEDULE, `rule '${name}': ${note}`);
  }
  const lifecycles = [['', facts] as const, ...(facts.copyActions ?? []).map((copy, index) => [` (copyActions[${index}])`, copy] as const)];
  for (const [part, { moveToColdStorageAfterDays: cold }] of lifecycles) {
    if (cold !== undefined && cold < SHORTEST_WARM_STORAGE_DAYS) {
      warn(plan, WarningId.WARM_STORAGE, `rule '${name}'${part} moves recovery points to cold storage after ${cold} days, so later backups may be full instead of `
        + `incremental; use ${SHORTEST_WARM_STORAGE_DAYS} days or more`);
    }
  }
  const window = facts.completionWindowMinutes ?? DEFAULT_COMPLETION_WINDOW_MINUTES;
  const backupMinutes = estimate?.fullBackup.toMinutes({ integral: false }) ?? 0;
  if (estimate !== undefined && backupMinutes > window && backupMinutes < LONG_BACKUP_DAYS * 24 * 60) {
    warn(plan, WarningId.COMPLETION_WINDOW, `rule '${name}': ${estimate.summary}, but the job is canceled after its completion window of ${window} minutes; `
      + 'use a longer one, else the first recovery points are incomplete until later runs have gone on with them');
  }
}

/** What is surprising in the expected data, whatever the rules. */
export function warnOfEstimate(plan: IConstruct, estimate: EfsBackupEstimate): void {
  if (estimate.fullBackup.toDays({ integral: false }) >= LONG_BACKUP_DAYS) {
    warn(plan, WarningId.LONG_BACKUP, `${estimate.summary}; a job ends after ${LONGEST_BACKUP_DAYS} days at the latest, and AWS advises a completion window of 3 days `
      + 'for backups that long: each run goes on where the last one stopped');
  }
}

/** What the rules of one plan take from themselves and from each other. */
export function warnOfRules(plan: WarnedPlan): void {
  const rules = plan._scheduledRules();
  rules.forEach((rule, index) => {
    ownOverlap(rule).forEach((message) => warn(plan, WarningId.START_WINDOW, message));
    rules.slice(0, index).flatMap((other) => planOverlap(other, rule)).forEach((message) => warn(plan, WarningId.OVERLAPPING_RULES, message));
  });
}

/** The plan of Amazon EFS itself; the console of AWS Backup can change its times. */
const AUTOMATIC: () => ScheduledRule = () => ({
  name: 'aws/efs/automatic-backup-rule',
  runs: sampleRuns(AUTOMATIC_SCHEDULE),
  startWindowMinutes: DEFAULT_START_WINDOW_MINUTES,
  retentionDays: 35,
  vaults: ['aws/efs/automatic-backup-vault'],
});

const collide = (rules: readonly ScheduledRule[], others: readonly ScheduledRule[]) =>
  rules.flatMap((rule) => others.filter((other) => jobCollisions(rule, other) > 0).map((other) => ({ rule, other }))).slice(0, 1);

const PLANS = new WeakMap<IConstruct, WarnedPlan[]>();

/**
 * Compares the plans of a stage with each other once they are complete. The first plan does it for all of them: to look for the file
 * systems once is enough.
 */
export function watchPlans(plan: WarnedPlan): void {
  const stage = Stage.of(plan) ?? plan.node.root;
  const plans = PLANS.get(stage) ?? [];
  PLANS.set(stage, [...plans, plan]);
  if (plans.length === 0) {
    plan.node.addValidation({
      validate: () => {
        warnOfPlans(stage, PLANS.get(stage)!);
        return [];
      },
    });
  }
}

function warnOfPlans(stage: IConstruct, plans: readonly WarnedPlan[]): void {
  const told = new Set<string>();
  const once = (key: string, tell: () => void) => told.has(key) || (told.add(key), tell());
  for (const resource of stage.node.findAll().filter(isFileSystemResource)) {
    const facts = fileSystemFacts(resource);
    const selecting = plans.filter((plan) => plan._selectsFacts(facts));
    selecting.forEach((plan, index) => {
      for (const other of selecting.slice(0, index)) {
        once(`${other.node.path} ${plan.node.path}`, () => warnOfPair(plan, other, facts.path));
      }
      if (backsUpAutomatically(resource)) {
        once(plan.node.path, () => warnOfAutomaticBackups(plan, facts.path));
      }
    });
  }
}

function warnOfPair(plan: WarnedPlan, other: WarnedPlan, fileSystem: string): void {
  for (const found of collide(plan._scheduledRules(), other._scheduledRules())) {
    warn(plan, WarningId.OVERLAPPING_PLANS, `rule '${found.rule.name}' and rule '${found.other.name}' of the plan ${other.node.path} may back up ${fileSystem} at the `
      + `same time; ${ONE_JOB}; run them apart by more than their start windows, or select each file system with one plan`);
  }
}

function warnOfAutomaticBackups(plan: WarnedPlan, fileSystem: string): void {
  for (const found of collide(plan._scheduledRules(), [AUTOMATIC()])) {
    warn(plan, WarningId.OVERLAPPING_AUTOMATIC_BACKUPS, `rule '${found.rule.name}' and the automatic backups of Amazon EFS, daily from 05:00 to 13:00 UTC, may back up `
      + `${fileSystem} at the same time; ${ONE_JOB}; run the rule at another time, or turn automatic backups off`);
  }
}
