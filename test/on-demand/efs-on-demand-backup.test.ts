import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as backup from 'aws-cdk-lib/aws-backup';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { App, CfnParameter, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { validateDefinition } from '../../rehearsal/run/libraries';
import { BackedUpFileSystem, WorkflowHook, EfsBackupVault, EfsOnDemandBackup, EfsOnDemandBackupGrants, VaultEncryption } from '../../src';
import type { EfsOnDemandBackupProps } from '../../src';
import { findingsUnder } from '../private/nag';
import { CONTEXTS, definitionOf, FILE_SYSTEM_ARN, fileSystemOf, IRELAND, makeStack, permissionsOf, theOne, trustOf, vaultOf, wordOf } from '../restore/fixture';

const ROLE = 'BackupBackupRole';
const MACHINE = 'BackupStateMachineRole';
const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:pause';

const addBackup = (stack: Stack, props: Partial<EfsOnDemandBackupProps> = {}) =>
  new EfsOnDemandBackup(stack, 'Backup', { ...props, fileSystem: props.fileSystem ?? fileSystemOf(stack), backupVault: props.backupVault ?? vaultOf(stack) });
const pause = (stack: Stack) => lambda.Function.fromFunctionArn(stack, 'Pause', FUNCTION);
const machineOf = (stack: Stack) => new sfn.StateMachine(stack, 'Resume', { definitionBody: sfn.DefinitionBody.fromChainable(new sfn.Pass(stack, 'Pass')) });

describe.each(CONTEXTS)('with %s', (_name, context) => {
  let stack: Stack;
  beforeEach(() => {
    stack = makeStack(context);
  });

  test('AWS Backup may back up this file system into this vault and nothing else, as long as there are recovery points', () => {
    addBackup(stack);
    expect(trustOf(stack, ROLE)).toEqual([{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'backup.amazonaws.com' } }]);
    expect(permissionsOf(stack, ROLE)).toEqual([
      'backup:CopyIntoBackupVault on <Vault.BackupVaultArn>',
      'backup:DescribeBackupVault on <Vault.BackupVaultArn>',
      'backup:TagResource on arn:aws:backup:eu-west-1:123456789012:recovery-point:*',
      'elasticfilesystem:Backup on <FileSystem.Arn>',
      'elasticfilesystem:DescribeTags on <FileSystem.Arn>',
    ]);
    expect(theOne(stack, 'AWS::IAM::Role', ROLE)[1].DeletionPolicy).toBe('Retain');
    expect(theOne(stack, 'AWS::IAM::ManagedPolicy', ROLE)[1].DeletionPolicy).toBe('Retain');
  });

  test('the state machine may start one kind of job, look at jobs and pass one role', () => {
    addBackup(stack);
    expect(permissionsOf(stack, MACHINE).filter((permission) => !/^(logs|xray):/.test(permission))).toEqual([
      'backup:DescribeBackupJob on *',
      'backup:ListBackupJobs on *',
      'backup:StartBackupJob on <Vault.BackupVaultArn>',
      'iam:PassRole on <BackupBackupRole.Arn> if {"StringEquals":{"iam:PassedToService":"backup.amazonaws.com"}}',
    ]);
  });

  test('may call the steps of the user, and stop what it has started', () => {
    addBackup(stack, { before: WorkflowHook.invokeFunction(pause(stack)), after: WorkflowHook.startStateMachine(machineOf(stack)) });
    expect(permissionsOf(stack, MACHINE).filter((permission) => /^(lambda|states|events):/.test(permission))).toEqual([
      ...['DescribeRule', 'PutRule', 'PutTargets'].map((action) =>
        `events:${action} on arn:aws:events:eu-west-1:123456789012:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule`),
      `lambda:InvokeFunction on ${FUNCTION}`,
      'states:DescribeExecution on arn:aws:states:eu-west-1:123456789012:execution:<Resume.Name>:*',
      'states:StartExecution on <Resume>',
      'states:StopExecution on arn:aws:states:eu-west-1:123456789012:execution:<Resume.Name>:*',
    ]);
  });

  test('has no finding but logs without a key, and none with one; no inline policy, no Lambda function', () => {
    const resume = machineOf(stack);
    addBackup(stack, {
      before: WorkflowHook.startStateMachine(resume), after: WorkflowHook.invokeFunction(pause(stack)), encryptionKey: new kms.Key(stack, 'Key', { enableKeyRotation: true }),
    });
    expect(findingsUnder(stack.node.root as App, 'Stack/Backup')).toEqual([]);
    const other = makeStack(context);
    addBackup(other);
    const rules = findingsUnder(other.node.root as App, 'Stack/Backup').map((finding) => finding.replace(/^\S+-(\w+) .*$/, '$1'));
    expect([...new Set(rules)]).toEqual(['CloudWatchLogGroupEncrypted']);
    const template = Template.fromStack(other);
    expect(Object.keys(template.findResources('AWS::Lambda::Function')).filter((id) => id.startsWith('Backup'))).toEqual([]);
    template.resourceCountIs('AWS::IAM::Policy', 0);
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      TracingConfiguration: { Enabled: true }, LoggingConfiguration: Match.objectLike({ Level: 'ALL', IncludeExecutionData: true }),
    });
  });

  test('the definition is valid, has no time-out of its own, and bounds each step of the user', () => {
    addBackup(stack, { before: WorkflowHook.invokeFunction(pause(stack), { timeout: Duration.seconds(90) }), after: WorkflowHook.startStateMachine(sfn.StateMachine.fromStateMachineName(stack, 'Resume', 'resume')) });
    const definition = definitionOf(stack);
    expect(validateDefinition(definition, { checkPaths: true, checkArn: false })).toMatchObject({ isValid: true, errors: [] });
    expect(definition).not.toHaveProperty('TimeoutSeconds'); // it would end an execution without the step after the backup
    expect(definition.States.BeforeBackup).toMatchObject({ Resource: FUNCTION, TimeoutSeconds: 90 });
    expect(definition.States.AfterBackup).toMatchObject({ Resource: expect.stringMatching(/:states:::states:startExecution.sync:2$/), TimeoutSeconds: 3600 });
    expect(definition.States.AfterBackup.Parameters!['Name.$']).toBe("States.Format('{}-{}-after', States.Hash($.execution.id, 'SHA-256'), $.attempts.count)");
  });
});

