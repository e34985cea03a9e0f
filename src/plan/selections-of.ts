import type { IBackupPlanRef } from 'aws-cdk-lib/aws-backup';
import type { FileSystemSelector } from './file-system-selector';
import type { Problem } from '../core/problem';

/** Selections of one plan, and those of them that select by tag ("AWS Backup quotas", AWS Backup Developer Guide). */
const MOST_SELECTIONS = 100;
const MOST_TAG_SELECTIONS = 10;

const SELECTIONS = new WeakMap<IBackupPlanRef, FileSystemSelector[]>();

/** What the selections of a plan select, as far as they are made in this app. */
export function selectionsOf(plan: IBackupPlanRef): readonly FileSystemSelector[] {
  return SELECTIONS.get(plan) ?? [];
}

/** Notes a selection of a plan. */
export function noteSelection(plan: IBackupPlanRef, selector: FileSystemSelector): void {
  SELECTIONS.set(plan, [...selectionsOf(plan), selector]);
}

/** What is wrong with one more selection of a plan. */
export function checkSelectionCount(plan: IBackupPlanRef, selector: FileSystemSelector): Problem[] {
  const all = [...selectionsOf(plan), selector];
  const byTag = all.filter(({ _byTag }) => _byTag).length;
  return [
    ...(all.length <= MOST_SELECTIONS ? [] : [{
      subject: 'backupPlan', rule: `must have at most ${MOST_SELECTIONS} selections`, value: all.length, remedy: 'select more file systems with each, or use a second plan',
    }]),
    ...(byTag <= MOST_TAG_SELECTIONS || !selector._byTag ? [] : [{
      subject: 'backupPlan',
      rule: `must have at most ${MOST_TAG_SELECTIONS} selections by tag, that of its own tag included`,
      value: byTag,
      remedy: 'tag the file systems with the tag of the plan, or use a second plan',
    }]),
  ];
}
