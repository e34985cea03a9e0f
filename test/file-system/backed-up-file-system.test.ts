import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { App, CfnParameter, RemovalPolicy, Size, Stack } from 'aws-cdk-lib/core';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';
import { BackedUpFileSystem } from '../../src/file-system';
import { EfsBackupPlan } from '../../src/plan';
import { findingsUnder } from '../private/nag';

const TYPE = 'AWS::EFS::FileSystem';
const MOUNTABLE = {
  Sid: 'AllowClientsOverTls',
  Effect: 'Allow',
  Principal: { AWS: '*' },
  Action: ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientRootAccess', 'elasticfilesystem:ClientWrite'],
  Condition: { Bool: { 'elasticfilesystem:AccessedViaMountTarget': 'true', 'aws:SecureTransport': 'true' } },
};

const vpcOf = (stack: Stack) => stack.node.tryFindChild('Vpc') as ec2.Vpc ?? new ec2.Vpc(stack, 'Vpc');

describe.each([['recommended feature flags', flags], ['no feature flags', {}]])('with %s', (_name, context) => {
  let app: App;
  let stack: Stack;
  beforeEach(() => {
    app = new App({ context: { ...context } });
    stack = new Stack(app, 'Stack');
  });

  test('is encrypted, retained, and backed up by a plan of its own that selects it by its tag', () => {
    const data = new BackedUpFileSystem(stack, 'Data', { vpc: vpcOf(stack) });
    const template = Template.fromStack(stack);
    template.hasResource(TYPE, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    template.hasResourceProperties(TYPE, {
      Encrypted: true,
      BackupPolicy: { Status: 'DISABLED' },
      FileSystemTags: Match.arrayWith([{ Key: data.backupPlan.backupTag.key, Value: data.backupPlan.backupTag.value }]),
    });
    template.hasResourceProperties('AWS::Backup::BackupSelection', {
      BackupSelection: {
        Conditions: { StringEquals: [{ ConditionKey: 'aws:ResourceTag/efs-backup-plan', ConditionValue: data.backupPlan.backupTag.value }] },
      },
    });
    template.hasResource('AWS::Backup::BackupVault', { DeletionPolicy: 'Retain' });
    expect(data.backupVault).toBe(data.backupPlan.backupVault);
  });

  test('lets clients mount over TLS, and no statement of the L2 takes that away', () => {
    const data = new BackedUpFileSystem(stack, 'Data', { vpc: vpcOf(stack) });
    data.fileSystem.grantReadWrite(new iam.Role(stack, 'Client', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') }));
    const [fileSystem] = Object.values(Template.fromStack(stack).findResources(TYPE));
    const statements = fileSystem.Properties.FileSystemPolicy.Statement;
    expect(statements).toEqual([{ ...MOUNTABLE, Action: expect.any(Array) }]);
    expect([...statements[0].Action].sort()).toEqual(MOUNTABLE.Action);
  });

  test('takes another file system policy as it is', () => {
    const statement = new iam.PolicyStatement({ principals: [new iam.AccountRootPrincipal()], actions: ['elasticfilesystem:ClientMount'] });
    new BackedUpFileSystem(stack, 'Data', { vpc: vpcOf(stack), fileSystemPolicy: new iam.PolicyDocument({ statements: [statement] }) });
    const [fileSystem] = Object.values(Template.fromStack(stack).findResources(TYPE));
    expect(fileSystem.Properties.FileSystemPolicy.Statement).toEqual([expect.objectContaining({ Action: 'elasticfilesystem:ClientMount' })]);
  });

  test('has no finding that is not acknowledged', () => {
    new BackedUpFileSystem(stack, 'Data', { vpc: vpcOf(stack) });
    expect(findingsUnder(app, 'Stack/Data')).toEqual([]);
  });
});

test('passes on what it is given', () => {
  const stack = new Stack();
  const key = new kms.Key(stack, 'Key');
  const vpc = vpcOf(stack);
  const securityGroup = new ec2.SecurityGroup(stack, 'SecurityGroup', { vpc });
  const backupPlan = new EfsBackupPlan(stack, 'Plan');
  new BackedUpFileSystem(stack, 'Data', {
    vpc,
    vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC },
    securityGroup,
    kmsKey: key,
    fileSystemName: 'data',
    lifecyclePolicy: efs.LifecyclePolicy.AFTER_30_DAYS,
    performanceMode: efs.PerformanceMode.GENERAL_PURPOSE,
    throughputMode: efs.ThroughputMode.PROVISIONED,
    provisionedThroughputPerSecond: Size.mebibytes(64),
    enableAutomaticBackups: true,
    backupPlan,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::Backup::BackupPlan', 1);
  template.resourceCountIs('AWS::EC2::SecurityGroup', 1);
  template.hasResource(TYPE, { DeletionPolicy: 'Delete' });
  template.hasResourceProperties(TYPE, {
    KmsKeyId: stack.resolve(key.keyArn),
    LifecyclePolicies: [{ TransitionToIA: 'AFTER_30_DAYS' }],
    PerformanceMode: 'generalPurpose',
    ThroughputMode: 'provisioned',
    ProvisionedThroughputInMibps: 64,
    BackupPolicy: { Status: 'ENABLED' },
    FileSystemTags: [{ Key: 'efs-backup-plan', Value: backupPlan.backupTag.value }, { Key: 'Name', Value: 'data' }],
  });
  template.hasResourceProperties('AWS::EFS::MountTarget', {
    SubnetId: stack.resolve(vpc.publicSubnets[0].subnetId),
    SecurityGroups: [stack.resolve(securityGroup.securityGroupId)],
  });
});

test('tags the file system only', () => {
  const stack = new Stack();
  const data = new BackedUpFileSystem(stack, 'Data', { vpc: vpcOf(stack) });
  const groups = JSON.stringify(Template.fromStack(stack).findResources('AWS::EC2::SecurityGroup'));
  expect(groups).toContain('GroupDescription');
  expect(groups).not.toContain(data.backupPlan.backupTag.value);
});

test('is a reference to itself, connectable, and mounts into a function', () => {
  const stack = new Stack();
  const vpc = vpcOf(stack);
  const data = new BackedUpFileSystem(stack, 'Data', { vpc });
  expect(data.fileSystemRef).toEqual(data.fileSystem.fileSystemRef);
  data.connections.allowDefaultPortFrom(ec2.Peer.ipv4('10.0.0.0/16'));
  new lambda.Function(stack, 'Function', {
    code: lambda.Code.fromInline('exports.handler = async () => {}'),
    handler: 'index.handler',
    runtime: lambda.Runtime.NODEJS_22_X,
    vpc,
    filesystem: lambda.FileSystem.fromEfsAccessPoint(data.fileSystem.addAccessPoint('AccessPoint'), '/mnt/data'),
  });
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Lambda::Function', { FileSystemConfigs: [{ LocalMountPath: '/mnt/data' }] });
  template.hasResourceProperties('AWS::EC2::SecurityGroup', { SecurityGroupIngress: [Match.objectLike({ CidrIp: '10.0.0.0/16', FromPort: 2049 })] });
});

test('is tagged for a plan of another stack without depending on it', () => {
  const app = new App();
  const plan = new EfsBackupPlan(new Stack(app, 'Backups'), 'Plan');
  const stack = new Stack(app, 'Data');
  new BackedUpFileSystem(stack, 'Data', { vpc: vpcOf(stack), backupPlan: plan });
  Template.fromStack(stack).hasResourceProperties(TYPE, { FileSystemTags: Match.arrayWith([{ Key: 'efs-backup-plan', Value: plan.backupTag.value }]) });
  expect(stack.dependencies).toEqual([]);
});

describe('fails', () => {
  test.each<[string, object, RegExp]>([
    ['with provisioned throughput of no size', { throughputMode: efs.ThroughputMode.PROVISIONED }, /'provisionedThroughputPerSecond' must be set with/],
    ['with a provisioned size in another mode', { provisionedThroughputPerSecond: Size.mebibytes(1) }, /'provisionedThroughputPerSecond' must not be set without/],
    ['with elastic throughput and max I/O', { throughputMode: efs.ThroughputMode.ELASTIC, performanceMode: efs.PerformanceMode.MAX_IO },
      /'performanceMode' must be generalPurpose with elastic throughput, got "maxIO"/],
  ])('%s', (_name, props, message) => {
    const stack = new Stack();
    expect(() => new BackedUpFileSystem(stack, 'Data', { vpc: vpcOf(stack), ...props })).toThrow(message);
    expect(stack.node.findChild('Data').node.children).toEqual([]);
  });

  test('with a plan of another Region', () => {
    const app = new App();
    const env = { account: '123456789012', region: 'eu-west-1' };
    const backupPlan = new EfsBackupPlan(new Stack(app, 'Far', { env: { ...env, region: 'us-east-1' } }), 'Plan');
    const stack = new Stack(app, 'Near', { env });
    expect(() => new BackedUpFileSystem(stack, 'Data', { vpc: vpcOf(stack), backupPlan }))
      .toThrow(/'backupPlan' must be in the account and Region of the file system \(123456789012 eu-west-1\), got "123456789012 us-east-1"/);
  });
});

test('does not compare Regions that are tokens', () => {
  const app = new App();
  const backupPlan = new EfsBackupPlan(new Stack(app, 'Somewhere'), 'Plan');
  const stack = new Stack(app, 'Near', { env: { account: '123456789012', region: 'eu-west-1' } });
  expect(() => new BackedUpFileSystem(stack, 'Data', { vpc: vpcOf(stack), backupPlan })).not.toThrow();
});

test('passes a size that is a token', () => {
  const stack = new Stack();
  new BackedUpFileSystem(stack, 'Data', {
    vpc: vpcOf(stack),
    throughputMode: efs.ThroughputMode.PROVISIONED,
    provisionedThroughputPerSecond: Size.mebibytes(new CfnParameter(stack, 'Throughput', { type: 'Number' }).valueAsNumber),
  });
  Template.fromStack(stack).hasResourceProperties(TYPE, { ProvisionedThroughputInMibps: { Ref: 'Throughput' } });
});
