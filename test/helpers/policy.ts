/** A statement of a policy in a template. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action: string | string[];
  readonly Resource?: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

const list = (value: unknown): unknown[] => [value].flat();
const like = (pattern: string, text: string) => new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*')}$`).test(text);

function holds(condition: Statement['Condition'], principalArn: string): boolean {
  return Object.entries(condition ?? {}).every(([operator, keys]) => Object.entries(keys).every(([key, values]) => {
    if (operator !== 'ArnNotLike' || key !== 'aws:PrincipalArn') {
      throw new Error(`this evaluation does not know ${operator} ${key}`);
    }
    return list(values).every((value) => !like(value as string, principalArn));
  }));
}

/** Whether the Deny statements of a resource policy keep a principal from an action. */
export function isDenied(statements: readonly Statement[], action: string, principalArn: string): boolean {
  return statements.some((statement) => statement.Effect === 'Deny' && list(statement.Action).includes(action) && holds(statement.Condition, principalArn));
}

/**
 * What the AWS Config rule `backup-recovery-point-manual-deletion-disabled` looks for: one Deny with the three actions, for every
 * principal and resource, which lets through none but those in its parameter `principalArnList`.
 */
export function preventsManualDeletion(statements: readonly Statement[], principalArnList: readonly unknown[] = []): boolean {
  return statements.some((statement) => statement.Effect === 'Deny'
    && ['"*"', '{"AWS":"*"}'].includes(JSON.stringify(statement.Principal))
    && list(statement.Resource).includes('*')
    && ['backup:DeleteRecoveryPoint', 'backup:UpdateRecoveryPointLifecycle', 'backup:PutBackupVaultAccessPolicy'].every((action) => list(statement.Action).includes(action))
    && list(statement.Condition?.ArnNotLike?.['aws:PrincipalArn'] ?? []).every((arn) => principalArnList.some((listed) => JSON.stringify(listed) === JSON.stringify(arn))));
}
