import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as backup from 'aws-cdk-lib/aws-backup';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { App, CfnParameter, Duration, Lazy, Stack, Token, Validations } from 'aws-cdk-lib/core';
import { addWorkflow, CONTEXTS, everythingOf, FILE_SYSTEM_ARN, fileSystemOf, IRELAND, makeStack, theOne, vaultOf, vpcOf } from './fixture';
import { checkRestoreRequest } from '../../src/core/check-restore-request';
import { describeProblem } from '../../src/core/problem';
import { BackedUpFileSystem } from '../../src/file-system';
import { WorkflowHook } from '../../src/hook';
import { WarningId } from '../../src/private/warnings';
import { AfterRestore, EfsRestoreWorkflow } from '../../src/restore';
import type { EfsRestoreWorkflowProps, RestoreApproval, RestoreRequest } from '../../src/restore';

/** A path that EFS allows, of more bytes than the environment of a function takes. */
const LONG = `/${'x'.repeat(200)}`.repeat(16);
const SIX = ['/1', '/2', '/3', '/4', '/5', '/6'];
const warnings = (stack: Stack) => Annotations.fromStack(stack).findWarning('*', Match.anyValue()).map(({ id, entry }) => `${id} ${entry.data}`);
const messageOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

beforeEach(() => {
  jest.spyOn(console, 'error').mockImplementation(); // a synth prints the warnings that the tests look at
});
afterEach(() => {
  jest.restoreAllMocks();
});

