import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Stack } from 'aws-cdk-lib/core';
import { addWorkflow, CONTEXTS, FILE_SYSTEM_ARN, fileSystemOf, IRELAND, makeStack, permissionsOf, theOne, trustOf, vpcOf } from './fixture';
import { BackedUpFileSystem } from '../../src/file-system';

const WORKER = 'RestoreWorkerFunction';
const ACCESS_POINT = 'AWS::EFS::AccessPoint';
const groupOf = (stack: Stack) => theOne(stack, 'AWS::EC2::SecurityGroup', 'RestoreWorkerSecurityGroup');
const groupIdOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'GroupId'] });
const functionOf = (stack: Stack) => theOne(stack, 'AWS::Lambda::Function', WORKER)[1];

describe.each(CONTEXTS)('with %s', (_name, context) => {
  let stack: Stack;
  beforeEach(() => {
    stack = makeStack(context);
  });

  test('mounts the root of the file system as uid 0, and leaves its owner and mode as they are', () => {
    addWorkflow(stack);
    const [accessPoint, { Properties }] = theOne(stack, ACCESS_POINT, 'RestoreWorkerAccessPoint');
    expect(Properties).toEqual({
      FileSystemId: stack.resolve(fileSystemOf(stack).fileSystemId),
      PosixUser: { Uid: '0', Gid: '0' },
      RootDirectory: { Path: '/' }, // no CreationInfo
    });
    expect(functionOf(stack).Properties.FileSystemConfigs).toEqual([{ Arn: { 'Fn::GetAtt': [accessPoint, 'Arn'] }, LocalMountPath: '/mnt/efs' }]);
  });

  test('has the time, the memory and the threads that the work on a network file system takes', () => {
    addWorkflow(stack);
    expect(functionOf(stack).Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Timeout: 900,
      MemorySize: 1769,
      TracingConfig: { Mode: 'Active' },
    });
    // the whole environment: MOUNT_CHECK, which only rehearsals set, is not in it
    expect(functionOf(stack).Properties.Environment).toEqual({ Variables: { MOUNT_PATH: '/mnt/efs', UV_THREADPOOL_SIZE: '64' } });
  });

  test('lies in the VPC and reaches the mount targets by port 2049, and nothing else', () => {
    addWorkflow(stack);
    const template = Template.fromStack(stack);
    const [worker, { Properties: group }] = groupOf(stack);
    const [mountTargets] = theOne(stack, 'AWS::EC2::SecurityGroup', 'FileSystem');
    expect(functionOf(stack).Properties.VpcConfig).toEqual({
      SecurityGroupIds: [groupIdOf(worker)],
      SubnetIds: vpcOf(stack).isolatedSubnets.map(({ subnetId }) => stack.resolve(subnetId)),
    });
    expect(group.SecurityGroupEgress).toBeUndefined(); // the rules are resources of their own
    expect(group.SecurityGroupIngress).toBeUndefined();
    expect(group.GroupDescription).toBe('File-system worker of Stack/Restore/Worker: NFS to the mount targets and nothing else');
    const nfs = { IpProtocol: 'tcp', FromPort: 2049, ToPort: 2049, Description: 'NFS from the file-system worker' };
    const rules = (type: string) => Object.values(template.findResources(type)).map(({ Properties }) => Properties);
    expect(rules('AWS::EC2::SecurityGroupEgress')).toEqual([{ ...nfs, GroupId: groupIdOf(worker), DestinationSecurityGroupId: groupIdOf(mountTargets) }]);
    expect(rules('AWS::EC2::SecurityGroupIngress')).toEqual([{ ...nfs, GroupId: groupIdOf(mountTargets), SourceSecurityGroupId: groupIdOf(worker) }]);
  });

  test('is made after the mount targets and after its permissions', () => {
    addWorkflow(stack);
    const targets = Object.keys(Template.fromStack(stack).findResources('AWS::EFS::MountTarget'));
    expect(targets).toHaveLength(2);
    const { DependsOn, Properties } = functionOf(stack);
    expect(DependsOn).toEqual(expect.arrayContaining(targets));
    expect(Properties.Role).toEqual({ 'Fn::GetAtt': [theOne(stack, 'AWS::IAM::Role', WORKER)[0], 'Arn'] });
  });

  test('may do nothing but act on this file system through its access point, log, trace and be in a VPC', () => {
    addWorkflow(stack);
    expect(trustOf(stack, WORKER)).toEqual([{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }]);
    const client = 'on <FileSystem.Arn> if {"StringEquals":{"elasticfilesystem:AccessPointArn":"<RestoreWorkerAccessPoint.Arn>"}}';
    expect(permissionsOf(stack, WORKER)).toEqual([
      'ec2:AssignPrivateIpAddresses on *',
      'ec2:CreateNetworkInterface on *',
      'ec2:DeleteNetworkInterface on *',
      'ec2:DescribeNetworkInterfaces on *',
      'ec2:DescribeSubnets on *',
      'ec2:UnassignPrivateIpAddresses on *',
      `elasticfilesystem:ClientMount ${client}`,
      `elasticfilesystem:ClientRootAccess ${client}`,
      `elasticfilesystem:ClientWrite ${client}`,
      'logs:CreateLogStream on <RestoreWorkerFunctionLogGroup.Arn>',
      'logs:PutLogEvents on <RestoreWorkerFunctionLogGroup.Arn>',
      'xray:PutTelemetryRecords on *',
      'xray:PutTraceSegments on *',
    ]);
  });

  test('of a BackedUpFileSystem is the same, made by its method or by hand', () => {
    const data = new BackedUpFileSystem(stack, 'Data', { vpc: vpcOf(stack) });
    data.addRestoreWorkflow('Restore');
    addWorkflow(stack, { fileSystem: data, backupVault: data.backupVault });
    const template = Template.fromStack(stack);
    const targets = Object.keys(template.findResources('AWS::EFS::MountTarget'));
    for (const prefix of ['DataRestoreWorkerFunction', 'RestoreWorkerFunction']) {
      expect(theOne(stack, 'AWS::Lambda::Function', prefix)[1].DependsOn).toEqual(expect.arrayContaining(targets));
    }
    template.resourceCountIs('AWS::EC2::SecurityGroupEgress', 2);
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 2);
  });
});

