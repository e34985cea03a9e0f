import { checkVaultAccessStatement } from '../../src/core/vault-access-statement';
import type { VaultAccessStatement } from '../../src/core/vault-access-statement';

const HOME = '123456789012';
const good: VaultAccessStatement = {
  allows: true, actions: ['backup:StartRestoreJob'], inverted: false, everyone: false, named: true, accounts: [HOME], conditionKeys: [],
};
const subjects = (statement: Partial<VaultAccessStatement>, account: string | undefined = HOME) =>
  checkVaultAccessStatement('statement', { ...good, ...statement }, account).map(({ subject }) => subject);

test.each<[string, Partial<VaultAccessStatement>]>([
  ['an action for the own account', {}],
  ['copies for another account', { actions: ['backup:CopyIntoBackupVault'], accounts: ['111122223333'] }],
  ['copies for an organization', { actions: ['backup:CopyIntoBackupVault'], everyone: true, accounts: [], conditionKeys: ['aws:PrincipalOrgID'] }],
  ['copies for organizational units', { actions: ['backup:CopyIntoBackupVault'], everyone: true, accounts: [], conditionKeys: ['aws:PrincipalOrgPaths'] }],
  ['a denial for everyone', { allows: false, everyone: true, accounts: [] }],
  ['a denial for another account', { allows: false, accounts: ['111122223333'] }],
])('takes %s', (_name, statement) => {
  expect(subjects(statement)).toEqual([]);
});

test.each<[string, Partial<VaultAccessStatement>, string]>([
  ['a wildcard in an action', { actions: ['backup:*'] }, 'statement.actions'],
  ['an action of another service', { actions: ['kms:Decrypt'] }, 'statement.actions'],
  ['no action', { actions: [] }, 'statement.actions'],
  ['NotAction', { inverted: true }, 'statement.actions'],
  ['no principal', { named: false, accounts: [] }, 'statement.principals'],
  ['a grant for everyone there is', { everyone: true, accounts: [], conditionKeys: ['aws:SourceIp'] }, 'statement.conditions'],
  ['a grant for another account beyond copies', { actions: ['backup:CopyIntoBackupVault', 'backup:StartRestoreJob'], accounts: [HOME, '111122223333'] }, 'statement.actions'],
])('refuses %s', (_name, statement, subject) => {
  expect(subjects(statement)).toEqual([subject]);
});

test('says nothing of other accounts as long as its own is unknown', () => {
  expect(checkVaultAccessStatement('statement', { ...good, accounts: ['111122223333'] }, undefined)).toEqual([]);
});
