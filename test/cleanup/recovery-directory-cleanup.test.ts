import { Match, Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import { App, CfnParameter, Duration, Stack, TimeZone } from 'aws-cdk-lib/core';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';
import { CleanupMetric, CleanupMode, RecoveryDirectoryCleanup } from '../../src/cleanup';
import type { RecoveryDirectoryCleanupProps } from '../../src/cleanup';
import { LONGEST_RUN_MILLISECONDS } from '../../src/core/cleanup-turn';
import { FileSystemWorker } from '../../src/restore/file-system-worker';
import { findingsUnder } from '../private/nag';
import { addWorkflow, CONTEXTS, FILE_SYSTEM_ARN, fileSystemOf, IRELAND, makeStack, permissionsOf, theOne, trustOf, vpcOf, wordOf } from '../restore/fixture';

const KEPT = 'aws-backup-restore_2026-11-23T09-30-12-345678901Z';

function addCleanup(stack: Stack, props: Partial<RecoveryDirectoryCleanupProps> = {}): RecoveryDirectoryCleanup {
  return new RecoveryDirectoryCleanup(stack, 'Cleanup', { fileSystem: fileSystemOf(stack), vpc: vpcOf(stack), ...props });
}
const settingsOf = (stack: Stack) => JSON.parse(wordOf(theOne(stack, 'AWS::Lambda::Function', 'CleanupControlPlane')[1].Properties.Environment.Variables.CLEANUP_SETTINGS));
const problemsOf = (make: () => unknown): string => {
  try {
    make();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe.each(CONTEXTS)('with %s', (_name, context) => {
  test('reports only, keeps a week, and runs every night and when a restore job ends', () => {
    const stack = makeStack(context);
    addCleanup(stack);
    expect(settingsOf(stack)).toEqual({
      mode: 'REPORT_ONLY', deleteAfterSeconds: 604_800, keepLatest: 0, keep: [], workers: 1, operationsPerSecond: 3500, entriesPerWorker: 50_000,
    });
    const [machine] = theOne(stack, 'AWS::StepFunctions::StateMachine', 'Cleanup');
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(0 4 * * ? *)', ScheduleExpressionTimezone: 'Etc/UTC', State: 'ENABLED', Target: { Arn: { Ref: machine }, Input: '{"trigger":"SCHEDULE"}' },
    });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        'source': ['aws.backup'],
        'detail-type': ['Restore Job State Change'],
        'detail': { resourceType: ['EFS'], $or: [{ status: ['COMPLETED', 'FAILED', 'ABORTED'] }, { state: ['COMPLETED', 'FAILED', 'ABORTED'] }] },
      },
      Targets: [Match.objectLike({ Arn: { Ref: machine } })],
    });
  });

  test('its roles may do what they must, and nothing else', () => {
    const stack = makeStack(context);
    const restore = addWorkflow(stack);
    addCleanup(stack, { restoreWorkflows: [restore], notificationTopic: new sns.Topic(stack, 'Topic') });
    const states = permissionsOf(stack, 'CleanupPermissionsStateMachineRole').filter((permission) => !/^(logs|xray):/.test(permission));
    expect(states).toEqual([
      'lambda:InvokeFunction on <CleanupControlPlaneFunction.Arn>', 'lambda:InvokeFunction on <CleanupWorkerFunction.Arn>',
      'sns:Publish on <TopicBFC7AF6E>'.replace('BFC7AF6E', ''), 'states:ListExecutions on <RestoreStateMachine>',
    ]);
    expect(permissionsOf(stack, 'CleanupControlPlane').filter((permission) => !/^(logs|xray):/.test(permission))).toEqual([
      'backup:DescribeRestoreJob on *', 'backup:GetRestoreJobMetadata on *', 'backup:ListRestoreJobs on *', 'backup:ListRestoreJobsByProtectedResource on *', 'elasticfilesystem:DescribeAccessPoints on <FileSystem.Arn>',
    ]);
    for (const [role, service] of [['CleanupTriggersSchedulerRole', 'scheduler'], ['CleanupTriggersEventsRole', 'events']]) {
      expect(permissionsOf(stack, role)).toEqual(['states:StartExecution on <CleanupStateMachine>']);
      expect(trustOf(stack, role)).toEqual([{
        Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: `${service}.amazonaws.com` }, Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      }]);
    }
  });

  test('may list its own executions before anything starts it, without a circle of references', () => {
    const stack = makeStack(context);
    addCleanup(stack);
    const [policy, { Properties }] = theOne(stack, 'AWS::IAM::ManagedPolicy', 'CleanupPermissionsListOwnExecutions');
    const [machine, stateMachine] = theOne(stack, 'AWS::StepFunctions::StateMachine', 'Cleanup');
    const [role] = theOne(stack, 'AWS::IAM::Role', 'CleanupPermissionsStateMachineRole');
    expect(Properties.Roles).toEqual([{ Ref: role }]);
    expect(Properties.PolicyDocument.Statement).toEqual([{ Effect: 'Allow', Action: 'states:ListExecutions', Resource: { Ref: machine } }]);
    expect(JSON.stringify(stateMachine)).not.toContain(policy);
    for (const type of ['AWS::Scheduler::Schedule', 'AWS::Events::Rule']) {
      expect(theOne(stack, type, 'Cleanup')[1].DependsOn).toContain(policy);
    }
  });
});

