import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Aws, CfnElement, CfnParameter, CfnResource, Fn, Stack } from 'aws-cdk-lib/core';
import { bundle, removeTemporaryDirectories, synthesize } from './fixture';
import type { Account } from '../../../rehearsal/run/deployed-template';
import { DeployedTemplate } from '../../../rehearsal/run/deployed-template';

afterAll(removeTemporaryDirectories);

const ACCOUNT: Account = { partition: 'aws-cn', region: 'cn-north-1', accountId: '123456789012' };

function deploy(build: (stack: Stack) => void, account: Account = ACCOUNT): DeployedTemplate {
  return DeployedTemplate.fromAssembly(synthesize(build), account);
}

function idOf(element: { node: { defaultChild?: unknown } }): string {
  const child = element.node.defaultChild as CfnElement;
  return Stack.of(child).getLogicalId(child);
}

test('resolves the references of a synthesized function, and finds its code', () => {
  let id = '';
  const template = deploy((stack) => {
    const topic = new Topic(stack, 'Topic', { topicName: 'news' });
    const vault = new BackupVault(stack, 'Vault', { backupVaultName: `vault-${Aws.REGION}` });
    const handler = new LambdaFunction(stack, 'Handler', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromAsset(bundle('exports.handler = async () => "here";')),
      environment: { TOPIC: topic.topicArn, VAULT: vault.backupVaultName, VAULT_ARN: vault.backupVaultArn, SUFFIX: `x.${Aws.URL_SUFFIX}` },
    });
    id = idOf(handler);
  });
  const handler = template.resource(id);
  expect(handler.properties.Environment).toEqual({
    Variables: {
      TOPIC: 'arn:aws-cn:sns:cn-north-1:123456789012:news',
      VAULT: 'vault-cn-north-1',
      VAULT_ARN: 'arn:aws-cn:backup:cn-north-1:123456789012:backup-vault:vault-cn-north-1',
      SUFFIX: 'x.amazonaws.com.cn',
    },
  });
  expect(handler.properties.Role).toMatch(/^arn:aws-cn:iam::123456789012:role\/Demo-HandlerServiceRole[0-9A-F]{8}-[0-9a-f]{12}$/);
  expect(readFileSync(path.join(template.asset(handler), 'index.js'), 'utf8')).toContain('"here"');
  expect(template.resources('AWS::Lambda::Function').map(({ logicalId }) => logicalId)).toEqual([id]);
  expect(template.resources('AWS::EFS::FileSystem')).toEqual([]);
  expect(template.physical(id)).toEqual(template.physical(id));
});

test('resolves both forms of Fn::Sub, and Fn::Select, Fn::Split, Fn::Join, Fn::GetAZs and AWS::NoValue', () => {
  const template = deploy((stack) => {
    new CfnParameter(stack, 'Days', { default: '35' });
    new CfnResource(stack, 'FileSystem', { type: 'AWS::EFS::FileSystem' });
  }, { ...ACCOUNT, resources: { FileSystem: { ref: 'fs-1', attributes: { Arn: 'arn:given' } } } });
  expect(template.resolve({ 'Fn::Sub': '${AWS::StackName} ${FileSystem} ${FileSystem.Arn} ${!Literal} ${Days}' })).toBe('Demo fs-1 arn:given ${Literal} 35');
  expect(template.resolve({ 'Fn::Sub': ['${Mine}/${AWS::AccountId}', { Mine: { Ref: 'Days' } }] })).toBe('35/123456789012');
  expect(template.resolve({ 'Fn::Select': [1, { 'Fn::Split': ['-', { Ref: 'AWS::Region' }] }] })).toBe('north');
  expect(template.resolve({ 'Fn::Select': [0, { 'Fn::GetAZs': '' }] })).toBe('cn-north-1a');
  expect(template.resolve({ 'Fn::Join': ['+', ['a', { Ref: 'Days' }, 3]] })).toBe('a+35+3');
  expect(template.resolve({ kept: 1, left: { Ref: 'AWS::NoValue' }, list: [{ Ref: 'AWS::NoValue' }, 2] })).toEqual({ kept: 1, list: [2] });
  // what the account does not describe is made up by the type, beside what it describes
  expect(template.resolve({ 'Fn::GetAtt': ['FileSystem', 'FileSystemId'] })).toMatch(/^fs-[0-9a-f]{17}$/);
});

test('refuses what it cannot know, and names it', () => {
  const template = deploy((stack) => {
    new CfnResource(stack, 'Robot', { type: 'AWS::RoboMaker::Robot' });
    new Role(stack, 'Role', { assumedBy: new ServicePrincipal('backup.amazonaws.com'), roleName: 'restore' });
    new CfnParameter(stack, 'Image', { type: 'AWS::SSM::Parameter::Value<String>', default: '/name/of/it' });
    new CfnResource(stack, 'Loop', { type: 'AWS::SNS::Topic', properties: { TopicName: { Ref: 'Loop' } } });
  });
  expect(() => template.resolve({ Ref: 'Robot' })).toThrow("Ref of 'Robot' is unknown for the type AWS::RoboMaker::Robot");
  expect(() => template.resolve({ 'Fn::GetAtt': ['Robot', 'Arn'] })).toThrow("Fn::GetAtt 'Robot.Arn' is unknown");
  expect(() => template.resolve({ Ref: 'Absent' })).toThrow("no resource 'Absent'");
  expect(() => template.resolve({ Ref: 'Image' })).toThrow("parameter 'Image'");
  expect(() => template.resolve({ Ref: 'AWS::NotificationARNs' })).toThrow('AWS::NotificationARNs');
  expect(() => template.resolve({ Ref: 'Loop' })).toThrow("'Loop' (AWS::SNS::Topic) refers to itself");
  expect(() => template.resolve(JSON.parse(JSON.stringify({ 'Fn::ImportValue': 'x' })))).toThrow("'Fn::ImportValue' cannot be resolved");
  expect(() => template.resolve({ 'Fn::Select': [7, ['a']] })).toThrow('Fn::Select has no element 7');
  expect(() => template.asset(template.resources('AWS::IAM::Role')[0])).toThrow('has no directory of code');
});

test('a misspelled logical id in the account, and a missing stack, are refused', () => {
  const directory = synthesize((stack) => { new CfnResource(stack, 'A', { type: 'AWS::SNS::Topic', properties: { DisplayName: Fn.ref('AWS::StackName') } }); });
  expect(() => DeployedTemplate.fromAssembly(directory, { resources: { B: { ref: 'b' } } })).toThrow("no resource 'B'; it has: A");
  expect(() => DeployedTemplate.fromAssembly(directory, {}, 'Other')).toThrow("0 stacks for 'Other'");
  expect(DeployedTemplate.fromAssembly(directory, { stackName: 'Renamed' }).resource('A').properties.DisplayName).toBe('Renamed');
});
