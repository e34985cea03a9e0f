import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as sns from 'aws-cdk-lib/aws-sns';
import { App, Stack } from 'aws-cdk-lib/core';
import { buildSync } from 'esbuild';
import { OnDemandBeforeDeploy } from '../examples/on-demand-before-deploy';
import { QuickStart } from '../examples/quick-start';
import { settings } from './helpers/apps';
import { FAILURES } from '../rehearsal/demo/failures';
import { BackedUpFileSystem, RecoveryDirectoryCleanup } from '../src';
import { CleanupError } from '../src/core/cleanup';
import { OnDemandBackupError, RestoreError } from '../src/core/contract';
import { RefusalReason } from '../src/core/deletion-guard';
import { reportRestore } from '../src/core/restore-report';
import { checkRestoreRequest } from '../src/core/restore-request';
import { WarningId } from '../src/private/warnings';

const ROOT = path.dirname(__dirname);
const read = (file: string) => fs.readFileSync(path.join(ROOT, file), 'utf8');
const blocks = (file: string, language: string) => [...read(file).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, block]) => block);
/** The rows of a table whose first cell is code, below a heading. */
const rows = (text: string) => [...text.matchAll(/^\| `([^`]+)`(?:, `[^`]+`)* \|/gm)].flatMap(([row]) => [...row.matchAll(/`([^`]+)`/g)].map(([, code]) => code));
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' }).split('\n').filter(Boolean);
const documents = tracked.filter((file) => /^[A-Z]+\.md$|^docs\/.*\.md$/.test(file) && file !== 'API.md');

describe.each(documents)('%s', (file) => {
  test('names only paths that exist', () => {
    const inCode = [...read(file).matchAll(/`((?:\.ci|docs|examples|lambda|projenrc|rehearsal|src|test)\/[\w./*<>-]+)`/g)].map(([, named]) => named);
    const linked = [...read(file).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) => path.join(path.dirname(file), link));
    const missing = [...inCode.filter((named) => !/[*<>]/.test(named)), ...linked].filter((named) => !['', 'test'].some((directory) => fs.existsSync(path.join(ROOT, directory, named)))); // docs/features.md names tests below test/
    expect(missing).toEqual([]);
  });
});

describe('the runbook', () => {
  const headings = [...read('docs/runbook.md').matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);

  test('explains every named error, and no others', () => {
    expect(headings.filter((heading) => /^[A-Z]\w+$/.test(heading)).sort())
      .toEqual([...Object.values(RestoreError), ...Object.values(OnDemandBackupError), ...Object.values(CleanupError)].sort());
  });

  test('explains every reason for which a deletion is refused', () => {
    const section = read('docs/runbook.md').split('## The restore succeeded')[1];
    expect(rows(section).sort()).toEqual(Object.values(RefusalReason).sort());
  });
});

test('the demo shows every error that a running workflow can end with', () => {
  const shown = new Set(Object.values(FAILURES).map(({ error }) => error));
  // the one needs a file system that changes in the middle of a move, the other somebody who calls the worker by hand
  const others = [RestoreError.MOVE_INCOMPLETE, RestoreError.INVALID_WORKER_EVENT];
  expect(Object.values(RestoreError).filter((error) => !shown.has(error)).sort()).toEqual([...others].sort());
});

describe('docs/restore-request.md', () => {
  test.each(blocks('docs/restore-request.md', 'json request'))('request %#', (block) => {
    const home = { partition: 'aws', region: 'eu-central-1', account: '111122223333' };
    expect(checkRestoreRequest(JSON.parse(block), { mounts: [], home, partial: false, isUnresolved: () => false })).toEqual([]);
  });

  test('the report has the keys and the wording of a real one', () => {
    const documented = JSON.parse(blocks('docs/restore-request.md', 'json report')[0]);
    const step = { done: true, resume: null };
    const { report } = reportRestore({
      input: {},
      execution: documented.execution,
      prepared: { request: documented.request, recoveryPoint: documented.recoveryPoint, warnings: [] },
      job: { RestoreJobId: documented.restoreJobId },
      found: { operation: 'find', done: true, directory: documented.recoveryDirectory, lostAndFound: [] },
      verification: { operation: 'verify', ...step, ...documented.verification },
      move: { operation: 'move', ...step, ...documented.move },
      deletion: { operation: 'delete', done: true, ...documented.cleanup },
    });
    expect(JSON.parse(JSON.stringify(report))).toEqual(documented);
  });
});

describe('the README', () => {
  test('answers on its first screen, and shows the construct in at most 15 lines', () => {
    const screen = read('README.md').split('\n').slice(0, 40).join('\n');
    expect(screen).toContain('## How do I get one deleted file back?');
    expect(screen).toContain('aws stepfunctions start-execution');
    expect(blocks('README.md', 'ts')[0].trim().split('\n').length).toBeLessThanOrEqual(15);
  });

  test('lists every warning', () => {
    const section = read('README.md').split('## Warnings')[1].split('\n## ')[0];
    expect(rows(section).sort()).toEqual(Object.values(WarningId).sort());
  });
});

/** A file system with a restore workflow and a cleanup, which tells a topic. */
function withCleanup(): Stack {
  const stack = new Stack(new App(), 'WithCleanup');
  const vpc = new ec2.Vpc(stack, 'Vpc');
  const data = new BackedUpFileSystem(stack, 'Data', { vpc });
  new RecoveryDirectoryCleanup(stack, 'Cleanup', { fileSystem: data, vpc, notificationTopic: new sns.Topic(stack, 'Topic'), restoreWorkflows: [data.addRestoreWorkflow('Restore')] });
  return stack;
}

describe('docs/permissions.md', () => {
  const stacks = [new QuickStart(new App(), 'QuickStart'), new OnDemandBeforeDeploy(new App(), 'OnDemandBeforeDeploy'), settings(), withCleanup()];
  const found = stacks.flatMap((stack) => Object.values(Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy')));
  // the first of each: every kind of custom resource has the same roles of the framework, a cleanup has a worker and a workflow as those of the quick start
  const policies = [...new Map(found.reverse().map((policy) => [policy.Properties.Description as string, policy])).values()];
  const sections = read('docs/permissions.md').split('\n## ').filter((section) => section.includes('\n> '));

  test('has a section for each role', () => {
    expect(sections.map((section) => /^> (.+)$/m.exec(section)![1]).sort()).toEqual(policies.map(({ Properties }) => Properties.Description).sort());
  });

  test.each(sections.map((section) => [section.split('\n')[0], section]))('%s: exactly the actions of the template', (_, section) => {
    const description = /^> (.+)$/m.exec(section)![1];
    const { PolicyDocument } = policies.find(({ Properties }) => Properties.Description === description)!.Properties;
    const actions = PolicyDocument.Statement.flatMap(({ Action }: { Action: string | string[] }) => Action);
    expect(rows(section).sort()).toEqual([...new Set(actions)].sort());
  });
});

test('NOTICE names every package in the bundles, and all of them are Apache-2.0', () => {
  const names = new Set<string>();
  for (const handler of ['control-plane', 'cleanup-control-plane', 'custom-resources', 'file-system-worker']) {
    const { metafile } = buildSync({
      entryPoints: [path.join(ROOT, `lambda/${handler}.lambda.ts`)],
      bundle: true,
      platform: 'node',
      mainFields: ['module', 'main'],
      metafile: true,
      write: false,
      outdir: '/nowhere',
      logLevel: 'error',
    });
    for (const [input, { bytesInOutput }] of Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs))) {
      const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1];
      if (name !== undefined && bytesInOutput > 0) {
        names.add(name);
      }
    }
  }
  expect(read('NOTICE').split('\n').filter((line) => line.startsWith('@')).sort()).toEqual([...names].sort());
  expect([...names].filter((name) => JSON.parse(read(`node_modules/${name}/package.json`)).license !== 'Apache-2.0')).toEqual([]);
});

test('the lock files name no registry', () => {
  for (const file of tracked.filter((name) => path.basename(name) === 'package-lock.json')) {
    expect(read(file)).not.toContain('"resolved"');
  }
});
