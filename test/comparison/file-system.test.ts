import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { App, Stack } from 'aws-cdk-lib/core';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';
import { AutomaticBackups, BackedUpFileSystem } from '../../src';

/**
 * The L2 of aws-cdk-lib and ours side by side. If a test fails because the L2 got better, so much the better: say so here.
 */
function propertiesOf(make: (stack: Stack, vpc: ec2.IVpc) => unknown): Record<string, any> {
  const stack = new Stack(new App({ context: { ...flags } }), 'Stack');
  make(stack, new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 0 }));
  const [fileSystem] = Object.values(Template.fromStack(stack).findResources('AWS::EFS::FileSystem'));
  return fileSystem.Properties;
}
const l2 = (props: Partial<efs.FileSystemProps>, then: (fileSystem: efs.FileSystem, stack: Stack) => void = () => undefined) =>
  propertiesOf((stack, vpc) => then(new efs.FileSystem(stack, 'Data', { vpc, ...props } as efs.FileSystemProps), stack));
const ours = (props: object = {}, then: (fileSystem: efs.FileSystem, stack: Stack) => void = () => undefined) =>
  propertiesOf((stack, vpc) => then(new BackedUpFileSystem(stack, 'Data', { vpc, ...props }).fileSystem, stack));

describe('A1: automatic backups that are switched off (aws/aws-cdk#29881)', () => {
  test('the L2 writes nothing, so that a One Zone file system keeps its default, which is on', () => {
    expect(l2({ enableAutomaticBackups: false }).BackupPolicy).toBeUndefined();
    const oneZone = l2({ enableAutomaticBackups: false, oneZone: true });
    expect([typeof oneZone.AvailabilityZoneName, oneZone.BackupPolicy]).toEqual(['object', undefined]);
  });

  test('ours writes it either way, Regional or One Zone', () => {
    for (const where of [{}, { availabilityZone: 'dummy1a' }]) {
      expect(ours({ automaticBackups: AutomaticBackups.LEFT_TO_PLAN, ...where }).BackupPolicy).toEqual({ Status: 'DISABLED' });
      expect(ours({ automaticBackups: AutomaticBackups.BESIDE_PLAN, ...where }).BackupPolicy).toEqual({ Status: 'ENABLED' });
    }
  });
});

describe('A9: a file system policy that can be mounted (aws/aws-cdk#36224)', () => {
  const actionsForEveryone = ({ FileSystemPolicy }: Record<string, any>): string[] => FileSystemPolicy.Statement
    .filter(({ Effect, Principal }: any) => Effect === 'Allow' && Principal.AWS === '*').flatMap(({ Action }: any) => Action).sort();
  const grant = (fileSystem: efs.FileSystem, stack: Stack) => {
    fileSystem.grantReadWrite(new iam.Role(stack, 'Client', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') }));
  };

  test('the L2 lets everyone write and act as root, and nobody mount', () => {
    expect(actionsForEveryone(l2({}))).toEqual(['elasticfilesystem:ClientRootAccess', 'elasticfilesystem:ClientWrite']);
    expect(actionsForEveryone(l2({}, grant))).toEqual(['elasticfilesystem:ClientRootAccess', 'elasticfilesystem:ClientWrite']);
  });

  test('ours lets them mount, over TLS, also after a grant of the L2', () => {
    for (const properties of [ours(), ours({}, grant)]) {
      expect(actionsForEveryone(properties)).toEqual(['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientRootAccess', 'elasticfilesystem:ClientWrite']);
      expect(properties.FileSystemPolicy.Statement.map(({ Condition }: any) => Condition.Bool['aws:SecureTransport'])).toEqual(['true']);
    }
  });
});
