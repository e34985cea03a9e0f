/** The vault of the automatic backups of EFS (Amazon EFS User Guide, "Automatic backups"). */
export const AUTOMATIC_BACKUP_VAULT = 'aws/efs/automatic-backup-vault';

/**
 * The policy that this vault comes with: nobody may restore from it until the policy is changed ("Restore an Amazon EFS file
 * system", AWS Backup Developer Guide, step 1). The text is the one that issues of public cleaning tools quote.
 */
export const AUTOMATIC_BACKUP_VAULT_POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{
    Effect: 'Deny',
    Principal: { AWS: '*' },
    Action: [
      'backup:DeleteBackupVault',
      'backup:DeleteBackupVaultAccessPolicy',
      'backup:DeleteRecoveryPoint',
      'backup:StartCopyJob',
      'backup:StartRestoreJob',
      'backup:UpdateRecoveryPointLifecycle',
    ],
    Resource: '*',
  }],
});

interface Statement {
  readonly Effect?: string;
  readonly Principal?: string | { readonly AWS?: string | readonly string[] };
  readonly Action?: string | readonly string[];
  readonly Condition?: unknown;
}

const listOf = <T>(value: T | readonly T[] | undefined): T[] => (value === undefined ? [] : [value].flat() as T[]);

const principalsOf = ({ Principal }: Statement): string[] => (typeof Principal === 'string' ? [Principal] : listOf(Principal?.AWS));

function isDenialForEveryone(statement: Statement, of: string): boolean {
  const { Effect, Action, Condition } = statement;
  const actions = listOf(Action).map((action) => new RegExp(`^${action.replace(/\*/g, '.*')}$`, 'i'));
  return Effect === 'Deny' && Condition === undefined && principalsOf(statement).includes('*') && actions.some((action) => action.test(of));
}

const statementsOf = (policy: string | undefined): Statement[] => {
  const { Statement } = JSON.parse(policy ?? '{}') as { Statement?: Statement | Statement[] };
  return listOf<Statement>(Statement);
};

/**
 * Whether the policy of a vault forbids an action to everyone, without conditions. The rehearsal knows no identities, so statements
 * about particular principals, and conditions, are not evaluated.
 */
export function deniesActions(policy: string | undefined, action: string): boolean {
  return statementsOf(policy).some((statement) => isDenialForEveryone(statement, action));
}

export const deniesRestore = (policy: string | undefined): boolean => deniesActions(policy, 'backup:StartRestoreJob');

/** Whether a policy allows something to everyone, without conditions: AWS Backup takes none that does. */
export function isAllowedForEveryone(policy: string | undefined): boolean {
  return statementsOf(policy).some((statement) => statement.Effect === 'Allow' && statement.Condition === undefined && principalsOf(statement).includes('*'));
}
