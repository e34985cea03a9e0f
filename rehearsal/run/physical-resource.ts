import { createHash } from 'node:crypto';

/** Where a stack is deployed. */
export interface Place {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  readonly stackName: string;
}

/** A resource of the template with its properties resolved. */
export interface ResolvedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What CloudFormation answers for one resource: its Ref, and its attributes by name. */
export interface PhysicalResource {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

interface Naming {
  readonly place: Place;
  /** The property if the template sets it, otherwise a name as CloudFormation makes them: stack, logical id, suffix. */
  name(property: string): string;
  /** `length` hexadecimal digits, the same in every run. */
  hex(length: number): string;
  uuid(): string;
  arn(service: string, resource: string): string;
}

type Describe = (naming: Naming) => PhysicalResource;

function ec2(prefix: string, attribute: string): Describe {
  return (naming) => {
    const id = `${prefix}-${naming.hex(17)}`;
    return { ref: id, attributes: { [attribute]: id } };
  };
}

function backupVault(naming: Naming): PhysicalResource {
  const name = naming.name('BackupVaultName');
  return { ref: name, attributes: { BackupVaultName: name, BackupVaultArn: naming.arn('backup', `backup-vault:${name}`) } };
}

/** The return values that the CloudFormation template reference lists for each type ("Return values: Ref, Fn::GetAtt"). */
const TYPES: Readonly<Record<string, Describe>> = {
  'AWS::Lambda::Function': (naming) => {
    const name = naming.name('FunctionName');
    return { ref: name, attributes: { Arn: naming.arn('lambda', `function:${name}`) } };
  },
  'AWS::StepFunctions::StateMachine': (naming) => {
    const name = naming.name('StateMachineName');
    const arn = naming.arn('states', `stateMachine:${name}`);
    return { ref: arn, attributes: { Arn: arn, Name: name } };
  },
  'AWS::IAM::Role': (naming) => {
    const name = naming.name('RoleName');
    const arn = `arn:${naming.place.partition}:iam::${naming.place.accountId}:role/${name}`;
    return { ref: name, attributes: { Arn: arn, RoleId: `AROA${naming.hex(17).toUpperCase()}` } };
  },
  'AWS::IAM::Policy': (naming) => ({ ref: naming.name('PolicyName'), attributes: {} }),
  'AWS::IAM::ManagedPolicy': (naming) => {
    const arn = `arn:${naming.place.partition}:iam::${naming.place.accountId}:policy/${naming.name('ManagedPolicyName')}`;
    return { ref: arn, attributes: { PolicyArn: arn } };
  },
  'AWS::SNS::Topic': (naming) => {
    const name = naming.name('TopicName');
    const arn = naming.arn('sns', name);
    return { ref: arn, attributes: { TopicArn: arn, TopicName: name } };
  },
  'AWS::SQS::Queue': (naming) => {
    const name = naming.name('QueueName');
    const url = `https://sqs.${naming.place.region}.amazonaws.com/${naming.place.accountId}/${name}`;
    return { ref: url, attributes: { Arn: naming.arn('sqs', name), QueueName: name, QueueUrl: url } };
  },
  'AWS::EFS::FileSystem': (naming) => {
    const id = `fs-${naming.hex(17)}`;
    return { ref: id, attributes: { FileSystemId: id, Arn: naming.arn('elasticfilesystem', `file-system/${id}`) } };
  },
  'AWS::EFS::AccessPoint': (naming) => {
    const id = `fsap-${naming.hex(17)}`;
    return { ref: id, attributes: { AccessPointId: id, Arn: naming.arn('elasticfilesystem', `access-point/${id}`) } };
  },
  'AWS::EFS::MountTarget': (naming) => {
    const id = `fsmt-${naming.hex(17)}`;
    return { ref: id, attributes: { Id: id, IpAddress: `10.0.0.${10 + (Number.parseInt(naming.hex(2), 16) % 200)}` } };
  },
  'AWS::Backup::BackupVault': backupVault,
  'AWS::Backup::LogicallyAirGappedBackupVault': backupVault,
  'AWS::Backup::BackupPlan': (naming) => {
    const id = naming.uuid();
    const arn = naming.arn('backup', `backup-plan:${id}`);
    return { ref: id, attributes: { BackupPlanId: id, BackupPlanArn: arn, VersionId: naming.hex(48) } };
  },
  'AWS::Backup::BackupSelection': (naming) => {
    const id = naming.uuid();
    return { ref: id, attributes: { Id: id, SelectionId: id } };
  },
  'AWS::KMS::Key': (naming) => {
    const id = naming.uuid();
    return { ref: id, attributes: { KeyId: id, Arn: naming.arn('kms', `key/${id}`) } };
  },
  'AWS::KMS::Alias': (naming) => ({ ref: naming.name('AliasName'), attributes: {} }),
  'AWS::Logs::LogGroup': (naming) => {
    const name = naming.name('LogGroupName');
    return { ref: name, attributes: { Arn: naming.arn('logs', `log-group:${name}:*`) } };
  },
  'AWS::Events::Rule': (naming) => {
    const name = naming.name('Name');
    return { ref: name, attributes: { Arn: naming.arn('events', `rule/${name}`) } };
  },
  'AWS::CloudWatch::Alarm': (naming) => {
    const name = naming.name('AlarmName');
    return { ref: name, attributes: { Arn: naming.arn('cloudwatch', `alarm:${name}`) } };
  },
  'AWS::SSM::Parameter': (naming) => ({ ref: naming.name('Name'), attributes: {} }),
  'AWS::EC2::VPC': ec2('vpc', 'VpcId'),
  'AWS::EC2::Subnet': ec2('subnet', 'SubnetId'),
  'AWS::EC2::SecurityGroup': ec2('sg', 'GroupId'),
};

/** The physical side of a resource that nobody described: plausible by its type, the same in every run. */
export function imaginePhysicalResource(resource: ResolvedResource, place: Place): PhysicalResource | undefined {
  const hex = (length: number): string =>
    createHash('sha256').update(`${place.accountId}/${place.region}/${place.stackName}/${resource.logicalId}`).digest('hex').slice(0, length);
  return TYPES[resource.type]?.({
    place,
    hex,
    name: (property) => {
      const given = resource.properties[property];
      return typeof given === 'string' ? given : `${place.stackName}-${resource.logicalId}-${hex(12)}`;
    },
    uuid: () => hex(32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    arn: (service, name) => `arn:${place.partition}:${service}:${place.region}:${place.accountId}:${name}`,
  });
}
