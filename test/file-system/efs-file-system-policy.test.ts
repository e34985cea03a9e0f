import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { App, Stack } from 'aws-cdk-lib/core';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';
import { BackedUpFileSystem, ClientAccess, EfsFileSystemPolicy } from '../../src/file-system';

const OVER_TLS = { Bool: { 'elasticfilesystem:AccessedViaMountTarget': 'true', 'aws:SecureTransport': 'true' } };
const ROLES = ['web', 'batch', 'backup', 'stranger'] as const;
type Name = typeof ROLES[number];
const arnOf = (name: Name) => `arn:aws:iam::123456789012:role/${name}`;

describe.each([['recommended feature flags', flags], ['no feature flags', {}]])('with %s', (_name, context) => {
  /** The statements of a policy in the template, their actions as sorted lists. */
  function statementsOf(
    build: (policy: EfsFileSystemPolicy, role: (name: Name) => iam.IRole) => void, policy = EfsFileSystemPolicy.iamClientsOnly(),
  ) {
    const stack = new Stack(new App({ context: { ...context } }), 'Stack');
    build(policy, (name) => iam.Role.fromRoleArn(stack, name, arnOf(name)));
    new BackedUpFileSystem(stack, 'Data', { vpc: new ec2.Vpc(stack, 'Vpc'), fileSystemPolicy: policy });
    const [fileSystem] = Object.values(Template.fromStack(stack).findResources('AWS::EFS::FileSystem'));
    const statements: Array<Record<string, any>> = fileSystem.Properties.FileSystemPolicy.Statement;
    return statements.map(({ Action, ...statement }) => ({ Action: [Action].flat().sort(), ...statement } as Record<string, any>));
  }
  const client = (name: Name, ...actions: string[]) => ({
    Action: actions.map((action) => `elasticfilesystem:${action}`), Effect: 'Allow', Principal: { AWS: arnOf(name) }, Condition: OVER_TLS,
  });

  test.each<[ClientAccess, string[]]>([
    [ClientAccess.READ_ONLY, ['ClientMount']],
    [ClientAccess.READ_WRITE, ['ClientMount', 'ClientWrite']],
    [ClientAccess.ROOT, ['ClientMount', 'ClientRootAccess', 'ClientWrite']],
  ])('a client with %s may mount, always, over TLS', (access, actions) => {
    expect(statementsOf((policy, role) => policy.allowClients(access, role('web')))).toEqual([client('web', ...actions)]);
  });

  test('names its clients: nobody else may mount without an identity-based policy', () => {
    const statements = statementsOf((policy, role) => {
      policy.allowClients(ClientAccess.READ_ONLY, role('web'));
      policy.allowClients(ClientAccess.READ_WRITE, role('batch'));
    });
    expect(statements).toEqual([client('web', 'ClientMount'), client('batch', 'ClientMount', 'ClientWrite')]);
  });

  test('denies plain text to clients, and nothing to AWS Backup', () => {
    const statements = statementsOf((policy, role) => {
      policy.allowClients(ClientAccess.READ_ONLY, role('web'));
      policy.denyClientsWithoutTls();
    });
    expect(statements[1]).toEqual({
      Sid: 'DenyClientsWithoutTls',
      Action: ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientRootAccess', 'elasticfilesystem:ClientWrite'],
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    });
  });

  test('allows and denies backups and restores to roles by name', () => {
    const statements = statementsOf((policy, role) => {
      policy.allowBackup(role('backup'));
      policy.allowRestore(role('web'));
      policy.denyBackup(role('batch'));
      policy.denyRestore(role('stranger'));
    });
    expect(statements).toEqual([
      ['Backup', 'Allow', 'backup'], ['Restore', 'Allow', 'web'], ['Backup', 'Deny', 'batch'], ['Restore', 'Deny', 'stranger'],
    ].map(([action, Effect, name]) => ({ Action: [`elasticfilesystem:${action}`], Effect, Principal: { AWS: arnOf(name as Name) } })));
  });

  test.each([
    ['everyone', () => new iam.AnyPrincipal()],
    ['the account', () => new iam.AccountRootPrincipal()],
    ['an account by its number', () => new iam.AccountPrincipal('210987654321')],
  ])('refuses to deny backups to %s', (_who, principal) => {
    expect(() => statementsOf((policy) => policy.denyBackup(principal()))).toThrow(/must not deny elasticfilesystem:Backup to everyone: AWS Backup could not back up/);
    expect(() => statementsOf((policy) => policy.denyRestore(principal()))).toThrow(/must not deny elasticfilesystem:Restore to everyone: AWS Backup could not restore/);
  });

  test('takes statements beside those for every client', () => {
    const statements = statementsOf((policy, role) => policy.denyRestore(role('stranger')), EfsFileSystemPolicy.anyClientOverTls());
    expect(statements.map(({ Sid, Effect }) => [Sid, Effect])).toEqual([['AllowClientsOverTls', 'Allow'], [undefined, 'Deny']]);
  });
});