test('takes what it is given', () => {
  const stack = makeStack();
  const key = new kms.Key(stack, 'Key');
  addWorkflow(stack, {
    encryptionKey: key,
    logRetention: logs.RetentionDays.THREE_MONTHS,
    runtime: lambda.Runtime.NODEJS_22_X,
    vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC },
  });
  expect(functionOf(stack).Properties).toMatchObject({
    Runtime: 'nodejs22.x',
    VpcConfig: { SubnetIds: vpcOf(stack).publicSubnets.map(({ subnetId }) => stack.resolve(subnetId)) },
  });
  expect(theOne(stack, 'AWS::Logs::LogGroup', WORKER)[1].Properties).toEqual({ KmsKeyId: stack.resolve(key.keyArn), RetentionInDays: 90 });
});

describe('the subnets of a BackedUpFileSystem', () => {
  const subnetsOf = (stack: Stack) => theOne(stack, 'AWS::Lambda::Function', 'DataRestoreWorkerFunction')[1].Properties.VpcConfig.SubnetIds;

  test('are those of its mount targets', () => {
    const stack = makeStack();
    const data = new BackedUpFileSystem(stack, 'Data', { vpc: vpcOf(stack), vpcSubnets: { subnets: [vpcOf(stack).publicSubnets[1]] } });
    data.addRestoreWorkflow('Restore', { vpcSubnets: undefined });
    expect(subnetsOf(stack)).toEqual([stack.resolve(vpcOf(stack).publicSubnets[1].subnetId)]);
  });

  test('are others if others are named', () => {
    const stack = makeStack();
    const data = new BackedUpFileSystem(stack, 'Data', { vpc: vpcOf(stack), vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC } });
    data.addRestoreWorkflow('Restore', { vpcSubnets: { subnets: [vpcOf(stack).isolatedSubnets[0]] } });
    expect(subnetsOf(stack)).toEqual([stack.resolve(vpcOf(stack).isolatedSubnets[0].subnetId)]);
  });
});

