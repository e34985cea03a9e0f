import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Stack } from 'aws-cdk-lib/core';
import { addWorkflow, allStatesOf, CONTEXTS, definitionOf, everythingOf, makeStack, nameOf, permissionsOf, theOne, trustOf, VARIANTS } from './fixture';
import type { State } from './fixture';

const MACHINE = 'RestoreStateMachineRole';
const RESTORE = 'RestoreRestoreRole';
const UNTOLD = [
  'backup:DescribeRestoreJob on *',
  'backup:StartRestoreJob on <Vault.BackupVaultArn>',
  'backup:StartRestoreJob on arn:aws:backup:eu-west-1:123456789012:recovery-point:*',
  'iam:PassRole on <RestoreRestoreRole.Arn> if {"StringEquals":{"iam:PassedToService":"backup.amazonaws.com"}}',
  'lambda:InvokeFunction on <RestoreControlPlaneFunction.Arn>',
  'lambda:InvokeFunction on <RestoreWorkerFunction.Arn>',
  'logs:CreateLogDelivery on *',
  'logs:DeleteLogDelivery on *',
  'logs:DescribeLogGroups on *',
  'logs:DescribeResourcePolicies on *',
  'logs:GetLogDelivery on *',
  'logs:ListLogDeliveries on *',
  'logs:PutResourcePolicy on *',
  'logs:UpdateLogDelivery on *',
  'xray:GetSamplingRules on *',
  'xray:GetSamplingTargets on *',
  'xray:PutTelemetryRecords on *',
  'xray:PutTraceSegments on *',
];

const RULE = 'arn:aws:events:eu-west-1:123456789012:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule';
/** What logs and traces take; no state has a call for it. */
const UNSEEN = UNTOLD.filter((permission) => /^(logs|xray):/.test(permission));

/** What a state must be allowed, by what it calls: "IAM policies for integrated services", AWS Step Functions Developer Guide. */
function needsOf({ Type, Resource = '', Parameters = {} }: State, vaults: string[]): string[] {
  if (Type !== 'Task') {
    return [];
  }
  const integration = /^arn:\S+:states:::(.+)$/.exec(Resource)?.[1];
  switch (integration) {
    case undefined:
      return [`lambda:InvokeFunction on ${Resource}`];
    case 'aws-sdk:backup:startRestoreJob':
      return [
        ...[...vaults, 'arn:aws:backup:eu-west-1:123456789012:recovery-point:*'].map((resource) => `backup:StartRestoreJob on ${resource}`),
        `iam:PassRole on ${Parameters.IamRoleArn} if {"StringEquals":{"iam:PassedToService":"backup.amazonaws.com"}}`,
      ];
    case 'aws-sdk:backup:describeRestoreJob':
      return ['backup:DescribeRestoreJob on *'];
    case 'aws-sdk:sns:publish':
    case 'aws-sdk:sns:publish.waitForTaskToken':
      return [`sns:Publish on ${Parameters.TopicArn}`];
    case 'states:startExecution.sync:2':
      return [
        `states:StartExecution on ${Parameters.StateMachineArn}`,
        ...['DescribeExecution', 'StopExecution'].map((action) => `states:${action} on ${Parameters.StateMachineArn.replace(':stateMachine:', ':execution:')}:*`),
        ...['DescribeRule', 'PutRule', 'PutTargets'].map((action) => `events:${action} on ${RULE}`),
      ];
    default:
      throw new Error(`nobody said what ${integration} must be allowed`);
  }
}

describe.each(VARIANTS)('the state machine %s', (variant, propsOf) => {
  test('may do exactly what its states call for, log and trace', () => {
    const stack = makeStack();
    addWorkflow(stack, propsOf(stack));
    const vaults = ['<Vault.BackupVaultArn>', ...variant === 'with everything'
      ? ['<More.BackupVaultArn>', 'arn:aws:backup:eu-west-1:123456789012:backup-vault:aws/efs/automatic-backup-vault'] : []];
    const needs = Object.values(allStatesOf(definitionOf(stack))).flatMap((state) => needsOf(state, vaults)).map(nameOf);
    expect(permissionsOf(stack, MACHINE)).toEqual([...new Set([...needs, ...UNSEEN])].sort());
  });
});

const NEW_FILE_SYSTEMS = 'arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/*';

test('AWS Backup may make and delete file systems only where new ones are allowed, and in this account and Region only', () => {
  const rights = (allowNewFileSystems?: boolean) => {
    const stack = makeStack();
    addWorkflow(stack, { allowNewFileSystems });
    return permissionsOf(stack, RESTORE);
  };
  const plain = rights();
  expect(rights(false)).toEqual(plain);
  expect(rights(true).filter((permission) => !plain.includes(permission))).toEqual([
    'Deny elasticfilesystem:DeleteFileSystem on <FileSystem.Arn>', // least of all the one that it works for
    ...['CreateFileSystem', 'DeleteFileSystem', 'DescribeFileSystems', 'Restore', 'TagResource'].map((action) => `elasticfilesystem:${action} on ${NEW_FILE_SYSTEMS}`),
  ]);
  expect(plain.filter((permission) => rights(true).includes(permission))).toEqual(plain);
});

test('a topic that hears both how it ended and what to approve is allowed once', () => {
  const stack = makeStack();
  const topic = new sns.Topic(stack, 'Restores', { masterKey: new kms.Key(stack, 'TopicKey') });
  addWorkflow(stack, { notificationTopic: topic, approval: { topic } });
  expect(permissionsOf(stack, MACHINE).filter((permission) => /^(sns|kms):/.test(permission))).toEqual([
    'kms:Decrypt on <TopicKey.Arn>', 'kms:GenerateDataKey on <TopicKey.Arn>', 'sns:Publish on <Restores>',
  ]);
});

