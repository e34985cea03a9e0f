import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Progress } from './progress';
import { shortenRetention } from './retention';
import type { Scenario, Stage } from './scenario';
import { describeTemplates, synthesize } from './synthesize';

const REPOSITORY = path.dirname(path.dirname(__dirname));

/** Synthesizes the app of a scenario, and makes an empty file system beside it, all in one directory of their own. */
export function setStage({ app }: Scenario, say: (line: string) => void): Stage & { readonly output: string } {
  // not in the repository: its symbolic links lead tools round in circles
  const output = fs.mkdtempSync(path.join(os.tmpdir(), 'cdk-efs-backup-demo-'));
  const [assembly, root, workingDirectory] = ['cloud-assembly', 'file-system', 'aws'].map((name) => path.join(output, name));
  fs.mkdirSync(root, { recursive: true });
  fs.mkdirSync(workingDirectory);
  say(`Synthesizing ${app}`);
  synthesize(REPOSITORY, app, assembly);
  describeTemplates(assembly).forEach((line) => say(`  ${line}`));
  shortenRetention(assembly);
  return { output, assembly, root, workingDirectory, listener: new Progress().listener, say };
}
