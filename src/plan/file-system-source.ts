import type { IFileSystemRef } from 'aws-cdk-lib/aws-efs';
import { Stack, Token } from 'aws-cdk-lib/core';
import type { Construct, IConstruct } from 'constructs';
import { fileSystemFacts, fileSystemResource, isFileSystemResource } from './file-system-facts';
import type { FileSystemFacts } from './file-system-facts';
import type { Problem } from '../core/problem';
import { describeEnvironment, environmentOf, environmentsDiffer } from '../private/environment';

/** ARNs without a wildcard, and with one, in one selection ("AWS Backup quotas", AWS Backup Developer Guide). */
const MOST_ARNS = 500;
const MOST_WILDCARDS = 30;

/** The ARNs that a selection names. */
export interface FileSystemSource {
  /** Everything that is wrong with it in this place. */
  check(scope: Construct): Problem[];
  /** What is only known once the app is complete. */
  checkAtSynth?(scope: Construct): Problem[];
  arns(scope: Construct): string[];
  /** Whether it certainly names a file system. */
  names(fileSystem: FileSystemFacts, scope: Construct): boolean;
}

/** Every file system of the account and Region. The resource type must be named: a condition alone would filter all that AWS Backup supports. */
export const EVERY_FILE_SYSTEM: FileSystemSource = {
  check: () => [],
  arns: (scope) => [Stack.of(scope).formatArn({ service: 'elasticfilesystem', region: '*', account: '*', resource: 'file-system', resourceName: '*' })],
  names: ({ env }, scope) => !environmentsDiffer(env, Stack.of(scope)),
};

function elsewhere(scope: Construct, subject: string, fileSystem: IFileSystemRef): Problem[] {
  const { account, region } = Stack.of(scope);
  return !environmentsDiffer(environmentOf(fileSystem), { account, region }) ? [] : [{
    subject,
    rule: 'must be in the account and Region of the backup plan',
    value: describeEnvironment(environmentOf(fileSystem)),
    remedy: 'back it up with a plan in its own account and Region',
  }];
}

function checkCount(subject: string, count: number, most: number, things: string): Problem[] {
  return count >= 1 && count <= most ? [] : [{
    subject,
    rule: `must hold 1 to ${most} ${things}`,
    value: count,
    remedy: count < 1 ? 'name the file systems to back up' : 'use several selections, or select by tag',
  }];
}

/** File systems by reference. The list may grow until the app is synthesized. */
export function referenced(fileSystems: readonly IFileSystemRef[]): FileSystemSource {
  return {
    check: (scope) => {
      const problems = checkCount('fileSystems', fileSystems.length, MOST_ARNS, 'file systems');
      return problems.length > 0 ? problems : fileSystems.flatMap((fileSystem, index) => elsewhere(scope, `fileSystems[${index}]`, fileSystem));
    },
    // the ARN of the reference itself: BackupResource.fromEfsFileSystem writes the account and Region of the stack into it
    arns: () => [...new Set(fileSystems.map((fileSystem) => fileSystem.fileSystemRef.fileSystemArn))],
    names: (facts) => fileSystems.some((fileSystem) => facts.resource === undefined
      ? fileSystemFacts(fileSystem).arn === facts.arn
      : fileSystemResource(fileSystem) === facts.resource),
  };
}

/** The file systems of a construct and of everything below it, as they are when the app is synthesized. */
export function within(root: IConstruct): FileSystemSource {
  const found = () => root.node.findAll().filter(isFileSystemResource);
  return {
    check: () => [],
    checkAtSynth: (scope) => {
      const problems = checkCount('fileSystems', found().length, MOST_ARNS, `file systems below ${root.node.path || 'the app'}`);
      return problems.length > 0 ? problems : found().flatMap((fileSystem) => elsewhere(scope, fileSystem.node.path, fileSystem));
    },
    arns: () => found().map((fileSystem) => fileSystem.fileSystemRef.fileSystemArn),
    names: ({ resource }) => resource !== undefined && found().includes(resource),
  };
}

/** `FileSystemId` (CreateFileSystem, Amazon EFS API reference). */
const FILE_SYSTEM_ID = /^fs-(?:[0-9a-f]{8}|[0-9a-f]{17})$/;

/** File systems of the account and Region of the plan, by ID. */
export function identified(ids: readonly string[]): FileSystemSource {
  const arns = (scope: Construct) => [...new Set(ids)].map((id) =>
    Stack.of(scope).formatArn({ service: 'elasticfilesystem', resource: 'file-system', resourceName: id }));
  return {
    check: () => [
      ...checkCount('fileSystemIds', ids.length, MOST_ARNS, 'file systems'),
      ...ids.flatMap((id, index) => Token.isUnresolved(id) || FILE_SYSTEM_ID.test(id) ? [] : [{
        subject: `fileSystemIds[${index}]`, rule: 'must be the ID of a file system', value: id, remedy: 'write it as fs- and 8 or 17 hexadecimal digits',
      }]),
    ],
    arns,
    names: ({ arn }, scope) => arns(scope).some((own) => JSON.stringify(Stack.of(scope).resolve(own)) === arn),
  };
}

const FILE_SYSTEM_ARN = /^arn:aws[a-z-]*:elasticfilesystem:([a-z0-9-]+|\*):(\d{12}|\*):file-system\/(?:fs-[0-9a-f]*\*?|\*)$/;

/** File systems by ARN, or by the beginning of one. */
export function byArn(arns: readonly string[]): FileSystemSource {
  const wild = arns.filter((arn) => arn.includes('*'));
  return {
    check: (scope) => [
      ...checkCount('fileSystemArns', arns.length, MOST_ARNS, 'ARNs'),
      ...(wild.length <= MOST_WILDCARDS ? [] : checkCount('fileSystemArns', wild.length, MOST_WILDCARDS, 'ARNs with a wildcard')),
      ...arns.flatMap((arn, index) => checkArn(scope, `fileSystemArns[${index}]`, arn)),
    ],
    arns: () => [...new Set(arns)],
    names: (facts) => arns.some((arn) => JSON.stringify(arn) === facts.arn
      || (arn.endsWith('*') && !/\*./.test(arn) && facts.arn.startsWith(JSON.stringify(arn.slice(0, -1)).slice(0, -1)))),
  };
}

function checkArn(scope: Construct, subject: string, arn: string): Problem[] {
  if (Token.isUnresolved(arn)) {
    return [];
  }
  const [, region, account] = FILE_SYSTEM_ARN.exec(arn) ?? [];
  if (region === undefined) {
    return [{
      subject,
      rule: 'must be the ARN of a file system, with a wildcard at its end if at all',
      value: arn,
      remedy: 'write it as arn:aws:elasticfilesystem:<Region>:<account>:file-system/<ID>',
    }];
  }
  const stack = Stack.of(scope);
  const env = { region: region === '*' ? stack.region : region, account: account === '*' ? stack.account : account };
  return !environmentsDiffer(env, stack) ? [] : [{
    subject,
    rule: 'must be in the account and Region of the backup plan',
    value: describeEnvironment(env),
    remedy: 'back it up with a plan in its own account and Region',
  }];
}
