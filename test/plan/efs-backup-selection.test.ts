import { Match, Template } from 'aws-cdk-lib/assertions';
import * as backup from 'aws-cdk-lib/aws-backup';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { App, CfnParameter, Stack } from 'aws-cdk-lib/core';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';
import { EfsBackupSelection, FileSystemSelector } from '../../src/plan';
import { findings } from '../private/nag';

const TYPE = 'AWS::Backup::BackupSelection';
const env = { account: '123456789012', region: 'eu-west-1' };

function select(stack: Stack, fileSystems: FileSystemSelector, backupSelectionName?: string) {
  return new EfsBackupSelection(stack, 'Selection', {
    backupPlan: backup.BackupPlan.fromBackupPlanId(stack, 'Plan', 'plan-id'),
    role: iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::123456789012:role/backup'),
    fileSystems,
    backupSelectionName,
  });
}

const imported = (stack: Stack, id: string, arn: string) => efs.CfnFileSystem.fromFileSystemArn(stack, id, arn);
const attributes = (stack: Stack, id: string, fileSystemArn: string) => efs.FileSystem.fromFileSystemAttributes(stack, id, {
  fileSystemArn,
  securityGroup: ec2.SecurityGroup.fromSecurityGroupId(stack, `${id}SecurityGroup`, 'sg-0123456789abcdef0'),
});
const arnOf = (n: number) => `arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/fs-${n.toString(16).padStart(17, '0')}`;
const many = (stack: Stack, count: number) => Array.from({ length: count }, (_, n) => imported(stack, `Imported${n}`, arnOf(n)));

describe.each([['recommended feature flags', flags], ['no feature flags', {}]])('with %s', (_name, context) => {
  let app: App;
  let stack: Stack;
  beforeEach(() => {
    app = new App({ context: { ...context } });
    stack = new Stack(app, 'Stack', { env });
  });

  test('selects file systems by their own ARN, each once', () => {
    const fileSystem = new efs.CfnFileSystem(stack, 'FileSystem', { encrypted: true });
    const selection = select(stack, FileSystemSelector.fileSystems(fileSystem, imported(stack, 'Imported', arnOf(1)), fileSystem));
    const template = Template.fromStack(stack);
    template.hasResourceProperties(TYPE, {
      BackupPlanId: 'plan-id',
      BackupSelection: {
        SelectionName: Match.stringLikeRegexp('^Stack-Selection-[A-Z0-9]{8}$'),
        IamRoleArn: 'arn:aws:iam::123456789012:role/backup',
        Resources: [{ 'Fn::GetAtt': ['FileSystem', 'Arn'] }, arnOf(1)],
        Conditions: Match.absent(),
        ListOfTags: Match.absent(),
        NotResources: Match.absent(),
      },
    });
    expect(stack.resolve(selection.selectionId)).toEqual({ 'Fn::GetAtt': [expect.any(String), 'SelectionId'] });
    expect(findings(app)).toEqual([]);
  });

  test('asks for all tags, of file systems only', () => {
    const agnostic = new Stack(app, 'Agnostic');
    select(agnostic, FileSystemSelector.taggedWith({ key: 'backup', value: 'daily' }, { key: 'stage', value: 'prod' }), 'tagged');
    Template.fromStack(agnostic).hasResourceProperties(TYPE, {
      BackupSelection: {
        SelectionName: 'tagged',
        Resources: [{ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':elasticfilesystem:*:*:file-system/*']] }],
        Conditions: {
          StringEquals: [
            { ConditionKey: 'aws:ResourceTag/backup', ConditionValue: 'daily' },
            { ConditionKey: 'aws:ResourceTag/stage', ConditionValue: 'prod' },
          ],
        },
        ListOfTags: Match.absent(),
      },
    });
  });
});

test.each([['aws-cn', 'cn-north-1'], ['aws-us-gov', 'us-gov-west-1']])('writes partition %s where CDK knows it', (partition, region) => {
  const stack = new Stack(new App({ context: { '@aws-cdk/core:enablePartitionLiterals': true } }), 'Stack', { env: { account: '123456789012', region } });
  select(stack, FileSystemSelector.taggedWith({ key: 'backup', value: 'daily' }));
  Template.fromStack(stack).hasResourceProperties(TYPE, { BackupSelection: { Resources: [`arn:${partition}:elasticfilesystem:*:*:file-system/*`] } });
});

