import { checkCoolingOff, checkRetention, checkRetentionLimits } from '../../src/core/vault-lock';
import type { Retention } from '../../src/core/vault-lock';

const subjects = (problems: { subject: string }[]) => problems.map(({ subject }) => subject);

describe('the limits of a vault', () => {
  test.each([[{}], [{ minRetentionDays: 1 }], [{ maxRetentionDays: 36_500 }], [{ minRetentionDays: 35, maxRetentionDays: 35 }]])('%j are taken', (limits) => {
    expect(checkRetentionLimits('lock.', limits, 1)).toEqual([]);
  });

  test.each([
    [{ minRetentionDays: 0 }, ['lock.minRetention']],
    [{ minRetentionDays: 1.5 }, ['lock.minRetention']],
    [{ minRetentionDays: 36_501 }, ['lock.minRetention']],
    [{ maxRetentionDays: 0 }, ['lock.maxRetention']],
    [{ maxRetentionDays: 36_501 }, ['lock.maxRetention']],
    [{ minRetentionDays: 0, maxRetentionDays: 36_501 }, ['lock.minRetention', 'lock.maxRetention']],
    [{ minRetentionDays: 36, maxRetentionDays: 35 }, ['lock.maxRetention']],
  ])('%j fail', (limits, expected) => {
    expect(subjects(checkRetentionLimits('lock.', limits, 1))).toEqual(expected);
  });

  test.each([[6, 1], [7, 0]])('an air-gapped vault with a minimum of %d days has %d problems', (minRetentionDays, count) => {
    expect(checkRetentionLimits('', { minRetentionDays }, 7)).toHaveLength(count);
  });

  test.each([[2, 1], [3, 0], [36_500, 0], [36_501, 1], [3.5, 1], [undefined, 0]])('a cooling-off period of %p days has %d problems', (days, count) => {
    expect(checkCoolingOff('lock.coolingOffPeriod', days)).toHaveLength(count);
  });
});

describe('the retention of a rule', () => {
  const limits = { minRetentionDays: 30, maxRetentionDays: 365 };
  const rule = (retention: Retention, of = limits as typeof limits | Record<string, never>) => checkRetention('rule.deleteAfter', 'App/Vault', of, retention).map((problem) => problem.rule);

  test.each<[Retention]>([[30], [31], [365], [undefined]])('%p fits', (retention) => {
    expect(rule(retention)).toEqual([]);
  });

  test('shorter than the minimum fails with the vault and its limit', () => {
    expect(rule(29)).toEqual(['must not be shorter than the minimum retention of the vault App/Vault (30 days), else every job into it fails']);
  });

  test.each<[Retention]>([[366], ['for ever']])('%p is longer than the maximum', (retention) => {
    expect(rule(retention)).toEqual(['must not be longer than the maximum retention of the vault App/Vault (365 days), else every job into it fails']);
  });

  test('for ever fits a vault without a maximum, and everything fits a vault without limits', () => {
    expect(checkRetention('rule.deleteAfter', 'App/Vault', { minRetentionDays: 30 }, 'for ever')).toEqual([]);
    expect([1, 36_500, 'for ever' as const].flatMap((retention) => rule(retention, {}))).toEqual([]);
  });
});