test('has no finding in six packs, encrypted and with an alarm that tells somebody', () => {
  const app = new App({ context: flags });
  const stack = new Stack(app, 'Stack');
  const encryptionKey = new kms.Key(stack, 'Key', { enableKeyRotation: true });
  const notificationTopic = new sns.Topic(stack, 'Topic', { masterKey: encryptionKey, enforceSSL: true });
  const cleanup = addCleanup(stack, { encryptionKey, notificationTopic, workers: 8, restoreWorkflows: [addWorkflow(stack, { encryptionKey })] });
  cleanup.addPilingUpAlarm('PilingUp', { alarmActions: [new actions.SnsAction(notificationTopic)] });
  expect(findingsUnder(app, 'Stack/Cleanup')).toEqual([]);
});

test('tells the workers, the retention and the rate to its states', () => {
  const stack = makeStack();
  addCleanup(stack, {
    mode: CleanupMode.DELETE,
    deleteAfter: Duration.days(30),
    keepLatest: 2,
    keep: [KEPT],
    workers: 4,
    operationsPerSecond: 400,
    runtime: lambda.Runtime.NODEJS_22_X,
    logRetention: logs.RetentionDays.TWO_YEARS,
    schedule: scheduler.ScheduleExpression.cron({ weekDay: 'SUN', hour: '3', minute: '30', timeZone: TimeZone.EUROPE_BERLIN }),
    onRestoreJobs: false,
  });
  expect(settingsOf(stack)).toMatchObject({ mode: 'DELETE', deleteAfterSeconds: 30 * 86_400, keepLatest: 2, keep: [KEPT], workers: 4, operationsPerSecond: 400 });
  const definition = JSON.parse(wordOf(theOne(stack, 'AWS::StepFunctions::StateMachine', 'Cleanup')[1].Properties.DefinitionString));
  const { DeleteShards } = definition.States.CleanDirectories.ItemProcessor.States;
  expect(DeleteShards.MaxConcurrency).toBe(4);
  expect(DeleteShards.ItemProcessor.States.DeleteShard.Parameters).toMatchObject({ 'disposal': 'DELETE', 'retentionSeconds': 30 * 86_400, 'mode.$': '$.mode', 'accessPointRoots.$': '$.facts.accessPointRoots' });
  expect(definition.States.SurveyRecoveryDirectories.Parameters.operationsPerSecond).toBe(400);
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'cron(30 3 ? * SUN *)', ScheduleExpressionTimezone: 'Europe/Berlin' });
  template.resourceCountIs('AWS::Events::Rule', 0);
  template.allResourcesProperties('AWS::Lambda::Function', { Runtime: 'nodejs22.x' });
  template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 731 });
});

test('the history of an execution has room for a run of the longest time', () => {
  const stack = makeStack();
  addCleanup(stack, { workers: 8, restoreWorkflows: [addWorkflow(stack, {}, 'One'), addWorkflow(stack, {}, 'Two')] });
  const { States } = JSON.parse(wordOf(theOne(stack, 'AWS::StepFunctions::StateMachine', 'Cleanup')[1].Properties.DefinitionString));
  const shard = States.CleanDirectories.ItemProcessor.States.DeleteShards.ItemProcessor.States;
  // entered and left of every state; scheduled, started and succeeded of every task
  const eventsOf = (states: Record<string, { Type: string }>, names: string[]) => names.reduce((sum, name) => sum + (states[name].Type === 'Task' ? 5 : 2), 0);
  const perCall = eventsOf(shard, Object.keys(shard).filter((name) => !/^Shard/.test(name)));
  expect(perCall).toBe(29);
  const perWait = eventsOf(States, ['ListRunningCleanups', 'ListRunningRestores', 'ListRunningRestores2', 'TakeTurn', 'ChooseByTurn', 'CountWait', 'WaitForRestore']);
  const callsThatRunOutOfTime = 8 * Math.ceil(LONGEST_RUN_MILLISECONDS / (14 * 60_000));
  expect(callsThatRunOutOfTime * perCall + 200 * (perCall + 4) + 96 * perWait + 100 * 25).toBeLessThan(22_500);
});

