import { Template } from 'aws-cdk-lib/assertions';
import { Validations } from 'aws-cdk-lib/core';
import type { App, Stack } from 'aws-cdk-lib/core';
import { encryptedQuickStart, everyProp, everyRestore, isOurs, quickStart, settings } from './helpers/apps';
import { findings } from './private/nag';

/** What the six packs find in our constructs: rule and path. */
const ours = (stack: Stack): string[] =>
  findings(stack.node.root as App).filter((finding) => isOurs(finding.slice(finding.lastIndexOf(' ') + 1)));

interface Acknowledgement {
  readonly path: string;
  readonly id: string;
  readonly reason: string;
}

/** What our constructs acknowledge. */
function acknowledgements(stack: Stack): Acknowledgement[] {
  return stack.node.findAll().filter((construct) => construct !== stack && isOurs(construct.node.path)).flatMap(({ node }) => node.metadata
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) => Object.entries<string>(data).map(([id, reason]) => ({
      path: node.path.replace(/^\w+\//, ''), id: id.replace('Annotation::', ''), reason,
    }))));
}

const EVERYWHERE = 'AwsSolutions-IAM5[Resource::*]';
const X_RAY = 'X-Ray knows no resource-level permissions for traces';
const BACKUP_JOBS = 'AWS Backup knows no resource-level permissions for restore jobs';
const DELIVERIES = 'CloudWatch Logs knows no resource-level permissions for log deliveries';
const INTERFACES = 'EC2 knows no resource-level permissions for the network interfaces that Lambda makes in a VPC';
const TAGS = 'tag:GetResources knows no resource-level permissions';
const RECOVERY_POINTS = [
  'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:backup:<AWS::Region>:<AWS::AccountId>:recovery-point:*]',
  'recovery points come and go with every backup, and their ARNs do not tell their vault',
] as const;
const IN_PLAN = "backed up by the plan QuickStart/Plan, which selects it by its tag 'efs-backup-plan'";
const CONCURRENCY = 'each execution of one state machine invokes it once at a time; a reservation would be taken from the quota of the account, '
  + 'and a new account has none to spare';
const DLQ = 'a dead-letter queue serves asynchronous invocations only; Step Functions invokes this function synchronously and handles its errors';
const IN_VPC = 'it only calls the APIs of AWS Backup and EFS; in a VPC it would need NAT or interface endpoints for that';
const FUNCTION: ReadonlyArray<readonly [string, string]> = [
  ['HIPAA.Security-LambdaConcurrency', CONCURRENCY],
  ['HIPAA.Security-LambdaDLQ', DLQ],
  ['NIST.800.53.R5-LambdaConcurrency', CONCURRENCY],
  ['NIST.800.53.R5-LambdaDLQ', DLQ],
  ['Serverless-LambdaDLQ', DLQ],
];

/** Every acknowledgement of the quick start. Whoever adds one writes it here and in docs/permissions.md, with a reason that holds. */
const LISTED: Record<string, ReadonlyArray<readonly [string, string]>> = {
  'Data/FileSystem/Resource': [
    ['HIPAA.Security-EFSInBackupPlan', IN_PLAN],
    ['NIST.800.53.R4-EFSInBackupPlan', IN_PLAN],
    ['NIST.800.53.R5-EFSInBackupPlan', IN_PLAN],
  ],
  'Data/Restore/ControlPlane/Function/Resource': [
    ...FUNCTION,
    ['HIPAA.Security-LambdaInsideVPC', IN_VPC],
    ['NIST.800.53.R4-LambdaInsideVPC', IN_VPC],
    ['NIST.800.53.R5-LambdaInsideVPC', IN_VPC],
    ['PCI.DSS.321-LambdaInsideVPC', IN_VPC],
  ],
  'Data/Restore/ControlPlane/Function/ServiceRole/Policy': [[EVERYWHERE, X_RAY], [EVERYWHERE, BACKUP_JOBS], RECOVERY_POINTS],
  'Data/Restore/RestoreRole/Policy': [[
    'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:key/*]',
    'neither the file system nor the vault tells its key by reference; only calls through EFS and AWS Backup are allowed',
  ]],
  'Data/Restore/StateMachineRole/Policy': [
    [EVERYWHERE, X_RAY],
    [EVERYWHERE, BACKUP_JOBS],
    [EVERYWHERE, DELIVERIES],
    RECOVERY_POINTS,
  ],
  'Data/Restore/Worker/Function/Resource': FUNCTION,
  'Data/Restore/Worker/Function/ServiceRole/Policy': [
    [EVERYWHERE, X_RAY],
    [EVERYWHERE, INTERFACES],
  ],
  'Plan/BackupRole/ServiceRole/Policy': [
    [EVERYWHERE, TAGS],
    [
      'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:backup:*:<AWS::AccountId>:recovery-point:*]',
      'recovery points get their ARN when they are made, in another Region if they are copied there; limited to this account',
    ],
    [
      'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:elasticfilesystem:<AWS::Region>:<AWS::AccountId>:file-system/*]',
      'AWS Backup finds the file systems by tag, so they are not known at synth; limited to this account and Region',
    ],
  ],
};

