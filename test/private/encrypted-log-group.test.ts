import { Match, Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { App, Stack } from 'aws-cdk-lib/core';
import { findings } from './nag';
import { encryptedLogGroup } from '../../src/private/encrypted-log-group';
import { CONTEXTS, makeStack } from '../restore/fixture';

const retention = RetentionDays.ONE_YEAR;

/** What the policy of the only key says about services. */
function served(stack: Stack) {
  const [key] = Object.values(Template.fromStack(stack).findResources('AWS::KMS::Key'));
  return key.Properties.KeyPolicy.Statement.filter((statement: any) => statement.Principal.Service !== undefined);
}

const actions = ['kms:Decrypt*', 'kms:Describe*', 'kms:Encrypt*', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'];

describe.each(CONTEXTS)('with %s', (_name, context) => {
  let stack: Stack;
  beforeEach(() => {
    stack = makeStack(context);
  });

  test('is retained with what it holds, for as long as it is told', () => {
    encryptedLogGroup(stack, 'LogGroup', { retention });
    Template.fromStack(stack).hasResource('AWS::Logs::LogGroup', {
      DeletionPolicy: 'Retain', Properties: { RetentionInDays: 365, KmsKeyId: Match.absent(), LogGroupName: Match.absent() },
    });
  });

  test('lets CloudWatch Logs use the key, for log groups of this account and Region', () => {
    const key = new kms.Key(stack, 'Key');
    encryptedLogGroup(stack, 'LogGroup', { retention, encryptionKey: key });
    Template.fromStack(stack).hasResourceProperties('AWS::Logs::LogGroup', { KmsKeyId: stack.resolve(key.keyArn) });
    const [statement, ...others] = served(stack);
    expect(others).toEqual([]);
    expect({ ...statement, Action: [...statement.Action].sort() }).toEqual({
      Effect: 'Allow',
      Principal: { Service: 'logs.amazonaws.com' },
      Action: actions,
      Resource: '*', // in a key policy: this key
      Condition: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':logs:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, ':*']] },
        },
      },
    });
  });

  test('lets other writers decrypt, on behalf of this account', () => {
    encryptedLogGroup(stack, 'LogGroup', { retention, encryptionKey: new kms.Key(stack, 'Key'), writers: ['delivery.logs.amazonaws.com'] });
    expect(served(stack).slice(1)).toEqual([{
      Effect: 'Allow',
      Principal: { Service: 'delivery.logs.amazonaws.com' },
      Action: 'kms:Decrypt*',
      Resource: '*',
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    }]);
  });

  test('with a key is clean for compliance packs', () => {
    encryptedLogGroup(stack, 'LogGroup', { retention, encryptionKey: new kms.Key(stack, 'Key', { enableKeyRotation: true }), writers: ['delivery.logs.amazonaws.com'] });
    expect(findings(stack.node.root as App)).toEqual([]);
  });

  test('the key may be in another stack, which does not depend on this one', () => {
    const keys = new Stack(stack.node.root as App, 'Keys');
    encryptedLogGroup(stack, 'LogGroup', { retention, encryptionKey: new kms.Key(keys, 'Key') });
    expect(() => (stack.node.root as App).synth()).not.toThrow();
    expect(keys.dependencies).toEqual([]);
    expect(served(keys)).toHaveLength(1);
  });
});

test.each<[string, (stack: Stack) => kms.IKeyRef]>([
  ['imported', (stack) => kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef')],
  ['named by reference', (stack) => kms.CfnKey.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef')],
])('a key that is %s is used as it is: its policy is the user\'s', (_name, keyOf) => {
  const stack = makeStack();
  encryptedLogGroup(stack, 'LogGroup', { retention, encryptionKey: keyOf(stack) });
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Logs::LogGroup', { KmsKeyId: 'arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef' });
  template.resourceCountIs('AWS::KMS::Key', 0);
});