describe('the file-system worker', () => {
  test('takes an access point and security groups of the user: no access point with the root / is in the template', () => {
    const stack = makeStack({}, IRELAND);
    const mine = ec2.SecurityGroup.fromSecurityGroupId(stack, 'Mine', 'sg-11111111111111111');
    const cleanup = addCleanup(stack, { accessPoint: efs.AccessPoint.fromAccessPointId(stack, 'Root', 'fsap-0123456789abcdef0'), securityGroups: [mine] });
    Template.fromStack(stack).resourceCountIs('AWS::EFS::AccessPoint', 0);
    const arn = 'arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-0123456789abcdef0';
    const worker = theOne(stack, 'AWS::Lambda::Function', 'CleanupWorker')[1].Properties;
    expect(wordOf(worker.FileSystemConfigs[0].Arn)).toBe(arn);
    expect(worker.VpcConfig.SecurityGroupIds).toEqual(['sg-11111111111111111']);
    expect(permissionsOf(stack, 'CleanupWorkerFunction')).toContain(`elasticfilesystem:ClientRootAccess on <FileSystem.Arn> if {"StringEquals":{"elasticfilesystem:AccessPointArn":"${arn}"}}`);
    expect(cleanup.connections.securityGroups).toEqual([mine]);
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 2049, SourceSecurityGroupId: 'sg-11111111111111111' });
  });

  test('may be that of a restore workflow', () => {
    const stack = makeStack();
    const worker = new FileSystemWorker(stack, 'Shared', {
      fileSystem: fileSystemOf(stack),
      vpc: vpcOf(stack),
      fileSystemSecurityGroups: [],
      runtime: lambda.Runtime.NODEJS_24_X,
      logRetention: logs.RetentionDays.ONE_YEAR,
    });
    addCleanup(stack, { _worker: worker });
    Template.fromStack(stack).resourceCountIs('AWS::EFS::AccessPoint', 1);
    expect(permissionsOf(stack, 'CleanupPermissionsStateMachineRole')).toContain('lambda:InvokeFunction on <SharedFunction.Arn>');
  });

  test('works on an imported file system, in another partition', () => {
    for (const region of ['cn-north-1', 'us-gov-west-1']) {
      const stack = makeStack({}, { account: '123456789012', region });
      addCleanup(stack, { fileSystem: efs.CfnFileSystem.fromFileSystemId(stack, 'Imported', 'fs-0123456789abcdef0') });
      const text = JSON.stringify(Template.fromStack(stack).toJSON());
      expect(text).not.toContain('arn:aws:');
    }
  });
});

describe('fails', () => {
  test.each([
    ['for a retention below an hour', { deleteAfter: Duration.minutes(59) }, "'deleteAfter' must be 1 hour or more"],
    ['for too many workers', { workers: 9 }, "'workers' must be a whole number from 1 to 8, got 9"],
    ['for a name that is none', { keep: ['/'] }, "'keep[0]' must be exactly the name of a recovery directory"],
    ['for names that no environment has room for', { keep: Array.from({ length: 80 }, () => KEPT) }, "'keep' must have at most 3072 bytes"],
    ['for an old runtime', { runtime: lambda.Runtime.NODEJS_20_X }, "'runtime' must be Node.js 22 or later"],
    ['for a rate that is too low for the workers', { workers: 8, operationsPerSecond: 79 }, "'operationsPerSecond' must be 10 or more for each of the 8 workers"],
  ] as Array<[string, Partial<RecoveryDirectoryCleanupProps>, string]>)('%s', (_, props, message) => {
    expect(problemsOf(() => addCleanup(makeStack(), props))).toContain(`[Stack/Cleanup] ${message}`);
  });

  test('for a file system elsewhere, and for three restore workflows, naming both', () => {
    const stack = makeStack({}, { account: '123456789012', region: 'eu-central-1' });
    const workflows = ['A', 'B', 'C'].map((id) => addWorkflow(stack, {}, id));
    const elsewhere = efs.CfnFileSystem.fromFileSystemArn(stack, 'Elsewhere', FILE_SYSTEM_ARN);
    const message = problemsOf(() => addCleanup(stack, { fileSystem: elsewhere, restoreWorkflows: workflows }));
    expect(message).toMatch(/2 problems:.*'fileSystem' must be in the account and Region of the cleanup.*'restoreWorkflows' must be 2 or fewer, got 3/s);
  });

  test('for numbers that are known at deployment only, since the states follow from them', () => {
    const stack = makeStack();
    const number = new CfnParameter(stack, 'Number', { type: 'Number' }).valueAsNumber;
    const message = problemsOf(() => addCleanup(stack, { workers: number, operationsPerSecond: number, deleteAfter: Duration.days(number) }));
    expect(message.match(/must be known at synth/g)).toHaveLength(3);
  });

  test('for an alarm that looks back further than CloudWatch does', () => {
    expect(problemsOf(() => addCleanup(makeStack()).addPilingUpAlarm('Alarm', { days: 8 }))).toContain("'days' must be a whole number from 1 to 7");
  });
});

