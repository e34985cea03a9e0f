import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { App } from 'aws-cdk-lib/core';
import type { Stack } from 'aws-cdk-lib/core';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';
import { quickStart } from './helpers/apps';
import { findings } from './private/nag';
import { ApprovedRestore } from '../examples/approved-restore';
import { ComplianceLock } from '../examples/compliance-lock';
import { CentralVault, CopiedFileSystem } from '../examples/copies';
import { ExistingFileSystems } from '../examples/existing-file-systems';
import { OnDemandBeforeDeploy } from '../examples/on-demand-before-deploy';

const ROOT = path.join(__dirname, '..');
const CDK = JSON.parse(fs.readFileSync(path.join(ROOT, 'cdk.json'), 'utf8')) as { app: string; context: Record<string, unknown> };
const EXAMPLES = fs.readdirSync(path.join(ROOT, 'examples')).filter((name) => name.endsWith('.ts'));

const directories: string[] = [];
const temporary = () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'examples-'));
  directories.push(directory);
  return directory;
};
afterAll(() => directories.forEach((directory) => fs.rmSync(directory, { recursive: true, force: true })));

/** The template of the quick start as it is written to a file. */
function synthesized(directory: string): string {
  (quickStart(CDK.context, directory).node.root as App).synth();
  return fs.readFileSync(path.join(directory, 'QuickStart.template.json'), 'utf8');
}

/** Runs an app just as the command line of CDK does. */
function run(app: string, directory: string) {
  const { CDK_VALIDATION: _off, ...env } = process.env; // an app of a user is validated
  return spawnSync('sh', ['-c', app], {
    cwd: ROOT, encoding: 'utf8', env: { ...env, CDK_OUTDIR: directory, CDK_CONTEXT_JSON: JSON.stringify(CDK.context) },
  });
}

const CENTRAL = { account: '210987654321', region: 'eu-central-1' };

/** The stacks of the examples beside the quick start, and what of each is the user's own, not ours to judge. */
const OTHERS: Record<string, [(app: App) => Stack, RegExp]> = {
  'approved-restore.ts': [(app) => new ApprovedRestore(app, 'ApprovedRestore', {
    stopFunctionArn: 'arn:aws:lambda:eu-central-1:111122223333:function:stop-application',
    startStateMachineArn: 'arn:aws:states:eu-central-1:111122223333:stateMachine:start-application',
  }), / ApprovedRestore\/(Vpc|Approvers|Restores|Operators|ApproversRole)\b/],
  'compliance-lock.ts': [(app) => new ComplianceLock(app, 'ComplianceLock'), / ComplianceLock\/(Vpc|BreakGlass|Jobs|TopicKey)\b/],
  'copies.ts': [(app) => new CopiedFileSystem(app, 'CopiedFileSystem', { account: '123456789012', region: 'eu-central-1' }, CENTRAL), / CopiedFileSystem\/Vpc/],
  'existing-file-systems.ts': [(app) => new ExistingFileSystems(app, 'ExistingFileSystems'), / ExistingFileSystems\/(Vpc|Auditors)/],
  'on-demand-before-deploy.ts': [(app) => new OnDemandBeforeDeploy(app, 'OnDemandBeforeDeploy'), / OnDemandBeforeDeploy\/(Vpc|Cluster|Pipeline|Pause|Resume)\b/],
};

test('every example is looked at here', () => {
  expect(EXAMPLES).toEqual([...Object.keys(OTHERS), 'quick-start.ts'].sort());
});

