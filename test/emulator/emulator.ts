import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { ANSWERED, STAND_INS } from './stand-ins';

const ROOT = path.join(__dirname, '..', '..');

/** moto's own account. */
export const ACCOUNT = '123456789012';

/** Only there to end what hangs: a command of AWS's takes a second, a deployment ten. */
const COMMAND_MILLISECONDS = 4 * 60_000;
const START_MILLISECONDS = 60_000;

/** moto's server as a process of its own, and the command lines of AWS and CDK, which know it as AWS. */
export class Emulator {
  public static async start(): Promise<Emulator> {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'emulator-'));
    const log = fs.openSync(path.join(directory, 'server.log'), 'w');
    const server = spawn(program('python'), [path.join(__dirname, 'server.py')], {
      // it ends when its standard input does: with this process, whatever becomes of it
      stdio: ['pipe', 'pipe', log],
      env: {
        ...nothingOfTheUser(directory),
        PYTHONDONTWRITEBYTECODE: '1',
        NODE: process.execPath,
        PLACE: directory,
        STAND_INS: JSON.stringify({ resources: Object.keys(STAND_INS), customResources: Object.keys(ANSWERED) }),
      },
    });
    fs.closeSync(log);
    const emulator = new Emulator(directory, server);
    const gaveUp = setTimeout(() => server.kill('SIGKILL'), START_MILLISECONDS);
    const [port] = await Promise.race([once(createInterface(server.stdout!), 'line'), once(server, 'exit').then(() => [undefined])]);
    clearTimeout(gaveUp);
    if (port === undefined) {
      throw new Error(`the emulator did not start:\n${emulator.log}`);
    }
    emulator.endpoint = `http://127.0.0.1:${port}`;
    return emulator;
  }

  /** moto takes the answers of custom resources in this Region only. */
  public readonly region = 'us-east-1';

  private endpoint = '';

  private constructor(public readonly directory: string, private readonly server: ChildProcess) { }

  /** What the server wrote to its standard error. */
  public get log(): string {
    return fs.readFileSync(path.join(this.directory, 'server.log'), 'utf8');
  }

  /** Runs a command of the AWS command line and parses its answer. */
  public aws(...args: string[]): any {
    const { status, stdout, stderr } = this.run(program('aws'), [...args, '--output', 'json']);
    if (status !== 0) {
      throw new Error(stderr.trim());
    }
    return stdout.trim() === '' ? undefined : JSON.parse(stdout);
  }

  /** Runs a line of a shell, as a person who pastes it. */
  public shell(line: string): string {
    const { status, stdout, stderr } = this.run('sh', ['-c', line]);
    if (status !== 0) {
      throw new Error(`${line}\n${stderr.trim()}`);
    }
    return stdout;
  }

  /** Runs a command of the CDK command line; answers with all that it wrote. */
  public cdk(...args: string[]): string {
    const { status, stdout, stderr } = this.run(process.execPath, [path.join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk'), ...args, '--no-notices', '--ci', '--no-color']);
    if (status !== 0) {
      throw new Error(`cdk ${args.join(' ')}\n${stdout}${stderr}\n${this.log.split('\n').filter((line) => !/" 200 -$/.test(line)).slice(-60).join('\n')}`);
    }
    return stdout + stderr;
  }

  /** `cdk bootstrap` of the Region. */
  public bootstrap(): void {
    this.cdk('bootstrap', `aws://${ACCOUNT}/${this.region}`, '--app', '');
  }

  /** Ends the server, and waits until it has. */
  public async close(): Promise<void> {
    if (this.server.exitCode === null && this.server.signalCode === null) {
      const ended = once(this.server, 'exit');
      this.server.stdin!.end();
      const lingers = setTimeout(() => this.server.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(lingers);
    }
    fs.rmSync(this.directory, { recursive: true, force: true });
  }

  private run(command: string, args: string[]) {
    return spawnSync(command, args, {
      cwd: ROOT,
      encoding: 'utf8',
      timeout: COMMAND_MILLISECONDS,
      killSignal: 'SIGKILL',
      maxBuffer: 2 ** 26,
      env: {
        ...nothingOfTheUser(this.directory),
        PATH: `${process.env.EMULATOR_PROGRAMS}:${process.env.PATH}`,
        AWS_ENDPOINT_URL: this.endpoint,
        AWS_REGION: this.region,
        AWS_DEFAULT_REGION: this.region,
      },
    });
  }
}

function program(name: string): string {
  return path.join(process.env.EMULATOR_PROGRAMS!, name);
}

/** The environment without credentials, profiles, settings and proxies of the one who runs the tests: nothing may ever reach AWS. */
function nothingOfTheUser(directory: string): NodeJS.ProcessEnv {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^AWS_|^CDK_|_proxy$/i.test(name)));
  return {
    ...env,
    CDK_HOME: directory,
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    AWS_CONFIG_FILE: path.join(directory, 'none'),
    AWS_SHARED_CREDENTIALS_FILE: path.join(directory, 'none'),
    AWS_ACCESS_KEY_ID: 'emulated',
    AWS_SECRET_ACCESS_KEY: 'emulated',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
    NODE_NO_WARNINGS: '1',
  };
}
