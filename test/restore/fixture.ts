import { Template } from 'aws-cdk-lib/assertions';
import * as backup from 'aws-cdk-lib/aws-backup';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import type { Environment } from 'aws-cdk-lib/core';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';
import { WorkflowHook } from '../../src/hook';
import { EfsRestoreWorkflow, RestoreApprovalStage } from '../../src/restore';
import type { EfsRestoreWorkflowProps, RestoreHooks } from '../../src/restore';

/** For `describe.each`: every construct must work in new apps and in old ones. */
export const CONTEXTS: Array<[string, Record<string, unknown>]> = [['recommended feature flags', flags], ['no feature flags', {}]];

export const IRELAND = { account: '123456789012', region: 'eu-west-1' };
export const FILE_SYSTEM_ARN = 'arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/fs-0123456789abcdef0';

export function makeStack(context: Record<string, unknown> = {}, env?: Environment): Stack {
  return new Stack(new App({ context: { ...context } }), 'Stack', { env });
}

export const vpcOf = (stack: Stack): ec2.Vpc => stack.node.tryFindChild('Vpc') as ec2.Vpc ?? new ec2.Vpc(stack, 'Vpc', { natGateways: 0, maxAzs: 2 });
export const fileSystemOf = (stack: Stack): efs.FileSystem =>
  stack.node.tryFindChild('FileSystem') as efs.FileSystem ?? new efs.FileSystem(stack, 'FileSystem', { vpc: vpcOf(stack), encrypted: true });
export const vaultOf = (stack: Stack): backup.BackupVault =>
  stack.node.tryFindChild('Vault') as backup.BackupVault ?? new backup.BackupVault(stack, 'Vault');

/** A workflow with everything it must be given. */
export function addWorkflow(stack: Stack, props: Partial<EfsRestoreWorkflowProps> = {}, id = 'Restore'): EfsRestoreWorkflow {
  return new EfsRestoreWorkflow(stack, id, {
    ...props,
    fileSystem: props.fileSystem ?? fileSystemOf(stack),
    backupVault: props.backupVault ?? vaultOf(stack),
    vpc: props.vpc ?? vpcOf(stack),
  });
}

export interface TemplateResource {
  readonly Type: string;
  readonly DependsOn?: string[];
  readonly DeletionPolicy?: string;
  readonly Properties: Record<string, any>;
}

/** The one resource of a type whose logical id begins so: id and resource. */
export function theOne(stack: Stack, type: string, prefix: string): [string, TemplateResource] {
  const found = Object.entries(Template.fromStack(stack).findResources(type)).filter(([id]) => id.startsWith(prefix));
  expect(found.map(([id]) => id)).toHaveLength(1);
  return found[0] as [string, TemplateResource];
}

/**
 * What the role whose logical id begins so may do, one line for each action and resource: `action on resource if {condition}`. The
 * role has customer managed policies and nothing else. How the statements are cut is up to a feature flag.
 */
export function permissionsOf(stack: Stack, prefix: string): string[] {
  const [, { Properties: role }] = theOne(stack, 'AWS::IAM::Role', prefix);
  expect(role.Policies).toBeUndefined();
  const policies = Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy');
  const statements = role.ManagedPolicyArns.flatMap(({ Ref: id }: { Ref: string }) => policies[id].Properties.PolicyDocument.Statement);
  return statements.flatMap(permissions).sort();
}

function permissions({ Effect, Action, Resource, Condition, ...more }: Record<string, any>): string[] {
  expect([['Allow', 'Deny'].includes(Effect), more]).toEqual([true, {}]);
  const condition = Condition === undefined ? '' : ` if ${nameOf(JSON.stringify(Condition, (_key, value) => isReference(value) ? wordOf(value) : value))}`;
  return [Action].flat().flatMap((action) => [Resource].flat()
    .map((resource) => `${Effect === 'Deny' ? 'Deny ' : ''}${action} on ${nameOf(wordOf(resource))}${condition}`));
}

const isReference = (value: any): boolean => typeof value === 'object' && value !== null && ['Ref', 'Fn::GetAtt', 'Fn::Join'].some((key) => key in value);
/** Logical ids without the hashes at their ends. */
export const nameOf = (text: string): string => text.replace(/<(\w+?)[0-9A-F]{8}(\.\w+)?>/g, '<$1$2>');

/** Whom a role trusts. */
export const trustOf = (stack: Stack, prefix: string): unknown => theOne(stack, 'AWS::IAM::Role', prefix)[1].Properties.AssumeRolePolicyDocument.Statement;

/** The text of a value with references in it: the pseudo parameters as in eu-west-1, everything else as `<LogicalId>`. */
export function wordOf(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const { 'Ref': ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as { 'Ref'?: string; 'Fn::GetAtt'?: string[]; 'Fn::Join'?: [string, unknown[]] };
  const pseudo: Record<string, string> = { 'AWS::Partition': 'aws', 'AWS::Region': IRELAND.region, 'AWS::AccountId': IRELAND.account };
  return join !== undefined ? join[1].map(wordOf).join(join[0]) : ref !== undefined ? pseudo[ref] ?? `<${ref}>` : `<${attribute!.join('.')}>`;
}

export interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly End?: boolean;
  readonly Resource?: string;
  readonly TimeoutSeconds?: number;
  readonly Parameters?: Record<string, any>;
  readonly ResultSelector?: Record<string, string>;
  readonly ResultPath?: string | null;
  readonly ItemsPath?: string;
  readonly ItemSelector?: Record<string, any>;
  readonly MaxConcurrency?: number;
  readonly ItemProcessor?: Definition;
  readonly Choices?: Array<{ readonly Next: string }>;
  readonly Retry?: Retry[];
  readonly Catch?: Array<{ readonly ErrorEquals: string[]; readonly Next: string; readonly ResultPath?: string }>;
}

