// Replaces each operation of the worker by one that does nothing and says that all is well, in a copy, and runs its tests: none may
// pass that says what the operation does. `node test/mutation/no-ops.mjs [operation …]`; docs/mutation.md has what it found.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const COUNTS = '{ files: 0, directories: 0, symbolicLinks: 0, others: 0, bytes: 0 }';
/** Where each operation is, its tests, and what it says when all is well. */
const OPERATIONS = {
  delete: { file: 'delete', name: 'deleteRecoveryDirectory', tests: ['delete', 'quarantine'], only: /^(?!release)/, says: "{ operation: 'delete', done: true, outcome: 'DELETED', deletedEntries: 0, refusals: [], notes: [] }" },
  move: { file: 'move', name: 'move', tests: ['move'], says: "{ operation: 'move', done: true, outcome: 'MOVED', counts: { moved: 0, replaced: 0, keptBoth: 0, skipped: 0, failed: 0 }, notes: [], resume: null }" },
  undo: { file: 'undo', name: 'undo', tests: ['undo'], says: "{ operation: 'undo', done: true, outcome: 'UNDONE', counts: { movedBack: 0, putBack: 0, left: 0 }, notes: [], resume: null }" },
  verify: { file: 'verify', name: 'verify', tests: ['verify'], says: `{ operation: 'verify', done: true, verdict: 'PASSED', findings: [], counts: ${COUNTS}, lostAndFound: [], resume: null }` },
  survey: { file: 'survey', name: 'survey', tests: ['survey'], says: "{ operation: 'survey', done: true, entries: [], names: [] }" },
  find: { file: 'find', name: 'find', tests: ['find'], says: "{ operation: 'find', done: true, directory: '', lostAndFound: [] }" },
  release: { file: 'release', name: 'release', tests: ['quarantine'], only: /^release/, says: "{ operation: 'release', done: true, outcome: 'RELEASED' }" },
};

const asked = process.argv.slice(2);
for (const [operation, { file, name, tests, says, only = /./ }] of Object.entries(OPERATIONS).filter(([each]) => asked.length === 0 || asked.includes(each))) {
  const copy = mkdtempSync(path.join(os.tmpdir(), 'no-ops-'));
  try {
    for (const part of ['lambda', 'src', 'test', 'package.json', 'tsconfig.json']) {
      cpSync(path.join(ROOT, part), path.join(copy, part), { recursive: true });
    }
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
    const place = path.join(copy, 'lambda', 'worker', `${file}.ts`);
    const before = readFileSync(place, 'utf8');
    const after = before.replace(`export async function ${name}(`, `export async function ${name}(..._given: unknown[]): Promise<unknown> {\n  return ${says};\n}\n\nexport async function real_${name}(`);
    if (after === before) {
      throw new Error(`${name} is not in ${file}.ts any more`);
    }
    writeFileSync(place, after);
    const patterns = tests.map((pattern) => `test/lambda/worker/${pattern}[a-z-]*\\.test\\.ts$`);
    const { stdout } = spawnSync(path.join(copy, 'node_modules', '.bin', 'jest'), ['--coverage=false', '--json', '--silent', '--testTimeout=15000', '--globals={"ts-jest":{"diagnostics":false}}', ...patterns], {
      cwd: copy, encoding: 'utf8', maxBuffer: 2 ** 28,
    });
    const results = JSON.parse(stdout).testResults.flatMap(({ assertionResults }) => assertionResults).filter(({ fullName }) => only.test(fullName));
    const passed = results.filter(({ status }) => status === 'passed');
    process.stdout.write(`${operation}: ${results.length - passed.length} of ${results.length} tests fail without it\n${passed.map(({ fullName }) => `  passes: ${fullName}\n`).join('')}`);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
