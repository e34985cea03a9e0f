import { Template } from 'aws-cdk-lib/assertions';
import * as backup from 'aws-cdk-lib/aws-backup';
import * as kms from 'aws-cdk-lib/aws-kms';
import { App, DefaultStackSynthesizer, Duration, NestedStack, Stack, Stage } from 'aws-cdk-lib/core';
import { CopyDestination, EfsBackupPlan, EfsBackupRule } from '../../src/plan';
import type { EfsBackupPlanProps, EfsCopyAction } from '../../src/plan';
import { EfsBackupVault, VaultEncryption } from '../../src/vault';
import { findings } from '../private/nag';

const env = { account: '123456789012', region: 'eu-west-1' };
const VAULT = 'AWS::Backup::BackupVault';

function planIn(stack: Stack, copyActions: EfsCopyAction[], props: EfsBackupPlanProps = {}, id = 'Plan') {
  return new EfsBackupPlan(stack, id, { ...props, backupPlanRules: [EfsBackupRule.daily({ copyActions })] });
}
const destinations = (stack: Stack) => Object.values(Template.fromStack(stack).findResources('AWS::Backup::BackupPlan'))
  .flatMap(({ Properties }) => Properties.BackupPlan.BackupPlanRule)
  .flatMap(({ CopyActions }) => CopyActions.map((copy: any) => copy.DestinationBackupVaultArn));
const text = (value: any): string => typeof value === 'string' ? value : value['Fn::Join']?.[1].map(text).join('') ?? `<${value.Ref}>`;

describe('a copy in another Region', () => {
  test('goes to a vault that is made there, by a name that both stacks know', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack', { env });
    planIn(stack, [{ destination: CopyDestination.region('eu-central-1'), deleteAfter: Duration.days(90) }]);
    const support = app.node.children.find((child) => child !== stack) as Stack;
    expect(support.region).toBe('eu-central-1');
    expect(support.account).toBe('123456789012');
    expect(support.stackName).toBe('Stack-backup-copies-eu-central-1');
    const [vault] = Object.values(Template.fromStack(support).findResources(VAULT));
    const name = vault.Properties.BackupVaultName;
    expect(name).toMatch(/^Stack-Plan-[A-Z0-9]{8}-copies$/);
    expect(vault.DeletionPolicy).toBe('Retain');
    expect(JSON.stringify(vault.Properties.AccessPolicy)).toContain('backup:DeleteRecoveryPoint');
    expect(destinations(stack).map(text)).toEqual([`arn:<AWS::Partition>:backup:eu-central-1:123456789012:backup-vault:${name}`]);
    expect(app.synth().getStackArtifact(stack.artifactId).dependencies.map(({ id }) => id)).toContain(support.artifactId);
    expect(JSON.stringify(Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy'))).toContain(`:backup:eu-central-1:123456789012:backup-vault:${name}`);
  });

  test('has one vault for all rules of a plan, another for each plan, and one stack for both', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack', { env });
    const copyActions = [{ destination: CopyDestination.region('eu-central-1') }, { destination: CopyDestination.region('eu-south-1') }];
    EfsBackupPlan.grandfatherFatherSon(stack, 'Plan', { copyActions });
    EfsBackupPlan.daily35Days(stack, 'Other', { copyActions: [{ destination: CopyDestination.region('eu-central-1') }] });
    const stacks = app.node.children.filter((child): child is Stack => child !== stack && Stack.isStack(child));
    expect(stacks.map((each) => [each.region, Object.keys(Template.fromStack(each).findResources(VAULT)).length])).toEqual([['eu-central-1', 2], ['eu-south-1', 1]]);
    expect(new Set(destinations(stack).map(text)).size).toBe(3);
    expect(destinations(stack)).toHaveLength(9);
  });

  test('takes what the vault is to be like, the same everywhere', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack', { env });
    planIn(stack, [{ destination: CopyDestination.region('eu-central-1', { backupVaultName: 'far-away' }) }]);
    expect(destinations(stack).map(text)).toEqual(['arn:<AWS::Partition>:backup:eu-central-1:123456789012:backup-vault:far-away']);
    const again = new EfsBackupPlan(new Stack(new App(), 'Stack', { env }), 'Plan', {
      backupPlanRules: [EfsBackupRule.daily({ copyActions: [{ destination: CopyDestination.region('eu-central-1', { backupVaultName: 'far-away' }) }] })],
    });
    expect(() => again.addRule(EfsBackupRule.weekly({ copyActions: [{ destination: CopyDestination.region('eu-central-1', { backupVaultName: 'elsewhere' }) }] })))
      .toThrow(/'copyActions' must make the vault in eu-central-1 with the same props everywhere/);
  });

  test('works for stacks of no Region, of a stage, nested ones, and those with a synthesizer of their own', () => {
    const app = new App();
    const stage = new Stage(app, 'Prod', { env });
    const agnostic = new Stack(app, 'Agnostic', { synthesizer: new DefaultStackSynthesizer({ qualifier: 'mine' }) });
    const parent = new Stack(stage, 'Parent');
    const nested = new NestedStack(parent, 'Nested');
    const destination = () => [{ destination: CopyDestination.region('us-gov-east-1') }];
    planIn(agnostic, destination());
    planIn(nested, destination());
    expect(destinations(agnostic).map(text)).toEqual([expect.stringMatching(/^arn:<AWS::Partition>:backup:us-gov-east-1:<AWS::AccountId>:backup-vault:Agnostic-Plan-[A-Z0-9]{8}-copies$/)]);
    const support = app.node.children.find((child) => child.node.id.startsWith('backup-copies')) as Stack;
    expect(support.synthesizer.bootstrapQualifier).toBe('mine');
    const inStage = stage.node.children.filter((child): child is Stack => Stack.isStack(child) && child !== parent);
    expect(inStage.map(({ stackName }) => stackName)).toEqual(['Prod-Parent-backup-copies-us-gov-east-1']);
    const assembly = app.synth();
    expect(assembly.getNestedAssembly('assembly-Prod').getStackArtifact(parent.artifactId).dependencies.map(({ id }) => id)).toContain(inStage[0].artifactId);
  });

  test.each([
    ['the Region of the plan', 'eu-west-1', /'backupPlanRules\[0\].copyActions\[0\].destination' must be another Region than that of the plan, got "eu-west-1"/],
    ['no Region', 'Frankfurt', /must name a Region that is known at synth.*got "Frankfurt"/],
  ])('fails with %s', (_name, region, message) => {
    const stack = new Stack(new App(), 'Stack', { env });
    expect(() => planIn(stack, [{ destination: CopyDestination.region(region) }])).toThrow(message);
  });

  test('fails with a Region that is a token', () => {
    const stack = new Stack();
    expect(() => planIn(stack, [{ destination: CopyDestination.region(stack.region) }])).toThrow(/must name a Region that is known at synth/);
  });

  test('may use the key of the vault there, an imported one by its ARN', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack', { env });
    const far = new Stack(app, 'Far', { env: { ...env, region: 'eu-central-1' } });
    const encryptionKey = kms.Key.fromKeyArn(far, 'Key', 'arn:aws:kms:eu-central-1:123456789012:key/12345678-1234-1234-1234-123456789012');
    const destination = new EfsBackupVault(far, 'Vault', { backupVaultName: 'far', encryption: VaultEncryption.existingKey(encryptionKey) });
    const arn = 'arn:aws:backup:eu-central-1:123456789012:backup-vault:far';
    jest.spyOn(destination, 'backupVaultRef', 'get').mockReturnValue({ backupVaultName: 'far', backupVaultArn: arn });
    planIn(stack, [{ destination: CopyDestination.backupVault(destination) }]);
    expect(destinations(stack)).toEqual([arn]);
    const [policy] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy'));
    const keys = policy.Properties.PolicyDocument.Statement.filter(({ Action }: any) => JSON.stringify(Action).includes('kms:'));
    expect(keys.map(({ Resource }: any) => text(Resource))).toEqual(Array(3).fill(encryptionKey.keyArn));
    expect(findings(app).filter((finding) => finding.includes('IAM5'))).toEqual([]);
  });
});