test('passes on what it is given', () => {
  const stack = makeStack();
  const key = new kms.Key(stack, 'Key');
  const backupRole = iam.Role.fromRoleArn(stack, 'Mine', 'arn:aws:iam::123456789012:role/backup');
  const made = addBackup(stack, {
    deleteAfter: Duration.days(120),
    moveToColdStorageAfter: Duration.days(30),
    startWindow: Duration.hours(2),
    backupTimeout: Duration.days(1),
    backupRole,
    encryptionKey: key,
    logRetention: RetentionDays.TWO_YEARS,
  });
  expect(made.backupRole).toBe(backupRole);
  expect(definitionOf(stack).States.StartBackupJob.Parameters).toMatchObject({
    Lifecycle: { DeleteAfterDays: 120, MoveToColdStorageAfterDays: 30 },
    StartWindowMinutes: 120,
    CompleteWindowMinutes: 1440,
    IamRoleArn: 'arn:aws:iam::123456789012:role/backup',
  });
  Template.fromStack(stack).hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 731, KmsKeyId: stack.resolve(key.keyArn) });
  expect(permissionsOf(stack, MACHINE).filter((permission) => permission.startsWith('iam:'))).toEqual([
    'iam:PassRole on arn:aws:iam::123456789012:role/backup if {"StringEquals":{"iam:PassedToService":"backup.amazonaws.com"}}',
  ]);
});

test('a role that shall go with the stack goes, and the key of the vault may be used through AWS Backup', () => {
  const stack = makeStack();
  const key = new kms.Key(stack, 'VaultKey');
  addBackup(stack, { backupVault: new EfsBackupVault(stack, 'Mine', { encryption: VaultEncryption.existingKey(key) }), removalPolicy: RemovalPolicy.DESTROY });
  expect(theOne(stack, 'AWS::IAM::Role', ROLE)[1].DeletionPolicy).toBe('Delete');
  expect(permissionsOf(stack, ROLE).filter((permission) => permission.startsWith('kms:'))).toEqual([
    'kms:CreateGrant on <VaultKey.Arn> if {"Bool":{"kms:GrantIsForAWSResource":"true"}}',
    'kms:Decrypt on <VaultKey.Arn> if {"StringLike":{"kms:ViaService":"backup.*"}}',
    'kms:DescribeKey on <VaultKey.Arn>',
    'kms:GenerateDataKey on <VaultKey.Arn> if {"StringLike":{"kms:ViaService":"backup.*"}}',
  ]);
});

test('is added to a file system, for the vault of its plan', () => {
  const stack = makeStack();
  const data = new BackedUpFileSystem(stack, 'Data', { vpc: new ec2.Vpc(stack, 'Vpc') });
  data.addOnDemandBackup('BeforeDeploy', { deleteAfter: Duration.days(7) });
  const { BackupVaultName, ResourceArn, Lifecycle } = definitionOf(stack).States.StartBackupJob.Parameters!;
  expect(Lifecycle).toEqual({ DeleteAfterDays: 7 });
  const expected = [data.backupVault.backupVaultRef.backupVaultName, data.fileSystemRef.fileSystemArn];
  expect([BackupVaultName, ResourceArn]).toEqual(expected.map((token) => wordOf(stack.resolve(token))));
});