/** The security groups that the worker may reach, by port 2049 alone. */
const reached = (stack: Stack) => Object.values(Template.fromStack(stack).findResources('AWS::EC2::SecurityGroupEgress')).map(({ Properties: rule }) => {
  expect(rule).toMatchObject({ GroupId: groupIdOf(groupOf(stack)[0]), IpProtocol: 'tcp', FromPort: 2049, ToPort: 2049 });
  return rule.DestinationSecurityGroupId;
});

describe('a file system that is imported', () => {
  const fileSystem = (stack: Stack) => efs.CfnFileSystem.fromFileSystemArn(stack, 'Imported', FILE_SYSTEM_ARN);

  test('by its ARN: lets the user connect', () => {
    const stack = makeStack({}, IRELAND);
    const mountTargets = ec2.SecurityGroup.fromSecurityGroupId(stack, 'MountTargets', 'sg-0123456789abcdef0');
    const workflow = addWorkflow(stack, { fileSystem: fileSystem(stack) });
    mountTargets.connections.allowFrom(workflow, ec2.Port.NFS);
    const template = Template.fromStack(stack);
    template.hasResourceProperties(ACCESS_POINT, { FileSystemId: 'fs-0123456789abcdef0' });
    const [worker] = groupOf(stack);
    expect(reached(stack)).toEqual(['sg-0123456789abcdef0']);
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { GroupId: 'sg-0123456789abcdef0', SourceSecurityGroupId: groupIdOf(worker), FromPort: 2049 });
  });

  test('by its ARN: reaches nothing until then', () => {
    const stack = makeStack({}, IRELAND);
    addWorkflow(stack, { fileSystem: fileSystem(stack) });
    // how the L2 words "no outbound traffic", since none at all would mean all of it
    expect(groupOf(stack)[1].Properties.SecurityGroupEgress).toEqual([expect.objectContaining({ CidrIp: '255.255.255.255/32' })]);
  });

  test('by its ARN, with security groups', () => {
    const stack = makeStack({}, IRELAND);
    const groups = ['sg-0123456789abcdef0', 'sg-0123456789abcdef1'];
    const fileSystemSecurityGroups = groups.map((id) => ec2.SecurityGroup.fromSecurityGroupId(stack, id, id));
    addWorkflow(stack, { fileSystem: fileSystem(stack), fileSystemSecurityGroups });
    expect(reached(stack)).toEqual(groups);
  });

  test('by its attributes: is reached by its security group', () => {
    const stack = makeStack({}, IRELAND);
    addWorkflow(stack, {
      fileSystem: efs.FileSystem.fromFileSystemAttributes(stack, 'Imported', {
        fileSystemId: 'fs-0123456789abcdef0',
        securityGroup: ec2.SecurityGroup.fromSecurityGroupId(stack, 'MountTargets', 'sg-0123456789abcdef0'),
      }),
    });
    expect(reached(stack)).toEqual(['sg-0123456789abcdef0']);
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', { GroupId: 'sg-0123456789abcdef0', FromPort: 2049 });
    expect(permissionsOf(stack, WORKER)).toContainEqual(expect.stringMatching(
      /^elasticfilesystem:ClientMount on arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system\/fs-0123456789abcdef0 if /,
    ));
  });
});

test('takes the L1 of a file system', () => {
  const stack = makeStack();
  const fileSystem = new efs.CfnFileSystem(stack, 'Raw', { encrypted: true });
  addWorkflow(stack, { fileSystem });
  Template.fromStack(stack).hasResourceProperties(ACCESS_POINT, { FileSystemId: { Ref: 'Raw' } });
  expect(permissionsOf(stack, WORKER)).toContainEqual(expect.stringMatching(/^elasticfilesystem:ClientWrite on <Raw\.Arn> if /));
});

test('describes its security group within the limit of EC2, however deep it lies', () => {
  const stack = makeStack();
  addWorkflow(stack, {}, 'X'.repeat(240));
  expect(theOne(stack, 'AWS::EC2::SecurityGroup', 'XX')[1].Properties.GroupDescription).toHaveLength(255);
});
