import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';
import { App, Aspects, Mixins, Shims, Stack, Tags } from 'aws-cdk-lib/core';
import { BackedUpByPlan, EfsBackupPlan, EfsTagCondition, FileSystemSelector } from '../../src/plan';

const env = { account: '123456789012', region: 'eu-west-1' };
const arnOf = (id: string) => `arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/${id}`;
const ID = 'fs-0123456789abcdef0';
const EVERY = 'arn:<AWS::Partition>:elasticfilesystem:*:*:file-system/*';
let app: App;
let stack: Stack;
let plan: EfsBackupPlan;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack', { env });
  plan = new EfsBackupPlan(stack, 'Plan');
});
const text = (value: any): string => typeof value === 'string' ? value
  : value['Fn::Join']?.[1].map(text).join('') ?? (value.Ref ? `<${value.Ref}>` : JSON.stringify(value));
/** What the selection "Selection" asks for. */
function selected(fileSystems: FileSystemSelector) {
  plan.addSelection('Selection', { fileSystems });
  const [selection] = Object.values(Template.fromStack(stack).findResources('AWS::Backup::BackupSelection'))
    .map(({ Properties }) => Properties.BackupSelection).filter(({ SelectionName }) => SelectionName.includes('-Selection-'));
  const { Resources: resources, NotResources: not, Conditions: conditions, ListOfTags: tags } = selection;
  return { resources: resources.map(text), not: not?.map(text), conditions, tags };
}
const fileSystem = (id: string, scope = stack) => new efs.CfnFileSystem(scope, id, { encrypted: true });

test('selects by ID in the account and Region of the plan', () => {
  expect(selected(FileSystemSelector.fileSystemIds(ID, ID, 'fs-01234567'))).toEqual({
    resources: [ID, 'fs-01234567'].map((id) => `arn:<AWS::Partition>:elasticfilesystem:eu-west-1:123456789012:file-system/${id}`),
  });
});

test('selects by ARN, and by the beginning of one', () => {
  const arns = [arnOf(ID), 'arn:aws-cn:elasticfilesystem:*:*:file-system/fs-0*'];
  expect(selected(FileSystemSelector.fileSystemArns(...arns))).toEqual({ resources: arns });
});

test('selects by all four operators, each of which must hold, among Amazon EFS file systems only', () => {
  const selector = FileSystemSelector.every().where(
    EfsTagCondition.stringEquals('backup', 'daily'), EfsTagCondition.stringNotEquals('stage', 'dev'),
    EfsTagCondition.stringLike('owner', '*'), EfsTagCondition.stringNotLike('name', 'tmp-*'), EfsTagCondition.stringLike('team', 'a*'),
  );
  const condition = (key: string, value: string) => ({ ConditionKey: `aws:ResourceTag/${key}`, ConditionValue: value });
  expect(selected(selector)).toEqual({
    resources: [EVERY],
    conditions: {
      StringEquals: [condition('backup', 'daily')],
      StringNotEquals: [condition('stage', 'dev')],
      StringLike: [condition('owner', '*'), condition('team', 'a*')],
      StringNotLike: [condition('name', 'tmp-*')],
    },
  });
});

test('filters file systems that are named by their tags: an AND, not the union that aws-cdk-lib makes of both', () => {
  const data = fileSystem('Data');
  expect(selected(FileSystemSelector.fileSystems(data).where(EfsTagCondition.stringEquals('backup', 'daily')))).toEqual({
    resources: [JSON.stringify({ 'Fn::GetAtt': ['Data', 'Arn'] })],
    conditions: { StringEquals: [{ ConditionKey: 'aws:ResourceTag/backup', ConditionValue: 'daily' }] },
  });
});

test('leaves out file systems, by reference and by ARN', () => {
  const scratch = fileSystem('Scratch');
  expect(selected(FileSystemSelector.every().except(scratch).exceptArns(arnOf(ID), arnOf('fs-0*')))).toEqual({
    resources: [EVERY],
    not: [JSON.stringify({ 'Fn::GetAtt': ['Scratch', 'Arn'] }), arnOf(ID), arnOf('fs-0*')],
  });
});

test('a selector stays as it is when another one is made of it', () => {
  const every = FileSystemSelector.every();
  every.where(EfsTagCondition.stringEquals('a', 'b'));
  every.exceptArns(arnOf(ID));
  expect(selected(every)).toEqual({ resources: [EVERY] });
});

