import { parseArgs } from 'node:util';
import { FAILURES } from './failures';

const HELP = `npm run demo                      a user deletes a file: backup, restore, verification, move, cleanup
npm run demo -- --fail <step>     what an operator sees when a step fails
npm run demo -- --help            this text

Steps that can fail:
${Object.entries(FAILURES).map(([step, { what, error }]) => `  ${step.padEnd(16)}${what} (${error})`).join('\n')}`;

/** What the command line asks for: the name of a failure, or nothing for the restore that works. Ends the process for --help and for mistakes. */
export function readArguments(args: string[]): string | undefined {
  let fail: string | undefined;
  try {
    const { values } = parseArgs({ args, options: { fail: { type: 'string' }, help: { type: 'boolean' } } });
    if (values.help) {
      console.log(HELP);
      process.exit(0);
    }
    fail = values.fail;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    process.exit(2);
  }
  if (fail !== undefined && !Object.hasOwn(FAILURES, fail)) {
    console.error(`'--fail' must be one of the steps, got '${fail}'\n\n${HELP}`);
    process.exit(2);
  }
  return fail;
}
