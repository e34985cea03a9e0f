import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { App, CfnParameter, Duration, Stack } from 'aws-cdk-lib/core';
import { BackupPeers, EfsBackupVault, EfsLogicallyAirGappedVault } from '../../src/vault';
import type { BackupVaultOptions } from '../../src/vault';
import type { Statement } from '../helpers/policy';

const HOME = { account: '123456789012', region: 'eu-west-1' };
const UNIT = 'o-a1b2c3d4e5/r-ab12/ou-ab12-11111111';
const root = (account: string) => ({ AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::${account}:root`]] } });

const KINDS: [string, string, (stack: Stack, options: BackupVaultOptions) => EfsBackupVault | EfsLogicallyAirGappedVault][] = [
  ['a vault', 'AWS::Backup::BackupVault', (stack, options) => new EfsBackupVault(stack, 'Vault', options)],
  ['an air-gapped vault', 'AWS::Backup::LogicallyAirGappedBackupVault',
    (stack, options) => new EfsLogicallyAirGappedVault(stack, 'Vault', { minRetention: Duration.days(7), maxRetention: Duration.days(99), ...options })],
];

describe.each(KINDS)('%s', (_name, type, make) => {
  const inHome = () => new Stack(new App(), 'Stack', { env: HOME });
  const allowed = (stack: Stack): Statement[] =>
    Object.values(Template.fromStack(stack).findResources(type))[0].Properties.AccessPolicy.Statement.filter(({ Effect }: Statement) => Effect === 'Allow');

  test('lets nobody copy into it unless told', () => {
    const stack = inHome();
    make(stack, {});
    expect(allowed(stack)).toEqual([]);
  });

  test.each([
    ['an organization', BackupPeers.organization('o-a1b2c3d4e5'), { AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': ['o-a1b2c3d4e5'] } }],
    ['organizational units and those below', BackupPeers.organizationalUnits(UNIT, `${UNIT}/`, `${UNIT}/*`), { AWS: '*' },
      { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': [`${UNIT}/*`, `${UNIT}/*`, `${UNIT}/*`] } }],
    ['an account', BackupPeers.account('111122223333'), root('111122223333'), undefined],
  ])('lets others copy into it with the condition on which AWS insists, and do nothing else', (_peers, peers, Principal, Condition) => {
    const [before, after] = [inHome(), inHome()];
    make(before, { copySources: [peers] });
    make(after, {}).allowCopyFrom(peers);
    const expected = { Sid: 'AllowCopiesInto1', Effect: 'Allow', Principal, Action: 'backup:CopyIntoBackupVault', Resource: '*', ...(Condition && { Condition }) };
    expect(allowed(before)).toEqual([expected]);
    expect(allowed(after)).toEqual([expected]);
  });

  test('keeps its guard beside all of that', () => {
    const stack = inHome();
    make(stack, { copySources: [BackupPeers.account('111122223333'), BackupPeers.organization('o-a1b2c3d4e5')] });
    const statements: Statement[] = Object.values(Template.fromStack(stack).findResources(type))[0].Properties.AccessPolicy.Statement;
    expect(statements.map(({ Sid }) => Sid)).toEqual(['DenyDeletionAndLiftingThisPolicy', 'DenyDeletionOfRecoveryPoints', 'AllowCopiesInto1', 'AllowCopiesInto2']);
  });

  test.each([
    [BackupPeers.organization('a1b2c3d4e5'), /'copySources\[0\]' must be the id of an organization/],
    [BackupPeers.organizationalUnits('ou-ab12-11111111'), /'copySources\[0\]' must be the path of an organizational unit/],
    [BackupPeers.organizationalUnits(), /'copySources\[0\]' must name at least one organizational unit/],
    [BackupPeers.account('root'), /'copySources\[0\]' must be the 12 digits/],
  ])('fails on what AWS does not know (%#)', (peers, message) => {
    const stack = inHome();
    expect(() => make(stack, { copySources: [peers] })).toThrow(message);
    expect(() => make(inHome(), {}).allowCopyFrom(peers)).toThrow(/'peers' must/);
    expect(stack.node.findChild('Vault').node.children).toEqual([]);
  });

  test('ids that are tokens are not checked', () => {
    const stack = inHome();
    const id = new CfnParameter(stack, 'Id').valueAsString;
    const copySources = [BackupPeers.organization(id), BackupPeers.organizationalUnits(id), BackupPeers.account(id)];
    expect(() => make(stack, { copySources })).not.toThrow();
  });

  test('takes statements of the user, about the vault if they name no resource', () => {
    const stack = inHome();
    const statement = () => new iam.PolicyStatement({ sid: 'Ours', actions: ['backup:StartRestoreJob'], principals: [new iam.AccountPrincipal(HOME.account)] });
    make(stack, { accessPolicyStatements: [statement()] }).addToAccessPolicy(new iam.PolicyStatement({ ...statement(), sid: 'Later', actions: ['backup:ListTags'], principals: [new iam.AccountRootPrincipal()] }));
    expect(allowed(stack).map(({ Sid, Action, Resource }) => [Sid, Action, Resource])).toEqual([['Ours', 'backup:StartRestoreJob', '*'], ['Later', 'backup:ListTags', '*']]);
  });

  test.each<[iam.PolicyStatementProps, RegExp]>([
    [{ actions: ['backup:*'], principals: [new iam.AccountRootPrincipal()] }, /\.actions' must be actions of AWS Backup without wildcards.*, got "backup:\*"/],
    [{ notActions: ['backup:StartRestoreJob'], principals: [new iam.AccountRootPrincipal()] }, /\.actions' must name actions/],
    [{ actions: ['backup:StartRestoreJob'] }, /\.principals' must be named/],
    [{ actions: ['backup:CopyIntoBackupVault'], principals: [new iam.AnyPrincipal()] }, /\.conditions' must limit everyone to an organization/],
    [{ actions: ['backup:CopyIntoBackupVault'], principals: [new iam.StarPrincipal()] }, /\.conditions' must limit everyone to an organization/],
    [{ actions: ['backup:StartRestoreJob'], principals: [new iam.AccountPrincipal('111122223333')] }, /\.actions' must be backup:CopyIntoBackupVault alone/],
    [{ actions: ['backup:StartRestoreJob'], principals: [new iam.ArnPrincipal('arn:aws-cn:iam::111122223333:role/other')] }, /\.actions' must be backup:CopyIntoBackupVault alone/],
  ])('fails on statements that AWS Backup refuses (%#)', (props, message) => {
    expect(() => make(inHome(), { accessPolicyStatements: [new iam.PolicyStatement(props)] })).toThrow(message);
    expect(() => make(inHome(), {}).addToAccessPolicy(new iam.PolicyStatement(props))).toThrow(message);
  });
});