describe('grants', () => {
  const granted = (grant: (grants: EfsOnDemandBackupGrants, role: iam.Role) => unknown) => {
    const stack = makeStack();
    const made = addBackup(stack);
    grant(made.grants, new iam.Role(stack, 'Pipeline', { assumedBy: new iam.AccountRootPrincipal() }));
    return Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy')).flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .flatMap(({ Action, Resource }) => [Action].flat().map((action: string) => `${action} on ${wordOf(Resource).replace(/<Backup\w+/, '<Backup')}`)).sort();
  };
  const READ = [
    'states:DescribeExecution on arn:aws:states:eu-west-1:123456789012:execution:<Backup.Name>:*',
    'states:DescribeStateMachine on <Backup>',
    'states:GetExecutionHistory on arn:aws:states:eu-west-1:123456789012:execution:<Backup.Name>:*',
    'states:ListExecutions on <Backup>',
  ];

  test('who may start backups may follow them, and needs no right on AWS Backup', () => {
    expect(granted((grants, role) => grants.startExecution(role))).toEqual([...READ, 'states:StartExecution on <Backup>'].sort());
  });

  test('who may read may not start', () => {
    expect(granted((grants, role) => grants.read(role))).toEqual(READ);
  });
});

describe('the command that backs up and waits', () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'command-test-'));
  afterAll(() => fs.rmSync(directory, { recursive: true }));

  /** Runs the command with an `aws` that answers describe-execution from a list of states, and a sleep that does not. */
  function run(states: string[]) {
    const stack = new Stack(new App(), 'Stack', { env: IRELAND });
    const made = addBackup(stack);
    expect(wordOf(stack.resolve(made.startExecutionCommand()))).toMatch(/^aws stepfunctions start-execution --region eu-west-1 --state-machine-arn <BackupStateMachine\w+>$/);
    const command = wordOf(stack.resolve(made.backUpAndWaitCommand())).replace(/<\w+>/g, 'arn:of:the:machine');
    fs.writeFileSync(path.join(directory, 'states'), states.map((state) => `${state}\n`).join(''));
    const aws = `#!/bin/sh
cd '${directory}'
echo "$@" >> calls
case "$2 $*" in
  start-execution*) [ "$(head -n 1 states)" = REFUSED ] && exit 254; echo arn:of:the:execution ;;
  *'--query status'*) head -n 1 states; sed -i 1d states ;;
  *) echo 'how it ended' ;;
esac
`;
    fs.writeFileSync(path.join(directory, 'aws'), aws, { mode: 0o755 });
    fs.writeFileSync(path.join(directory, 'sleep'), '#!/bin/sh\n', { mode: 0o755 });
    fs.rmSync(path.join(directory, 'calls'), { force: true });
    const { status, stdout } = spawnSync('sh', ['-c', `${command} && echo deployed`], { encoding: 'utf8', env: { PATH: `${directory}:${process.env.PATH}` } });
    const calls = fs.readFileSync(path.join(directory, 'calls'), 'utf8').trim().split('\n');
    return { status, stdout, describes: calls.filter((call) => call.includes('--query status')).length, calls };
  }

  test('goes on to the deployment once there is a recovery point', () => {
    const { status, stdout, describes, calls } = run(['RUNNING', 'RUNNING', 'SUCCEEDED']);
    expect([status, stdout, describes]).toEqual([0, 'how it ended\ndeployed\n', 3]);
    expect(calls[0]).toContain('--state-machine-arn arn:of:the:machine');
    expect(calls.slice(1).every((call) => call.includes('--execution-arn arn:of:the:execution'))).toBe(true);
  });

  test.each(['FAILED', 'TIMED_OUT', 'ABORTED'])('does not when it ended as %s', (state) => {
    expect(run(['RUNNING', state])).toMatchObject({ status: 1, stdout: 'how it ended\n', describes: 2 });
  });

  test('does not when nobody may start it', () => {
    expect(run(['REFUSED'])).toMatchObject({ status: 254, stdout: '', describes: 0 });
  });

  test('is written in what every POSIX shell knows', () => {
    const stack = new Stack(new App(), 'Stack', { env: IRELAND });
    const command = wordOf(stack.resolve(addBackup(stack).backUpAndWaitCommand())).replace(/<\w+>/g, 'arn');
    expect(() => execFileSync('sh', ['-n', '-c', command])).not.toThrow();
  });
});