describe.each(Object.entries(OTHERS))('%s', (_file, [make, users]) => {
  const stackIn = (context: Record<string, unknown> = {}, outdir?: string) => make(new App({ context: { ...flags, ...context }, outdir }));

  test('is synthesized, without a warning', () => {
    const directory = temporary();
    const stack = stackIn(CDK.context, directory);
    (stack.node.root as App).synth();
    expect(fs.existsSync(path.join(directory, `${stack.stackName}.template.json`))).toBe(true);
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('breaks no rule of CloudFormation', () => {
    const before = { ...process.env };
    delete process.env.CDK_VALIDATION;
    process.env.CDK_APP_MODE = 'inmemory'; // puts the report into the message of the exception
    try {
      expect(() => (stackIn({ '@aws-cdk/core:strictCfnValidateErrors': true }).node.root as App).synth()).not.toThrow();
    } finally {
      process.env = before;
    }
  });

  test('has no finding in what is ours but logs without a key', () => {
    const stack = stackIn();
    const hasLogs = Object.keys(Template.fromStack(stack).findResources('AWS::Logs::LogGroup')).length > 0;
    const found = findings(stack.node.root as App).filter((finding) => !users.test(finding) && !finding.includes('/Custom::'));
    expect([...new Set(found.map((finding) => finding.replace(/^\S+-(\w+) .*$/, '$1')))]).toEqual(hasLogs ? ['CloudWatchLogGroupEncrypted'] : []);
  });
});

test('the quick start is synthesized to the same template each time, wherever it is', () => {
  const [one, other] = [synthesized(temporary()), synthesized(temporary())];
  expect(one).toBe(other);
  expect(one).not.toContain(ROOT);
  expect(one).not.toContain(os.tmpdir());
});

test('the quick start runs as cdk.json runs it', () => {
  const directory = temporary();
  const { status, stderr } = run(CDK.app, directory);
  expect([status, stderr.split('\n').filter((line) => /error|warning/i.test(line) && !/^npm warn|end-of-life|ExperimentalWarning/i.test(line))]).toEqual([0, []]);
  expect(fs.readFileSync(path.join(directory, 'QuickStart.template.json'), 'utf8')).toBe(synthesized(temporary()));
});

test('the quick start tells how one file is brought back', () => {
  Template.fromStack(quickStart()).hasOutput('RestoreOneFile', {
    Value: {
      'Fn::Join': ['', [
        'aws stepfunctions start-execution --region ', { Ref: 'AWS::Region' }, ' --state-machine-arn ', { Ref: 'DataRestoreStateMachine3F95CB81' },
        ' --input \'{"items":["/projects/alpha/report.txt"],"afterRestore":"MOVE_INTO_PLACE"}\'',
      ]],
    },
  });
});

test('the quick start is made of these resources', () => {
  const { Resources, Outputs } = JSON.parse(synthesized(temporary())) as Record<'Resources' | 'Outputs', Record<string, { Metadata?: unknown }>>;
  const resources = Object.fromEntries(Object.entries(Resources).filter(([id]) => id !== 'CDKMetadata').map(([id, { Metadata: _metadata, ...resource }]) => [id, resource]));
  const text = JSON.stringify({ resources, Outputs });
  expect(text).not.toContain(ROOT);
  expect(text).not.toContain('aws:cdk:path');
  expect({ resources, outputs: Outputs }).toMatchSnapshot();
});

test('a copy goes to a Region, whose vault is made for it, and to an account that takes copies of the organization', () => {
  const app = new App({ context: flags });
  const central = new CentralVault(app, 'CentralVault', CENTRAL);
  const copied = new CopiedFileSystem(app, 'CopiedFileSystem', { account: '123456789012', region: 'eu-central-1' }, CENTRAL);
  const stacks = app.synth().stacks.filter(({ environment }) => environment.region === 'eu-west-1');
  expect(stacks.map(({ environment }) => environment.account)).toEqual(['123456789012']);
  const [plan] = Object.values(Template.fromStack(copied).findResources('AWS::Backup::BackupPlan'));
  const actions: any[] = plan.Properties.BackupPlan.BackupPlanRule[0].CopyActions;
  const copies = actions.map(({ DestinationBackupVaultArn }) => JSON.stringify(copied.resolve(DestinationBackupVaultArn)));
  expect(copies).toEqual([
    expect.stringContaining(':backup:eu-west-1:123456789012:backup-vault:'),
    expect.stringContaining(':backup:eu-central-1:210987654321:backup-vault:central-efs-copies'),
  ]);
  Template.fromStack(central).hasResourceProperties('AWS::Backup::BackupVault', {
    AccessPolicy: {
      Statement: Match.arrayWith([Match.objectLike({
        Effect: 'Allow', Action: 'backup:CopyIntoBackupVault', Condition: { StringEquals: { 'aws:PrincipalOrgID': ['o-a1b2c3d4e5'] } },
      })]),
    },
  });
});
