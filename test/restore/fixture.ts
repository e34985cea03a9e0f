import { Template } from 'aws-cdk-lib/assertions';
import * as backup from 'aws-cdk-lib/aws-backup';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';
import { App, Stack } from 'aws-cdk-lib/core';
import type { Environment } from 'aws-cdk-lib/core';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';
import { EfsRestoreWorkflow } from '../../src/restore';
import type { EfsRestoreWorkflowProps } from '../../src/restore';

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
  expect([Effect, more]).toEqual(['Allow', {}]);
  const condition = Condition === undefined ? '' : ` if ${nameOf(JSON.stringify(Condition, (_key, value) => isReference(value) ? wordOf(value) : value))}`;
  return [Action].flat().flatMap((action) => [Resource].flat().map((resource) => `${action} on ${nameOf(wordOf(resource))}${condition}`));
}

const isReference = (value: any): boolean => typeof value === 'object' && value !== null && ['Ref', 'Fn::GetAtt', 'Fn::Join'].some((key) => key in value);
/** Logical ids without the hashes at their ends. */
const nameOf = (text: string): string => text.replace(/<(\w+?)[0-9A-F]{8}(\.\w+)?>/g, '<$1$2>');

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
  readonly Parameters?: Record<string, any>;
  readonly ResultPath?: string | null;
  readonly Choices?: Array<{ readonly Next: string }>;
  readonly Retry?: Array<{ readonly ErrorEquals: string[]; readonly MaxAttempts?: number; readonly MaxDelaySeconds?: number }>;
  readonly Catch?: Array<{ readonly ErrorEquals: string[]; readonly Next: string; readonly ResultPath?: string }>;
}

export interface Definition {
  readonly StartAt: string;
  readonly States: Record<string, State>;
}

/** The definition of the state machine of a stack, as it is deployed. */
export function definitionOf(stack: Stack): Definition {
  const [machine] = Object.values(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine'));
  return JSON.parse(wordOf(machine.Properties.DefinitionString));
}

/** Synthesizes the app of a stack; the answer is the message of the failure. */
export function failureOf(stack: Stack): string {
  try {
    (stack.node.root as App).synth();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}
