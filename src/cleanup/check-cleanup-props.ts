import type { Resource } from 'aws-cdk-lib/core';
import { Token } from 'aws-cdk-lib/core';
import type { RecoveryDirectoryCleanupProps } from './recovery-directory-cleanup';
import { checkCleanupSettings, CleanupMode, UnprovenDirectories } from '../core/cleanup';
import type { Problem } from '../core/problem';
import { checkRuntime } from '../private/check-runtime';
import { describeEnvironment, environmentOf, environmentsDiffer } from '../private/environment';

/** "Lambda quotas", AWS Lambda Developer Guide: 4 KB for all environment variables of a function. The rest is for names and ids. */
const MOST_BYTES_OF_KEPT_NAMES = 3 * 1024;
/** Each is looked for before every call that deletes: core/cleanup.ts has the arithmetic of the history of an execution. */
const MOST_RESTORE_WORKFLOWS = 2;

/** All problems of a cleanup's props at once. */
export function checkCleanupProps(scope: Resource, props: RecoveryDirectoryCleanupProps): Problem[] {
  const { deleteAfter, keepLatest, keep, workers, operationsPerSecond, restoreWorkflows = [] } = props;
  return [
    ...checkEnvironment(scope, 'fileSystem', environmentOf(props.fileSystem)),
    ...restoreWorkflows.flatMap(({ env }, index) => checkEnvironment(scope, `restoreWorkflows[${index}]`, env)),
    ...(restoreWorkflows.length <= MOST_RESTORE_WORKFLOWS ? [] : [{
      subject: 'restoreWorkflows', rule: `must be ${MOST_RESTORE_WORKFLOWS} or fewer`, value: restoreWorkflows.length, remedy: 'name those that run often; the cleanup waits for every restore job anyhow',
    }]),
    ...(deleteAfter?.isUnresolved() ? [{ subject: 'deleteAfter', rule: 'must be known at synth', remedy: 'write a Duration without tokens' }] : []),
    ...([['workers', workers], ['keepLatest', keepLatest], ['operationsPerSecond', operationsPerSecond]] as const)
      .filter(([, value]) => Token.isUnresolved(value))
      .map(([subject]) => ({ subject, rule: 'must be known at synth, because the states of the cleanup follow from it', remedy: 'write a number' })),
    ...(props.mode === undefined || Object.values(CleanupMode).includes(props.mode) ? [] : [{
      subject: 'mode', rule: `must be one of ${Object.values(CleanupMode).join(', ')}`, value: props.mode, remedy: 'use CleanupMode',
    }]),
    ...(props.unprovenDirectories === undefined || Object.values(UnprovenDirectories).includes(props.unprovenDirectories) ? [] : [{
      subject: 'unprovenDirectories', rule: `must be one of ${Object.values(UnprovenDirectories).join(', ')}`, value: props.unprovenDirectories, remedy: 'use UnprovenDirectories',
    }]),
    ...checkCleanupSettings({
      deleteAfterSeconds: deleteAfter === undefined || deleteAfter.isUnresolved() ? undefined : deleteAfter.toSeconds({ integral: false }),
      keepLatest,
      keep,
      workers,
      operationsPerSecond,
    }, Token.isUnresolved),
    ...checkKeptNames(keep ?? []),
    ...checkRuntime(props.runtime),
  ];
}

function checkKeptNames(keep: string[]): Problem[] {
  const bytes = Buffer.byteLength(JSON.stringify(keep));
  return bytes <= MOST_BYTES_OF_KEPT_NAMES || keep.some((name) => Token.isUnresolved(name)) ? [] : [{
    subject: 'keep',
    rule: `must have at most ${MOST_BYTES_OF_KEPT_NAMES} bytes as JSON, since it becomes an environment variable of a Lambda function`,
    value: bytes,
    remedy: "keep the newest with 'keepLatest', or move what is in them to where it belongs",
  }];
}

function checkEnvironment(scope: Resource, subject: string, env: Resource['env']): Problem[] {
  return environmentsDiffer(env, scope.env) ? [{
    subject,
    rule: `must be in the account and Region of the cleanup (${describeEnvironment(scope.env)})`,
    value: describeEnvironment(env),
    remedy: 'make the cleanup in a stack of that account and Region',
  }] : [];
}
