import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { App, CfnParameter, Duration, RemovalPolicy, Size, Stack, Validations } from 'aws-cdk-lib/core';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';
import { AutomaticBackups, BackedUpFileSystem, EfsFileSystemPolicy } from '../../src/file-system';
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

  test('with finalBackup it is backed up into the vault of its plan before it is deleted', () => {
    const data = new BackedUpFileSystem(stack, 'Data', { vpc: vpcOf(stack), removalPolicy: RemovalPolicy.DESTROY, finalBackup: { deleteAfter: Duration.days(90) } });
    Template.fromStack(stack).hasResourceProperties('Custom::EfsFinalBackup', {
      FileSystemId: stack.resolve(data.fileSystemRef.fileSystemId),
      BackupVaultName: stack.resolve(data.backupVault.backupVaultRef.backupVaultName),
      RoleArn: stack.resolve(data.backupPlan.role.roleArn),
      DeleteAfterDays: '90',
    });
    expect(() => new BackedUpFileSystem(stack, 'Other', { vpc: vpcOf(stack), automaticBackups: AutomaticBackups.INSTEAD_OF_PLAN, finalBackup: {} }))
      .toThrow(/'finalBackup' must not be combined with 'automaticBackups' INSTEAD_OF_PLAN/);
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
    new BackedUpFileSystem(stack, 'Data', { vpc: vpcOf(stack), fileSystemPolicy: EfsFileSystemPolicy.fromPolicyDocument(new iam.PolicyDocument({ statements: [statement] })) });
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
    automaticBackups: AutomaticBackups.BESIDE_PLAN,
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

describe('automatic backups', () => {
  const written = (props: object, stack = new Stack()) => {
    const data = new BackedUpFileSystem(stack, 'Data', { vpc: vpcOf(stack), ...props });
    const [fileSystem] = Object.values(Template.fromStack(stack).findResources(TYPE));
    return { data, stack, status: fileSystem.Properties.BackupPolicy, tags: JSON.stringify(fileSystem.Properties.FileSystemTags) };
  };
  const zone = { availabilityZone: 'dummy1a' };

  test.each<[AutomaticBackups | undefined, object, string]>([
    [undefined, {}, 'DISABLED'],
    [undefined, zone, 'DISABLED'],
    [AutomaticBackups.LEFT_TO_PLAN, {}, 'DISABLED'],
    [AutomaticBackups.LEFT_TO_PLAN, zone, 'DISABLED'],
    [AutomaticBackups.BESIDE_PLAN, {}, 'ENABLED'],
    [AutomaticBackups.BESIDE_PLAN, zone, 'ENABLED'],
    [AutomaticBackups.INSTEAD_OF_PLAN, {}, 'ENABLED'],
    [AutomaticBackups.INSTEAD_OF_PLAN, zone, 'ENABLED'],
  ])('as %s are written to the template, Regional or One Zone: %j', (automaticBackups, where, status) => {
    expect(written({ automaticBackups, ...where }).status).toEqual({ Status: status });
  });

  test('left to the plan and instead of it do not warn', () => {
    for (const automaticBackups of [AutomaticBackups.LEFT_TO_PLAN, AutomaticBackups.INSTEAD_OF_PLAN]) {
      Annotations.fromStack(written({ automaticBackups }).stack).hasNoWarning('*', Match.anyValue());
    }
  });

  test('beside the plan warn, until somebody says why', () => {
    const stack = new Stack(new App(), 'Stack');
    const { data } = written({ automaticBackups: AutomaticBackups.BESIDE_PLAN }, stack);
    Annotations.fromStack(stack).hasWarning('/Stack/Data', Match.stringLikeRegexp('two chains of backups, two bills, .*automaticBackupsBesidePlan'));
    const other = new Stack(new App(), 'Stack');
    const acknowledged = new BackedUpFileSystem(other, 'Data', { vpc: vpcOf(other), automaticBackups: AutomaticBackups.BESIDE_PLAN });
    Validations.of(acknowledged).acknowledge({ id: 'cdk-efs-backup:automaticBackupsBesidePlan', reason: 'CT.ELASTICFILESYSTEM.PR.2 demands it' });
    Annotations.fromStack(other).hasNoWarning('/Stack/Data', Match.anyValue());
    expect(data.backupPlan).toBeInstanceOf(EfsBackupPlan);
  });

  test('instead of a plan make no plan, no vault, no role and no tag, and are what is restored from', () => {
    const { data, stack, tags } = written({ automaticBackups: AutomaticBackups.INSTEAD_OF_PLAN });
    const template = Template.fromStack(stack);
    for (const type of ['AWS::Backup::BackupPlan', 'AWS::Backup::BackupVault', 'AWS::Backup::BackupSelection', 'AWS::IAM::Role']) {
      template.resourceCountIs(type, 0);
    }
    expect(tags).not.toContain('efs-backup-plan');
    expect(data.backupVault.backupVaultRef.backupVaultName).toBe('aws/efs/automatic-backup-vault');
    expect(() => data.backupPlan).toThrow(/'backupPlan' must not be asked for: with 'automaticBackups' INSTEAD_OF_PLAN.*; use AutomaticBackups.LEFT_TO_PLAN/);
    expect(findingsUnder(stack.node.root as App, 'Default/Data')).toEqual([]);
  });

  test('instead of a plan are what a restore takes its recovery points from', () => {
    const stack = new Stack();
    new BackedUpFileSystem(stack, 'Data', { vpc: vpcOf(stack), automaticBackups: AutomaticBackups.INSTEAD_OF_PLAN }).addRestoreWorkflow('Restore');
    expect(JSON.stringify(Template.fromStack(stack).findResources('AWS::Lambda::Function'))).toContain('"BACKUP_VAULT_NAME":"aws/efs/automatic-backup-vault"');
  });
});

describe('a One Zone file system', () => {
  test('has one mount target, in its zone, where the worker of its restores is, too', () => {
    const stack = new Stack(new App(), 'Stack', { env: { account: '123456789012', region: 'eu-west-1' } });
    const vpc = new ec2.Vpc(stack, 'Vpc', { availabilityZones: ['eu-west-1a', 'eu-west-1b'] });
    const data = new BackedUpFileSystem(stack, 'Data', { vpc, availabilityZone: 'eu-west-1b' });
    data.addRestoreWorkflow('Restore');
    const template = Template.fromStack(stack);
    template.hasResourceProperties(TYPE, { AvailabilityZoneName: 'eu-west-1b' });
    const subnetId = stack.resolve(vpc.privateSubnets[1].subnetId);
    template.resourceCountIs('AWS::EFS::MountTarget', 1);
    template.hasResourceProperties('AWS::EFS::MountTarget', { SubnetId: subnetId });
    template.hasResourceProperties('AWS::Lambda::Function', { VpcConfig: Match.objectLike({ SubnetIds: [subnetId] }) });
  });

  test('takes the zone of a VPC whose zones are not known yet', () => {
    const stack = new Stack();
    const vpc = vpcOf(stack);
    new BackedUpFileSystem(stack, 'Data', { vpc, availabilityZone: vpc.availabilityZones[0] });
    Template.fromStack(stack).hasResourceProperties(TYPE, { AvailabilityZoneName: stack.resolve(vpc.availabilityZones[0]) });
  });

  test('is not made in a zone that the VPC does not have, nor with subnets of others', () => {
    const stack = new Stack(new App(), 'Stack', { env: { account: '123456789012', region: 'eu-west-1' } });
    const vpc = new ec2.Vpc(stack, 'Vpc', { availabilityZones: ['eu-west-1a'] });
    expect(() => new BackedUpFileSystem(stack, 'Data', { vpc, availabilityZone: 'eu-west-1c', vpcSubnets: {} }))
      .toThrow(/2 problems:\n1. 'availabilityZone' must be one of the VPC \(eu-west-1a\), got "eu-west-1c".*\n2. 'vpcSubnets' must not be combined/);
  });
});

test('passes on lifecycle, replication and access points', () => {
  const stack = new Stack();
  const data = new BackedUpFileSystem(stack, 'Data', {
    vpc: vpcOf(stack),
    throughputMode: efs.ThroughputMode.ELASTIC,
    lifecyclePolicy: efs.LifecyclePolicy.AFTER_30_DAYS,
    transitionToArchivePolicy: efs.LifecyclePolicy.AFTER_90_DAYS,
    outOfInfrequentAccessPolicy: efs.OutOfInfrequentAccessPolicy.AFTER_1_ACCESS,
    replicationConfiguration: efs.ReplicationConfiguration.regionalFileSystem('eu-central-1'),
    replicationOverwriteProtection: efs.ReplicationOverwriteProtection.ENABLED,
  });
  const accessPoint = data.addAccessPoint('Projects', { path: '/projects', posixUser: { uid: '1000', gid: '1000' } });
  const template = Template.fromStack(stack);
  template.hasResourceProperties(TYPE, {
    LifecyclePolicies: [{ TransitionToIA: 'AFTER_30_DAYS' }, { TransitionToPrimaryStorageClass: 'AFTER_1_ACCESS' }, { TransitionToArchive: 'AFTER_90_DAYS' }],
    ReplicationConfiguration: { Destinations: [{ Region: 'eu-central-1' }] },
    FileSystemProtection: { ReplicationOverwriteProtection: 'ENABLED' },
  });
  template.hasResourceProperties('AWS::EFS::AccessPoint', {
    FileSystemId: stack.resolve(data.fileSystem.fileSystemId), PosixUser: { Uid: '1000', Gid: '1000' }, RootDirectory: { Path: '/projects' },
  });
  expect(accessPoint.fileSystem).toBe(data.fileSystem);
});

test.each<[RemovalPolicy | undefined, string, string]>([
  [undefined, 'Retain', 'Retain'],
  [RemovalPolicy.RETAIN, 'Retain', 'Retain'],
  [RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, 'RetainExceptOnCreate', 'Retain'],
  [RemovalPolicy.DESTROY, 'Delete', 'Delete'],
])('the removal policy %s', (removalPolicy, onDeletion, onReplacement) => {
  const stack = new Stack();
  new BackedUpFileSystem(stack, 'Data', { vpc: vpcOf(stack), removalPolicy });
  Template.fromStack(stack).hasResource(TYPE, { DeletionPolicy: onDeletion, UpdateReplacePolicy: onReplacement });
});

describe('a file system policy', () => {
  const document = (...statements: iam.PolicyStatement[]) => EfsFileSystemPolicy.fromPolicyDocument(new iam.PolicyDocument({ statements }));
  const writes = () => new iam.PolicyStatement({ principals: [new iam.AnyPrincipal()], actions: ['elasticfilesystem:ClientWrite'] });

  test('of the user that lets nobody mount warns', () => {
    const stack = new Stack(new App(), 'Stack');
    new BackedUpFileSystem(stack, 'Data', { vpc: vpcOf(stack), fileSystemPolicy: document(writes()) });
    Annotations.fromStack(stack).hasWarning('/Stack/Data', Match.stringLikeRegexp('none of them mount.*policyWithoutMount'));
  });

  test('that shuts out AWS Backup is told with everything else', () => {
    const stack = new Stack();
    const fileSystemPolicy = document(new iam.PolicyStatement({ effect: iam.Effect.DENY, principals: [new iam.AnyPrincipal()], actions: ['elasticfilesystem:*'] }));
    expect(() => new BackedUpFileSystem(stack, 'Data', { vpc: vpcOf(stack), fileSystemPolicy, removalPolicy: RemovalPolicy.SNAPSHOT }))
      .toThrow(/2 problems:\n1. 'removalPolicy' must not be SNAPSHOT.*'finalBackup'.*\n2. 'fileSystemPolicy.Statement\[0\]' must not deny elasticfilesystem:Backup and elasticfilesystem:Restore/);
  });

  test('that shuts out AWS Backup later, or lets nobody in, fails the synth', () => {
    for (const late of [true, false]) {
      const stack = new Stack(new App(), 'Stack');
      const fileSystemPolicy = EfsFileSystemPolicy.iamClientsOnly();
      new BackedUpFileSystem(stack, 'Data', { vpc: vpcOf(stack), fileSystemPolicy });
      if (late) {
        fileSystemPolicy.denyBackup(new iam.AnyPrincipal());
      }
      expect(() => (stack.node.root as App).synth()).toThrow(late ? /must not deny elasticfilesystem:Backup to everyone/ : /'fileSystemPolicy' must hold a statement/);
    }
  });
});

describe('fails', () => {
  test.each<[string, object, RegExp]>([
    ['with max I/O in One Zone', { availabilityZone: 'dummy1a', performanceMode: efs.PerformanceMode.MAX_IO }, /'performanceMode' must be generalPurpose for a One Zone/],
    ['with a replication of what may be overwritten', {
      replicationConfiguration: efs.ReplicationConfiguration.regionalFileSystem('eu-central-1'),
      replicationOverwriteProtection: efs.ReplicationOverwriteProtection.DISABLED,
    }, /'replicationConfiguration' must not be set with 'replicationOverwriteProtection' DISABLED/],
    ['with a snapshot', { removalPolicy: RemovalPolicy.SNAPSHOT }, /'removalPolicy' must not be SNAPSHOT.*got "snapshot"; use RemovalPolicy.RETAIN/],
    ['with throughput below the least', { throughputMode: efs.ThroughputMode.PROVISIONED, provisionedThroughputPerSecond: Size.kibibytes(512) },
      /must be at least 1 MiB a second, got "0.5 MiB"/],
    ['with provisioned throughput of no size', { throughputMode: efs.ThroughputMode.PROVISIONED }, /'provisionedThroughputPerSecond' must be set with/],
    ['with a provisioned size in another mode', { provisionedThroughputPerSecond: Size.mebibytes(1) }, /'provisionedThroughputPerSecond' must not be set without/],
    ['with elastic throughput and max I/O', { throughputMode: efs.ThroughputMode.ELASTIC, performanceMode: efs.PerformanceMode.MAX_IO },
      /'performanceMode' must be generalPurpose with elastic throughput, got "maxIO"/],
  ])('%s', (_name, props, message) => {
    const stack = new Stack();
    expect(() => new BackedUpFileSystem(stack, 'Data', { vpc: vpcOf(stack), ...props })).toThrow(message);
    expect(stack.node.findChild('Data').node.children).toEqual([]);
  });

  test('with a plan, and automatic backups instead of it', () => {
    const stack = new Stack();
    const backupPlan = new EfsBackupPlan(stack, 'Plan');
    expect(() => new BackedUpFileSystem(stack, 'Data', { vpc: vpcOf(stack), backupPlan, automaticBackups: AutomaticBackups.INSTEAD_OF_PLAN }))
      .toThrow(/'backupPlan' must not be combined with 'automaticBackups' INSTEAD_OF_PLAN: .*, got "Default\/Plan"/);
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
