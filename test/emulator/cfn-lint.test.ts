import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import { encryptedQuickStart, everyProp, quickStart } from '../helpers/apps';

/** What cfn-lint finds and nobody needs to mend, by its rule. */
const ACCEPTED: Readonly<Record<string, string>> = {
  I1022: 'Fn::Join where Fn::Sub would do: CDK writes it for each text with a reference',
  W3005: 'a DependsOn that a reference implies already: CDK writes one for each dependency between constructs, without looking for references',
};

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'cfn-lint-'));
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

function findings(template: object): Array<{ rule: string; where: string; message: string }> {
  const file = path.join(directory, 'template.json');
  fs.writeFileSync(file, JSON.stringify(template));
  const { stdout, stderr } = spawnSync(path.join(process.env.EMULATOR_PROGRAMS!, 'cfn-lint'), ['--format', 'json', '--include-checks', 'I', '--', file], { encoding: 'utf8' });
  if (!stdout.startsWith('[')) {
    throw new Error(`cfn-lint gave no answer: ${stdout}${stderr}`);
  }
  return JSON.parse(stdout).map((found: any) => ({ rule: found.Rule.Id, where: found.Location.Path.join('/'), message: found.Message }));
}

const templates = (make: () => Stack): object[] => (make().node.root as App).synth().stacks.map((stack) => stack.template);

describe.each(Object.entries({ quickStart, encryptedQuickStart, everyProp }))('%s', (_name, make) => {
  test('has no finding beyond the accepted ones', () => {
    const found = templates(make).flatMap(findings);
    expect(found.filter(({ rule }) => !(rule in ACCEPTED))).toEqual([]);
  });
});

test('finds what is wrong: a rule whose cold storage is left too early', () => {
  const rule = { RuleName: 'Daily', TargetBackupVault: 'vault', Lifecycle: { MoveToColdStorageAfterDays: 30, DeleteAfterDays: 60 } };
  const found = findings({ Resources: { Plan: { Type: 'AWS::Backup::BackupPlan', Properties: { BackupPlan: { BackupPlanName: 'plan', BackupPlanRule: [rule] } } } } });
  expect(found.map((it) => it.rule)).toEqual(['E3504']);
});