test('keeps the partition, account and Region of an imported file system', () => {
  const stack = new Stack(); // its account and Region are unknown, so there is nothing to compare
  const arn = 'arn:aws-cn:elasticfilesystem:cn-north-1:210987654321:file-system/fs-0123456789abcdef0';
  select(stack, FileSystemSelector.fileSystems(imported(stack, 'Imported', arn)));
  Template.fromStack(stack).hasResourceProperties(TYPE, { BackupSelection: { Resources: [arn] } });
});

test('takes as many file systems and tags as AWS Backup does', () => {
  const stack = new Stack(new App(), 'Stack', { env });
  select(stack, FileSystemSelector.fileSystems(...many(stack, 500)));
  const tagged = new Stack(new App(), 'Stack', { env });
  select(tagged, FileSystemSelector.taggedWith(...Array.from({ length: 30 }, (_, n) => ({ key: `key${n}`, value: '' }))));
  const [selection] = Object.values(Template.fromStack(stack).findResources(TYPE));
  expect(selection.Properties.BackupSelection.Resources).toHaveLength(500);
});

describe('fails', () => {
  const tag = { key: 'backup', value: 'daily' };
  test.each<[string, (stack: Stack) => FileSystemSelector, RegExp]>([
    ['without file systems', () => FileSystemSelector.fileSystems(), /'fileSystems' must hold 1 to 500 file systems, got 0; name the file systems/],
    ['with 501 file systems', (stack) => FileSystemSelector.fileSystems(...many(stack, 501)), /got 501; use several selections/],
    ['without tags', () => FileSystemSelector.taggedWith(), /'tags' must hold 1 to 30 tags, got 0/],
    ['with 31 tags', () => FileSystemSelector.taggedWith(...Array.from({ length: 31 }, (_, n) => ({ key: `${n}`, value: '' }))), /got 31/],
    ['with one key twice', () => FileSystemSelector.taggedWith(tag, { key: 'backup', value: 'weekly' }), /'tags\[1\].key' must differ from the other keys.*got "backup"/],
    ['with an empty key', () => FileSystemSelector.taggedWith({ key: '', value: 'daily' }), /'tags\[0\].key' must be 1 to 128 characters/],
    ['with a long key', () => FileSystemSelector.taggedWith({ key: 'x'.repeat(129), value: '' }), /'tags\[0\].key'/],
    ['with a long value', () => FileSystemSelector.taggedWith({ key: 'x', value: 'x'.repeat(257) }), /'tags\[0\].value' must be up to 256/],
    ['with another Region', (stack) => FileSystemSelector.fileSystems(imported(stack, 'Far', arnOf(1).replace('eu-west-1', 'us-east-1'))),
      /'fileSystems\[0\]' must be in the account and Region of the backup plan, got "123456789012 us-east-1"/],
    ['with another Region that only the ARN knows', (stack) => FileSystemSelector.fileSystems(attributes(stack, 'Far', arnOf(1).replace('eu-west-1', 'us-east-1'))),
      /got "123456789012 us-east-1"/],
    ['with another account', (stack) => FileSystemSelector.fileSystems(imported(stack, 'Far', arnOf(1).replace('123456789012', '210987654321'))),
      /got "210987654321 eu-west-1"/],
  ])('%s', (_name, selector, message) => {
    const stack = new Stack(new App(), 'Stack', { env });
    expect(() => select(stack, selector(stack))).toThrow(message);
    expect(stack.node.findChild('Selection').node.children).toEqual([]);
  });

  test.each(['', 'with space', 'x'.repeat(51)])('with the name %j', (name) => {
    expect(() => select(new Stack(), FileSystemSelector.taggedWith(tag), name)).toThrow(/'backupSelectionName' must be 1 to 50 letters/);
  });
});

test('checks nothing that is a token', () => {
  const stack = new Stack(new App(), 'Stack', { env });
  const text = new CfnParameter(stack, 'Text').valueAsString;
  const other = new CfnParameter(stack, 'Other').valueAsString;
  const arn = new CfnParameter(stack, 'Arn').valueAsString;
  select(stack, FileSystemSelector.fileSystems(attributes(stack, 'Imported', arn)), text);
  Template.fromStack(stack).hasResourceProperties(TYPE, { BackupSelection: { SelectionName: { Ref: 'Text' }, Resources: [{ Ref: 'Arn' }] } });

  const tagged = new Stack(new App(), 'Stack', { env });
  expect(() => select(tagged, FileSystemSelector.taggedWith({ key: text, value: text }, { key: text, value: other }))).not.toThrow();
});
