import { Lazy, Token } from 'aws-cdk-lib/core';

/** Within single quotes a POSIX shell takes everything literally but the single quote itself. */
const escape = (text: string): string => text.replace(/'/g, "'\\''");

/**
 * A text as one word of a POSIX shell. What a deployment fills in, such as the value of a parameter, goes in as it is: no function
 * of CloudFormation could quote it.
 */
export function shellWord(text: string): string {
  if (!Token.isUnresolved(text)) {
    return `'${escape(text)}'`;
  }
  return `'${Token.asString(Lazy.uncachedAny({ produce: (context) => escapeLiterals(context.resolve(text)) }))}'`;
}

/** Escapes the parts of a text with tokens that are known at synth: those between its functions, and those that Fn::Join joins. */
function escapeLiterals(resolved: unknown): unknown {
  if (typeof resolved === 'string') {
    return escape(resolved);
  }
  const join = (resolved as { 'Fn::Join'?: [string, unknown] })['Fn::Join'];
  return join === undefined ? resolved : { 'Fn::Join': [escape(join[0]), Array.isArray(join[1]) ? join[1].map(escapeLiterals) : join[1]] };
}
