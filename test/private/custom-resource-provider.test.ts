import { Match, Template } from 'aws-cdk-lib/assertions';
import * as backup from 'aws-cdk-lib/aws-backup';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { App, Duration, NestedStack, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { findings } from './nag';
import { AutomaticBackupVaultAccess, EfsAutomaticBackups, EfsBackupVault, EfsRegionOptIn, FinalBackup } from '../../src';
import { CONTEXTS, IRELAND, makeStack, permissionsOf, theOne, wordOf } from '../restore/fixture';

const fileSystem = (stack: Stack, id: string) => efs.CfnFileSystem.fromFileSystemId(stack, id, `fs-0123456789abcde${id.slice(-2)}`);
const typesOf = (stack: Stack) => Object.values<any>(Template.fromStack(stack).toJSON().Resources).map(({ Type }) => Type);

/** Every custom resource of this library, in one stack. */
function all(stack: Stack, logEncryptionKey?: kms.IKey): void {
  new EfsAutomaticBackups(stack, 'Automatic', { fileSystem: fileSystem(stack, 'FileSystem01'), logEncryptionKey });
  new AutomaticBackupVaultAccess(stack, 'Access', { logEncryptionKey });
  new EfsRegionOptIn(stack, 'OptIn', { logEncryptionKey });
  new FinalBackup(stack, 'Final', {
    fileSystem: fileSystem(stack, 'FileSystem02'),
    backupVault: backup.BackupVault.fromBackupVaultName(stack, 'Imported', 'vault'),
    role: iam.Role.fromRoleName(stack, 'Role', 'backup'),
    deleteAfter: Duration.days(35),
    logEncryptionKey,
  });
}

describe.each(CONTEXTS)('with %s', (_name, context) => {
  test('compliance packs find nothing in the custom resources, where their logs have a key', () => {
    const stack = makeStack(context);
    all(stack, new kms.Key(stack, 'Key', { enableKeyRotation: true }));
    expect(findings(stack.node.root as App)).toEqual([]);
  });

  test('and nothing but the missing key where they have none', () => {
    const stack = makeStack(context, IRELAND);
    all(stack);
    new EfsBackupVault(stack, 'Vault', { autoDeleteRecoveryPoints: true, removalPolicy: RemovalPolicy.DESTROY });
    expect(findings(stack.node.root as App).filter((finding) => !finding.includes('CloudWatchLogGroupEncrypted'))).toEqual([]);
  });

  test('the functions of the framework may call ours, write logs and wait, and nothing else', () => {
    const stack = makeStack(context);
    new EfsRegionOptIn(stack, 'OptIn');
    const common = ['lambda:GetFunction on <CdkEfsBackupRegionOptInFunction.Arn>', 'lambda:InvokeFunction on <CdkEfsBackupRegionOptInFunction.Arn>',
      'logs:CreateLogStream on <CdkEfsBackupRegionOptInFunctionLogGroup.Arn>', 'logs:PutLogEvents on <CdkEfsBackupRegionOptInFunctionLogGroup.Arn>'];
    expect(permissionsOf(stack, 'CdkEfsBackupRegionOptInOnEventRole')).toEqual([...common, 'states:StartExecution on <CdkEfsBackupRegionOptInProviderwaiterstatemachine>']);
    expect(permissionsOf(stack, 'CdkEfsBackupRegionOptInIsCompleteRole')).toEqual(common);
  });
});

test('all resources of a kind in a stack share one function, whatever their number', () => {
  const count = (file: number) => {
    const stack = makeStack();
    Array.from({ length: file }, (_, index) => new EfsAutomaticBackups(stack, `Automatic${index}`, { fileSystem: fileSystem(stack, `FileSystem${index + 10}`) }));
    return typesOf(stack).filter((type) => !type.startsWith('Custom::')).sort();
  };
  expect(count(5)).toEqual(count(1));
  expect(count(1).filter((type) => type === 'AWS::Lambda::Function')).toHaveLength(4); // ours, and three of the framework
});

test('each kind has a function and a role of its own, and all are of one bundle', () => {
  const stack = makeStack();
  all(stack);
  const ours = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function', { Properties: { Environment: { Variables: { CUSTOM_RESOURCE: Match.anyValue() } } } }));
  expect(ours.map(({ Properties }) => Properties.Environment.Variables.CUSTOM_RESOURCE).sort()).toEqual(['AutomaticBackupVaultAccess', 'AutomaticBackups', 'FinalBackup', 'RegionOptIn']);
  expect(new Set(ours.map(({ Properties }) => JSON.stringify(Properties.Code))).size).toBe(1);
  expect(new Set(ours.map(({ Properties }) => JSON.stringify(Properties.Role))).size).toBe(4);
});

test('a key of the logs of one resource leaves those of the others alone', () => {
  const stack = makeStack();
  new EfsRegionOptIn(stack, 'Plain');
  new EfsRegionOptIn(stack, 'Encrypted', { logEncryptionKey: new kms.Key(stack, 'Key') });
  new EfsRegionOptIn(stack, 'PlainToo');
  expect(Object.values(Template.fromStack(stack).findResources('AWS::Logs::LogGroup')).map(({ Properties }) => Properties.KmsKeyId !== undefined).sort()).toEqual([false, true]);
});

test('a nested stack and two stacks of an app have their own', () => {
  const parent = makeStack();
  const nested = new NestedStack(parent, 'Nested');
  new EfsRegionOptIn(parent, 'OptIn');
  new EfsRegionOptIn(nested, 'OptIn');
  expect([parent, nested].map((stack) => typesOf(stack).filter((type) => type === 'Custom::EfsRegionOptIn').length)).toEqual([1, 1]);
});

test.each([8, 40])('the policy for %i file systems fits, each with a vault and a role of its own', (count) => {
  const stack = makeStack({}, IRELAND);
  for (let index = 10; index < 10 + count; index += 1) {
    const of = fileSystem(stack, `FileSystem${index}`);
    new EfsAutomaticBackups(stack, `Automatic${index}`, { fileSystem: of });
    new FinalBackup(stack, `Final${index}`, {
      fileSystem: of,
      backupVault: backup.BackupVault.fromBackupVaultName(stack, `Vault${index}`, `a-vault-with-a-name-as-long-as-it-can-be-in-aws-${index}`),
      role: iam.Role.fromRoleName(stack, `Role${index}`, `StackWithAName-PlanBackupRoleServiceRole12345678-ABCDEFGHIJ${index}`),
    });
  }
  for (const kind of ['AutomaticBackups', 'FinalBackup']) {
    const [id] = theOne(stack, 'AWS::IAM::ManagedPolicy', `CdkEfsBackup${kind}FunctionServiceRolePolicy`);
    const { PolicyDocument } = Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy')[id].Properties;
    const text = JSON.stringify(PolicyDocument, (_key, value) => typeof value === 'object' && !Array.isArray(value) && ('Fn::Join' in value || 'Fn::GetAtt' in value) ? wordOf(value) : value);
    expect(text.length).toBeLessThan(6_144 - 100); // the names of log groups are a bit longer than their logical ids
    expect(text.includes('file-system/*')).toBe(count > 8);
  }
  expect(findings(stack.node.root as App).filter((finding) => finding.includes('IAM'))).toEqual([]);
});