/** Every action of the quick start that may be done to `*`, by why IAM accepts nothing narrower for it. */
const UNSCOPED: Record<string, string[]> = {
  [INTERFACES]: ['AssignPrivateIpAddresses', 'CreateNetworkInterface', 'DeleteNetworkInterface', 'DescribeNetworkInterfaces', 'DescribeSubnets',
    'UnassignPrivateIpAddresses'].map((action) => `ec2:${action}`),
  [BACKUP_JOBS]: ['backup:DescribeRestoreJob', 'backup:GetRestoreJobMetadata', 'backup:ListRestoreJobs', 'backup:ListRestoreJobsByProtectedResource'],
  [DELIVERIES]: ['CreateLogDelivery', 'DeleteLogDelivery', 'DescribeLogGroups', 'DescribeResourcePolicies', 'GetLogDelivery', 'ListLogDeliveries',
    'PutResourcePolicy', 'UpdateLogDelivery'].map((action) => `logs:${action}`),
  [TAGS]: ['tag:GetResources'],
  [X_RAY]: ['GetSamplingRules', 'GetSamplingTargets', 'PutTelemetryRecords', 'PutTraceSegments'].map((action) => `xray:${action}`),
};

test('the quick start with keys has no finding', () => {
  expect(ours(encryptedQuickStart())).toEqual([]);
});

test('the quick start as it is lacks nothing but keys for its logs', () => {
  const rules = ours(quickStart()).map((finding) => finding.replace(/^\S+-(\w+) .*$/, '$1'));
  expect([...new Set(rules)]).toEqual(['CloudWatchLogGroupEncrypted']);
});

test('every construct with every prop lacks nothing but what it was told to: an older runtime, logs without a key', () => {
  const found = ours(everyProp()).filter((finding) => !/ EveryProp\/(ApproversRole|Auditors|Starters|Watchers|RestoresFailed)\b/.test(finding)); // the user's roles
  expect([...new Set(found.map((finding) => finding.replace(/^\S+-(\w+) .*$/, '$1')))].sort()).toEqual(['CloudWatchLogGroupEncrypted', 'L1', 'LambdaLatestVersion']);
  expect(found.filter((finding) => finding.includes('LogGroup')).every((finding) => finding.includes(' EveryProp/OfAnImportedOne/'))).toBe(true);
});

test('a restore workflow with everything, and with keys, has no finding', () => {
  expect(ours(everyRestore())).toEqual([]);
});

test('every acknowledgement of a restore workflow with everything answers a finding, and says what the wildcard is for', () => {
  const acknowledge = jest.spyOn(Validations.prototype, 'acknowledge').mockImplementation(() => undefined);
  const reported = ours(everyRestore()).map((finding) => finding.replace('EveryRestore/', '').replace(/(\/Resource)+$/, ''));
  acknowledge.mockRestore();
  const made = acknowledgements(everyRestore());
  expect([...new Set(made.map(({ id, path }) => `${id} ${path.replace(/(\/Resource)+$/, '')}`))].sort()).toEqual([...new Set(reported)].sort());
  const wildcards = (path: string) => [...new Set(made.filter((each) => each.path === `Data/Restore/${path}/Policy` && each.id !== EVERYWHERE).map(({ id, reason }) => `${id} ${reason}`))];
  expect(wildcards('StateMachineRole')).toEqual([
    RECOVERY_POINTS.join(' '),
    expect.stringMatching(/^AwsSolutions-IAM5\[Resource::\S+:execution:start:\*\] an execution gets its ARN when it is started$/),
  ]);
  expect(wildcards('RestoreRole').sort()).toEqual([
    expect.stringMatching(/^AwsSolutions-IAM5\[Resource::\S+:file-system\/\*\] a file system gets its id when AWS Backup makes it; limited to this account and Region$/),
    expect.stringContaining(':key/*] neither the file system nor the vault tells its key'),
  ]);
});