describe('the file systems of a construct', () => {
  test('are those that are there at synth, of whatever kind, each once', () => {
    plan.addSelection('Selection', { fileSystems: FileSystemSelector.within(stack) });
    fileSystem('L1');
    const l2 = new efs.FileSystem(stack, 'L2', { vpc: new ec2.Vpc(stack, 'Vpc') });
    const template = Template.fromStack(stack);
    const [selection] = Object.values(template.findResources('AWS::Backup::BackupSelection')).filter(({ Properties }) => Properties.BackupSelection.Conditions === undefined);
    expect(selection.Properties.BackupSelection.Resources).toEqual([{ 'Fn::GetAtt': ['L1', 'Arn'] }, { 'Fn::GetAtt': [stack.getLogicalId(l2.node.defaultChild as efs.CfnFileSystem), 'Arn'] }]);
  });

  test('fail the synth when there is none: an empty selection would select everything', () => {
    plan.addSelection('Selection', { fileSystems: FileSystemSelector.within(stack) });
    expect(() => app.synth()).toThrow(/\[Stack\/Plan\/Selection\] 'fileSystems' must hold 1 to 500 file systems below Stack, got 0/);
  });

  test('fail the synth in another Region', () => {
    plan.addSelection('Selection', { fileSystems: FileSystemSelector.within(app) });
    fileSystem('Far', new Stack(app, 'Other', { env: { ...env, region: 'us-east-1' } }));
    expect(() => app.synth()).toThrow(/'Other\/Far' must be in the account and Region of the backup plan, got "123456789012 us-east-1"/);
  });
});

describe('the mixin', () => {
  const tagsOf = (scope: Stack, id: string) => Template.fromStack(scope).toJSON().Resources[id].Properties.FileSystemTags;
  const own = () => ({ Key: 'efs-backup-plan', Value: plan.backupTag.value });

  test('tags what is there, across stacks and without references', () => {
    const other = new Stack(app, 'Other', { env });
    const data = fileSystem('Data', other);
    Mixins.of(app).apply(new BackedUpByPlan(plan));
    const late = fileSystem('Late', other);
    expect([plan._selects(data), plan._selects(late)]).toEqual([true, false]);
    expect(tagsOf(other, 'Data')).toEqual([own()]);
    expect(tagsOf(other, 'Late')).toBeUndefined();
  });

  test('as an aspect, tags what comes later too, beside other tags', () => {
    Aspects.of(stack).add(Shims.asAspect(new BackedUpByPlan(plan)));
    Tags.of(stack).add('team', 'a');
    fileSystem('Late');
    expect(tagsOf(stack, 'Late')).toEqual([own(), { Key: 'team', Value: 'a' }]);
  });

  test('leaves all other constructs alone, and fails in another Region', () => {
    const mixin = new BackedUpByPlan(plan);
    expect(mixin.supports(plan)).toBe(false);
    expect(() => mixin.applyTo(plan)).not.toThrow();
    const far = fileSystem('Far', new Stack(app, 'Other', { env: { ...env, region: 'us-east-1' } }));
    expect(() => mixin.applyTo(far)).toThrow(/'plan' must be in the account and Region of the file system \(123456789012 us-east-1\), got "123456789012 eu-west-1"/);
  });
});

describe('fails', () => {
  const condition = EfsTagCondition.stringEquals('backup', 'daily');
  test.each<[string, () => FileSystemSelector, RegExp]>([
    ['without IDs', () => FileSystemSelector.fileSystemIds(), /'fileSystemIds' must hold 1 to 500 file systems, got 0/],
    ['with 501 IDs', () => FileSystemSelector.fileSystemIds(...Array(501).fill(ID)), /got 501; use several selections/],
    ['with what is no ID', () => FileSystemSelector.fileSystemIds(arnOf(ID)), /'fileSystemIds\[0\]' must be the ID of a file system, got/],
    ['without ARNs', () => FileSystemSelector.fileSystemArns(), /'fileSystemArns' must hold 1 to 500 ARNs, got 0/],
    ['with 31 wildcards', () => FileSystemSelector.fileSystemArns(...Array.from({ length: 31 }, (_, n) => arnOf(`fs-${n}*`))), /'fileSystemArns' must hold 1 to 30 ARNs with a wildcard, got 31/],
    ['with a wildcard in the middle', () => FileSystemSelector.fileSystemArns(arnOf('fs-*0')), /with a wildcard at its end if at all/],
    ['with the ARN of another resource', () => FileSystemSelector.fileSystemArns('arn:aws:ec2:*:*:volume/*'), /must be the ARN of a file system/],
    ['with every resource there is', () => FileSystemSelector.fileSystemArns('*'), /must be the ARN of a file system/],
    ['with the ARN of another Region', () => FileSystemSelector.fileSystemArns(arnOf(ID).replace('eu-west-1', 'us-east-1')), /got "123456789012 us-east-1"/],
    ['with 31 conditions', () => FileSystemSelector.every().where(...Array.from({ length: 31 }, (_, n) => EfsTagCondition.stringLike(`key${n}`, '*'))), /'conditions' must hold at most 30 conditions, got 31/],
    ['with conditions that no file system fulfils', () => FileSystemSelector.every().where(condition, EfsTagCondition.stringEquals('backup', 'weekly')), /'conditions\[1\].key' must differ/],
    ['with a key that is too long', () => FileSystemSelector.every().where(EfsTagCondition.stringNotLike('x'.repeat(129), '*')), /'conditions\[0\].key' must be 1 to 128/],
    ['with nothing to leave out', () => FileSystemSelector.every().except(), /'except.fileSystems' must hold 1 to 500/],
  ])('%s', (_name, selector, message) => {
    expect(() => plan.addSelection('Selection', { fileSystems: selector() })).toThrow(message);
  });

  test('with an eleventh selection by tag, that of the plan included, and not with others', () => {
    for (let n = 0; n < 9; n += 1) {
      plan.addSelection(`Tag${n}`, { fileSystems: FileSystemSelector.taggedWith({ key: 'n', value: `${n}` }) });
    }
    expect(() => plan.addSelection('Eleventh', { fileSystems: FileSystemSelector.every().where(condition) })).toThrow(/'backupPlan' must have at most 10 selections by tag, that of its own tag included, got 11/);
    expect(() => plan.addSelection('ById', { fileSystems: FileSystemSelector.fileSystemIds(ID) })).not.toThrow();
  });

  test('with a selection more than a plan has', () => {
    for (let n = 1; n < 100; n += 1) {
      plan.addSelection(`Id${n}`, { fileSystems: FileSystemSelector.fileSystemIds(ID) });
    }
    expect(() => plan.addSelection('More', { fileSystems: FileSystemSelector.fileSystemIds(ID) })).toThrow(/'backupPlan' must have at most 100 selections, got 101/);
  });
});

