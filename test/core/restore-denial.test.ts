import { openForRestore } from '../../src/core/restore-denial';

const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Id: 'kept', Statement });
const deny = (Action: unknown, more: object = {}) => ({ Effect: 'Deny', Principal: '*', Action, Resource: '*', ...more });
const opened = (text: string, roles: string[] = []) => {
  const { policy: result } = openForRestore(text, roles);
  return result === undefined ? undefined : JSON.parse(result).Statement;
};

test('takes restores and copies out of a denial, and keeps what else is in the policy', () => {
  const text = policy(deny(['backup:DeleteRecoveryPoint', 'backup:StartRestoreJob', 'backup:StartCopyJob'], { Sid: 'All' }), deny('backup:DeleteBackupVault'));
  expect(JSON.parse(openForRestore(text, []).policy!)).toEqual({
    Version: '2012-10-17', Id: 'kept', Statement: [deny(['backup:DeleteRecoveryPoint'], { Sid: 'All' }), deny('backup:DeleteBackupVault')],
  });
});

test.each([['one action', 'backup:StartRestoreJob'], ['both', ['backup:StartRestoreJob', 'backup:StartCopyJob']], ['another spelling', ['BACKUP:startrestorejob']]])
('a denial of nothing else goes: %s', (_name, action) => {
  expect(opened(policy(deny('backup:DeleteBackupVault'), deny(action)))).toEqual([deny('backup:DeleteBackupVault')]);
});

test('a single statement that is no list is one, too', () => {
  expect(JSON.parse(openForRestore(JSON.stringify({ Statement: deny(['backup:StartCopyJob', 'backup:DeleteBackupVault']) }), []).policy!).Statement).toEqual([deny(['backup:DeleteBackupVault'])]);
});

test('with roles, what was denied to everyone is denied to everyone else, each action by its own statement as before', () => {
  expect(opened(policy(deny(['backup:StartCopyJob', 'backup:DeleteBackupVault']), deny('backup:StartRestoreJob')), ['one', 'two'])).toEqual([
    deny(['backup:DeleteBackupVault']),
    deny(['backup:StartCopyJob'], { Condition: { ArnNotLike: { 'aws:PrincipalArn': ['one', 'two'] } } }),
    deny(['backup:StartRestoreJob'], { Condition: { ArnNotLike: { 'aws:PrincipalArn': ['one', 'two'] } } }),
  ]);
});

test.each([
  ['nothing at all', '{}'],
  ['an allow', policy({ ...deny('backup:StartRestoreJob'), Effect: 'Allow' })],
  ['a denial with a condition', policy(deny('backup:StartRestoreJob', { Condition: { StringNotLike: { 'aws:userId': ['x'] } } }))],
  ['other denials', policy(deny(['backup:DeleteRecoveryPoint', 'backup:DeleteBackupVault']))],
])('%s is left as it is', (_name, text) => {
  expect(openForRestore(text, ['role'])).toEqual({ refused: [] });
});

test('never allows anything', () => {
  const text = policy(deny(['backup:StartRestoreJob', 'backup:StartCopyJob', 'backup:DeleteRecoveryPoint']));
  for (const roles of [[], ['role']]) {
    expect(opened(text, roles).every(({ Effect }: { Effect: string }) => Effect === 'Deny')).toBe(true);
  }
});

test('names the denials that say what they do not deny', () => {
  expect(openForRestore(policy(deny('backup:DeleteBackupVault'), { Sid: 'Most', Effect: 'Deny', Principal: '*', NotAction: 'backup:ListTags', Resource: '*' }), []).refused).toEqual(['Most']);
  expect(openForRestore(policy(deny('backup:DeleteBackupVault'), { Effect: 'Deny', Principal: '*', NotAction: 'backup:ListTags', Resource: '*' }), []).refused).toEqual(['number 2']);
});
