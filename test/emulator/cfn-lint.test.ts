import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import { encryptedQuickStart, everyProp, quickStart } from '../helpers/apps';

interface Finding {
  readonly rule: string;
  readonly where: string;
  readonly message: string;
}

/** What cfn-lint finds and nobody needs to mend: its rule, of which resources or with which message, and why. */
const ACCEPTED: ReadonlyArray<{ readonly rule: string; readonly of: RegExp; readonly reason: string }> = [
  { rule: 'I1022', of: /./, reason: 'Fn::Join where Fn::Sub would do: CDK writes it for each text with a reference' },
  { rule: 'W3005', of: /./, reason: 'a DependsOn that a reference implies already: CDK writes one for each dependency between constructs, without looking for references' },
  { rule: 'W3010', of: /Resources\/Vpc/, reason: "the user's VPC in a stack of a known Region: CDK writes its Availability Zones" },
  { rule: 'I3011', of: /^Resources\/Raw /, reason: 'a file system of the user of the constructs' },
  {
    rule: 'I3510',
    of: /action 'backup:(TagResource|DescribeRecoveryPoint|GetRecoveryPointRestoreMetadata|StartRestoreJob)'/,
    reason: 'cfn-lint takes the * for the account of recovery points, in the list of resources of AWS Backup, for a character: an ARN with the account does not match',
  },
];
const accepted = ({ rule, where, message }: Finding) => ACCEPTED.find((it) => it.rule === rule && it.of.test(`${where} ${message}`));

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'cfn-lint-'));
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

function findings(template: object): Finding[] {
  const file = path.join(directory, 'template.json');
  fs.writeFileSync(file, JSON.stringify(template));
  const { stdout, stderr } = spawnSync(path.join(process.env.EMULATOR_PROGRAMS!, 'cfn-lint'), ['--format', 'json', '--include-checks', 'I', '--', file], { encoding: 'utf8' });
  if (!stdout.startsWith('[')) {
    throw new Error(`cfn-lint gave no answer: ${stdout}${stderr}`);
  }
  return JSON.parse(stdout).map((found: any) => ({ rule: found.Rule.Id, where: found.Location.Path.join('/'), message: found.Message }));
}

const templates = (make: () => Stack): object[] => (make().node.root as App).synth().stacks.map((stack) => stack.template);

const met = new Set<string>();

test.each(Object.entries({ quickStart, encryptedQuickStart, everyProp }))('%s has no finding beyond the accepted ones', (_name, make) => {
  const found = templates(make).flatMap(findings);
  found.forEach((finding) => met.add(accepted(finding)?.rule ?? ''));
  expect(found.filter((finding) => accepted(finding) === undefined)).toEqual([]);
});

test('every accepted finding is still found', () => {
  expect(ACCEPTED.map(({ rule }) => rule).filter((rule) => !met.has(rule))).toEqual([]);
});

test('finds what is wrong: a rule whose cold storage is left too early', () => {
  const rule = { RuleName: 'Daily', TargetBackupVault: 'vault', Lifecycle: { MoveToColdStorageAfterDays: 30, DeleteAfterDays: 60 } };
  const found = findings({ Resources: { Plan: { Type: 'AWS::Backup::BackupPlan', Properties: { BackupPlan: { BackupPlanName: 'plan', BackupPlanRule: [rule] } } } } });
  expect(found.map((it) => it.rule)).toEqual(['E3504']);
});
