import { Template } from 'aws-cdk-lib/assertions';
import * as efs from 'aws-cdk-lib/aws-efs';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { AutomaticBackupsStatus, BackedUpFileSystem, EfsAutomaticBackups } from '../../src';
import { CONTEXTS, FILE_SYSTEM_ARN, fileSystemOf, IRELAND, makeStack, permissionsOf, theOne, vpcOf } from '../restore/fixture';

const TYPE = 'Custom::EfsAutomaticBackups';
const propertiesOf = (stack: Stack) => {
  const { ServiceToken: _token, ...properties } = theOne(stack, TYPE, '')[1].Properties;
  return properties;
};
const imported = (stack: Stack, fileSystemArn = FILE_SYSTEM_ARN) => efs.CfnFileSystem.fromFileSystemArn(stack, 'Imported', fileSystemArn);

describe.each(CONTEXTS)('with %s', (_name, context) => {
  test.each<[string, (stack: Stack) => efs.IFileSystemRef, unknown]>([
    ['an L1', (stack) => new efs.CfnFileSystem(stack, 'Raw'), { Ref: 'Raw' }],
    ['an L2', fileSystemOf, { Ref: expect.stringMatching(/^FileSystem/) }],
    ['a BackedUpFileSystem', (stack) => new BackedUpFileSystem(stack, 'Data', { vpc: vpcOf(stack) }), { Ref: expect.stringMatching(/^DataFileSystem/) }],
    ['one imported by its id', (stack) => efs.CfnFileSystem.fromFileSystemId(stack, 'Imported', 'fs-0123456789abcdef0'), 'fs-0123456789abcdef0'],
    ['one imported by its ARN', imported, 'fs-0123456789abcdef0'],
    ['an imported L2', (stack) => efs.FileSystem.fromFileSystemAttributes(stack, 'Imported', { fileSystemArn: FILE_SYSTEM_ARN, securityGroup: {} as any }), 'fs-0123456789abcdef0'],
  ])('takes %s', (_what, make, id) => {
    const stack = makeStack(context, IRELAND);
    new EfsAutomaticBackups(stack, 'Automatic', { fileSystem: make(stack) });
    expect(propertiesOf(stack)).toEqual({ FileSystemId: id, Status: 'ENABLED' });
  });

  test('the function may read and set the policy of this file system, and let Amazon EFS make its role', () => {
    const stack = makeStack(context, IRELAND);
    new EfsAutomaticBackups(stack, 'Automatic', { fileSystem: imported(stack) });
    expect(permissionsOf(stack, 'CdkEfsBackupAutomaticBackupsFunctionServiceRole')).toEqual([
      `elasticfilesystem:DescribeBackupPolicy on ${FILE_SYSTEM_ARN}`,
      `elasticfilesystem:PutBackupPolicy on ${FILE_SYSTEM_ARN}`,
      'iam:CreateServiceLinkedRole on arn:aws:iam::123456789012:role/aws-service-role/elasticfilesystem.amazonaws.com/AWSServiceRoleForAmazonElasticFileSystem'
      + ' if {"StringEquals":{"iam:AWSServiceName":"elasticfilesystem.amazonaws.com"}}',
      'logs:CreateLogStream on <CdkEfsBackupAutomaticBackupsFunctionLogGroup.Arn>',
      'logs:PutLogEvents on <CdkEfsBackupAutomaticBackupsFunctionLogGroup.Arn>',
      'xray:PutTelemetryRecords on *',
      'xray:PutTraceSegments on *',
    ]);
  });
});

test.each(['cn-north-1', 'us-gov-west-1'])('names no partition of its own in %s', (region) => {
  const stack = makeStack({}, { account: '123456789012', region });
  new EfsAutomaticBackups(stack, 'Automatic', { fileSystem: efs.CfnFileSystem.fromFileSystemId(stack, 'Imported', 'fs-0123456789abcdef0') });
  expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toContain('arn:aws:');
});

test('turns automatic backups off, and keeps the status when it is removed, if it is told to', () => {
  const stack = makeStack({}, IRELAND);
  new EfsAutomaticBackups(stack, 'Automatic', { fileSystem: imported(stack), status: AutomaticBackupsStatus.DISABLED, removalPolicy: RemovalPolicy.RETAIN });
  expect(propertiesOf(stack).Status).toBe('DISABLED');
  expect(theOne(stack, TYPE, '')[1].DeletionPolicy).toBe('Retain');
});

test('by default, the former status comes back when it is removed', () => {
  const stack = makeStack({}, IRELAND);
  new EfsAutomaticBackups(stack, 'Automatic', { fileSystem: imported(stack) });
  expect(theOne(stack, TYPE, '')[1].DeletionPolicy).toBe('Delete');
});

test.each([
  ['another account', 'arn:aws:elasticfilesystem:eu-west-1:999999999999:file-system/fs-0123456789abcdef0', '999999999999 eu-west-1'],
  ['another Region', 'arn:aws:elasticfilesystem:us-east-1:123456789012:file-system/fs-0123456789abcdef0', '123456789012 us-east-1'],
])('fails for a file system of %s', (_what, arn, where) => {
  const stack = makeStack({}, IRELAND);
  expect(() => new EfsAutomaticBackups(stack, 'Automatic', { fileSystem: imported(stack, arn) })).toThrow(
    `[Stack/Automatic] 'fileSystem' must be in the account and Region of the stack (123456789012 eu-west-1), got "${where}"; use this construct in a stack of its account and Region`);
});

test('takes a file system of another stack of the same account and Region', () => {
  const app = new App();
  const [one, two] = ['One', 'Two'].map((id) => new Stack(app, id, { env: IRELAND }));
  new EfsAutomaticBackups(two, 'Automatic', { fileSystem: new efs.CfnFileSystem(one, 'Raw') });
  expect(propertiesOf(two).FileSystemId).toEqual({ 'Fn::ImportValue': expect.stringContaining('One:ExportsOutputRefRaw') });
});