describe('what a plan certainly selects', () => {
  const tagged = (tags: Record<string, string>) => {
    const data = fileSystem('Data');
    Object.entries(tags).forEach(([key, value]) => data.tags.setTag(key, value));
    return data;
  };
  const selects = (selector: FileSystemSelector, tags: Record<string, string> = {}) => {
    const data = tagged(tags);
    plan.addSelection('Selection', { fileSystems: selector });
    return plan._selects(data);
  };

  test.each<[string, FileSystemSelector, Record<string, string>, boolean]>([
    ['every', FileSystemSelector.every(), {}, true],
    ['its tag', FileSystemSelector.taggedWith({ key: 'a', value: 'b' }), { a: 'b' }, true],
    ['another value', FileSystemSelector.taggedWith({ key: 'a', value: 'B' }), { a: 'b' }, false],
    ['one of two tags', FileSystemSelector.taggedWith({ key: 'a', value: 'b' }, { key: 'c', value: 'd' }), { a: 'b' }, false],
    ['not equal', FileSystemSelector.every().where(EfsTagCondition.stringNotEquals('a', 'b')), { a: 'b' }, false],
    ['not equal, for want of the tag', FileSystemSelector.every().where(EfsTagCondition.stringNotEquals('a', 'b')), {}, true],
    ['like', FileSystemSelector.every().where(EfsTagCondition.stringLike('a', 'x*.z')), { a: 'xy.z' }, true],
    ['not quite like', FileSystemSelector.every().where(EfsTagCondition.stringLike('a', 'x*.z')), { a: 'xyz' }, false],
    ['there at all', FileSystemSelector.every().where(EfsTagCondition.stringLike('a', '*')), {}, false],
    ['not like', FileSystemSelector.every().where(EfsTagCondition.stringNotLike('a', 'tmp*')), { a: 'tmp1' }, false],
    ['another ID', FileSystemSelector.fileSystemIds(ID), {}, false],
  ])('%s', (_name, selector, tags, expected) => {
    expect(selects(selector, tags)).toBe(expected);
  });

  test('by reference, below a construct, and not if it is left out', () => {
    const data = tagged({});
    const l2 = new efs.FileSystem(stack, 'L2', { vpc: new ec2.Vpc(stack, 'Vpc') });
    expect(plan._selects(l2)).toBe(false);
    plan.addSelection('ByReference', { fileSystems: FileSystemSelector.fileSystems(l2) });
    expect([plan._selects(l2), plan._selects(l2.node.defaultChild as efs.CfnFileSystem), plan._selects(data)]).toEqual([true, true, false]);
    plan.addSelection('Within', { fileSystems: FileSystemSelector.within(stack).except(data) });
    expect(plan._selects(data)).toBe(false);
  });

  test('imported ones by ARN, whichever way it is written', () => {
    const imported = (id: string) => efs.CfnFileSystem.fromFileSystemArn(stack, id, arnOf(ID));
    expect(plan._selects(imported('Before'))).toBe(false);
    plan.addSelection('ByReference', { fileSystems: FileSystemSelector.fileSystems(imported('One')) });
    expect(plan._selects(imported('Another'))).toBe(true);
    const byArn = new EfsBackupPlan(stack, 'ByArn');
    byArn.addSelection('Selection', { fileSystems: FileSystemSelector.fileSystemArns(arnOf('fs-0*')) });
    expect(byArn._selects(imported('Third'))).toBe(true);
    const byTag = new EfsBackupPlan(stack, 'ByTag');
    byTag.addSelection('Selection', { fileSystems: FileSystemSelector.every().where(EfsTagCondition.stringNotEquals('a', 'b')) });
    expect(byTag._selects(imported('Fourth'))).toBe(false); // its tags are unknown
  });
});
