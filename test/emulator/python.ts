import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

const REQUIREMENTS = path.join(__dirname, 'requirements.txt');
const CACHE = path.join(__dirname, '..', '..', 'node_modules', '.cache', 'cdk-efs-backup', 'emulator');

/** The oldest one that all of requirements.txt accepts. */
const OLDEST = [3, 11];
const INSTALLATION_MILLISECONDS = 15 * 60_000;

function run(command: string, args: string[], remedy: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: INSTALLATION_MILLISECONDS });
  if (status !== 0) {
    throw new Error(`'${[command, ...args].join(' ')}' failed: ${remedy}\n${error?.message ?? ''}${stdout ?? ''}${stderr ?? ''}`);
  }
  return stdout.trim();
}

/** The directory of the programs of a virtual environment with what requirements.txt names; made once, and again when that file changes. */
export function virtualEnvironment(): string {
  const python = process.env.PYTHON || 'python3';
  const version = run(python, ['-c', 'import sys; print(*sys.version_info[:3])'],
    `the emulator needs Python ${OLDEST.join('.')} or later with its module venv (Debian: python3 and python3-venv). Install it, or name it in the variable PYTHON.`);
  const [major, minor] = version.split(' ').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new Error(`the emulator needs Python ${OLDEST.join('.')} or later, got ${version.replaceAll(' ', '.')}. Install one, and name it in the variable PYTHON.`);
  }
  const key = createHash('sha256').update(fs.readFileSync(REQUIREMENTS)).update(version).digest('hex').slice(0, 16);
  const directory = path.join(CACHE, key);
  const complete = path.join(directory, 'complete');
  if (!fs.existsSync(complete)) {
    fs.rmSync(directory, { recursive: true, force: true }); // of an installation that was interrupted
    console.log(`Installing what ${path.relative(process.cwd(), REQUIREMENTS)} names, once, into ${path.relative(process.cwd(), directory)} …`);
    run(python, ['-m', 'venv', directory], "Python's modules venv and ensurepip are needed (Debian: python3-venv).");
    run(path.join(directory, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS],
      'the Python Package Index, or the mirror that pip is configured for, must be reachable the first time.');
    fs.writeFileSync(complete, '');
  }
  return path.join(directory, 'bin');
}
