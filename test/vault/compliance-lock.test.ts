import { Match, Template } from 'aws-cdk-lib/assertions';
import { App } from 'aws-cdk-lib/core';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';
import { ComplianceLock } from '../../examples/compliance-lock';
import { findings } from '../private/nag';

const example = () => new ComplianceLock(new App({ context: { ...flags } }), 'ComplianceLock');

test('the example locks its vault for good after 14 days, and copies into an air-gapped one', () => {
  const template = Template.fromStack(example());
  template.hasResourceProperties('AWS::Backup::BackupVault', { LockConfiguration: { MinRetentionDays: 35, MaxRetentionDays: 3650, ChangeableForDays: 14 } });
  template.hasResourceProperties('AWS::Backup::BackupPlan', {
    BackupPlan: { BackupPlanRule: [{ CopyActions: [{ DestinationBackupVaultArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^AirGapped'), 'BackupVaultArn'] } }] }] },
  });
});

test('the example is clean for compliance packs but for the VPC of the user', () => {
  const stack = example();
  expect(findings(stack.node.root as App).filter((finding) => !/ComplianceLock\/(Vpc|Custom::Vpc)/.test(finding))).toEqual([]);
});
