import * as fs from 'node:fs';
import * as path from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import { findings } from './nag';
import { BundledFunction } from '../../src/private/bundled-function';
import type { BundledFunctionProps } from '../../src/private/bundled-function';
import { CONTEXTS, makeStack, permissionsOf } from '../restore/fixture';

const PROPS: BundledFunctionProps = {
  bundle: 'control-plane.lambda',
  description: 'for the test',
  environment: { NAME: 'value' },
  timeout: Duration.minutes(5),
  memorySize: 512,
  runtime: lambda.Runtime.NODEJS_24_X,
  logRetention: RetentionDays.ONE_MONTH,
  acknowledgements: {},
};
const functions = (stack: Stack) => Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function'));
const rules = (app: App) => [...new Set(findings(app).map((finding) => finding.split(' ')[0].replace(/^.*-/, '')))].sort();

describe.each(CONTEXTS)('with %s', (_name, context) => {
  let stack: Stack;
  beforeEach(() => {
    stack = makeStack(context);
  });

  test('is a function with a role and a log group of its own, and nothing else', () => {
    const bundled = new BundledFunction(stack, 'Bundled', PROPS);
    const template = Template.fromStack(stack);
    expect(Object.values(template.toJSON().Resources).map((resource: any) => resource.Type).sort())
      .toEqual(['AWS::IAM::ManagedPolicy', 'AWS::IAM::Role', 'AWS::Lambda::Function', 'AWS::Logs::LogGroup']);
    expect(functions(stack)[0].Properties).toEqual({
      Code: { S3Bucket: expect.anything(), S3Key: expect.stringMatching(/^[0-9a-f]{64}\.zip$/) },
      Description: 'for the test',
      Environment: { Variables: { NAME: 'value' } },
      Handler: 'index.handler',
      LoggingConfig: { LogGroup: { Ref: Object.keys(template.findResources('AWS::Logs::LogGroup'))[0] } },
      MemorySize: 512,
      Role: stack.resolve(bundled.role.role.roleArn),
      Runtime: 'nodejs24.x',
      Timeout: 300,
      TracingConfig: { Mode: 'Active' },
    });
  });

  test('may log and trace, whatever else it is given', () => {
    new BundledFunction(stack, 'Bundled', { ...PROPS, more: { vpc: new ec2.Vpc(stack, 'Vpc') } });
    expect(permissionsOf(stack, 'Bundled')).toEqual([
      'logs:CreateLogStream on <BundledLogGroup.Arn>',
      'logs:PutLogEvents on <BundledLogGroup.Arn>',
      'xray:PutTelemetryRecords on *',
      'xray:PutTraceSegments on *',
    ]);
  });

  test('acknowledges what it cannot meet, and nothing that only its user knows', () => {
    new BundledFunction(stack, 'Bundled', PROPS);
    expect(rules(stack.node.root as App)).toEqual(['CloudWatchLogGroupEncrypted', 'LambdaInsideVPC']);
  });

  test('acknowledges what it is told to, for itself alone', () => {
    new BundledFunction(stack, 'Bundled', { ...PROPS, acknowledgements: { LambdaInsideVPC: 'for the test' } });
    expect(rules(stack.node.root as App)).toEqual(['CloudWatchLogGroupEncrypted']);
    new BundledFunction(stack, 'Other', PROPS);
    expect(findings(stack.node.root as App).filter((finding) => finding.includes('InsideVPC')).every((finding) => finding.includes('Stack/Other/'))).toBe(true);
  });
});

test.each(['control-plane.lambda', 'file-system-worker.lambda'])('ships the bundle %s, and nothing beside it', (bundle) => {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  new BundledFunction(stack, 'Bundled', { ...PROPS, bundle });
  const assembly = app.synth();
  const assets = fs.readdirSync(assembly.directory).filter((name) => name.startsWith('asset.'));
  expect(assets).toHaveLength(1);
  expect(fs.readdirSync(path.join(assembly.directory, assets[0]))).toEqual(['index.js']);
  expect(functions(stack)[0].Properties.Code.S3Key).toBe(`${assets[0].replace(/^asset\.|\.lambda$/g, '')}.zip`);
});