describe.each(CONTEXTS)('with %s', (_name, context) => {
  let stack: Stack;
  beforeEach(() => {
    stack = makeStack(context);
  });

  test('the state machine logs everything, encrypted if wanted, and traces', () => {
    const key = new kms.Key(stack, 'Key');
    addWorkflow(stack, { encryptionKey: key });
    const [logGroup, { Properties }] = theOne(stack, 'AWS::Logs::LogGroup', 'RestoreLogGroup');
    expect(Properties).toEqual({ KmsKeyId: stack.resolve(key.keyArn), RetentionInDays: 365 });
    expect(theOne(stack, 'AWS::StepFunctions::StateMachine', 'Restore')[1].Properties).toMatchObject({
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: {
        Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: { 'Fn::GetAtt': [logGroup, 'Arn'] } } }],
        IncludeExecutionData: true,
        Level: 'ALL',
      },
    });
  });

  test('file system, vaults, key, topics and hooks may be in another stack, which does not depend on this one', () => {
    const app = stack.node.root as App;
    const shared = new Stack(app, 'Shared');
    addWorkflow(stack, {
      ...everythingOf(shared),
      fileSystem: fileSystemOf(shared),
      backupVault: vaultOf(shared),
      vpc: vpcOf(shared),
      encryptionKey: new kms.Key(shared, 'Key'),
      notificationTopic: new sns.Topic(shared, 'Topic', { masterKey: new kms.Key(shared, 'TopicKey') }),
    });
    expect(() => app.synth()).not.toThrow();
    expect(shared.dependencies).toEqual([]);
    expect(stack.dependencies).toEqual([shared]);
    for (const type of ['AWS::EC2::SecurityGroupIngress', 'AWS::EC2::SecurityGroupEgress']) {
      Template.fromStack(stack).resourceCountIs(type, 1);
      Template.fromStack(shared).resourceCountIs(type, 0);
    }
  });

  test('a BackedUpFileSystem of another stack works like one of the same', () => {
    const shared = new Stack(stack.node.root as App, 'Shared');
    const data = new BackedUpFileSystem(shared, 'Data', { vpc: vpcOf(shared) });
    addWorkflow(stack, { fileSystem: data, backupVault: data.backupVault, vpc: vpcOf(shared) });
    expect(() => (stack.node.root as App).synth()).not.toThrow();
    expect(shared.dependencies).toEqual([]);
  });

  test('several workflows may restore into one file system', () => {
    const data = new BackedUpFileSystem(stack, 'Data', { vpc: vpcOf(stack) });
    const workflows = [data.addRestoreWorkflow('One'), data.addRestoreWorkflow('Two'), addWorkflow(stack, { fileSystem: data, backupVault: data.backupVault })];
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::StepFunctions::StateMachine', 3);
    template.resourceCountIs('AWS::EFS::AccessPoint', 3);
    expect(new Set(workflows.map(({ stateMachine }) => stack.resolve(stateMachine.stateMachineArn).Ref)).size).toBe(3);
  });

  test('five items for a job are no reason to warn, six are one that can be acknowledged', () => {
    addWorkflow(stack, { itemsPerRestoreJob: 5 }, 'Five');
    expect(warnings(stack)).toEqual([]);
    const workflow = addWorkflow(stack, { itemsPerRestoreJob: 6 });
    expect(warnings(stack)).toEqual([expect.stringMatching(/^\/Stack\/Restore 'itemsPerRestoreJob' is 6, and AWS's documents disagree .*\[ack: .*cdk-efs-backup:manyRestoreItems\]$/s)]);
    Validations.of(workflow).acknowledge({ id: WarningId.MANY_RESTORE_ITEMS, reason: 'it worked' });
    expect(warnings(stack)).toEqual([]);
  });
});

test('more items than a job takes are no reason to warn: there are several jobs', () => {
  const stack = makeStack();
  addWorkflow(stack, { requestDefaults: { items: SIX } }).startExecutionCommand({});
  expect(warnings(stack)).toEqual([]);
});

describe('the command that starts a restore', () => {
  const START = (input: string) => ({
    'Fn::Join': ['', [
      'aws stepfunctions start-execution --region ', { Ref: 'AWS::Region' }, ' --state-machine-arn ', { Ref: expect.stringMatching(/^RestoreStateMachine/) },
      ` --input '${input}'`,
    ]],
  });
  const command = (request: RestoreRequest, props: Partial<EfsRestoreWorkflowProps> = {}) => {
    const stack = makeStack();
    return stack.resolve(addWorkflow(stack, props).startExecutionCommand(request));
  };

  test('has the request as JSON', () => {
    expect(command({ items: ['/a b/"c".txt'], afterRestore: AfterRestore.MOVE_INTO_PLACE })).toEqual(START('{"items":["/a b/\\"c\\".txt"],"afterRestore":"MOVE_INTO_PLACE"}'));
  });

  test('quotes apostrophes for the shell', () => {
    expect(command({ items: ["/it's"] })).toEqual(START('{"items":["/it\'\\\'\'s"]}'));
  });

  test('names the Region where it is known', () => {
    const stack = makeStack({}, IRELAND);
    expect(stack.resolve(addWorkflow(stack).startExecutionCommand({ fullRestore: true }))['Fn::Join'][1][0]).toContain('--region eu-west-1 ');
  });

  test('has what is known at deployment only, and quotes the rest', () => {
    const stack = makeStack();
    const resolved = stack.resolve(addWorkflow(stack).startExecutionCommand({ items: ["/it's", new CfnParameter(stack, 'Path').valueAsString] }));
    expect(resolved['Fn::Join'][1].slice(-3)).toEqual([' --input \'{"items":["/it\'\\\'\'s","', { Ref: 'Path' }, '"]}\'']);
  });

  test('has a list that is known at deployment only', () => {
    const stack = makeStack();
    const items = new CfnParameter(stack, 'Items', { type: 'CommaDelimitedList' }).valueAsList;
    // CloudFormation has no function that makes JSON of a list: aws-cdk-lib brings a custom resource for it
    const resolved = stack.resolve(addWorkflow(stack).startExecutionCommand({ items }));
    expect(resolved['Fn::Join'][1].slice(-3)).toEqual([' --input \'{"items":', { 'Fn::GetAtt': [expect.stringMatching(/^CdkJsonStringifyRefItems/), 'Value'] }, "}'"]);
  });

  test('takes what the request leaves out from the defaults of the workflow', () => {
    expect(command({}, { requestDefaults: { items: ['/a'] } })).toEqual(START('{}'));
    expect(() => command({}, { requestDefaults: { afterRestore: AfterRestore.KEEP } })).toThrow(/'items' must be given/);
  });

  test('may contradict the defaults, which then do not count', () => {
    expect(command({ items: ['/a'] }, { requestDefaults: { fullRestore: true } })).toEqual(START('{"items":["/a"]}'));
  });

  test('fails with all problems at once, in the words of the workflow', () => {
    const request = { items: ['relative', '/mnt/efs/x'], recoveryPointArn: 'nothing', recoveryPointCreatedBefore: 'yesterday' };
    const problems = checkRestoreRequest(request, { mounts: [{ mountPoint: '/mnt/efs' }], home: {}, isUnresolved: () => false, partial: false, itemsPerRestoreJob: 5 });
    expect(problems.length).toBeGreaterThanOrEqual(5);
    const stack = makeStack();
    const workflow = addWorkflow(stack);
    const message = messageOf(() => workflow.startExecutionCommand(request));
    expect(message.startsWith(`[Stack/Restore] ${problems.length} problems:\n`)).toBe(true);
    for (const problem of problems) {
      expect(message).toContain(describeProblem(problem));
    }
  });

  test('fails for a recovery point of elsewhere, as far as the environment is known', () => {
    const elsewhere = { fullRestore: true, recoveryPointArn: 'arn:aws:backup:us-east-1:999999999999:recovery-point:1EB3B5E7-9EB0-435A-A80B-108B488B0D45' };
    const workflow = addWorkflow(makeStack({}, IRELAND));
    const message = messageOf(() => workflow.startExecutionCommand(elsewhere));
    expect(message).toContain("'recoveryPointArn' must be in the Region 'eu-west-1' of the file system");
    expect(message).toContain("'recoveryPointArn' must be in the account '123456789012' of the file system");
    expect(() => addWorkflow(makeStack()).startExecutionCommand(elsewhere)).not.toThrow();
  });
});

type PropsOf = Partial<EfsRestoreWorkflowProps> | ((stack: Stack) => Partial<EfsRestoreWorkflowProps>);
const functionOf = (stack: Stack) => lambda.Function.fromFunctionName(stack, 'Hook', 'hook');
const expressOf = (stack: Stack) => new sfn.StateMachine(stack, 'Express', {
  stateMachineType: sfn.StateMachineType.EXPRESS, definitionBody: sfn.DefinitionBody.fromChainable(new sfn.Pass(stack, 'Pass')),
});
const approvalWith = (approval: Partial<RestoreApproval>) => (stack: Stack) => ({ approval: { topic: new sns.Topic(stack, 'Approvers'), ...approval } });

describe('fails', () => {
  const hours = (count: number) => ({ restoreTimeout: Duration.hours(count) });
  test.each<[string, PropsOf, RegExp]>([
    ['with a runtime that is too old', { runtime: lambda.Runtime.NODEJS_20_X },
      /'runtime' must be Node.js 22 or later, got "nodejs20.x"; use Runtime.NODEJS_24_X, or leave it out$/],
    ['with a runtime of another language', { runtime: lambda.Runtime.PYTHON_3_13 }, /'runtime' must be Node.js 22 or later, got "python3.13"/],
    ['with a timeout that is too short', { restoreTimeout: Duration.seconds(599) }, /'restoreTimeout' must be whole seconds, from 10 minutes to 300 days, .*, got "9 minutes 59 seconds"/],
    ['with a timeout that is too short by a fraction of a second', { restoreTimeout: Duration.millis(599_999) }, /'restoreTimeout' must be whole seconds/],
    ['with a timeout that is too long', hours(300 * 24 + 1), /'restoreTimeout' must be whole seconds, from 10 minutes to 300 days, .*, got "300 days 1 hour"/],
    ['with a timeout of tokens', { restoreTimeout: Duration.seconds(Token.asNumber({ Ref: 'Seconds' })) }, /'restoreTimeout' must be known at synth/],
    ...[0, -1, 1.5, NaN].map((operationsPerSecond): [string, PropsOf, RegExp] => [
      `with ${operationsPerSecond} operations a second`, { operationsPerSecond }, /'operationsPerSecond' must be a whole number, 10 or more, got .*; leave it out for 3500$/,
    ]),
    ...[0, 9, 1.5, NaN].map((workers): [string, PropsOf, RegExp] => [
      `with ${workers} workers`, { workers }, /^\[Stack\/Restore\] 'workers' must be a whole number from 1 to 8, got .*; leave it out for 1$/,
    ]),
    ['with hardly any operations a second for each worker', { workers: 8, operationsPerSecond: 79 },
      /'operationsPerSecond' must be 10 or more for each of the 8 workers, got 79; raise it, or use fewer workers$/],
    ...[0, -1, 2.5, NaN].map((itemsPerRestoreJob): [string, PropsOf, RegExp] => [
      `with ${itemsPerRestoreJob} items for a job`, { itemsPerRestoreJob }, /'itemsPerRestoreJob' must be a whole number, 1 or more, got .*; use 5, or leave it out$/,
    ]),
    ['with an approval that is hardly possible', approvalWith({ timeout: Duration.seconds(59) }),
      /'approval.timeout' must be whole seconds, from 1 minute to 300 days, since .*, got "59 seconds"; choose a duration in between$/],
    ['with an approval whose time nobody knows', approvalWith({ timeout: Duration.seconds(Token.asNumber({ Ref: 'Seconds' })) }), /'approval.timeout' must be known at synth/],
    ['with an approval of half a second more', approvalWith({ timeout: Duration.millis(90_500) }), /'approval.timeout' must be whole seconds/],
    ['with a number of workers that nobody knows', { workers: Token.asNumber({ Ref: 'Workers' }) }, /'workers' must be known at synth, because/],
    ['with a rate for several workers that nobody knows', { workers: 2, operationsPerSecond: Token.asNumber({ Ref: 'Rate' }) }, /'operationsPerSecond' must be known at synth, because/],
    ['with a number of items for each job that nobody knows', { itemsPerRestoreJob: Token.asNumber({ Ref: 'Items' }) }, /'itemsPerRestoreJob' must be known at synth, because/],
    ['with default items that are seen from somewhere, and no items', { requestDefaults: { itemsSeenFrom: 'fsap-0123456789abcdef0' } }, /'requestDefaults.itemsSeenFrom' goes only with 'items'/],
    ['with an approval that outlives the execution', approvalWith({ timeout: Duration.days(301) }), /'approval.timeout' must be whole seconds, from 1 minute to 300 days, since .*, got "301 days"/],
    ['with an approval of nothing', approvalWith({ stages: [] }),
      /'approval.stages' must name one or both of BEFORE_RESTORE and BEFORE_MOVE, got \[\]; use RestoreApprovalStage, leave it out to be asked before the move, or leave out 'approval'$/],
    ['with a hook that may take for ever', (stack) => ({ hooks: { beforeMove: WorkflowHook.invokeFunction(functionOf(stack), { timeout: Duration.days(2) }) } }),
      /'hooks.beforeMove.timeout' must be a whole number of seconds from 1 second to 1 day, got "2 days"; use Duration.minutes\(15\)$/],
    ['with a hook that nobody can wait for', (stack) => ({ hooks: { afterRestore: WorkflowHook.startStateMachine(expressOf(stack)) } }),
      /'hooks.afterRestore' must be a state machine of the type STANDARD: .*, got "EXPRESS"; use StateMachineType.STANDARD$/],
    ['with a default request for no key', { requestDefaults: { item: ['/x'] } as any }, /'requestDefaults\.item' is not a key of a restore request; the keys are items, /],
    ['with default items seen from nowhere', { requestDefaults: { items: ['/x'], itemsSeenFrom: '/srv' } },
      /'requestDefaults\.itemsSeenFrom' must be the id of an access point, or the mount point of one of the workflow's 'clientMounts', got "\/srv"; write /],
    ['with a default file system that cannot be', { requestDefaults: { newFileSystem: { encrypted: false, kmsKeyId: 'alias/files' } } },
      /'requestDefaults\.newFileSystem.encrypted' must be true with 'kmsKeyId', got false; leave out one of the two$/],
    ['with a relative mount point', { clientMounts: [{ mountPoint: 'mnt' }] }, /'clientMounts\[0\].mountPoint' must be an absolute path/],
    ['with a relative root directory', { clientMounts: [{ mountPoint: '/mnt/efs', rootDirectory: 'x/' }] }, /'clientMounts\[0\].rootDirectory' must be an absolute path/],
    ['with a default item on a client', { clientMounts: [{ mountPoint: '/mnt/data' }], requestDefaults: { items: ['/mnt/data/x'] } },
      /'requestDefaults\.items\[0\]' must be the path on the file system, not on a client that mounts '\/' at '\/mnt\/data', .*; write "\/x"$/],
    ['with a default item below the default mount', { requestDefaults: { items: ['/mnt/efs/x'] } }, /'requestDefaults\.items\[0\]' must be the path on the file system/],
    ['with defaults that contradict each other', { requestDefaults: { items: ['/x'], fullRestore: true } }, /'requestDefaults\.items' must not be given together/],
    ['with more vaults than an environment holds', (stack) => ({
      moreBackupVaults: Array.from({ length: 65 }, (_, index) => backup.BackupVault.fromBackupVaultName(stack, `V${index}`, `${index}`.padStart(50, 'v'))),
    }), /together with 'clientMounts' and the names of the vaults, at most 3072 bytes/],
    ['with more defaults than an environment holds', { requestDefaults: { items: [LONG] } }, /^\[Stack\/Restore\] 'requestDefaults' must have, together with 'clientMounts' and the names of the vaults, at most 3072 bytes as JSON/],
  ])('%s', (_name, props, message) => {
    const stack = makeStack();
    expect(() => addWorkflow(stack, typeof props === 'function' ? props(stack) : props)).toThrow(message);
    expect(stack.node.findChild('Restore').node.children).toEqual([]);
  });

  test('with a file system or a vault of another Region', () => {
    const stack = makeStack({}, { ...IRELAND, region: 'us-east-1' });
    const away = new Stack(stack.node.root as App, 'Away', { env: IRELAND });
    const fileSystem = efs.CfnFileSystem.fromFileSystemArn(stack, 'Imported', FILE_SYSTEM_ARN);
    const more = [vaultOf(stack), backup.BackupVault.fromBackupVaultName(away, 'More', 'more')];
    const message = messageOf(() => addWorkflow(stack, { fileSystem, backupVault: vaultOf(away), moreBackupVaults: more }));
    expect(message).toContain("'moreBackupVaults[1]' must be in the account and Region of the workflow (123456789012 us-east-1), got \"123456789012 eu-west-1\"");
    expect(message).not.toContain('moreBackupVaults[0]');
    expect(message).toContain("'fileSystem' must be in the account and Region of the workflow (123456789012 us-east-1), got \"123456789012 eu-west-1\"");
    expect(message).toContain("'backupVault' must be in the account and Region of the workflow (123456789012 us-east-1), got \"123456789012 eu-west-1\"");
  });

  test('with everything that is wrong at once', () => {
    const stack = makeStack();
    const message = messageOf(() => addWorkflow(stack, {
      runtime: lambda.Runtime.NODEJS_20_X,
      restoreTimeout: Duration.minutes(1),
      clientMounts: [{ mountPoint: '/' }],
      requestDefaults: { items: ['x', 'y'] },
      itemsPerRestoreJob: 0,
      workers: 9,
      operationsPerSecond: 1,
      ...approvalWith({ stages: [], timeout: Duration.seconds(1) })(stack),
      hooks: {
        beforeRestore: WorkflowHook.invokeFunction(functionOf(stack), { timeout: Duration.days(2) }),
        afterMove: WorkflowHook.startStateMachine(expressOf(stack), { timeout: Duration.seconds(0) }),
      },
    }));
    const found = [...message.matchAll(/^\d+\. '(.*?)' /gm)].map(([, subject]) => subject);
    expect(found.filter((subject) => !/^(requestDefaults|clientMounts)/.test(subject))).toEqual([
      'restoreTimeout', 'itemsPerRestoreJob', 'approval.timeout', 'approval.stages', 'hooks.beforeRestore.timeout', 'hooks.afterMove.timeout', 'hooks.afterMove',
      'workers', 'operationsPerSecond', 'runtime',
    ]);
    expect(found).toEqual(expect.arrayContaining(['clientMounts[0].mountPoint', 'requestDefaults.items[0]', 'requestDefaults.items[1]']));
    expect(message.startsWith(`[Stack/Restore] ${found.length} problems:\n1. `)).toBe(true);
  });
});

describe('at its limits', () => {
  test('operations a second that are a token are not checked', () => {
    expect(() => addWorkflow(makeStack(), { operationsPerSecond: Token.asNumber({ Ref: 'Rate' }) })).not.toThrow();
  });

  test.each([1, 8])('%p workers work', (workers) => {
    expect(() => addWorkflow(makeStack(), { workers })).not.toThrow();
  });

  test('eighty operations a second are enough for eight workers', () => {
    expect(() => addWorkflow(makeStack(), { workers: 8, operationsPerSecond: 80 })).not.toThrow();
  });

  test.each([Duration.minutes(1), Duration.days(300)])('an approval within %p works', (timeout) => {
    const stack = makeStack();
    addWorkflow(stack, { approval: { topic: new sns.Topic(stack, 'Approvers'), timeout } });
    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  test.each([Duration.minutes(10), Duration.days(300)])('a timeout of %p works', (restoreTimeout) => {
    expect(() => addWorkflow(makeStack(), { restoreTimeout })).not.toThrow();
  });

  test.each([lambda.Runtime.NODEJS_22_X, lambda.Runtime.NODEJS_24_X, lambda.Runtime.NODEJS_LATEST])('a runtime %p works', (runtime) => {
    const stack = makeStack();
    addWorkflow(stack, { runtime });
    const ours = Object.entries(Template.fromStack(stack).findResources('AWS::Lambda::Function')).filter(([id]) => id.startsWith('Restore'));
    expect(ours.map(([, { Properties }]) => Properties.Runtime)).toEqual([runtime.name, runtime.name]);
  });
});

describe('with tokens', () => {
  test.each<[string, (stack: Stack) => Partial<EfsRestoreWorkflowProps>]>([
    ['in the mounts', (stack) => ({ clientMounts: [{ mountPoint: new CfnParameter(stack, 'P').valueAsString, rootDirectory: Lazy.string({ produce: () => '/x' }) }] })],
    ['as default items', (stack) => ({ requestDefaults: { items: [new CfnParameter(stack, 'P').valueAsString, Lazy.string({ produce: () => '/x' })] } })],
    ['as a list of default items', (stack) => ({ requestDefaults: { items: new CfnParameter(stack, 'P', { type: 'CommaDelimitedList' }).valueAsList } })],
    ['as a lazy list of default items', () => ({ requestDefaults: { items: Lazy.list({ produce: () => ['/x'] }) } })],
    ['in more defaults than would be checked', (stack) => ({ requestDefaults: { items: [new CfnParameter(stack, 'P').valueAsString, LONG] } })],
    ['as a recovery point and its bound', (stack) => ({ requestDefaults: { recoveryPointArn: new CfnParameter(stack, 'P').valueAsString } })],
    ['as an instant', (stack) => ({ requestDefaults: { recoveryPointCreatedBefore: new CfnParameter(stack, 'P').valueAsString } })],
    ['as what the items are seen from', (stack) => ({ requestDefaults: { items: ['/x'], itemsSeenFrom: new CfnParameter(stack, 'P').valueAsString } })],
    ['as the vault of a request', (stack) => ({ requestDefaults: { backupVaultName: new CfnParameter(stack, 'P').valueAsString } })],
    ['as the key of a new file system', (stack) => ({ allowNewFileSystems: true, requestDefaults: { newFileSystem: { kmsKeyId: new CfnParameter(stack, 'P').valueAsString } } })],
    ['as a further vault', (stack) => ({ moreBackupVaults: [backup.CfnBackupVault.fromBackupVaultName(stack, 'V', new CfnParameter(stack, 'P').valueAsString)] })],
    ['as the runtime', (stack) => ({ runtime: new lambda.Runtime(new CfnParameter(stack, 'P').valueAsString, lambda.RuntimeFamily.NODEJS) })],
    ['as the file system', (stack) => ({ fileSystem: efs.CfnFileSystem.fromFileSystemId(stack, 'F', new CfnParameter(stack, 'P').valueAsString) })],
    ['as the vault', (stack) => ({ backupVault: backup.CfnBackupVault.fromBackupVaultName(stack, 'V', new CfnParameter(stack, 'P').valueAsString) })],
  ])('%s, the check is left to the run', (_name, propsOf) => {
    const stack = makeStack();
    addWorkflow(stack, propsOf(stack));
    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});

test('knows no mount of clients if it is told there is none', () => {
  const stack = makeStack();
  expect(() => addWorkflow(stack, { clientMounts: [], requestDefaults: { items: ['/mnt/efs/x'] } })).not.toThrow();
});

test('is connectable', () => {
  const stack = makeStack();
  const workflow: ec2.IConnectable = addWorkflow(stack);
  expect(workflow).toBeInstanceOf(EfsRestoreWorkflow);
  expect(stack.resolve(workflow.connections.securityGroups[0].securityGroupId)).toEqual({ 'Fn::GetAtt': [theOne(stack, 'AWS::EC2::SecurityGroup', 'RestoreWorker')[0], 'GroupId'] });
});
