import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { findings } from './nag';
import { ServiceRole } from '../../src/private/service-role';

const props = { assumedBy: new iam.ServicePrincipal('backup.amazonaws.com'), description: 'for the test' };
const read = (resource: string) => new iam.PolicyStatement({ actions: ['backup:DescribeBackupVault'], resources: [resource] });

test('the role references its policy, which references nothing', () => {
  const stack = new Stack();
  const serviceRole = new ServiceRole(stack, 'ServiceRole', props);
  serviceRole.addStatements(read('arn:aws:backup:eu-west-1:123456789012:backup-vault:one'));
  serviceRole.addStatements(read('arn:aws:backup:eu-west-1:123456789012:backup-vault:two'));

  const template = Template.fromStack(stack);
  const [policyId] = Object.keys(template.findResources('AWS::IAM::ManagedPolicy'));
  template.hasResourceProperties('AWS::IAM::Role', {
    ManagedPolicyArns: [{ Ref: policyId }],
    Policies: Match.absent(),
    Description: 'for the test',
    AssumeRolePolicyDocument: { Statement: [{ Principal: { Service: 'backup.amazonaws.com' } }] },
  });
  template.hasResourceProperties('AWS::IAM::ManagedPolicy', { Roles: Match.absent() });
  expect(JSON.stringify(template.findResources('AWS::IAM::ManagedPolicy'))).toContain('backup-vault:two');
});

test('grants of L2 constructs add nothing to the role', () => {
  const stack = new Stack();
  const serviceRole = new ServiceRole(stack, 'ServiceRole', props);
  serviceRole.addStatements(read('arn:aws:backup:eu-west-1:123456789012:backup-vault:one'));
  new s3.Bucket(stack, 'Bucket').grantRead(serviceRole.role);
  Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 0);
});

test('role and policy are retained together, if at all', () => {
  const stack = new Stack();
  new ServiceRole(stack, 'Retained', { ...props, removalPolicy: RemovalPolicy.RETAIN }).addStatements(read('arn:aws:backup:::one'));
  new ServiceRole(stack, 'Deleted', props).addStatements(read('arn:aws:backup:::one'));
  const template = Template.fromStack(stack);
  for (const type of ['AWS::IAM::Role', 'AWS::IAM::ManagedPolicy']) {
    const policies = Object.values(template.findResources(type)).map((resource) => resource.DeletionPolicy);
    expect(policies.sort()).toEqual(['Retain', undefined]);
  }
});

describe.each([
  ['agnostic', undefined],
  ['named', { account: '123456789012', region: 'cn-north-1' }],
])('acknowledgements in a stack whose environment is %s', (_name, env) => {
  test.each([
    ['*', (_stack: Stack) => '*'],
    ['a formatted ARN', (stack: Stack) => stack.formatArn({ service: 'backup', resource: 'recovery-point', resourceName: '*' })],
    ['an attribute', (stack: Stack) => `${new s3.CfnBucket(stack, 'Bucket').attrArn}/*`],
    ['a reference', (stack: Stack) => `arn:aws:s3:::${new s3.CfnBucket(stack, 'Bucket').ref}/*`],
  ])('cover %s, and nothing but its own policy', (_resource, resource) => {
    const app = new App();
    const stack = new Stack(app, 'Stack', { env });
    const arn = resource(stack);
    const acknowledged = new ServiceRole(stack, 'Acknowledged', props);
    acknowledged.addWildcardStatements('the reason', read(arn));
    const reported = new ServiceRole(stack, 'Reported', props);
    reported.addStatements(read(arn));
    const ours = findings(app).filter((finding) => finding.includes('IAM'));
    expect(ours).toEqual([expect.stringMatching(/^AwsSolutions-IAM5.* Stack\/Reported\/Policy\/Resource$/)]);
  });

  test('cover the actions that know no resources', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack', { env });
    new ServiceRole(stack, 'ServiceRole', props).addUnscopedStatements('no resource-level permissions', 'tag:GetResources', 'backup:ListRestoreJobs');
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: { Statement: [{ Effect: 'Allow', Action: ['tag:GetResources', 'backup:ListRestoreJobs'], Resource: '*' }] },
    });
    expect(findings(app)).toEqual([]);
  });
});
