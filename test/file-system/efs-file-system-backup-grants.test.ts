import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { App, Stack } from 'aws-cdk-lib/core';
import { BackedUpFileSystem, EfsFileSystemBackupGrants } from '../../src/file-system';

const ARN = 'arn:aws-cn:elasticfilesystem:cn-north-1:123456789012:file-system/fs-0123456789abcdef0';

/** What a grant gives a role on an imported file system, one line for each action. */
function granted(grant: (grants: EfsFileSystemBackupGrants, role: iam.Role) => iam.Grant): string[] {
  const stack = new Stack(new App(), 'Stack', { env: { account: '123456789012', region: 'cn-north-1' } });
  const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('backup.amazonaws.com') });
  expect(grant(EfsFileSystemBackupGrants.fromFileSystem(efs.CfnFileSystem.fromFileSystemArn(stack, 'Data', ARN)), role).success).toBe(true);
  const statements = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy')).flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  return statements.flatMap(({ Effect, Action, Resource, ...more }) => {
    expect([Effect, more]).toEqual(['Allow', {}]);
    return [Action].flat().map((action) => `${action} on ${Resource}`);
  }).sort();
}

test('backup gives a role of AWS Backup this file system to read', () => {
  expect(granted((grants, role) => grants.backup(role))).toEqual([`elasticfilesystem:Backup on ${ARN}`, `elasticfilesystem:DescribeTags on ${ARN}`]);
});

test('restore gives a role of AWS Backup this file system to write', () => {
  expect(granted((grants, role) => grants.restore(role))).toEqual([`elasticfilesystem:DescribeFileSystems on ${ARN}`, `elasticfilesystem:Restore on ${ARN}`]);
});

test('who reads the state of the backups changes nothing', () => {
  const actions = granted((grants, role) => grants.readBackupState(role));
  expect(actions).toEqual([
    'backup:DescribeBackupJob on *',
    'backup:DescribeProtectedResource on *',
    'backup:ListBackupJobs on *',
    'backup:ListRecoveryPointsByResource on *',
    `elasticfilesystem:DescribeBackupPolicy on ${ARN}`,
    `elasticfilesystem:DescribeFileSystems on ${ARN}`,
    `elasticfilesystem:ListTagsForResource on ${ARN}`,
  ]);
  expect(actions.filter((action) => !/:(Describe|List)/.test(action))).toEqual([]);
});

test('is a facade of every file system of this library', () => {
  const stack = new Stack();
  const data = new BackedUpFileSystem(stack, 'Data', { vpc: new ec2.Vpc(stack, 'Vpc') });
  data.grants.backup(new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('backup.amazonaws.com') }));
  expect(JSON.stringify(Template.fromStack(stack).findResources('AWS::IAM::Policy'))).toContain(JSON.stringify(stack.resolve(data.fileSystemRef.fileSystemArn)));
});
