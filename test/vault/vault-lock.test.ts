import { Match, Template } from 'aws-cdk-lib/assertions';
import * as backup from 'aws-cdk-lib/aws-backup';
import { CfnParameter, Duration, Stack } from 'aws-cdk-lib/core';
import { EfsBackup } from '../../src';
import { CopyDestination, EfsBackupPlan, EfsBackupRule } from '../../src/plan';
import { ComplianceLockAcknowledgement, EfsBackupVault, EfsLogicallyAirGappedVault, VaultLock } from '../../src/vault';

const TYPE = 'AWS::Backup::BackupVault';
const acknowledgement = ComplianceLockAcknowledgement.NOBODY_INCLUDING_AWS_CAN_UNLOCK_THE_VAULT_OR_DELETE_ITS_BACKUPS_EARLY;
const days = (count: number) => Duration.days(count);
const compliance = (options: object = {}) => VaultLock.compliance({ coolingOffPeriod: days(3), acknowledgement, ...options });
const locked = (lock?: VaultLock, stack = new Stack()) => new EfsBackupVault(stack, 'Vault', { lock });
const written = (vault: EfsBackupVault) => Object.values(Template.fromStack(vault.stack).findResources(TYPE))[0].Properties.LockConfiguration;

test('a vault is not locked unless asked for', () => {
  Template.fromStack(locked().stack).hasResourceProperties(TYPE, { LockConfiguration: Match.absent() });
});

test('governance can be taken back: it never names a day from which it cannot', () => {
  const vault = locked(VaultLock.governance({ minRetention: days(7), maxRetention: days(90) }));
  expect(written(vault)).toEqual({ MinRetentionDays: 7, MaxRetentionDays: 90 });
});

test('a lock without limits has the minimum that CloudFormation requires', () => {
  expect(written(locked(VaultLock.governance()))).toEqual({ MinRetentionDays: 1 });
});

test('compliance names the cooling-off period', () => {
  const vault = locked(compliance({ minRetention: days(30) }));
  expect(written(vault)).toEqual({ MinRetentionDays: 30, ChangeableForDays: 3 });
  expect([vault.lock!.irrevocable, VaultLock.governance().irrevocable]).toEqual([true, false]);
});

test.each([[undefined], [true], [''], ['yes']])('compliance fails without its acknowledgement, whatever else is given', (given) => {
  expect(() => locked(compliance({ acknowledgement: given })))
    .toThrow(/^\[Default\/Vault\] 'lock.acknowledgement' must say what cannot be undone.*; use ComplianceLockAcknowledgement\.NOBODY_INCLUDING_AWS_CAN_UNLOCK/);
});

test.each([
  [compliance({ coolingOffPeriod: days(2) }), /'lock.coolingOffPeriod' must be a whole number of days from 3 to 36500, got "2 days"/],
  [compliance({ coolingOffPeriod: Duration.hours(80) }), /'lock.coolingOffPeriod' must be a whole number of days/],
  [VaultLock.governance({ minRetention: days(0) }), /'lock.minRetention' must be a whole number of days from 1 to 36500/],
  [VaultLock.governance({ maxRetention: days(36_501) }), /'lock.maxRetention' must be a whole number of days/],
  [VaultLock.governance({ minRetention: days(9), maxRetention: days(8) }), /'lock.maxRetention' must not be shorter than 'minRetention' \(9 days\)/],
])('fails on the limits (%#)', (lock, message) => {
  expect(() => locked(lock)).toThrow(message);
});

test('days that are tokens are passed on unchecked', () => {
  const stack = new Stack();
  const token = new CfnParameter(stack, 'Days', { type: 'Number' }).valueAsNumber;
  const vault = locked(compliance({ minRetention: days(token), coolingOffPeriod: days(token) }), stack);
  expect(written(vault)).toEqual({ MinRetentionDays: { Ref: 'Days' }, ChangeableForDays: { Ref: 'Days' } });
  expect(() => new EfsBackupPlan(stack, 'Plan', { backupVault: vault })).not.toThrow();
});

