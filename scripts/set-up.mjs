// Makes a fresh clone ready: `npm run demo` and `npm test` call this first. Does nothing that is already done. What it tells goes to
// stderr: the output of a command, such as the list of scenarios, is its own.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

if (process.platform !== 'linux') {
  console.error('The file engine addresses directories through /proc/self/fd, so the demo and the tests need Linux (a container or WSL will do).');
  process.exit(1);
}

/** True where nothing was installed since the lock file changed. */
function outdated(folder) {
  const installed = join(folder, 'node_modules', '.package-lock.json');
  return !existsSync(installed) || statSync(installed).mtimeMs < statSync(join(folder, 'package-lock.json')).mtimeMs;
}

function install(folder) {
  if (outdated(folder)) {
    console.error(`Installing what ${join(folder, 'package-lock.json')} names …`);
    // not `npm ci`: it refuses a lock file that leaves out the optional packages of other platforms; without saving, this
    // installs the versions of the lock file and writes none
    const { status } = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, stdio: ['ignore', process.stderr, 'inherit'] });
    if (status !== 0) {
      process.exit(status ?? 1);
    }
  }
}

install(root);
if (process.argv.includes('--with-other-runtimes')) {
  install(join(root, 'test', 'runtimes'));
}
console.error('Bundling the functions …');
const bundle = spawnSync(join(root, 'node_modules', '.bin', 'projen'), ['bundle'], { cwd: root, encoding: 'utf8' });
if (bundle.status !== 0) {
  console.error(bundle.stdout, bundle.stderr);
  process.exit(bundle.status ?? 1);
}