test('who approves by an encrypted topic needs its key', () => {
  const stack = makeStack();
  addWorkflow(stack, { approval: { topic: new sns.Topic(stack, 'Approvers', { masterKey: new kms.Key(stack, 'TopicKey') }) } });
  expect(permissionsOf(stack, MACHINE)).toEqual(expect.arrayContaining(['kms:Decrypt on <TopicKey.Arn>', 'sns:Publish on <Approvers>']));
});

describe.each(CONTEXTS)('with %s', (_name, context) => {
  let stack: Stack;
  beforeEach(() => {
    stack = makeStack(context);
  });

  test('AWS Backup may restore into this file system and use keys through itself and EFS, and nothing else', () => {
    addWorkflow(stack);
    expect(trustOf(stack, RESTORE)).toEqual([{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'backup.amazonaws.com' } }]);
    const keys = 'on arn:aws:kms:eu-west-1:123456789012:key/* if {"StringLike":{"kms:ViaService":["backup.eu-west-1.*","elasticfilesystem.eu-west-1.*"]}}';
    expect(permissionsOf(stack, RESTORE)).toEqual([
      'elasticfilesystem:DescribeFileSystems on <FileSystem.Arn>',
      'elasticfilesystem:Restore on <FileSystem.Arn>',
      `kms:CreateGrant ${keys}`,
      `kms:Decrypt ${keys}`,
      `kms:DescribeKey ${keys}`,
      `kms:GenerateDataKeyWithoutPlaintext ${keys}`,
    ]);
  });

  test('the state machine may make the calls of its states, log and trace, and nothing else', () => {
    addWorkflow(stack);
    expect(trustOf(stack, MACHINE)).toEqual([{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'states.amazonaws.com' } }]);
    expect(permissionsOf(stack, MACHINE)).toEqual(UNTOLD);
    const [, machine] = theOne(stack, 'AWS::StepFunctions::StateMachine', 'Restore');
    expect(machine.Properties.RoleArn).toEqual({ 'Fn::GetAtt': [theOne(stack, 'AWS::IAM::Role', MACHINE)[0], 'Arn'] });
  });

  test('the state machine may publish to its topic', () => {
    addWorkflow(stack, { notificationTopic: new sns.Topic(stack, 'Restores') });
    expect(permissionsOf(stack, MACHINE)).toEqual([...UNTOLD, 'sns:Publish on <Restores>'].sort());
  });

  test('the state machine may use the key of an encrypted topic', () => {
    addWorkflow(stack, { notificationTopic: new sns.Topic(stack, 'Restores', { masterKey: new kms.Key(stack, 'TopicKey') }) });
    expect(permissionsOf(stack, MACHINE)).toEqual([
      ...UNTOLD, 'kms:Decrypt on <TopicKey.Arn>', 'kms:GenerateDataKey on <TopicKey.Arn>', 'sns:Publish on <Restores>',
    ].sort());
  });

  test('no role has an inline policy or a policy managed by AWS', () => {
    addWorkflow(stack, everythingOf(stack));
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::IAM::Policy', 0);
    const ours = Object.entries(template.findResources('AWS::IAM::Role')).filter(([id]) => id.startsWith('Restore'));
    expect(ours).toHaveLength(4);
    for (const [id, { Properties: role }] of ours) {
      expect([id, role.Policies, role.ManagedPolicyArns]).toEqual([id, undefined, [{ Ref: expect.any(String) }]]);
    }
  });
});

test('a role of the user restores instead, and is all that may be passed', () => {
  const stack = makeStack();
  const restoreRole = iam.Role.fromRoleArn(stack, 'Mine', 'arn:aws:iam::123456789012:role/restore');
  const workflow = addWorkflow(stack, { restoreRole });
  expect(workflow.restoreRole).toBe(restoreRole);
  expect(Object.keys(Template.fromStack(stack).findResources('AWS::IAM::Role')).filter((id) => id.startsWith(RESTORE))).toEqual([]);
  expect(permissionsOf(stack, MACHINE).filter((permission) => permission.startsWith('iam:'))).toEqual([
    'iam:PassRole on arn:aws:iam::123456789012:role/restore if {"StringEquals":{"iam:PassedToService":"backup.amazonaws.com"}}',
  ]);
});

describe.each([['aws-cn', 'cn-north-1'], ['aws-us-gov', 'us-gov-west-1']])('in the partition %s', (_partition, region) => {
  test('no ARN names another partition, and no key is bound to a domain of another one', () => {
    const stack = makeStack({}, { account: '123456789012', region });
    // what is imported by an ARN would name the partition that the user wrote
    addWorkflow(stack, { ...everythingOf(stack), hooks: {}, encryptionKey: new kms.Key(stack, 'Key') });
    const text = JSON.stringify(Template.fromStack(stack).toJSON().Resources);
    expect(text).not.toMatch(/arn:aws[:-]/);
    expect(text.match(/"kms:ViaService":\[[^\]]*\]/g)).toEqual([`"kms:ViaService":["backup.${region}.*","elasticfilesystem.${region}.*"]`]);
    // service principals are spelled the same everywhere ("AWS service principals", IAM User Guide)
    expect(text).not.toContain('amazonaws.com.cn');
  });
});
