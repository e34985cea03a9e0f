import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Token } from 'aws-cdk-lib/core';
import type { Problem } from '../core/problem';

/** The lowest major version of Node.js that the bundles are built for. */
const LOWEST_NODE = 22;

/** What is wrong with the runtime of our functions. */
export function checkRuntime(runtime: lambda.Runtime = lambda.Runtime.NODEJS_24_X): Problem[] {
  const version = /^nodejs(\d+)\.x$/.exec(runtime.name)?.[1];
  return Token.isUnresolved(runtime.name) || (version !== undefined && Number(version) >= LOWEST_NODE) ? []
    : [{ subject: 'runtime', rule: `must be Node.js ${LOWEST_NODE} or later`, value: runtime.name, remedy: 'use Runtime.NODEJS_24_X, or leave it out' }];
}
