import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { App, Stack } from 'aws-cdk-lib/core';
import { buildSync } from 'esbuild';
import { OnDemandBeforeDeploy } from '../examples/on-demand-before-deploy';
import { QuickStart } from '../examples/quick-start';
import { settings } from './helpers/apps';
import { violations } from './helpers/json-schema';
import { SCENARIOS } from '../rehearsal/demo/scenarios';
import { BackedUpFileSystem, EfsBackupPlan, EfsBackupVault, RecoveryDirectoryCleanup, RestoreApprovalStage, VaultEncryption, WorkflowHook } from '../src';
import { describeApproval } from '../src/core/approval';
import { checkRestoreRequest } from '../src/core/check-restore-request';
import { CleanupError } from '../src/core/cleanup';
import { OnDemandBackupError, RestoreError } from '../src/core/contract';
import { RefusalReason } from '../src/core/deletion-guard';
import { METRIC_NAMESPACE } from '../src/core/embedded-metrics';
import { MOST_RESTORE_JOBS, UNDISPUTED_ITEMS } from '../src/core/item-path';
import { NewFileSystemPerformanceMode } from '../src/core/new-file-system';
import { RestoreMetric } from '../src/core/restore-metrics';
import { reportRestore } from '../src/core/restore-report';
import type { RestoreExecution, RestoreReport } from '../src/core/restore-report';
import { RESTORE_REPORT_SCHEMA } from '../src/core/restore-report-schema';
import { AfterRestore, ConflictPolicy, RecoveryDirectoryDisposal } from '../src/core/restore-request';
import { RESTORE_REQUEST_SCHEMA } from '../src/core/restore-request-schema';
import { WarningId } from '../src/private/warnings';

const ROOT = path.dirname(__dirname);
const read = (file: string) => fs.readFileSync(path.join(ROOT, file), 'utf8');
const blocks = (file: string, language: string) => [...read(file).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, block]) => block);
/** The rows of a table whose first cell is code, below a heading. */
const rows = (text: string) => [...text.matchAll(/^\| `([^`]+)`(?:, `[^`]+`)* \|/gm)].flatMap(([row]) => [...row.matchAll(/`([^`]+)`/g)].map(([, code]) => code));
/** What is below a heading, up to the next one of the same or a higher level. */
const sectionOf = (file: string, heading: string): string => {
  const level = /^#+/.exec(heading)![0].length;
  const rest = read(file).split(`\n${heading}\n`)[1];
  return rest.split(new RegExp(`^#{1,${level}} `, 'm'))[0];
};
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' }).split('\n').filter(Boolean);
const documents = tracked.filter((file) => /^[A-Z]+\.md$|^docs\/.*\.md$/.test(file) && file !== 'API.md');

describe.each(documents)('%s', (file) => {
  test('names only paths that exist', () => {
    const inCode = [...read(file).matchAll(/`((?:\.ci|docs|examples|lambda|projenrc|rehearsal|src|test)\/[\w./*<>-]+)`/g)].map(([, named]) => named);
    const linked = [...read(file).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) => path.join(path.dirname(file), link));
    const missing = [...inCode.filter((named) => !/[*<>]/.test(named)), ...linked].filter((named) => !['', 'test'].some((directory) => fs.existsSync(path.join(ROOT, directory, named)))); // docs/features.md names tests below test/
    expect(missing).toEqual([]);
  });

  test('links to headings that exist', () => {
    const links = [...read(file).matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)].map(([, target, anchor]) => [target === '' ? file : path.join(path.dirname(file), target), anchor]);
    const anchors = (target: string) => [...read(target).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading.toLowerCase().replace(/[^\w\- ]/g, '').replace(/ /g, '-'));
    expect(links.filter(([target, anchor]) => !anchors(target).includes(anchor))).toEqual([]);
  });
});

