import { DeletionGuard, LockChanges } from '../../src/vault';
import { isDenied } from '../helpers/policy';
import type { Statement } from '../helpers/policy';

const [ADMIN, BREAK_GLASS, DEPLOYMENT, EMPTYING] = ['admin', 'break-glass', 'deployment', 'emptying'].map((name) => `arn:aws:iam::123456789012:role/${name}`);
const LOCK = ['backup:PutBackupVaultLockConfiguration', 'backup:DeleteBackupVaultLockConfiguration'];
const statements = (guard: DeletionGuard): Statement[] => guard._statements({
  exemptRoleArns: [BREAK_GLASS], deploymentRoleArn: DEPLOYMENT, emptyingRoleArn: EMPTYING,
}).map((statement) => statement.toStatementJson());
const denied = (guard: DeletionGuard, principal: string) => LOCK.filter((action) => isDenied(statements(guard), action, principal));

test.each([
  ['the standard guard', DeletionGuard.standard({ lockChanges: LockChanges.DENIED })],
  ['the guard like the automatic vault', DeletionGuard.likeAutomaticVault({ lockChanges: LockChanges.DENIED })],
])('%s lets nobody change the lock but the break-glass roles and the deployment, if it is told to', (_, guard) => {
  expect([ADMIN, EMPTYING].map((principal) => denied(guard, principal))).toEqual([LOCK, LOCK]);
  expect([BREAK_GLASS, DEPLOYMENT].map((principal) => denied(guard, principal))).toEqual([[], []]);
});

test.each([
  DeletionGuard.standard(), DeletionGuard.likeAutomaticVault(), DeletionGuard.standard({ lockChanges: LockChanges.LEFT_TO_IAM }),
])('by default no policy has an action that AWS Backup may refuse in one', (guard) => {
  expect(JSON.stringify(statements(guard))).not.toContain('LockConfiguration');
});
