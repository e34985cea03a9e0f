import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import * as path from 'node:path';
import type { Readable } from 'node:stream';
import { TaskError } from './task-error';

/** How a child process is started: everything it knows of its surroundings. */
export interface EnvironmentOptions {
  readonly node: string;
  readonly directory: string;
  readonly handler: string;
  readonly functionName: string;
  readonly arn: string;
  readonly memorySize: number;
  readonly variables: Readonly<Record<string, string>>;
  /** Is told what the function writes to its console, in pieces. */
  readonly onOutput: (text: string) => void;
}

interface Message {
  readonly ready?: true;
  readonly requestId?: string;
  readonly payload?: string;
  readonly error?: RuntimeFailure;
  readonly initError?: RuntimeFailure;
  /** The process ends after this answer. */
  readonly exits?: true;
  /** How the process ended without an answer. */
  readonly ended?: string;
}

interface RuntimeFailure {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: string[];
}

const SCRIPT = path.join(__dirname, 'lambda-environment.cjs');

/** Longest wait for the rest of the output of a process that has answered. */
const OUTPUT_PATIENCE_MILLISECONDS = 2_000;

function failure({ errorType, errorMessage, trace }: RuntimeFailure): TaskError {
  return new TaskError(errorType, JSON.stringify({ errorType, errorMessage, ...(trace === undefined ? {} : { trace }) }));
}

/** One execution environment of a function: a child process that serves one invocation at a time, until it ends or is killed. */
export class ExecutionEnvironment {
  private readonly child: ChildProcess;
  private readonly ended: Promise<string>;
  private readonly closed: Promise<unknown>;
  private readonly ready: Promise<Message>;
  private readonly answers = new Map<string, (message: Message) => void>();
  private readonly outputEnds: Array<(requestId: string) => Promise<void>>;
  private alive = true;

  constructor(options: EnvironmentOptions) {
    const { directory, handler, functionName, arn, memorySize } = options;
    this.child = fork(SCRIPT, [JSON.stringify({ handler, functionName, arn, memorySize })], {
      execPath: options.node,
      // never the options of the parent (a debugger, a loader); the heap is bounded as the memory of the function is
      execArgv: [`--max-old-space-size=${memorySize}`],
      cwd: directory,
      env: { ...options.variables },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.closed = new Promise((resolve) => this.child.once('close', resolve));
    this.ended = this.end();
    this.child.on('message', (text) => {
      const message = JSON.parse(String(text)) as Message;
      this.answers.get(message.requestId ?? '')?.(message);
    });
    this.ready = this.answer('');
    this.outputEnds = [this.child.stdout!, this.child.stderr!].map((stream) => collect(stream, options.onOutput));
  }

  public get pid(): number {
    return this.child.pid!;
  }

  /** Whether it can serve another invocation. */
  public get isAlive(): boolean {
    return this.alive;
  }

  public async invoke(event: string, timeoutSeconds: number): Promise<unknown> {
    const requestId = randomUUID();
    const started = await this.ready;
    if (started.initError !== undefined) {
      throw failure(started.initError);
    }
    const deadline = Date.now() + timeoutSeconds * 1000;
    if (this.child.connected) {
      this.child.send(JSON.stringify({ requestId, event, deadline }), () => { /* the end of the process is noticed by itself */ });
    }
    const answer = await withTimeout(this.answer(requestId), deadline - Date.now());
    if (answer === undefined) {
      // a timeout ends the environment too ("Lambda execution environment lifecycle", Lambda Developer Guide)
      await this.close();
      throw failure({ errorType: 'Sandbox.Timedout', errorMessage: `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds` });
    }
    if (answer.ended !== undefined) {
      await withTimeout(this.closed, OUTPUT_PATIENCE_MILLISECONDS);
      throw failure({ errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: ${answer.ended}` });
    }
    await withTimeout(Promise.race([Promise.all(this.outputEnds.map((end) => end(requestId))), this.closed]), OUTPUT_PATIENCE_MILLISECONDS);
    if (answer.error !== undefined) {
      await (answer.exits ? this.ended : undefined);
      throw failure(answer.error);
    }
    return JSON.parse(answer.payload!);
  }

  /** Ends the process by its own id and waits until it is gone. */
  public async close(): Promise<void> {
    this.kill();
    await this.ended;
    await withTimeout(this.closed, OUTPUT_PATIENCE_MILLISECONDS);
  }

  /** As if the machine below the function failed. */
  public kill(): void {
    if (this.alive) {
      this.child.kill('SIGKILL');
    }
  }

  /** How the process ended, once that is so and no message of it is left to read. */
  private async end(): Promise<string> {
    const how = await new Promise<string>((resolve) => {
      this.child.once('exit', (code, signal) => resolve(signal === null ? `exit status ${code}` : `signal: ${signal === 'SIGKILL' ? 'killed' : signal}`));
      this.child.once('error', (error) => resolve(error.message));
    });
    this.alive = false;
    if (this.child.connected) {
      await new Promise((resolve) => this.child.once('disconnect', resolve));
    }
    return how;
  }

  private async answer(requestId: string): Promise<Message> {
    const received = new Promise<Message>((resolve) => this.answers.set(requestId, resolve));
    try {
      return await Promise.race([received, this.ended.then((ended): Message => ({ ended }))]);
    } finally {
      this.answers.delete(requestId);
    }
  }
}

/** The value, or undefined when it takes longer. */
async function withTimeout<T>(value: Promise<T>, milliseconds: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, milliseconds, undefined);
  });
  try {
    return await Promise.race([value, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}

/** Passes a stream on without the marks that the process sets at the end of each invocation; the answer waits for such a mark. */
function collect(stream: Readable, onOutput: (text: string) => void): (requestId: string) => Promise<void> {
  const finished = new Set<string>();
  const waiting = new Map<string, () => void>();
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    // a mark may be cut in two by the pipe: what follows an opening NUL waits for the closing one
    const parts = (rest + text).split('\u0000');
    rest = parts.length % 2 === 0 ? `\u0000${parts.pop()}` : '';
    parts.forEach((part, index) => {
      if (index % 2 === 1) {
        finished.add(part);
        waiting.get(part)?.();
      } else if (part !== '') {
        onOutput(part);
      }
    });
  });
  return async (requestId) => {
    if (!finished.has(requestId)) {
      await new Promise<void>((resolve) => waiting.set(requestId, resolve));
    }
    finished.delete(requestId);
    waiting.delete(requestId);
  };
}