/** A restore workflow, an on-demand backup and a cleanup with everything that may ask for a permission. */
function everythingOn(): Stack {
  const stack = new Stack(new App(), 'EverythingOn');
  const vpc = new ec2.Vpc(stack, 'Vpc');
  const key = new kms.Key(stack, 'Key');
  const vault = new EfsBackupVault(stack, 'Vault', { encryption: VaultEncryption.existingKey(key) });
  const topic = new sns.Topic(stack, 'Topic', { masterKey: key });
  const hook = WorkflowHook.invokeFunction(lambda.Function.fromFunctionName(stack, 'Stop', 'stop'));
  const machine = WorkflowHook.startStateMachine(sfn.StateMachine.fromStateMachineName(stack, 'Start', 'start'));
  const data = new BackedUpFileSystem(stack, 'Data', { vpc, backupPlan: new EfsBackupPlan(stack, 'Plan', { backupVault: vault }) });
  data.addOnDemandBackup('OnDemand', { before: hook, after: machine });
  const restore = data.addRestoreWorkflow('Restore', {
    notificationTopic: topic,
    approval: { topic: new sns.Topic(stack, 'Approvers', { masterKey: key }), stages: [RestoreApprovalStage.BEFORE_RESTORE, RestoreApprovalStage.BEFORE_MOVE] },
    hooks: { beforeRestore: hook, afterRestore: machine, beforeMove: hook, afterMove: machine },
    moreBackupVaults: [new EfsBackupVault(stack, 'Copies')],
    allowNewFileSystems: true,
    workers: 4,
    encryptionKey: key,
  });
  restore.addCleanup('Cleanup', { notificationTopic: topic, encryptionKey: key });
  return stack;
}

interface DefinedState {
  readonly Parameters?: Record<string, any>;
  readonly ItemProcessor?: { readonly States: Record<string, DefinedState> };
}

