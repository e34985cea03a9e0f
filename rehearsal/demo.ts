/** Plays "a user deleted a file" from end to end, or a hard case: the synthesized state machines, the shipped bundles, real files. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { readArguments } from './demo/arguments';
import { lostFile } from './demo/lost-file';
import { setStage } from './demo/stage';

const MOST_FAULTS = 30;
const say = (line: string): void => console.log(line);

async function main(): Promise<boolean> {
  const scenario = readArguments(process.argv.slice(2)) ?? lostFile(say);
  const stage = setStage(scenario, say);
  say(`Playing while ${scenario.what}`);
  const { report, states, historyEvents, faults, checked } = await scenario.play(stage);
  const file = path.join(stage.output, 'report.json');
  fs.writeFileSync(file, `${JSON.stringify({ ...report, states, historyEvents, faults }, null, 2)}\n`);

  say(`\n${report.sentence}`);
  faults.slice(0, MOST_FAULTS).forEach((fault) => console.error(`  FAULT: ${fault}`)); // the report has all
  if (faults.length === 0) {
    say(`Checked: ${checked}`);
  }
  say(`Report: ${file} (the file system and the templates are beside it; delete ${stage.output} when you are done)`);
  return faults.length === 0;
}

main().then((well) => { process.exitCode = well ? 0 : 1; }, (error) => {
  console.error(error);
  process.exitCode = 1;
});
