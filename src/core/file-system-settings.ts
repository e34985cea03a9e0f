import type { Problem } from './problem';

/** What is asked of a file system, in the words of the Amazon EFS API; what is unknown at synth is left out and not checked. */
export interface FileSystemSettings {
  readonly performanceMode?: string;
  readonly throughputMode?: string;
  /** Whether a provisioned throughput is given, known or not. */
  readonly provisionsThroughput: boolean;
  readonly provisionedMebibytesPerSecond?: number;
  /** `TransitionToIA`. */
  readonly transitionToIa?: string;
  /** `TransitionToArchive`. */
  readonly transitionToArchive?: string;
  readonly oneZone: boolean;
  readonly replicates: boolean;
  readonly replicationOverwriteProtection?: string;
}

const GENERAL_PURPOSE = 'generalPurpose';
const ELASTIC = 'elastic';
const PROVISIONED = 'provisioned';

function checkThroughput({ throughputMode, provisionsThroughput, provisionedMebibytesPerSecond: size }: FileSystemSettings): Problem[] {
  const subject = 'provisionedThroughputPerSecond';
  const provisioned = throughputMode === PROVISIONED;
  if (provisioned !== provisionsThroughput) {
    return [{
      subject,
      rule: provisioned ? "must be set with 'throughputMode' PROVISIONED" : "must not be set without 'throughputMode' PROVISIONED",
      remedy: provisioned ? 'name the throughput, or use another mode' : 'set the mode, or leave it out',
    }];
  }
  // `ProvisionedThroughputInMibps` (CreateFileSystem, Amazon EFS API reference); the most depends on the account and the Region
  return size === undefined || size >= 1 ? [] : [{ subject, rule: 'must be at least 1 MiB a second', value: `${size} MiB`, remedy: 'name more, or use another mode' }];
}

/**
 * Max I/O is the exception: CreateFileSystem refuses it for One Zone file systems (`PerformanceMode`) and with elastic throughput
 * (`ThroughputMode`); LifecyclePolicy, for the storage class Archive (`TransitionToArchive`; Amazon EFS API reference).
 */
function checkPerformance({ performanceMode, throughputMode, oneZone, transitionToArchive }: FileSystemSettings): Problem[] {
  if (performanceMode === undefined || performanceMode === GENERAL_PURPOSE) {
    return [];
  }
  const reasons = [
    ...(throughputMode === ELASTIC ? ['with elastic throughput'] : []),
    ...(oneZone ? ['for a One Zone file system'] : []),
    ...(transitionToArchive === undefined ? [] : ["with 'transitionToArchivePolicy'"]),
  ];
  return reasons.map((reason) => ({
    subject: 'performanceMode', rule: `must be ${GENERAL_PURPOSE} ${reason}`, value: performanceMode, remedy: "leave out 'performanceMode'",
  }));
}

const daysOf = (transition: string | undefined): number | undefined => {
  const days = /^AFTER_(\d+)_DAYS?$/.exec(transition ?? '')?.[1];
  return days === undefined ? undefined : Number(days);
};

/** "The Archive storage class is available only for file systems that use the Elastic throughput mode" (LifecyclePolicy, API reference). */
function checkArchive({ throughputMode, transitionToIa, transitionToArchive }: FileSystemSettings): Problem[] {
  const subject = 'transitionToArchivePolicy';
  if (transitionToArchive === undefined) {
    return [];
  }
  const problems: Problem[] = [];
  if (throughputMode !== ELASTIC) {
    problems.push({
      subject,
      rule: "must not be set without 'throughputMode' ELASTIC: no other mode has the storage class Archive",
      value: transitionToArchive,
      remedy: 'use ThroughputMode.ELASTIC, or leave it out',
    });
  }
  const [primary, archive] = [daysOf(transitionToIa), daysOf(transitionToArchive)];
  if (transitionToIa === undefined) {
    problems.push({
      subject,
      rule: "must not be set without 'lifecyclePolicy': files go to Infrequent Access before they go to Archive",
      value: transitionToArchive,
      remedy: "set 'lifecyclePolicy' to something earlier",
    });
  } else if (primary !== undefined && archive !== undefined && archive <= primary) {
    problems.push({
      subject, rule: `must be later than 'lifecyclePolicy' (${transitionToIa})`, value: transitionToArchive, remedy: "choose a later one, or an earlier 'lifecyclePolicy'",
    });
  }
  return problems;
}

/** A file system that may be overwritten by a replication is a destination, and a destination replicates nowhere. */
function checkReplication({ replicates, replicationOverwriteProtection }: FileSystemSettings): Problem[] {
  return !replicates || replicationOverwriteProtection !== 'DISABLED' ? [] : [{
    subject: 'replicationConfiguration',
    rule: "must not be set with 'replicationOverwriteProtection' DISABLED: that is for the destination of a replication, which is no source",
    remedy: 'set one of the two',
  }];
}

/** Everything that Amazon EFS would refuse about the settings of one file system. */
export function checkFileSystemSettings(settings: FileSystemSettings): Problem[] {
  return [...checkThroughput(settings), ...checkPerformance(settings), ...checkArchive(settings), ...checkReplication(settings)];
}
