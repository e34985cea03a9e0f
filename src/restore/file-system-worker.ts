import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';
import type { IAccessPointRef, IFileSystemRef } from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import type { CfnFunction, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { EnvironmentVariable } from '../core/contract';
import { BundledFunction } from '../private/bundled-function';

/** Where the worker mounts the file system; Lambda wants a path below /mnt. */
export const WORKER_MOUNT_PATH = '/mnt/efs';

/**
 * libuv runs every file call on a thread, 4 of them by default, and an NFSv4.1 session of the Linux client has 64 slots: with as
 * many threads the network is the limit, with more nothing is gained.
 */
const THREADS = 64;

export interface FileSystemWorkerProps {
  readonly fileSystem: IFileSystemRef;
  readonly vpc: ec2.IVpc;
  readonly vpcSubnets?: ec2.SubnetSelection;
  readonly fileSystemSecurityGroups: ec2.ISecurityGroup[];
  /** @default - one of its own, rooted at `/` as uid 0 */
  readonly accessPoint?: IAccessPointRef;
  /** @default - one of its own, which lets nothing out but to the mount targets */
  readonly securityGroups?: ec2.ISecurityGroup[];
  readonly runtime: Runtime;
  readonly logRetention: RetentionDays;
  readonly encryptionKey?: IKeyRef;
}

/**
 * The function that works on the file system: in the VPC, mounted through an access point of its own rooted at `/` as uid 0,
 * since recovery directories lie at the root and belong to root. It never calls AWS, so it needs neither NAT nor endpoints.
 */
export class FileSystemWorker extends Construct {
  public readonly function: Function;
  /** Whom the worker may reach: the mount targets that it was told of, until more is allowed. */
  public readonly connections: ec2.Connections;

  constructor(scope: Construct, id: string, props: FileSystemWorkerProps) {
    super(scope, id);
    const { fileSystemId, fileSystemArn } = props.fileSystem.fileSystemRef;

    // no CreationInfo: the root exists, and its owner and mode are the user's
    const accessPoint = props.accessPoint ?? new efs.CfnAccessPoint(this, 'AccessPoint', {
      fileSystemId,
      posixUser: { uid: '0', gid: '0' },
      rootDirectory: { path: '/' },
    });
    const { accessPointArn } = accessPoint.accessPointRef;
    const securityGroups = props.securityGroups ?? [new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      description: `File-system worker of ${this.node.path}: NFS to the mount targets and nothing else`.slice(0, 255),
      allowAllOutbound: false,
    })];
    this.connections = new ec2.Connections({ securityGroups });
    for (const mountTargets of props.fileSystemSecurityGroups) {
      this.connections.allowTo(mountTargets, ec2.Port.NFS, 'NFS from the file-system worker');
    }

    const bundled = new BundledFunction(this, 'Function', {
      bundle: 'file-system-worker.lambda',
      description: 'Finds, verifies, moves and cleans up what AWS Backup restored into the file system',
      environment: { [EnvironmentVariable.MOUNT_PATH]: WORKER_MOUNT_PATH, UV_THREADPOOL_SIZE: String(THREADS) },
      timeout: Duration.minutes(15), // the longest that Lambda allows; the worker stops in time and is called again
      memorySize: 1769, // one vCPU ("Configure Lambda function memory", AWS Lambda Developer Guide)
      runtime: props.runtime,
      logRetention: props.logRetention,
      encryptionKey: props.encryptionKey,
      // public subnets are as good as private ones, since nothing outside the VPC is called
      more: { vpc: props.vpc, vpcSubnets: props.vpcSubnets, securityGroups, allowPublicSubnet: true },
      acknowledgements: {},
    });
    bundled.role.addUnscopedStatements('EC2 knows no resource-level permissions for the network interfaces that Lambda makes in a VPC',
      'ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets', 'ec2:DeleteNetworkInterface',
      'ec2:AssignPrivateIpAddresses', 'ec2:UnassignPrivateIpAddresses');
    bundled.role.addStatements(new iam.PolicyStatement({
      actions: ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite', 'elasticfilesystem:ClientRootAccess'],
      resources: [fileSystemArn],
      conditions: { StringEquals: { 'elasticfilesystem:AccessPointArn': accessPointArn } },
    }));
    this.function = bundled.function;

    // the L1 takes any access point; the L2 would ask for an IFileSystem with a security group
    (this.function.node.defaultChild as CfnFunction).fileSystemConfigs = [{ arn: accessPointArn, localMountPath: WORKER_MOUNT_PATH }];
    const { mountTargetsAvailable } = props.fileSystem as Partial<efs.IFileSystem>;
    if (mountTargetsAvailable !== undefined) {
      // a function with a file system cannot be made before there is a mount target (CreateFunction, AWS Lambda API reference)
      this.node.addDependency(mountTargetsAvailable);
    }
  }
}
