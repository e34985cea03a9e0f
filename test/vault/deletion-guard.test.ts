import { deletionGuard } from '../../src/vault/deletion-guard';

const json = (exemptRoleArns: string[]) => deletionGuard({ exemptRoleArns, deploymentRoleArn: 'deploy' }).map((statement) => statement.toStatementJson());

test('denies deletion to everyone, and lifting the denial to everyone but the deployment', () => {
  expect(json([])).toEqual([
    {
      Sid: 'DenyDeletionOfRecoveryPoints',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: ['backup:DeleteRecoveryPoint', 'backup:UpdateRecoveryPointLifecycle'],
      Resource: '*',
    },
    {
      Sid: 'DenyLiftingThisPolicy',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: ['backup:PutBackupVaultAccessPolicy', 'backup:DeleteBackupVaultAccessPolicy', 'backup:DeleteBackupVault'],
      Resource: '*',
      Condition: { ArnNotLike: { 'aws:PrincipalArn': ['deploy'] } },
    },
  ]);
});

test('lets exempt roles do both, and the deployment only the second', () => {
  expect(json(['one', 'two']).map((statement) => statement.Condition)).toEqual([
    { ArnNotLike: { 'aws:PrincipalArn': ['one', 'two'] } },
    { ArnNotLike: { 'aws:PrincipalArn': ['one', 'two', 'deploy'] } },
  ]);
});

test('spells out every action, since AWS Backup refuses wildcards', () => {
  expect(JSON.stringify(json([]).map((statement) => statement.Action))).not.toContain('*');
});
