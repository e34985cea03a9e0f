import { parseArgs } from 'node:util';
import type { Scenario } from './scenario';
import { SCENARIOS } from './scenarios';

const HELP = `npm run demo                          a user deletes a file: backup, dry run, approval, restore, verification, move, cleanup
npm run demo -- --scenario <name>     what an operator sees in a hard case
npm run demo -- --list-scenarios      the names of the hard cases, one a line
npm run demo -- --help                this text

Hard cases:
${SCENARIOS.map(({ name, what, error }) => `  ${name.padEnd(30)}${what}${error === undefined ? '' : ` (${error})`}`).join('\n')}`;

/** What the command line asks for: a scenario, or nothing for the restore in which nothing happens. Ends the process for the rest. */
export function readArguments(args: string[]): Scenario | undefined {
  let name: string | undefined;
  try {
    const { values } = parseArgs({ args, options: { 'scenario': { type: 'string' }, 'list-scenarios': { type: 'boolean' }, 'help': { type: 'boolean' } } });
    if (values.help || values['list-scenarios']) {
      console.log(values.help ? HELP : SCENARIOS.map((scenario) => scenario.name).join('\n'));
      process.exit(0);
    }
    name = values.scenario;
  } catch (error) {
    return refuse((error as Error).message);
  }
  return name === undefined ? undefined : SCENARIOS.find((scenario) => scenario.name === name) ?? refuse(`'--scenario' must be one of the names that --list-scenarios prints, got '${name}'`);
}

function refuse(message: string): never {
  console.error(`${message}; 'npm run demo -- --help' explains them`);
  return process.exit(2);
}
