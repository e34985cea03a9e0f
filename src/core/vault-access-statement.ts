import type { Problem } from './problem';

/** A statement of a vault access policy, in plain terms; what is unknown at synth is left out and not checked. */
export interface VaultAccessStatement {
  readonly allows: boolean;
  readonly actions: readonly string[];
  /** Whether the statement names what it does not cover (`NotAction`). */
  readonly inverted: boolean;
  /** Whether the principal is everyone. */
  readonly everyone: boolean;
  /** Whether any principal is named. */
  readonly named: boolean;
  /** Accounts of the principals, as far as they are known. */
  readonly accounts: readonly string[];
  /** Keys of the conditions. */
  readonly conditionKeys: readonly string[];
}

/** The one action that AWS Backup grants across accounts ("Creating backup copies across AWS accounts", AWS Backup Developer Guide). */
export const COPY_INTO_VAULT = 'backup:CopyIntoBackupVault';

/** The conditions with which AWS Backup takes a statement about everyone ("Creating backup copies across AWS accounts"). */
const WITHIN_ORGANIZATION = ['aws:principalorgid', 'aws:principalorgpaths'];

/**
 * What AWS Backup refuses in a statement of a vault access policy, or accepts and ignores.
 *
 * @param account the account of the vault, if it is known.
 */
export function checkVaultAccessStatement(subject: string, statement: VaultAccessStatement, account: string | undefined): Problem[] {
  const problems: Problem[] = [];
  if (statement.inverted || statement.actions.length === 0) {
    problems.push({ subject: `${subject}.actions`, rule: 'must name actions: AWS Backup takes no NotAction', remedy: 'name the actions of AWS Backup' });
  }
  for (const action of statement.actions) {
    if (!/^backup:[a-zA-Z]+$/i.test(action)) {
      problems.push({
        subject: `${subject}.actions`,
        // "Vault access policies", AWS Backup Developer Guide
        rule: 'must be actions of AWS Backup without wildcards: it takes no others in the access policy of a vault',
        value: action,
        remedy: 'spell out each action, such as backup:StartRestoreJob',
      });
    }
  }
  if (!statement.named) {
    problems.push({ subject: `${subject}.principals`, rule: 'must be named in the access policy of a vault', remedy: 'say whom the statement is about' });
  }
  if (statement.allows && statement.everyone && !statement.conditionKeys.some((key) => WITHIN_ORGANIZATION.includes(key.toLowerCase()))) {
    problems.push({
      subject: `${subject}.conditions`,
      // the refusal reads "The specified policy cannot be added to the vault due to cross-account sharing restrictions"
      rule: 'must limit everyone to an organization: AWS Backup refuses to share a vault with all accounts there are',
      remedy: 'add a condition on aws:PrincipalOrgID, or name the principals',
    });
  }
  const foreign = account === undefined ? [] : statement.accounts.filter((other) => other !== account);
  if (statement.allows && foreign.length > 0 && statement.actions.some((action) => action.toLowerCase() !== COPY_INTO_VAULT.toLowerCase())) {
    problems.push({
      subject: `${subject}.actions`,
      rule: `must be ${COPY_INTO_VAULT} alone for principals of other accounts: AWS Backup grants them nothing else`,
      value: statement.actions.join(', '),
      remedy: 'let them assume a role in the account of the vault instead',
    });
  }
  return problems;
}