export interface Retry {
  readonly ErrorEquals: string[];
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxAttempts?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: string;
}

export interface Definition {
  readonly StartAt: string;
  readonly States: Record<string, State>;
}

/** The definition of the state machine of a stack, as it is deployed. */
export function definitionOf(stack: Stack, prefix = ''): Definition {
  const machines = Object.entries(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine')).filter(([id]) => id.startsWith(prefix));
  return JSON.parse(wordOf(machines[0][1].Properties.DefinitionString));
}

/** A definition and those of its maps, and of theirs: each has a beginning and ends of its own. */
export function levelsOf(definition: Definition): Definition[] {
  return [definition, ...Object.values(definition.States).flatMap(({ ItemProcessor }) => ItemProcessor === undefined ? [] : levelsOf(ItemProcessor))];
}

/** All states by name, those in maps too; no name is used twice. */
export function allStatesOf(definition: Definition): Record<string, State> {
  return Object.assign({}, ...levelsOf(definition).map(({ States }) => States));
}

/** Where a state may go on within its level. */
export const nextOf = (state: State, withCatch = true): string[] =>
  [state, { Next: state.Default }, ...state.Choices ?? [], ...withCatch ? state.Catch ?? [] : []].flatMap(({ Next }) => Next ?? []);

/** What may run from a state on, itself and what is in maps included. */
export function reachableFrom(level: Definition, start: string, withCatch = true): Set<string> {
  const reached = new Set<string>();
  const visit = (name: string) => {
    if (!reached.has(name)) {
      reached.add(name);
      const state = level.States[name];
      nextOf(state, withCatch).forEach(visit);
      if (state.ItemProcessor !== undefined) {
        reachableFrom(state.ItemProcessor, state.ItemProcessor.StartAt, withCatch).forEach((inner) => reached.add(inner));
      }
    }
  };
  visit(start);
  return reached;
}

/** Hooks of both kinds, each its own. */
export function hooksOf(stack: Stack): Required<RestoreHooks> {
  const fn = (id: string) => lambda.Function.fromFunctionArn(stack, id, `arn:aws:lambda:eu-west-1:123456789012:function:${id}`);
  const machine = (id: string) => sfn.StateMachine.fromStateMachineArn(stack, id, `arn:aws:states:eu-west-1:123456789012:stateMachine:${id}`);
  return {
    beforeRestore: WorkflowHook.invokeFunction(fn('before-restore'), { timeout: Duration.minutes(5) }),
    afterRestore: WorkflowHook.startStateMachine(machine('after-restore'), { timeout: Duration.minutes(30) }),
    beforeMove: WorkflowHook.startStateMachine(machine('before-move')),
    afterMove: WorkflowHook.invokeFunction(fn('after-move')),
  };
}

/** Everything that adds a state or a right to a workflow. */
export function everythingOf(stack: Stack): Partial<EfsRestoreWorkflowProps> {
  return {
    allowNewFileSystems: true,
    workers: 4,
    moreBackupVaults: [new backup.BackupVault(stack, 'More'), backup.BackupVault.fromBackupVaultName(stack, 'Automatic', 'aws/efs/automatic-backup-vault')],
    approval: {
      topic: new sns.Topic(stack, 'Approvers'), stages: [RestoreApprovalStage.BEFORE_RESTORE, RestoreApprovalStage.BEFORE_MOVE], timeout: Duration.hours(12),
    },
    hooks: hooksOf(stack),
    notificationTopic: new sns.Topic(stack, 'Restores'),
  };
}

/** Workflows that differ in their states. */
export const VARIANTS: Array<[string, (stack: Stack) => Partial<EfsRestoreWorkflowProps>]> = [
  ['as it is', () => ({})],
  ['with a topic', (stack) => ({ notificationTopic: new sns.Topic(stack, 'Restores') })],
  ['with the shortest timeout', () => ({ restoreTimeout: Duration.minutes(10) })],
  ['with the longest timeout', () => ({ restoreTimeout: Duration.days(300) })],
  ['with an approval of the move', (stack) => ({ approval: { topic: new sns.Topic(stack, 'Approvers') } })],
  ['with an approval of the restore', (stack) => ({ approval: { topic: new sns.Topic(stack, 'Approvers'), stages: [RestoreApprovalStage.BEFORE_RESTORE] } })],
  ['with hooks before only', (stack) => ({ hooks: { ...hooksOf(stack), afterRestore: undefined, afterMove: undefined } })],
  ['with hooks after only', (stack) => ({ hooks: { ...hooksOf(stack), beforeRestore: undefined, beforeMove: undefined } })],
  ['with new file systems', () => ({ allowNewFileSystems: true })],
  ['with several workers', () => ({ workers: 8 })],
  ['with everything', everythingOf],
];

/** Synthesizes the app of a stack; the answer is the message of the failure. */
export function failureOf(stack: Stack): string {
  try {
    (stack.node.root as App).synth();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}