describe('fails', () => {
  const inIreland = () => new Stack(new App(), 'Stack', { env: IRELAND });

  test.each<[string, (stack: Stack) => Partial<EfsOnDemandBackupProps>, RegExp]>([
    ['with cold storage too close to the end', () => ({ moveToColdStorageAfter: Duration.days(30) }), /'deleteAfter' must be at least 90 days after 'moveToColdStorageAfter' \(30 days\), got "35 days"/],
    ['with a start window of minutes', () => ({ startWindow: Duration.minutes(30) }), /'startWindow' must be a whole number of minutes from 60/],
    ['with a time-out within the start window', () => ({ startWindow: Duration.hours(3), backupTimeout: Duration.hours(3) }), /'backupTimeout' must be a whole number of minutes from 240/],
    ['with a time-out beyond what EFS takes', () => ({ backupTimeout: Duration.days(31) }), /'backupTimeout' must be .* to 43200 \(30 days/],
    ['with hardly any patience', () => ({ otherJobTimeout: Duration.minutes(1) }), /'otherJobTimeout' must be .* from 10 to/],
    ['with a time that is a token', (stack) => ({ startWindow: Duration.hours(new CfnParameter(stack, 'Hours', { type: 'Number' }).valueAsNumber) }), /'startWindow' must be known at synth/],
    ['with a hook that may take for ever', (stack) => ({ before: WorkflowHook.invokeFunction(pause(stack), { timeout: Duration.days(2) }) }), /'before.timeout' must be .* to 1 day, got "2 days"/],
    ['with an express workflow as a hook', (stack) => ({
      after: WorkflowHook.startStateMachine(new sfn.StateMachine(stack, 'Express', {
        stateMachineType: sfn.StateMachineType.EXPRESS, definitionBody: sfn.DefinitionBody.fromChainable(new sfn.Pass(stack, 'Pass')),
      })),
    }), /'after' must be a state machine of the type STANDARD.*got "EXPRESS"/],
    ['with the vault of the automatic backups', (stack) => ({ backupVault: backup.BackupVault.fromBackupVaultName(stack, 'Automatic', 'aws/efs/automatic-backup-vault') }),
      /'backupVault' must not be the vault of the automatic backups/],
    ['with a file system of another Region', (stack) => ({ fileSystem: efs.CfnFileSystem.fromFileSystemArn(stack, 'Far', FILE_SYSTEM_ARN.replace('eu-west-1', 'us-east-1')) }),
      /'fileSystem' must be in the account and Region of the backup \(123456789012 eu-west-1\), got "123456789012 us-east-1"/],
    ['with a vault of another account', (stack) => ({ backupVault: backup.BackupVault.fromBackupVaultArn(stack, 'Far', 'arn:aws:backup:eu-west-1:210987654321:backup-vault:theirs') }),
      /'backupVault' must be in the account and Region of the backup/],
  ])('%s', (_name, propsOf, message) => {
    const stack = inIreland();
    expect(() => addBackup(stack, propsOf(stack))).toThrow(message);
    expect(stack.node.findChild('Backup').node.children).toEqual([]);
  });

  test('with all problems at once', () => {
    expect(() => addBackup(inIreland(), { startWindow: Duration.minutes(1), deleteAfter: Duration.days(0), otherJobTimeout: Duration.minutes(1) }))
      .toThrow(/3 problems:\n1. 'deleteAfter'.*\n2. 'startWindow'.*\n3. 'otherJobTimeout'/);
  });
});

describe.each([['aws-cn', 'cn-north-1'], ['aws-us-gov', 'us-gov-west-1']])('in the partition %s', (_partition, region) => {
  test('no ARN names another partition', () => {
    const stack = makeStack({}, { account: '123456789012', region });
    addBackup(stack, {
      encryptionKey: new kms.Key(stack, 'Key'),
      before: WorkflowHook.invokeFunction(lambda.Function.fromFunctionName(stack, 'Pause', 'pause')),
      after: WorkflowHook.startStateMachine(sfn.StateMachine.fromStateMachineName(stack, 'Resume', 'resume')),
    });
    const text = JSON.stringify(Template.fromStack(stack).toJSON().Resources);
    expect(text).not.toMatch(/arn:aws[:-]/);
    expect(text).not.toContain('amazonaws.com.cn');
  });
});

test('backs up a file system, into a vault, of other stacks', () => {
  const app = new App();
  const fileSystem = fileSystemOf(new Stack(app, 'Data', { env: IRELAND }));
  const backupVault = vaultOf(new Stack(app, 'Vaults', { env: IRELAND }));
  const stack = new Stack(app, 'Stack', { env: IRELAND });
  addBackup(stack, { fileSystem, backupVault });
  app.synth();
  expect(stack.dependencies.map(({ node }) => node.id).sort()).toEqual(['Data', 'Vaults']);
});
