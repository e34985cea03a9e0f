import type { Problem } from './problem';

/** How long a backup, or a copy of it, is kept; what is unknown at synth is left out and not checked. */
export interface Lifecycle {
  readonly deleteAfterDays?: number;
  readonly moveToColdStorageAfterDays?: number;
}

/** A backup rule in plain numbers and strings; what is unknown at synth is left out and not checked. */
export interface BackupRule extends Lifecycle {
  readonly ruleName?: string;
  readonly scheduleExpression?: string;
  readonly startWindowMinutes?: number;
  readonly completionWindowMinutes?: number;
  readonly enableContinuousBackup?: boolean;
  readonly indexActions?: number;
  readonly recoveryPointTags?: number;
  readonly copyActions?: readonly Lifecycle[];
}

/** Rules in one backup plan ("AWS Backup quotas", AWS Backup Developer Guide). */
export const MOST_RULES = 10;

/** Copy actions in one rule ("AWS Backup quotas"). */
const MOST_COPY_ACTIONS = 5;

/** Tags that one rule adds to a recovery point ("AWS Backup quotas"). */
const MOST_RECOVERY_POINT_TAGS = 10;

/** `RuleName` (BackupRuleInput, AWS Backup API reference). */
const RULE_NAME = /^[a-zA-Z0-9\-_.]{1,50}$/;

/** The longest retention, 100 years (`Lifecycle` of BackupRuleInput). */
export const LONGEST_RETENTION_DAYS = 36_500;

/** "Backups transitioned to cold storage must be stored in cold storage for a minimum of 90 days" (Lifecycle, API reference). */
const SHORTEST_COLD_STORAGE_DAYS = 90;

/** "If this value is included, it must be at least 60 minutes to avoid errors" (`StartWindowMinutes`, BackupRuleInput). */
const SHORTEST_WINDOW_MINUTES = 60;

/** The longest start window, 100 years (`StartWindowMinutes`, BackupRuleInput). */
const LONGEST_START_WINDOW_MINUTES = 52_560_000;

/** The start window of a rule that names none: 8 hours (`StartWindowMinutes`, StartBackupJob). */
const DEFAULT_START_WINDOW_MINUTES = 480;

function checkDays(subject: string, days: number | undefined): Problem[] {
  if (days === undefined || (Number.isInteger(days) && days >= 1 && days <= LONGEST_RETENTION_DAYS)) {
    return [];
  }
  return [{ subject, rule: `must be a whole number of days from 1 to ${LONGEST_RETENTION_DAYS}`, value: `${days} days`, remedy: 'use Duration.days(...)' }];
}

/** What AWS Backup refuses in a lifecycle, of a rule as well as of a copy action. */
export function checkLifecycle(subject: string, lifecycle: Lifecycle): Problem[] {
  const { deleteAfterDays: last, moveToColdStorageAfterDays: cold } = lifecycle;
  const problems = [...checkDays(`${subject}.deleteAfter`, last), ...checkDays(`${subject}.moveToColdStorageAfter`, cold)];
  if (problems.length === 0 && last !== undefined && cold !== undefined && last < cold + SHORTEST_COLD_STORAGE_DAYS) {
    problems.push({
      subject: `${subject}.deleteAfter`,
      rule: `must be at least ${SHORTEST_COLD_STORAGE_DAYS} days after 'moveToColdStorageAfter' (${cold} days)`,
      value: `${last} days`,
      remedy: `use ${cold + SHORTEST_COLD_STORAGE_DAYS} days or more, or drop 'moveToColdStorageAfter'`,
    });
  }
  return problems;
}

/**
 * The windows in which a job must start and complete. AWS documents the 60 minutes of the start window. The hour between the two is
 * our own, careful rule: AWS says of the completion window that it counts from the start of the job (`CompletionWindowMinutes`,
 * BackupRuleInput), but also that it counts from its schedule and adds nothing to the start window (`CompleteWindowMinutes`,
 * StartBackupJob), in which case a shorter one cancels jobs that were just allowed to start.
 */
