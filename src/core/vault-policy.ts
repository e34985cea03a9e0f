/** A statement of a vault access policy, as far as it is looked at. */
interface Statement {
  readonly Effect?: string;
  readonly Principal?: string | { readonly AWS?: string | readonly string[] };
  readonly Action?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

const listOf = <T>(value: T | readonly T[] | undefined): T[] => (value === undefined ? [] : [value].flat() as T[]);
const matches = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.')}$`, 'i').test(text);

/** For each operator that says who it is about, whether its condition holds for a role. */
const OPERATORS: Readonly<Record<string, (values: readonly string[], roleArn: string) => boolean>> = {
  ArnLike: (values, roleArn) => values.some((value) => matches(value, roleArn)),
  ArnEquals: (values, roleArn) => values.some((value) => matches(value, roleArn)),
  StringLike: (values, roleArn) => values.some((value) => matches(value, roleArn)),
  StringEquals: (values, roleArn) => values.includes(roleArn),
  ArnNotLike: (values, roleArn) => !values.some((value) => matches(value, roleArn)),
  ArnNotEquals: (values, roleArn) => !values.some((value) => matches(value, roleArn)),
  StringNotLike: (values, roleArn) => !values.some((value) => matches(value, roleArn)),
  StringNotEquals: (values, roleArn) => !values.includes(roleArn),
};

/** Only what is about the ARN of the principal can be known here; whatever else is asked may hold or not. */
function certainlyHolds(condition: Statement['Condition'], roleArn: string): boolean {
  return Object.entries(condition ?? {}).every(([operator, keys]) => Object.entries(keys).every(([key, values]) =>
    key.toLowerCase() === 'aws:principalarn' && OPERATORS[operator] !== undefined && OPERATORS[operator](listOf(values), roleArn)));
}

function isAbout(principal: Statement['Principal'], roleArn: string): boolean {
  const [, , , , account] = roleArn.split(':');
  const principals = typeof principal === 'string' ? [principal] : listOf(principal?.AWS);
  return principals.some((each) => each === '*' || each === roleArn || each === account || (each.endsWith(':root') && each.split(':')[4] === account));
}

/**
 * Whether the access policy of a vault certainly denies an action to a role, such as that of the automatic backups of EFS, which
 * denies StartRestoreJob to everyone. What cannot be decided here is left to AWS Backup.
 */
export function deniesAction(policy: string | undefined, action: string, roleArn: string): boolean {
  const { Statement: statements } = JSON.parse(policy ?? '{}') as { Statement?: Statement | Statement[] };
  return listOf<Statement>(statements).some(({ Effect, Principal, Action, Condition }) =>
    Effect === 'Deny' && isAbout(Principal, roleArn) && listOf(Action).some((each) => matches(each, action)) && certainlyHolds(Condition, roleArn));
}