describe('a plan that targets a locked vault', () => {
  let stack: Stack;
  let vault: EfsBackupVault;
  beforeEach(() => {
    stack = new Stack();
    vault = locked(VaultLock.governance({ minRetention: days(30), maxRetention: days(365) }), stack);
  });
  const rule = (props: backup.BackupPlanRuleProps) => EfsBackupRule.fromBackupPlanRule(new backup.BackupPlanRule(props));
  const plan = (...rules: EfsBackupRule[]) => new EfsBackupPlan(stack, 'Plan', { backupPlanRules: rules, backupVault: vault });
  const other = () => new EfsBackupVault(stack, 'Other');

  test('takes rules within its limits', () => {
    const copied = rule({ deleteAfter: days(7), backupVault: other(), copyActions: [{ destinationBackupVault: vault, deleteAfter: days(30) }] });
    expect(() => plan(rule({ deleteAfter: days(365) }), copied)).not.toThrow();
  });

  test('fails with all rules and copies that do not fit, before anything is made', () => {
    const unlocked = other();
    expect(() => plan(
      rule({ deleteAfter: days(7) }),
      rule({ deleteAfter: days(400) }),
      rule({}),
      rule({
        deleteAfter: days(7),
        backupVault: unlocked,
        copyActions: [{ destinationBackupVault: new EfsBackupVault(stack, 'Third') }, { destinationBackupVault: vault, deleteAfter: days(20) }],
      }),
      rule({ deleteAfter: days(8), backupVault: unlocked, copyActions: [{ destinationBackupVault: vault }] }),
    )).toThrow(new RegExp([
      '^\\[Default/Plan\\] 5 problems:',
      '1. \'backupPlanRules\\[0\\].deleteAfter\' must not be shorter than the minimum retention of the vault Default/Vault \\(30 days\\).*, got "7 days".*',
      '2. \'backupPlanRules\\[1\\].deleteAfter\' must not be longer .*, got "400 days".*',
      '3. \'backupPlanRules\\[2\\].deleteAfter\' must not be longer .*, got "for ever".*',
      '4. \'backupPlanRules\\[3\\].copyActions\\[1\\].deleteAfter\' must not be shorter .*, got "20 days".*',
      '5. \'backupPlanRules\\[4\\].copyActions\\[0\\].deleteAfter\' must not be shorter .*, got "8 days".*$',
    ].join('\n')));
    expect(stack.node.findChild('Plan').node.children).toEqual([]);
  });

  test('fails on a rule that is added later', () => {
    const made = plan(rule({ deleteAfter: days(35) }));
    expect(() => made.addRule(rule({ deleteAfter: days(1) }))).toThrow(/'rule.deleteAfter' must not be shorter/);
    const copied = rule({ deleteAfter: days(35), backupVault: other(), copyActions: [{ destinationBackupVault: vault, deleteAfter: days(1) }] });
    expect(() => made.addRule(copied))
      .toThrow(/'rule.copyActions\[0\].deleteAfter' must not be shorter/);
  });

  test('fails through EfsBackup too', () => {
    expect(() => new EfsBackup(stack, 'Backup', { backupVault: vault, backupPlanRules: [rule({ deleteAfter: days(7) })] })).toThrow(/must not be shorter/);
  });

  test('fails on copies into a locked vault that is made in another Region, and into an air-gapped one by its own reference', () => {
    const airGapped = new EfsLogicallyAirGappedVault(stack, 'AirGapped', { minRetention: days(7), maxRetention: days(100) });
    expect(() => plan(new EfsBackupRule({
      deleteAfter: days(200),
      copyActions: [
        { destination: CopyDestination.region('eu-west-1', { lock: VaultLock.governance({ minRetention: days(300) }) }) },
        { destination: CopyDestination.logicallyAirGappedBackupVault(airGapped) },
      ],
    }))).toThrow(/2 problems:\n1. .*copyActions\[0\].deleteAfter' must not be shorter than .* in eu-west-1 \(300 days\).*\n2. .*copyActions\[1\].deleteAfter' must not be longer/);
  });

  test('fails on copies into an air-gapped vault that it does not take', () => {
    const airGapped = new EfsLogicallyAirGappedVault(stack, 'AirGapped', { minRetention: days(7), maxRetention: days(100) });
    expect(() => plan(rule({ deleteAfter: days(200), copyActions: [{ destinationBackupVault: airGapped }] })))
      .toThrow(/'backupPlanRules\[0\].copyActions\[0\].deleteAfter' must not be longer than the maximum retention of the vault Default\/AirGapped \(100 days\)/);
  });

  test('says nothing of vaults whose limits nobody knows', () => {
    const imported = backup.BackupVault.fromBackupVaultName(stack, 'Imported', 'imported');
    expect(() => plan(rule({ deleteAfter: days(1), backupVault: imported }))).not.toThrow();
  });
});
