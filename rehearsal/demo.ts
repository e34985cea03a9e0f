/** Plays "a user deleted a file" from end to end: the synthesized state machine, the shipped bundles, a file system of real files. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { readArguments } from './demo/arguments';
import { Check } from './demo/check';
import { FAILURES } from './demo/failures';
import { Progress } from './demo/progress';
import { CHANGED_FILE, LOST_FILE, LOST_TREE, makeProjects } from './demo/projects';
import { describeTemplates, synthesize } from './demo/synthesize';
import { Rehearsal } from './rehearsal';
import type { RestoreReport } from '../src/core/restore-report';

const REPOSITORY = path.dirname(__dirname);

async function main(): Promise<boolean> {
  const failure = FAILURES[readArguments(process.argv.slice(2)) ?? ''];
  // not in the repository: its symbolic links lead tools round in circles
  const output = fs.mkdtempSync(path.join(os.tmpdir(), 'cdk-efs-backup-demo-'));
  const [assembly, root, workingDirectory] = ['cloud-assembly', 'file-system', 'aws'].map((name) => path.join(output, name));
  fs.mkdirSync(root, { recursive: true });
  fs.mkdirSync(workingDirectory);

  console.log('Synthesizing examples/quick-start.ts');
  synthesize(REPOSITORY, 'examples/quick-start.ts', assembly);
  describeTemplates(assembly).forEach((line) => console.log(`  ${line}`));

  const rehearsal = await Rehearsal.start({
    assembly,
    fileSystemRoot: root,
    workingDirectory,
    percentPerPoll: 20,
    absentItems: 'SKIP',
    listener: new Progress().listener,
    wait: (seconds) => failure ? seconds / 100 : seconds * 15, // a restore takes a moment, failures take many retries
    ...failure?.options,
  });
  try {
    makeProjects(root);
    const check = new Check(root);
    console.log(`The file system ${rehearsal.fileSystem.fileSystemId} is ${root}: ${check.entries} entries`);
    if (!failure?.skipBackup) {
      const { recoveryPointArn } = await rehearsal.backUp();
      console.log(`AWS Backup (a rehearsal of it, at ${rehearsal.aws.endpoint}) has made ${recoveryPointArn}`);
    }
    if (failure?.startOtherRestore) {
      rehearsal.startOtherRestore();
    }
    check.damage(failure?.prepare);
    console.log(`A user deletes ${LOST_FILE} and ${LOST_TREE}, and goes on writing ${CHANGED_FILE}`);

    const request = { items: failure?.items ?? [LOST_FILE, LOST_TREE], afterRestore: 'MOVE_INTO_PLACE' };
    console.log(`${failure ? `Restoring, while ${failure.what}` : 'Restoring'}: ${JSON.stringify(request)}`);
    const execution = await rehearsal.restore(request, 'demo');

    const report = (execution.output ?? JSON.parse(rehearsal.published[0].Message)) as RestoreReport;
    const faults = failure ? check.untouched() : check.restored();
    if (execution.status !== (failure ? 'FAILED' : 'SUCCEEDED') || report.error !== failure?.error) {
      faults.unshift(`the execution ended as ${execution.status}${report.error ? ` with ${report.error}` : ''}, not ${failure ? `with ${failure.error}` : 'well'}`);
    }
    const file = path.join(output, 'report.json');
    fs.writeFileSync(file, `${JSON.stringify({ ...report, states: execution.visited, historyEvents: execution.historyEvents, faults }, null, 2)}\n`);

    console.log(`\n${report.sentence}`);
    faults.forEach((fault) => console.error(`  FAULT: ${fault}`));
    if (faults.length === 0) {
      console.log(failure ? 'Checked: nothing was deleted or changed. Look up the error in docs/runbook.md.'
        : 'Checked by hash, mode, owner and links: exactly the requested items are back, and nothing else has changed.');
    }
    console.log(`Report: ${file} (the file system and the templates are beside it; delete ${output} when you are done)`);
    return faults.length === 0;
  } finally {
    await rehearsal.close();
  }
}

main().then((well) => { process.exitCode = well ? 0 : 1; }, (error) => {
  console.error(error);
  process.exitCode = 1;
});
