import { RemovalPolicy, SizeRoundingBehavior, Token } from 'aws-cdk-lib/core';
import type { IResource, Size } from 'aws-cdk-lib/core';
import { AutomaticBackups } from './automatic-backup-choice';
import type { BackedUpFileSystemProps } from './backed-up-file-system';
import { checkFileSystemSettings } from '../core/file-system-settings';
import type { Problem } from '../core/problem';
import { describeEnvironment, environmentsDiffer } from '../private/environment';

const known = (text: string | undefined): string | undefined => text === undefined || Token.isUnresolved(text) ? undefined : text;
// fractions are kept, so that the rule reports them in its own words
const mebibytes = (size: Size | undefined): number | undefined =>
  size === undefined || size.isUnresolved() ? undefined : size.toMebibytes({ rounding: SizeRoundingBehavior.NONE });

/** Everything about the props that fits neither Amazon EFS nor each other. */
export function checkProps(fileSystem: IResource, props: BackedUpFileSystemProps): Problem[] {
  return [
    ...checkFileSystemSettings({
      performanceMode: props.performanceMode,
      throughputMode: props.throughputMode,
      provisionsThroughput: props.provisionedThroughputPerSecond !== undefined,
      provisionedMebibytesPerSecond: mebibytes(props.provisionedThroughputPerSecond),
      transitionToIa: props.lifecyclePolicy,
      transitionToArchive: props.transitionToArchivePolicy,
      oneZone: props.availabilityZone !== undefined,
      replicates: props.replicationConfiguration !== undefined,
      replicationOverwriteProtection: props.replicationOverwriteProtection,
    }),
    ...checkZone(props),
    ...checkPlan(fileSystem, props),
    ...checkRemovalPolicy(props),
  ];
}

function checkZone({ availabilityZone, vpc, vpcSubnets }: BackedUpFileSystemProps): Problem[] {
  if (availabilityZone === undefined) {
    return [];
  }
  const problems: Problem[] = [];
  const zones = vpc.availabilityZones;
  // an environment that is not looked up yet has dummies in place of its zones
  const zonesKnown = known(availabilityZone) !== undefined && zones.every((zone) => known(zone) !== undefined && !zone.startsWith('dummy'));
  if (zonesKnown && !zones.includes(availabilityZone)) {
    problems.push({ subject: 'availabilityZone', rule: `must be one of the VPC (${zones.join(', ')})`, value: availabilityZone, remedy: 'choose another zone, or another VPC' });
  }
  if (vpcSubnets !== undefined) {
    problems.push({
      subject: 'vpcSubnets',
      rule: "must not be combined with 'availabilityZone': a One Zone file system has one mount target, in its zone",
      remedy: 'set one of the two',
    });
  }
  return problems;
}

function checkPlan(fileSystem: IResource, { automaticBackups, backupPlan, finalBackup }: BackedUpFileSystemProps): Problem[] {
  const problems: Problem[] = [];
  if (finalBackup !== undefined && automaticBackups === AutomaticBackups.INSTEAD_OF_PLAN) {
    problems.push({
      subject: 'finalBackup',
      rule: "must not be combined with 'automaticBackups' INSTEAD_OF_PLAN, since a final backup needs the vault and the role of a plan",
      remedy: 'use a FinalBackup with a vault and a role of your own, or AutomaticBackups.LEFT_TO_PLAN',
    });
  }
  if (backupPlan === undefined) {
    return problems;
  }
  if (automaticBackups === AutomaticBackups.INSTEAD_OF_PLAN) {
    problems.push({
      subject: 'backupPlan',
      rule: "must not be combined with 'automaticBackups' INSTEAD_OF_PLAN: one of them backs up the file system",
      value: backupPlan.node.path,
      remedy: 'leave it out, or use AutomaticBackups.LEFT_TO_PLAN',
    });
  }
  if (environmentsDiffer(backupPlan.env, fileSystem.env)) {
    problems.push({
      subject: 'backupPlan',
      rule: `must be in the account and Region of the file system (${describeEnvironment(fileSystem.env)})`,
      value: describeEnvironment(backupPlan.env),
      remedy: 'use a plan in the same account and Region, or leave it out',
    });
  }
  return problems;
}

/** "For resources that support snapshots" (DeletionPolicy, CloudFormation User Guide): AWS::EFS::FileSystem is not among them. */
function checkRemovalPolicy({ removalPolicy }: BackedUpFileSystemProps): Problem[] {
  return removalPolicy !== RemovalPolicy.SNAPSHOT ? [] : [{
    subject: 'removalPolicy',
    rule: 'must not be SNAPSHOT: Amazon EFS has no snapshots, so CloudFormation takes none',
    value: removalPolicy,
    remedy: "use RemovalPolicy.RETAIN; or DESTROY with 'finalBackup', which makes a recovery point before the file system is deleted",
  }];
}