test('kept names may be known at deployment only', () => {
  const stack = makeStack();
  addCleanup(stack, { keep: [new CfnParameter(stack, 'Name').valueAsString] });
  expect(settingsOf(stack).keep).toEqual(['<Name>']);
});

test('metrics and the alarm are of this file system', () => {
  const stack = makeStack();
  const cleanup = addCleanup(stack);
  const alarm = cleanup.addPilingUpAlarm('PilingUp', { threshold: 3, days: 2, alarmActions: [new actions.SnsAction(new sns.Topic(stack, 'Topic'))] });
  expect(alarm).toBeInstanceOf(cloudwatch.Alarm);
  Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
    Namespace: 'CdkEfsBackup',
    MetricName: 'RecoveryDirectoriesFound',
    Dimensions: [{ Name: 'FileSystemId', Value: stack.resolve(fileSystemOf(stack).fileSystemId) }],
    Statistic: 'Maximum',
    Period: 86_400,
    EvaluationPeriods: 2,
    Threshold: 3,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'missing',
    AlarmActions: [Match.anyValue()],
  });
  expect(cleanup.metric(CleanupMetric.BYTES_FOUND, { period: Duration.hours(6) })).toMatchObject({ metricName: 'RecoveryDirectoryBytesFound', period: Duration.hours(6) });
});

test('grants starting and reading; in another stack too', () => {
  const app = new App();
  const stack = new Stack(app, 'Stack', { env: IRELAND });
  const cleanup = addCleanup(stack);
  const role = new iam.Role(new Stack(app, 'Users', { env: IRELAND }), 'Operators', { assumedBy: new iam.AccountRootPrincipal() });
  cleanup.grants.startExecution(role);
  const actionsOf = (of: Stack) => Object.values(Template.fromStack(of).findResources('AWS::IAM::Policy')).flatMap(({ Properties }) => Properties.PolicyDocument.Statement).flatMap(({ Action }) => Action).sort();
  expect(actionsOf(Stack.of(role))).toEqual(['states:DescribeExecution', 'states:DescribeStateMachine', 'states:GetExecutionHistory', 'states:ListExecutions', 'states:StartExecution']);
});

test('a cleanup that a restore workflow adds shares its worker, and waits for its restores', () => {
  const stack = makeStack(flags, IRELAND);
  const workflow = addWorkflow(stack);
  const cleanup = workflow.addCleanup('Cleanup', { mode: CleanupMode.QUARANTINE });
  const template = Template.fromStack(stack);
  const mounted = Object.values(template.findResources('AWS::Lambda::Function')).filter(({ Properties }) => Properties.FileSystemConfigs !== undefined);
  expect(mounted).toHaveLength(1);
  expect(Object.keys(template.findResources('AWS::EFS::AccessPoint'))).toHaveLength(1);
  expect(cleanup.connections).toBe(workflow.connections);
  const [machine] = theOne(stack, 'AWS::StepFunctions::StateMachine', 'RestoreCleanup');
  const [restore] = Object.keys(template.findResources('AWS::StepFunctions::StateMachine')).filter((id) => id !== machine);
  expect(JSON.stringify(template.findResources('AWS::StepFunctions::StateMachine')[machine].Properties.DefinitionString)).toContain(restore);
});
