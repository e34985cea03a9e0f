/** A statement of a file system policy as IAM writes it, as far as it is looked at here. */
export interface PolicyStatement {
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** What AWS Backup does to a file system, with the role that it is given. */
const BACKUP_ACTIONS = ['elasticfilesystem:Backup', 'elasticfilesystem:Restore'];
const MOUNT = 'elasticfilesystem:ClientMount';
const BEYOND_MOUNT = ['elasticfilesystem:ClientWrite', 'elasticfilesystem:ClientRootAccess'];
const VIA_MOUNT_TARGET = 'elasticfilesystem:AccessedViaMountTarget';

const listOf = (value: unknown): unknown[] => value === undefined ? [] : [value].flat();

/** Whether a pattern of IAM (`*`, `?`, case-insensitive) matches an action. */
function matches(pattern: unknown, action: string): boolean {
  if (typeof pattern !== 'string') {
    return false; // a token: nobody knows
  }
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 'i').test(action);
}

/** Whether a statement is about an action, by `Action` or by `NotAction`. */
function covers({ Action, NotAction }: PolicyStatement, action: string): boolean {
  const named = (patterns: unknown) => listOf(patterns).some((pattern) => matches(pattern, action));
  return NotAction === undefined ? named(Action) : !named(NotAction);
}

/** Whether a statement is about everyone, or about everyone of an account. Tokens are objects here; the root of an account ends so either way. */
function isAboutEveryone({ Principal }: PolicyStatement): boolean {
  const principals = Principal === '*' ? ['*'] : listOf((Principal as { readonly AWS?: unknown } | undefined)?.AWS);
  return principals.some((principal) => principal === '*' || /^\d{12}$/.test(String(principal)) || /:root"?\]*\}?$/.test(JSON.stringify(principal)));
}

/**
 * Whether the conditions hold for a call of AWS Backup. It calls an API over TLS, by no mount target, so this much is known: none at
 * all, and "not by a mount target". What else there may be is left open.
 */
function holdsForBackup({ Condition = {} }: PolicyStatement): boolean {
  return Object.entries(Condition).every(([operator, keys]) => /^Bool(IfExists)?$/.test(operator)
    && Object.entries(keys).every(([key, value]) => key === VIA_MOUNT_TARGET && listOf(value).every((one) => String(one) === 'false')));
}

/** The actions of AWS Backup that a statement denies to everyone, as far as that is certain. */
export function deniedToBackup(statement: PolicyStatement): string[] {
  return statement.Effect === 'Deny' && isAboutEveryone(statement) && holdsForBackup(statement)
    ? BACKUP_ACTIONS.filter((action) => covers(statement, action))
    : [];
}

/** Whether a policy lets clients write or act as root, and lets none of them mount. */
export function allowsWithoutMount(statements: readonly PolicyStatement[]): boolean {
  const allowed = statements.filter(({ Effect }) => Effect === 'Allow');
  const allows = (action: string) => allowed.some((statement) => covers(statement, action));
  return BEYOND_MOUNT.some(allows) && !allows(MOUNT);
}