/** The states of the restore workflow of a stack, those of its maps included. */
function restoreStates(stack: Stack): Record<string, DefinedState> {
  const texts = Object.values(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine'))
    .map(({ Properties }) => Properties.DefinitionString['Fn::Join'][1].map((part: unknown) => (typeof part === 'string' ? part : 'reference')).join('') as string);
  const flat = (states: Record<string, DefinedState>): Record<string, DefinedState> =>
    Object.assign({}, states, ...Object.values(states).map(({ ItemProcessor }) => flat(ItemProcessor?.States ?? {})));
  return flat(JSON.parse(texts.find((text) => text.includes('"PrepareRestore"'))!).States);
}

const full = everythingOn();

describe('the runbook', () => {
  const headings = [...read('docs/runbook.md').matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);

  test('explains every named error, and no others', () => {
    expect(headings.filter((heading) => /^[A-Z]\w+$/.test(heading)).sort())
      .toEqual([...Object.values(RestoreError), ...Object.values(OnDemandBackupError), ...Object.values(CleanupError)].sort());
  });

  const errors = [...Object.values(RestoreError), ...Object.values(OnDemandBackupError), ...Object.values(CleanupError)];

  test.each(errors)('%s: what it means, where to look, what to do, when not to, each once and in this order', (error) => {
    const parts = sectionOf('docs/runbook.md', `## ${error}`).split(/^\*(\w+)\.\* /m).slice(1);
    expect(parts.filter((_, index) => index % 2 === 0)).toEqual(['Meaning', 'Look', 'Do', 'Not']);
    parts.filter((_, index) => index % 2 === 1).forEach((part) => expect(part.trim()).toMatch(/^.{15,}$/s));
  });

  test('puts each error below the heading of what ends with it', () => {
    const headed = ['Errors of restores', 'Errors of on-demand backups', 'Errors of cleanups', 'Any other error'].map((heading) => `^## ${heading}$`);
    const [, restores, backups, cleanups] = new RegExp(headed.join('(.*)'), 'ms').exec(read('docs/runbook.md'))!;
    const names = (part: string) => [...part.matchAll(/^## (\w+)$/gm)].map(([, name]) => name).sort();
    expect(names(restores)).toEqual(Object.values(RestoreError).sort());
    expect(names(backups)).toEqual(Object.values(OnDemandBackupError).sort());
    expect(names(cleanups)).toEqual(Object.values(CleanupError).sort());
  });

  test('names states that there are', () => {
    const section = sectionOf('docs/runbook.md', '## Follow an execution');
    const states = Object.keys(restoreStates(full));
    expect(rows(section).filter((name) => !states.includes(name))).toEqual([]);
    expect(rows(section).length).toBeGreaterThan(10);
  });

  test('approves with the commands of the message', () => {
    const [success, failure] = /```sh\n(.*?)```/s.exec(sectionOf('docs/runbook.md', '## Approve or reject'))![1].trim().split('\n');
    const { afterToken } = describeApproval(DRY_RUN, { stage: 'MOVE', region: '$REGION', timeout: '1 day' });
    expect(afterToken.trim().split('\n')).toEqual([success, failure]);
  });

  test('explains every reason for which a deletion is refused', () => {
    const section = read('docs/runbook.md').split('## The restore succeeded')[1];
    expect(rows(section).sort()).toEqual(Object.values(RefusalReason).sort());
  });
});

test('the demo shows every error that a running workflow can end with', () => {
  const shown = new Set(SCENARIOS.map(({ error }) => error));
  // the one needs a file system that changes in the middle of a move, the other somebody who calls the worker by hand
  const others = [RestoreError.MOVE_INCOMPLETE, RestoreError.INVALID_WORKER_EVENT];
  expect(Object.values(RestoreError).filter((error) => !shown.has(error)).sort()).toEqual([...others].sort());
});

/** The state of the execution that ends in a report. */
function executionOf(report: RestoreReport): RestoreExecution {
  const step = { done: true, resume: null } as const;
  const finished = report.restores.filter(({ recoveryDirectory, newFileSystemArn }) => recoveryDirectory ?? newFileSystemArn);
  const request = report.request as { items?: string[] };
  const answers = <Key extends 'verification' | 'plan' | 'move' | 'cleanup'>(key: Key) => finished.flatMap((part) => part[key] ?? []);
  return {
    input: {},
    execution: report.execution,
    prepared: {
      request: report.request as any,
      recoveryPoint: report.recoveryPoint!,
      jobs: [...report.restores.map(({ items }) => ({ items })), ...(request.items === undefined ? [{ items: null }] : [])],
      warnings: report.warnings,
    },
    ...(report.restores.length > 0 ? { job: { RestoreJobId: report.restores[report.restores.length - 1].restoreJobId } } : {}),
    progress: { restores: finished.map(({ recoveryDirectory: directory, ...rest }) => ({ ...rest, directory })) },
    verifications: answers('verification').map((answer) => ({ operation: 'verify', ...step, ...answer })),
    plans: answers('plan').map((answer) => ({ operation: 'move', ...step, ...answer })),
    moves: answers('move').map((answer) => ({ operation: 'move', ...step, ...answer })),
    deletions: answers('cleanup').map((answer, index) => ({ directory: finished[index].recoveryDirectory!, ...answer })),
    ...(report.error === undefined ? {} : { failure: { Error: report.error, Cause: report.cause } }),
    ...(finished.some(({ move }) => move) ? { moving: true as const } : {}),
  };
}

const REPORTS: RestoreReport[] = blocks('docs/restore-request.md', 'json report').map((block) => JSON.parse(block));
const DRY_RUN = executionOf(REPORTS.find(({ request }) => (request as { dryRun?: boolean }).dryRun === true)!);

describe('docs/restore-request.md', () => {
  const REQUESTS = blocks('docs/restore-request.md', 'json request').map((block) => JSON.parse(block));
  const section = (heading: string) => sectionOf('docs/restore-request.md', heading);
  const values = (schema: object, key: string) => Object.keys((schema as any).properties[key].properties);

  test.each(REQUESTS)('request %#', (request) => {
    const home = { partition: 'aws', region: 'eu-central-1', account: '111122223333' };
    const mounts = [{ mountPoint: '/srv/projects', rootDirectory: '/projects' }];
    const options = { mounts, home, partial: false, isUnresolved: () => false, itemsPerRestoreJob: UNDISPUTED_ITEMS };
    expect(checkRestoreRequest(request, options)).toEqual([]);
    expect(violations(RESTORE_REQUEST_SCHEMA, request)).toEqual([]);
  });

  test('its tables have every key, and its requests show each of them', () => {
    const keys = Object.keys((RESTORE_REQUEST_SCHEMA as any).properties);
    expect(rows(section('## Requests').split('\n### ')[0])).toEqual(keys);
    expect(rows(section('### The target')).filter((key) => key !== 'newFileSystem')).toEqual(values(RESTORE_REQUEST_SCHEMA, 'newFileSystem'));
    expect(rows(section('### Expectations'))).toEqual(Object.keys((RESTORE_REQUEST_SCHEMA as any).properties.expectations.items.properties));
    expect(keys.filter((key) => !REQUESTS.some((request) => key in request))).toEqual([]);
  });

  test('its tables have every value', () => {
    const after = section('### What comes after');
    expect(rows(after)).toEqual([...Object.values(AfterRestore), ...Object.values(RecoveryDirectoryDisposal)]);
    expect(rows(section('### Conflicts'))).toEqual(Object.values(ConflictPolicy));
    Object.values(NewFileSystemPerformanceMode).forEach((mode) => expect(section('### The target')).toContain(`\`${mode}\``));
  });

  test('its numbers are those of the code', () => {
    expect(section('### Several jobs')).toContain(`by default ${UNDISPUTED_ITEMS},`);
    expect(section('### Several jobs').replace(/\n/g, ' ')).toContain(`at most ${MOST_RESTORE_JOBS},`);
  });

  test.each(REPORTS)('report %#: the keys and the wording of a real one', (documented) => {
    expect(JSON.parse(JSON.stringify(reportRestore(executionOf(documented)).report))).toEqual(documented);
    expect(violations(RESTORE_REPORT_SCHEMA, documented)).toEqual([]);
  });

  test('its reports are a success, a dry run and a failure, and its table has every key of them', () => {
    expect(REPORTS.map(({ outcome, request }) => [outcome, (request as { dryRun: boolean }).dryRun])).toEqual([['SUCCEEDED', false], ['SUCCEEDED', true], ['FAILED', false]]);
    expect(rows(section('## The report')).sort()).toEqual(Object.keys((RESTORE_REPORT_SCHEMA as any).properties).sort());
  });

  test('the message of an approval is a real one', () => {
    const asked = { ...DRY_RUN, prepared: { ...DRY_RUN.prepared!, request: { ...DRY_RUN.prepared!.request, dryRun: false } } };
    const { beforeToken, afterToken } = describeApproval(asked, { stage: 'MOVE', region: 'eu-central-1', timeout: '1 day' });
    expect(blocks('docs/restore-request.md', 'text approval')).toEqual([expect.stringMatching(/^TOKEN=\S+$/m)]);
    expect(blocks('docs/restore-request.md', 'text approval')[0].replace(/^TOKEN=\S+$/m, 'TOKEN=')).toBe(`${beforeToken}${afterToken}`);
  });

  const HOOKS = [...read('docs/restore-request.md').matchAll(/^```json hook (\w+)\n(.*?)^```/gms)].map(([, state, block]) => [state, JSON.parse(block)]);

  test.each(HOOKS)('hook %s: what the state hands over', (state, documented) => {
    const defined = restoreStates(full)[state].Parameters!;
    const payload = defined.Input ?? defined; // a state machine is started with an input, a function is the parameters
    const keys = (value: object) => Object.keys(value).map((key) => key.replace(/\.\$$/, '')).filter((key) => key !== 'AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID');
    expect(keys(documented)).toEqual(keys(payload));
    expect(documented.phase).toBe(payload.phase);
    expect(keys(documented.outcome ?? {})).toEqual(keys(payload.outcome ?? {}));
    expect(documented.outcome?.status).toBe(payload.outcome?.status);
  });

  test('explains every key that a hook may get', () => {
    const shown = HOOKS.flatMap(([, payload]) => Object.keys(payload));
    expect(rows(section('## Hooks')).sort()).toEqual([...new Set(shown)].filter((key) => !key.startsWith('fileSystem')).sort());
  });

  test('lists every metric', () => {
    expect(rows(section('## Metrics'))).toEqual(Object.values(RestoreMetric));
    expect(section('## Metrics')).toContain(`namespace \`${METRIC_NAMESPACE}\``);
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
  const actionsOf = ({ Properties }: any): string[] => Properties.PolicyDocument.Statement.flatMap(({ Action }: any) => Action);
  const switchedOn = Object.values(Template.fromStack(full).findResources('AWS::IAM::ManagedPolicy'));

  test('has a section for each role', () => {
    const described = policies.map(({ Properties }) => Properties.Description);
    expect(switchedOn.map(({ Properties }) => Properties.Description).filter((description) => !described.includes(description))).toEqual([]);
    expect(sections.map((section) => /^> (.+)$/m.exec(section)![1]).sort()).toEqual(described.sort());
  });

  test.each(sections.map((section) => [section.split('\n')[0], section]))('%s: exactly the actions of the template', (_, section) => {
    const description = /^> (.+)$/m.exec(section)![1];
    expect(rows(section).sort()).toEqual([...new Set(actionsOf(policies.find(({ Properties }) => Properties.Description === description)!))].sort());
  });

  // the other roles of that stack have the same permissions whatever is switched on, or more of it than it switches on
  const ROLES = [
    'Restore role', 'State machine', 'File-system worker', 'Control-plane function', 'On-demand backup role', 'On-demand state machine', 'Cleanup: state machine',
    'Cleanup: its own executions', 'Cleanup: control-plane function',
  ];

  test.each(ROLES)('%s: below its table, what is added where everything is switched on', (heading) => {
    const section = sections.find((each) => each.startsWith(`${heading}\n`))!;
    const description = /^> (.+)$/m.exec(section)![1];
    const ofRole = switchedOn.filter(({ Properties }) => Properties.Description === description);
    expect(ofRole).not.toEqual([]);
    const more = [...new Set(ofRole.flatMap(actionsOf))].filter((action) => !rows(section).includes(action));
    const prose = section.split('\n').filter((line) => !line.startsWith('|')).join('\n');
    const told = [...prose.matchAll(/`([a-z0-9]+:[A-Z]\w+)`/g)].map(([, action]) => action);
    expect([...new Set(told)].sort()).toEqual(more.sort());
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
