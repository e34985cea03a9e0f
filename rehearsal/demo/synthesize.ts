import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

/** The app, synthesized into a directory just as `cdk synth` does: another process, with the context of cdk.json. */
export function synthesize(repository: string, app: string, directory: string): void {
  const { context } = JSON.parse(fs.readFileSync(path.join(repository, 'cdk.json'), 'utf8')) as { context: object };
  const { status, stdout, stderr } = spawnSync(path.join(repository, 'node_modules', '.bin', 'tsx'), [app], {
    cwd: repository,
    encoding: 'utf8',
    env: { ...process.env, CDK_OUTDIR: directory, CDK_CONTEXT_JSON: JSON.stringify(context) },
  });
  if (status !== 0) {
    throw new Error(`${app} could not be synthesized:\n${stdout}${stderr}`);
  }
}

/** How many resources of each service a synthesized assembly has: `Lambda 3, EFS 4, …`. */
export function describeTemplates(directory: string): string[] {
  return fs.readdirSync(directory).filter((name) => name.endsWith('.template.json')).map((name) => {
    const file = path.join(directory, name);
    const { Resources } = JSON.parse(fs.readFileSync(file, 'utf8')) as { Resources: Record<string, { Type: string }> };
    const counts = new Map<string, number>();
    for (const { Type } of Object.values(Resources)) {
      const service = Type.split('::')[Type.startsWith('Custom') ? 0 : 1];
      counts.set(service, (counts.get(service) ?? 0) + 1);
    }
    return `${file}: ${[...counts].map(([service, count]) => `${count} ${service}`).join(', ')}`;
  });
}
