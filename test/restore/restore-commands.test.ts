import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { Duration } from 'aws-cdk-lib/core';
import type { Stack } from 'aws-cdk-lib/core';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';
import { addWorkflow, IRELAND, makeStack, wordOf } from './fixture';
import { CleanupMode } from '../../src';
import { metricDocument } from '../../src/core/embedded-metrics';
import { restoreMetrics } from '../../src/core/restore-metrics';
import { RestoreMetric } from '../../src/restore';
import type { EfsRestoreWorkflow } from '../../src/restore';

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'commands-'));
afterAll(() => fs.rmSync(directory, { recursive: true }));

/** The words that a shell makes of a command. */
function wordsOf(stack: Stack, command: string): string[] {
  const text = wordOf(stack.resolve(command)).replace(/<(Restore|Vault|FileSystem|Data)\w*(\.\w+)?>/g, 'THE-$1');
  fs.writeFileSync(path.join(directory, 'aws'), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
  const { status, stdout } = spawnSync('sh', ['-c', text], { encoding: 'utf8', env: { PATH: `${directory}:${process.env.PATH}` } });
  expect(status).toBe(0);
  return stdout.trimEnd().split('\n');
}

const make = (): [Stack, EfsRestoreWorkflow] => {
  const stack = makeStack({}, IRELAND);
  return [stack, addWorkflow(stack)];
};

describe('the commands, as a shell reads them', () => {
  const [stack, workflow] = make();

  test('start a restore', () => {
    expect(wordsOf(stack, workflow.startExecutionCommand({ items: ["/it's here"] }))).toEqual([
      'stepfunctions', 'start-execution', '--region', 'eu-west-1', '--state-machine-arn', 'THE-Restore', '--input', '{"items":["/it\'s here"]}',
    ]);
  });

  test('list what there is to restore from, the latest first', () => {
    expect(wordsOf(stack, workflow.listRecoveryPointsCommand())).toEqual([
      'backup', 'list-recovery-points-by-backup-vault', '--region', 'eu-west-1', '--backup-vault-name', 'THE-Vault', '--by-resource-arn', 'THE-FileSystem',
      '--query', 'reverse(sort_by(RecoveryPoints,&CreationDate))[].[CreationDate,Status,RecoveryPointArn]', '--output', 'text',
    ]);
  });

  test('list the latest restores', () => {
    expect(wordsOf(stack, workflow.listExecutionsCommand())).toEqual([
      'stepfunctions', 'list-executions', '--region', 'eu-west-1', '--state-machine-arn', 'THE-Restore', '--max-items', '10',
      '--query', 'executions[].[startDate,status,executionArn]', '--output', 'text',
    ]);
  });

  test('describe a restore, with the place for its ARN', () => {
    expect(wordsOf(stack, workflow.describeExecutionCommand())).toEqual([
      'stepfunctions', 'describe-execution', '--region', 'eu-west-1', '--execution-arn', 'EXECUTION_ARN', '--query', '[status,output,error,cause]',
    ]);
  });
});

test.each([
  ['eu-west-1', 'https://eu-west-1.console.aws.amazon.com/states/'],
  ['us-gov-west-1', 'https://us-gov-west-1.console.amazonaws-us-gov.com/states/'],
  ['cn-north-1', 'https://cn-north-1.console.amazonaws.cn/states/'],
])('the console of %s', (region, begin) => {
  const stack = makeStack(flags, { ...IRELAND, region });
  const url = wordOf(stack.resolve(addWorkflow(stack).consoleUrl));
  expect(url.startsWith(begin)).toBe(true);
  expect(url).toMatch(new RegExp(`^https://\\S+/states/home\\?region=${region}#/statemachines/view/<RestoreStateMachine\\w+>$`));
});

describe('the metrics', () => {
  const [stack, workflow] = make();
  /** A report of which the metrics are made; the rest of it does not matter here. */
  const REPORT: any = {
    outcome: 'FAILED', execution: { startTime: '2026-11-23T03:00:00Z' }, restores: [], totals: { files: 0, bytes: 0, moved: 0, replaced: 0, keptBoth: 0 },
  };
  const written: any = restoreMetrics(REPORT, 'fs-0123456789abcdef0', Date.parse('2026-11-23T04:00:00Z'));

  test.each(Object.values(RestoreMetric))('%s is looked for where it is written, of this file system', (name) => {
    const metric = workflow.metric(name, { period: Duration.hours(1) });
    const [{ Namespace, Dimensions, Metrics }] = written._aws.CloudWatchMetrics;
    expect([metric.namespace, Object.keys(metric.dimensions!)]).toEqual([Namespace, Dimensions[0]]);
    expect(Metrics.map(({ Name }: any) => Name)).toContain(metric.metricName);
    expect(stack.resolve(metric.dimensions)).toEqual({ FileSystemId: { Ref: expect.stringMatching(/^FileSystem/) } });
    expect([metric.statistic, metric.period]).toEqual(['Sum', Duration.hours(1)]);
  });

  test('what is no metric of ours is not in the document', () => {
    expect(written._aws.CloudWatchMetrics[0].Metrics.map(({ Name }: any) => Name).sort()).toEqual(Object.values(RestoreMetric).sort());
    expect(Object.keys(metricDocument(0, {}, {}, {}))).toEqual(['_aws']);
  });

  test('of failures make an alarm', () => {
    workflow.metricFailed({ period: Duration.hours(1) }).createAlarm(stack, 'Alarm', { threshold: 1, evaluationPeriods: 1 });
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'CdkEfsBackup', MetricName: 'RestoresFailed', Statistic: 'Sum', Period: 3600, Dimensions: [{ Name: 'FileSystemId', Value: { Ref: 'FileSystem8A8E25C0' } }],
    });
    expect([workflow.metricSucceeded().metricName, workflow.metricSucceeded({ statistic: 'Maximum' }).statistic]).toEqual(['RestoresSucceeded', 'Maximum']);
  });
});

test('a cleanup is added that works by the same worker, and waits for restores of this workflow', () => {
  const [stack, workflow] = make();
  const count = (type: string) => Object.keys(Template.fromStack(stack).findResources(type)).length;
  const cleanup = workflow.addCleanup('Cleanup', { mode: CleanupMode.DELETE });
  expect(cleanup.node.scope).toBe(workflow);
  expect([count('AWS::EFS::AccessPoint'), count('AWS::StepFunctions::StateMachine')]).toEqual([1, 2]);
  const definitions = JSON.stringify(Object.values(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine')).map(({ Properties }) => wordOf(Properties.DefinitionString)));
  expect(definitions.match(/<RestoreWorkerFunction\w+\.Arn>/g)!.length).toBeGreaterThan(4);
  expect(definitions).toMatch(/listExecutions[^}]*<RestoreStateMachine\w+>/);
});