function checkWindows(subject: string, rule: BackupRule): Problem[] {
  const problems: Problem[] = [];
  const { startWindowMinutes: start, completionWindowMinutes: completion } = rule;
  if (start !== undefined && !(Number.isInteger(start) && start >= SHORTEST_WINDOW_MINUTES && start <= LONGEST_START_WINDOW_MINUTES)) {
    problems.push({
      subject: `${subject}.startWindow`,
      rule: `must be a whole number of minutes from ${SHORTEST_WINDOW_MINUTES} to ${LONGEST_START_WINDOW_MINUTES}`,
      value: `${start} minutes`,
      remedy: 'use Duration.hours(1) or more',
    });
  }
  const shortest = (start ?? DEFAULT_START_WINDOW_MINUTES) + SHORTEST_WINDOW_MINUTES;
  if (completion !== undefined && !(Number.isInteger(completion) && completion >= shortest)) {
    const of = start === undefined ? `the default start window of ${DEFAULT_START_WINDOW_MINUTES} minutes` : `'startWindow' of ${start} minutes`;
    problems.push({
      subject: `${subject}.completionWindow`,
      rule: `must be a whole number of minutes, at least ${SHORTEST_WINDOW_MINUTES} more than ${of}`,
      value: `${completion} minutes`,
      remedy: `use ${shortest} minutes or more, or a shorter 'startWindow'`,
    });
  }
  return problems;
}

/**
 * AWS Backup runs a plan at most hourly ("Backup frequency", AWS Backup Developer Guide), so the minute of a cron expression is one
 * number. `Schedule.cron({ hour: '5' })` writes `*` there, which asks for sixty backups.
 */
function checkSchedule(subject: string, expression: string | undefined): Problem[] {
  const minute = expression === undefined ? undefined : /^cron\(\s*(\S+)(?:\s+\S+){5}\s*\)$/.exec(expression)?.[1];
  if (expression === undefined || (minute !== undefined && /^[0-5]?\d$/.test(minute))) {
    return [];
  }
  return [{
    subject: `${subject}.scheduleExpression`,
    rule: 'must be a cron expression of six fields that runs hourly at most, so with one number as its minute',
    value: expression,
    remedy: "name the minute, as in Schedule.cron({ hour: '5', minute: '0' })",
  }];
}

/** What an EFS backup cannot do ("Feature availability by resource", AWS Backup Developer Guide). */
function checkFeatures(subject: string, rule: BackupRule): Problem[] {
  const problems: Problem[] = [];
  if (rule.enableContinuousBackup) {
    problems.push({
      subject: `${subject}.enableContinuousBackup`,
      rule: 'must not be set: Amazon EFS has no continuous backups and no point-in-time restore',
      remedy: "leave it out and back up more often with 'scheduleExpression' (hourly at most)",
    });
  }
  if (rule.indexActions) {
    problems.push({
      subject: `${subject}.indexActions`,
      rule: 'must be empty: AWS Backup indexes backups of Amazon EBS and Amazon S3 only, not of Amazon EFS',
      remedy: 'leave it out',
    });
  }
  return problems;
}

function checkCount(subject: string, count: number | undefined, most: number, things: string): Problem[] {
  return count === undefined || count <= most ? [] : [{ subject, rule: `must hold at most ${most} ${things}`, value: count, remedy: 'drop some' }];
}

/** Everything that AWS Backup would refuse, or never do, in one backup rule for Amazon EFS. */
export function checkBackupRule(subject: string, rule: BackupRule): Problem[] {
  const problems: Problem[] = [];
  if (rule.ruleName !== undefined && !RULE_NAME.test(rule.ruleName)) {
    problems.push({
      subject: `${subject}.ruleName`,
      rule: 'must be 1 to 50 letters, digits, hyphens, underscores or dots',
      value: rule.ruleName,
      remedy: 'choose another name, or leave it out',
    });
  }
  return [
    ...problems,
    ...checkSchedule(subject, rule.scheduleExpression),
    ...checkWindows(subject, rule),
    ...checkLifecycle(subject, rule),
    ...checkFeatures(subject, rule),
    ...checkCount(`${subject}.copyActions`, rule.copyActions?.length, MOST_COPY_ACTIONS, 'copy actions'),
    ...(rule.copyActions ?? []).flatMap((copy, index) => checkLifecycle(`${subject}.copyActions[${index}]`, copy)),
    ...checkCount(`${subject}.recoveryPointTags`, rule.recoveryPointTags, MOST_RECOVERY_POINT_TAGS, 'tags'),
  ];
}
