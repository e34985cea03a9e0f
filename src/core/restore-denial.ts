/** A statement of a vault access policy, as far as it is looked at here. */
interface Statement {
  readonly Sid?: string;
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly NotAction?: unknown;
  readonly Condition?: unknown;
  readonly [key: string]: unknown;
}

interface Policy {
  readonly Statement?: Statement | readonly Statement[];
  readonly [key: string]: unknown;
}

/** What the vault of the automatic backups of Amazon EFS denies, and a restore or a copy needs. */
const RESTORE_AND_COPY = ['backup:startrestorejob', 'backup:startcopyjob'];

/** The access policy of a vault after it was opened. */
export interface OpenedPolicy {
  /** The policy as JSON; undefined where nothing has to change. */
  readonly policy?: string;
  /** The statements that cannot be opened, since they name what they do not deny. */
  readonly refused: readonly string[];
}

const listOf = <T>(value: T | readonly T[] | undefined): readonly T[] => value === undefined ? [] : [value].flat() as T[];
const isRestoreOrCopy = (action: string): boolean => RESTORE_AND_COPY.includes(action.toLowerCase());

/** The statement without the denial of restores and copies, and that denial for everyone but some roles, if any are named. */
function open(statement: Statement, roleArns: readonly string[]): Statement[] {
  const actions = listOf(statement.Action);
  const denied = actions.filter(isRestoreOrCopy);
  if (statement.Effect !== 'Deny' || statement.Condition !== undefined || denied.length === 0) {
    return [statement]; // what has a condition was written by somebody who knew whom to let through
  }
  const others = actions.filter((action) => !isRestoreOrCopy(action));
  return [
    ...(others.length === 0 ? [] : [{ ...statement, Action: others }]),
    // aws:PrincipalArn is the ARN of the role, not of its session, and matches however the role was assumed
    ...(roleArns.length === 0 ? [] : [{
      Effect: 'Deny', Principal: statement.Principal, Action: denied, Resource: statement.Resource, Condition: { ArnNotLike: { 'aws:PrincipalArn': [...roleArns] } },
    }]),
  ];
}

/**
 * Opens the access policy of a vault for restores and copies, for everyone or for some roles only. All other denials stay. It takes
 * actions out of a denial and allows nothing: AWS Backup refuses an Allow for everyone ("cross-account sharing restrictions"), and
 * within the account, permissions of IAM suffice.
 */
export function openForRestore(policy: string, roleArns: readonly string[]): OpenedPolicy {
  const document = JSON.parse(policy) as Policy;
  const statements = listOf(document.Statement);
  const refused = statements.flatMap(({ Effect, NotAction, Sid }, index) => Effect === 'Deny' && NotAction !== undefined ? [Sid ?? `number ${index + 1}`] : []);
  const opened = statements.flatMap((statement) => open(statement, roleArns));
  const changed = opened.length !== statements.length || opened.some((statement, index) => statement !== statements[index]);
  if (!changed) {
    return { refused };
  }
  return { refused, policy: JSON.stringify({ ...document, Statement: opened }) };
}
