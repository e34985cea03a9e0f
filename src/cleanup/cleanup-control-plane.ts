import type { IFileSystemRef } from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { CleanupSettings } from '../core/cleanup';
import { EnvironmentVariable } from '../core/contract';
import { BundledFunction } from '../private/bundled-function';

export interface CleanupControlPlaneProps {
  readonly fileSystem: IFileSystemRef;
  readonly settings: CleanupSettings;
  readonly runtime: lambda.Runtime;
  readonly logRetention: RetentionDays;
  readonly encryptionKey?: IKeyRef;
}

/** The function that asks AWS what a cleanup must know, decides and reports: outside the VPC, without the file system. */
export class CleanupControlPlane extends Construct {
  public readonly function: lambda.Function;

  constructor(scope: Construct, id: string, props: CleanupControlPlaneProps) {
    super(scope, id);
    const { fileSystemId, fileSystemArn } = props.fileSystem.fileSystemRef;
    const bundled = new BundledFunction(this, 'Function', {
      bundle: 'cleanup-control-plane.lambda',
      description: 'Chooses which recovery directories a cleanup deletes, reads what must be known before that, and reports',
      environment: {
        [EnvironmentVariable.FILE_SYSTEM_ID]: fileSystemId,
        [EnvironmentVariable.FILE_SYSTEM_ARN]: fileSystemArn,
        [EnvironmentVariable.CLEANUP_SETTINGS]: Stack.of(this).toJsonString(props.settings),
      },
      timeout: Duration.minutes(5), // a file system has up to 10,000 access points, read in pages
      memorySize: 512,
      runtime: props.runtime,
      logRetention: props.logRetention,
      encryptionKey: props.encryptionKey,
      acknowledgements: {
        LambdaInsideVPC: 'it only calls the APIs of AWS Backup and EFS; in a VPC it would need NAT or interface endpoints for that',
      },
    });
    bundled.role.addStatements(new iam.PolicyStatement({ actions: ['elasticfilesystem:DescribeAccessPoints'], resources: [fileSystemArn] }));
    bundled.role.addUnscopedStatements('AWS Backup knows no resource-level permissions for restore jobs',
      'backup:DescribeRestoreJob', 'backup:GetRestoreJobMetadata', 'backup:ListRestoreJobs', 'backup:ListRestoreJobsByProtectedResource');
    this.function = bundled.function;
  }
}