test('the custom resources lack nothing but a key for the logs of the one that empties a vault', () => {
  expect([...new Set(ours(settings()).map((finding) => finding.replace(/^\S+?-(?=\w+ )/, '')))]).toEqual(['CloudWatchLogGroupEncrypted Settings/CdkEfsBackupRecoveryPoints/Function/LogGroup/Resource']);
});

test('every acknowledgement of the custom resources answers a finding', () => {
  const acknowledge = jest.spyOn(Validations.prototype, 'acknowledge').mockImplementation(() => undefined);
  const reported = ours(settings()).map((finding) => finding.replace(/^(\S+) .*$/, '$1'));
  acknowledge.mockRestore();
  const made = acknowledgements(settings()).filter(({ path }) => path.startsWith('CdkEfsBackup')).map(({ id }) => id);
  // the framework names two of its three functions in the policy of its waiter
  expect([...new Set(made)].filter((id) => !reported.includes(id) && !id.includes('frameworkonEvent'))).toEqual([]);
});

test('every acknowledgement is listed, with its reason', () => {
  const listed = Object.entries(LISTED).flatMap(([path, list]) => list.map(([id, reason]) => `${path} | ${id} | ${reason}`));
  expect(acknowledgements(quickStart()).map(({ path, id, reason }) => `${path} | ${id} | ${reason}`).sort()).toEqual(listed.sort());
});

test('every acknowledgement answers a finding: without them all would be reported, and nothing else', () => {
  const acknowledge = jest.spyOn(Validations.prototype, 'acknowledge').mockImplementation(() => undefined);
  const reported = ours(encryptedQuickStart()).map((finding) => finding.replace('Encrypted/', '').replace(/\/Resource$/, ''));
  acknowledge.mockRestore();
  const answered = acknowledgements(encryptedQuickStart()).map(({ id, path }) => `${id} ${path.replace('Data/FileSystem/Resource', 'Data/FileSystem')}`);
  expect([...new Set(reported)].sort()).toEqual([...new Set(answered)].sort());
});

test('every action on all resources is listed, and acknowledged with the reason', () => {
  const stack = quickStart();
  const statements = Object.values(Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy')).flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  const actions = statements.filter(({ Resource }) => [Resource].flat().includes('*')).flatMap(({ Action }) => Action);
  expect([...new Set(actions)].sort()).toEqual(Object.values(UNSCOPED).flat().sort());
  const reasons = acknowledgements(stack).filter(({ id }) => id === EVERYWHERE).map(({ reason }) => reason);
  expect([...new Set(reasons)].sort()).toEqual(Object.keys(UNSCOPED).sort());
});

test('no role of ours has an inline policy or a policy managed by AWS, and no statement allows every action', () => {
  const stack = quickStart();
  const template = Template.fromStack(stack);
  const roles = Object.entries(template.findResources('AWS::IAM::Role')).filter(([id]) => /^(Data|Plan)/.test(id));
  expect(roles).toHaveLength(5);
  for (const [id, { Properties }] of roles) {
    expect([id, Properties.Policies, Properties.ManagedPolicyArns]).toEqual([id, undefined, [{ Ref: expect.stringContaining('Policy') }]]);
  }
  expect(Object.keys(template.findResources('AWS::IAM::Policy')).filter((id) => /^(Data|Plan)/.test(id))).toEqual([]);
  for (const { Properties } of Object.values(template.findResources('AWS::IAM::ManagedPolicy'))) {
    expect(JSON.stringify(Properties.PolicyDocument.Statement.map(({ Action }: any) => Action))).not.toContain('*');
  }
});
