import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import type { App } from 'aws-cdk-lib/core';
import { quickStart } from './helpers/apps';

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

test('every example is looked at here', () => {
  expect(EXAMPLES).toEqual(['compliance-lock.ts', 'quick-start.ts']);
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
