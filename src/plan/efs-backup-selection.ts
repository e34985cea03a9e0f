import * as backup from 'aws-cdk-lib/aws-backup';
import type { IBackupPlanRef } from 'aws-cdk-lib/aws-backup';
import type { IRoleRef } from 'aws-cdk-lib/aws-iam';
import { Lazy, Names, Resource, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { EfsTagCondition } from './efs-tag-condition';
import type { FileSystemSelector } from './file-system-selector';
import { checkSelectionCount, noteSelection } from './selections-of';
import { describeProblem } from '../core/problem';
import type { Problem } from '../core/problem';
import { throwProblems } from '../private/validation-error';

/** Options of a selection that is added to a plan. */
export interface EfsBackupSelectionOptions {
  /** The file systems to assign to the plan. */
  readonly fileSystems: FileSystemSelector;

  /**
   * Display name of the selection: 1 to 50 letters, digits, hyphens, underscores and dots. Changing it replaces the selection.
   *
   * @default - a name made of the stack name and the path of the construct
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html
   */
  readonly backupSelectionName?: string;
}

/** Properties of `EfsBackupSelection`. */
export interface EfsBackupSelectionProps extends EfsBackupSelectionOptions {
  /** The plan that backs up the file systems: an `EfsBackupPlan`, one of aws-cdk-lib, or an imported one. */
  readonly backupPlan: IBackupPlanRef;

  /**
   * The role that AWS Backup assumes to back up the file systems and, later, to let their recovery points expire: keep it as
   * long as the recovery points. `EfsBackupPlan.role` is one with the permissions for Amazon EFS.
   *
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html
   */
  readonly role: IRoleRef;
}

/** `SelectionName` (BackupSelection, AWS Backup API reference). */
const SELECTION_NAME = /^[a-zA-Z0-9\-_.]{1,50}$/;

/**
 * Assigns file systems to a backup plan. Every property of it replaces the selection, which leaves existing recovery points alone.
 *
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html
 */
export class EfsBackupSelection extends Resource {
  /** Id that AWS Backup gave to the selection. */
  public readonly selectionId: string;

  constructor(scope: Construct, id: string, props: EfsBackupSelectionProps) {
    super(scope, id);
    const { fileSystems } = props;
    throwProblems(this, [
      ...checkName(props.backupSelectionName),
      ...fileSystems._check(this),
      ...checkSelectionCount(props.backupPlan, fileSystems),
    ]);
    this.node.addValidation({ validate: () => fileSystems._checkAtSynth(this).map(describeProblem) });
    noteSelection(props.backupPlan, fileSystems);

    const { conditions, notResources } = fileSystems._bind(this);
    const selection = new backup.CfnBackupSelection(this, 'Resource', {
      backupPlanId: props.backupPlan.backupPlanRef.backupPlanId,
      backupSelection: {
        selectionName: props.backupSelectionName ?? Names.uniqueResourceName(this, { maxLength: 50, separator: '-' }),
        iamRoleArn: props.role.roleRef.roleArn,
        resources: Lazy.list({ produce: () => fileSystems._bind(this).resources }),
        notResources,
        conditions: conditions.length === 0 ? undefined : conditionsTemplate(conditions),
      },
    });
    this.selectionId = selection.attrSelectionId;
  }
}

/**
 * Conditions, not ListOfTags: several conditions must all hold, several list entries are alternatives. The property is untyped JSON in
 * CloudFormation, so its keys are spelled as in the API.
 */
function conditionsTemplate(conditions: readonly EfsTagCondition[]): Record<string, Array<Record<string, string>>> {
  const template: Record<string, Array<Record<string, string>>> = {};
  for (const { _operator: operator, _key: key, _value: value } of conditions) {
    (template[operator] ??= []).push({ ConditionKey: `aws:ResourceTag/${key}`, ConditionValue: value });
  }
  return template;
}

function checkName(name: string | undefined): Problem[] {
  if (name === undefined || Token.isUnresolved(name) || SELECTION_NAME.test(name)) {
    return [];
  }
  return [{
    subject: 'backupSelectionName',
    rule: 'must be 1 to 50 letters, digits, hyphens, underscores or dots',
    value: name,
    remedy: 'choose another name, or leave it out',
  }];
}