describe('a copy in another account', () => {
  const theirs = 'arn:aws:backup:eu-central-1:210987654321:backup-vault:theirs';

  test('goes to a vault by its ARN, or to an imported one, which the role may copy into', () => {
    const stack = new Stack(new App(), 'Stack', { env });
    const imported = backup.CfnBackupVault.fromBackupVaultArn(stack, 'Theirs', theirs.replace('theirs', 'imported'));
    planIn(stack, [{ destination: CopyDestination.backupVaultArn(theirs) }, { destination: CopyDestination.backupVault(imported) }]);
    expect(destinations(stack)).toEqual([theirs, theirs.replace('theirs', 'imported')]);
    const policy = JSON.stringify(Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy'));
    expect(policy).toContain(`"Resource":"${theirs}"`);
    expect(policy).toContain('backup:CopyFromBackupVault');
  });

  test.each([
    ['no ARN', 'theirs', /must be the ARN of a backup vault, got "theirs"/],
    ['another ARN', 'arn:aws:backup:eu-west-1:210987654321:recovery-point:1', /must be the ARN of a backup vault/],
    ['the vault for automatic backups', theirs.replace('theirs', 'aws/efs/automatic-backup-vault'), /must not be the vault that is reserved for automatic backups/],
    ['the default vault of the other account', theirs.replace('theirs', 'Default'), /must not be the default vault of another account/],
  ])('fails with %s', (_name, arn, message) => {
    expect(() => planIn(new Stack(new App(), 'Stack', { env }), [{ destination: CopyDestination.backupVaultArn(arn) }])).toThrow(message);
  });

  test('may be the default vault of the own account, and anything that is a token', () => {
    const stack = new Stack(new App(), 'Stack', { env });
    const own = 'arn:aws-cn:backup:cn-north-1:123456789012:backup-vault:Default';
    expect(() => planIn(stack, [{ destination: CopyDestination.backupVaultArn(own) }, { destination: CopyDestination.backupVaultArn(stack.formatArn({ service: 'x', resource: 'y' })) }]))
      .not.toThrow();
  });
});

test('a copy to the vault that the rule writes to fails', () => {
  const stack = new Stack(new App(), 'Stack', { env });
  const backupVault = new EfsBackupVault(stack, 'Vault');
  const copyActions = [{ destination: CopyDestination.backupVault(backupVault) }];
  expect(() => planIn(stack, copyActions, { backupVault })).toThrow(/copyActions\[0\].destination' must not be the vault that the rule writes to/);
  const plan = new EfsBackupPlan(stack, 'Other');
  expect(() => plan.addRule(EfsBackupRule.weekly({ backupVault, copyActions }))).toThrow(/'rule.copyActions\[0\].destination' must not be the vault/);
});
