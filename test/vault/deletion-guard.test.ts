import * as iam from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib/core';
import { DeletionGuard } from '../../src/vault';
import { isDenied, preventsManualDeletion } from '../helpers/policy';
import type { Statement } from '../helpers/policy';

const ARN = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const [ADMIN, BREAK_GLASS, DEPLOYMENT, RESTORES] = ['admin', 'break-glass', 'deployment', 'restores'].map(ARN);
const ROOT = 'arn:aws:iam::123456789012:root';

const DELETION = ['backup:DeleteRecoveryPoint', 'backup:UpdateRecoveryPointLifecycle'];
const LIFTING = ['backup:PutBackupVaultAccessPolicy', 'backup:DeleteBackupVaultAccessPolicy', 'backup:DeleteBackupVault'];
const USE = ['backup:StartRestoreJob', 'backup:StartCopyJob'];

const statements = (guard: DeletionGuard, exemptRoleArns: string[]): Statement[] =>
  guard._statements({ exemptRoleArns, deploymentRoleArn: DEPLOYMENT }).map((statement) => statement.toStatementJson());
const denied = (guard: Statement[], principal: string) => [...DELETION, ...LIFTING, ...USE].filter((action) => isDenied(guard, action, principal));

const restores = iam.Role.fromRoleArn(new Stack(), 'Restores', RESTORES);
const GUARDS: [string, DeletionGuard][] = [
  ['the standard guard', DeletionGuard.standard()],
  ['the guard like the automatic vault', DeletionGuard.likeAutomaticVault()],
  ['the guard like the automatic vault with restore roles', DeletionGuard.likeAutomaticVault({ restoreRoles: [restores] })],
];

describe.each(GUARDS)('%s', (_name, guard) => {
  test.each([[[]], [[BREAK_GLASS]]])('denies deletion and its own lifting to everyone but the named principals (%j)', (exempt) => {
    for (const principal of [ADMIN, ROOT, RESTORES]) {
      expect(denied(statements(guard, exempt), principal)).toEqual(expect.arrayContaining([...DELETION, ...LIFTING]));
    }
  });

  test('lets the break-glass roles do everything', () => {
    expect(denied(statements(guard, [BREAK_GLASS]), BREAK_GLASS)).toEqual([]);
  });

  test('lets the deployment change the policy, and still delete no recovery point', () => {
    expect(denied(statements(guard, [BREAK_GLASS]), DEPLOYMENT).filter((action) => !USE.includes(action))).toEqual(DELETION);
  });

  test('is what the control for manual deletion looks for, given the roles that it lets through', () => {
    expect(preventsManualDeletion(statements(guard, [BREAK_GLASS]), [BREAK_GLASS, DEPLOYMENT])).toBe(true);
    expect(preventsManualDeletion(statements(guard, [BREAK_GLASS]), [DEPLOYMENT])).toBe(false);
    expect(preventsManualDeletion(statements(guard, []), [DEPLOYMENT])).toBe(true);
  });

  test('spells out every action, since AWS Backup refuses wildcards', () => {
    expect(JSON.stringify(statements(guard, []).map((statement) => statement.Action))).not.toContain('*');
  });

  test('is about everyone and every recovery point', () => {
    for (const statement of statements(guard, [])) {
      expect(statement).toMatchObject({ Effect: 'Deny', Principal: { AWS: '*' }, Resource: '*' });
    }
  });
});

test('the standard guard leaves restoring and copying to IAM', () => {
  expect(denied(statements(DeletionGuard.standard(), []), ADMIN)).toEqual([...DELETION, ...LIFTING]);
});

test('the guard like the automatic vault denies the six actions that the automatic vault denies, to the deployment too', () => {
  const six = [
    'backup:DeleteBackupVault', 'backup:DeleteBackupVaultAccessPolicy', 'backup:DeleteRecoveryPoint', 'backup:StartCopyJob', 'backup:StartRestoreJob',
    'backup:UpdateRecoveryPointLifecycle',
  ];
  expect(denied(statements(DeletionGuard.likeAutomaticVault(), []), ADMIN)).toEqual(expect.arrayContaining(six));
  expect(denied(statements(DeletionGuard.likeAutomaticVault(), []), DEPLOYMENT)).toEqual([...DELETION, ...USE]);
});

test('a restore role restores and copies, and deletes nothing', () => {
  expect(denied(statements(DeletionGuard.likeAutomaticVault({ restoreRoles: [restores] }), []), RESTORES)).toEqual([...DELETION, ...LIFTING]);
});

test('nobody is exempt from deletion unless named: that statement has no condition', () => {
  expect(statements(DeletionGuard.standard(), []).map(({ Sid, Condition }) => [Sid, Condition])).toEqual([
    ['DenyDeletionAndLiftingThisPolicy', { ArnNotLike: { 'aws:PrincipalArn': [DEPLOYMENT] } }],
    ['DenyDeletionOfRecoveryPoints', undefined],
  ]);
});
