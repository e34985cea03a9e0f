import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';

const temporary: string[] = [];

/** A new directory that `removeTemporaryDirectories` removes. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'rehearsal-run-'));
  temporary.push(directory);
  return directory;
}

export function removeTemporaryDirectories(): void {
  temporary.splice(0).forEach((directory) => rmSync(directory, { recursive: true, force: true }));
}

/** A directory with an index.js, as the code of a function. */
export function bundle(source: string): string {
  const directory = temporaryDirectory();
  writeFileSync(path.join(directory, 'index.js'), source);
  return directory;
}

/** Synthesizes a stack; the answer is the directory of the cloud assembly. */
export function synthesize(build: (stack: Stack) => void): string {
  const app = new App({ outdir: temporaryDirectory(), analyticsReporting: false });
  build(new Stack(app, 'Demo'));
  return app.synth().directory;
}

/** Node.js as Lambda's nodejs24.x has it. */
export const NODE_24 = path.join(__dirname, `../../runtimes/node_modules/node-linux-${process.arch}/bin/node`);
