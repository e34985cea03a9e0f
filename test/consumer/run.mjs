// Installs the packed tarball in a project of its own, with a given aws-cdk-lib, compiles an app against it and synthesizes it
// where neither esbuild nor Docker can be run.
//
//   node test/consumer/run.mjs <tarball> <version of aws-cdk-lib>
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

const [tarball, version] = process.argv.slice(2);
const here = path.dirname(fileURLToPath(import.meta.url));
const project = fs.mkdtempSync(path.join(os.tmpdir(), 'consumer-'));
try {
  const run = (command, args, env = process.env) => execFileSync(command, args, { cwd: project, env, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
  fs.writeFileSync(path.join(project, 'package.json'), JSON.stringify({ name: 'consumer', version: '0.0.0', private: true }));
  fs.copyFileSync(path.join(here, 'app.ts'), path.join(project, 'app.ts'));
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', path.resolve(tarball), `aws-cdk-lib@${version}`, 'constructs@^10.5.1', 'typescript@~6.0.3', '@types/node@^20']);
  run(path.join(project, 'node_modules', '.bin', 'tsc'), ['--strict', '--skipLibCheck', '--types', 'node', '--target', 'es2022', '--module', 'node16', 'app.ts']);

  // programs that a synth must not need: whoever calls them fails
  const traps = path.join(project, 'traps');
  fs.mkdirSync(traps);
  for (const program of ['docker', 'esbuild', 'npx', 'npm']) {
    fs.writeFileSync(path.join(traps, program), `#!/bin/sh\necho "the synth called ${program}" >&2\nexit 1\n`, { mode: 0o755 });
  }
  run(process.execPath, ['app.js'], { PATH: traps, HOME: project });

  const out = path.join(project, 'cdk.out');
  const assets = fs.readdirSync(out).filter((name) => name.startsWith('asset.') && fs.existsSync(path.join(out, name, 'index.js')));
  const ours = assets.filter((name) => fs.readFileSync(path.join(out, name, 'index.js'), 'utf8').includes('aws-backup-restore_'));
  assert.equal(ours.length, 2, 'the assembly must hold the two bundles');
  for (const name of ours) {
    assert.deepEqual(fs.readdirSync(path.join(out, name)), ['index.js'], 'a bundle is one file');
  }
  const { Resources } = JSON.parse(fs.readFileSync(path.join(out, 'Consumer.template.json'), 'utf8'));
  const count = (type) => Object.values(Resources).filter(({ Type }) => Type === type).length;
  assert.equal(count('AWS::StepFunctions::StateMachine'), 2);
  assert.equal(count('AWS::Backup::BackupVault'), 2);

  const installed = path.join(project, 'node_modules', 'cdk-efs-backup');
  const shipped = fs.readdirSync(installed).sort();
  for (const name of ['.jsii', 'API.md', 'LICENSE', 'NOTICE', 'README.md', 'assets', 'docs', 'lib', 'package.json']) {
    assert.ok(shipped.includes(name), `${name} must be in the tarball`);
  }
  const allowed = ['.jsii', 'API.md', 'CHANGELOG.md', 'LICENSE', 'NOTICE', 'README.md', 'SECURITY.md', 'assets', 'docs', 'lib', 'package.json'];
  assert.deepEqual(shipped.filter((name) => !allowed.includes(name)), [], 'nothing else is in the tarball');
  console.log(`synthesized with aws-cdk-lib ${version}: ${Object.keys(Resources).length} resources`);
} finally {
  fs.rmSync(project, { recursive: true, force: true });
}
