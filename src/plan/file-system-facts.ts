import type { CfnFileSystem, IFileSystemRef } from 'aws-cdk-lib/aws-efs';
import { CfnResource, Stack } from 'aws-cdk-lib/core';
import type { ResourceEnvironment } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { environmentOf } from '../private/environment';

/** What is known of a file system of this app, or of an imported one. */
export interface FileSystemFacts {
  readonly path: string;
  /** The resource of this app; undefined if it is imported. */
  readonly resource?: CfnFileSystem;
  /** The ARN, comparable with that of others. */
  readonly arn: string;
  readonly env: ResourceEnvironment;
  /** The tags that are set so far; undefined if the file system is imported. */
  readonly tags?: Record<string, string>;
}

/** Whether a construct is the resource of a file system. */
export function isFileSystemResource(construct: IConstruct): construct is CfnFileSystem {
  return CfnResource.isCfnResource(construct) && construct.cfnResourceType === 'AWS::EFS::FileSystem';
}

/** The resource below a construct that stands for a file system. */
export function fileSystemResource(fileSystem: IFileSystemRef): CfnFileSystem | undefined {
  const candidates = isFileSystemResource(fileSystem) ? [fileSystem] : fileSystem.node.findAll().filter(isFileSystemResource);
  return candidates.length === 1 ? candidates[0] : undefined;
}

/** What is known of a file system. */
export function fileSystemFacts(fileSystem: IFileSystemRef): FileSystemFacts {
  const resource = fileSystemResource(fileSystem);
  return {
    path: fileSystem.node.path,
    resource,
    arn: JSON.stringify(Stack.of(fileSystem).resolve((resource ?? fileSystem).fileSystemRef.fileSystemArn)),
    env: resource === undefined ? environmentOf(fileSystem) : Stack.of(resource),
    tags: resource?.tags.tagValues(),
  };
}

/** Whether Amazon EFS backs up a file system by itself, as far as its template tells: it does so for One Zone by default. */
export function backsUpAutomatically({ backupPolicy, availabilityZoneName }: CfnFileSystem): boolean {
  const { status } = (backupPolicy ?? {}) as { readonly status?: string };
  return backupPolicy === undefined ? availabilityZoneName !== undefined : status === 'ENABLED';
}
